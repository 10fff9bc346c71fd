"""What the addresses of the API have in common, as they are described: the token, and how a request may be refused.

Who posts is settled by the gateway, in its own words; this only describes it.
"""

from typing import Any

from fastapi.security import HTTPBearer

TOKEN = HTTPBearer(auto_error=False, description="One of the tenant's `api_tokens`.")
REFUSED: dict[int | str, dict[str, Any]] = {
    401: {"description": "No active token."},
    408: {"description": "The body did not arrive in time."},
    413: {"description": "The body is larger than the limit."},
    415: {"description": "The body is compressed; send it as it is."},
    429: {"description": "Too many attempts without a good token."},
    503: {"description": "Send the same request again after `Retry-After` seconds."},
}
