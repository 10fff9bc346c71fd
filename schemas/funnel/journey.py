"""The journey of one attempt through stages and endings: how its events move it, end it and bring it back."""

import copy

from schemas.funnel.endings import HIRED, REJECTED, Endings
from schemas.funnel.funnel_events import (
    ApplicationEvent,
    EndingEvent,
    FunnelEvent,
    ReopeningEvent,
    StageEvent,
    UpdateEvent,
    VendorStage,
)
from schemas.funnel.rules import EndingMeaning, Rules
from schemas.funnel.stage_meanings import StageMeanings
from schemas.funnel.visits import HIRED_MILESTONE, OFFER, Step, Visits
from schemas.tenants.milestones import UNMAPPED

STAGE_CHANGED, UNHIRED = "application.stage_changed", "application.unhired"
ENDING_TYPES = "application."  # meanings of stages that are endings start with it
ACCOMPANYING_MS = (
    60_000  # a system that says it ended an application may move it within the next minute
)
# Applications wait here without any action of the company.
WAITING = frozenset({"lead", "applied", "screening", UNMAPPED})
ANSWERS = frozenset({HIRED, REJECTED})  # endings that answer the candidate
OFFERED = frozenset({OFFER, "accepted", HIRED_MILESTONE})
HIRE = EndingMeaning(HIRED)


