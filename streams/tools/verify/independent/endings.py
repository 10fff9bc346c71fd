"""The stack of endings of one attempt: which endings stand, and which moves they hold back."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from streams.tools.verify.independent.meaning import (
    CLOSED,
    HIRE,
    MeaningOfStage,
    Meanings,
    ReasonMeaning,
)
from streams.tools.verify.independent.told import (
    ENDINGS,
    HIRED,
    REOPENED,
    UNHIRED,
    JsonObject,
    Moment,
    Told,
)

ACCOMPANIES_MS = 60_000  # a move so soon after an ending goes with it


@dataclass(frozen=True, kw_only=True)
class ToldEnding:
    """An ending on the stack: `moment` is when it was told first, `told_by_event` no mere stage.

    `over_hire`: it took a hire back. `taken_back`: a hire below another ending that an un-hire removed later.
    """

    moment: Moment
    reason: ReasonMeaning
    told_by_event: bool
    over_hire: bool = False
    taken_back: bool = False

    @property
    def kind(self) -> str:
        """rejected, withdrawn, closed or hired."""
        return self.reason.kind

    def is_same(self, other: "ToldEnding") -> bool:
        """Whether it is the same entry of the stack, however often it was told again."""
        return self.moment == other.moment


@dataclass(frozen=True, kw_only=True)
class Move:
    """A stage that was told and was not the one told last; `under` are the endings that stood then.

    `left` is the stage that it says was left; None after an ending.
    """

    moment: Moment
    event: Told
    stage: MeaningOfStage
    left: MeaningOfStage | None = None
    under: tuple[ToldEnding, ...] = ()


@dataclass
class EndingStack:
    """The endings as they are told, event by event, and the moves between them."""

    meanings: Meanings
    renamed: dict[str, str]
    endings: list[ToldEnding] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    told_moves: list[Move] = field(default_factory=list)  # those to a hire that is known too
    undone_hires: set[Moment] = field(default_factory=set)
    told_last: str | None = None
    told: list[ToldEnding] = field(default_factory=list)
    found_nothing: bool = False  # whether the last undoing had nothing to undo
    standing_at: dict[int, tuple[ToldEnding, ...]] = field(default_factory=dict)  # by place

    @property
    def top(self) -> ToldEnding | None:
        """The ending that stands."""
        return self.endings[-1] if self.endings else None

    def tell(self, event: Told, place: int) -> None:
        """Hear what one event of the application says."""
        moment = Moment(event.at, place)
        self.found_nothing = False
        if event.application.get("active") is True and event.kind.startswith("application."):
            self._reactivate()
        if event.kind in {REOPENED, UNHIRED}:
            undone = self._reopen() if event.kind == REOPENED else self._unhire()
            self.found_nothing = not undone
        is_idle = self.found_nothing and bool(self.endings)
        ends = event.kind == HIRED or event.kind in ENDINGS
        hears = self._hears_stage(event) if ends else not is_idle
        if event.stage is not None and hears:
            self._tell_stage(event, event.stage, moment, may_reopen=not ends)
        if ends:
            reason = self.meanings.reason(event)
            self._end(ToldEnding(moment=moment, reason=reason, told_by_event=True))
        self.standing_at[place] = tuple(self.endings)

    def names_of(self, stage_id: str) -> list[str]:
        """The id of a stage and those it got later, in order; a circle of renamings ends before it closes."""
        names = [stage_id]
        while self.renamed.get(names[-1], names[-1]) not in names:
            names.append(self.renamed[names[-1]])
        return names

    def _hears_stage(self, event: Told) -> bool:
        """Whether the stage that an ending names counts: not after another ending, unless a hire replaces it."""
        is_hire = self.meanings.reason(event).kind == HIRE
        return self.top is None or (is_hire and self.top.kind != HIRE)

    def _meaning(self, event: Told, stage: JsonObject) -> MeaningOfStage:
        return replace(self.meanings.stage(event, stage), id=self.names_of(stage["id"])[-1])

    def _tell_stage(
        self, event: Told, told: JsonObject, moment: Moment, *, may_reopen: bool
    ) -> None:
        if self.told_last is not None and told["id"] in self.names_of(self.told_last):
            return
        stage, self.told_last = self._meaning(event, told), told["id"]
        left = event.data.get("from_stage")
        news = None if left is None or self.endings else self._meaning(event, left)
        reopens = may_reopen and stage.is_work
        if reopens and self.top is not None and self._reopens(event, self.top):
            self._pop_to_explicit_hire()
        under = tuple(self.endings)
        move = Move(moment=moment, event=event, stage=stage, left=news, under=under)
        self.told_moves.append(move)
        if stage.milestone == HIRE and self.top is not None and self.top.kind == HIRE:
            return  # it is known already
        self.moves.append(move)
        kind = HIRE if stage.milestone == HIRE else stage.ending
        if kind is not None:
            reason = ReasonMeaning(kind=kind, by_nobody=kind == CLOSED)
            self._end(ToldEnding(moment=moment, reason=reason, told_by_event=False))

    def _reopens(self, event: Told, top: ToldEnding) -> bool:
        """Whether a move to a stage of work undoes the ending that stands."""
        accompanies = top.told_by_event and event.at - top.moment.at <= ACCOMPANIES_MS
        is_firm = top.kind == HIRE and top.told_by_event
        return not (accompanies or is_firm or self.meanings.hears_of_reopening(event))

    def _pop_to_explicit_hire(self) -> None:
        """Undo what a move undoes; of a hire that only stages told nothing is left if one told by an event stands below."""
        hires = set()
        while self.top is not None and not (self.top.kind == HIRE and self.top.told_by_event):
            hires |= {self.top.moment} if self.top.kind == HIRE else set()
            self._pop()
        self.undone_hires |= hires if self.endings else set()

    def _end(self, ending: ToldEnding) -> None:
        """Put an ending on the stack, or take from it what it says about the one that stands."""
        self.told.append(ending)
        top = self.top
        if top is None or (top.kind != HIRE and ending.kind == HIRE):
            self.endings.append(ending)
        elif top.kind == ending.kind:
            by_event = top.told_by_event or ending.told_by_event
            self.endings[-1] = replace(top, reason=ending.reason, told_by_event=by_event)
        elif top.kind == HIRE and not ending.reason.by_nobody:
            self.endings.append(replace(ending, over_hire=True))

    def _reactivate(self) -> None:
        """A snapshot says that the application is active: what ended it is undone, but not a hire that a stage told."""
        top = self.top
        if top is not None and (top.kind != HIRE or top.told_by_event):
            self._unhire() if top.kind == HIRE else self._reopen()

    def _reopen(self) -> bool:
        if self.top is None or self.top.kind == HIRE:
            return False
        self._pop()
        return True

    def _unhire(self) -> bool:
        if self.top is not None and self.top.kind == HIRE:
            self.undone_hires.add(self.top.moment)
            self._pop()
            return True
        for place, ending in reversed(list(enumerate(self.endings))):
            if ending.kind == HIRE and not ending.taken_back:
                self.undone_hires.add(ending.moment)
                self.endings[place] = replace(ending, taken_back=True)
                return True
        return False

    def _pop(self) -> None:
        """Undo the ending that stands; a hire below it that was taken back does not come back."""
        self.endings.pop()
        while self.endings and self.endings[-1].taken_back:
            self.endings.pop()

    def holds_back(self, under: tuple[ToldEnding, ...]) -> bool:
        """Whether endings that stood when something was told hold it back to the end of the story.

        An ending that was undone holds nothing back, nor one that a later hire replaced.
        """
        standing = [
            ending for ending in self.endings if any(ending.is_same(then) for then in under)
        ]
        if not standing:
            return False
        above = self.endings[self.endings.index(standing[-1]) + 1 :]
        return not any(ending.kind == HIRE and not ending.taken_back for ending in above)

    def could_undo(self, undoing: Told, event: Told) -> bool:
        """Whether the event tells an ending that this kind of undoing undoes."""
        kinds = list(self._ending_kinds(event))
        if undoing.kind == UNHIRED:
            return HIRE in kinds
        return any(kind != HIRE for kind in kinds)

    def _ending_kinds(self, event: Told) -> Iterator[str]:
        if event.kind == HIRED or event.kind in ENDINGS:
            yield self.meanings.reason(event).kind
        if event.stage is not None:
            stage = self._meaning(event, event.stage)
            if stage.ending is not None or stage.milestone == HIRE:
                yield stage.ending or HIRE
