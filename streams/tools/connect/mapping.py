"""`hirelay mapping suggest`: the stages and reasons that a connection has sent, and what each could mean, as YAML."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any, Literal

import yaml

from schemas.funnel.rules import rule_of
from schemas.instants import day_number
from schemas.tenants.config import Connection, ReasonRule, StageRule
from schemas.tenants.milestones import MILESTONES, UNMAPPED, by_name, by_rule, tidy
from schemas.tenants.reasons import BY_PARTY, party_of
from sinks.clickhouse.client import connect
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.settings import Settings

STAGES = """
select
    id,
    argMax(name, seen) as latest_name,
    argMax(kind, seen) as latest_kind,
    uniqExact(subject) as applications
from
(
    select
        time as seen,
        subject,
        arrayJoin(['stage', 'to_stage', 'from_stage']) as part,
        JSONExtractString(body, 'data', part, 'id') as id,
        JSONExtractString(body, 'data', part, 'name') as name,
        JSONExtractString(body, 'data', part, 'vendor_kind') as kind
    from v_events
    where tenant = {tenant:String}
        and connection = {connection:String}
)
where id != ''
group by id
order by applications desc, id
"""
REASONS = """
select
    id,
    argMax(name, seen) as latest_name,
    argMax(party, seen) as latest_party,
    uniqExact(subject) as applications
from
(
    select
        time as seen,
        subject,
        JSONExtractString(body, 'data', 'reason', 'name') as name,
        if(JSONHas(body, 'data', 'reason', 'id'), JSONExtractString(body, 'data', 'reason', 'id'), '') as id,
        if(id = '', name, id) as reason,
        JSONExtractString(body, 'data', 'party') as party
    from v_events
    where tenant = {tenant:String}
        and connection = {connection:String}
        and type in ('application.rejected', 'application.withdrawn', 'application.closed')
)
where reason != ''
group by reason, id
order by applications desc, id, latest_name
"""

# configured: the file says it; told: the vendor says it; known: the name leaves no doubt; guessed: a person has to look.
Basis = Literal["configured", "told", "known", "guessed", "unmapped"]


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What one stage or reason means, or could mean, and how many applications have met it."""

    what: Literal["stage", "reason"]
    id: str
    name: str
    means: str
    basis: Basis
    applications: int


def proposals(settings: Settings, connection_id: str, today: date) -> list[Proposal]:
    """What `suggest` says of a configured connection; raise Misconfigured when there is none of that id."""
    tenancy = load_tenancy(settings.config)
    found = tenancy.owner(connection_id)
    if found is None:
        known = ", ".join(each.id for tenant in tenancy.tenants for each in tenant.connections)
        msg = f"no connection {connection_id!r} in {settings.config}; known: {known}"
        raise Misconfigured(msg)
    tenant, connection = found
    client = connect(settings.clickhouse, settings.clickhouse_password)
    return suggest(client, tenant.id, connection, today)


def suggest(client: Any, tenant: str, connection: Connection, today: date) -> list[Proposal]:
    """Every stage and every reason seen in the accepted events of the connection, most frequent first."""
    asked = {"tenant": tenant, "connection": connection.id}
    words = yaml.safe_load((files("streams.tools.connect") / "words.yaml").read_text())
    stages = [
        _stage(row, connection.stages, words["stages"], today)
        for row in client.query(STAGES, parameters=asked).result_rows
    ]
    reasons = [
        _reason(row, connection.reasons, words["reasons"], today)
        for row in client.query(REASONS, parameters=asked).result_rows
    ]
    return stages + reasons


def _stage(
    row: Sequence[Any], rules: Sequence[StageRule], words: list[list[str]], today: date
) -> Proposal:
    key, name, kind, applications = row
    configured = _configured(rules, key, name, today)
    known = by_name(name, kind or None)
    means, basis = _first(
        (configured, "configured"),
        (None if known == UNMAPPED else known, "known"),
        (_hint(words, name), "guessed"),
    )
    return Proposal(
        what="stage", id=key, name=name, means=means, basis=basis, applications=applications
    )


def _reason(
    row: Sequence[Any], rules: Sequence[ReasonRule], words: list[list[str]], today: date
) -> Proposal:
    key, name, party, applications = row
    means, basis = _first(
        (_configured(rules, key, name, today), "configured"),
        (None if party == "unknown" else party, "told"),
        (party_of(name), "known"),
        (_hint(words, name), "guessed"),
    )
    return Proposal(
        what="reason", id=key, name=name, means=means, basis=basis, applications=applications
    )


def _first(*answers: tuple[str | None, Basis]) -> tuple[str, Basis]:
    return next(((means, basis) for means, basis in answers if means), ("", "unmapped"))


def _configured(
    rules: Sequence[StageRule] | Sequence[ReasonRule], key: str, name: str, today: date
) -> str | None:
    day = day_number(today)
    return by_rule([rule_of(rule) for rule in rules], key, name, day)


def _hint(words: list[list[str]], name: str) -> str | None:
    wanted = tidy(name)
    return next((means for part, means in words if tidy(part) in wanted), None)


def as_yaml(connection: str, proposals: Sequence[Proposal]) -> str:
    """Rules to paste under the connection; what nothing proposes is left as a comment to fill in."""
    lines = [f"# What connection {connection} has sent. Correct it, put it under the connection in"]
    lines += ["# the configuration, then run `hirelay replay`."]
    for title, what, field, choices in (
        ("stages", "stage", "milestone", MILESTONES),
        ("reasons", "reason", "party", tuple(BY_PARTY)),
    ):
        found = [each for each in proposals if each.what == what and each.basis != "told"]
        if not found:
            continue
        lines.append(f"{title}: # each is one of {', '.join(choices)}")
        lines += [_line(each, field) for each in found]
    return "\n".join(lines) + "\n"


def _line(each: Proposal, field: str) -> str:
    key = f"{each.what}_id" if each.id else f"{each.what}_name"
    rule = f"{key}: {_quoted(each.id or each.name)}, {field}: {each.means or '…'}"
    said = each.basis if each.means else "unmapped: fill in and remove the #"
    note = f"# {each.name or each.id}, {each.applications} applications, {said}"
    return f"  {'- ' if each.means else '# - '}{{ {rule} }} {note}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def summary(connection: str, proposals: Sequence[Proposal]) -> str:
    """How many there are of each, and how much is counted as unmapped meanwhile."""
    parts = []
    for what in ("stage", "reason"):
        found = [each for each in proposals if each.what == what]
        bases = [each.basis for each in found]
        counts = ", ".join(f"{bases.count(basis)} {basis}" for basis in dict.fromkeys(bases))
        parts.append(f"{len(found)} {what}s" + (f" ({counts})" if counts else ""))
    open_ones = [each for each in proposals if each.basis in {"guessed", "unmapped"}]
    text = f"{connection}: {' and '.join(parts)}"
    if open_ones:
        names = ", ".join(f"{each.name or each.id} ({each.applications})" for each in open_ones)
        text += f"; counted as unmapped until configured: {names}"
    return text
