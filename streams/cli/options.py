"""Options shared by several commands."""

from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from streams.cli.completion import complete_connection, complete_tenant


def flag(name: str, help_: str) -> Any:
    """Declare an option that takes no value, and looks like it in the help."""
    return typer.Option(name, help=help_, metavar="")


State = Annotated[
    Path | None,
    typer.Option(
        "--state", help="Directory of a local stack; without it HIRELAY_… variables apply."
    ),
]
LocalState = Annotated[Path, typer.Option("--state", help="Directory of the local stack.")]


class Dimension(StrEnum):
    """Dimension to group by."""

    total = "total"
    channel = "channel"
    source_detail = "source_detail"
    interviewer = "interviewer"
    recruiter = "recruiter"
    hiring_manager = "hiring_manager"
    job = "job"
    department = "department"
    location = "location"


class Basis(StrEnum):
    """The day on which a fact counts: when it happened, of the application, or of entering the stage."""

    decision = "decision"
    cohort = "cohort"
    entry = "entry"


class Language(StrEnum):
    """Output language."""

    ja = "ja"
    en = "en"


class Shape(StrEnum):
    """Output format of a table."""

    table = "table"
    json = "json"
    csv = "csv"


class Listing(StrEnum):
    """Output format of a list."""

    table = "table"
    json = "json"


class QuarantineState(StrEnum):
    """State of quarantine entries to include."""

    open = "open"
    replayed = "replayed"
    dropped = "dropped"
    all = "all"


class AnswerFormat(StrEnum):
    """Output format of a result."""

    text = "text"
    json = "json"


Lang = Annotated[
    Language | None, typer.Option("--lang", help="ja or en; default: the company's language.")
]
TenantId = Annotated[
    str, typer.Option("--tenant", help="Tenant id.", autocompletion=complete_tenant)
]
OnlyTenant = Annotated[
    str, typer.Option("--tenant", help="Only this company.", autocompletion=complete_tenant)
]
ConnectionId = Annotated[
    str,
    typer.Option("--connection", help="Id of the connection.", autocompletion=complete_connection),
]
Catalogue = Annotated[Language, typer.Option("--lang", help="ja or en.")]


def parse_window(
    first: str | None, last: str | None, today: date, days: int = 90
) -> tuple[date, date]:
    """Parse the days of a window, by default the `days` days up to and with today; raise BadParameter."""
    end = parse_day(last, today)
    start = parse_day(first, end - timedelta(days=days - 1))
    if start > end:
        msg = f"--from {start} is after --to {end}"
        raise typer.BadParameter(msg)
    return start, end


def parse_day(text: str | None, default: date) -> date:
    """Parse a day as typed, or return the default; raise BadParameter."""
    try:
        return default if text is None else date.fromisoformat(text)
    except ValueError as error:
        msg = f"{text!r} is not a day; write it as 2026-11-24"
        raise typer.BadParameter(msg) from error
