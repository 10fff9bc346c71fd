"""`hirelay mapping suggest`: propose milestones, endings and parties for the stages and reasons that a connection has sent."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from typing import Any, Literal, TypeVar

from schemas.funnel.rules import to_rule
from schemas.instants import day_number, local_today
from schemas.tenants import stage_endings
from schemas.tenants.config import Connection, ReasonRule, StageRule, Tenant
from schemas.tenants.milestones import (
    MILESTONES,
    UNMAPPED,
    find_rule,
    lookup_milestone,
    normalize_name,
)
from schemas.tenants.reasons import EVENT_BY_PARTY, lookup_party
from schemas.text.plain import plain_text
from sinks.clickhouse.client import connect
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.settings import Settings
from streams.configuration.yaml_document import parse_yaml
from streams.tools.connect import channels

STAGES_SQL = """
select
    id,
    argMaxIf(name, seen, name != '') as latest_name,
    argMaxIf(kind, seen, kind != '') as latest_kind,
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
REASONS_SQL = """
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

R = TypeVar("R", StageRule, ReasonRule)

ENDINGS = ("company", "candidate", "neither", "hired")  # of `StageRule.ending`

# configured: by the file; vendor: sent by the vendor; known: the name is unambiguous; guessed: a person must confirm it.
Basis = Literal["configured", "vendor", "known", "guessed", "unmapped"]


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """The configured or proposed meaning of one stage or reason, and its number of applications.

    `field` is the field of its rule that takes the meaning: a stage is a milestone or an ending.
    """

    what: Literal["stage", "reason"]
    field: Literal["milestone", "ending", "party"]
    id: str
    name: str
    meaning: str
    basis: Basis
    applications: int


def find_connection(settings: Settings, connection_id: str) -> tuple[Tenant, Connection]:
    """The configured connection and its tenant; raise Misconfigured if there is none of that id."""
    tenancy = load_tenancy(settings.config)
    owner = tenancy.find_connection(connection_id)
    if owner is None:
        connection_ids = ", ".join(
            connection.id for tenant in tenancy.tenants for connection in tenant.connections
        )
        msg = f"no connection {connection_id!r} in {settings.config}; known: {connection_ids}"
        raise Misconfigured(msg)
    return owner


def proposals(settings: Settings, connection_id: str, now: datetime) -> list[Proposal]:
    """The proposals for a configured connection; rules are those in force on the tenant's day at `now`.

    Raise Misconfigured if there is no connection of that id.
    """
    tenant, connection = find_connection(settings, connection_id)
    client = connect(settings.clickhouse_access)
    return suggest(client, tenant.id, connection, local_today(now, tenant.timezone))


def alias_yaml(settings: Settings, connection_id: str) -> str:
    """The channel aliases of the connection's tenant to paste; empty if there are none. Raises as `proposals` does."""
    tenant, _ = find_connection(settings, connection_id)
    client = connect(settings.clickhouse_access)
    return channels.as_yaml(
        tenant.id, channels.suggest_aliases(client, tenant.id, tenant.channel_aliases)
    )


def suggest(client: Any, tenant: str, connection: Connection, today: date) -> list[Proposal]:
    """Every stage and reason in the accepted events of the connection, most frequent first."""
    parameters = {"tenant": tenant, "connection": connection.id}
    hints = parse_yaml((files("streams.tools.connect") / "words.yaml").read_text("utf-8")).value
    stages = [
        _stage(row, connection.stages, hints["stages"], today)
        for row in client.query(STAGES_SQL, parameters=parameters).result_rows
    ]
    reasons = [
        _reason(row, connection.reasons, hints["reasons"], today)
        for row in client.query(REASONS_SQL, parameters=parameters).result_rows
    ]
    return stages + reasons


def _stage(
    row: Sequence[Any], rules: Sequence[StageRule], hints: list[list[str]], today: date
) -> Proposal:
    stage_id, name, kind, applications = row
    rule = _rule_in_force(rules, stage_id, name, today)
    normalized = normalize_name(name)
    milestone = lookup_milestone(name, kind or None)
    is_ending = (
        stage_endings.is_ending_name(normalized) if rule is None else rule.ending is not None
    )
    guess = stage_endings.guess_party(normalized) if is_ending else guess_meaning(hints, normalized)
    meaning, basis = _first_known(
        (None if rule is None else rule.milestone or rule.ending, "configured"),
        (None if milestone == UNMAPPED else milestone, "known"),
        (guess, "guessed"),
    )
    return Proposal(
        what="stage",
        field="ending" if is_ending else "milestone",
        id=stage_id,
        name=name,
        meaning=meaning,
        basis=basis,
        applications=applications,
    )


