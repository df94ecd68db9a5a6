"""GraphiQL in a real browser; `run` is the proof."""
