"""Facts of the visits to stages: entered, passed, and what ended there, with the people who decided."""

from schemas.funnel.endings import CLOSED, HIRED, REJECTED, WITHDRAWN, Ending
from schemas.funnel.facts import Change, FactList
from schemas.funnel.journey import Journey
from schemas.funnel.meetings import Meeting, deciders, was_interviewed
from schemas.funnel.visits import HIRED_MILESTONE, OFFER, Visit
from schemas.tenants.milestones import INTERVIEWS, RANK, UNMAPPED

# The prefix of each ending's measure at the milestone where it happened.
OUTCOMES = {REJECTED: "failed", WITHDRAWN: "withdrew", CLOSED: "closed", HIRED: "passed"}
FINAL = "final_interview"


# The outcome of a visit, if it has one, and its instant (ms); when it was passed, if it was.
VisitEnd = tuple[str | None, int | None, int | None]


def add_visits(
    facts: FactList, journey: Journey, meetings: list[Meeting], *, offered: bool
) -> None:
    """Count every visit that stands, each in changes of its own; `offered` says whether the application was made an offer."""
    for at in journey.unmapped_at:
        facts.add(f"entered.{UNMAPPED}", at)
    top, current = journey.endings.top, journey.visits.current
    if top is None and current is not None and facts.is_undated(current.entered_at):
        day = facts.day(current.entered_at)
        facts.add_unknown_duration(current.milestone, current.entered_at, day)
    people = _deciders_by_visit(journey, meetings)
    facts.visit_changes = [
        _count_visit(
            facts, visit, top if visit is current else None, people.get(id(visit), ()), offered
        )
        for visit in journey.visits.standing
    ]
    if top is not None and current is None and not top.is_hire:
        facts.add(f"{OUTCOMES[top.kind]}.{UNMAPPED}", top.at)
    if top is not None and current is not None and top.kind == WITHDRAWN:
        _add_withdrawal(facts, journey, meetings, top, people)


def _deciders_by_visit(journey: Journey, meetings: list[Meeting]) -> dict[int, tuple[str, ...]]:
    """Who decided on the standing visits at which anybody met the candidate, by the identity of the visit."""
    if not meetings:
        return {}
    meetings_at: dict[int, list[Meeting]] = {}
    for meeting in meetings:
        meetings_at.setdefault(id(meeting.visit), []).append(meeting)
    return {
        id(visit): deciders(meetings_at[id(visit)], visit)
        for visit in journey.visits.standing
        if id(visit) in meetings_at
    }


def _end(visit: Visit, ending: Ending | None) -> VisitEnd:
    """How the visit ended, by the application's ending there or by a pass."""
    if ending is None:
        passed = None if visit.passed_at is None else "passed"
        return passed, visit.passed_at, visit.passed_at
    if not ending.is_hire:
        return OUTCOMES[ending.kind], ending.at, None
    if visit.milestone == HIRED_MILESTONE:
        return None, None, None
    passed_at = ending.at if visit.first_passed_at is None else visit.first_passed_at
    return OUTCOMES[ending.kind], passed_at, passed_at


def _count_visit(
    facts: FactList, visit: Visit, ending: Ending | None, people: tuple[str, ...], offered: bool
) -> list[Change]:
    """The changes of one visit, where an ending may stand; the same list as before if nothing of it has changed."""
    key = (
        visit.milestone,
        visit.entered_at,
        visit.passed_at,
        visit.first_passed_at,
        None if ending is None else (ending.kind, ending.at),
        people,
        offered,
    )
    counted = facts.changes_by_visit.get(key)
    if counted is None:
        others, facts.changes = facts.changes, []
        outcome, at, passed_at = _end(visit, ending)
        facts.add(f"entered.{visit.milestone}", visit.entered_at)
        if outcome is not None and at is not None:
            _add_outcome(facts, visit, outcome, at, people)
        if passed_at is not None and offered:
            _add_then_offered(facts, visit, passed_at, people)
        counted = facts.changes_by_visit[key] = facts.changes
        facts.changes = others
    return counted


def _add_outcome(
    facts: FactList, visit: Visit, outcome: str, at: int, people: tuple[str, ...]
) -> None:
    facts.add(f"{outcome}.{visit.milestone}", at, people)
    days = (facts.day(visit.entered_at), facts.day(at))
    if facts.is_undated(visit.entered_at, at):
        facts.add_unknown_duration(visit.milestone, visit.entered_at, days[0])
        return
    facts.add_duration(f"{visit.milestone}.{outcome}", visit.entered_at, days)


def _add_then_offered(
    facts: FactList, visit: Visit, passed_at: int, people: tuple[str, ...]
) -> None:
    """通過後の内定率: on the day of the pass, its interviewers passed a candidate who was then made an offer."""
    if people:
        facts.add(f"then_offered.{visit.milestone}", passed_at, people)
    if visit.milestone == FINAL:
        facts.add("final_offered", passed_at)


def _add_withdrawal(
    facts: FactList,
    journey: Journey,
    meetings: list[Meeting],
    top: Ending,
    people: dict[int, tuple[str, ...]],
) -> None:
    """辞退: before the interview of a stage, or right after a pass (次ステップ実施前)."""
    visits = journey.visits
    current = visits.current
    if current is None:
        return
    if current.milestone in INTERVIEWS and not was_interviewed(meetings, current):
        facts.add(f"withdrew_before.{current.milestone}", top.at)
    if not current.is_side_step and RANK[current.milestone] >= RANK[OFFER]:
        return
    main = [visit for visit in visits.standing if not visit.is_side_step]
    passed = [v for v in main if v is not current and v.passed_at is not None and people.get(id(v))]
    if not passed or passed[-1].passed_at is None:
        return
    previous = passed[-1]
    later = visits.standing[visits.standing.index(previous) + 1 :]
    since_return = [meeting for meeting in meetings if meeting.at >= (current.returned_at or 0)]
    met_again = current not in later and was_interviewed(since_return, current)
    if not met_again and not any(was_interviewed(meetings, visit) for visit in later):
        measure = f"then_withdrew.{previous.milestone}"
        facts.add(measure, passed[-1].passed_at, people[id(previous)])
