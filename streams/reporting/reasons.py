"""The panel that lists why applications ended: the reasons as the hiring systems name them."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from schemas.reporting.model import ReportCell
from schemas.text.languages import translate
from schemas.text.words import Table
from streams.reporting.own_content import OwnContent, OwnPanel, text_cell
from streams.reporting.request import ReportRequest

FEWEST = 3  # cases of a reason that is listed by its name, so that no single person is described
MOST_ROWS = 9
# An application counts once in each kind, by its latest event of that kind.
REASONS = """
select ending, if(cases < {fewest:UInt32}, '', reason) as shown, sum(cases) as total
from
(
    select ending, reason, count() as cases
    from
    (
        select
            application_id,
            transform(type, ['application.rejected', 'application.withdrawn', 'offer.declined'], ['rejected', 'withdrawn', 'declined'], '') as ending,
            argMax(coalesce(
                nullIf(JSONExtractString(body, 'data', 'reason', 'name'), ''),
                nullIf(JSONExtractString(body, 'data', 'decline_reason', 'name'), ''),
                '-'), time) as reason
        from v_events
        where tenant = {tenant:String}
            and not test
            and type in ('application.rejected', 'application.withdrawn', 'offer.declined')
            and time >= {first:DateTime64(3)}
            and time < {end:DateTime64(3)}
        group by application_id, ending
    )
    group by ending, reason
)
group by ending, shown
order by total desc, ending, shown
limit {most:UInt32}
"""
ENDINGS: Table = {
    "rejected": ("不採用", "Rejected"),
    "withdrawn": ("選考辞退", "Withdrawn"),
    "declined": ("内定辞退", "Offer declined"),
}
UNSTATED = ("理由の記録なし", "No reason recorded")
FEW = ("その他({n}件未満の理由)", "Others (reasons with fewer than {n})")
PANEL = OwnPanel(
    id="report/reasons",
    title=("辞退・不採用の理由は何か", "Why did applications end?"),
    columns=(
        ("ending", ("区分", "Ending"), False),
        ("reason", ("理由", "Reason"), False),
        ("cases", ("件数", "Cases"), True),
    ),
    empty=("この期間に終わった応募なし", "No application ended in the period"),
    note=(
        "採用システムに記録された理由。後に取り消された終了も含む。",
        "Reasons as recorded in the hiring systems, also of endings that were undone later.",
    ),
)


def read_reasons(client: Any, request: ReportRequest) -> OwnContent:
    """Count the endings of the period's local days by reason."""
    zone = ZoneInfo(request.tenant.timezone)
    first, end = (
        datetime.combine(day, time(), zone).astimezone(UTC)
        for day in (request.counted.first, request.counted.last + timedelta(days=1))
    )
    parameters = {
        "tenant": request.tenant.id,
        "first": first,
        "end": end,
        "fewest": FEWEST,
        "most": MOST_ROWS,
    }
    rows = client.query(REASONS, parameters=parameters).result_rows
    return OwnContent(panels=(PANEL.filled(request, [_row(request, *row) for row in rows]),))


def _row(request: ReportRequest, ending: str, reason: str, cases: int) -> tuple[ReportCell, ...]:
    names = {
        "-": translate(UNSTATED, request.language),
        "": translate(FEW, request.language).format(n=FEWEST),
    }
    return (
        text_cell(translate(ENDINGS[ending], request.language)),
        text_cell(names.get(reason, reason)),
        ReportCell(text=f"{cases:,}", value=float(cases), unit="count"),
    )
