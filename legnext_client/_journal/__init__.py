"""The SQLite journal of paid requests: schema, locking, and submit-once."""
