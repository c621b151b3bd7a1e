"""Downloads: from the mock as they should be, and from a server that does everything wrong."""
