"""The versions of a job's requirement, which the reasons of its rejections are compared by."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Annotated

from pydantic import Field

from schemas.events.application import FrozenModel
from schemas.relay.factors import Factor
from schemas.tenants.config import Name

OWNER = "hiring_team"


class Requirement(FrozenModel):
    """One version of what a job requires, in force from the local day `since` on until the job's next version.

    `text` is what it requires, in words. `owner` is the role that suggestions about the job go to. `accepts` names the
    factor whose suggestion this version follows, so that the effect is measured against the version before.
    """

    job: Annotated[str, Field(min_length=1, max_length=200)]
    since: date
    text: Annotated[str, Field(min_length=1, max_length=500)]
    owner: Name = OWNER
    accepts: Factor | None = None


def version_on(versions: Iterable[Requirement], job: str, day: date) -> Requirement | None:
    """The version of a job's requirement in force on a local day, or None before the first one."""
    in_force = [one for one in versions if one.job == job and one.since <= day]
    return max(in_force, key=lambda one: one.since, default=None)


def version_before(versions: Iterable[Requirement], version: Requirement) -> Requirement | None:
    """The version that this one replaced, or None for the first one."""
    earlier = [one for one in versions if one.job == version.job and one.since < version.since]
    return max(earlier, key=lambda one: one.since, default=None)


def merge_versions(
    configured: Iterable[Requirement], recorded: Iterable[Requirement]
) -> tuple[Requirement, ...]:
    """All versions by job and day: of one day the configured one, and none that only repeats the text before it."""
    by_day = {(one.job, one.since): one for one in (*recorded, *configured)}
    ordered = [by_day[key] for key in sorted(by_day)]
    return tuple(
        version
        for _, versions in groupby(ordered, lambda one: one.job)
        for version in _changes([*versions])
    )


def _changes(versions: Sequence[Requirement]) -> list[Requirement]:
    return [
        version
        for number, version in enumerate(versions)
        if not number or version.text != versions[number - 1].text or version.accepts is not None
    ]
