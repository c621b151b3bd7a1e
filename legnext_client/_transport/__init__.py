"""httpx, the drivers of flows, and the clock. No other package imports httpx."""
