"""Issues links through the gateway, and lists those that rejections have issued by themselves."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import stamina

from schemas.relay.facts import Invited
from streams.configuration.files import Misconfigured
from streams.configuration.relay_companies import RelayTenant
from streams.ingest.costs import PATH as COSTS_PATH
from streams.ingest.relay_invitations import LINK_PATH, PATH
from streams.tools.costs.api_client import RETRYABLE_STATUSES, send_over_http
from streams.tools.costs.command import Api
from streams.tools.gateway_retry import GatewayUndecided, pause_after, retry_options
from streams.tools.relay.read import History

MAX_ATTEMPTS, MAX_PAUSE_S = 4, 10.0


def issue(api: Api, body: bytes) -> dict[str, Any]:
    """Ask the gateway for a link; raise Misconfigured for a refusal."""
    address = replace(api, url=api.url.removesuffix(COSTS_PATH) + PATH)
    retry = stamina.RetryingCaller(**retry_options(MAX_ATTEMPTS, MAX_PAUSE_S))
    return retry(pause_after(MAX_PAUSE_S), _issue_once, address, body)


def _issue_once(api: Api, body: bytes) -> dict[str, Any]:
    reply = send_over_http(api, body)
    message = str(reply.content.get("message", "no answer"))
    if reply.status in RETRYABLE_STATUSES:
        raise GatewayUndecided(reply.status, message, reply.retry_after)
    if reply.status not in {200, 202}:
        msg = f"{api.url} refused it ({reply.status}): {message}"
        raise Misconfigured(msg)
    return reply.content


def pending(history: History, now: datetime) -> list[Invited]:
    """The valid links of rejected candidates through which nobody has opened the page or registered yet, the oldest first."""
    state = history.state
    return [
        fact
        for fact in state.invitations.values()
        if fact.application in state.applications
        and fact.invitation not in state.clicked
        and not state.persons_on.get(fact.token_id)
        and state.applications[fact.application].eligible
        and (fact.expires is None or fact.expires > now)
    ]


def link_url(company: RelayTenant, fact: Invited, base_url: str) -> str:
    """The address of a link, which only the holder of the company's key can derive."""
    return base_url + LINK_PATH.format(token=company.issued_token(fact))
