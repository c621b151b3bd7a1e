"""Know before you pay: `price` estimates a call, `Budget` counts across calls, `typical_seconds` times a job."""

from legnext_client.prices.budgets import Budget
from legnext_client.prices.estimates import Estimate, price, typical_seconds
from legnext_client.prices.factors import RequestModel

__all__ = ["Budget", "Estimate", "RequestModel", "price", "typical_seconds"]
