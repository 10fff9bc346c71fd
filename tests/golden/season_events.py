"""The golden season as canonical events, in the form in which any system sends them: one batch of CloudEvents."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.ingest.gateways import Fixture

HERE = Path(__file__).parent
TOKYO = ZoneInfo("Asia/Tokyo")
STAGES = {"screening": "書類選考", "first": "一次面接", "final": "最終面接", "offer": "内定"}
DECISIONS = {"strong_no": -2, "no": -1, "mixed": 0, "yes": 1, "strong_yes": 2}
ENDINGS = {
    "rejected": ("application.rejected", "company"),
    "withdrew": ("application.withdrawn", "candidate"),
    "closed": ("application.closed", "neither"),
}
MEETINGS = {
    "scheduled": "interview.scheduled",
    "moved": "interview.rescheduled",
    "met": "interview.completed",
    "noshow": "interview.no_show",
    "cancelled": "interview.cancelled",
}
OFFERS = {"sent", "accepted", "declined", "expired"}
LATE = 5  # characters of a time, 10:00


def rows(name: str) -> Iterator[list[str]]:
    """The cells of every line of a file, comments left out."""
    for line in (HERE / name).read_text().splitlines():
        if line and not line.startswith("#"):
            yield [cell.strip() for cell in line.split("|")]


def at(text: str) -> tuple[str, str]:
    """`04-01 09:00 applied` as an instant and the rest."""
    day, _, rest = text.partition(" ")
    clock = "10:00"
    if rest[2:3] == ":":
        clock, _, rest = rest.partition(" ")
    return datetime.fromisoformat(f"2026-{day}T{clock}").replace(tzinfo=TOKYO).isoformat(), rest


def stage(name: str) -> dict[str, str]:
    """A stage by the name that people know it by."""
    return {"id": f"s-{name}", "name": STAGES[name]}


def _meeting(app: str, time: str, words: list[str]) -> dict[str, Any]:
    """An interview of an hour that ends when it is told."""
    told = datetime.fromisoformat(time)
    return {
        "interview_id": f"{app}-{words[1]}",
        "interviewers": [{"user_id": person} for person in words[2:]],
        "start": told.replace(hour=told.hour - 1).isoformat(),
        "end": time,
    }


def _step(app: str, time: str, words: list[str]) -> tuple[str, dict[str, Any]]:
    """The type of a step and what it carries beside the application."""
    verb = words[0]
    told: tuple[str, dict[str, Any]] = (f"application.{verb}", {})
    if verb in {"applied", "reapplied"}:
        again = {"is_reapplication": True} if verb == "reapplied" else {}
        told = "application.created", {"stage": stage("screening"), **again}
    elif verb in STAGES:
        told = "application.stage_changed", {"to_stage": stage(verb)}
    elif verb in MEETINGS:
        told = MEETINGS[verb], _meeting(app, time, words)
    elif verb == "scored":
        card = {"feedback_id": f"{app}-{words[1]}-{words[2]}", "interview_id": f"{app}-{words[1]}"}
        judged = {"interviewer_id": words[2], "decision": DECISIONS[words[3]]}
        told = "feedback.submitted", card | judged
    elif verb in ENDINGS:
        told = ENDINGS[verb][0], {"party": ENDINGS[verb][1]}
    elif verb in OFFERS:
        money = {"amount": int(words[1]), "currency": "JPY"} if len(words) > 1 else {}
        told = f"offer.{verb}", {"offer_id": f"{app}-offer", **money}
    return told


def _employment(app: str, time: str, words: list[str]) -> tuple[str, dict[str, Any]] | None:
    day = time[:10]
    told: dict[str, tuple[str, dict[str, Any]]] = {
        "joined": ("employment.started", {"start": day}),
        "left": ("employment.ended", {"end": day}),
    }
    if words[0] == "rated":
        return "employment.performance_rated", {"application_id": app, "rating": float(words[1])}
    if words[0] not in told:
        return None
    name, data = told[words[0]]
    return name, {"application_id": app, **data}


def _application(cells: list[str]) -> Iterator[dict[str, Any]]:
    app, channel, recruiter, job, *steps = cells
    applied, _ = at(steps[0])
    base = {
        "application": {
            "id": app,
            "job_id": job,
            "candidate_id": f"of-{app}",
            "applied_at": applied,
        },
        "channel": {"id": channel, "detail": f"{channel} A"},
        "owners": {"recruiter_id": recruiter, "hiring_manager_ids": ["m1"]},
        "dims": {"department": "開発" if job == "j1" else "営業", "location": "東京"},
    }
    for number, text in enumerate(steps):
        time, rest = at(text)
        words = rest.split()
        told = _employment(app, time, words)
        name, data = told if told is not None else _step(app, time, words)
        yield _event(f"{app}/{number}", name, time, data if told is not None else base | data)


def _event(id_: str, name: str, time: str, data: dict[str, Any]) -> dict[str, Any]:
    event = {"specversion": "1.0", "id": id_, "source": "golden", "type": name, "time": time}
    return event | {"data": data}


def _jobs() -> Iterator[dict[str, Any]]:
    for job, *steps in rows("jobs.txt"):
        for number, text in enumerate(steps):
            time, verb = at(text)
            yield _event(f"{job}/{number}", f"job.{verb}", time, {"job_id": job})


def _costs() -> Iterator[dict[str, Any]]:
    for cost, kind, where, amount, first, last in rows("costs.txt"):
        scope, _, member = where.partition(" ")
        minor, currency = amount.split()
        data = {"cost_id": cost, "kind": kind, "scope": scope, "amount": int(minor)}
        data |= {"currency": currency, "period_from": f"2026-{first}", "period_to": f"2026-{last}"}
        if member:
            data["member"] = member
        yield _event(cost, "cost.recorded", at(first)[0], data)


def season() -> Fixture:
    """The whole season in one delivery."""
    told = [*_jobs(), *_costs()]
    told += [event for cells in rows("season.txt") for event in _application(cells)]
    headers = (("content-type", "application/cloudevents-batch+json"),)
    return Fixture("standard", json.dumps(told).encode(), headers)
