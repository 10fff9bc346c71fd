"""Renders a story as Ashby webhooks: snapshots, with several webhooks per change."""

import json
from datetime import datetime, timedelta
from typing import Any

from streams.simulator.story import Beat, Message, Story

REASONS = {
    "rejected": ("Lacks Skills/Qualifications", "RejectedByOrg"),
    "withdrawn": ("Took another job", "RejectedByCandidate"),
}
STAMP = "%Y-%m-%dT%H:%M:%S.000Z"
LENGTH, APPOINTED_AHEAD = timedelta(hours=1), timedelta(days=3)
STATUS = {"rejected": "Archived", "withdrawn": "Archived", "hired": "Hired"}


def _id(kind: int, number: int) -> str:
    return f"{kind:08x}-0000-4000-8000-{number:012d}"


def _stamp(beat: Beat) -> str:
    return beat.at.strftime(STAMP)


def _stage(story: Story, beat: Beat) -> dict[str, Any]:
    number, name, _, _ = story.company.stages[beat.stage]
    status = STATUS.get(beat.kind)
    title, kind = (status, status) if status else (name, "Offer" if name == "Offer" else "Active")
    return {
        "id": _id(5, 0 if status else number),
        "title": title,
        "type": kind,
        "orderInInterviewPlan": beat.stage,
        "interviewStageGroupId": None,
        "interviewPlanId": _id(9, 1),
    }


def _application(story: Story, beat: Beat) -> dict[str, Any]:
    reason = REASONS.get(beat.kind)
    archived = {"archivedAt": _stamp(beat)} if reason else {}
    return {
        "id": _id(1, story.number),
        "createdAt": story.applied.strftime(STAMP),
        "updatedAt": _stamp(beat),
        "status": STATUS.get(beat.kind, "Active"),
        "candidate": {
            "id": _id(2, story.number),
            "name": "Invented Candidate",
            "primaryEmailAddress": {
                "value": f"candidate{story.number}@example.invalid",
                "type": "Personal",
                "isPrimary": True,
            },
        },
        "currentInterviewStage": _stage(story, beat),
        "source": {"id": _id(3, len(story.channel)), "title": story.channel, "sourceType": None},
        "archiveReason": reason
        and {"id": _id(4, len(reason[1])), "text": reason[0], "reasonType": reason[1]},
        **archived,
        "job": {"id": _id(6, story.job_index), "title": story.company.jobs[story.job_index]},
        "creditedToUser": None,
        "hiringTeam": [
            {"userId": _id(7, story.recruiter), "role": "Recruiter", "email": "r@x.invalid"}
        ],
        "customFields": [],
    }


def _meets_at(story: Story, beat: Beat) -> datetime:
    """When the interview of the beat's stage ends: as appointed, if the story ends before it."""
    met = (b.at for b in story.beats if b.kind == "met" and b.stage == beat.stage)
    return next(met, beat.at + APPOINTED_AHEAD)


def _schedule(story: Story, beat: Beat) -> dict[str, Any]:
    ends_at = _meets_at(story, beat)
    completed = beat.kind != "scheduled"
    person = {"id": _id(7, beat.interviewer), "firstName": "Invented", "lastName": "Interviewer"}
    meeting = {
        "id": _id(8, story.number * 10 + beat.stage),
        "interviewers": [{**person, "trainingRole": None, "interviewerPool": None}],
        "createdAt": _stamp(beat),
        "updatedAt": _stamp(beat),
        "startTime": (ends_at - LENGTH).strftime(STAMP),
        "endTime": ends_at.strftime(STAMP),
        "hasSubmittedFeedback": beat.kind == "scored",
    }
    return {
        "id": _id(11, story.number * 10 + beat.stage),
        "status": "Complete" if completed else "Scheduled",
        "applicationId": _id(1, story.number),
        "candidateId": _id(2, story.number),
        "interviewStageId": _id(5, story.company.stages[beat.stage][0]),
        "scheduledBy": None,
        "updatedAt": _stamp(beat),
        "interviewEvents": [meeting],
    }


def _offer(story: Story, beat: Beat) -> dict[str, Any]:
    status = "WaitingOnCandidateResponse"
    if beat.kind == "answered":
        status = "CandidateAccepted" if beat.positive else "CandidateRejected"
    return {
        "id": _id(10, story.number),
        "applicationId": _id(1, story.number),
        "decidedAt": _stamp(beat) if beat.kind == "answered" else None,
        "offerStatus": status,
        "latestVersion": {"id": _id(10, story.number), "createdAt": _stamp(beat)},
        "versions": [{"id": _id(10, story.number)}],
    }


ACTIONS = {
    "applied": ("applicationSubmit",),
    "moved": ("candidateStageChange", "applicationUpdate"),
    "rejected": ("candidateStageChange", "applicationUpdate"),
    "withdrawn": ("candidateStageChange", "applicationUpdate"),
    "unrejected": ("candidateStageChange", "applicationUpdate"),
    "hired": ("candidateHire", "candidateStageChange", "applicationUpdate"),
    "unhired": ("candidateStageChange", "applicationUpdate"),
    "scheduled": ("interviewScheduleCreate", "interviewScheduleUpdate"),
    "met": ("interviewScheduleUpdate",),
    "scored": ("interviewScheduleUpdate",),
    "offered": ("offerCreate",),
    "answered": ("offerUpdate",),
}


def messages(story: Story, beat: Beat) -> list[Message]:
    """Return the webhooks of one beat; all webhooks of one cause share its id."""
    actions = ACTIONS[beat.kind]
    if actions[0].startswith("interview"):
        data = {"interviewSchedule": _schedule(story, beat)}
    elif actions[0].startswith("offer"):
        data = {"offer": _offer(story, beat)}
    else:
        data = {"application": _application(story, beat)}
    cause = f"{story.number}-{beat.kind}-{int(beat.at.timestamp())}"
    return [
        Message(
            event=action,
            body=json.dumps(
                {"data": data, "action": action, "webhookActionId": cause}, ensure_ascii=False
            ).encode(),
        )
        for action in actions
    ]
