"""The life cycle of breaches: what has to be written so that what was told agrees with what the cells say; pure."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from schemas.alerting.breach import Breach, Ending, Evidence, Segment, identity
from schemas.alerting.episodes import Episode, ReportedHistory, episodes, judged
from schemas.alerting.rules import AlertRule, binomial
from schemas.alerting.thresholds import Judgement, interval, passes
from schemas.cells import Tally
from schemas.instants import day_number
from schemas.kpis.definition import measure
from schemas.kpis.durations import summed
from schemas.planning.periods import day_of

MOST_LOOKS = 4  # at one set of cells, until nothing is left to say; two have been enough for everything that was tried


@dataclass(frozen=True, kw_only=True)
class WatchedMember:
    """One member under one rule: its cells by day since 1970-01-01, and in which language it is told."""

    rule: AlertRule
    dimension: str
    member: str
    days: Mapping[int, Tally]
    language: Literal["ja", "en"] = "ja"


def reconcile(
    subject: WatchedMember,
    known: Sequence[Breach],
    as_of: int,
    now: datetime,
    segment: Callable[[int], Segment | None] = lambda _: None,
) -> list[Breach]:
    """The records to write, `known` being all that were written of this subject before; none where nothing has changed.

    What it returns is a fixed point: with it among `known`, the same cells and day give nothing more. `now` stands in the
    records and decides nothing; `segment` tells what an open breach comes from on a day. What the rule told when it was about
    another KPI is none of its business.
    """
    held = {each.id: each for each in known if each.kpi == subject.rule.kpi}
    as_of = max([as_of, *(day_number(each.judged) for each in held.values())])
    changed: dict[str, Breach] = {}
    for _ in range(MOST_LOOKS):
        more = _look(subject, held, as_of, now, segment)
        if not more:
            break
        for each in more:
            held[each.id] = changed[each.id] = each
    return [*changed.values()]


def _look(
    subject: WatchedMember,
    known: Mapping[str, Breach],
    as_of: int,
    now: datetime,
    segment: Callable[[int], Segment | None],
) -> list[Breach]:
    """What differs from what is known; a breach that is taken back in it may free or block days, which the next look sees."""
    found = [
        _breach(subject, each, as_of, now, segment)
        for each in episodes(subject.rule, subject.days, _told(subject.rule, known.values()), as_of)
    ]
    changed = []
    for each in found:
        old = known.get(each.id)
        if old is None:
            changed.append(each)
        elif not each.same(old):
            changed.append(_after(old, each))
    named = {each.id for each in found}
    gone = [
        each for each in known.values() if each.id not in named and not _settled(subject.rule, each)
    ]
    return [*changed, *(_gone(subject, each, as_of, now) for each in gone)]


def _settled(rule: AlertRule, breach: Breach) -> bool:
    """Whether nothing is left to say of what the days do not show: taken back, over on the day it opened or by other terms."""
    over = not breach.active and not _same_terms(rule, breach)
    return over or breach.ending in {"corrected", "withdrawn"} or _on_its_day(breach)


def _same_terms(rule: AlertRule, breach: Breach) -> bool:
    """Whether the rule still says what it said when the breach was last written."""
    terms = _terms(rule)
    return all(getattr(breach, name) == term for name, term in terms.items())


def _terms(rule: AlertRule) -> dict[str, Any]:
    """What a breach says of its rule that makes a day off target or not."""
    return {
        "direction": rule.direction,
        "target": rule.allowed if rule.waits else rule.target,
        "window_days": 0 if rule.waits else rule.window_days,
        "limit_days": rule.limit if rule.waits else None,
    }


def _on_its_day(breach: Breach) -> bool:
    """Whether no day shows it; one that began before it was told can end on the day it was told and still be shown."""
    return breach.ending == "recovered" and breach.since == breach.opened == breach.until


def _gone(subject: WatchedMember, breach: Breach, as_of: int, now: datetime) -> Breach:
    """The end of what the days do not show any more: on the day it opened it has recovered, later it never was.

    By other terms than those it was told by nobody can say so: there it is withdrawn.
    """
    if not _same_terms(subject.rule, breach):
        return close([breach], "withdrawn", now)[0]
    last: Judgement | None = None
    if breach.active and day_number(breach.opened) == as_of:
        for _, found in judged(subject.rule, subject.days, as_of):
            last = found
    if last is None or last.value is None:
        return close([breach], "corrected", now)[0]
    seen = {
        "since": breach.opened,
        "evidence": evidence(subject.rule, last),
        "segment": None,
    }
    return close([breach], "recovered", now)[0].model_copy(update=seen)


def close(breaches: Iterable[Breach], ending: Ending, now: datetime) -> list[Breach]:
    """Records that end these breaches on the last day that was looked at."""
    return [
        each.model_copy(
            update={
                "state": "resolved",
                "ending": ending,
                "until": each.until or each.judged,
                "ended": each.ended or now,
            }
        )
        for each in breaches
    ]


def _after(old: Breach, new: Breach) -> Breach:
    """The next record of a breach that is known."""
    changes: dict[str, object] = {"told": old.told}
    if new.active:
        changes["state"] = "updated"
    elif old.ended is not None:
        changes["ended"] = old.ended
    return new.model_copy(update=changes)


def _told(rule: AlertRule, known: Iterable[Breach]) -> ReportedHistory:
    openings, endings, blocked = set(), set(), set()
    for each in known:
        opened = day_number(each.opened)
        if each.ending == "corrected" or _on_its_day(each):
            blocked |= set(range(opened, opened + rule.cool_down))
        elif each.ending != "withdrawn":
            openings.add(opened)
            if each.until is not None:
                endings.add(day_number(each.until))
    return ReportedHistory(
        openings=frozenset(openings), endings=frozenset(endings), blocked=frozenset(blocked)
    )


def _breach(
    subject: WatchedMember,
    episode: Episode,
    as_of: int,
    now: datetime,
    segment: Callable[[int], Segment | None],
) -> Breach:
    rule, opened = subject.rule, day_of(episode.name)
    ended = episode.until is not None
    ending: Ending | None = None
    if ended:
        ending = "recovered" if episode.last.n or rule.smallest == 0 else "no_cases"
    return Breach(
        id=identity(rule.tenant, rule.id, subject.dimension, subject.member, opened),
        tenant=rule.tenant,
        rule=rule.id,
        kpi=rule.kpi,
        dimension=subject.dimension,
        member=subject.member,
        owner=rule.owner,
        severity=rule.severity,
        language=rule.language or subject.language,
        state="resolved" if ended else "opened",
        ending=ending,
        **_terms(rule),
        opened=opened,
        since=day_of(episode.opened),
        until=None if episode.until is None else day_of(episode.until),
        judged=day_of(as_of if episode.until is None else episode.until),
        evidence=evidence(rule, episode.last),
        segment=None if ended else segment(as_of),
        told=now,
        ended=now if ended else None,
    )


def evidence(rule: AlertRule, judgement: Judgement) -> Evidence:
    """What is shown of a judgement, to the digits that mean something."""
    low = high = None
    if judgement.value is not None and binomial(rule.definition):
        low, high = interval(passes(judgement.value, judgement.n), judgement.n)
    return Evidence(
        value=_rounded(judgement.value),
        n=judgement.n,
        low=_rounded(low),
        high=_rounded(high),
        probability=_rounded(judgement.probability),
        oldest=judgement.oldest,
    )


def farthest(
    rule: AlertRule, members: Mapping[tuple[str, str], Mapping[int, Tally]], as_of: int
) -> Segment | None:
    """The member that misses most cases of its share of the target, in the window that ends on `as_of`; of a share only.

    Of a service level it is the member of whom most are overdue.
    """
    if rule.waits:
        return _slowest(rule, members, as_of)
    if not binomial(rule.definition):
        return None
    found: list[Segment] = []
    for (dimension, member), days in sorted(members.items()):
        window = range(as_of - rule.window_days + 1, as_of + 1)
        got = measure(rule.definition, summed(days.get(day, {}) for day in window))
        if got.value is None or got.n <= 0:
            continue
        missing = (rule.target - got.value) * got.n
        missing = missing if rule.direction == "at_least" else -missing
        found.append(
            Segment(
                dimension=dimension,
                member=member,
                value=round(got.value, 6),
                n=got.n,
                missing=round(missing, 1),
            )
        )
    worst = max(found, key=lambda each: (each.missing, each.n), default=None)
    return worst if worst is not None and worst.missing > 0 else None


def _slowest(
    rule: AlertRule, members: Mapping[tuple[str, str], Mapping[int, Tally]], as_of: int
) -> Segment | None:
    found: list[Segment] = []
    for (dimension, member), days in sorted(members.items()):
        last = deque(judged(rule, days, as_of), maxlen=1)
        if last and (overdue := last[0][1].value):
            found.append(
                Segment(
                    dimension=dimension,
                    member=member,
                    value=overdue,
                    n=last[0][1].n,
                    missing=overdue,
                )
            )
    return max(found, key=lambda each: (each.missing, -each.n), default=None)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
