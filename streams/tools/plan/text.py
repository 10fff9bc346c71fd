"""予実 output as a terminal table, JSON or CSV, with the KPI id next to every number."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from schemas.cells import TOTAL
from schemas.kpis.catalogue import VERSION
from schemas.planning.forecast import TargetForecast
from schemas.planning.targets import Target, Targets
from schemas.tenants.config import Tenancy
from schemas.text.languages import Words, translate
from schemas.text.units import (
    NO_VALUE,
    format_difference,
    format_number,
    format_probability,
    format_value,
)
from schemas.text.words import BASES, PLAN_STATES, TOO_FEW_CASES, dimension_name
from streams.reading.plan import PlanLine, PlanRequest
from streams.tools.tables import TableColumn, TextTable, print_table
from streams.tools.untrusted import for_csv

SIGNS = {"at_least": "≥", "at_most": "≤"}
STATE_STYLES = {"ahead": "green", "on": "green", "behind": "bold red", "unknown": "dim"}
LABELS: Mapping[str, Words] = {
    "title": ("予実", "Plan and actual"),
    "targets": ("目標", "Targets"),
    "plan": ("計画\n現時点", "Plan\nTo date"),
    "actual": ("実績\n差異", "Actual\nGap"),
    "achieved": ("達成率\n状態", "Achieved\nState"),
    "in_flight": ("見込み（選考中のみ）", "Forecast (in flight only)"),
    "with_arrivals": ("見込み（応募も予測）", "Forecast (with arrivals)"),
    "days": ("期間\n日", "Period\nDays"),
    "owner": ("計画\n担当", "Plan\nOwner"),
    "basis": ("対象\n基準", "Of\nBasis"),
    "reach": ("達成の確率 {}", "reached with {}"),
    "history": (
        "選考中 {open}、{whose}の実績{thin} {n}",
        "{open} open, {whose} history{thin} ({n})",
    ),
    "changed": (
        "最近の採用は過去の幅の外にあります",
        "the latest hires lie outside the past range",
    ),
    "company": ("全社", "company"),
    "own": ("自身", "own"),
    "legend": (
        f"括弧内は n。差異 = 実績 − 現時点の計画。* {TOO_FEW_CASES[0]}。? は対象のデータなし。見込みは 80% 区間。",
        f"n in brackets; gap: actual − plan to date; * {TOO_FEW_CASES[1]}; ? no data for this member; forecasts are 80% intervals.",
    ),
    "no_targets": (
        "{tenant} の目標は {when} にはありません。",
        "No targets of {tenant} for {when}.",
    ),
    "periods": ("--period で選べる期間: {}", "Choose one of its periods with --period: {}"),
    "none": ("目標が一つもありません。", "There are none at all."),
}
FORECAST_FIELDS = (
    "forecast",
    "forecast_low",
    "forecast_high",
    "reach",
    "in_flight",
    "unseen",
    "history",
    "history_n",
    "with_arrivals",
)


@dataclass(frozen=True)
class Output:
    """What was asked for, and the format and language of the answer."""

    request: PlanRequest
    format: str
    language: str


def label(name: str, language: str) -> str:
    """Return a heading or a sentence."""
    return translate(LABELS[name], language)


def scope_label(target: Target, language: str, name: str | None = None) -> str:
    """Return a readable label for the target's member, or for the whole company."""
    dimension = dimension_name(target.dimension, language)
    return dimension if target.dimension == TOTAL else f"{dimension} {name or target.member}"


def line_fields(line: PlanLine) -> dict[str, object]:
    """Return one target with its numbers as output fields; forecast fields are None without a forecast."""
    target, comparison = line.target, line.comparison
    return {
        "kpi": target.kpi,
        "dimension": target.dimension,
        "member": target.member,
        "label": line.label,
        "basis": target.basis,
        "period": target.period_label,
        "from": line.days.first.isoformat(),
        "to": line.days.last.isoformat(),
        "direction": target.direction,
        "plan": comparison.plan,
        "plan_to_date": comparison.plan_to_date,
        "actual": comparison.actual,
        "n": comparison.n if target.definition.counts_cases else None,
        "gap": comparison.gap,
        "achieved": comparison.achieved,
        "state": comparison.state,
        **dict(zip(FORECAST_FIELDS, _forecast_values(line.forecast), strict=True)),
        "owner": target.owner,
        "note": target.note,
    }


def _forecast_values(forecast: TargetForecast | None) -> tuple[object, ...]:
    if forecast is None:
        return (None,) * len(FORECAST_FIELDS)
    bounds = (
        forecast.mean,
        forecast.low,
        forecast.high,
        forecast.reach,
        forecast.open,
        forecast.unseen,
    )
    return (*bounds, forecast.history, forecast.history_n, forecast.arrivals)


def as_json(request: PlanRequest, lines: tuple[PlanLine, ...]) -> str:
    """Format every selected target as JSON."""
    head = {
        "tenant": request.tenant.id,
        "as_of": request.as_of.isoformat(),
        "currency": request.tenant.currency,
        "definitions": VERSION,
        "targets": [line_fields(line) for line in lines],
    }
    return json.dumps(head, ensure_ascii=False)


