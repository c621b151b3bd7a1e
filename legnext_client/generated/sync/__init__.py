"""Sync halves of async modules."""
