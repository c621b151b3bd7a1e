"""Which files to fetch, how, and where they may go."""