def _reason(
    row: Sequence[Any], rules: Sequence[ReasonRule], hints: list[list[str]], today: date
) -> Proposal:
    reason_id, name, party, applications = row
    rule = _rule_in_force(rules, reason_id, name, today)
    meaning, basis = _first_known(
        (None if rule is None else rule.party, "configured"),
        (None if party == "unknown" else party, "vendor"),
        (lookup_party(name), "known"),
        (guess_meaning(hints, normalize_name(name)), "guessed"),
    )
    return Proposal(
        what="reason",
        field="party",
        id=reason_id,
        name=name,
        meaning=meaning,
        basis=basis,
        applications=applications,
    )


def _first_known(*answers: tuple[str | None, Basis]) -> tuple[str, Basis]:
    return next(((meaning, basis) for meaning, basis in answers if meaning), ("", "unmapped"))


def _rule_in_force(rules: Sequence[R], key: str, name: str, today: date) -> R | None:
    """Return the rule that gives the meaning today, as the worker would find it."""
    by_meaning = {to_rule(rule): rule for rule in rules}
    rule = find_rule(list(by_meaning), key, name, day_number(today))
    return None if rule is None else by_meaning[rule]


def guess_meaning(hints: list[list[str]], name: str) -> str | None:
    """Return the meaning of the first hint in the name; a Latin one must begin a word, so that `spi` is not in `hospital`."""
    return next(
        (
            meaning
            for part, meaning in hints
            if re.search(rf"(?<![a-z]){re.escape(normalize_name(part))}", name)
        ),
        None,
    )


def as_yaml(connection: str, proposals: Sequence[Proposal]) -> str:
    """Rules to paste under the connection; entries without a proposal are comments to fill in."""
    lines = [f"# What connection {connection} has sent. Correct it, put it under the connection in"]
    lines += ["# the configuration, then run `hirelay replay`."]
    for title, what, choices in (
        (
            "stages",
            "stage",
            f"milestone: one of {', '.join(MILESTONES)}; or ending: one of {', '.join(ENDINGS)}",
        ),
        ("reasons", "reason", f"party: one of {', '.join(EVENT_BY_PARTY)}"),
    ):
        open_proposals = [
            proposal
            for proposal in proposals
            if proposal.what == what and proposal.basis != "vendor"
        ]
        if not open_proposals:
            continue
        lines.append(f"{title}: # {choices}")
        lines += [_yaml_line(proposal) for proposal in open_proposals]
    return "\n".join(lines) + "\n"


def _yaml_line(proposal: Proposal) -> str:
    key = f"{proposal.what}_id" if proposal.id else f"{proposal.what}_name"
    subject = _quoted(proposal.id or proposal.name)
    rule = f"{key}: {subject}, {proposal.field}: {proposal.meaning or '…'}"
    status = proposal.basis if proposal.meaning else "unmapped: fill in and remove the #"
    note = f"# {plain_text(proposal.name or proposal.id)}, {proposal.applications} applications, {status}"
    return f"  {'- ' if proposal.meaning else '# - '}{{ {rule} }} {note}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def summary(connection: str, proposals: Sequence[Proposal]) -> str:
    """Counts by basis, and which entries are counted as unmapped for now."""
    parts = []
    for what in ("stage", "reason"):
        matching = [proposal for proposal in proposals if proposal.what == what]
        bases = [proposal.basis for proposal in matching]
        counts = ", ".join(f"{bases.count(basis)} {basis}" for basis in dict.fromkeys(bases))
        parts.append(f"{len(matching)} {what}s" + (f" ({counts})" if counts else ""))
    unresolved = [proposal for proposal in proposals if proposal.basis in {"guessed", "unmapped"}]
    text = f"{connection}: {' and '.join(parts)}"
    if unresolved:
        names = ", ".join(
            f"{proposal.name or proposal.id} ({proposal.applications})" for proposal in unresolved
        )
        text += f"; counted as unmapped until configured: {names}"
    return text
