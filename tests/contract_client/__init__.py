"""The client is held against the document; seeded faults hold these checks against a client that is wrong."""
