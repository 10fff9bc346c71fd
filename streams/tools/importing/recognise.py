"""Recognise what a table is by its headers, and keep the columns about people out of it."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from streams.tools.importing import dictionary
from streams.tools.importing.dictionary import squeezed
from streams.tools.importing.kinds import KINDS, Kind
from streams.tools.importing.refusals import EMAIL
from streams.tools.importing.table import SourceTable

SAMPLE = 200  # rows that are looked at to tell whether a column holds people
PHONE = re.compile(r"(?:\+\d{1,3}[- ]?)?\(?0\d{1,4}\)?[- ]\d{1,4}[- ]\d{3,4}|0\d{9,10}")
# 山田 太郎, 山田太郎, Hanako Yamada; an id has digits or is one Latin word.
PERSON = re.compile(
    r"[々ヶ一-龯ぁ-んァ-ヶー]{2,6}(?:\s[々ヶ一-龯ぁ-んァ-ヶー]{1,6})?|[A-Z][a-z'-]+(?:,?\s[A-Z][a-z'.-]*)+"
)
# Where a name of a person would be taken for an id. In other columns such words are names of things.
IDS = {
    "application_id",
    "candidate_id",
    "recruiter_id",
    "interviewers",
    "interviewer_id",
}


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """What a table seems to be: its kind, None if none fits; headers by field; why other headers were left out."""

    kind: Kind | None
    columns: dict[str, str]
    left_out: dict[str, str]


def recognise(table: SourceTable) -> Recognised:
    """The kind whose columns are all there and which knows most of the headers; the first of equal ones."""
    samples = _samples(table)
    found = [(kind, *_columns(kind, table.headers, samples)) for kind in KINDS]
    fitting = [each for each in found if _fits(each[0], each[1])]
    if not fitting:
        best = max(found, key=lambda each: len(each[1]))
        return Recognised(kind=None, columns=best[1], left_out=best[2])
    kind, columns, left_out = max(fitting, key=lambda each: len(each[1]))
    return Recognised(kind=kind, columns=columns, left_out=left_out)


def _fits(kind: Kind, columns: dict[str, str]) -> bool:
    return all(any(name in columns for name in group) for group in kind.needs)


def _columns(
    kind: Kind, headers: Sequence[str], samples: dict[str, list[str]]
) -> tuple[dict[str, str], dict[str, str]]:
    known = dictionary.headers(kind.name)
    columns: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for header in headers:
        name = known.get(squeezed(header))
        if dictionary.is_personal(header):
            left_out[header] = "looks like a column about a person"
        elif name is None or name not in kind.fields:
            left_out[header] = "not recognised"
        elif name in columns:
            left_out[header] = f"{name} is {columns[name]} already"
        elif (why := holds_people(name, samples[header])) is not None:
            left_out[header] = why
        else:
            columns[name] = header
    return columns, left_out


def holds_people(name: str, values: Sequence[str]) -> str | None:
    """Why a column may not be proposed for the field, or None; `values` are a sample of its cells."""
    plain = [unicodedata.normalize("NFKC", value).strip() for value in values if value.strip()]
    if _most(EMAIL.search, plain):
        return "looks like e-mail addresses"
    if _most(PHONE.fullmatch, plain):
        return "looks like telephone numbers"
    if name in IDS and _most(PERSON.fullmatch, plain):
        return "looks like names of people; use a column of ids"
    return None


def _most(matches: Callable[[str], object], values: Sequence[str]) -> bool:
    """Whether more than half are; single ones are refused where they stand."""
    return sum(matches(value) is not None for value in values) * 2 > len(values)


def _samples(table: SourceTable) -> dict[str, list[str]]:
    samples: dict[str, list[str]] = {header: [] for header in table.headers}
    for line in islice(table.lines(), SAMPLE):
        if line.problem is None:
            for header, cell in zip(table.headers, line.cells, strict=True):
                samples[header].append(cell)
    return samples
