"""What an activity of an event log may mean, and which objects and attributes of a log are read."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from streams.tools.importing.canonical_parts import ABOUT

# What an object of a log may be to an event, and the field that its id goes into.
ROLES = {
    "application": "application_id",
    "candidate": "candidate_id",
    "job": "job_id",
    "offer": "offer_id",
    "interviewer": "interviewers",
    "recruiter": "recruiter_id",
}
ATTRIBUTES = (
    *(name for name in ABOUT if name != "application_id"),
    *("interviewers", "interview_id", "offer_id", "stage", "reason", "decision"),
    *("amount", "currency"),
)
JOB = ("job.opened", "job.updated", "job.paused", "job.closed")
ENDINGS = {
    "application.rejected": "company",
    "application.withdrawn": "candidate",
    "application.closed": "neither",
}
TYPES = (
    *("application.created", "application.stage_changed", *ENDINGS, "application.hired"),
    *("application.reopened", "application.unhired"),
    *(f"interview.{each}" for each in ("scheduled", "rescheduled", "cancelled")),
    *("interview.completed", "interview.no_show", "feedback.submitted"),
    *(f"offer.{each}" for each in ("created", "approved", "sent", "accepted", "declined")),
    *("offer.expired", "offer.revoked", *JOB),
)


class ActivityMeaning(BaseModel):
    """One thing that an activity tells, or why it tells nothing.

    A `stage` is where the application is then: with an interview, a scorecard or an offer it tells a move there too.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str | None = None
    ignore: str | None = None
    stage: str | None = None
    party: Literal["company", "candidate", "neither", "unknown"] | None = None
    reason: str | None = None
    decision: Literal["-2", "-1", "0", "1", "2"] | None = None

    @model_validator(mode="after")
    def tells_or_says_why_not(self) -> Self:
        """Refuse a step that does neither or both, and one without what its type cannot do without."""
        if (not self.type) == (not self.ignore):
            msg = "give `type`, or `ignore` with a reason"
            raise ValueError(msg)
        if self.type and self.type not in TYPES:
            msg = f"no type {self.type!r} for logs; one of {', '.join(TYPES)}"
            raise ValueError(msg)
        if self.type == "application.stage_changed" and not self.stage:
            msg = "application.stage_changed needs `stage`"
            raise ValueError(msg)
        return self
