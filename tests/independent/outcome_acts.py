"""Acts about offers, employments, ratings, and corrections of the vendor's log."""

from datetime import timedelta
from typing import Any

from tests.independent.companies import stage
from tests.independent.teller import Teller


def offer(teller: Teller) -> None:
    """An offer is made and perhaps answered; versions, second thoughts and deletions included."""
    dice = teller.dice
    name = f"o{dice.choice([1, 1, 2])}"
    lives = [
        ["sent"],
        ["sent", "accepted"],
        ["sent", "declined"],
        ["sent", "accepted", "declined"],
        ["sent", "declined", "sent", "accepted"],
        ["sent", "expired", "accepted"],
        ["sent", "accepted", "revoked"],
        ["sent", "accepted", "declined", "accepted"],
        ["created", "approved"],
        ["accepted"],
        ["sent", "expired", "revoked"],
        ["sent", "revoked"],
        ["sent", "deleted"],
        ["superseded"],
        ["deleted", "sent"],
    ]
    weights = [5, 8, 4, 3, 2, 1, 2, 1, 1, 2, 1, 1, 1, 0.5, 0.5]
    for number, kind in enumerate(dice.choices(lives, weights)[0]):
        if number:
            teller.wait()
        _tell_offer(teller, name, kind)


def _tell_offer(teller: Teller, name: str, kind: str) -> None:
    dice = teller.dice
    earlier = (teller.clock - timedelta(hours=dice.randint(1, 50))).isoformat()
    dated = {"sent": "sent_at"}.get(kind, "resolved_at")
    more: dict[str, Any] = {dated: earlier} if dice.random() < 0.12 else {}
    if kind == "accepted" and dice.random() < 0.4:
        more |= {"amount": 6_000_000, "currency": dice.choice(["JPY", "JPY", "USD"])}
    teller.tell(
        f"offer.{kind}",
        offer_id=name,
        version=dice.choice([None, None, None, 1, 2]),
        actor=teller.actor(),
        **more,
    )


def employment(teller: Teller) -> None:
    """Someone starts, moves the start, leaves, comes back, or it is taken back."""
    dice = teller.dice
    kinds = ["started", "started", "started", "ended", "ended", "start_cancelled", "end_cancelled"]
    for kind in dice.choices([*kinds, "confirmed"], k=dice.choice([1, 1, 2, 3])):
        day = (teller.clock + timedelta(days=dice.randint(-5, 60))).date().isoformat()
        name = "end" if kind == "ended" else "start"
        dated = {name: day} if dice.random() < 0.85 and not kind.endswith("cancelled") else {}
        teller.put(f"employment.{kind}", {"application_id": "a1", **dated})
        teller.wait()


def rating(teller: Teller) -> None:
    """A rating, perhaps one that replaces another or takes it back."""
    dice = teller.dice
    teller.put(
        "employment.performance_rated",
        {
            "application_id": "a1",
            "rating": teller.maybe(dice.choice([4.2, -1.5, 3]), 0.85),
            "rating_id": teller.maybe(dice.choice(["q1", "q2"]), 0.5),
        },
    )


def log_record(teller: Teller) -> None:
    """A record of the vendor's own log, told in two revisions, and perhaps withdrawn."""
    dice, log_id = teller.dice, f"log{teller.dice.randint(1, 2)}"
    for revision in range(dice.choice([1, 2, 2, 3])):
        changed = (teller.clock + timedelta(hours=revision)).isoformat()
        more: dict[str, Any] = {"log_id": log_id, "application": {"revision": changed}}
        kind = dice.choice(["stage_changed", "rejected", "completed", "sent", "updated"])
        if kind == "stage_changed":
            teller.tell("application.stage_changed", to_stage=stage("s-i1"), **more)
        elif kind == "rejected":
            teller.tell("application.rejected", party="company", **more)
        elif kind == "completed":
            teller.tell(
                "interview.completed", interview_id="i1", interviewers=teller.panel(), **more
            )
        elif kind == "sent":
            teller.tell("offer.sent", offer_id="o1", **more)
        else:
            teller.tell("application.updated", retracted=teller.maybe(True), **more)
