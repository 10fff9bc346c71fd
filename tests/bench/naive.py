"""The baseline worker: a Faust table with one write per event and dimension, as in the Faust tutorial."""

import sys
from datetime import datetime

import faust

from schemas.events import packs
from schemas.events.envelope import short_type
from schemas.kafka.topics import CANDIDATE_EVENTS


def members(event: packs.PackedEvent) -> list[tuple[str, str]]:
    """Return the members of one event in five dimensions."""
    data = event.data
    recruiter = data.owners.recruiter_id if data.owners else None
    return [
        ("total", "all"),
        ("channel", data.channel.id if data.channel else "unknown"),
        ("recruiter", recruiter or "unknown"),
        ("job", (data.application.job_id if data.application else None) or "unknown"),
        *[("interviewer", person.user_id) for person in data.interviewers],
    ]


def day(moment: datetime) -> str:
    """Return the UTC day; the baseline ignores tenant time zones."""
    return moment.strftime("%Y%m%d")


def applied(event: packs.PackedEvent) -> datetime:
    """Return the time of the application, for the cohort basis."""
    application = event.data.application
    return (application and application.applied_at) or event.time


def main(bootstrap: str, directory: str, port: str) -> None:
    """Count until killed; `GET /counted` returns the number of events."""
    app = faust.App(
        "naive",
        broker=f"kafka://{bootstrap}",
        store="rocksdb://",
        datadir=directory,
        topic_partitions=4,
        consumer_auto_offset_reset="earliest",
        web_host="127.0.0.1",
        web_port=int(port),
    )
    table = app.Table("naive", default=int, partitions=4, options={"driver": "rocksdict"})
    source = app.topic(
        CANDIDATE_EVENTS.name, value_type=bytes, value_serializer="raw", key_type=bytes
    )
    counted = 0

    @app.agent(source)
    async def count(stream: faust.Stream[bytes]) -> None:
        nonlocal counted
        async for value in stream:
            for event in packs.decode_events(value):
                for dimension, member in members(event):
                    for when, basis in ((event.time, "decision"), (applied(event), "cohort")):
                        key = f"{event.tenant}/{dimension}/{member}/{day(when)}/{basis}/{short_type(event.type)}"
                        table[key] += 1
                counted += 1

    @app.page("/counted")
    async def show(view: faust.web.View, request: faust.web.Request) -> faust.web.Response:
        return view.json({"counted": counted})

    sys.argv = sys.argv[:1]
    faust.Worker(app, loglevel="ERROR", redirect_stdouts=False).execute_from_commandline()


if __name__ == "__main__":
    main(*sys.argv[1:])
