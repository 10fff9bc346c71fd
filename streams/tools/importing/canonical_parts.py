"""Parts of canonical data that several kinds of rows share."""

from collections.abc import Mapping

from streams.tools.importing.refusals import quoted_cell
from streams.tools.importing.row import RowReader

Part = dict[str, object]
# Minor units below which an amount cannot be what somebody earns in a year.
LEAST_YEARLY = {"JPY": 100_000, "USD": 100_000, "EUR": 100_000, "GBP": 100_000}
HIGHEST_TO_LEAST = 10_000  # beyond it the unit is wrong: a billion yen, ten million dollars
# Fields that any row about an application may have.
APPLICATION_FIELDS = (
    "application_id",
    "candidate_id",
    "job_id",
    "job_name",
    "channel",
    "recruiter_id",
    "agency_id",
    "department",
    "location",
    "employment_type",
    "level",
)


def application_parts(row: RowReader) -> Part:
    """Application, channel, owners and dimensions of the row; the job name serves as the id of a job without one."""
    row.require("application_id")
    job, name = row.id("job_id"), row.text("job_name")
    application = {
        "id": row.id("application_id"),
        "candidate_id": row.id("candidate_id"),
        "job_id": job or (name[:100] if name else None),
        "job_name": name,
    }
    owners = {"recruiter_id": row.id("recruiter_id"), "agency_id": row.id("agency_id")}
    dims = {name: row.text(name) for name in ("department", "location", "employment_type", "level")}
    return {
        "application": _without_nulls(application),
        "channel": row.channel(),
        "owners": _without_nulls(owners),
        "dims": _without_nulls(dims),
    }


def stage(row: RowReader, name: str = "stage") -> Part | None:
    """選考段階; the name serves as the id where the system has none."""
    stage_name, stage_id = row.text(name), row.id(f"{name}_id")
    if stage_name is None and stage_id is None:
        return None
    return _without_nulls({"id": stage_id or (stage_name or "")[:100], "name": stage_name}) or None


def reason(row: RowReader, name: str = "reason") -> Part | None:
    """The reason of the outcome."""
    return _without_nulls({"name": row.text(name)})


def panel(row: RowReader, name: str = "interviewers") -> tuple[Part, ...]:
    """The 面接官 of one interview."""
    return tuple({"user_id": user_id} for user_id in row.ids(name))


def application_id(row: RowReader) -> str:
    """The application id in its clean form; empty if the row has none, which `application_parts` records as a problem."""
    return row.id("application_id") or ""


def yearly_money(row: RowReader) -> tuple[int | None, str | None]:
    """The first year's compensation; one too small or too large to be true is left out and noted."""
    amount, currency = row.money()
    least = LEAST_YEARLY.get(currency or "", 0)
    if amount is not None and least and not least <= amount <= least * HIGHEST_TO_LEAST:
        size = "small" if amount < least else "large"
        detail = f"{quoted_cell(row.cells['amount'])}|{currency}|{size}"
        row.note("amount", "implausible_amount", detail)
        return None, None
    return amount, currency


def _without_nulls(part: Mapping[str, object]) -> Part | None:
    present = {name: value for name, value in part.items() if value is not None}
    return present or None
