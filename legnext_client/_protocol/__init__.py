"""Pure decisions about one request, one answer and one poll. No I/O."""
