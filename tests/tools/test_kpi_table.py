"""The table of `hirelay kpi show` fits a terminal of 80 columns, from an empty company to a thousand channels."""

import io
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime

from rich.console import Console

from schemas.cells import Tally
from schemas.kpis.catalogue import KPIS
from streams.reading.kpis import KpiQuery, KpiRow, KpiTable
from streams.tools.kpi.text import as_csv, as_json, render

WIDTH = 80
TALLY: Tally = {name.replace("*", "7"): 20 for kpi in KPIS for name in kpi.measures if name}


def table(dimension: str, members: int) -> KpiTable:
    """A table in which every KPI has a value."""
    query = KpiQuery(
        tenant="aoba",
        dimension=dimension,
        basis="decision",
        first=date(2026, 4, 1),
        last=date(2026, 6, 30),
        as_of=date(2026, 6, 30),
    )
    rows = [KpiRow(member=f"m{n}", label=f"媒体 {n}", tally=TALLY) for n in range(members)]
    return KpiTable(query=query, rows=tuple(rows))


def lines(shown: KpiTable) -> list[str]:
    """The lines printed on a terminal of 80 columns."""
    console = Console(width=WIDTH, file=io.StringIO())
    render(shown, "table", console, "ja")
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_an_empty_company_is_told_what_to_try() -> None:
    """Without data there is a sentence and no table."""
    assert "データがありません（aoba、全社別）" in lines(table("total", 0))[0]


def test_one_member_shows_every_kpi() -> None:
    """Each KPI is a line of its own, with its id."""
    shown = table("total", 1)
    text = "\n".join(lines(shown))

    assert all(kpi.id in text for kpi in shown.kpis if kpi.additive)
    assert "省略" not in text


def test_a_thousand_channels_show_the_headlines() -> None:
    """One line per channel; the KPIs that have no room are counted, and CSV has them all."""
    shown = table("channel", 1_000)
    text = lines(shown)

    assert len(text) < 1_030
    assert all(f"媒体 {number} " in "\n".join(text) for number in (0, 999))
    assert "列を省略しました。`--kpi` で選ぶか" in " ".join(line.strip() for line in text[-3:])
    assert len(as_csv(shown).splitlines()) == 1 + 1_000 * len(shown.kpis)


def test_json_and_csv_name_the_instant_of_the_numbers() -> None:
    """Every answer says up to when everything counted is in it; nothing stands there without numbers."""
    dated = replace(table("total", 1), numbers_as_of=datetime(2026, 7, 1, 3, tzinfo=UTC))
    written = [line.rsplit(",", 1)[1] for line in as_csv(dated).splitlines()]

    assert json.loads(as_json(dated))["numbers_as_of"] == "2026-07-01T03:00:00.000+00:00"
    assert set(written) == {"numbers_as_of", "2026-07-01T03:00:00.000+00:00"}
    assert json.loads(as_json(table("total", 1)))["numbers_as_of"] is None


def test_a_sum_of_money_is_no_number_of_cases() -> None:
    """The denominator of a return and a cost are yen: no n stands beside them, in the table or in CSV."""
    text = lines(table("total", 1))
    (line,) = [line for line in text if "採用ROI" in line]

    assert any("(20)" in line for line in text)
    assert re.search(r"\(\d", line) is None
    rows = [row.split(",") for row in as_csv(table("total", 1)).splitlines()[1:]]
    ns = {row[7]: row[9] for row in rows}
    assert (ns["roi_ratio"], ns["cost_total"], ns["hires"]) == ("", "", "20")
