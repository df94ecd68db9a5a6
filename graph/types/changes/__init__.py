"""Inputs and payloads of mutations, by domain."""
