"""Receive callbacks and wake the waits that want them."""
