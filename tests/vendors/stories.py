"""For each vendor a few of its deliveries in the order in which they would come, and what they count, by hand.

The days are local to Asia/Tokyo; TODAY stands where the vendor signs the time of sending and tells no other.
"""

from dataclasses import dataclass
from datetime import date

TODAY = date.max


@dataclass(frozen=True, kw_only=True)
class Story:
    """Names of fixtures, and the measures of the whole company by local day, on the decision basis."""

    vendor: str
    deliveries: tuple[str, ...]
    counts: dict[date, dict[str, int]]
    channel: str = "unknown"


STORIES = (
    Story(
        vendor="ashby",
        deliveries=(
            "applicationSubmit",
            "candidateStageChange",
            "interviewScheduleCreate",
            "interviewScheduleUpdate",
            "offerUpdate",
            "candidateHire",
            "candidateStageChange__hired",
        ),
        channel="LinkedIn",
        counts={
            date(2026, 3, 2): {"applications": 1, "entered.screening": 1},
            date(2026, 3, 6): {"passed.screening": 1, "entered.interview_1": 1},
            date(2026, 3, 7): {"interviews_scheduled": 2},
            date(2026, 3, 10): {"interviews_held": 2, "feedback_submitted": 1},
            date(2026, 3, 29): {"offers_made": 1, "offers_accepted": 1},
            date(2026, 3, 30): {"hired": 1, "hire_days.28": 1, "passed.interview_1": 1},
        },
    ),
    Story(
        vendor="greenhouse",
        deliveries=("reject_candidate", "hire_candidate"),
        channel="Monster",
        counts={
            date(2013, 3, 22): {"applications": 1},
            date(2014, 11, 21): {
                "applications": 1,
                "offers_made": 1,
                "offers_accepted": 1,
                "hired": 1,
                "hire_days.0": 1,
            },
            date(2015, 2, 12): {
                "entered.offer": 1,
                "rejected": 1,
                "unmapped_reasons": 1,
                "failed.offer": 1,
            },
        },
    ),
    Story(
        vendor="huntflow",
        deliveries=(
            "applicant_add",
            "applicant_add__on_vacancy",
            "applicant_status__interview",
            "applicant_status__rejected",
            "applicant_comment__scorecard",
        ),
        channel="HeadHunter",
        counts={
            date(2026, 3, 3): {
                "applications": 1,
                "interviews_scheduled": 1,
                "rejected": 1,
                "unmapped_reasons": 1,
            },
            date(2026, 3, 6): {"feedback_submitted": 1},
        },
    ),
    Story(
        vendor="lever",
        deliveries=(
            "applicationCreated",
            "candidateStageChange",
            "interviewCreated",
            "candidateHired",
            "candidateArchiveChange",
        ),
        counts={
            date(2026, 3, 2): {"applications": 1},
            date(2026, 3, 3): {"entered.unmapped": 1},
            date(2026, 3, 6): {"interviews_scheduled": 1},
            date(2026, 3, 11): {"hired": 1, "hire_days.9": 1, "passed.unmapped": 1},
        },
    ),
    Story(
        vendor="recruitee",
        deliveries=(
            "candidate_created",
            "candidate_assigned",
            "candidate_moved__stage_changed",
            "candidate_moved__hired",
        ),
        channel="career_site",
        counts={
            date(2026, 3, 2): {
                "applications": 1,
                "entered.casual": 1,
                "passed.casual": 1,
                "hired": 1,
                "hire_days.0": 1,
            }
        },
    ),
    Story(
        vendor="smartrecruiters",
        deliveries=("application.created", "application.status.updated", "interview.created"),
        counts={TODAY: {"applications": 1, "interviews_scheduled": 1}},
    ),
    Story(
        vendor="teamtailor",
        deliveries=(
            "job_application.create",
            "job_application.update",
            "job_application.update__rejected",
        ),
        channel="LinkedIn",
        counts={
            date(2026, 3, 2): {"applications": 1, "entered.applied": 1},
            date(2026, 3, 6): {"passed.applied": 1, "entered.interview_1": 1},
            date(2026, 3, 9): {"rejected": 1, "unmapped_reasons": 1, "failed.interview_1": 1},
        },
    ),
    Story(
        vendor="workable",
        deliveries=("candidate_created", "candidate_moved__withdrew"),
        channel="Indeed",
        counts={
            date(2026, 3, 11): {"applications": 1, "entered.applied": 1},
            date(2026, 3, 21): {
                "passed.applied": 1,
                "entered.assessment": 1,
                "withdrawn": 1,
                "withdrew.assessment": 1,
            },
        },
    ),
)
