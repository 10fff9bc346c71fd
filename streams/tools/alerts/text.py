"""Breaches as text for people and JSON for programs: a list, and one in full; persons are shown only by role."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.text import Text

from schemas.alerting.alert_texts import assumptions, description, suggestion, summary
from schemas.alerting.breach import Breach
from schemas.alerting.kinds import kind_of
from schemas.tenants.config import Tenancy
from schemas.text.languages import DEFAULT_LANGUAGE, translate
from schemas.text.units import format_instant
from streams.alerting.alert_payload import Links, to_alert
from streams.boards.words import BREACH_LABELS
from streams.tools.alerts.alertmanagers import TestOutcome
from streams.tools.alerts.read import BreachHistory
from streams.tools.tables import TableColumn, TextTable

STYLES = {"critical": "bold red", "warning": "yellow", "info": "dim"}
HEADINGS = {
    "id": ("ID", "id"),
    "since": ("いつから", "since"),
    "severity": ("重大度", "severity"),
    "state": ("状態", "state"),
    "what": ("何が", "what"),
    "owner": ("担当", "owner"),
    "action": ("対応", "last action"),
    "evidence": ("根拠", "Evidence"),
    "assumptions": ("前提", "Assumptions"),
    "suggestion": ("対策案", "Suggestion"),
    "ends": ("いつ終わるか", "When it ends"),
    "actions": ("対応の記録", "Actions"),
    "none_yet": ("まだありません", "none yet"),
    "board": ("ボード", "Board"),
    "runbook": ("手順書", "Runbook"),
    "record": ("対応を記録する", "Record an action"),
    "told": ("通知", "reported"),
    "rule": ("規則", "rule"),
    "listed": ("目標から外れているもの", "Off target"),
    "arrived": ("届きました。宛先: {receivers}", "arrived; routed to {receivers}"),
    "nobody": (
        "Alertmanager には届きましたが、誰にも通知されません。宛先 {receivers} に通知先(slack_configs、email_configs など)がありません。",
        "arrived, but reaches nobody: receiver {receivers} has no notifier such as slack_configs or email_configs",
    ),
    "lost": ("届いていません: {problem}", "did not arrive: {problem}"),
    "nothing": ("目標から外れているものはありません。", "Nothing is off target."),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Audience:
    """The audience of the output: its language (empty: the language of each alert), companies and links."""

    language: str
    tenancy: Tenancy
    links: Links

    def language_of(self, breach: Breach) -> str:
        """The language in which this breach is shown."""
        return self.language or breach.language

    def default_language(self, breaches: Sequence[Breach], tenant: str = "") -> str:
        """The language of text about no single breach: the one requested, the company's, or the newest breach's."""
        configured = self.tenancy.tenant(tenant)
        if self.language or configured is not None:
            return self.language or (configured.language if configured else DEFAULT_LANGUAGE)
        return breaches[0].language if breaches else DEFAULT_LANGUAGE

    def local_time(self, tenant: str, moment: datetime) -> str:
        """An instant in the company's time zone."""
        configured = self.tenancy.tenant(tenant)
        zone = ZoneInfo("UTC" if configured is None else configured.timezone)
        return format_instant(moment, zone) + (" UTC" if configured is None else "")


def heading(name: str, language: str) -> str:
    """A heading in the given language."""
    return translate(HEADINGS[name], language)


def label(kind: str, name: str, language: str) -> str:
    """The label of a value of a closed set, as on the boards."""
    return translate(BREACH_LABELS.get(f"{kind}.{name}", (name, name)), language)


def state_label(breach: Breach, language: str) -> str:
    """Open, or how the breach ended."""
    return label("state", "open" if breach.active else breach.ending or "", language)


def in_language(breach: Breach, language: str) -> Breach:
    """The same breach, with its messages in that language."""
    return breach.model_copy(update={"language": language})


def breach_table(
    breaches: Sequence[Breach], history: BreachHistory, audience: Audience, tenant: str = ""
) -> TextTable:
    """One row per breach, in the given order."""
    language = audience.default_language(breaches, tenant)
    ended = any(not breach.active for breach in breaches)
    names = ("id", "since", "severity", *(("state",) if ended else ()), "what", "owner", "action")
    cells = [_cells(breach, history, audience.language_of(breach)) for breach in breaches]
    return TextTable(
        title=heading("listed", language),
        columns=[
            TableColumn(title=heading(name, language), prose=name in {"what", "owner"})
            for name in names
        ],
        rows=[[row[name] for name in names] for row in cells],
    )


