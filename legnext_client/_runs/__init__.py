"""Run batches and chains: rows as coroutines, and an engine with shared limits."""
