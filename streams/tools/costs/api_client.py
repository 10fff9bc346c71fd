"""A client that posts JSON to the gateway's API and retries while the gateway is unavailable."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import stamina

from schemas.errors import Unavailable
from streams.configuration.files import Misconfigured
from streams.tools.costs.command import Api
from streams.tools.gateway_retry import GatewayUndecided, pause_after, retry_options

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
    """Send the request once; a redirect is not followed, so that the token goes nowhere else."""
    headers = {"Authorization": f"Bearer {api.token}", "Content-Type": "application/json"}
    try:
        response = httpx.post(api.url, content=body, headers=headers, timeout=TIMEOUT_S)
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        msg = f"{api.url} is no http:// or https:// address; set HIRELAY_GATEWAY_URL"
        raise Misconfigured(msg) from error
    except httpx.HTTPError:
        return ApiReply(status=0)
    retry_after = response.headers.get("Retry-After", "")
    return ApiReply(
        status=response.status_code,
        content=_content(response.content),
        retry_after=float(retry_after) if retry_after.isdecimal() else None,
    )


def _content(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def post(api: Api, body: bytes, send: Send = send_over_http) -> list[str]:
    """Return the ids of the accepted events.

    Raise Misconfigured for a permanent refusal, Unavailable after too many attempts.
    """
    retry = stamina.RetryingCaller(**retry_options(MAX_ATTEMPTS, MAX_PAUSE_S))
    try:
        return retry(pause_after(MAX_PAUSE_S), _post_once, api, body, send)
    except GatewayUndecided as error:
        answer = error.status or error.message
        raise Unavailable(
            "gateway", f"{api.url} accepted nothing ({answer}); try again later"
        ) from error


def _post_once(api: Api, body: bytes, send: Send) -> list[str]:
    reply = send(api, body)
    if reply.status in RETRYABLE_STATUSES:
        message = str(reply.content.get("message", "no answer"))
        raise GatewayUndecided(reply.status, message, reply.retry_after)
    if reply.status != 202:
        raise Misconfigured(_refusal(api, reply))
    return [str(event_id) for event_id in reply.content.get("ids", [])]


def _refusal(api: Api, reply: ApiReply) -> str:
    if reply.status == 401:
        return f"{api.url} does not know this token; give --token-file with an active one"
    problems = [
        f"  entry {problem.get('index')}, {problem.get('field')}: {problem.get('message')}"
        for problem in reply.content.get("problems", [])
    ]
    head = f"{api.url} refused it ({reply.status}): {reply.content.get('message', '')}"
    return "\n".join([head, *problems])
