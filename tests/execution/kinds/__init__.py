"""A schema of our four kinds of field, over data in memory."""
