"""The mock server against its document: contract checks, and the seeded faults that prove them."""
