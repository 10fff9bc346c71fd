"""What is wrong or remarkable about one entity of a run, by the rows that say it."""

from dataclasses import dataclass, field

from schemas.errors import Malformed
from streams.tools.importing.events import RowEvent
from streams.tools.importing.refusals import RowProblem, row_problem

Place = tuple[int, int]  # file and line


@dataclass
class EntityChecks:
    """The problems of one entity by place, and the number of events told more than once."""

    files: tuple[str, ...]
    problems: list[RowProblem] = field(default_factory=list)
    duplicates: int = 0

    def refuse(self, event: RowEvent, column: str, reason: str, detail: str = "") -> None:
        """Refuse the row of the event."""
        condition = Malformed(reason, detail)
        self.problems.append(row_problem(event.line, column, condition, file=event.file))

    def note(self, event: RowEvent, column: str, reason: str, detail: str = "") -> None:
        """Say what a person should know about the row of the event."""
        condition = Malformed(reason, detail)
        self.problems.append(
            row_problem(event.line, column, condition, refuses=False, file=event.file)
        )

    def conflict(self, first: RowEvent, second: RowEvent) -> None:
        """Refuse two rows that say different things about the same fact."""
        self.refuse(first, "row", "conflict", self.place(second, first))
        self.refuse(second, "row", "conflict", self.place(first, second))

    @property
    def refused(self) -> set[Place]:
        """The rows that a problem refuses."""
        return {(problem.file, problem.line) for problem in self.problems if problem.refuses}

    def place(self, event: RowEvent, beside: RowEvent) -> str:
        """Where the event stands, for a message about another one: the file is named if it is another."""
        if event.file == beside.file:
            return f"line {event.line}"
        return f"line {event.line} of {self.files[event.file]}"
