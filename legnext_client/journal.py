"""The journal of a batch, a chain, or the calls of clients: one SQLite file with every paid request and its outcome."""

from legnext_client._journal.journal import Journal, Summary
from legnext_client._journal.ledger import Ledger, Limit

__all__ = ["Journal", "Ledger", "Limit", "Summary"]
