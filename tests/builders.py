"""Builders of application histories for tests."""

from typing import Any

import msgspec
from hypothesis import strategies as st

from schemas.funnel import funnel_events
from schemas.funnel.funnel_events import (
    ApplicationAttributes,
    ApplicationEvent,
    ContextEvent,
    EventHeader,
    FunnelEvent,
    VendorStage,
)

HOUR = 3_600_000
START = 1_767_225_600_000  # 2026-01-01T00:00Z

STAGES = (
    ("s1", "書類選考"),
    ("s2", "一次面接"),
    ("s2b", "First interview"),
    ("s3", "二次面接"),
    ("s4", "最終面接"),
    ("s5", "内定"),
    ("st", "適性検査"),
    ("sx", "Hold"),
    ("s6", "Hired"),
)


RECORDS: dict[str, type[FunnelEvent]] = {
    "application": funnel_events.UpdateEvent,
    "application.rejected": funnel_events.EndingEvent,
    "application.withdrawn": funnel_events.EndingEvent,
    "application.closed": funnel_events.EndingEvent,
    "application.hired": funnel_events.EndingEvent,
    "application.reopened": funnel_events.ReopeningEvent,
    "application.unhired": funnel_events.ReopeningEvent,
    "application.deleted": funnel_events.DeletionEvent,
    "interview": funnel_events.InterviewEvent,
    "feedback": funnel_events.ScorecardEvent,
    "offer": funnel_events.OfferEvent,
    "employment": funnel_events.EmploymentEvent,
    "cost": funnel_events.CostEvent,
    "job": funnel_events.JobEvent,
    "opening": funnel_events.OpeningEvent,
    "pipeline.defined": funnel_events.PipelineDefinitionEvent,
    "pipeline.remapped": funnel_events.PipelineEvent,
    "candidate.merged": funnel_events.MergeEvent,
    "candidate.deleted": funnel_events.CandidateDeletionEvent,
    "candidate.anonymized": funnel_events.AnonymizationEvent,
}


def instant(hours: float) -> int:
    """Milliseconds of the instant `hours` after 2026-01-01T00:00Z."""
    return START + int(hours * HOUR)


def funnel_event(event_number: int, kind: str, hours: float = 0, **more: object) -> Any:
    """Event `event_number` of `kind`, `hours` after 2026-01-01T00:00Z.

    `more` are fields of the record, of its header and of its application (there, `application_kind` is the kind).
    """
    record = RECORDS.get(kind) or RECORDS[kind.partition(".")[0]]
    identity: dict[str, Any] = {
        "at": instant(hours),
        "kind": kind,
        "id": event_number.to_bytes(16, "big"),
    }
    header = EventHeader(**identity | _take(more, EventHeader))
    fields: dict[str, Any] = {"header": header}
    if issubclass(record, ApplicationEvent):
        attributes = _take(more, ApplicationAttributes)
        if "application_kind" in more:
            attributes["kind"] = more.pop("application_kind")
        fields["application"] = ApplicationAttributes(**attributes)
    return record(**fields, **more)


def _take(fields: dict[str, object], record: type[msgspec.Struct]) -> dict[str, Any]:
    """Remove and return the fields that are those of `record`."""
    return {name: fields.pop(name) for name in record.__struct_fields__ if name in fields}


def delivered(event: FunnelEvent, offset: int, index: int = 0) -> Any:
    """A copy of the event, accepted at this place of the source partition."""
    header = msgspec.structs.replace(event.header, offset=offset, index=index)
    return msgspec.structs.replace(event, header=header)


def vendor_stage(stage: tuple[str, str] | None) -> VendorStage | None:
    """The vendor's stage of an id and a name, such as one of `STAGES`."""
    return None if stage is None else VendorStage(id=stage[0], name=stage[1])


def stage_change(number: int, hours: float, stage: str) -> FunnelEvent:
    """A move to one of `STAGES`."""
    return funnel_event(
        number, "application.stage_changed", hours, stage=vendor_stage((stage, dict(STAGES)[stage]))
    )


@st.composite
def histories(draw: st.DrawFn) -> list[FunnelEvent]:
    """Any events of one application, in any order, including nonsense; each arrived at its own offset."""
    events = [
        funnel_event(
            0,
            "application.created",
            draw(st.integers(0, 20)),
            channel="doda",
            applied_at=START,
            job="j1",
            candidate="c1",
        )
    ]
    for number in range(1, draw(st.integers(1, 12))):
        events.append(delivered(draw(_any_event(number)), number))
    return events


def context_events(number: int) -> st.SearchStrategy[ContextEvent]:
    """Any event of a candidate, of a job or of its pipeline."""
    hours = st.integers(0, 24 * 20)
    people = st.sampled_from(["c1", "c2", "c3"])
    stages = st.sampled_from([stage for stage, _ in STAGES] + ["new"])
    return st.one_of(
        st.builds(
            lambda h, a, b: funnel_event(number, "candidate.merged", h, loser=a, winner=b),
            hours,
            people,
            people,
        ),
        st.builds(
            lambda h, c: funnel_event(number, "candidate.deleted", h, candidate=c), hours, people
        ),
        st.builds(
            lambda h, c, r: funnel_event(
                number, "candidate.anonymized", h, candidate=c, resets_stages=r
            ),
            hours,
            people,
            st.booleans(),
        ),
        st.builds(
            lambda h, j, a, b: funnel_event(number, "pipeline.remapped", h, job=j, moves=((a, b),)),
            hours,
            st.sampled_from(["j1", "j2"]),
            stages,
            stages,
        ),
        st.builds(
            lambda h, k, j, d: funnel_event(number, f"job.{k}", h, job=j, department=d),
            hours,
            st.sampled_from(["opened", "paused", "closed", "updated"]),
            st.sampled_from(["j1", "j2"]),
            st.sampled_from([None, "d1", "d3"]),
        ),
    )


