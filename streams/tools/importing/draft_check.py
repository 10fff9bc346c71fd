"""Try a drafted map on its file: what would come of it, told in numbers, warnings and a few stories."""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from schemas.tenants.config import Connection
from streams.tools.importing import stories, warnings
from streams.tools.importing.map_file import Map
from streams.tools.importing.plan import PlanOptions, open_plan
from streams.tools.importing.report import ImportReport
from streams.tools.importing.settling.changes import Changes
from streams.tools.importing.source import ImportScope, open_source

TIMEZONE = "Asia/Tokyo"
UNLIMITED = 2_000_000
CONNECTION = Connection(id="draft", vendor="standard")
MAX_LISTED = 5


def check_draft(path: Path, import_map: Map, now: datetime) -> Iterator[str]:
    """Lines that say what would come of the file with this map; raise Misconfigured or Unreadable."""
    zone = ZoneInfo(import_map.timezone or TIMEZONE)
    scope = ImportScope(today=now.astimezone(zone).date(), connection=CONNECTION.id)
    source = open_source(path, import_map, zone.key, scope)
    options = PlanOptions(now=now, max_bytes=UNLIMITED, zone=zone)
    with (
        tempfile.TemporaryDirectory(prefix="hirelay-import-") as folder,
        open_plan((source,), options, Path(folder)) as plan,
    ):
        report = ImportReport()
        for reading in plan.read():
            report.add_row(reading)
        for settled in plan.settled():
            report.add_entity(settled, Changes(), is_orphan=settled.is_orphan)
        yield from _consequences(report)
        yield from (f"  {story}" for story in stories.choose_stories(plan.settled()))


def _consequences(report: ImportReport) -> Iterator[str]:
    totals = ", ".join(f"{n:,} {name}" for name, n in report.consequences.totals.items())
    rows = report.rows.total()
    yield f"What would come of it: {totals or 'nothing'}; {report.refused:,} of {rows:,} rows are refused."
    for warning in warnings.find(report, CONNECTION):
        yield f"WARNING [{warning.name}]: {warning.text}"
    for problem in report.problems[:MAX_LISTED]:
        verb = "refused" if problem.refuses else "noted"
        yield f"line {problem.line} is {verb}: {problem.column}: {problem.message}"
    if report.consequences.totals:
        yield "A few applications as stories; correct the map if one of them is not true:"
