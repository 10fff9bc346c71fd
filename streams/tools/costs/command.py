"""`hirelay costs`: validates cost entries of a YAML file like the gateway does and posts them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from schemas.tenants.config import DEFAULT_CURRENCY, Tenancy
from schemas.text.units import format_amount
from streams.configuration.files import Misconfigured, load_tenancy, read_document
from streams.configuration.secret_store import SecretStore
from streams.configuration.settings import Settings
from streams.configuration.yaml_document import YamlDocument
from streams.ingest import cost_entries
from streams.ingest.cost_entries import MAX_ENTRIES, CostEntry, EntryProblem, InvalidEntries
from streams.ingest.costs import PATH


@dataclass(frozen=True, kw_only=True)
class Api:
    """The address that costs are posted to, and the token."""

    url: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class Sheet:
    """The entries of a file, parsed and as request bodies of at most 500 entries each."""

    bodies: tuple[bytes, ...]
    entries: tuple[CostEntry, ...]


def load_sheet(path: Path, currency: str, now: datetime) -> Sheet:
    """Load the file's entries; raise Misconfigured with every problem in it."""
    document = _read_file(path)
    value = document.value
    raw_entries = (
        value["entries"] if isinstance(value, dict) and set(value) == {"entries"} else [value]
    )
    if not isinstance(raw_entries, list) or not raw_entries:
        msg = f"{path} has no costs in it: write one entry, or a list under `entries:`"
        raise Misconfigured(msg)
    bodies: list[bytes] = []
    entries: list[CostEntry] = []
    problems: list[str] = []
    for start in range(0, len(raw_entries), MAX_ENTRIES):
        body = encode_body(raw_entries[start : start + MAX_ENTRIES])
        try:
            entries.extend(cost_entries.parse_entries(cost_entries.parse_json(body), currency, now))
        except InvalidEntries as error:
            problems.extend(
                _describe_problem(problem, start + (problem.index or 0), raw_entries, document)
                for problem in error.problems
            )
        bodies.append(body)
    if problems:
        lines = [f"{path} has {len(problems)} problem(s), nothing was sent:", *problems]
        raise Misconfigured("\n".join(lines))
    return Sheet(tuple(bodies), tuple(entries))


def _read_file(path: Path) -> YamlDocument:
    if not path.is_file():
        msg = f"no file {path}; deploy/config/costs.yaml is an example"
        raise Misconfigured(msg)
    return read_document(path, "exact")


def encode_body(raw_entries: list[Any]) -> bytes:
    """Encode the body of one request."""
    try:
        return json.dumps({"entries": raw_entries}, default=str, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        msg = f"an entry cannot be written as JSON: {error}"
        raise Misconfigured(msg) from error


def _describe_problem(
    problem: EntryProblem, number: int, raw_entries: list[Any], document: YamlDocument
) -> str:
    entry = raw_entries[number]
    name = entry.get("cost_id") if isinstance(entry, dict) else None
    which = f"{number + 1} ({name})" if name else str(number + 1)
    position = document.position(("entries", number, problem.field or ""))
    return f"  {position}, entry {which}, {problem.field or 'as a whole'}: {problem.message}"


def resolve_api(
    settings: Settings, tenant_id: str, environ: Mapping[str, str], token_file: Path | None
) -> Api:
    """Return the gateway's address with the token from the file or the tenant's first active one.

    Raise Misconfigured.
    """
    url = settings.gateway_address + PATH
    if token_file is not None:
        return Api(url=url, token=_read_token(token_file))
    tenant = load_tenancy(settings.config).tenant(tenant_id)
    if tenant is None:
        msg = f"no tenant {tenant_id!r} in {settings.config}; give --token-file to post from elsewhere"
        raise Misconfigured(msg)
    store = SecretStore(environ, settings.config.parent)
    problems: list[str] = []
    active = [secret for secret in tenant.api_tokens if not store.is_pending(secret)]
    if not active:
        msg = f"tenant {tenant_id} has no api_tokens in {settings.config}: add one, or give --token-file"
        raise Misconfigured(msg)
    text = store.find(active[0], f"tenant {tenant_id}, api_token", problems)
    if problems:
        raise Misconfigured("; ".join(problems))
    return Api(url=url, token=text.decode())


def _read_token(path: Path) -> str:
    token = path.read_text(errors="replace").strip()
    if not token:
        msg = f"{path} is empty: it must contain the token"
        raise Misconfigured(msg)
    if not (token.isascii() and token.isprintable()):
        msg = f"{path} holds no token: a token is one line of ASCII, without a byte order mark"
        raise Misconfigured(msg)
    return token


def tenant_currency(settings: Settings, tenant_id: str) -> tuple[str, bool]:
    """Return the tenant's currency, and whether the tenant is configured here."""
    path = settings.config
    tenancy = load_tenancy(path) if path.exists() else Tenancy(tenants=())
    tenant = tenancy.tenant(tenant_id)
    return (DEFAULT_CURRENCY, False) if tenant is None else (tenant.currency, True)


def describe_entries(sheet: Sheet, currency: str) -> Iterator[str]:
    """Describe each entry in one readable line."""
    for entry in sheet.entries:
        unit = entry.currency or currency
        where = entry.scope if entry.member is None else f"{entry.scope} {entry.member}"
        days = "" if entry.since is None else f", {entry.since}"
        days += "" if entry.to is None else f" to {entry.to}"
        what = "reverses" if entry.reversed else "records"
        amount = format_amount(entry.minor_units(currency) or 0, unit, "en")
        yield f"{what} {entry.cost_id} version {entry.version}: {entry.kind} of {where}, {amount}{days}"
