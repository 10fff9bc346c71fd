"""A story as SmartRecruiters sends it: which application or offer has changed, and nothing else."""

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
    """The notification of one beat, if there is one."""
    event = EVENTS.get(beat.what)
    if event is None:
        return []
    ids = {"job_id": f"job-{story.job}", "candidate_id": f"candidate-{story.number}"}
    own = "offer_id" if event.startswith("offer") else "application_id"
    body = {**ids, own: f"{own}-{story.number}"}
    return [Message(event=event, body=json.dumps(body).encode())]
