"""`hirelay costs`: entries of a YAML file, looked at as the gateway looks at them, and posted to it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from schemas.money import shown
from schemas.tenants.config import DEFAULT_CURRENCY, Tenancy
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.settings import Settings
from streams.ingest import cost_entries
from streams.ingest.connections import SecretStore
from streams.ingest.cost_entries import MOST, CostEntry, EntryProblem, InvalidEntries
from streams.ingest.costs import PATH

WRITTEN_OUT = (
    "int",
    "float",
    "timestamp",
)  # what YAML reads as a value, and an amount must not lose
INTEGER = re.compile(r"0|-?[1-9][0-9]*")


class _RawScalars(yaml.SafeLoader):
    """Leaves decimals, days and instants the texts that they are; 007 and 1:30 are no numbers."""


_RawScalars.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag.rpartition(":")[2] not in WRITTEN_OUT]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_RawScalars.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(rf"^(?:{INTEGER.pattern})$"), list("-0123456789")
)


@dataclass(frozen=True, kw_only=True)
class Api:
    """Where costs are posted to, and whose token goes with them."""

    url: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class Sheet:
    """The entries of a file: what is posted, at most 500 in one body, and what it means."""

    bodies: tuple[bytes, ...]
    entries: tuple[CostEntry, ...]


def sheet(path: Path, currency: str, now: datetime) -> Sheet:
    """The file's entries; raise Misconfigured with every problem in it."""
    value = _loaded(path)
    wanted = value["entries"] if isinstance(value, dict) and set(value) == {"entries"} else [value]
    if not isinstance(wanted, list) or not wanted:
        msg = f"{path} has no costs in it: write one, or a list of them under `entries:`"
        raise Misconfigured(msg)
    bodies: list[bytes] = []
    found: list[CostEntry] = []
    problems: list[str] = []
    for begin in range(0, len(wanted), MOST):
        body = body_of(wanted[begin : begin + MOST])
        try:
            found.extend(cost_entries.read(cost_entries.parse(body), currency, now))
        except InvalidEntries as why:
            problems.extend(_said(each, begin, wanted) for each in why.problems)
        bodies.append(body)
    if problems:
        lines = [f"{path} has {len(problems)} problem(s), nothing was sent:", *problems]
        raise Misconfigured("\n".join(lines))
    return Sheet(tuple(bodies), tuple(found))


def _loaded(path: Path) -> Any:
    if not path.is_file():
        msg = f"no file {path}; deploy/config/costs.yaml shows what goes into it"
        raise Misconfigured(msg)
    try:
        # Nothing is constructed but plain values: the loader is SafeLoader with fewer kinds of them.
        return yaml.load(path.read_text(), Loader=_RawScalars)  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        msg = f"{path} is not YAML: {error}"
        raise Misconfigured(msg) from error


def body_of(wanted: list[Any]) -> bytes:
    """The body of one request."""
    try:
        return json.dumps({"entries": wanted}, default=str, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        msg = f"an entry cannot be written as JSON: {error}"
        raise Misconfigured(msg) from error


def _said(problem: EntryProblem, begin: int, wanted: list[Any]) -> str:
    number = begin + (problem.index or 0)
    entry = wanted[number]
    name = entry.get("cost_id") if isinstance(entry, dict) else None
    which = f"{number + 1} ({name})" if name else str(number + 1)
    return f"  entry {which}, {problem.field or 'as a whole'}: {problem.message}"


def api(
    settings: Settings, tenant_id: str, environ: Mapping[str, str], token_file: Path | None
) -> Api:
    """The gateway's address, and the token in the file or the first active one of the tenant; raise Misconfigured."""
    url = settings.gateway_address + PATH
    if token_file is not None:
        token = token_file.read_text(errors="replace").strip()
        if not token:
            msg = f"{token_file} is empty: it holds the token"
            raise Misconfigured(msg)
        if not (token.isascii() and token.isprintable()):
            msg = f"{token_file} holds no token: it is one line of ASCII, without a byte order mark"
            raise Misconfigured(msg)
        return Api(url=url, token=token)
    tenant = load_tenancy(settings.config).tenant(tenant_id)
    if tenant is None:
        msg = f"no tenant {tenant_id!r} in {settings.config}; give --token-file to post from elsewhere"
        raise Misconfigured(msg)
    vault = SecretStore(environ, settings.config.parent)
    problems: list[str] = []
    active = [each for each in tenant.api_tokens if not vault.awaits(each)]
    if not active:
        msg = f"tenant {tenant_id} has no api_tokens in {settings.config}: add one, or give --token-file"
        raise Misconfigured(msg)
    text = vault.find(active[0], f"tenant {tenant_id}, api_token", problems)
    if problems:
        raise Misconfigured("; ".join(problems))
    return Api(url=url, token=text.decode())


def currency(settings: Settings, tenant_id: str) -> tuple[str, bool]:
    """The tenant's currency, and whether it is known here."""
    path = settings.config
    tenancy = load_tenancy(path) if path.exists() else Tenancy(tenants=())
    tenant = tenancy.tenant(tenant_id)
    return (DEFAULT_CURRENCY, False) if tenant is None else (tenant.currency, True)


def lines(sheet: Sheet, currency: str) -> Iterator[str]:
    """Each entry as people read it."""
    for each in sheet.entries:
        unit = each.currency or currency
        where = each.scope if each.member is None else f"{each.scope} {each.member}"
        days = "" if each.since is None else f", {each.since}"
        days += "" if each.to is None else f" to {each.to}"
        what = "takes back" if each.reversed else "records"
        amount = shown(each.minor(currency) or 0, unit)
        yield f"{what} {each.cost_id} version {each.version}: {each.kind} of {where}, {amount}{days}"
