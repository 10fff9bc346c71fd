"""The common form of XES and OCEL event logs: traces of entries whose values are text."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.errors import Condition


class Unreadable(Condition):
    """The file is not in the format that its name promises; nothing of it can be imported. `detail` says what to do."""


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """One event of a log; `line` is its position, `related` the ids of its objects by role."""

    line: int
    activity: str
    time: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    related: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Trace:
    """The entries of one application; `application` is empty for entries without an application."""

    application: str
    attributes: Mapping[str, str]
    entries: tuple[LogEntry, ...]
