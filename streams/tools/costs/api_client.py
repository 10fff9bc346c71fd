"""Post JSON to the gateway's API, and go on trying while it says that it will take it later."""

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

ATTEMPTS = 8
LONGEST_PAUSE_S = 30.0
TIMEOUT_S = 30
LATER = {0, 429, 502, 503, 504}  # 0: no answer at all


@dataclass(frozen=True, kw_only=True)
class ApiReply:
    """What was answered; `status` 0 when nobody was reached."""

    status: int
    content: dict[str, Any] = field(default_factory=dict)
    retry_after: float | None = None


Send = Callable[[Api, bytes], ApiReply]


def over_http(api: Api, body: bytes) -> ApiReply:
    """One attempt."""
    headers = {"Authorization": f"Bearer {api.token}", "Content-Type": "application/json"}
    request = urllib.request.Request(api.url, data=body, headers=headers, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - the address is the operator's
            return ApiReply(status=answer.status, content=_content(answer.read()))
    except urllib.error.HTTPError as refused:
        after = refused.headers.get("Retry-After", "")
        return ApiReply(
            status=refused.code,
            content=_content(refused.read()),
            retry_after=float(after) if after.isdecimal() else None,
        )
    except (OSError, ValueError):
        return ApiReply(status=0)


def _content(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def post(
    api: Api, body: bytes, send: Send = over_http, sleep: Callable[[float], None] = time.sleep
) -> list[str]:
    """The ids of what was accepted; raise Misconfigured for what is refused for good, Unavailable after many attempts."""
    reply = ApiReply(status=0)
    for attempt in range(ATTEMPTS):
        reply = send(api, body)
        if reply.status == 202:
            return [str(each) for each in reply.content.get("ids", [])]
        if reply.status not in LATER:
            raise Misconfigured(_refusal(api, reply))
        if attempt < ATTEMPTS - 1:
            pause = 0.5 * 2**attempt if reply.retry_after is None else reply.retry_after
            sleep(min(LONGEST_PAUSE_S, pause))
    said = reply.content.get("message", "no answer")
    raise Unavailable(
        "gateway", f"{api.url} took nothing ({reply.status or said}); try again later"
    )


def _refusal(api: Api, reply: ApiReply) -> str:
    if reply.status == 401:
        return f"{api.url} does not know this token; give --token-file with an active one"
    problems = [
        f"  entry {each.get('index')}, {each.get('field')}: {each.get('message')}"
        for each in reply.content.get("problems", [])
    ]
    head = f"{api.url} refused it ({reply.status}): {reply.content.get('message', '')}"
    return "\n".join([head, *problems])
