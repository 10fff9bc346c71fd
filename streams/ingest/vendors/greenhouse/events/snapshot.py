"""Pieces of canonical events, cut from Greenhouse's snapshots."""

from dataclasses import dataclass
from typing import Literal

from schemas.events import application as canonical
from streams.ingest import normalize
from streams.ingest.vendors.greenhouse import payload


@dataclass(frozen=True, kw_only=True)
class GreenhouseDelivery(normalize.Delivery):
    """One verified body of Greenhouse."""

    payload: payload.GreenhousePayload


def channel(source: payload.GreenhouseSource | None) -> canonical.Channel | None:
    """媒体 by whichever of its names is there."""
    return (
        None if source is None else normalize.channel(source.name or source.public_name, source.id)
    )


def application(
    delivery: GreenhouseDelivery,
    snapshot: payload.GreenhouseApplication,
    *,
    kind_known: bool = False,
) -> canonical.Application:
    """The application with its first job; a prospect may have none."""
    job = _job(snapshot)
    person = snapshot.candidate.id if snapshot.candidate is not None else None
    kind: Literal["application", "prospect"] | None = "application" if kind_known else None
    if snapshot.prospect is not None:
        kind = "prospect" if snapshot.prospect else "application"
    return canonical.Application(
        id=delivery.id(snapshot.id),
        candidate_id=delivery.maybe(person or snapshot.candidate_id),
        job_id=delivery.maybe(job.id if job is not None else None),
        job_name=job.name if job is not None else None,
        requisition_id=job.requisition_id if job is not None else None,
        opening_id=delivery.maybe(
            snapshot.opening.opening_id if snapshot.opening is not None else None
        ),
        kind=kind,
        applied_at=snapshot.applied_at,
        revision=snapshot.last_activity_at,
    )


def owners(
    delivery: GreenhouseDelivery, snapshot: payload.GreenhouseApplication
) -> canonical.Owners | None:
    """Recruiter and coordinator of the candidate, hiring managers of the job: ids only."""
    person = snapshot.candidate or payload.GreenhouseCandidate()
    job = _job(snapshot)
    team = job.hiring_team if job is not None else None
    found = canonical.Owners(
        recruiter_id=_user(delivery, person.recruiter),
        coordinator_id=_user(delivery, person.coordinator),
        hiring_manager_ids=users(delivery, team.hiring_managers if team is not None else ()),
    )
    return found if found != canonical.Owners() else None


def dims(snapshot: payload.GreenhouseApplication) -> canonical.Dims | None:
    """Department and location of the job."""
    job = _job(snapshot)
    if job is None:
        return None
    found = canonical.Dims(department=place(job.departments), location=place(job.offices))
    return found if found != canonical.Dims() else None


def stage(current: payload.GreenhouseCurrentStage | None) -> canonical.Stage | None:
    """The stage with the vendor's own id, which the configured mapping names."""
    return None if current is None else canonical.Stage(id=current.id, name=current.name)


def users(
    delivery: GreenhouseDelivery, people: tuple[payload.GreenhousePerson, ...]
) -> tuple[str, ...]:
    """The ids of those who have one."""
    found = (_user(delivery, person) for person in people)
    return tuple(user for user in found if user is not None)


def place(places: tuple[payload.GreenhousePlace | None, ...]) -> str | None:
    """The first that has a name."""
    return next((each.name for each in places if each is not None and each.name), None)


def _user(delivery: GreenhouseDelivery, person: payload.GreenhousePerson | None) -> str | None:
    return None if person is None else delivery.maybe(person.id or person.user_id)


def _job(snapshot: payload.GreenhouseApplication) -> payload.GreenhouseJob | None:
    return snapshot.jobs[0] if snapshot.jobs else snapshot.job