def as_csv(request: PlanRequest, lines: tuple[PlanLine, ...]) -> str:
    """Format one CSV line per target, with the field names of the JSON."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    for number, line in enumerate(lines):
        row = {"tenant": request.tenant.id, "as_of": request.as_of.isoformat(), **line_fields(line)}
        if not number:
            writer.writerow(row)
        writer.writerow(_cell(value) for value in row.values())
    return output.getvalue()


def _cell(value: object) -> object:
    return f"{value:.12g}" if isinstance(value, float) else for_csv(value)


def plan_table(lines: tuple[PlanLine, ...], output: Output) -> TextTable:
    """Build a terminal table, with a forecast column if any target has a forecast."""
    request, language = output.request, output.language
    columns = [TableColumn(title="KPI")]
    columns += [
        TableColumn(title=label(name, language), numeric=True)
        for name in ("plan", "actual", "achieved")
    ]
    has_forecast = any(line.forecast for line in lines)
    if has_forecast:
        scope = "with_arrivals" if request.arrivals else "in_flight"
        columns.append(TableColumn(title=label(scope, language), prose=True))
    rows = []
    for line in lines:
        forecast = [_forecast_cell(line.forecast, language)] if has_forecast else []
        rows.append((*_cells(line, request.tenant.currency, language), *forecast))
    return TextTable(
        title=f"{label('title', language)} · {request.tenant.id} · {request.as_of}",
        columns=columns,
        rows=rows,
        notes=(label("legend", language),),
        ruled=True,
    )


def _two_lines(first: str, second: str) -> Text:
    return Text(first).append(f"\n{second}", "dim")


def _cells(line: PlanLine, currency: str, language: str) -> tuple[Text, ...]:
    target, comparison = line.target, line.comparison
    kpi = target.definition
    thin = "*" if kpi.kind != "count" and comparison.n < kpi.minimum_n else ""
    n = "" if kpi.kind == "count" or not kpi.counts_cases else f" ({comparison.n})"
    no_data = "" if line.has_data or comparison.actual is None else " ?"
    plan, plan_to_date, actual = (
        format_value(value, kpi.unit, language, currency)
        for value in (comparison.plan, comparison.plan_to_date, comparison.actual)
    )
    gap = format_difference(comparison.gap, kpi.unit, language, currency)
    state = Text(translate(PLAN_STATES[comparison.state], language), STATE_STYLES[comparison.state])
    achieved = Text(format_number(comparison.achieved, "ratio", language) + "\n").append_text(state)
    return (
        _two_lines(
            f"{translate((kpi.ja, kpi.en), language)}{no_data}\n{scope_label(target, language, line.label)}",
            f"{kpi.id} · {target.period_label}",
        ),
        _two_lines(f"{SIGNS[target.direction]} {plan}", plan_to_date),
        Text(f"{actual}{thin}{n}\n{gap}"),
        achieved,
    )


def _forecast_cell(forecast: TargetForecast | None, language: str) -> Text:
    if forecast is None:
        return Text(NO_VALUE)
    reach = format_probability(forecast.reach, "share", language)
    mean = format_number(forecast.mean, "count", language)
    whose = label("company" if forecast.history == "company" else "own", language)
    history = label("history", language).format(
        open=forecast.open, whose=whose, thin="*" * forecast.thin, n=forecast.history_n
    )
    first = f"{mean} ({forecast.low}–{forecast.high})\n{label('reach', language).format(reach)}"
    cell = _two_lines(first, history)
    if forecast.changed:
        cell.append(f"\n{label('changed', language)}", "yellow")
    return cell


def render(lines: tuple[PlanLine, ...], output: Output, console: Console) -> None:
    """Print in the given format; if no target was selected, print which periods have targets."""
    request = output.request
    if output.format == "json":
        console.file.write(as_json(request, lines) + "\n")
    elif output.format == "csv":
        console.file.write(as_csv(request, lines))
    elif lines:
        print_table(plan_table(lines, output), console)
    else:
        console.print(_no_targets(request, output.language), highlight=False, markup=False)


def _no_targets(request: PlanRequest, language: str) -> str:
    ours = [target for target in request.targets.targets if target.tenant == request.tenant.id]
    periods = ", ".join(sorted({target.period_label for target in ours}))
    when = (
        request.as_of
        if request.period is None
        else f"{request.period.first} – {request.period.last}"
    )
    hint = label("periods", language).format(periods) if ours else label("none", language)
    absent = label("no_targets", language).format(tenant=request.tenant.id, when=when)
    return f"{absent} {hint}"


def targets_table(targets: Targets, tenancy: Tenancy, language: str) -> TextTable:
    """Build a table of the parsed targets."""
    currencies = {tenant.id: tenant.currency for tenant in tenancy.tenants}
    rows = []
    for target in targets.targets:
        kpi, days = target.definition, targets.days(target)
        plan = format_value(target.plan, kpi.unit, language, currencies[target.tenant])
        rows.append(
            (
                _two_lines(f"{target.tenant} {kpi.id}", translate((kpi.ja, kpi.en), language)),
                _two_lines(scope_label(target, language), translate(BASES[target.basis], language)),
                _two_lines(target.period or "–", f"{days.first} – {days.last}"),
                _two_lines(f"{SIGNS[target.direction]} {plan}", target.owner or ""),
            )
        )
    names = ("basis", "days", "owner")
    return TextTable(
        title=f"{label('targets', language)} ({len(rows)})",
        columns=(
            TableColumn(title="KPI"),
            *(TableColumn(title=label(name, language)) for name in names),
        ),
        rows=rows,
        ruled=True,
    )
