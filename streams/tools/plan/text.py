"""予実 for people and programs: a table, JSON or CSV, the definition's id beside every number."""

import csv
import io
import json

from rich.console import Console
from rich.table import Table

from schemas import money
from schemas.cells import TOTAL
from schemas.kpis.catalogue import VERSION
from schemas.kpis.definition import Unit
from schemas.planning.forecast import Outlook
from schemas.planning.targets import Target, Targets
from schemas.tenants.config import Tenancy
from streams.tools.plan.query import PlanLine, PlanRequest

SIGNS = {"at_least": "≥", "at_most": "≤"}
STATES = {
    "ahead": "先行 ahead",
    "on": "順調 on plan",
    "behind": "遅れ behind",
    "unknown": "不明 unknown",
}
CAPTION = (
    "n in brackets; 差異 gap: actual − plan to date; * データ不足: too few cases; ? nothing counted of this member; "
    "見込み forecast: 80 % interval; definitions: `hirelay kpi explain ID`"
)
COMING = {False: "選考中のみ in flight only", True: "今後の応募込み with arrivals"}
OUTLOOK = (
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


def whose(target: Target, label: str | None = None) -> str:
    """The company or the member, as people say it."""
    return (
        "全社 all" if target.dimension == TOTAL else f"{target.dimension} {label or target.member}"
    )


def shown(value: float | None, unit: Unit, currency: str) -> str:
    """A number in its unit."""
    if value is None:
        return "-"
    if unit == "money":
        return money.shown(money.minor(value, currency), currency)
    if unit == "ratio":
        return f"{value:.1%}"
    text = f"{value:,.1f}".removesuffix(".0")
    return text + {"days": " d", "hours": " h"}.get(unit, "")


def told(line: PlanLine) -> dict[str, object]:
    """One target with its numbers, for programs; of a target that is not forecast the forecast is None."""
    target, compared = line.target, line.compared
    return {
        "kpi": target.kpi,
        "dimension": target.dimension,
        "member": target.member,
        "label": line.label,
        "basis": target.basis,
        "period": target.called,
        "from": line.days.first.isoformat(),
        "to": line.days.last.isoformat(),
        "direction": target.direction,
        "plan": compared.plan,
        "plan_to_date": compared.plan_to_date,
        "actual": compared.actual,
        "n": compared.n,
        "gap": compared.gap,
        "achieved": compared.achieved,
        "state": compared.state,
        **dict(zip(OUTLOOK, _outlook(line.outlook), strict=True)),
        "owner": target.owner,
        "note": target.note,
    }


def _outlook(found: Outlook | None) -> tuple[object, ...]:
    if found is None:
        return (None,) * len(OUTLOOK)
    bounds = (found.mean, found.low, found.high, found.reach, found.open, found.unseen)
    return (*bounds, found.history, found.history_n, found.arrivals)


def as_json(asked: PlanRequest, found: tuple[PlanLine, ...]) -> str:
    """Every chosen target."""
    head = {
        "tenant": asked.tenant.id,
        "as_of": asked.as_of.isoformat(),
        "currency": asked.tenant.currency,
        "definitions": VERSION,
        "targets": [told(line) for line in found],
    }
    return json.dumps(head, ensure_ascii=False)


def as_csv(asked: PlanRequest, found: tuple[PlanLine, ...]) -> str:
    """One line a target, under the names that the JSON has."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    for number, line in enumerate(found):
        row = {"tenant": asked.tenant.id, "as_of": asked.as_of.isoformat(), **told(line)}
        if not number:
            writer.writerow(row)
        writer.writerow(_cell(value) for value in row.values())
    return output.getvalue()


def _cell(value: object) -> object:
    return f"{value:.12g}" if isinstance(value, float) else value


def as_rich(asked: PlanRequest, found: tuple[PlanLine, ...]) -> Table:
    """A table for people; the forecast is a column where anything is forecast."""
    table = Table(title=f"予実 {asked.tenant.id}, {asked.as_of}", caption=CAPTION, show_lines=True)
    heads = (
        "KPI",
        "対象 whose\n期間 period",
        "計画 plan\nto date",
        "実績 actual\n差異 gap",
        "達成率\nachieved",
    )
    for head in heads:
        table.add_column(head, overflow="fold")
    forecast = any(line.outlook for line in found)
    if forecast:
        table.add_column("着地見込み forecast\n" + COMING[asked.arrivals])
    for line in found:
        cells = _cells(line, asked.tenant.currency)
        table.add_row(*cells, *([_landing(line.outlook)] if forecast else []))
    return table


def _cells(line: PlanLine, currency: str) -> tuple[str, ...]:
    target, compared = line.target, line.compared
    kpi = target.definition
    unit: Unit = kpi.unit
    thin = "*" if kpi.kind != "count" and compared.n < kpi.minimum_n else ""
    n = "" if kpi.kind == "count" else f" ({compared.n})"
    unheard = "" if line.known or compared.actual is None else " ?"
    achieved = "-" if compared.achieved is None else f"{compared.achieved:.0%}"
    return (
        f"{kpi.ja}\n[dim]{kpi.en} · {kpi.id}[/]",
        f"{whose(target, line.label)}{unheard}\n[dim]{target.called}[/]",
        f"{SIGNS[target.direction]} {shown(compared.plan, unit, currency)}\n"
        f"[dim]{shown(compared.plan_to_date, unit, currency)}[/]",
        f"{shown(compared.actual, unit, currency)}{thin}{n}\n{_gap(compared.gap, unit, currency)}",
        f"{achieved}\n{STATES[compared.state]}",
    )


def _gap(gap: float | None, unit: Unit, currency: str) -> str:
    if gap is None:
        return "-"
    sign = "+" if gap >= 0 else "−"
    if unit == "ratio":
        return f"{sign}{abs(gap) * 100:.1f} pt"
    return sign + shown(abs(gap), unit, currency)


def _landing(found: Outlook | None) -> str:
    if found is None:
        return "-"
    thin = "*" if found.thin else ""
    reach = "<1%" if 0 < found.reach < 0.01 else f"{found.reach:.0%}"
    return (
        f"{found.mean:.1f} ({found.low}–{found.high})\n達成 P {reach}\n"
        f"[dim]{found.open} open, {found.history} history{thin} ({found.history_n})[/]"
    )


def render(asked: PlanRequest, found: tuple[PlanLine, ...], shape: str, console: Console) -> None:
    """Print in one of the shapes; where no target was chosen, say what there is."""
    if shape == "json":
        console.file.write(as_json(asked, found) + "\n")
    elif shape == "csv":
        console.file.write(as_csv(asked, found))
    elif found:
        console.print(as_rich(asked, found))
    else:
        ours = [each for each in asked.targets.targets if each.tenant == asked.tenant.id]
        periods = ", ".join(sorted({each.called for each in ours}))
        when = asked.as_of if asked.period is None else "that period"
        there = f"there are some for {periods}: give --period" if ours else "there are none at all"
        console.print(f"No target of {asked.tenant.id} for {when}; {there}.")


def watched(targets: Targets, tenancy: Tenancy) -> Table:
    """What would be watched, as the file is understood."""
    table = Table(title=f"{len(targets.targets)} targets", show_lines=True)
    table.add_column("KPI", no_wrap=True)
    for head in ("対象 whose\nbasis", "期間 period\ndays", "計画 plan\nowner"):
        table.add_column(head, overflow="fold")
    currencies = {tenant.id: tenant.currency for tenant in tenancy.tenants}
    for each in targets.targets:
        kpi, days = each.definition, targets.days(each)
        plan = shown(each.plan, kpi.unit, currencies[each.tenant])
        table.add_row(
            f"{each.tenant} {kpi.id}\n[dim]{kpi.ja}[/]",
            f"{whose(each)}\n[dim]{each.basis}[/]",
            f"{each.period or ''}\n[dim]{days.first}..\n{days.last}[/]".lstrip("\n"),
            f"{SIGNS[each.direction]} {plan}\n[dim]{each.owner or ''}[/]",
        )
    return table
