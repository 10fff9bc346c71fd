"""Builds the shared fields of canonical events from Greenhouse's snapshots."""

from dataclasses import dataclass
from typing import Literal

from schemas.events import application as canonical
from schemas.events.application import FrozenModel
from schemas.events.envelope import Event
from streams.ingest import normalize
from streams.ingest.vendors.greenhouse import payload

MAX_SEQUENCE_LENGTH = 64


@dataclass(frozen=True, kw_only=True)
class GreenhouseDelivery(normalize.Delivery):
    """One verified Greenhouse delivery.

    Snapshots give their times to the second, so that a decision, its undoing and the next decision may share an instant,
    and equal decisions have equal bodies. Only the delivery's id, which is the same over all attempts, tells them apart;
    if it is a number, it also tells their order.
    """

    payload: payload.GreenhousePayload

    @property
    def occurrence(self) -> tuple[str, ...]:
        """Return the part of an event's identity that tells two occurrences with equal bodies apart."""
        return () if self.delivery_id is None else (self.delivery_id,)

    def event(
        self,
        name: str,
        data: FrozenModel,
        when: normalize.EventTime,
        fact: tuple[str, ...],
        *,
        mode: normalize.Mode = "webhook",
    ) -> Event:
        """Build one canonical event, with a numeric delivery id as its sequence."""
        event = super().event(name, data, when, fact, mode=mode)
        number = self.delivery_id or ""
        if not (number.isascii() and number.isdigit() and len(number) <= MAX_SEQUENCE_LENGTH):
            return event
        return event.model_copy(update={"sequence": number})


def channel(source: payload.GreenhouseSource | None) -> canonical.Channel | None:
    """Return 媒体 by whichever name is present."""
    return (
        None if source is None else normalize.channel(source.name or source.public_name, source.id)
    )


def application(
    delivery: GreenhouseDelivery,
    snapshot: payload.GreenhouseApplication,
    *,
    kind_known: bool = False,
) -> canonical.Application:
    """Return the application with its first job; a prospect may have none."""
    job = _job(snapshot)
    candidate_id = snapshot.candidate.id if snapshot.candidate is not None else None
    kind: Literal["application", "prospect"] | None = "application" if kind_known else None
    if snapshot.prospect is not None:
        kind = "prospect" if snapshot.prospect else "application"
    return canonical.Application(
        id=delivery.id(snapshot.id),
        candidate_id=delivery.optional_id(candidate_id or snapshot.candidate_id),
        job_id=delivery.optional_id(job.id if job is not None else None),
        job_name=job.name if job is not None else None,
        requisition_id=job.requisition_id if job is not None else None,
        opening_id=delivery.optional_id(
            snapshot.opening.opening_id if snapshot.opening is not None else None
        ),
        kind=kind,
        applied_at=snapshot.applied_at,
        revision=snapshot.last_activity_at,
    )


def owners(
    delivery: GreenhouseDelivery, snapshot: payload.GreenhouseApplication
) -> canonical.Owners | None:
    """Return the candidate's recruiter and coordinator and the job's hiring managers, as ids only."""
    candidate = snapshot.candidate or payload.GreenhouseCandidate()
    job = _job(snapshot)
    team = job.hiring_team if job is not None else None
    result = canonical.Owners(
        recruiter_id=_user_id(delivery, candidate.recruiter),
        coordinator_id=_user_id(delivery, candidate.coordinator),
        hiring_manager_ids=user_ids_of(delivery, team.hiring_managers if team is not None else ()),
    )
    return result if result != canonical.Owners() else None


def dims(snapshot: payload.GreenhouseApplication) -> canonical.Dims | None:
    """Return the job's department and location."""
    job = _job(snapshot)
    if job is None:
        return None
    result = canonical.Dims(
        department=first_place_name(job.departments), location=first_place_name(job.offices)
    )
    return result if result != canonical.Dims() else None


def stage(current: payload.GreenhouseCurrentStage | None) -> canonical.Stage | None:
    """Return the stage with the vendor's id, which the configured mapping uses."""
    return None if current is None else canonical.Stage(id=current.id, name=current.name)


def interviewers(
    delivery: GreenhouseDelivery, step: payload.GreenhouseInterviewStep
) -> tuple[canonical.Interviewer, ...]:
    """Return the interviewers that have an id, with their answers to the invitation."""
    people = ((_user_id(delivery, person), person.status) for person in step.interviewers)
    return tuple(
        canonical.Interviewer(user_id=user_id, response=response)
        for user_id, response in people
        if user_id is not None
    )


def user_ids_of(
    delivery: GreenhouseDelivery, users: tuple[payload.GreenhousePerson, ...]
) -> tuple[str, ...]:
    """Return the ids of the users that have one."""
    user_ids = (_user_id(delivery, user) for user in users)
    return tuple(user for user in user_ids if user is not None)


def first_place_name(places: tuple[payload.GreenhousePlace | None, ...]) -> str | None:
    """Return the first name in the list."""
    return next((place.name for place in places if place is not None and place.name), None)


def _user_id(delivery: GreenhouseDelivery, user: payload.GreenhousePerson | None) -> str | None:
    return None if user is None else delivery.optional_id(user.id or user.user_id)


def _job(snapshot: payload.GreenhouseApplication) -> payload.GreenhouseJob | None:
    return snapshot.jobs[0] if snapshot.jobs else snapshot.job
