"""Options that several commands share, and how lists, tables and verdicts are printed."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

State = Annotated[
    Path | None,
    typer.Option(
        "--state", help="Directory of a local stack; without it HIRELAY_… variables apply."
    ),
]
LocalState = Annotated[Path, typer.Option("--state", help="Directory of the local stack.")]


class Dimension(StrEnum):
    """By what to break down."""

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
    """On which day a fact counts: the day it happened, of the application, or of entering the stage."""

    decision = "decision"
    cohort = "cohort"
    entry = "entry"


class Language(StrEnum):
    """Of what people read."""

    ja = "ja"
    en = "en"


class Shape(StrEnum):
    """How to print a table."""

    table = "table"
    json = "json"
    csv = "csv"


class Listing(StrEnum):
    """How to print a list."""

    table = "table"
    json = "json"


class EntryState(StrEnum):
    """Which entries of the quarantine."""

    open = "open"
    replayed = "replayed"
    dropped = "dropped"
    all = "all"


class AnswerFormat(StrEnum):
    """How to print a verdict."""

    text = "text"
    json = "json"


def day(value: str | None, otherwise: date) -> date:
    """A day that was typed, or the other one; raise BadParameter."""
    try:
        return otherwise if value is None else date.fromisoformat(value)
    except ValueError as error:
        msg = f"{value!r} is not a day; write it as 2026-11-24"
        raise typer.BadParameter(msg) from error
