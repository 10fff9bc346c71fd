"""Renders a story as SmartRecruiters notifications, which only name the changed application or offer."""

import json

from streams.simulator.story import Beat, Message, Story

EVENTS = {
    "applied": "application.created",
    "offered": "offer.created",
    **dict.fromkeys(
        ("moved", "rejected", "withdrawn", "unrejected", "hired", "unhired"),
        "application.status.updated",
    ),
}


def messages(story: Story, beat: Beat) -> list[Message]:
    """Return the notification of one beat, if any."""
    event = EVENTS.get(beat.kind)
    if event is None:
        return []
    ids = {"job_id": f"job-{story.job_index}", "candidate_id": f"candidate-{story.number}"}
    own = "offer_id" if event.startswith("offer") else "application_id"
    body = {**ids, own: f"{own}-{story.number}"}
    return [Message(event=event, body=json.dumps(body).encode())]