class Journey:
    """Takes the events of an attempt in order; afterwards it says where the application is and how it ended."""

    def __init__(
        self, meanings: StageMeanings, rules: Rules, applied_at: int | None, first_at: int
    ) -> None:
        """`applied_at` and `first_at`, the first event's, are instants in milliseconds since 1970 UTC."""
        self._meanings = meanings
        self._rules = rules
        self._applied_at = applied_at
        self._first_at = first_at
        self._told: str | None = None
        self._waiting: list[tuple[int, Step]] = []
        # How it was before a hire that replaced other endings, by their number.
        self._before_hire: dict[int, tuple[Visits, list[tuple[int, Step]]]] = {}
        self.visits = Visits()
        self.endings = Endings()
        self.unmapped_at: list[int] = []
        self.moved_by_company_at: list[int] = []

    def take(self, event: FunnelEvent) -> None:
        """Take the next event; those that tell neither stage nor ending change nothing."""
        match event:
            case EndingEvent():
                self._end(event)
            case ReopeningEvent():
                self._undo(event)
            case UpdateEvent():
                if event.application.active:
                    self._reactivate()
                self._tell_stage(event)
            case ApplicationEvent() if event.application.active:
                self._reactivate()

    def make_offer(self, at: int) -> None:
        """An offer passes the stage before it: go to the milestone of offers, unless the application is past it or ended."""
        main = self.visits.main
        if self.endings.top is None and (main is None or main.milestone not in OFFERED):
            self.visits.move(at, Step(None, OFFER))

    def finds_nothing(self, undoing: ReopeningEvent) -> bool:
        """Whether there is nothing now that the event undoes."""
        if undoing.header.kind == UNHIRED:
            return self.endings.hire is None
        return self.endings.top is None or self.endings.top.is_hire

    def could_undo(self, undoing: ReopeningEvent, event: FunnelEvent) -> bool:
        """Whether the other event tells an ending of the kind that is undone."""
        kinds = [self._rules.ending(event).kind] if isinstance(event, EndingEvent) else []
        if isinstance(event, StageEvent) and event.stage is not None:
            header = event.header
            milestone = self._meanings.of(header.connection, event.stage, header.at).milestone
            kinds.append(HIRED if milestone == HIRED_MILESTONE else milestone)
        ends = [kind for kind in kinds if kind.startswith(ENDING_TYPES)]
        return any((kind == HIRED) == (undoing.header.kind == UNHIRED) for kind in ends)

    def _end(self, event: EndingEvent) -> None:
        meaning, at = self._rules.ending(event), event.header.at
        if meaning.kind == HIRED and self._replaces_ending():
            self._bring_back()
            self._tell_stage_while_open(event)
        elif self.endings.top is None:
            self._tell_stage(event)
        self.endings.end(meaning, at)

    def _replaces_ending(self) -> bool:
        """Whether a hire now would replace another ending."""
        return self.endings.top is not None and not self.endings.top.is_hire

    def _bring_back(self) -> None:
        """Let the moves that waited count, because a hire shows that they took place; remember how it was before."""
        self._before_hire[self.endings.height] = (copy.deepcopy(self.visits), list(self._waiting))
        self._apply_waiting()

    def _undo(self, event: ReopeningEvent) -> None:
        if event.header.kind == UNHIRED:
            height = self.endings.unhire()
            undone = height is not None
            self._take_back_hire(height)
        else:
            undone = self.endings.reopen()
        if undone:
            self._resume()
        if undone or self.endings.top is None:
            self._tell_stage(event)

    def _reactivate(self) -> None:
        """A snapshot of an active application undoes what ended it, where no event says so; not a hire told by a stage."""
        top = self.endings.top
        if top is None or (top.is_hire and not top.told):
            return
        if top.is_hire:
            self._take_back_hire(self.endings.unhire())
        else:
            self.endings.reopen()
        self._resume()

    def _resume(self) -> None:
        if self.endings.top is None:
            self._apply_waiting()

    def _apply_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for at, step in waiting:
            self._move(at, step)

    def _tell_stage(self, event: StageEvent) -> None:
        """Take the stage that the event names, if it is another than the one told last."""
        stage = event.stage
        if stage is None or not self._is_news(stage):
            return
        before, self._told = self._told, stage.id
        at = event.header.at
        meaning = self._meanings.of(event.header.connection, stage, at)
        if not meaning.milestone.startswith(ENDING_TYPES) or meaning.milestone in ANSWERS:
            self._note_response(event, before, meaning.milestone)
        if self.endings.top is None:
            self._tell_stage_left(event)
        if meaning.milestone == UNMAPPED:
            self.unmapped_at.append(at)
        elif meaning.milestone.startswith(ENDING_TYPES):
            self._end_by_stage(EndingMeaning(meaning.milestone), at)
        elif self.endings.top is None:
            self._move(at, Step(stage.id, meaning.milestone, meaning.order))
        else:
            self._move_while_ended(event, Step(stage.id, meaning.milestone, meaning.order))

    def _tell_stage_while_open(self, event: StageEvent) -> None:
        """Take a hire's stage although the ending that the hire replaces still stands."""
        stage = event.stage
        if stage is None or not self._is_news(stage):
            return
        self._told = stage.id
        meaning = self._meanings.of(event.header.connection, stage, event.header.at)
        if meaning.milestone == UNMAPPED:
            self.unmapped_at.append(event.header.at)
        elif not meaning.milestone.startswith(ENDING_TYPES):
            step = Step(stage.id, meaning.milestone, meaning.order)
            self.visits.move(event.header.at, step)
            if step.milestone != HIRED_MILESTONE:  # it stays true if the hire is undone
                self._before_hire[self.endings.height][1].append((event.header.at, step))

    def _is_news(self, stage: VendorStage) -> bool:
        if stage.id == self._told:
            return False
        if self._told is not None and self._meanings.is_renamed(self._told, stage.id):
            self._told = stage.id
            if self.visits.current is not None:
                self.visits.current.stages.append(stage.id)
            return False
        return True

    def _end_by_stage(self, meaning: EndingMeaning, at: int) -> None:
        if meaning.kind == HIRED and self._replaces_ending():
            self._bring_back()
        self.endings.end(meaning, at, told=False)

    def _move(self, at: int, step: Step) -> None:
        self.visits.move(at, step)
        if step.milestone == HIRED_MILESTONE:
            self.endings.end(HIRE, at, told=False)

    def _move_while_ended(self, event: StageEvent, step: Step) -> None:
        """Reopen by moving on, where the system has no event for it; else the move waits for what brings it back."""
        at, top = event.header.at, self.endings.top
        if step.milestone == HIRED_MILESTONE:
            if self._replaces_ending():
                self._bring_back()
                self._move(at, step)
            return
        accompanies = top is not None and top.told and at - top.at <= ACCOMPANYING_MS
        if accompanies or self._rules.reopens_by_event(event.header.connection):
            self._waiting.append((at, step))
            return
        height = self.endings.height - 1
        if self.endings.reopen_by_move():
            self._apply_waiting()
            self._move(at, step)
            return
        if top is not None and top.is_hire and not top.holds:
            self._take_back_hire(height)
        self._waiting.append((at, step))

    def _take_back_hire(self, height: int | None) -> None:
        """Return to where the application was before a hire that replaced so many endings, if it did."""
        before = self._before_hire.pop(height, None) if height else None
        if before is not None:
            self.visits, waited = before
            self._waiting = [*waited, *self._waiting]

    def _tell_stage_left(self, event: StageEvent) -> None:
        """Take the stage that a move says it left, if nobody had told that the application was there."""
        left = event.from_stage if isinstance(event, UpdateEvent) else None
        if left is None:
            return
        at = event.header.at
        meaning = self._meanings.of(event.header.connection, left, at)
        if meaning.milestone in {UNMAPPED, HIRED_MILESTONE} or meaning.milestone.startswith(
            ENDING_TYPES
        ):
            return
        step = Step(left.id, meaning.milestone, meaning.order)
        if self.visits.current is None:
            began_at = self._applied_at
            self.visits.move(
                self._first_at if began_at is None or began_at > at else began_at, step
            )
        elif self.visits.find(step) is None and step.milestone != HIRED_MILESTONE:
            self.visits.move(at, step)

    def _note_response(self, event: StageEvent, before: str | None, milestone: str) -> None:
        """Note that the company moved the application: between two stages, or directly past the initial milestones."""
        if not event.header.by_person or not isinstance(event, UpdateEvent):
            return
        if (
            before is not None
            or event.from_stage is not None
            or (event.header.kind == STAGE_CHANGED and milestone not in WAITING)
        ):
            self.moved_by_company_at.append(event.header.at)
