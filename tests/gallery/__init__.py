"""Tests of the gallery: what stands in the page, and what a browser makes of it."""
