"""Conversion of method arguments to requests, and of responses to jobs."""
