"""What the page proposes for a file: its kind, columns, words and stages, each with a reason and an example."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from schemas.tenants.milestones import normalize_name
from streams.configuration.files import Misconfigured
from streams.configuration.yaml_document import parse_yaml
from streams.tools.importing import dictionary
from streams.tools.importing.endings import guessed_party
from streams.tools.importing.files.workbook import sheet_names
from streams.tools.importing.inspect_file import draft_log
from streams.tools.importing.kinds import ALLOWED_VALUES, KINDS, KINDS_BY_NAME
from streams.tools.importing.map_file import Map
from streams.tools.importing.recognise import Recognised, is_aggregate, recognise
from streams.tools.importing.refusals import quoted_cell
from streams.tools.importing.row import is_blank
from streams.tools.importing.source import is_log, map_from_headers, to_map
from streams.tools.importing.table import WORKBOOK, SourceTable, TableOptions, open_table

SAMPLE_ROWS = 5_000  # rows whose words and stages are shown
MAX_CHOICES = 60
STEP = "step"  # what the form says of a column that belongs to a step


@dataclass(frozen=True, kw_only=True)
class ColumnChoice:
    """One column: what it is read as (a field, `<field>.time`, `step`, or nothing), why, and an example.

    `step` are the stage and the part of the step that its header names, if it names one.
    """

    header: str
    meaning: str
    reason: str
    example: str
    step: tuple[str, str] | None = None


@dataclass(frozen=True)
class WordChoice:
    """A word in a column of choices, and what it is read as: by the dictionary if `is_known`; empty if nobody knows."""

    field: str
    header: str
    word: str
    count: int
    meaning: str
    is_known: bool


@dataclass(frozen=True, kw_only=True)
class StageChoice:
    """A stage, and who ends an application in it; empty if it is no ending."""

    name: str
    count: int
    ending: str


@dataclass(frozen=True, kw_only=True)
class FileProposal:
    """A file and how it would be read. A log has a map in YAML as `text`; a file that cannot be read has an `error`."""

    path: Path
    kind: str = ""
    is_sure: bool = False
    matched: tuple[int, int] = (0, 0)
    sheets: tuple[str, ...] = ()
    sheet: str | None = None
    encoding: str = ""
    header_line: int = 1
    columns: tuple[ColumnChoice, ...] = ()
    words: tuple[WordChoice, ...] = ()
    stages: tuple[StageChoice, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    error: str = ""


def propose(path: Path, kind: str = "", sheet: str | None = None) -> FileProposal:
    """The proposal for a file, as one of that kind if it is given."""
    sheets: tuple[str, ...] = ()
    try:
        if is_log(path):
            return FileProposal(path=path, kind="log", text=draft_log(path))
        if path.suffix.casefold() in WORKBOOK:
            sheets = sheet_names(path)
        table = open_table(path, TableOptions(sheet=sheet))
        if kind == "" and is_aggregate(table):
            map_from_headers(table)  # says why such a table is refused
    except Misconfigured as error:
        text = str(error).replace(str(path), path.name)
        return FileProposal(path=path, sheets=sheets, error=text)
    return replace(_propose_table(table, kind), sheets=sheets)


def _propose_table(table: SourceTable, kind: str) -> FileProposal:
    recognised = recognise(table, (KINDS_BY_NAME[kind],) if kind else KINDS)
    matched = len(recognised.columns) + len(recognised.times) + len(recognised.steps)
    total = matched + len(recognised.skipped)
    proposal = FileProposal(
        path=table.path,
        kind=kind or ("" if recognised.kind is None else recognised.kind.name),
        is_sure=recognised.kind is not None and matched * 2 > total and matched > 2,
        matched=(matched, total),
        sheet=table.sheet,
        encoding=table.encoding,
        header_line=table.header_line,
        columns=tuple(_columns(table, recognised)),
        units=recognised.units,
    )
    return with_choices(proposal, to_map_or_none(recognised))


def to_map_or_none(recognised: Recognised) -> Map | None:
    """The map of a recognised table, None if its required columns are not recognised yet."""
    return None if recognised.kind is None else to_map(recognised)


def with_choices(proposal: FileProposal, import_map: Map | None) -> FileProposal:
    """The proposal with the words and stages of the columns that the map reads."""
    if import_map is None:
        return proposal
    table = open_table(proposal.path, TableOptions(sheet=proposal.sheet))
    return replace(
        proposal,
        words=tuple(_words(table, import_map)),
        stages=tuple(_stages(table, import_map)),
        dates={name: form.value for name, form in import_map.dates.items()},
    )


def _columns(table: SourceTable, recognised: Recognised) -> list[ColumnChoice]:
    meanings = {header: name for name, header in recognised.columns.items()}
    meanings |= {header: f"{name}.time" for name, header in recognised.times.items()}
    steps = {
        header: (stage, part)
        for stage, parts in recognised.steps.items()
        for part, header in parts.items()
    }
    return [
        ColumnChoice(
            header=header,
            meaning=STEP if header in steps else meanings.get(header, ""),
            reason=recognised.skipped.get(header, ""),
            example=_example(table, index),
            step=steps.get(header),
        )
        for index, header in enumerate(table.headers)
        if header
    ]


def _example(table: SourceTable, index: int) -> str:
    """The first filled cell in a form that is safe to show."""
    cells = (
        line.cells[index] for line in islice(table.lines(), SAMPLE_ROWS) if line.problem is None
    )
    return quoted_cell(next((cell for cell in cells if cell.strip()), ""))


def _counts(table: SourceTable, header: str) -> Counter[str]:
    """How often each filled cell of the column occurs in the sample."""
    index = table.headers.index(header)
    lines = islice(table.lines(), SAMPLE_ROWS)
    cells = (line.cells[index].strip() for line in lines if line.problem is None)
    return Counter(cell for cell in cells if not is_blank(cell))


def _words(table: SourceTable, import_map: Map) -> list[WordChoice]:
    columns = [(name, header) for name, header in import_map.columns.items()]
    columns += [("result", step.result) for step in import_map.steps if step.result]
    own, defaults = import_map.value_mappings(), dictionary.value_mappings()
    choices: dict[tuple[str, str], WordChoice] = {}
    for name, header in columns:
        if name not in ALLOWED_VALUES or header not in table.headers:
            continue
        for word, count in _counts(table, header).most_common(MAX_CHOICES):
            normalized = normalize_name(word)
            default = defaults.get(name, {}).get(normalized, "")
            default = default or (normalized if normalized in ALLOWED_VALUES[name] else "")
            meaning = own.get(name, {}).get(normalized, default)
            choice = WordChoice(
                name, header, word, count=count, meaning=meaning, is_known=bool(default)
            )
            choices.setdefault((name, normalized), choice)
    return list(choices.values())


def _stages(table: SourceTable, import_map: Map) -> list[StageChoice]:
    header = import_map.columns.get("stage")
    if header is None or header not in table.headers:
        return []
    chosen = {normalize_name(name): party for name, party in import_map.stages.items()}
    return [
        StageChoice(name=name, count=count, ending=chosen.get(key) or guessed_party(key) or "")
        for name, count in _counts(table, header).most_common(MAX_CHOICES)
        if (key := normalize_name(name))
    ]


def parse_log_map(text: str) -> object:
    """The map of a log as the author of the page wrote it."""
    return parse_yaml(text, "text").value


def fields_of(kind: str) -> Sequence[str]:
    """The fields that a column of that kind of table may be read as."""
    return KINDS_BY_NAME[kind].fields if kind in KINDS_BY_NAME else ()
