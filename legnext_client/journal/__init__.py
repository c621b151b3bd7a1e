"""The journal of a film or a batch: every paid request, what was sent and what came of it, in one SQLite file."""

from legnext_client.journal.books import Journal, Summary

__all__ = ["Journal", "Summary"]
