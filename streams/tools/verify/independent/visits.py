"""The visits of one attempt: where the application stayed, what it passed, and what returns took back."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.tenants.milestones import MAIN_LINE, SIDE_STEPS
from streams.tools.verify.independent.endings import EndingStack, Move
from streams.tools.verify.independent.meaning import HIRE, MeaningOfStage
from streams.tools.verify.independent.told import Moment

SEVERAL = ("interview_n", *SIDE_STEPS)  # milestones whose stages are visits of their own
OFFER = MeaningOfStage(id="", milestone="offer")  # what an offer says where no stage says it


@dataclass(eq=False)
class Stay:
    """A stay at a milestone; it is remembered when a return takes it back, and is itself again when it is entered again.

    `stages` are the ids it was told by, `arrivals` the moments at which the application came or came back to it. `passed_first`
    stays when the pass is taken back.
    """

    milestone: str
    entered: Moment
    stages: set[str] = field(default_factory=set)
    order: int | None = None
    arrivals: list[Moment] = field(default_factory=list)
    passed_first: Moment | None = None
    is_passed: bool = False
    standing: bool = True

    @property
    def is_side_step(self) -> bool:
        """Whether it runs beside the main line."""
        return self.milestone in SIDE_STEPS

    def pass_at(self, moment: Moment) -> None:
        """Pass it; going on again restores the first pass."""
        self.passed_first = self.passed_first or moment
        self.is_passed = True

    @property
    def passed(self) -> Moment | None:
        """When it was passed, if it is passed in the end."""
        return self.passed_first if self.is_passed else None


class ToldJourney:
    """The way of one attempt through its visits. `standing` is in the order entered, `current` where it is."""

    def __init__(self) -> None:
        """Start nowhere."""
        self.standing: list[Stay] = []
        self.taken_back: list[Stay] = []
        self.arrivals: list[tuple[Moment, Stay]] = []
        self.current: Stay | None = None

    @property
    def main(self) -> Stay | None:
        """The last standing visit on the main line."""
        return next((visit for visit in reversed(self.standing) if not visit.is_side_step), None)

    def find(self, stage: MeaningOfStage) -> Stay | None:
        """The standing visit of a stage."""
        return _last_visit_of(stage, self.standing)

    def move(self, stage: MeaningOfStage, moment: Moment) -> None:
        """The application is moved to a stage with a milestone."""
        here, visit = self.current, self.find(stage)
        if here is not None and here.milestone == stage.milestone and visit in {None, here}:
            here.stages.add(stage.id)
            here.order = here.order if stage.order is None else stage.order
        elif stage.milestone in SIDE_STEPS:
            if here is not None:
                here.pass_at(moment)
            self._enter(stage, moment) if visit is None else self._be_at(visit, stage, moment)
        else:
            if here is not None and here.is_side_step:
                here.pass_at(moment)
            if self._is_return(stage, visit):
                self._return(stage, visit, moment)
            else:
                if self.main is not None:
                    self.main.pass_at(moment)
                self._enter(stage, moment)

    def _is_return(self, stage: MeaningOfStage, visit: Stay | None) -> bool:
        """To the very stage of a visit that stands; else by the orders of the stages, or by its milestone if they are unknown."""
        main = self.main
        if main is None:
            return False
        if visit is not None and stage.id in visit.stages:
            return True
        if stage.order is not None and main.order is not None:
            return stage.order < main.order
        return visit is not None

    def _return(self, stage: MeaningOfStage, visit: Stay | None, moment: Moment) -> None:
        """Take back what came after the stage, and be there again."""
        if visit is not None:
            first = self.standing.index(visit) + 1
        else:
            beyond = [self.standing.index(v) for v in self.standing if _is_beyond(v, stage)]
            first = min(beyond, default=len(self.standing))
        for later in self.standing[first:]:
            self._take_back(later)
        if visit is None:
            self._enter(stage, moment)
        else:
            self._be_at(visit, stage, moment)

    def _enter(self, stage: MeaningOfStage, moment: Moment) -> None:
        """Enter a visit, the remembered one if it was entered before."""
        visit = _last_visit_of(stage, self.taken_back)
        if visit is None:
            visit = Stay(milestone=stage.milestone or "", entered=moment)
        else:
            self.taken_back.remove(visit)
        visit.standing = True
        self.standing.append(visit)
        self._be_at(visit, stage, moment)

    def _be_at(self, visit: Stay, stage: MeaningOfStage, moment: Moment) -> None:
        visit.stages.add(stage.id)
        visit.order = visit.order if stage.order is None else stage.order
        visit.arrivals.append(moment)
        self.arrivals.append((moment, visit))
        visit.is_passed = False
        self.current = visit

    def _take_back(self, visit: Stay) -> None:
        self.standing.remove(visit)
        self.taken_back.append(visit)
        visit.standing = visit.is_passed = False

    def at(self, instant: int) -> Stay | None:
        """The visit where the application was at an instant, as the moves read in the end."""
        arrivals = [
            (moment.at, number)
            for number, (moment, visit) in enumerate(self.arrivals)
            if visit.standing and moment.at <= instant
        ]
        if arrivals:
            return self.arrivals[max(arrivals)[1]][1]
        return min(self.standing, key=lambda visit: visit.arrivals[0], default=None)

    def known(self, milestone: str) -> list[Stay]:
        """Every visit of the milestone, standing ones last, each in the order entered."""
        return [v for v in (*self.taken_back, *self.standing) if v.milestone == milestone]


def _last_visit_of(stage: MeaningOfStage, visits: Sequence[Stay]) -> Stay | None:
    """The last visit of the stage's milestone that was told by its id, else, of a single step, the last one."""
    alike = [visit for visit in visits if visit.milestone == stage.milestone]
    same = [visit for visit in alike if stage.id in visit.stages]
    if stage.milestone not in SEVERAL:
        same = same or alike
    return same[-1] if same else None


