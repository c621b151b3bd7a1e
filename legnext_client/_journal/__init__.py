"""The ledger of paid requests, in SQLite: submit once, lock, schema."""
