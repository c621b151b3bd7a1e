"""The journal of a batch or a chain: one SQLite file with every paid request and its outcome."""

from legnext_client._journal.journal import Journal, Summary

__all__ = ["Journal", "Summary"]
