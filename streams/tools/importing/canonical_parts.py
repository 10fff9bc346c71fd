"""The parts of canonical data that several kinds of rows share."""

from collections.abc import Mapping

from streams.tools.importing.row import RowReader

Part = dict[str, object]
# What any row about an application may say of it.
ABOUT = (
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


def about(row: RowReader) -> Part:
    """Application, channel, owners and dimensions as the row gives them; a job without an id goes by its name."""
    row.need("application_id")
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
        "application": _known(application),
        "channel": row.channel(),
        "owners": _known(owners),
        "dims": _known(dims),
    }


def stage(row: RowReader, name: str = "stage") -> Part | None:
    """選考段階; its name is its id where the system has none."""
    title, key = row.text(name), row.id(f"{name}_id")
    if title is None and key is None:
        return None
    return _known({"id": key or (title or "")[:100], "name": title}) or None


def reason(row: RowReader, name: str = "reason") -> Part | None:
    """Why it ended."""
    return _known({"name": row.text(name)})


def panel(row: RowReader, name: str = "interviewers") -> tuple[Part, ...]:
    """面接官 of one interview."""
    return tuple({"user_id": each} for each in row.people(name))


def application_of(row: RowReader) -> str:
    """The id of the application, empty when the row lacks it, which `about` has noted."""
    return row.cells.get("application_id", "").strip()


def _known(part: Mapping[str, object]) -> Part | None:
    kept = {name: value for name, value in part.items() if value is not None}
    return kept or None
