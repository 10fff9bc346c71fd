"""The reasons why a row is refused, each with what is wrong and how to fix it."""

import re
from dataclasses import dataclass

from schemas.errors import Malformed, Unmapped
from schemas.text.languages import translate
from streams.tools.importing.refusals_ja import JAPANESE

EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
MAX_QUOTED = 40  # characters of a cell that a report quotes

# Reason → (what is wrong, what to do); `{}` is the detail: a cell without personal data, or our own text.
REFUSALS = {
    "empty": ("is empty", "fill it in, map another column, or set it under `constants`"),
    "not_a_date": (
        "{} is not a date that can be read in only one way",
        "write 2026-04-01, 2026/04/01 or 2026年4月1日, with or without 10:30",
    ),
    "ambiguous_date": (
        "{} can be read as more than one day",
        "write it with the year first, or say the order of the column under `dates` in the map: m/d/y, d/m/y or y/m/d",
    ),
    "serial_number": (
        "{} may be the serial number that a spreadsheet stores for a date",
        "format the column as a date and save again, or write `excel` for the column under `dates` in the map",
    ),
    "narrow_column": (
        "{} is what a spreadsheet shows if the column is too narrow",
        "widen the column and save the table again",
    ),
    "outside_era": (
        "{} lies outside the era {}, which began on {} and ended on {}",
        "write the year of the right era, or the western year",
    ),
    "other_weekday": (
        "{} names the wrong day of the week: {} is a {}",
        "correct the date or the day of the week",
    ),
    "midnight": (
        "{} is the end of one day and the beginning of the next",
        "write 23:59 of that day or 00:00 of the next",
    ),
    "two_times": (
        "{} has a time of day and so has {} in another column",
        "keep the time in one of the two columns",
    ),
    "out_of_range": (
        "{} lies outside the years 1990 to 2099",
        "correct the year, or leave the cell empty if it stands for “never” or “not yet”",
    ),
    "not_a_number": ("{} is not a number", "write digits, with a point for decimals"),
    "not_whole": ("{} is not a whole number", "write digits only"),
    "not_money": (
        "{} is not an amount",
        "write 1200000, 1,200,000円 or ¥1,200,000; decimals only where the currency has them",
    ),
    "other_currency": (
        "the amount is marked as {}",
        "map or set `currency`, and put other currencies in a separate file",
    ),
    "not_a_currency": ("{} is not a currency code", "write a code of three letters such as JPY"),
    "email": (
        "holds nothing but personal data, such as an e-mail address",
        "map a column of names of channels, jobs or stages; personal data is not imported",
    ),
    "at_in_id": (
        "an id looks like an e-mail address",
        "map a column with the ids of your system instead",
    ),
    "spreadsheet_id": (
        "{} is what a spreadsheet made of an id, and several ids may have become it",
        "format the column as text and save the table again",
    ),
    "tax_included": (
        "{} includes a tax whose rate the file does not say",
        "set the percent of the column under `tax` in the map, such as 10",
    ),
    "out_of_turn": (
        "{} comes before {}, a step that was passed only then",
        "correct one of the two dates, or the order of `steps` in the map",
    ),
    "two_answers": (
        "{} and {} are answers to one offer on one day",
        "leave the one that holds",
    ),
    "two_employments": (
        "a second employment begins before the first one ends: {}",
        "fill in when the first one ended, or delete the row that is wrong",
    ),
    "differs": (
        "{} is {} here and {} on {}",
        "nothing, if both are right: what is said last counts",
    ),
    "same_cost": (
        "{} says exactly the same cost, which counts once",
        "nothing, if it is one cost; else give each a number of its own and map it as cost_id",
    ),
    "ruled_between": (
        "the files tell of more than one ending: {}",
        "nothing, if that is right: {}",
    ),
    "too_long": ("has more than {} characters", "map a shorter column; free text is not imported"),
    "unmapped_value": ("{} has no meaning in the map", "say what it means under `values`: {}"),
    "unknown_end_party": (
        "the application ended, but the row does not say who ended it",
        "map `outcome` or `reason`, or use `rejected_at`, `withdrawn_at` or `closed_at`",
    ),
    "no_date_of": ("says {} but has no date for it", "fill in or map {}"),
    "both_ended": (
        "ended and hired at the same time",
        "leave one of the two empty, or write when each happened",
    ),
    "dates_out_of_order": ("{} comes before {}", "correct one of the two dates"),
    "contradiction": (
        "{} says that the application is {}, but {}",
        "correct the one that is wrong, or leave it empty",
    ),
    "ruled": ("the row has more than one ending: {}", "nothing, if that is right: {} counts"),
    "no_answer": (
        "{} is not an answer to the offer, so that the date beside it counts for nothing",
        "nothing, if the offer is still open",
    ),
    "undated_answer": (
        "the answer {} has no date",
        "fill in or map {}; until then the answer counts, and the time it took does not",
    ),
    "join_without_hire": (
        "the first day of work is known and the decision to hire is not",
        "fill in the date of the hire; until then the join counts and no hire does",
    ),
    "implausible_amount": (
        "{} as a yearly amount in {} is too {} to be true",
        "write the unit in the cells (550万円), or set `units` in the map; the offer counts without the amount",
    ),
    "total_row": (
        "the row looks like a total or a note and not like an application",
        "delete the row",
    ),
    "stage_is_ending": (
        "the stage {} ends applications, but its name does not say who ends them",
        "say under `stages` in the map who does: company, candidate, neither or hired",
    ),
    "no_dates": (
        "none of {} is filled in",
        "fill one in; a row without any of them holds no event",
    ),
    "cells": (
        "the row has {} cells and the header {}",
        "put text that holds the delimiter or a line break into double quotes",
    ),
    "not_csv": ("the row cannot be split into cells", "save the table as CSV again"),
    "conflict": (
        "{} says something else about the same thing",
        "keep the row that is right and delete the other one",
    ),
    "one_id": (
        "the ids {} and {} differ only in their form and are one id",
        "nothing, if they are the same application",
    ),
    "future_time": (
        "the date lies more than two days ahead, and nothing can have happened then",
        "correct the date; import what is only planned when it has happened",
    ),
    "not_canonical": ("{} is not valid", "correct the value"),
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
        "the event alone has {} bytes, more than the gateway accepts",
        "shorten its texts, or raise HIRELAY_GATEWAY_BODY_BYTES",
    ),
}


