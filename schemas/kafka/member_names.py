"""The record of the topic `members`: the name of a job, a department or an employee; never of a candidate."""

import json
from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import AwareDatetime, Field

from schemas.cells import DEPARTMENT, HIRING_MANAGER, INTERVIEWER, JOB, RECRUITER
from schemas.events.application import FrozenModel, Id

MemberKind = Literal["job", "department", "person"]
NameSource = Literal["reported", "imported"]
MEMBER_KINDS: tuple[MemberKind, ...] = get_args(MemberKind)
NAME_SOURCES: tuple[NameSource, ...] = get_args(NameSource)
# An employee is a member of several dimensions under one id.
KIND_OF_DIMENSION: dict[str, MemberKind] = {
    JOB: "job",
    DEPARTMENT: "department",
    INTERVIEWER: "person",
    RECRUITER: "person",
    HIRING_MANAGER: "person",
}


class MemberName(FrozenModel):
    """One name as of `at`; an empty name removes it, and a removed name of a person is not reported again.

    An imported name is shown in place of one that a vendor reported.
    """

    tenant: str
    kind: MemberKind
    member: Id
    source: NameSource
    name: Annotated[str, Field(max_length=200)]
    at: AwareDatetime

    @property
    def key(self) -> bytes:
        """The record's key: compaction keeps the latest name of a source."""
        return json.dumps(
            [self.tenant, self.kind, self.member, self.source], ensure_ascii=False
        ).encode()

    @property
    def version(self) -> int:
        """The instant of the name in Unix ms."""
        return int(self.at.timestamp() * 1000)


def removals(tenant: str, kind: MemberKind, member: str, at: datetime) -> tuple[MemberName, ...]:
    """Return the records that remove the names of one member from every source."""
    return tuple(
        MemberName(tenant=tenant, kind=kind, member=member, source=source, name="", at=at)
        for source in NAME_SOURCES
    )
