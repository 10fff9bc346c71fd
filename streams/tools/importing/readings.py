"""The result of reading each row."""

from dataclasses import dataclass

from streams.tools.importing.events import RowEvent
from streams.tools.importing.refusals import RowProblem


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One row: its events, what is wrong or remarkable, or why it is `ignored`; `entity` is the
    application of a row with problems.
    """

    line: int
    file: int = 0
    entity: str = ""
    events: tuple[RowEvent, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    ignored: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether a problem refuses the row."""
        return any(problem.refuses for problem in self.problems)
