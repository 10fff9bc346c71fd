"""The offers of one attempt: made, answered, reneged on; by events of their own, else by its stages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from streams.tools.verify.independent.endings import EndingStack, ToldEnding
from streams.tools.verify.independent.meaning import HIRE, REJECTED, WITHDRAWN
from streams.tools.verify.independent.told import Moment, Told
from streams.tools.verify.independent.visits import ToldJourney

SENT = "offer.sent"
ACCEPTED, DECLINED = "offer.accepted", "offer.declined"
EXPIRED, REVOKED = "offer.expired", "offer.revoked"
ANSWERS = (ACCEPTED, DECLINED, EXPIRED, REVOKED)
TAKEN_BACK = ("offer.superseded", "offer.deleted")

Line = tuple[int, Told]


@dataclass(frozen=True, kw_only=True)
class ToldOffer:
    """One offer as it stands in the end; `by_event`: events of its own tell it."""

    made_at: Moment
    by_event: bool = False
    accepted: Moment | None = None
    declined: Moment | None = None
    expired: Moment | None = None
    revoked: Moment | None = None
    reneged: Moment | None = None
    amount: int | None = None
    currency: str | None = None

    @property
    def answer(self) -> tuple[str, Moment] | None:
        """The answer that ended the waiting, if one came."""
        answers = {
            "accepted": self.accepted,
            "declined": self.declined,
            "expired": self.expired,
            "revoked": self.revoked,
        }
        return next(((name, at) for name, at in answers.items() if at is not None), None)

    def stood_accepted(self, ending: ToldEnding) -> bool:
        """Whether the candidate's acceptance stood when the application ended, whatever was told of it later."""
        taken_back = [at for at in (self.reneged, self.revoked) if at is not None]
        return (
            self.accepted is not None
            and self.accepted.at <= ending.moment.at
            and all(at > ending.moment for at in taken_back)
        )


def own_offers(events: Sequence[Line]) -> list[ToldOffer]:
    """The offers that have events of their own, in the order in which they were made."""
    by_id: dict[str, list[Line]] = {}
    for line in events:
        by_id.setdefault(line[1].data["offer_id"], []).append(line)
    offers = [offer for lines in by_id.values() if (offer := _read(_of_latest_version(lines)))]
    return sorted(offers, key=lambda offer: offer.made_at)


def _of_latest_version(lines: list[Line]) -> list[Line]:
    """The lines without those of a version below one told before, since the offer was last taken back."""
    kept: list[Line] = []
    highest = None
    for place, event in lines:
        version = event.data.get("version")
        if version is not None and highest is not None and version < highest:
            continue
        highest = version if highest is None else max(highest, version or highest)
        kept.append((place, event))
        if event.kind in TAKEN_BACK:
            kept = []
    return kept


def _read(lines: list[Line]) -> ToldOffer | None:
    told = [line for line in lines if line[1].kind == SENT or line[1].kind in ANSWERS]
    if not told:
        return None
    place, first = told[0]
    offer = ToldOffer(made_at=Moment(first.at, place), by_event=True)
    answers = [line for line in told if line[1].kind in ANSWERS]
    accepted = [line for line in answers if line[1].kind == ACCEPTED]
    if not accepted:
        return replace(offer, **_without_acceptance(told))
    after = answers[answers.index(accepted[-1]) + 1 :]
    return _turned_after(replace(offer, **_acceptance(accepted)), after)


def _acceptance(accepted: list[Line]) -> dict[str, Any]:
    """The first acceptance, with the amount that was told last with one."""
    amounts = [event.data for _, event in accepted if event.data.get("amount") is not None]
    return {
        "accepted": _moment(accepted[0]),
        "amount": amounts[-1]["amount"] if amounts else None,
        "currency": amounts[-1].get("currency") if amounts else None,
    }


def _turned_after(offer: ToldOffer, answers: list[Line]) -> ToldOffer:
    """The accepted offer with the renege or the revocation that came first after the last acceptance."""
    for line in answers:
        if line[1].kind == DECLINED:
            return replace(offer, reneged=_moment(line))
        if line[1].kind == REVOKED:
            return replace(offer, revoked=_moment(line))
    return offer


def _without_acceptance(told: list[Line]) -> dict[str, Any]:
    """The answer that stands: the latest; an expiry if nothing else, a revocation if nothing before it ended the offer.

    An answer told again keeps its first day, unless the offer was sent again in between.
    """
    standing: Line | None = None
    sent_again = False
    for line in told:
        kind = line[1].kind
        before = None if standing is None else standing[1].kind
        if kind == SENT:
            sent_again = True
        elif kind != before and not _replaces(kind, before):
            continue
        elif kind != before or sent_again:
            standing, sent_again = line, False
    if standing is None:
        return {}
    return {standing[1].kind.removeprefix("offer."): _moment(standing)}


def _replaces(kind: str, before: str | None) -> bool:
    """Whether an answer takes the place of another one."""
    return before is None or kind == DECLINED


def _moment(line: Line) -> Moment:
    """When an offer was answered."""
    place, event = line
    return Moment(event.at, place)


def reneged_by_withdrawal(offers: Sequence[ToldOffer], top: ToldEnding | None) -> list[ToldOffer]:
    """The own offers after a withdrawal, which reneges on the acceptances that stood: what is told of those later is ignored.

    It is one renege, of the first of them.
    """
    if top is None or top.kind != WITHDRAWN:
        return list(offers)
    stood = [offer for offer in offers if offer.stood_accepted(top)]
    return [
        replace(offer, reneged=top.moment if offer is stood[0] else None, revoked=None)
        if offer in stood
        else offer
        for offer in offers
    ]


def offers_by_stages(journey: ToldJourney, stack: EndingStack) -> list[ToldOffer]:
    """The offer that the stages 内定 and 承諾 tell; only for an attempt without any event about offers."""
    visits = [visit for visit in journey.standing if visit.milestone in {"offer", "accepted"}]
    if not visits:
        return []
    made_at = visits[0].entered
    accepted = next((visit.entered for visit in visits if visit.milestone == "accepted"), None)
    hires = [ending for ending in stack.endings if ending.kind == HIRE]
    if accepted is None:
        accepted = next((hire.moment for hire in hires if hire.moment >= made_at), None)
    top = stack.top
    withdrawn = top.moment if top is not None and top.kind == WITHDRAWN else None
    return [
        ToldOffer(
            made_at=made_at,
            accepted=accepted,
            declined=withdrawn if accepted is None else None,
            reneged=withdrawn if accepted is not None else None,
            revoked=top.moment if top is not None and top.kind == REJECTED else None,
        )
    ]
