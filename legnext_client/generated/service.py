"""Where the service is and how it knows its callers.

Written by `make generate`; edit `openapi.yaml` instead.
"""

BASE_URL = "https://api.legnext.ai/api"
API_KEY_HEADER = "x-api-key"
