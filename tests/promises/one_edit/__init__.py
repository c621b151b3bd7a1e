"""Edits of the document, each of one thing, and what must hold after each: run them with `make one-edit`."""
