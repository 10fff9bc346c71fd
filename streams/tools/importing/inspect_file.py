"""`hirelay import --inspect`: what a file holds, and the map of it as a draft."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from streams.tools.importing import dictionary, ocel
from streams.tools.importing.kinds import BY_NAME, LOG
from streams.tools.importing.recognise import holds_people, recognise
from streams.tools.importing.source import OCEL, is_log, traces
from streams.tools.importing.table import look

SAMPLE = 200  # values of an attribute that are looked at


def draft(path: Path) -> str:
    """A map to read, correct and keep, as YAML; raises Misconfigured, Unreadable."""
    lines = _log(path) if is_log(path) else _table(path)
    return "\n".join(lines) + "\n"


def _table(path: Path) -> Iterator[str]:
    table = look(path)
    found = recognise(table)
    yield f"# Draft of the map of {path.name}: {table.encoding}, {len(table.headers)} columns."
    if found.kind is None:
        yield f"# The headers do not tell the kind. It is one of {', '.join(BY_NAME)}."
        yield "# kind: …"
    else:
        yield f"kind: {found.kind.name}"
    yield f"encoding: {table.encoding}"
    yield "columns:" if found.columns else "# columns:"
    for name, header in found.columns.items():
        yield f"  {name}: {_quoted(header)}"
    for header, why in found.left_out.items():
        yield f"  # {_quoted(header)} is left out: {why}"
    if found.kind is not None:
        left = [name for name in found.kind.fields if name not in found.columns]
        yield f"# Fields that no column was found for: {', '.join(left)}"


@dataclass
class _ColumnSample:
    """What stands in a log."""

    applications: int = 0
    events: int = 0
    activities: Counter[str] = field(default_factory=Counter)
    attributes: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[str]] = field(default_factory=dict)

    def attribute(self, name: str, value: str) -> None:
        """Count it, and keep a few values to judge it by."""
        self.attributes[name] += 1
        kept = self.samples.setdefault(name, [])
        if len(kept) < SAMPLE:
            kept.append(value)


def _log(path: Path) -> Iterator[str]:
    types = _types(path) if path.name.casefold().endswith(OCEL) else Counter[str]()
    roles = _roles(types)
    seen = _seen(path, roles)
    yield (
        f"# Draft of the map of {path.name}: {seen.events:,} events of {seen.applications:,} applications."
    )
    yield f"kind: {LOG}"
    if types:
        yield from _objects(types, roles)
    yield from _attributes(seen)
    yield "activities:"
    for name, count in seen.activities.most_common():
        yield from _activity(name, count)


def _types(path: Path) -> Counter[str]:
    return Counter(thing.type for thing in ocel.load(path).objects.values())


def _roles(types: Counter[str]) -> dict[str, str]:
    """The most frequent type for each role."""
    roles: dict[str, str] = {}
    for kind, _ in types.most_common():
        role = dictionary.role(kind)
        if role is not None:
            roles.setdefault(role, kind)
    return roles


def _seen(path: Path, roles: dict[str, str]) -> _ColumnSample:
    seen = _ColumnSample()
    for trace in traces(path, roles):
        seen.applications += bool(trace.application)
        for name, value in trace.attributes.items():
            seen.attribute(name, value)
        for entry in trace.entries:
            seen.events += 1
            seen.activities[entry.activity] += 1
            for name, value in entry.attributes.items():
                seen.attribute(name, value)
    return seen


def _objects(types: Counter[str], roles: dict[str, str]) -> Iterator[str]:
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


def _attributes(seen: _ColumnSample) -> Iterator[str]:
    proposed: dict[str, str] = {}
    notes: list[str] = []
    for name, count in seen.attributes.most_common():
        means = dictionary.attribute(name)
        why = holds_people(means or "", seen.samples[name])
        if dictionary.is_personal(name) or why is not None:
            notes.append(f"  # {_quoted(name)}: {why or 'looks like a person'}; not read")
        elif means is None or means in proposed:
            notes.append(f"  # {_quoted(name)}: {count:,} times, not read")
        else:
            proposed[means] = f"  {means}: {_quoted(name)} # {count:,} times"
    yield "attributes:" if proposed else "# attributes:"
    yield from proposed.values()
    yield from notes


def _activity(name: str, count: int) -> Iterator[str]:
    means = dictionary.activity(name) if name else None
    times = f"# {count:,} times"
    if means is None:
        reason = _quoted("not decided")
        yield f"  {_quoted(name)}: {{ ignore: {reason} }} {times}; decide what it means, or say why it means nothing"
        return
    step = ", ".join(f"{key}: {_quoted(value)}" for key, value in means.items())
    yield f"  {_quoted(name)}: {{ {step} }} {times}, proposed by its name"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
