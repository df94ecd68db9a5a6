"""Strawberry schemas, each with what Strawberry allows beside our four kinds of field, and documents for it."""
