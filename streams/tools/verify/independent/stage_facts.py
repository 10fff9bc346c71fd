"""Facts of stages and endings: entered, passed, failed, withdrew, hired; and of the application as a whole."""

from collections.abc import Iterator

from schemas.tenants.milestones import INTERVIEWS, MAIN_LINE
from streams.tools.verify.independent.facts import CountedFact, CountsIn
from streams.tools.verify.independent.filling import days_open
from streams.tools.verify.independent.meaning import (
    CLOSED,
    HIRE,
    REJECTED,
    WITHDRAWN,
)
from streams.tools.verify.independent.response import first_response
from streams.tools.verify.independent.told import CREATED, Moment
from streams.tools.verify.independent.visits import Stay
from streams.tools.verify.independent.whole import Whole

OUTCOME_AT_STAGE = {REJECTED: "failed", WITHDRAWN: "withdrew", CLOSED: "closed"}
LONGEST_RESPONSE_HOURS = 2_400
IMPOSSIBLE = "quality.impossible"
FULL_CREDIT = 1_000_000  # of one hire, in millionths


def application_facts(whole: Whole) -> Iterator[CountedFact]:
    """応募: one application, and whether it is one again, a duplicate, or counts in rates."""
    if whole.is_orphan:
        return
    day, at = whole.cohort_day, whole.attempt.attributes.first_moment
    yield CountedFact("applications", day, at)
    created = [event for _, event in whole.attempt.events if event.kind == CREATED]
    if any(event.data.get("is_reapplication") for event in created):
        yield CountedFact("reapplications", day, at)
    yield CountedFact("duplicates" if whole.is_duplicate else "applications_rated", day, at)


