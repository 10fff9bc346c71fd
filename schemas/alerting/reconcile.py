"""Reconciliation: the breach records to write so that the reported breaches agree with the cells; pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Literal

from schemas.alerting.breach import Breach, Cause, Ending, Terms, breach_id
from schemas.alerting.episodes import Episode, Fold, Judgement, ReportedHistory
from schemas.alerting.rule import AlertRule, FoldMember
from schemas.cells import Tally
from schemas.instants import day_number
from schemas.planning.periods import local_date

CauseOn = Callable[[int], Cause]  # the cause of an open breach on a day

MAX_PASSES = 4  # over one set of cells until nothing changes; two sufficed in every case tried


@dataclass(frozen=True, kw_only=True)
class WatchedMember:
    """One member under one rule: its cells by day since 1970-01-01, and the language of its messages.

    `fold_member` is the rule prepared for all its members; without it, the member is the only one.
    """

    rule: AlertRule
    dimension: str
    member: str
    days: Mapping[int, Tally]
    language: Literal["ja", "en"] = "ja"
    fold_member: FoldMember | None = None

    def fold(self, history: ReportedHistory, as_of: int) -> Fold:
        """Fold the cells of the member into its episodes."""
        fold_member = self.fold_member or self.rule.prepare({self.member: self.days})
        return fold_member(self.member, history, as_of)


def reconcile(
    subject: WatchedMember,
    existing: Sequence[Breach],
    as_of: int,
    now: datetime,
    find_cause: CauseOn = lambda _: Cause(),
) -> list[Breach]:
    """The records to write, given `existing`, all records written about this subject before; none if nothing changed.

    The result is a fixed point: once it is part of `existing`, the same cells and day yield nothing more. `now` is stored in the
    records and affects no decision; `find_cause` returns the cause of an open breach on a day. Breaches that the rule
    reported about another KPI are ignored.
    """
    current = {breach.id: breach for breach in existing if breach.kpi == subject.rule.kpi}
    as_of = max([as_of, *(day_number(breach.judged) for breach in current.values())])
    changed: dict[str, Breach] = {}
    for _ in range(MAX_PASSES):
        records = _reconcile_once(subject, current, as_of, now, find_cause)
        if not records:
            break
        for breach in records:
            current[breach.id] = changed[breach.id] = breach
    return [*changed.values()]


def _reconcile_once(
    subject: WatchedMember,
    existing: Mapping[str, Breach],
    as_of: int,
    now: datetime,
    find_cause: CauseOn,
) -> list[Breach]:
    """One pass: the records that differ from `existing`; retracting a breach may free or block days, which the next pass sees."""
    history = _reported_history(subject.rule, existing.values())
    breaches = [
        _to_breach(subject, episode, as_of, now, find_cause)
        for episode in subject.fold(history, as_of).episodes
    ]
    changed = []
    for breach in breaches:
        previous = existing.get(breach.id)
        if previous is None:
            changed.append(breach)
        elif not breach.equivalent(previous) and not _over_under_other_terms(breach, previous):
            changed.append(_next_record(previous, breach))
    named = {breach.id for breach in breaches}
    missing = [
        breach
        for breach in existing.values()
        if breach.id not in named and not _settled(subject.rule, breach)
    ]
    return [*changed, *(_close_missing(subject, breach, as_of, now) for breach in missing)]


def _settled(rule: AlertRule, breach: Breach) -> bool:
    """Whether a breach that the days do not show needs no further record.

    It was retracted, or ended on the day it opened or under other terms.
    """
    over = not breach.active and not _same_terms(rule, breach)
    return over or breach.ending in {"corrected", "withdrawn"} or _recovered_same_day(breach)


def _over_under_other_terms(breach: Breach, previous: Breach) -> bool:
    """Whether the breach is over and was reported under other terms, which a closed breach keeps."""
    terms = ("kind", *(term.name for term in fields(Terms)))
    changed = any(getattr(breach, name) != getattr(previous, name) for name in terms)
    return changed and not breach.active and not previous.active


def _same_terms(rule: AlertRule, breach: Breach) -> bool:
    """Whether the rule's terms are those of the breach's last record."""
    terms = _terms(rule)
    return all(getattr(breach, name) == term for name, term in terms.items())


def _terms(rule: AlertRule) -> dict[str, Any]:
    """The fields of a breach that come from its rule and decide whether a day is off target."""
    return asdict(rule.terms) | {"kind": rule.kind}


def _recovered_same_day(breach: Breach) -> bool:
    """Whether no day shows the breach; one that began before the day on which it ended is still shown."""
    return breach.ending == "recovered" and breach.since == breach.until


def _close_missing(subject: WatchedMember, breach: Breach, as_of: int, now: datetime) -> Breach:
    """The ending of a breach that the days no longer show: recovered on the day it opened, corrected later.

    Under other terms than those it was reported with neither can be claimed, so it is withdrawn.
    """
    if not _same_terms(subject.rule, breach):
        return close([breach], "withdrawn", now)[0]
    last: Judgement | None = None
    if breach.active and day_number(breach.opened) == as_of:
        last = subject.fold(ReportedHistory(), as_of).last
    if last is None or last.value is None:
        return close([breach], "corrected", now)[0]
    update = {
        "since": breach.opened,
        "evidence": subject.rule.evidence(last),
        "segment": None,
        "split": None,
    }
    return close([breach], "recovered", now)[0].model_copy(update=update)


def close(breaches: Iterable[Breach], ending: Ending, now: datetime) -> list[Breach]:
    """Records that end these breaches on the last day that was evaluated."""
    return [
        breach.model_copy(
            update={
                "state": "resolved",
                "ending": ending,
                "until": breach.until or breach.judged,
                "ended": breach.ended or now,
            }
        )
        for breach in breaches
    ]


def _next_record(old: Breach, new: Breach) -> Breach:
    """The next record of an existing breach."""
    changes: dict[str, object] = {"told": old.told}
    if new.active:
        changes["state"] = "updated"
    elif old.ended is not None:
        changes["ended"] = old.ended
    return new.model_copy(update=changes)


def _reported_history(rule: AlertRule, existing: Iterable[Breach]) -> ReportedHistory:
    openings, endings, blocked = set(), set(), set()
    for breach in existing:
        opened = day_number(breach.opened)
        if breach.ending == "corrected" or _recovered_same_day(breach):
            blocked |= set(range(opened, opened + rule.cool_down))
        elif breach.ending != "withdrawn":
            openings.add(opened)
            if breach.until is not None:
                endings.add(day_number(breach.until))
    return ReportedHistory(
        openings=frozenset(openings), endings=frozenset(endings), blocked=frozenset(blocked)
    )


def _to_breach(
    subject: WatchedMember, episode: Episode, as_of: int, now: datetime, find_cause: CauseOn
) -> Breach:
    rule, opened = subject.rule, local_date(episode.id_day)
    ended = episode.until is not None
    cause = Cause() if ended else find_cause(as_of)
    return Breach(
        id=breach_id(rule.tenant, rule.id, subject.dimension, subject.member, opened),
        tenant=rule.tenant,
        rule=rule.id,
        kpi=rule.kpi,
        dimension=subject.dimension,
        member=subject.member,
        owner=rule.owner,
        severity=rule.severity,
        language=rule.language or subject.language,
        state="resolved" if ended else "opened",
        ending=_ending(rule, episode) if ended else None,
        **_terms(rule),
        opened=opened,
        since=local_date(episode.since),
        until=None if episode.until is None else local_date(episode.until),
        judged=local_date(as_of if episode.until is None else episode.until),
        evidence=rule.evidence(episode.last),
        segment=cause.segment,
        split=cause.split,
        told=now,
        ended=now if ended else None,
    )


def _ending(rule: AlertRule, episode: Episode) -> Ending:
    """How an episode ended: without cases, a rule that needs some cannot have recovered."""
    return "recovered" if episode.last.n or rule.min_sample == 0 else "no_cases"