def _is_beyond(visit: Stay, stage: MeaningOfStage) -> bool:
    return visit.order is not None and stage.order is not None and visit.order > stage.order


def journey_of(stack: EndingStack, offered: Moment | None, began: Sequence[Moment]) -> ToldJourney:
    """The way through all moves that no standing ending holds back.

    `offered` is when the first offer was made by an event of its own, `began` when the candidate applied, if known, and the
    attempt's first event.
    """
    journey = ToldJourney()
    steps: list[tuple[Moment, Move | None]] = [(move.moment, move) for move in stack.moves]
    if offered is not None:
        steps.append((offered, None))
    for moment, move in sorted(steps, key=lambda step: step[0]):
        if move is None:
            ended = stack.standing_at.get(moment.place, ())
            if not ended and _is_before_offer(journey.main):
                journey.move(OFFER, moment)
        elif not stack.holds_back(move.under) and not _told_undone_hire(stack, move):
            _take(journey, move, began)
    here, top = journey.current, stack.top
    if here is not None and here.milestone != HIRE and top is not None and top.kind == HIRE:
        here.pass_at(top.moment)
    return journey


def _told_undone_hire(stack: EndingStack, move: Move) -> bool:
    """Whether the move was part of a hire that replaced an ending and was undone."""
    return move.stage.milestone == HIRE and bool(move.under) and move.moment in stack.undone_hires


def _take(journey: ToldJourney, move: Move, began: Sequence[Moment]) -> None:
    """Make one move, after one that nobody saw if it left a stage where the application was not known to be."""
    left = move.left
    if left is not None and left.is_work:
        if not journey.standing:
            journey.move(left, next(at for at in began if at.at <= move.moment.at))
        elif journey.find(left) is None:
            journey.move(left, move.moment)
    if move.stage.milestone is not None:
        journey.move(move.stage, move.moment)


def _is_before_offer(main: Stay | None) -> bool:
    return main is None or MAIN_LINE.index(main.milestone) < MAIN_LINE.index("offer")


def deciders_in(people: Sequence[tuple[int, str]], visit: Stay) -> tuple[str, ...]:
    """Who decided a visit, of the people who met the candidate in it, each with the instant of it.

    After a return those who met the candidate since, if anybody did, else those before.
    """
    since = visit.arrivals[-1].at if len(visit.arrivals) > 1 else None
    anew = [name for at, name in people if since is not None and at >= since]
    return tuple(dict.fromkeys(anew or [name for _, name in people]))
