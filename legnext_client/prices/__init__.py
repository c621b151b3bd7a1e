"""Know before you pay: `price` estimates a call, `Budget` counts across calls, `typical_seconds` times a job."""

from .budgets import Budget
from .estimates import Estimate, price, typical_seconds
from .factors import RequestModel

__all__ = ["Budget", "Estimate", "RequestModel", "price", "typical_seconds"]
