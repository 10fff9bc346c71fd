"""The rehearsal of alert rules for people and programs."""

import json
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from schemas.alerting.breach import PEOPLE
from schemas.alerting.rules import binomial
from streams.tools.backtest.backtest import Rehearsed, watched

BARS = " ▁▂▃▄▅▆▇█"
OFTEN = 1.0  # openings a week of one rule above which nobody reads it any more


def bars(counts: Sequence[int]) -> str:
    """Counts as a line of bars; 0 is empty."""
    most = max(counts, default=0)
    return "".join(BARS[-(-n * (len(BARS) - 1) // most) if most else 0] for n in counts)


def advice(found: Rehearsed) -> str:
    """What to change in a rule that is too loud, or that can never be heard."""
    if not found.members:
        return "nothing was counted: is the member named right, and does the system tell of it?"
    if len(found.openings) <= OFTEN * found.days / 7:
        return ""
    if found.rule.waits:
        return "loud: raise `at_most` or `allowed`"
    surer = "confidence" if binomial(found.rule.definition) else "margin"
    return f"loud: move the target, lengthen `window_days`, or raise `{surer}` or `cool_down_days`"


def render(rehearsed: Iterable[Rehearsed], shape: str, console: Console) -> None:
    """Print it; a table grows as rules are judged."""
    if shape == "json":
        console.print_json(json.dumps([_told(each) for each in rehearsed], ensure_ascii=False))
        return
    table = Table(caption="by week, judged by what is known today of each day", show_lines=True)
    table.add_column("rule", overflow="fold")
    table.add_column("on history", overflow="fold")
    for each in rehearsed:
        told = [each.sentence, f"│{bars(each.by_week)}│"] if each.openings else [each.sentence]
        if each.open_now:
            told.append(f"{each.open_now} open now")
        if each.openings and each.members > 1:
            told.append(
                f"of {len({one.member for one in each.openings})} of {each.members} members"
            )
        table.add_row(
            f"[bold]{each.rule.tenant}/{each.rule.id}[/]\n{escape(watched(each.rule))}",
            "\n".join([*told, *(f"[yellow]{line}[/]" for line in [advice(each)] if line)]),
        )
    console.print(table)


def _told(found: Rehearsed) -> dict[str, object]:
    """For programs; a person is only said to be one."""
    personal = found.rule.dimension in PEOPLE
    return {
        "tenant": found.rule.tenant,
        "rule": found.rule.id,
        "kpi": found.rule.kpi,
        "dimension": found.rule.dimension,
        "days": found.days,
        "as_of": found.as_of.isoformat(),
        "members": found.members,
        "fired": len(found.openings),
        "open_now": found.open_now,
        "by_week": found.by_week,
        "openings": [
            {
                "member": None if personal else each.member,
                "opened": each.opened.isoformat(),
                "until": each.until and each.until.isoformat(),
                "value": each.value,
                "n": each.n,
            }
            for each in found.openings
        ],
    }
