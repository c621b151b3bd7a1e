"""What is decided, without any I/O: checks, retries, polling, outcomes. Everything here is tested without a network."""
