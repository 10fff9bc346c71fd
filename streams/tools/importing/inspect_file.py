"""`hirelay import --inspect`: draft a map from the content of a file."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from pydantic import ValidationError

from streams.configuration.files import Misconfigured
from streams.configuration.yaml_document import parse_yaml
from streams.tools.importing import dictionary, ocel
from streams.tools.importing.draft_check import check_draft
from streams.tools.importing.kinds import KINDS_BY_NAME, LOG
from streams.tools.importing.map_file import Map
from streams.tools.importing.recognise import Recognised, personal_data_reason, recognise
from streams.tools.importing.refusals import quoted_cell
from streams.tools.importing.source import OCEL, is_log, traces
from streams.tools.importing.table import SourceTable, TableOptions, open_table

SAMPLE_SIZE = 200  # sampled values per attribute


def draft_map(path: Path, sheet: str | None = None, now: datetime | None = None) -> str:
    """A draft of the map as YAML, to be reviewed and corrected; raise Misconfigured or Unreadable.

    With `now` it is tried on the file, and comments say what would come of it.
    """
    lines = _draft_log_map(path) if is_log(path) else _draft_table_map(path, sheet)
    text = "\n".join(lines) + "\n"
    return text if now is None else text + _tried(path, text, now)


def draft_log(path: Path) -> str:
    """A draft of the map of a log as YAML."""
    return "\n".join(_draft_log_map(path)) + "\n"


def _tried(path: Path, text: str, now: datetime) -> str:
    """Comments about what comes of the draft, or why it cannot be tried yet."""
    try:
        import_map = Map.model_validate(parse_yaml(text, "text").value)
        notes = list(check_draft(path, import_map, now))
    except (Misconfigured, ValidationError) as error:
        notes = [f"The draft cannot be tried yet: {' '.join(str(error).split())[:300]}"]
    return "".join(f"# {note}\n" for note in notes)


def _draft_table_map(path: Path, sheet: str | None) -> Iterator[str]:
    table = open_table(path, TableOptions(sheet=sheet))
    recognised = recognise(table)
    yield f"# Draft of the map of {path.name}: {table.encoding}, {len(table.headers)} columns."
    if table.header_line > 1:
        yield f"# The headers are on line {table.header_line}."
    if recognised.kind is None:
        yield f"# The headers do not determine the kind. It is one of {', '.join(KINDS_BY_NAME)}."
        yield "# kind: …"
    else:
        yield f"kind: {recognised.kind.name} # {_confidence(recognised)}"
    if table.sheet is not None:
        yield f"sheet: {_quoted(table.sheet)}"
    else:
        yield f"encoding: {table.encoding}"
    yield "columns:" if recognised.columns else "# columns:"
    for name, header in recognised.columns.items():
        yield f"  {name}: {_quoted(header)} # known header, e.g. {_example(table, header)}"
    for header, reason in recognised.skipped.items():
        yield f"  # {_quoted(header)} is skipped: {reason}"
    if recognised.units:
        yield "units:"
        yield from (f"  {name}: {unit}" for name, unit in recognised.units.items())
    yield from _wide_lines(recognised)
    if recognised.kind is not None:
        unmatched = [name for name in recognised.kind.fields if name not in recognised.columns]
        yield f"# Fields without a column: {', '.join(unmatched)}"


def _confidence(recognised: Recognised) -> str:
    """How sure the kind is, and why."""
    matched = len(recognised.columns) + len(recognised.times) + len(recognised.steps)
    total = matched + len(recognised.skipped)
    degree = "sure" if matched * 2 > total and matched > 2 else "likely"
    return (
        f"{degree}: it has the columns that this kind needs; {matched} of {total} headers are known"
    )


def _example(table: SourceTable, header: str) -> str:
    """The first filled cell of the column in a form that is safe to show."""
    index = table.headers.index(header)
    lines = islice(table.lines(), SAMPLE_SIZE)
    cells = (line.cells[index] for line in lines if line.problem is None)
    return quoted_cell(next((cell for cell in cells if cell.strip()), ""))


def _wide_lines(recognised: Recognised) -> Iterator[str]:
    """The columns of times of day and of the steps of a wide table."""
    if recognised.times:
        yield "times:"
        yield from (f"  {name}: {_quoted(header)}" for name, header in recognised.times.items())
    if recognised.steps:
        yield "steps: # in the order of the columns; a step that was passed begins the next one"
    for stage, parts in recognised.steps.items():
        columns = ", ".join(f"{part}: {_quoted(header)}" for part, header in parts.items())
        yield f"  - {{ stage: {_quoted(stage)}, {columns} }}"


@dataclass
class _ColumnSample:
    """Counts and sample values of a log."""

    applications: int = 0
    events: int = 0
    activities: Counter[str] = field(default_factory=Counter)
    attributes: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[str]] = field(default_factory=dict)

    def add_attribute(self, name: str, value: str) -> None:
        """Count the attribute and keep up to `SAMPLE_SIZE` of its values."""
        self.attributes[name] += 1
        samples = self.samples.setdefault(name, [])
        if len(samples) < SAMPLE_SIZE:
            samples.append(value)


def _draft_log_map(path: Path) -> Iterator[str]:
    types = _object_types(path) if path.name.casefold().endswith(OCEL) else Counter[str]()
    roles = _suggest_roles(types)
    sample = _sample_log(path, roles)
    yield (
        f"# Draft of the map of {path.name}: {sample.events:,} events of {sample.applications:,} applications."
    )
    yield f"kind: {LOG}"
    if types:
        yield from _object_lines(types, roles)
    yield from _attribute_lines(sample)
    yield "activities:"
    for name, count in sample.activities.most_common():
        yield from _activity_lines(name, count)


def _object_types(path: Path) -> Counter[str]:
    return Counter(ocel_object.type for ocel_object in ocel.load(path).objects.values())


def _suggest_roles(types: Counter[str]) -> dict[str, str]:
    """The most frequent object type for each role."""
    roles: dict[str, str] = {}
    for kind, _ in types.most_common():
        role = dictionary.suggest_role(kind)
        if role is not None:
            roles.setdefault(role, kind)
    return roles


def _sample_log(path: Path, roles: dict[str, str]) -> _ColumnSample:
    sample = _ColumnSample()
    for trace in traces(path, roles):
        sample.applications += bool(trace.application)
        for name, value in trace.attributes.items():
            sample.add_attribute(name, value)
        for entry in trace.entries:
            sample.events += 1
            sample.activities[entry.activity] += 1
            for name, value in entry.attributes.items():
                sample.add_attribute(name, value)
    return sample


def _object_lines(types: Counter[str], roles: dict[str, str]) -> Iterator[str]:
    yield (
        "objects:"
        if roles
        else "# objects: # application, candidate, job, offer, interviewer or recruiter"
    )
    for role, kind in roles.items():
        yield f"  {role}: {_quoted(kind)} # {types[kind]:,} objects"
    for kind, count in types.most_common():
        if kind not in roles.values():
            yield f"  # {_quoted(kind)}: {count:,} objects, not read"


def _attribute_lines(sample: _ColumnSample) -> Iterator[str]:
    proposed: dict[str, str] = {}
    notes: list[str] = []
    for name, count in sample.attributes.most_common():
        field = dictionary.suggest_attribute(name)
        reason = personal_data_reason(field or "", sample.samples[name])
        if dictionary.is_personal(name) or reason is not None:
            notes.append(f"  # {_quoted(name)}: {reason or 'looks like personal data'}; not read")
        elif field is None or field in proposed:
            notes.append(f"  # {_quoted(name)}: {count:,} times, not read")
        else:
            proposed[field] = f"  {field}: {_quoted(name)} # {count:,} times"
    yield "attributes:" if proposed else "# attributes:"
    yield from proposed.values()
    yield from notes


def _activity_lines(name: str, count: int) -> Iterator[str]:
    suggestion = dictionary.suggest_activity(name) if name else None
    times = f"# {count:,} times"
    if suggestion is None:
        reason = _quoted("not decided")
        yield f"  {_quoted(name)}: {{ ignore: {reason} }} {times}; decide what it means, or say why it means nothing"
        return
    step = ", ".join(f"{key}: {_quoted(value)}" for key, value in suggestion.items())
    yield f"  {_quoted(name)}: {{ {step} }} {times}, proposed by its name"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