@dataclass(frozen=True, kw_only=True)
class RowProblem:
    """Why the row on `line` is refused, or, if it is not, what a person should know about it.

    `line` counts from 1, or counts events in a log without lines; `file` is the index of the file in the run; `condition` is
    the reason and its details.
    """

    line: int
    column: str
    message: str
    remedy: str
    refuses: bool = True
    file: int = 0
    condition: tuple[str, str] = ("", "")

    def texts(self, language: str) -> tuple[str, str]:
        """What is wrong and what to do, in the language."""
        reason, detail = self.condition
        return _fill(translate((JAPANESE[reason], REFUSALS[reason]), language), detail)


def row_problem(
    line: int,
    column: str,
    condition: Malformed | Unmapped,
    *,
    refuses: bool = True,
    file: int = 0,
) -> RowProblem:
    """The problem with its texts filled in; details of one reason are separated by `|`."""
    message, remedy = _fill(REFUSALS[condition.reason], condition.detail)
    return RowProblem(
        line=line,
        column=column,
        message=message,
        remedy=remedy,
        refuses=refuses,
        file=file,
        condition=(condition.reason, condition.detail),
    )


def _fill(texts: tuple[str, str], detail: str) -> tuple[str, str]:
    message, remedy = texts
    details = detail.split("|")
    placeholders = message.count("{}")
    return message.format(*details[:placeholders]), remedy.format(
        *(details[placeholders:] or details)
    )


def quoted_cell(text: str) -> str:
    """The cell in a form safe for a report: short, on one line, never an e-mail address."""
    one_line = " ".join(text.replace("|", "/").split())
    if "@" in one_line:
        return "the cell"
    return f"“{one_line[:MAX_QUOTED]}{'…' if len(one_line) > MAX_QUOTED else ''}”"
