"""予実 output as a terminal table, JSON or CSV, with the KPI id next to every number."""

import csv
import io
import json

from rich.console import Console
from rich.table import Table

from schemas.cells import TOTAL
from schemas.kpis.catalogue import VERSION
from schemas.planning.forecast import TargetForecast
from schemas.planning.targets import Target, Targets
from schemas.tenants.config import Tenancy
from schemas.text.languages import bilingual
from schemas.text.units import (
    NO_VALUE,
    format_difference,
    format_number,
    format_probability,
    format_value,
)
from schemas.text.words import DIMENSIONS, PLAN_STATES, TOO_FEW_CASES
from streams.tools.plan.query import PlanLine, PlanRequest

SIGNS = {"at_least": "≥", "at_most": "≤"}
NUMBERS = "en"  # the table is in both languages; its numbers have English units
CAPTION = (
    f"n in brackets; 差異 gap: actual − plan to date; * {bilingual(TOO_FEW_CASES)}; ? no data for this member; "
    "見込み forecast: 80% interval; definitions: `hirelay kpi explain ID`"
)
FORECAST_SCOPE = {False: "選考中のみ in flight only", True: "今後の応募込み with arrivals"}
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


def scope_label(target: Target, label: str | None = None) -> str:
    """Return a readable label for the target's member, or for the whole company."""
    if target.dimension == TOTAL:
        return bilingual(DIMENSIONS[TOTAL])
    return f"{target.dimension} {label or target.member}"


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
        "n": comparison.n,
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
    return f"{value:.12g}" if isinstance(value, float) else value


def as_rich(request: PlanRequest, lines: tuple[PlanLine, ...]) -> Table:
    """Build a terminal table, with a forecast column if any target has a forecast."""
    table = Table(
        title=f"予実 {request.tenant.id}, {request.as_of}", caption=CAPTION, show_lines=True
    )
    heads = (
        "KPI",
        "対象 scope\n期間 period",
        "計画 plan\nto date",
        "実績 actual\n差異 gap",
        "達成率\nachieved",
    )
    for head in heads:
        table.add_column(head, overflow="fold")
    has_forecast = any(line.forecast for line in lines)
    if has_forecast:
        table.add_column("着地見込み forecast\n" + FORECAST_SCOPE[request.arrivals])
    for line in lines:
        cells = _cells(line, request.tenant.currency)
        table.add_row(*cells, *([_forecast_cell(line.forecast)] if has_forecast else []))
    return table


def _cells(line: PlanLine, currency: str) -> tuple[str, ...]:
    target, comparison = line.target, line.comparison
    kpi = target.definition
    unit = kpi.unit
    thin = "*" if kpi.kind != "count" and comparison.n < kpi.minimum_n else ""
    n = "" if kpi.kind == "count" else f" ({comparison.n})"
    no_data = "" if line.has_data or comparison.actual is None else " ?"
    plan, plan_to_date, actual = (
        format_value(value, unit, NUMBERS, currency)
        for value in (comparison.plan, comparison.plan_to_date, comparison.actual)
    )
    gap = format_difference(comparison.gap, unit, NUMBERS, currency)
    return (
        f"{kpi.ja}\n[dim]{kpi.en} · {kpi.id}[/]",
        f"{scope_label(target, line.label)}{no_data}\n[dim]{target.period_label}[/]",
        f"{SIGNS[target.direction]} {plan}\n[dim]{plan_to_date}[/]",
        f"{actual}{thin}{n}\n{gap}",
        f"{format_number(comparison.achieved, 'ratio', NUMBERS)}\n{bilingual(PLAN_STATES[comparison.state])}",
    )


def _forecast_cell(forecast: TargetForecast | None) -> str:
    if forecast is None:
        return NO_VALUE
    thin = "*" if forecast.thin else ""
    reach = format_probability(forecast.reach, "share", NUMBERS)
    changed = "\n[yellow]最近の採用が過去の幅を外れています / latest hires left the past range[/]"
    return (
        f"{format_number(forecast.mean, 'count', NUMBERS)} ({forecast.low}–{forecast.high})\n達成 P {reach}\n"
        f"[dim]{forecast.open} open, {forecast.history} history{thin} ({forecast.history_n})[/]"
        + (changed if forecast.changed else "")
    )


def render(
    request: PlanRequest, lines: tuple[PlanLine, ...], output_format: str, console: Console
) -> None:
    """Print in the given format; if no target was selected, print which periods have targets."""
    if output_format == "json":
        console.file.write(as_json(request, lines) + "\n")
    elif output_format == "csv":
        console.file.write(as_csv(request, lines))
    elif lines:
        console.print(as_rich(request, lines))
    else:
        ours = [target for target in request.targets.targets if target.tenant == request.tenant.id]
        periods = ", ".join(sorted({target.period_label for target in ours}))
        when = request.as_of if request.period is None else "that period"
        hint = (
            f"there are targets for {periods}: give --period" if ours else "there are none at all"
        )
        console.print(f"No targets of {request.tenant.id} for {when}; {hint}.")


def targets_table(targets: Targets, tenancy: Tenancy) -> Table:
    """Build a table of the parsed targets."""
    table = Table(title=f"{len(targets.targets)} targets", show_lines=True)
    table.add_column("KPI", no_wrap=True)
    for head in ("対象 scope\nbasis", "期間 period\ndays", "計画 plan\nowner"):
        table.add_column(head, overflow="fold")
    currencies = {tenant.id: tenant.currency for tenant in tenancy.tenants}
    for target in targets.targets:
        kpi, days = target.definition, targets.days(target)
        plan = format_value(target.plan, kpi.unit, NUMBERS, currencies[target.tenant])
        table.add_row(
            f"{target.tenant} {kpi.id}\n[dim]{kpi.ja}[/]",
            f"{scope_label(target)}\n[dim]{target.basis}[/]",
            f"{target.period or ''}\n[dim]{days.first}..\n{days.last}[/]".lstrip("\n"),
            f"{SIGNS[target.direction]} {plan}\n[dim]{target.owner or ''}[/]",
        )
    return table
