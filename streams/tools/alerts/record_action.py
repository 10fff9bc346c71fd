"""Recording what was done about a breach through the gateway, and the line that does the same from anywhere."""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from schemas.alerting.actions import ACTIONS
from schemas.did_you_mean import meant
from schemas.tenants.config import Secret, Tenant
from streams.configuration.files import Misconfigured
from streams.configuration.settings import Settings
from streams.ingest.actions import BREACH, path_of
from streams.tools.costs import api_client
from streams.tools.costs import command as costs_command
from streams.tools.costs.command import Api


def api(
    settings: Settings,
    tenant: str,
    breach: str,
    environ: Mapping[str, str],
    token_file: Path | None,
) -> Api:
    """Where actions of that breach are posted to, with a token of its company; raise Misconfigured."""
    found = costs_command.api(settings, tenant, environ, token_file)
    return replace(found, url=settings.gateway_address + path_of(breach))


def body(action: str, at: str | None, key: str | None) -> bytes:
    """The request; raise Misconfigured for an action that is none."""
    if action not in ACTIONS:
        msg = f"no action {action!r}{meant(action, ACTIONS)}"
        raise Misconfigured(msg)
    told = {"action": action, "at": at, "key": key}
    return json.dumps({name: each for name, each in told.items() if each is not None}).encode()


def act(api: Api, body: bytes, send: api_client.Send = api_client.over_http) -> str:
    """The id of the action, once the gateway has it; raises as `posting.post`."""
    (named,) = api_client.post(api, body, send)
    return named


def is_whole(breach: str) -> bool:
    """Whether that is an id and not only the beginning of one."""
    return re.fullmatch(BREACH, breach) is not None


def curl(settings: Settings, tenant: Tenant | None, breach: str, action: str = ACTIONS[0]) -> str:
    """The command line that records an action; it takes the token from where it is kept and does not show it."""
    token = _shell(tenant.api_tokens[0], settings) if tenant and tenant.api_tokens else "$TOKEN"
    url = settings.gateway_address + path_of(breach)
    return (
        f'curl -sS -X POST {shlex.quote(url)} -H "Authorization: Bearer {token}" '
        f"-H 'Content-Type: application/json' -d '{json.dumps({'action': action})}'"
    )


def _shell(secret: Secret, settings: Settings) -> str:
    if secret.env is not None:
        return f"${secret.env}"
    return f"$(cat {shlex.quote(str(settings.config.parent / (secret.file or '')))})"
