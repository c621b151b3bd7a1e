"""Batches and chains: rows, slots, rate, budget."""
