"""Pure decisions about one request, one response and one poll. No I/O."""
