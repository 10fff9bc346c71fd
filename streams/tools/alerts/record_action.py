"""Records an action on a breach through the gateway, and prints the equivalent curl command."""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from schemas.alerting.actions import ACTIONS
from schemas.did_you_mean import did_you_mean
from schemas.tenants.config import Secret, Tenant
from streams.configuration.files import Misconfigured
from streams.configuration.settings import Settings
from streams.ingest.actions import BREACH_ID_PATTERN, path_of
from streams.tools.costs import api_client
from streams.tools.costs import command as costs_command
from streams.tools.costs.command import Api


def action_api(
    settings: Settings,
    tenant: str,
    breach: str,
    environ: Mapping[str, str],
    token_file: Path | None,
) -> Api:
    """The endpoint for actions on that breach, with a token of its company; raise Misconfigured."""
    cost_api = costs_command.resolve_api(settings, tenant, environ, token_file)
    return replace(cost_api, url=settings.gateway_address + path_of(breach))


def request_body(action: str, at: str | None, key: str | None) -> bytes:
    """The request body; raise Misconfigured for an unknown action."""
    if action not in ACTIONS:
        msg = f"no action {action!r}{did_you_mean(action, ACTIONS)}"
        raise Misconfigured(msg)
    fields = {"action": action, "at": at, "key": key}
    return json.dumps({name: value for name, value in fields.items() if value is not None}).encode()


def record(api: Api, body: bytes, send: api_client.Send = api_client.send_over_http) -> str:
    """The id of the action, once the gateway has accepted it; raises like `api_client.post`."""
    (action_id,) = api_client.post(api, body, send)
    return action_id


def is_full_id(breach: str) -> bool:
    """Whether `breach` is a full id rather than a prefix."""
    return re.fullmatch(BREACH_ID_PATTERN, breach) is not None


def curl_command(
    settings: Settings, tenant: Tenant | None, breach: str, action: str = ACTIONS[0]
) -> str:
    """The curl command that records an action; it reads the token from where it is stored and does not show it."""
    token = (
        _token_reference(tenant.api_tokens[0], settings)
        if tenant and tenant.api_tokens
        else "$TOKEN"
    )
    url = settings.gateway_address + path_of(breach)
    return (
        f'curl -sS -X POST {shlex.quote(url)} -H "Authorization: Bearer {token}" '
        f"-H 'Content-Type: application/json' -d '{json.dumps({'action': action})}'"
    )


def _token_reference(secret: Secret, settings: Settings) -> str:
    if secret.env is not None:
        return f"${secret.env}"
    return f"$(cat {shlex.quote(str(settings.config.parent / (secret.file or '')))})"
