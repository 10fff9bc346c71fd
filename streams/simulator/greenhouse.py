"""Renders a story as Greenhouse webhooks: application snapshots with invented personal data that must be dropped."""

import json
from typing import Any

from streams.simulator.story import Beat, Message, Story

ACTIONS = {
    "applied": "new_candidate_application",
    "moved": "candidate_stage_change",
    "scheduled": "application_updated",
    "met": "application_updated",
    "rejected": "reject_candidate",
    "withdrawn": "reject_candidate",
    "unrejected": "unreject_candidate",
    "hired": "hire_candidate",
    "unhired": "unhire_candidate",
    "offered": "offer_created",
    "answered": "offer_updated",
}
REASONS = {
    "rejected": {"id": 14, "name": "Missing skills", "type": {"id": 1, "name": "We rejected them"}},
    "withdrawn": {
        "id": 27,
        "name": "Took another job",
        "type": {"id": 2, "name": "They rejected us"},
    },
}


def _stamp(beat: Beat) -> str:
    return beat.at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _interviews(beat: Beat) -> list[dict[str, Any]]:
    status = {"scheduled": "scheduled", "met": "complete"}.get(beat.kind)
    if status is None:
        return []
    person = {"id": beat.interviewer, "display_name": "Invented Interviewer", "status": "accepted"}
    return [
        {"id": beat.stage + 40, "name": "Interview", "status": status, "interviewers": [person]}
    ]


def _application(story: Story, beat: Beat) -> dict[str, Any]:
    company = story.company
    stage = company.stages[beat.stage]
    ended = beat.kind in REASONS
    source_name = (
        "public_name" if beat.kind in {"rejected", "withdrawn", "hired", "unhired"} else "name"
    )
    return {
        "id": story.number,
        "status": "rejected" if ended else "hired" if beat.kind == "hired" else "active",
        "prospect": False,
        "applied_at": story.applied.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "rejected_at": _stamp(beat) if ended else None,
        "last_activity_at": _stamp(beat),
        "source": {"id": 30 + len(story.channel), source_name: story.channel},
        "rejection_reason": REASONS.get(beat.kind),
        "current_stage": None
        if beat.kind == "applied"
        else {"id": stage[0], "name": stage[1], "interviews": _interviews(beat)},
        "custom_fields": [],
        "candidate": _candidate(story),
        "jobs": [
            {"id": story.job_index + 10, "name": company.jobs[story.job_index], "status": "open"}
        ],
    }


def _candidate(story: Story) -> dict[str, Any]:
    return {
        "id": story.number + 500_000,
        "first_name": "Invented",
        "last_name": "Candidate",
        "email_addresses": [
            {"value": f"candidate{story.number}@example.invalid", "type": "personal"}
        ],
        "phone_numbers": [{"value": "000-0000-0000", "type": "home"}],
        "recruiter": {
            "id": story.recruiter,
            "name": "Invented Recruiter",
            "email": "r@example.invalid",
        },
        "coordinator": None,
    }


def _offer(story: Story, beat: Beat) -> dict[str, Any]:
    answered = beat.kind == "answered"
    return {
        "id": story.number + 900_000,
        "application_id": story.number,
        "job_id": story.job_index + 10,
        "version": 1,
        "sent_on": beat.at.strftime("%Y-%m-%d"),
        "resolved_at": _stamp(beat) if answered else None,
        "start_date": beat.at.strftime("%m/%d/%Y"),
        "offer_status": ("Accepted" if beat.positive else "Rejected") if answered else "Created",
        "custom_fields": {},
    }


def messages(story: Story, beat: Beat) -> list[Message]:
    """Return the webhook of one beat, escaped as by Greenhouse; none for scorecards, which Greenhouse does not send."""
    action = ACTIONS.get(beat.kind)
    if action is None:
        return []
    offer = beat.kind in {"offered", "answered"}
    payload = _offer(story, beat) if offer else {"application": _application(story, beat)}
    body = json.dumps({"action": action, "payload": payload}).replace("<", "\\u003c").encode()
    return [Message(event=action, body=body)]
