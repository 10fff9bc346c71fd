"""Episodes: the days off target of one member, folded from its daily judgements and the breaches reported before; pure."""

from collections.abc import Generator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The result for one day: its value and sample, whether it is off target, and whether it keeps a breach open.

    `off_target` implies `keeps_open`. `since` is the day on which the evidence begins, by default the judged day, and `members`
    how many members share the budget of false alarms; `expected` is the value without a change, `baseline` the own cases before it and `classes` the
    classes that are compared one by one, for kinds that know them. `oldest` is the age in days of the case that has waited longest, for
    kinds that are about waiting cases.
    """

    value: float | None
    n: int
    off_target: bool
    keeps_open: bool
    since: int | None = None
    members: int | None = None
    expected: float | None = None
    baseline: int | None = None
    classes: int | None = None
    oldest: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReportedHistory:
    """The breaches reported before, as local days since 1970-01-01. Slight noise does not retract a reported breach.

    On a day in `openings`, the reported breach opens under the condition that keeps an open one open; on a day in `endings`, it
    ends unless it is off target again. Nothing new opens on a day in `blocked`.
    """

    openings: frozenset[int] = frozenset()
    endings: frozenset[int] = frozenset()
    blocked: frozenset[int] = frozenset()


@dataclass(kw_only=True)
class Episode:
    """The span from the opening day to the ending day, both included; open while `until` is None. `last` judges its last day.

    `since` is the day, `opened` or before, on which its evidence begins.
    """

    opened: int
    since: int
    id_day: int  # the day its id is derived from: the first reported one, else `opened`
    last: Judgement
    until: int | None = None


@dataclass(frozen=True, kw_only=True)
class Fold:
    """The episodes of one member in order, and the judgement of the last day, or None if the member has no cells."""

    episodes: list[Episode]
    last: Judgement | None


# Judges consecutive days. After each day it receives whether an episode is open, which a judge with state may need.
Judging = Generator[tuple[int, Judgement], bool, None]


def fold_judgements(judging: Judging, history: ReportedHistory, cool_down: int) -> Fold:
    """Fold judged days into episodes; nothing opens for `cool_down` days after an ending.

    Later days never change earlier episodes.
    """
    episodes: list[Episode] = []
    open_: Episode | None = None
    last: Judgement | None = None
    cool_down_end = -1  # the first day after a cool-down
    judged = next(judging, None)
    while judged is not None:
        day, last = judged
        if open_ is None:
            opens = last.off_target and day >= cool_down_end and day not in history.blocked
            if opens or (last.keeps_open and day in history.openings):
                since = day if last.since is None else min(last.since, day)
                open_ = Episode(opened=day, since=since, id_day=day, last=last)
                episodes.append(open_)
        else:
            open_.last = last
            if not last.keeps_open or (day in history.endings and not last.off_target):
                open_.until, cool_down_end = day, day + cool_down
        if open_ is not None:
            if day in history.openings and open_.id_day not in history.openings:
                open_.id_day = day
            if open_.until is not None:
                open_ = None
        judged = _send(judging, is_open=open_ is not None)
    return Fold(episodes=episodes, last=last)


def _send(judging: Judging, *, is_open: bool) -> tuple[int, Judgement] | None:
    """The next judged day, or None after the last."""
    try:
        return judging.send(is_open)
    except StopIteration:
        return None
