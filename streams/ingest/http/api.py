"""The OpenAPI parts that all API routes share: the token and the refusals.

They only document the API; the gateway authenticates requests itself.
"""

from typing import Any

from fastapi.security import HTTPBearer

TOKEN = HTTPBearer(auto_error=False, description="One of the tenant's `api_tokens`.")
REFUSAL_RESPONSES: dict[int | str, dict[str, Any]] = {
    401: {"description": "No active token."},
    408: {"description": "The body did not arrive in time."},
    413: {"description": "The body is larger than the limit."},
    415: {"description": "The body is compressed; send it uncompressed."},
    429: {"description": "Too many attempts without a valid token."},
    503: {"description": "Send the same request again after `Retry-After` seconds."},
}
