"""Receive callbacks and wake the waits for their jobs."""
