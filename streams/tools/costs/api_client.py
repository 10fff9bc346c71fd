"""A client that posts JSON to the gateway's API and retries while the gateway is unavailable."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from schemas.errors import Unavailable
from streams.configuration.files import Misconfigured
from streams.tools.costs.command import Api

MAX_ATTEMPTS = 8
MAX_PAUSE_S = 30.0
TIMEOUT_S = 30
RETRYABLE_STATUSES = {0, 429, 502, 503, 504}  # 0: no response


@dataclass(frozen=True, kw_only=True)
class ApiReply:
    """A response; `status` is 0 when the gateway was not reached."""

    status: int
    content: dict[str, Any] = field(default_factory=dict)
    retry_after: float | None = None


Send = Callable[[Api, bytes], ApiReply]


def send_over_http(api: Api, body: bytes) -> ApiReply:
    """Send the request once."""
    headers = {"Authorization": f"Bearer {api.token}", "Content-Type": "application/json"}
    request = urllib.request.Request(api.url, data=body, headers=headers, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310 - the operator configures the address
            return ApiReply(status=response.status, content=_content(response.read()))
    except urllib.error.HTTPError as error:
        retry_after = error.headers.get("Retry-After", "")
        return ApiReply(
            status=error.code,
            content=_content(error.read()),
            retry_after=float(retry_after) if retry_after.isdecimal() else None,
        )
    except (OSError, ValueError):
        return ApiReply(status=0)


def _content(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def post(
    api: Api, body: bytes, send: Send = send_over_http, sleep: Callable[[float], None] = time.sleep
) -> list[str]:
    """Return the ids of the accepted events.

    Raise Misconfigured for a permanent refusal, Unavailable after too many attempts.
    """
    reply = ApiReply(status=0)
    for attempt in range(MAX_ATTEMPTS):
        reply = send(api, body)
        if reply.status == 202:
            return [str(event_id) for event_id in reply.content.get("ids", [])]
        if reply.status not in RETRYABLE_STATUSES:
            raise Misconfigured(_refusal(api, reply))
        if attempt < MAX_ATTEMPTS - 1:
            pause = 0.5 * 2**attempt if reply.retry_after is None else reply.retry_after
            sleep(min(MAX_PAUSE_S, pause))
    message = reply.content.get("message", "no answer")
    raise Unavailable(
        "gateway", f"{api.url} accepted nothing ({reply.status or message}); try again later"
    )


def _refusal(api: Api, reply: ApiReply) -> str:
    if reply.status == 401:
        return f"{api.url} does not know this token; give --token-file with an active one"
    problems = [
        f"  entry {problem.get('index')}, {problem.get('field')}: {problem.get('message')}"
        for problem in reply.content.get("problems", [])
    ]
    head = f"{api.url} refused it ({reply.status}): {reply.content.get('message', '')}"
    return "\n".join([head, *problems])
