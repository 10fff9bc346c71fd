"""Note where files say different things that may both be right: the channel, the job, and how an application ended."""

from collections.abc import Iterator, Sequence

import msgspec

from streams.tools.importing.events import RowEvent
from streams.tools.importing.settling.entity_checks import EntityChecks

ENDINGS = {
    "application.rejected": "rejected",
    "application.withdrawn": "withdrawn",
    "application.closed": "closed",
    "application.hired": "hired",
}
HIRED = "application.hired"


class _Job(msgspec.Struct, frozen=True):
    """The part of an application that says which job it is for."""

    job_id: str = ""


class _Channel(msgspec.Struct, frozen=True):
    """The part of a channel that identifies it."""

    id: str = ""


class _Attributes(msgspec.Struct, frozen=True):
    """What the data of an event says of its application."""

    application: _Job = _Job()
    channel: _Channel = _Channel()


_decoder = msgspec.json.Decoder(_Attributes)


def note_differences(events: Sequence[RowEvent], checks: EntityChecks) -> None:
    """Note channels and jobs of one application that differ between files."""
    first: dict[str, tuple[str, RowEvent]] = {}
    for event in events:
        for name, value in _attributes(event):
            before, source = first.setdefault(name, (value, event))
            if before != value and source.file != event.file:
                detail = (
                    f"the {name}|{_quoted(value)}|{_quoted(before)}|{checks.place(source, event)}"
                )
                checks.note(event, name, "differs", detail)


def _attributes(event: RowEvent) -> Iterator[tuple[str, str]]:
    attributes = _decoder.decode(event.data)
    if attributes.channel.id:
        yield "channel", attributes.channel.id
    if attributes.application.job_id:
        yield "job", attributes.application.job_id


def _quoted(value: str) -> str:
    return value.replace("|", "/")


def note_endings(events: Sequence[RowEvent], checks: EntityChecks) -> None:
    """Note endings of different kinds in different files, and which of them counts (ruling: endings are a stack)."""
    endings = sorted((e for e in events if e.type in ENDINGS), key=lambda e: e.fact.when.day)
    kinds, files = {e.type for e in endings}, {e.file for e in endings}
    if len(kinds) < 2 or len(files) < 2:
        return
    listing = " and ".join(f"{_words(e)} ({checks.place(e, endings[-1])})" for e in endings)
    checks.note(endings[-1], "row", "ruled_between", f"{listing}|{_ruling(endings)}")


def _ruling(endings: Sequence[RowEvent]) -> str:
    hire = next((ending for ending in endings if ending.type == HIRED), None)
    if hire is None:
        return f"{_words(endings[0])} counts"
    later = (e for e in endings if e.fact.when.day > hire.fact.when.day)
    undoing = next((e for e in later if e.type not in {HIRED, "application.closed"}), None)
    if undoing is None:
        return f"{_words(hire)} counts"
    return f"{_words(undoing)} takes back that it was hired {hire.fact.when.day}"


def _words(ending: RowEvent) -> str:
    return f"{ENDINGS[ending.type]} {ending.fact.when.day}"
