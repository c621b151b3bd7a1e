"""Chains of videos: a start, extensions and upscales, priced and run as one."""

from legnext_client._runs.batches import AsyncChainRun, ChainRun
from legnext_client._runs.chains import VideoChain

__all__ = ["AsyncChainRun", "ChainRun", "VideoChain"]
