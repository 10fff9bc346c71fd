"""Backtest results as a table for people and JSON for programs."""

import json
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from schemas.alerting.breach import PERSON_DIMENSIONS
from streams.tools.backtest.backtest import BacktestResult
from streams.tools.tables import TableColumn, TextTable, print_table

BARS = " ▁▂▃▄▅▆▇█"
LOUD_OPENINGS_PER_WEEK = 1.0  # per rule; above this, people stop reading its alerts


def bars(counts: Sequence[int]) -> str:
    """Counts as a line of bars; 0 is blank."""
    highest = max(counts, default=0)
    return "".join(BARS[-(-n * (len(BARS) - 1) // highest) if highest else 0] for n in counts)


def advice(result: BacktestResult) -> str:
    """What to change in a rule that fires too often or can never fire."""
    if not result.members:
        return "nothing was counted: check the member's name and whether the hiring system sends these events"
    if len(result.openings) <= LOUD_OPENINGS_PER_WEEK * result.days / 7:
        return ""
    return f"noisy: {result.rule.noise_advice()}"


def render(results: Iterable[BacktestResult], shape: str, console: Console) -> None:
    """Print the results as a table or as JSON."""
    if shape == "json":
        console.print_json(
            json.dumps([_to_json_object(result) for result in results], ensure_ascii=False)
        )
        return
    print_table(backtest_table(results), console)


def backtest_table(results: Iterable[BacktestResult]) -> TextTable:
    """Return one row per rule: what it says, and how often it would have fired."""
    return TextTable(
        columns=(
            TableColumn(title="rule", prose=True),
            TableColumn(title="on history", prose=True),
        ),
        rows=[(_rule_cell(result), _history_cell(result)) for result in results],
        notes=("by week, judged with today's data for each day",),
        ruled=True,
    )


def _rule_cell(result: BacktestResult) -> Text:
    name = Text(f"{result.rule.tenant}/{result.rule.id}", "bold")
    return name.append(f"\n{result.rule.describe()}", "not bold")


def _history_cell(result: BacktestResult) -> Text:
    lines = [result.summary, f"│{bars(result.by_week)}│"] if result.openings else [result.summary]
    if result.open_now:
        lines.append(f"{result.open_now} open now")
    if result.openings and result.members > 1:
        fired_for = len({opening.member for opening in result.openings})
        lines.append(f"for {fired_for} of {result.members} members")
    cell = Text("\n".join(lines))
    return cell.append(f"\n{advice(result)}", "yellow") if advice(result) else cell


def _to_json_object(result: BacktestResult) -> dict[str, object]:
    """The result for programs; members that are persons are omitted."""
    personal = result.rule.dimension in PERSON_DIMENSIONS
    return {
        "tenant": result.rule.tenant,
        "rule": result.rule.id,
        "kpi": result.rule.kpi,
        "dimension": result.rule.dimension,
        "days": result.days,
        "as_of": result.as_of.isoformat(),
        "members": result.members,
        "fired": len(result.openings),
        "open_now": result.open_now,
        "by_week": result.by_week,
        "openings": [
            {
                "member": None if personal else opening.member,
                "opened": opening.opened.isoformat(),
                "until": opening.until and opening.until.isoformat(),
                "value": opening.value,
                "n": opening.n,
            }
            for opening in result.openings
        ],
    }
