"""The journal of a batch or a chain: every paid request, what was sent and what came of it, in one SQLite file."""

from legnext_client._journal.journal import Journal, Summary

__all__ = ["Journal", "Summary"]
