"""Renders a story as Lever webhooks: ids and timestamps; a hire is also archived under its reason."""

import json
from typing import Any

from streams.simulator.story import Beat, Message, Story

# The reason ids that the sample configuration maps, as a customer would.
REASONS = {
    "rejected": "reason-underqualified",
    "withdrawn": "reason-withdrew",
    "hired": "reason-hired",
}


def messages(story: Story, beat: Beat) -> list[Message]:
    """Return the webhooks of one beat; Lever has none for offers and scorecards."""
    at = int(beat.at.timestamp() * 1000)
    base = {"opportunityId": f"opportunity-{story.number}", "contactId": f"contact-{story.number}"}

    def message(event: str, **data: Any) -> Message:
        body = {"event": event, "triggeredAt": at, "data": {**base, **data}}
        return Message(event=event, body=json.dumps(body).encode())

    if beat.kind == "applied":
        return [message("applicationCreated", applicationId=f"application-{story.number}")]
    if beat.kind == "moved":
        return [message("candidateStageChange", toStageId=stage_id(story, beat))]
    if beat.kind in REASONS:
        archived = {"archivedAt": at, "reason": REASONS[beat.kind]}
        change = message("candidateArchiveChange", fromArchived=None, toArchived=archived)
        return [message("candidateHired"), change] if beat.kind == "hired" else [change]
    if beat.kind in {"unrejected", "unhired"}:
        before = {"archivedAt": at, "reason": REASONS["rejected"]}
        return [message("candidateArchiveChange", fromArchived=before, toArchived=None)]
    if beat.kind == "scheduled":
        return [message("interviewCreated", interviewId=f"interview-{story.number}-{beat.stage}")]
    return []


def stage_id(story: Story, beat: Beat) -> str:
    """Return an opaque stage id, like those of custom stages."""
    return f"stage-{story.company.stages[beat.stage][0]}"
