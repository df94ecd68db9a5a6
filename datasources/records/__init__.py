"""Records: frozen, slotted dataclasses that every store gives and every GraphQL field reads."""
