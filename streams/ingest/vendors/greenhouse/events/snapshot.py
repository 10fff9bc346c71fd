"""Builds the shared fields of canonical events from Greenhouse's snapshots."""

from dataclasses import dataclass
from typing import Literal

from schemas.events import application as canonical
from streams.ingest import normalize
from streams.ingest.vendors.greenhouse import payload


@dataclass(frozen=True, kw_only=True)
class GreenhouseDelivery(normalize.Delivery):
    """One verified Greenhouse delivery."""

    payload: payload.GreenhousePayload


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
