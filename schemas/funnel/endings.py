"""Endings of an attempt as a stack: what stood before an ending stands again once that ending is undone."""

import msgspec

from schemas.funnel.rules import EndingMeaning

HIRED, REJECTED = "application.hired", "application.rejected"
WITHDRAWN, CLOSED = "application.withdrawn", "application.closed"


class Ending(msgspec.Struct, eq=False, gc=False):
    """One ending at an instant (ms); `told` is false for a hire that only a stage reported."""

    kind: str
    at: int
    mapped: bool = True
    duplicate: bool = False
    told: bool = True
    over_hire: bool = False

    @property
    def is_hire(self) -> bool:
        """Whether it is a hire."""
        return self.kind == HIRED

    @property
    def holds(self) -> bool:
        """Whether a move leaves it standing: a hire that an event reported."""
        return self.is_hire and self.told


class Endings:
    """The endings that stand, the latest on top; only that one counts."""

    def __init__(self) -> None:
        """Start without an ending."""
        self._stack: list[Ending] = []
        self.was_hired = False

    @property
    def top(self) -> Ending | None:
        """The ending that counts."""
        return self._stack[-1] if self._stack else None

    @property
    def height(self) -> int:
        """How many endings stand."""
        return len(self._stack)

    @property
    def hire(self) -> Ending | None:
        """The latest hire that was not undone, even if an ending after it took it back."""
        return next((ending for ending in reversed(self._stack) if ending.is_hire), None)

    def first_hire_since(self, moment: int) -> Ending | None:
        """The earliest hire at an instant (ms) or later that was not undone."""
        hires = (ending for ending in self._stack if ending.is_hire and ending.at >= moment)
        return next(hires, None)

    def end(self, meaning: EndingMeaning, at: int, *, told: bool = True) -> None:
        """End the application, or change what is known of its ending.

        The same ending told again keeps its day. A hire replaces any other ending; what comes after another ending
        without a reopening is ignored. After a hire, what nobody did is ignored; the candidate and the company take
        the hire back.
        """
        top = self.top
        self.was_hired |= meaning.kind == HIRED
        if top is not None and top.kind == meaning.kind:
            top.mapped, top.duplicate = meaning.mapped, meaning.duplicate
            top.told |= told
            return
        if top is not None and meaning.kind != HIRED and (not top.is_hire or meaning.by_nobody):
            return
        self._stack.append(
            Ending(
                meaning.kind,
                at,
                meaning.mapped,
                meaning.duplicate,
                told,
                over_hire=top is not None and top.is_hire,
            )
        )

    def reopen(self) -> bool:
        """Undo the ending on top unless it is a hire; return whether there was one."""
        top = self.top
        if top is None or top.is_hire:
            return False
        self._stack.pop()
        return True

    def unhire(self) -> int | None:
        """Undo the latest hire; return how many endings stood before it, None if there was no hire."""
        hire = self.hire
        if hire is None:
            return None
        height = self._stack.index(hire)
        del self._stack[height]
        return height

    def reopen_by_move(self) -> bool:
        """Undo everything that a move to a working stage undoes; return whether the application is open then."""
        while self._stack and not self._stack[-1].holds:
            self._stack.pop()
        return not self._stack
