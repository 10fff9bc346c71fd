"""The visits (進出) of an application to the stages of its process: moves forward, side steps, and returns.

A return takes back what was entered and passed since. Going on again restores it on its first day.
"""

import msgspec

from schemas.tenants.milestones import MAIN_LINE, SIDE_STEPS

HIRED_MILESTONE, OFFER = "hired", "offer"
# Steps of which a process has one each: naming the milestone names the step. Other milestones may have several.
SINGLE_STEPS = frozenset(MAIN_LINE) - {"interview_n"}
SIDE = frozenset(SIDE_STEPS)


class Step(msgspec.Struct, frozen=True, gc=False):
    """A stage that an application moves to: its id (None for an offer that no stage told), milestone and place, if known."""

    stage: str | None
    milestone: str
    order: int | None = None


class Visit(msgspec.Struct, eq=False, gc=False):
    """One visit; instants in milliseconds since 1970 UTC.

    `entered_at` is the first entry and `first_passed_at` the first pass, whatever was taken back and restored since;
    `passed_at` is None while it is not passed. `returned_at` is when the application last came back. `stages` are the ids
    of the stages told, `order` the place of the last one that has one.
    """

    step: Step
    entered_at: int
    stages: list[str | None]
    passed_at: int | None = None
    first_passed_at: int | None = None
    returned_at: int | None = None
    order: int | None = None

    @property
    def milestone(self) -> str:
        """The milestone of the stage."""
        return self.step.milestone

    @property
    def is_side_step(self) -> bool:
        """Whether it is no step of the main line: a talk, a test or a reference check."""
        return self.step.milestone in SIDE

    def tell(self, step: Step) -> None:
        """Take the stage by which the application is said to be here."""
        self.stages.append(step.stage)
        self.order = self.order if step.order is None else step.order

    def leave(self, at: int) -> None:
        """Pass the visit, if it is not passed yet: on the day of its first pass, if there was one."""
        if self.passed_at is None:
            self.first_passed_at = self.passed_at = (
                at if self.first_passed_at is None else self.first_passed_at
            )


class Visits:
    """The standing visits in the order in which they were entered, and where the application is."""

    def __init__(self) -> None:
        """Start before the first stage."""
        self.standing: list[Visit] = []
        self.current: Visit | None = None
        self.positions: list[tuple[int, Visit]] = []  # every change of `current`, in order
        self._taken_back: list[Visit] = []

    @property
    def main(self) -> Visit | None:
        """The last visit of the main line."""
        for visit in reversed(self.standing):
            if not visit.is_side_step:
                return visit
        return None

    def find(self, step: Step) -> Visit | None:
        """The standing visit to that step, the latest if there are several."""
        return _find(self.standing, step)

    def find_ever(self, step: Step) -> Visit | None:
        """The standing visit to that step, else one that was taken back."""
        return _find(self.standing, step) or _find(self._taken_back, step)

    def ever_at(self, milestone: str) -> list[Visit]:
        """The standing visits at a milestone, else those that were taken back."""
        standing = [visit for visit in self.standing if visit.milestone == milestone]
        return standing or [visit for visit in self._taken_back if visit.milestone == milestone]

    def move(self, at: int, step: Step) -> None:
        """Go to a stage with a milestone."""
        current = self.current
        if current is not None and current.milestone == step.milestone:
            current.tell(step)
            return
        if step.milestone in SIDE:
            self._step_aside(at, step)
            return
        if current is not None and current.is_side_step:
            current.leave(at)
        main = self.main
        if main is not None and self._is_back(step, main):
            self._go_back(at, step)
            return
        if main is not None:
            main.leave(at)
        self._enter(at, step)

    def at(self, moment: int) -> Visit | None:
        """Where the application was at an instant, as its visits stand now; before the first one, there."""
        last = None
        for since, visit in self.positions:
            if since > moment and last is not None:
                break
            if visit in self.standing:
                last = visit
        return last

    def _step_aside(self, at: int, step: Step) -> None:
        if self.current is not None:
            self.current.leave(at)
        visited = self.find(step)
        if visited is None:
            self._enter(at, step)
        else:
            self._come_back(at, visited)

    def _is_back(self, step: Step, main: Visit) -> bool:
        """Whether the step lies before the last one: the application was at that stage, or the process says so.

        Without an order of the process, it lies before if the application was at its milestone.
        """
        visited = self.find(step)
        if visited is not None and step.stage in visited.stages:
            return True
        if step.order is not None and main.order is not None:
            return step.order < main.order
        return visited is not None

    def _go_back(self, at: int, step: Step) -> None:
        visited = self.find(step)
        if visited is not None:
            self._take_back_from(self.standing.index(visited) + 1)
            visited.tell(step)
            self._come_back(at, visited)
            return
        for number, visit in enumerate(self.standing):
            if visit.order is not None and step.order is not None and visit.order > step.order:
                self._take_back_from(number)
                break
        self._enter(at, step)

    def _take_back_from(self, number: int) -> None:
        for visit in self.standing[number:]:
            visit.passed_at = None
            self._taken_back.append(visit)
        del self.standing[number:]

    def _come_back(self, at: int, visit: Visit) -> None:
        visit.passed_at = None
        visit.returned_at = at
        self._be_at(at, visit)

    def _enter(self, at: int, step: Step) -> None:
        visit = _find(self._taken_back, step)
        if visit is None:
            visit = Visit(step, at, [step.stage], order=step.order)
        else:
            self._taken_back.remove(visit)
            visit.returned_at = at
            visit.tell(step)
        self.standing.append(visit)
        self._be_at(at, visit)

    def _be_at(self, at: int, visit: Visit) -> None:
        self.current = visit
        self.positions.append((at, visit))


def _find(visits: list[Visit], step: Step) -> Visit | None:
    """The latest visit to that stage, else, for a step that a process has once, to that milestone."""
    for visit in reversed(visits):
        if visit.milestone == step.milestone and step.stage in visit.stages:
            return visit
    if step.milestone in SINGLE_STEPS:
        for visit in reversed(visits):
            if visit.milestone == step.milestone:
                return visit
    return None
