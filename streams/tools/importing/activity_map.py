"""The event types, object roles and attributes that a map may assign to the activities of an event log."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from streams.tools.importing.canonical_parts import APPLICATION_FIELDS

# The role of an object in an event → the field that takes its id.
ROLES = {
    "application": "application_id",
    "candidate": "candidate_id",
    "job": "job_id",
    "offer": "offer_id",
    "interviewer": "interviewers",
    "recruiter": "recruiter_id",
}
ATTRIBUTES = (
    *(name for name in APPLICATION_FIELDS if name != "application_id"),
    *("interviewers", "interview_id", "offer_id", "stage", "reason", "decision"),
    *("amount", "currency"),
)
JOB_TYPES = ("job.opened", "job.updated", "job.paused", "job.closed")
PARTY_BY_END_TYPE = {
    "application.rejected": "company",
    "application.withdrawn": "candidate",
    "application.closed": "neither",
}
EVENT_TYPES = (
    *("application.created", "application.stage_changed", *PARTY_BY_END_TYPE, "application.hired"),
    *("application.reopened", "application.unhired"),
    *(f"interview.{step}" for step in ("scheduled", "rescheduled", "cancelled")),
    *("interview.completed", "interview.no_show", "feedback.submitted"),
    *(f"offer.{step}" for step in ("created", "approved", "sent", "accepted", "declined")),
    *("offer.expired", "offer.revoked", *JOB_TYPES),
)


class ActivityMeaning(BaseModel):
    """One event that an activity stands for, or the reason to ignore the activity.

    `stage` is the stage of the application at that moment. With an interview, a scorecard or an offer it also emits a move to
    that stage.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str | None = None
    ignore: str | None = None
    stage: str | None = None
    party: Literal["company", "candidate", "neither", "unknown"] | None = None
    reason: str | None = None
    decision: Literal["-2", "-1", "0", "1", "2"] | None = None

    @model_validator(mode="after")
    def validate_type_or_ignore(self) -> Self:
        """Require either `type` or `ignore`, a supported type, and a `stage` for a stage change."""
        if (not self.type) == (not self.ignore):
            msg = "give `type`, or `ignore` with a reason"
            raise ValueError(msg)
        if self.type and self.type not in EVENT_TYPES:
            msg = f"no type {self.type!r} for logs; one of {', '.join(EVENT_TYPES)}"
            raise ValueError(msg)
        if self.type == "application.stage_changed" and not self.stage:
            msg = "application.stage_changed needs `stage`"
            raise ValueError(msg)
        return self
