"""An event log as both formats give it: traces of events, with all values as text."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.errors import Condition


class Unreadable(Condition):
    """The file is not what its name promises, and none of it can be imported; `detail` says what to do."""


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """One event of a log; `line` is where it stands, `related` the ids of its objects by role."""

    line: int
    activity: str
    time: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    related: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Trace:
    """The events of one application; it is empty text for those that belong to none."""

    application: str
    attributes: Mapping[str, str]
    entries: tuple[LogEntry, ...]
