"""Recognise the kind of a table by its headers and exclude columns of personal data."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from streams.tools.importing import dictionary
from streams.tools.importing.dictionary import normalize_header
from streams.tools.importing.kinds import KINDS, Kind
from streams.tools.importing.map_file import WIDE_KINDS
from streams.tools.importing.refusals import EMAIL
from streams.tools.importing.step_columns import find_steps
from streams.tools.importing.table import SourceTable

# Columns of a table that counts, and their cells.
COUNT_HEADER = re.compile(
    r"数$|件数|人数|率$|割合|応募|面接|内定|採用|入社|通過|辞退|applica|interview|offer|hire|reject|screen|rate|count|total|#",
    re.IGNORECASE,
)
COUNT = re.compile(r"[\d,]+(?:\.\d+)?\s*[%％名人件]?")
MIN_COUNTS = 2
# What headers of amounts say in brackets at their end. One with tax included is left to a map, which says the rate.
UNIT = re.compile(
    r"\s*[(\[](?:単位[:、]?\s*)?(?P<unit>円|千円|万円|百万円)?(?:[、,/・\s]*(?:税抜|税別))?[)\]]$"
)
TAXED = re.compile(r"税込")
TAXED_REASON = "includes tax: map it, and say the percent under `tax`"
# Ends of normalized headers of days and of times of day.
DAY = re.compile(r"(?:年月日|日付|日時|日|date|on|at)$")
TIME = re.compile(r"(?:時刻|時間|time)$")
SAMPLE_ROWS = 200  # rows sampled to detect columns of personal data
PHONE = re.compile(r"(?:\+\d{1,3}[- ]?)?\(?0\d{1,4}\)?[- ]\d{1,4}[- ]\d{3,4}|0\d{9,10}")
# 山田 太郎, 山田太郎, Hanako Yamada; an id has digits or is one Latin word.
PERSON = re.compile(
    r"[々ヶ一-龯ぁ-んァ-ヶー]{2,6}(?:\s[々ヶ一-龯ぁ-んァ-ヶー]{1,6})?|[A-Z][a-z'-]+(?:,?\s[A-Z][a-z'.-]*)+"
)
# Fields in which a person's name would be taken for an id. In other columns such values are names of things.
ID_FIELDS = {
    "application_id",
    "candidate_id",
    "recruiter_id",
    "interviewers",
    "interviewer_id",
}


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """The likely kind of a table (None if none fits), headers by field, and the reasons for skipped headers.

    `times` are headers of times of day by the field of their day, `steps` headers by part by stage of a wide table, `units`
    those that headers such as 提示年収（万円） say, by field.
    """

    kind: Kind | None
    columns: dict[str, str]
    skipped: dict[str, str]
    times: dict[str, str] = field(default_factory=dict)
    steps: dict[str, dict[str, str]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)


def recognise(table: SourceTable, kinds: Sequence[Kind] = KINDS) -> Recognised:
    """Of these kinds the one with all required columns and the most recognised headers; the first one on a tie."""
    samples = _samples(table)
    candidates = [(kind, *_columns(kind, table.headers, samples)) for kind in kinds]
    fitting = [
        candidate for candidate in candidates if _has_required_fields(candidate[0], candidate[1])
    ]
    if not fitting:
        best = max(candidates, key=lambda candidate: len(candidate[1]))
        return Recognised(kind=None, columns=best[1], skipped=best[2])
    kind, columns, skipped = max(fitting, key=lambda candidate: len(candidate[1]))
    times = _times(columns, skipped)
    steps = find_steps(table.headers, columns) if kind.name in WIDE_KINDS else {}
    read = {*times.values(), *(header for parts in steps.values() for header in parts.values())}
    skipped = {header: reason for header, reason in skipped.items() if header not in read}
    units = {name: unit for name, header in columns.items() if (unit := _unit(header))}
    return Recognised(
        kind=kind, columns=columns, skipped=skipped, times=times, steps=steps, units=units
    )


def _unit(header: str) -> str:
    """The unit that the header says in brackets, empty if it says none."""
    match = UNIT.search(unicodedata.normalize("NFKC", header))
    return "" if match is None else match["unit"] or ""


def _times(columns: dict[str, str], skipped: Iterable[str]) -> dict[str, str]:
    """Headers of times of day, such as 応募時刻 beside 応募日, by the field of the day."""
    by_stem = {DAY.sub("", normalize_header(header)): name for name, header in columns.items()}
    times: dict[str, str] = {}
    for header in skipped:
        normalized = normalize_header(header)
        stem = TIME.sub("", normalized)
        if stem != normalized and stem in by_stem:
            times.setdefault(by_stem[stem], header)
    return times


def _has_required_fields(kind: Kind, columns: dict[str, str]) -> bool:
    return all(any(name in columns for name in group) for group in kind.required)


def _columns(
    kind: Kind, headers: Sequence[str], samples: dict[str, list[str]]
) -> tuple[dict[str, str], dict[str, str]]:
    field_by_header = dictionary.fields_by_header(kind.name)
    columns: dict[str, str] = {}
    skipped: dict[str, str] = {}
    for header in headers:
        plain = UNIT.sub("", unicodedata.normalize("NFKC", header))
        forms = (header, plain, plain.replace("日時", "日"))
        name = next(
            filter(None, (field_by_header.get(normalize_header(form)) for form in forms)), None
        )
        if dictionary.is_personal(header):
            skipped[header] = "looks like personal data"
        elif name is None and TAXED.search(header):
            skipped[header] = TAXED_REASON
        elif name is None or name not in kind.fields:
            skipped[header] = "not recognised"
        elif name in columns:
            skipped[header] = f"{name} is already {columns[name]}"
        # An application without an id cannot be read at all: its rows are refused one by one, with the reason.
        elif name != "application_id" and (
            (reason := personal_data_reason(name, samples[header])) is not None
        ):
            skipped[header] = reason
        else:
            columns[name] = header
    return columns, skipped


def personal_data_reason(name: str, values: Sequence[str]) -> str | None:
    """Why the column looks like personal data and must not be suggested for the field, or None; `values` is a sample."""
    normalized = [unicodedata.normalize("NFKC", value).strip() for value in values if value.strip()]
    if _most_match(EMAIL.search, normalized):
        return "looks like e-mail addresses"
    if _most_match(PHONE.fullmatch, normalized):
        return "looks like telephone numbers"
    if name in ID_FIELDS and _most_match(PERSON.fullmatch, normalized):
        return "looks like names of people; use a column of ids"
    return None


def is_aggregate(table: SourceTable) -> bool:
    """Whether the table counts: it has no column of ids, and most columns after the first are numbers or rates by name."""
    fields = dictionary.fields_by_header("applications")
    if any(
        fields.get(normalize_header(h)) in {"application_id", "candidate_id"} for h in table.headers
    ):
        return False
    samples = _samples(table)
    counts = [
        header
        for header in table.headers[1:]
        if COUNT_HEADER.search(header) and _most_match(COUNT.fullmatch, _filled(samples[header]))
    ]
    return len(counts) >= MIN_COUNTS and len(counts) * 2 > len(table.headers) - 1


def _filled(values: Sequence[str]) -> list[str]:
    return [value.strip() for value in values if value.strip()] or [""]


def _most_match(matches: Callable[[str], object], values: Sequence[str]) -> bool:
    """Whether more than half of the values match; single matches are refused row by row."""
    return sum(matches(value) is not None for value in values) * 2 > len(values)


def _samples(table: SourceTable) -> dict[str, list[str]]:
    samples: dict[str, list[str]] = {header: [] for header in table.headers}
    for line in islice(table.lines(), SAMPLE_ROWS):
        if line.problem is None:
            for header, cell in zip(table.headers, line.cells, strict=True):
                samples[header].append(cell)
    return samples