def _cells(breach: Breach, history: BreachHistory, language: str) -> dict[str, Text]:
    actions = history.actions_of(breach)
    style = STYLES.get(breach.severity, "")
    return {
        "id": Text(breach.id),
        "since": Text(f"{breach.since}"),
        "severity": Text(label("severity", breach.severity, language), style),
        "state": Text(state_label(breach, language)),
        "what": Text(summary(in_language(breach, language))),
        "owner": Text(breach.owner),
        "action": Text(label("action", actions[-1].action, language) if actions else ""),
    }


def as_json(breaches: Iterable[Breach], history: BreachHistory, audience: Audience) -> str:
    """Every fact of each breach, with its messages; the member is omitted if it is a person."""
    return json.dumps(
        [_to_json_object(breach, history, audience) for breach in breaches], ensure_ascii=False
    )


def _to_json_object(
    breach: Breach, history: BreachHistory, audience: Audience
) -> dict[str, object]:
    localized = in_language(breach, audience.language_of(breach))
    facts = localized.model_dump(mode="json", exclude={"member"} if breach.personal else None)
    actions = history.actions_of(breach)
    return facts | {
        "summary": summary(localized),
        "description": description(localized),
        "suggestion": suggestion(localized),
        "actions": [{"action": action.action, "at": action.at.isoformat()} for action in actions],
    }


def render_explanation(
    breach: Breach, history: BreachHistory, audience: Audience, weeks: Sequence[str], command: str
) -> str:
    """Everything about one breach; `weeks` is its chart, `command` the command that records an action."""
    language = audience.language_of(breach)
    localized = in_language(breach, language)
    links = to_alert(localized, audience.links, breach.told)["annotations"]
    parts: list[tuple[str, Sequence[str]]] = [
        (heading("evidence", language), (description(localized),)),
        (heading("assumptions", language), [text for text in (assumptions(localized),) if text]),
        (heading("suggestion", language), (suggestion(localized),)),
        (
            heading("ends", language),
            (kind_of(breach).ends_when(localized),) if breach.active else (),
        ),
        (kind_of(breach).chart_heading(breach, language), weeks),
        (heading("actions", language), _actions(breach, history, audience)),
        *(
            (heading(name, language), (links[key],))
            for name, key in (("board", "board_url"), ("runbook", "runbook_url"))
            if key in links
        ),
        (heading("record", language), (command,)),
    ]
    blocks = [_block(title, lines) for title, lines in parts if lines]
    head = f"{summary(localized)}\n{' · '.join(_facts(breach, audience))}"
    return "\n\n".join([head, *blocks]) + "\n"


def _block(title: str, lines: Sequence[str]) -> str:
    return f"{title}\n" + "\n".join(f"  {line}" for line in lines)


def _facts(breach: Breach, audience: Audience) -> tuple[str, ...]:
    language = audience.language_of(breach)
    return (
        label("severity", breach.severity, language),
        state_label(breach, language),
        f"{heading('owner', language)} {breach.owner}",
        f"{heading('rule', language)} {breach.rule}",
        f"{heading('told', language)} {audience.local_time(breach.tenant, breach.told)}",
        breach.id,
    )


def _actions(breach: Breach, history: BreachHistory, audience: Audience) -> list[str]:
    language = audience.language_of(breach)
    lines = [
        f"{audience.local_time(breach.tenant, action.at)}  {label('action', action.action, language)}"
        for action in history.actions_of(breach)
    ]
    return lines or [heading("none_yet", language)]


def render_outcome(test_outcome: TestOutcome, language: str) -> str:
    """The result of the test alert at one address."""
    if test_outcome.problem:
        return f"{test_outcome.address}  {heading('lost', language).format(problem=test_outcome.problem)}"
    receivers = ", ".join(test_outcome.receivers)
    arrived = "nobody" if test_outcome.reaches_nobody else "arrived"
    return f"{test_outcome.address}  {heading(arrived, language).format(receivers=receivers)}"
