"""`hirelay import --inspect`: draft a map from the content of a file."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from streams.tools.importing import dictionary, ocel
from streams.tools.importing.kinds import KINDS_BY_NAME, LOG
from streams.tools.importing.recognise import personal_data_reason, recognise
from streams.tools.importing.source import OCEL, is_log, traces
from streams.tools.importing.table import TableOptions, open_table

SAMPLE_SIZE = 200  # sampled values per attribute


def draft_map(path: Path, sheet: str | None = None) -> str:
    """A draft of the map as YAML, to be reviewed and corrected; raise Misconfigured or Unreadable."""
    lines = _draft_log_map(path) if is_log(path) else _draft_table_map(path, sheet)
    return "\n".join(lines) + "\n"


def _draft_table_map(path: Path, sheet: str | None) -> Iterator[str]:
    table = open_table(path, TableOptions(sheet=sheet))
    recognised = recognise(table)
    yield f"# Draft of the map of {path.name}: {table.encoding}, {len(table.headers)} columns."
    if recognised.kind is None:
        yield f"# The headers do not determine the kind. It is one of {', '.join(KINDS_BY_NAME)}."
        yield "# kind: …"
    else:
        yield f"kind: {recognised.kind.name}"
    yield f"encoding: {table.encoding}"
    yield "columns:" if recognised.columns else "# columns:"
    for name, header in recognised.columns.items():
        yield f"  {name}: {_quoted(header)}"
    for header, reason in recognised.skipped.items():
        yield f"  # {_quoted(header)} is skipped: {reason}"
    if recognised.kind is not None:
        unmatched = [name for name in recognised.kind.fields if name not in recognised.columns]
        yield f"# Fields without a column: {', '.join(unmatched)}"


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
