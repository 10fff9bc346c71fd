"""Why a row is refused: what is wrong with it and what its owner can do, for every reason there is."""

import re
from dataclasses import dataclass

from schemas.errors import Malformed, Unmapped

EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
SHOWN = 40  # characters of a cell that a report repeats

# Reason → (what is wrong, what to do); `{}` is the detail: a cell that is no personal data, or words of ours.
REFUSALS = {
    "empty": ("is empty", "fill it in, map another column, or set it under `constants`"),
    "not_a_date": (
        "{} is not a date that can be read in only one way",
        "write 2026-04-01, 2026/04/01 or 2026年4月1日, with or without 10:30",
    ),
    "out_of_range": ("{} lies outside the years 1990 to 2099", "correct the year"),
    "not_a_number": ("{} is not a number", "write digits, with a point for decimals"),
    "not_whole": ("{} is not a whole number", "write digits only"),
    "not_money": (
        "{} is not an amount",
        "write 1200000, 1,200,000円 or ¥1,200,000; decimals only where the currency has them",
    ),
    "other_currency": (
        "the amount is marked as {}",
        "map or set `currency`, and keep other currencies in a file of their own",
    ),
    "not_a_currency": ("{} is not a currency code", "write a code of three letters such as JPY"),
    "email": (
        "holds what looks like an e-mail address",
        "map a column of ids; nothing of people is imported",
    ),
    "at_in_id": (
        "an id with an @ may be an e-mail address",
        "map a column of ids of your system instead",
    ),
    "too_long": ("has more than {} characters", "map a shorter column; free text is not imported"),
    "unknown_word": ("{} has no meaning in the map", "say what it means under `values`: {}"),
    "not_known_ending": (
        "the application has ended, and nothing says by whom",
        "map `outcome` or `reason`, or use `rejected_at`, `withdrawn_at` or `closed_at`",
    ),
    "no_date_of": ("says {}, and there is no date of it", "fill in or map {}"),
    "both_ended": (
        "ended and hired at one time",
        "leave one of the two empty, or write when each happened",
    ),
    "backwards": ("{} comes before {}", "correct one of the two dates"),
    "nothing_told": ("none of {} is filled in", "fill one in; a row without any tells nothing"),
    "cells": (
        "the row has {} cells and the header {}",
        "put text that holds the delimiter or a line break into double quotes",
    ),
    "not_csv": ("the row cannot be split into cells", "save the table again as CSV"),
    "conflict": (
        "line {} tells the same event with other values",
        "keep one of the two rows",
    ),
    "not_canonical": ("{} cannot be taken", "correct the value"),
    "no_activity": ("the event names no activity", "give it one, or remove it from the log"),
    "unmapped_activity": (
        "the activity {} is not in the map",
        "map it under `activities`, or write `ignore:` with a reason",
    ),
    "no_application": (
        "the event belongs to no application",
        "set `objects.application`, or `ignore:` the activity with a reason",
    ),
    "unknown_object": ("the object {} is not in the log", "export the log with all its objects"),
    "too_large": (
        "the event alone has {} bytes, more than the gateway takes",
        "shorten its texts, or raise HIRELAY_GATEWAY_BODY_BYTES",
    ),
}


@dataclass(frozen=True, kw_only=True)
class RowProblem:
    """One reason why the row on `line` is refused; `line` counts from 1, and events where a log has no lines."""

    line: int
    column: str
    wrong: str
    remedy: str


def problem(line: int, column: str, why: Malformed | Unmapped) -> RowProblem:
    """The reason in words; details of one reason are separated by `|`."""
    wrong, remedy = REFUSALS[why.reason]
    details = why.detail.split("|")
    holes = wrong.count("{}")
    return RowProblem(
        line=line,
        column=column,
        wrong=wrong.format(*details[:holes]),
        remedy=remedy.format(*(details[holes:] or details)),
    )


def shown(text: str) -> str:
    """A cell as a report may repeat it: short, on one line, and nothing that looks like an address."""
    plain = " ".join(text.replace("|", "/").split())
    if "@" in plain:
        return "the cell"
    return f"“{plain[:SHOWN]}{'…' if len(plain) > SHOWN else ''}”"
