"""Breaches as people and programs read them: a list, one in full, and JSON; a person is never more than one of a kind."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from schemas.alerting.breach import Breach
from schemas.alerting.messages import description, suggestion, summary
from schemas.tenants.config import Tenancy
from streams.alerting.alert_payload import Links, alert
from streams.boards.specs.labels import OF_BREACHES
from streams.tools.alerts.alertmanagers import TestOutcome
from streams.tools.alerts.read import BreachHistory

STYLES = {"critical": "bold red", "warning": "yellow", "info": "dim"}
HEADS = {
    "id": ("ID", "id"),
    "since": ("いつから", "since"),
    "severity": ("重大度", "severity"),
    "state": ("状態", "state"),
    "what": ("何が", "what"),
    "owner": ("担当", "owner"),
    "action": ("対応", "last action"),
    "evidence": ("根拠", "Evidence"),
    "suggestion": ("対策案", "Suggestion"),
    "weeks": ("推移(各日までの {days} 日間、┊ が目標)", "Weeks ({days} days up to each; ┊ is the target)"),
    "waits": ("推移(各日に {days} 日を超えて待っていた件数、┊ が上限)", "Weeks (who had waited for more than {days} days; ┊ is what is allowed)"),
    "actions": ("対応の記録", "Actions"),
    "none_yet": ("まだありません", "none yet"),
    "board": ("ボード", "Board"),
    "runbook": ("手順書", "Runbook"),
    "record": ("対応を記録する", "Record an action"),
    "told": ("通知", "told"),
    "rule": ("規則", "rule"),
    "listed": ("目標から外れているもの", "Off target"),
    "arrived": ("届きました。宛先: {receivers}", "arrived; routed to {receivers}"),
    "lost": ("届いていません: {problem}", "did not arrive: {problem}"),
    "nothing": ("目標から外れているものはありません。", "Nothing is off target."),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Who reads: in which language (empty: that of each alert), whose companies, and where links lead to."""

    language: str
    tenancy: Tenancy
    links: Links

    def language_of(self, breach: Breach) -> str:
        """The language that this breach is read in."""
        return self.language or breach.language

    def common(self, breaches: Sequence[Breach], tenant: str = "") -> str:
        """The language of what is not about one breach: the one asked for, the company's, or that of the newest."""
        held = self.tenancy.tenant(tenant)
        if self.language or held is not None:
            return self.language or (held.language if held else "ja")
        return breaches[0].language if breaches else "ja"

    def clock(self, tenant: str, moment: datetime) -> str:
        """An instant as the company's clocks show it."""
        held = self.tenancy.tenant(tenant)
        zone = ZoneInfo("UTC" if held is None else held.timezone)
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" + (" UTC" if held is None else "")


def head(name: str, language: str) -> str:
    """A word of ours."""
    return HEADS[name][0 if language == "ja" else 1]


def word(kind: str, name: str, language: str) -> str:
    """A word of a closed set, as boards say it."""
    pair = OF_BREACHES.get(f"{kind}.{name}", (name, name))
    return pair[0 if language == "ja" else 1]


def state(breach: Breach, language: str) -> str:
    """Open, or how it ended."""
    return word("state", "open" if breach.active else breach.ending or "", language)


def said(breach: Breach, language: str) -> Breach:
    """The same breach, told in that language."""
    return breach.model_copy(update={"language": language})


def table(
    breaches: Sequence[Breach], held: BreachHistory, reader: Audience, tenant: str = ""
) -> Table:
    """A line a breach, in the order given."""
    language = reader.common(breaches, tenant)
    made = Table(title=head("listed", language))
    ended = any(not each.active for each in breaches)
    names = ("id", "since", "severity", *(("state",) if ended else ()), "what", "owner", "action")
    for name in names:
        narrow = name in {"id", "since", "severity", "state"}
        made.add_column(head(name, language), overflow="fold", no_wrap=narrow)
    for each in breaches:
        cells = _cells(each, held, reader.language_of(each))
        made.add_row(*(cells[name] for name in names))
    return made


def _cells(breach: Breach, held: BreachHistory, language: str) -> dict[str, Text]:
    actions = held.actions_of(breach)
    style = STYLES.get(breach.severity, "")
    return {
        "id": Text(breach.id),
        "since": Text(f"{breach.since}"),
        "severity": Text(word("severity", breach.severity, language), style),
        "state": Text(state(breach, language)),
        "what": Text(summary(said(breach, language))),
        "owner": Text(breach.owner),
        "action": Text(word("action", actions[-1].action, language) if actions else ""),
    }


def as_json(breaches: Iterable[Breach], held: BreachHistory, reader: Audience) -> str:
    """Every fact of each, with the sentences; the member is left out where it is a person."""
    return json.dumps([_object(each, held, reader) for each in breaches], ensure_ascii=False)


def _object(breach: Breach, held: BreachHistory, reader: Audience) -> dict[str, object]:
    told = said(breach, reader.language_of(breach))
    facts = told.model_dump(mode="json", exclude={"member"} if breach.personal else None)
    actions = held.actions_of(breach)
    return facts | {
        "summary": summary(told),
        "description": description(told),
        "suggestion": suggestion(told),
        "actions": [{"action": each.action, "at": each.at.isoformat()} for each in actions],
    }


def explained(
    breach: Breach, held: BreachHistory, reader: Audience, weeks: Sequence[str], line: str
) -> str:
    """Everything about one breach; `weeks` is its picture, `line` the command that records an action."""
    language = reader.language_of(breach)
    told = said(breach, language)
    facts = (
        word("severity", breach.severity, language),
        state(breach, language),
        f"{head('owner', language)} {breach.owner}",
        f"{head('rule', language)} {breach.rule}",
        f"{head('told', language)} {reader.clock(breach.tenant, breach.told)}",
        breach.id,
    )
    links = alert(told, reader.links, breach.told)["annotations"]
    parts: list[tuple[str, Sequence[str]]] = [
        (head("evidence", language), (description(told),)),
        (head("suggestion", language), (suggestion(told),)),
        (_over(breach, language), weeks),
        (head("actions", language), _actions(breach, held, reader)),
        *(
            (head(name, language), (links[key],))
            for name, key in (("board", "board_url"), ("runbook", "runbook_url"))
            if key in links
        ),
        (head("record", language), (line,)),
    ]
    blocks = [
        f"{title}\n" + "\n".join(f"  {each}" for each in lines) for title, lines in parts if lines
    ]
    return "\n\n".join([f"{summary(told)}\n{' · '.join(facts)}", *blocks]) + "\n"


def _over(breach: Breach, language: str) -> str:
    if breach.limit_days is None:
        return head("weeks", language).format(days=breach.window_days)
    return head("waits", language).format(days=breach.limit_days)


def _actions(breach: Breach, held: BreachHistory, reader: Audience) -> list[str]:
    language = reader.language_of(breach)
    found = [
        f"{reader.clock(breach.tenant, each.at)}  {word('action', each.action, language)}"
        for each in held.actions_of(breach)
    ]
    return found or [head("none_yet", language)]


def outcome(found: TestOutcome, language: str) -> str:
    """What became of the test alert at one address."""
    if found.problem:
        return f"{found.address}  {head('lost', language).format(problem=found.problem)}"
    receivers = ", ".join(found.receivers)
    return f"{found.address}  {head('arrived', language).format(receivers=receivers)}"
