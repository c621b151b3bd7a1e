"""Download files: selection, names, transfer, and target directories."""
