"""The page of one breach: evidence, chart, what to check, a suggestion, when it ends, and what can be done; no person is named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from schemas.alerting.actions import ACTIONS
from schemas.alerting.alert_texts import assumptions, description, suggestion, summary
from schemas.alerting.breach import Breach
from schemas.alerting.chart import Week
from schemas.alerting.kinds import kind_of
from schemas.kpis.catalogue import definition_of
from schemas.tenants.config import Tenant
from schemas.text.languages import other_language, translate
from schemas.text.units import format_instant, format_number
from schemas.text.words import Table
from streams.boards.breach_chart import Bars, draw_svg
from streams.boards.static_files import files_version
from streams.boards.words import BREACH_LABELS

TEMPLATES = Path(__file__).parent / "templates"
LABELS: Table = {
    "evidence": ("根拠", "Evidence"),
    "suggestion": ("対策案", "Suggestion"),
    "ends": ("いつ終わるか", "When it ends"),
    "actions": ("対応の記録", "Actions taken"),
    "none_yet": ("まだありません", "None yet"),
    "record": ("対応を記録する", "Record an action"),
    "token": ("API トークン", "API token"),
    "token_hint": (
        "`hirelay alerts act` と同じトークンです。このタブを閉じるまで覚えています。",
        "The same as for `hirelay alerts act`; kept until this tab is closed.",
    ),
    "recorded": ("記録しました", "Recorded"),
    "refused": ("記録できませんでした", "Not recorded"),
    "links": ("次に開くもの", "Go on"),
    "board": ("ボードで見る", "See it on the board"),
    "runbook": ("手順書", "Runbook"),
    "silence": ("このアラートだけ通知を止める", "Silence this alert only"),
    "owner": ("担当", "Owner"),
    "rule": ("規則", "Rule"),
    "told": ("通知", "Reported"),
    "since": ("いつから", "Since"),
    "week": ("期間の最終日", "Up to"),
    "value": ("値", "Value"),
    "table": ("表で見る", "As a table"),
    "target": ("目標", "Target"),
    "chart_lost": ("推移を読み込めませんでした", "The weeks could not be read"),
    "other": ("English", "日本語"),
}


@dataclass(frozen=True, kw_only=True)
class BreachRecord:
    """A breach with its company, its last weeks (None: they could not be read) and the actions taken, oldest first."""

    breach: Breach
    tenant: Tenant
    weeks: Sequence[Week] | None
    actions: Sequence[tuple[str, datetime]]


@dataclass(frozen=True, kw_only=True)
class PageLinks:
    """Where the page leads: the runbook's section, the board, and for each Alertmanager a new silence."""

    runbook: str
    board: str
    silences: Sequence[str]


def render_breach(record: BreachRecord, links: PageLinks, language: str) -> str:
    """Return the page in the language."""
    breach = record.breach.model_copy(update={"language": language})
    words = {key: translate(pair, language) for key, pair in LABELS.items()}
    page = _environment().get_template("breach.html.j2")
    return page.render(
        breach=breach,
        words=words,
        language=language,
        other=other_language(language),
        version=files_version(),
        links=links,
        chart=_chart(breach, record.weeks, words),
        **_texts(breach),
        **_record(record, language),
    )


def _texts(breach: Breach) -> dict[str, object]:
    """Return what the page says about the breach."""
    language = breach.language
    return {
        "summary": summary(breach),
        "description": description(breach),
        "suggestion": suggestion(breach),
        "assumptions": assumptions(breach),
        "ends": kind_of(breach).ends_when(breach) if breach.active else "",
        "severity": _label(f"severity.{breach.severity}", language),
        "state": _label(f"state.{'open' if breach.active else breach.ending}", language),
    }


def _record(record: BreachRecord, language: str) -> dict[str, object]:
    """Return when it was reported, to whom it belongs, what was done, and what can be."""
    return {
        "tenant": record.tenant.name,
        "told": _local(record.breach.told, record.tenant),
        "actions": [
            (_local(at, record.tenant), _label(f"action.{action}", language))
            for action, at in record.actions
        ],
        "buttons": [(action, _label(f"action.{action}", language)) for action in ACTIONS],
    }


def _label(key: str, language: str) -> str:
    return translate(BREACH_LABELS.get(key, (key, key)), language)


def _local(instant: datetime, tenant: Tenant) -> str:
    return format_instant(instant, ZoneInfo(tenant.timezone))


def _chart(
    breach: Breach, weeks: Sequence[Week] | None, words: dict[str, str]
) -> dict[str, object] | None:
    """Return heading, SVG and rows of the chart; None if the breach has none or it could not be read."""
    if not weeks:
        return None
    kind, kpi = kind_of(breach), definition_of(breach.kpi)
    unit, reference = kind.chart_unit(breach), kind.reference_value(breach)
    texts = [format_number(week.value, unit, breach.language) for week in weeks]
    line = f"{words['target']} {format_number(reference, unit, breach.language)}"
    bars = Bars(weeks=weeks, texts=texts, line=reference, line_text=line)
    has_n = kpi.counts_cases and kpi.kind != "count"
    return {
        "heading": kind.chart_heading(breach, breach.language).replace("┊", "―"),
        "svg": Markup(draw_svg(bars)),  # noqa: S704 texts in it are escaped
        "rows": [
            (week.last, text, week.n if has_n else None)
            for week, text in zip(weeks, texts, strict=True)
        ],
    }


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
