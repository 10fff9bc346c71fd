"""Renders a story as canonical events in Standard Webhooks envelopes."""

import json
from typing import Any

from streams.simulator.story import Beat, Message, Story

TYPES = {
    "applied": "application.created",
    "moved": "application.stage_changed",
    "scheduled": "interview.scheduled",
    "met": "interview.completed",
    "scored": "feedback.submitted",
    "rejected": "application.rejected",
    "withdrawn": "application.withdrawn",
    "unrejected": "application.reopened",
    "hired": "application.hired",
    "unhired": "application.unhired",
    "offered": "offer.sent",
}


def _event_fields(story: Story, beat: Beat) -> dict[str, Any]:
    stage_id, stage_name, _, _ = story.company.stages[beat.stage]
    meeting = f"i{story.number}-{beat.stage}"
    stage = {"id": str(stage_id), "name": stage_name}
    extra: dict[str, dict[str, Any]] = {
        "moved": {"to_stage": stage},
        "scheduled": {
            "interview_id": meeting,
            "interviewers": [{"user_id": f"u{beat.interviewer}"}],
        },
        "met": {"interview_id": meeting, "interviewers": [{"user_id": f"u{beat.interviewer}"}]},
        "scored": {
            "feedback_id": f"f{story.number}-{beat.stage}",
            "interview_id": meeting,
            "interviewer_id": f"u{beat.interviewer}",
            "decision": 1 if beat.positive else -1,
        },
        "rejected": {"stage": stage, "party": "company"},
        "withdrawn": {"stage": stage, "party": "candidate"},
        "offered": {"offer_id": f"o{story.number}"},
        "answered": {"offer_id": f"o{story.number}"},
    }
    return extra.get(beat.kind, {})


def messages(story: Story, beat: Beat) -> list[Message]:
    """Return the webhook of one beat."""
    kind = TYPES.get(beat.kind) or ("offer.accepted" if beat.positive else "offer.declined")
    data = {
        "application": {
            "id": f"s{story.number}",
            "candidate_id": f"c{story.number}",
            "job_id": f"j{story.job_index}",
            "job_name": story.company.jobs[story.job_index],
            "kind": "application",
            "applied_at": story.applied.isoformat(),
        },
        "channel": {"id": story.channel, "name": story.channel},
        "owners": {"recruiter_id": f"u{story.recruiter}"},
        **_event_fields(story, beat),
    }
    body = json.dumps(
        {"type": kind, "timestamp": beat.at.isoformat(), "data": data}, ensure_ascii=False
    ).encode()
    return [Message(event=kind, body=body)]
