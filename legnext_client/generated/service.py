"""Where the service is, how it knows its callers, and with which statuses a caller can end a job.

Written by `make generate`; edit `openapi.yaml` instead.
"""

BASE_URL = "https://api.legnext.ai/api"
ENDINGS: frozenset[str] = frozenset([])
API_KEY_HEADER = "x-api-key"
