"""Facts of offers, employments and ratings."""

from collections.abc import Iterator

from streams.tools.verify.independent.employment import NamedDay, ratings_of, tenths
from streams.tools.verify.independent.facts import CountedFact
from streams.tools.verify.independent.meaning import HIRE, WITHDRAWN
from streams.tools.verify.independent.offers import ToldOffer
from streams.tools.verify.independent.stage_facts import (
    duration,
    unknown_duration,
    whole_days,
)
from streams.tools.verify.independent.told import Moment
from streams.tools.verify.independent.whole import Whole


def offer_facts(whole: Whole) -> Iterator[CountedFact]:
    """内定: each offer and its answers, and whether the application was made an offer at all."""
    for offer in whole.offers:
        yield CountedFact("offers_made", whole.day(offer.made_at), offer.made_at)
        yield from _answer_facts(whole, offer)
    first = [offer.made_at for offer in whole.offers]
    if whole.hire is not None and not first:
        first = [whole.hire.moment]
    if first:
        yield CountedFact("offered", whole.day(min(first)), min(first))
    yield from _renege_on_hire(whole)


def _answer_facts(whole: Whole, offer: ToldOffer) -> Iterator[CountedFact]:
    for name in ("accepted", "declined", "expired", "revoked", "reneged"):
        at = getattr(offer, name)
        if at is not None:
            yield CountedFact(f"offers_{name}", whole.day(at), at)
    if offer.accepted is not None:
        day = whole.day(offer.accepted)
        if not (whole.is_orphan or whole.is_undated(offer.accepted)):
            yield whole_days("accept_days", day - whole.cohort_day, day, offer.accepted)
        if offer.amount and offer.currency == whole.attempt.mapping.currency:
            yield CountedFact("compensation", day, offer.accepted, n=offer.amount)
        if offer.reneged is not None:
            yield CountedFact("acceptances_reneged", day, offer.accepted)
    yield from _waiting_facts(whole, offer)


def _waiting_facts(whole: Whole, offer: ToldOffer) -> Iterator[CountedFact]:
    """How long an offer waited for its answer, or until the application was over."""
    answer, top, made_day = offer.answer, whole.top, whole.day(offer.made_at)
    end = None if answer is None else answer[1]
    if end is None and top is None:
        return
    if whole.is_undated(offer.made_at, *([] if end is None else [end])):
        yield unknown_duration("answer", made_day, offer.made_at)
    elif answer is not None:
        yield from duration(f"answer.{answer[0]}", (made_day, whole.day(answer[1])), offer.made_at)
    elif top is not None:
        days = (made_day, max(made_day, whole.day(top.moment)))
        yield from duration("answer.closed", days, offer.made_at)


def _renege_on_hire(whole: Whole) -> Iterator[CountedFact]:
    """A withdrawal after a hire that no acceptance was told of until then."""
    top = whole.top
    if top is None or top.kind != WITHDRAWN or not top.over_hire:
        return
    accepted = [offer.accepted for offer in whole.offers if offer.accepted is not None]
    if all(at.at > top.moment.at for at in accepted):
        yield CountedFact("offers_reneged", whole.day(top.moment), top.moment)


def employment_facts(whole: Whole) -> Iterator[CountedFact]:
    """入社と退職: on their days, if the hire stands or nobody told one."""
    if not _may_have_joined(whole):
        return
    for number, employment in enumerate(whole.employments):
        start, end = employment.start, employment.end
        if start is not None:
            yield CountedFact("joined", start.day, start.named_at)
            if number == 0:
                yield from _days_to_start(whole, start)
        if end is not None:
            yield CountedFact("left_employment", end.day, end.named_at)
        if start is not None and end is not None:
            yield from duration("employment.ended", (start.day, end.day), start.named_at)


def _days_to_start(whole: Whole, start: NamedDay) -> Iterator[CountedFact]:
    """From the first acceptance, else the hire, to the first day at work."""
    accepted = [offer.accepted for offer in whole.offers if offer.accepted is not None]
    hires = [] if whole.hire is None else [whole.hire.moment]
    decided = min(accepted) if accepted else next(iter(hires), None)
    if decided is not None and not whole.is_undated(decided):
        days = start.day - whole.day(decided)
        yield whole_days("start_days", days, start.day, start.named_at)


def rating_facts(whole: Whole) -> Iterator[CountedFact]:
    """入社後評価: each rating on its day, under the condition of the employment."""
    for place, event in ratings_of(whole.attempt.events) if _may_have_joined(whole) else ():
        at = Moment(event.at, place)
        yield CountedFact(f"performance_tenths.{tenths(event.data['rating'])}", whole.day(at), at)


def _may_have_joined(whole: Whole) -> bool:
    """Whether the hire stands, or nobody told one."""
    told_hire = any(ending.kind == HIRE for ending in whole.attempt.endings.told)
    return whole.hire is not None or not told_hire