def response_facts(whole: Whole) -> Iterator[CountedFact]:
    """一次対応: whole hours from application to the first response, on the day of the response."""
    applied = whole.attempt.attributes.applied_at
    attempt = whole.attempt
    responses = first_response(
        attempt.events, attempt.endings.told_moves, whole.interviews, attempt.meanings
    )
    dated = [moment for moment in responses if not whole.is_undated(moment)]
    after = [moment for moment in dated if applied is not None and moment.at > applied]
    if after and applied is not None:
        first = min(after)
        hours = min((first.at - applied) // 3_600_000, LONGEST_RESPONSE_HOURS)
        yield CountedFact(f"response_hours.{hours}", whole.day(first), first, kind=CountsIn.TIME)


def visit_facts(whole: Whole) -> Iterator[CountedFact]:
    """進出と通過: what was entered and passed, and how long it took."""
    for move in whole.attempt.endings.moves:
        if move.stage.unmapped:
            yield CountedFact("entered.unmapped", whole.day(move.moment), move.moment)
    current = whole.journey.current
    if whole.top is None and current is not None and whole.is_undated(current.entered):
        yield unknown_duration(current.milestone, whole.day(current.entered), current.entered)
    for visit in whole.journey.standing:
        yield CountedFact(f"entered.{visit.milestone}", whole.day(visit.entered), visit.entered)
        if visit.passed is not None:
            people, name = whole.deciders(visit), visit.milestone
            day = whole.day(visit.passed)
            yield CountedFact(f"passed.{name}", day, visit.passed, people)
            yield from between(whole, f"{name}.passed", visit.entered, visit.passed)
            if people and whole.offers_or_hire:
                yield CountedFact(f"then_offered.{name}", day, visit.passed, people)
            if name == "final_interview" and whole.offers_or_hire:
                yield CountedFact("final_offered", day, visit.passed)


def ending_facts(whole: Whole) -> Iterator[CountedFact]:
    """終了: the ending that stands, and what it means at the stage where the application was."""
    top = whole.top
    if top is None:
        return
    day, at = whole.day(top.moment), top.moment
    yield CountedFact(top.kind, day, at)
    first = whole.attempt.attributes.first_moment
    if whole.is_orphan:
        pass
    elif whole.is_duplicate or whole.is_undated(at):
        yield unknown_duration("application", whole.cohort_day, first)
    else:
        yield from duration(f"application.{top.kind}", (whole.cohort_day, day), first)
    if top.reason.unmapped:
        yield CountedFact("unmapped_reasons", day, at)
    if top.kind == HIRE:
        yield from _hire_facts(whole, at)
        return
    outcome, visit = OUTCOME_AT_STAGE[top.kind], whole.journey.current
    if visit is None:
        yield CountedFact(f"{outcome}.unmapped", day, at)
        return
    yield CountedFact(f"{outcome}.{visit.milestone}", day, at, whole.deciders(visit))
    yield from between(whole, f"{visit.milestone}.{outcome}", visit.entered, at)
    if top.kind == WITHDRAWN:
        yield from _withdrawal_facts(whole, visit, at)


def _withdrawal_facts(whole: Whole, visit: Stay, at: Moment) -> Iterator[CountedFact]:
    """辞退: before any interview of the stage, and after whose pass."""
    if visit.milestone in INTERVIEWS and not whole.held_in(visit):
        yield CountedFact(f"withdrew_before.{visit.milestone}", whole.day(at), at)
    is_past_offer = not visit.is_side_step and _place(visit) >= MAIN_LINE.index("offer")
    standing = whole.journey.standing
    passed = [
        earlier
        for earlier in standing
        if earlier is not visit
        and earlier.passed is not None
        and not earlier.is_side_step
        and whole.deciders(earlier)
    ]
    if is_past_offer or not passed:
        return
    last = passed[-1]
    later = standing[standing.index(last) + 1 :]
    met = any(whole.held_in(after) for after in later)
    if visit not in later:  # a side step from before, to which the application came back
        met |= any(date.moment.at >= visit.arrivals[-1].at for _, date in whole.held_in(visit))
    if last.passed is not None and not met:
        name, people = f"then_withdrew.{last.milestone}", whole.deciders(last)
        yield CountedFact(name, whole.day(last.passed), last.passed, people)


def _place(visit: Stay) -> int:
    return MAIN_LINE.index(visit.milestone)


def _hire_facts(whole: Whole, at: Moment) -> Iterator[CountedFact]:
    """採用: days to hire and to fill, the value of the hire, and its credit to the channels."""
    attributes, day = whole.attempt.attributes, whole.day(at)
    is_timed = not (whole.is_orphan or whole.is_undated(at))
    if (
        is_timed and day >= whole.cohort_day
    ):  # else the time since the application says that it is impossible
        yield CountedFact(f"hire_days.{day - whole.cohort_day}", day, at)
    if whole.attempt.mapping.hire_value:
        yield CountedFact("hire_value", day, at, n=whole.attempt.mapping.hire_value)
    open_days = days_open(whole.attempt.story, attributes.job, attributes.opening, at)
    if open_days is not None:
        yield CountedFact(f"fill_days.{open_days}", day, at)
    if whole.is_orphan:
        return
    touches = attributes.touches or (attributes.channel or "unknown",)
    for model in ("first", "last", "linear", "position"):
        for channel, share in credit(touches, model).items():
            yield CountedFact(f"hire_credit.{model}", day, at, (channel,), share, CountsIn.CREDIT)


def credit(touches: tuple[str, ...], model: str) -> dict[str, int]:
    """The millionths of one hire that each channel gets; what is left by rounding goes to the largest rests, first first."""
    count = len(touches)
    weights = {
        "first": [1, *[0] * (count - 1)],
        "last": [*[0] * (count - 1), 1],
        "linear": [1] * count,
        "position": [1] * count,
    }[model]
    if model == "position" and count > 2:
        weights = [4 * (count - 2), *[2] * (count - 2), 4 * (count - 2)]
    shares = [FULL_CREDIT * weight // sum(weights) for weight in weights]
    rests = [FULL_CREDIT * weight % sum(weights) for weight in weights]
    for place in sorted(range(count), key=lambda place: (-rests[place], place))[
        : FULL_CREDIT - sum(shares)
    ]:
        shares[place] += 1
    result: dict[str, int] = {}
    for channel, share in zip(touches, shares, strict=True):
        result[channel] = result.get(channel, 0) + share
    return {channel: share for channel, share in result.items() if share}


def whole_days(name: str, days: int, day: int, at: Moment) -> CountedFact:
    """A number of days as a fact of a local day; below 0 it is impossible."""
    if days < 0:
        return CountedFact(IMPOSSIBLE, day, at, kind=CountsIn.QUALITY)
    return CountedFact(f"{name}.{days}", day, at)


def unknown_duration(subject: str, day: int, at: Moment) -> CountedFact:
    """A case that is neither running nor over, of a duration that began on a local day."""
    return CountedFact(f"days.{subject}.unknown.0", day, at, kind=CountsIn.DURATION)


def between(whole: Whole, name: str, begin: Moment, end: Moment) -> Iterator[CountedFact]:
    """How long something took between two moments; unknown if nobody knows when one of them was."""
    first, last = whole.day(begin), whole.day(end)
    if whole.is_undated(begin, end):
        yield unknown_duration(name.partition(".")[0], first, begin)
    else:
        yield from duration(name, (first, last), begin)


def duration(
    name: str, days: tuple[int, int], at: Moment, people: tuple[str, ...] = ()
) -> Iterator[CountedFact]:
    """How many days something took, from its first local day to its last, counted on the first.

    If it ended before it began its outcome is unknown.
    """
    first, last = days
    if last >= first:
        yield CountedFact(f"days.{name}.{last - first}", first, at, people, kind=CountsIn.DURATION)
    else:
        subject = name.partition(".")[0]
        yield CountedFact(f"days.{subject}.unknown.0", first, at, people, kind=CountsIn.DURATION)
        yield CountedFact(IMPOSSIBLE, first, at, kind=CountsIn.QUALITY)
