"""What the rows of a batch promise before anything is sent."""
