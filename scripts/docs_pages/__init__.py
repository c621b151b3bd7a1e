"""The pages of the site that nobody writes by hand, and checks of the result; `scripts/docs.py` puts it together."""