def _any_event(number: int) -> st.SearchStrategy[FunnelEvent]:
    hours = st.integers(0, 24 * 20)
    people = st.sampled_from([(), ("p1",), ("p1", "p2")])
    stages = st.sampled_from(STAGES)
    owner = st.sampled_from([None, "r1", "r2"])
    one_of = st.sampled_from
    return st.one_of(
        st.builds(
            lambda h, s, f, r, q: funnel_event(
                number,
                "application.stage_changed",
                h,
                stage=vendor_stage(s),
                from_stage=vendor_stage(f),
                recruiter=r,
                sequence=q,
            ),
            hours,
            stages,
            st.one_of(st.none(), stages),
            owner,
            one_of(["", "1", "2"]),
        ),
        st.builds(
            lambda h, r: funnel_event(
                number, "application.created", h, is_reapplication=r, applied_at=instant(h)
            ),
            hours,
            st.booleans(),
        ),
        st.builds(
            lambda h, k, s, p, r: funnel_event(
                number,
                f"application.{k}",
                h,
                stage=vendor_stage(s),
                party=p,
                reason_name=r,
            ),
            hours,
            one_of(["rejected", "withdrawn", "closed", "hired"]),
            st.one_of(st.none(), stages),
            one_of([None, "company", "candidate", "unknown"]),
            one_of([None, "辞退", "Timing"]),
        ),
        st.builds(
            lambda h, k, s: funnel_event(number, f"application.{k}", h, stage=vendor_stage(s)),
            hours,
            one_of(["unhired", "reopened"]),
            st.one_of(st.none(), stages),
        ),
        st.builds(
            lambda h, k, e, p, d, c: funnel_event(
                number,
                f"interview.{k}",
                h,
                interview_id=e,
                interviewers=p or None,
                schedule_id=c,
                round=None if c is None else len(p),
                starts_at=None if d is None else START + d * HOUR,
                ends_at=None if d is None else START + (d + 1) * HOUR,
            ),
            hours,
            one_of(["scheduled", "rescheduled", "cancelled", "completed", "no_show", "deleted"]),
            one_of(["i1", "i2"]),
            people,
            one_of([None, 24, 240]),
            one_of([None, "c1"]),
        ),
        st.builds(
            lambda h, k, e, d, i: funnel_event(
                number,
                f"feedback.{k}",
                h,
                scorecard_id=e,
                author="p1",
                decision=d,
                interview_id=i,
            ),
            hours,
            one_of(["requested", "submitted", "updated", "deleted"]),
            one_of(["f1", "f2"]),
            st.one_of(st.none(), st.integers(-2, 2)),
            one_of([None, "i1", "i2"]),
        ),
        st.builds(
            lambda h, k, e, v: funnel_event(number, f"offer.{k}", h, offer_id=e, version=v),
            hours,
            one_of(
                [
                    *("created", "sent", "accepted", "declined", "expired", "revoked"),
                    *("superseded", "deleted"),
                ]
            ),
            one_of(["o1", "o2"]),
            st.one_of(st.none(), st.integers(1, 3)),
        ),
        st.builds(
            lambda h, c, j, a: funnel_event(
                number, "application.updated", h, channel=c, job=j, applied_at=a
            ),
            hours,
            one_of([None, "doda", "LinkedIn"]),
            one_of([None, "j1", "j2"]),
            one_of([None, START, START + 30 * HOUR]),
        ),
        st.builds(
            lambda h, k, s, o, r: funnel_event(
                number,
                f"application.{k}",
                h,
                stage=vendor_stage(s),
                log_id=o,
                revision=r,
            ),
            hours,
            one_of(["stage_changed", "rejected", "hired"]),
            stages,
            one_of(["log1", "log2"]),
            st.integers(0, 2),
        ),
        st.builds(
            lambda h, s, o, r, w: funnel_event(
                number,
                "application.updated",
                h,
                stage=vendor_stage(s),
                log_id=o,
                revision=r,
                retracts_log=w,
            ),
            hours,
            stages,
            one_of(["log1", "log2"]),
            st.integers(0, 2),
            st.booleans(),
        ),
        st.builds(
            lambda h, n, a, c: funnel_event(
                number, "application.updated", h, application_kind=n, active=a, candidate=c
            ),
            hours,
            one_of([None, "prospect", "application", "lead"]),
            one_of([None, True, False]),
            one_of([None, "c1", "c2"]),
        ),
        st.builds(
            lambda h, m, d, t: funnel_event(
                number,
                "application.updated",
                h,
                hiring_managers=m,
                department=d,
                touches=t,
                source_detail=d,
            ),
            hours,
            one_of([(), ("m1",), ("m1", "m2")]),
            one_of([None, "d1", "d2"]),
            one_of([(), ("doda",), ("doda", "LinkedIn", "doda")]),
        ),
        st.builds(
            lambda h, k, o, n: funnel_event(number, f"employment.{k}", h, day=o, rating_tenths=n),
            hours,
            one_of(
                [
                    *("started", "start_cancelled", "confirmed", "performance_rated"),
                    *("ended", "end_cancelled"),
                ]
            ),
            one_of([None, 20_470, 20_500, 20_900]),
            one_of([None, 35]),
        ),
        st.builds(
            lambda h, w: funnel_event(number, "application.deleted", h, with_candidate=w),
            hours,
            st.booleans(),
        ),
        context_events(number),
    )
