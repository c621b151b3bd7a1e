"""Batches: many requests through one journal, one budget and a limited number of slots."""

from legnext_client._runs.batches import AsyncBatch, Batch
from legnext_client._runs.results import Result, Update
from legnext_client._runs.rows import BatchRow

__all__ = ["AsyncBatch", "Batch", "BatchRow", "Result", "Update"]
