"""A story as Lever sends it: ids and times, with a hire that is also archived under its reason."""

import json
from typing import Any

from streams.simulator.story import Beat, Message, Story

# What the sample configuration maps, as a customer would.
REASONS = {
    "rejected": "reason-underqualified",
    "withdrawn": "reason-withdrew",
    "hired": "reason-hired",
}


def messages(story: Story, beat: Beat) -> list[Message]:
    """Every webhook of one beat; Lever has none for offers and scorecards."""
    at = int(beat.at.timestamp() * 1000)
    base = {"opportunityId": f"opportunity-{story.number}", "contactId": f"contact-{story.number}"}

    def message(event: str, **data: Any) -> Message:
        body = {"event": event, "triggeredAt": at, "data": {**base, **data}}
        return Message(event=event, body=json.dumps(body).encode())

    if beat.what == "applied":
        return [message("applicationCreated", applicationId=f"application-{story.number}")]
    if beat.what == "moved":
        return [message("candidateStageChange", toStageId=stage_id(story, beat))]
    if beat.what in REASONS:
        archived = {"archivedAt": at, "reason": REASONS[beat.what]}
        change = message("candidateArchiveChange", fromArchived=None, toArchived=archived)
        return [message("candidateHired"), change] if beat.what == "hired" else [change]
    if beat.what in {"unrejected", "unhired"}:
        before = {"archivedAt": at, "reason": REASONS["rejected"]}
        return [message("candidateArchiveChange", fromArchived=before, toArchived=None)]
    if beat.what == "scheduled":
        return [message("interviewCreated", interviewId=f"interview-{story.number}-{beat.stage}")]
    return []


def stage_id(story: Story, beat: Beat) -> str:
    """An id that says nothing, as those of custom stages."""
    return f"stage-{story.company.stages[beat.stage][0]}"
