"""Batches and chains: rows as coroutines, and the engine with the limits that they share."""
