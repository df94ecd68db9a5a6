"""What the channels of the demo school talk about, a file a subject."""
