"""The client as its users meet it: both colours, in the same scenarios."""
