"""Estimate before paying: `price` of a call, `typical_seconds` of a job, and a `Budget` across calls."""

from legnext_client.prices.budgets import Budget
from legnext_client.prices.estimates import Estimate, price, typical_seconds
from legnext_client.prices.factors import RequestModel

__all__ = ["Budget", "Estimate", "RequestModel", "price", "typical_seconds"]
