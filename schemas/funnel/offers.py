"""Offers (内定) of an attempt: each id is one offer whatever its versions; without offer events, the stages tell them."""

from collections.abc import Iterable

import msgspec

from schemas.funnel.endings import REJECTED, WITHDRAWN, Endings
from schemas.funnel.facts import FactList
from schemas.funnel.funnel_events import OfferEvent
from schemas.funnel.visits import OFFER, Visits

SENT = "offer.sent"
ACCEPTED, DECLINED = "offer.accepted", "offer.declined"
EXPIRED, REVOKED = "offer.expired", "offer.revoked"
NEVER_MADE = frozenset({"offer.superseded", "offer.deleted"})
NOT_YET_MADE = frozenset({"offer.created", "offer.approved"})
ACCEPTED_STAGE = "accepted"


class Offer(msgspec.Struct, eq=False, gc=False):
    """One offer; instants in milliseconds since 1970 UTC, None for what did not happen.

    `made_by` is the event that made it, `acceptance` the latest one that says for how much. `answer` is declined, expired or revoked (short type) while nothing else was
    answered. An acceptance stands, even if the candidate reneges or the company revokes it.
    """

    made_at: int | None = None
    made_by: OfferEvent | None = None
    accepted_at: int | None = None
    acceptance: OfferEvent | None = None
    reneged_at: int | None = None
    revoked_at: int | None = None
    answer: str | None = None
    answered_at: int | None = None
    sent_again: bool = False

    @property
    def holds(self) -> bool:
        """Whether it was accepted and neither side took that back."""
        return self.accepted_at is not None and self.reneged_at is None and self.revoked_at is None

    def accepted_by(self, moment: int) -> bool:
        """Whether it was accepted by an instant (ms)."""
        return self.accepted_at is not None and self.accepted_at <= moment

    def held_at(self, moment: int) -> bool:
        """Whether an acceptance held at an instant (ms)."""
        taken_back = [at for at in (self.reneged_at, self.revoked_at) if at is not None]
        return self.accepted_by(moment) and all(at > moment for at in taken_back)

    def take(self, event: OfferEvent) -> None:
        """Take the next event of a version that is not outdated."""
        kind, at = event.header.kind, event.header.at
        if kind in NOT_YET_MADE:
            return
        if self.made_at is None:
            self.made_at, self.made_by = at, event
        if kind == SENT:
            self.sent_again = True
        elif kind == ACCEPTED:
            self._accept(event)
        elif kind == DECLINED:
            self.decline(at)
        elif kind == REVOKED:
            self.revoke(at)
        elif self.accepted_at is None and self.answer in {None, EXPIRED}:
            self._answer(EXPIRED, at)

    def _answer(self, kind: str, at: int) -> None:
        """Answer, or say again what was answered, unless the offer was sent again since."""
        if self.answer != kind or self.sent_again:
            self.answer, self.answered_at, self.sent_again = kind, at, False

    def _accept(self, event: OfferEvent) -> None:
        if self.accepted_at is None:
            self.accepted_at = event.header.at
        if self.acceptance is None or event.amount is not None:
            self.acceptance = event
        self.reneged_at = self.revoked_at = self.answer = self.answered_at = None

    def decline(self, at: int) -> None:
        """The candidate declines, or reneges on an acceptance."""
        if self.holds:
            self.reneged_at = at
        elif self.accepted_at is None:
            self._answer(DECLINED, at)

    def revoke(self, at: int) -> None:
        """The company takes the offer back, accepted or not; not one that was declined or has expired."""
        if self.holds:
            self.revoked_at = at
        elif self.accepted_at is None and self.answer not in {DECLINED, EXPIRED}:
            self._answer(REVOKED, at)


def read_offers(events: Iterable[OfferEvent]) -> list[Offer]:
    """The offers that were made, in order; superseded and deleted ones never were."""
    offers: dict[str, Offer] = {}
    versions: dict[str, int] = {}
    for event in events:
        id_ = event.offer_id
        if event.version is not None:
            if event.version < versions.get(id_, event.version):
                continue
            versions[id_] = event.version
        if event.header.kind in NEVER_MADE:
            offers.pop(id_, None)
            continue
        offers.setdefault(id_, Offer()).take(event)
    return [offer for offer in offers.values() if offer.made_at is not None]


def offers_by_stages(visits: Visits, endings: Endings) -> list[Offer]:
    """The one offer that the stages 内定 and 承諾, and an ending there, tell of."""
    offer_visits = [v for v in visits.standing if v.milestone in {OFFER, ACCEPTED_STAGE}]
    if not offer_visits:
        return []
    offer = Offer(made_at=offer_visits[0].entered_at)
    accepted = next((v for v in offer_visits if v.milestone == ACCEPTED_STAGE), None)
    hire, top = endings.first_hire_since(offer_visits[0].entered_at), endings.top
    if accepted is not None:
        offer.accepted_at = accepted.entered_at
    elif hire is not None:
        offer.accepted_at = hire.at
    if top is not None and top.kind == WITHDRAWN:
        offer.decline(top.at)
    elif top is not None and top.kind == REJECTED:
        offer.revoke(top.at)
    return [offer]


def renege_by_withdrawal(offers: list[Offer], endings: Endings) -> int | None:
    """When a withdrawal is a renege: after an acceptance that still held, or after a hire; marks the offer."""
    top = endings.top
    if top is None or top.kind != WITHDRAWN:
        return None
    accepted_offer = next((offer for offer in offers if offer.held_at(top.at)), None)
    if accepted_offer is not None:
        accepted_offer.reneged_at, accepted_offer.revoked_at = top.at, None
        return None  # counted with the offer
    accepted = any(offer.accepted_by(top.at) for offer in offers)
    return top.at if top.over_hire and not accepted else None


def add_offers(
    facts: FactList, offers: list[Offer], currency: str, cohort_day: int, ended_day: int | None
) -> None:
    """Count what was made and answered; a wait for an answer ends with the application, on the local day `ended_day`."""
    for offer in offers:
        if offer.made_at is None:
            continue
        facts.add("offers_made", offer.made_at)
        answer = _add_answer(facts, offer, currency, cohort_day)
        made_day = facts.day(offer.made_at)
        if answer is not None:
            outcome, at = answer
            if facts.is_undated(offer.made_at, at):
                facts.add_unknown_duration("answer", offer.made_at, made_day)
                continue
            facts.add_duration(f"answer.{outcome}", offer.made_at, (made_day, facts.day(at)))
        elif ended_day is not None:
            closed_day = max(made_day, ended_day)
            if facts.is_undated(offer.made_at):
                facts.add_unknown_duration("answer", offer.made_at, made_day)
                continue
            facts.add_duration("answer.closed", offer.made_at, (made_day, closed_day))


def _add_answer(
    facts: FactList, offer: Offer, currency: str, cohort_day: int
) -> tuple[str, int] | None:
    """Count the answer; return its name and instant."""
    at = offer.accepted_at
    if at is not None:
        facts.add("offers_accepted", at)
        if not (facts.is_orphan or facts.is_undated(at)):
            facts.add_days("accept_days", (cohort_day, facts.day(at)), at)
        paid = offer.acceptance
        if paid is not None and paid.amount is not None and paid.currency == currency:
            facts.add("compensation", at, n=paid.amount)
        if offer.reneged_at is not None:
            facts.add("offers_reneged", offer.reneged_at)
            facts.add("acceptances_reneged", at)
        if offer.revoked_at is not None:
            facts.add("offers_revoked", offer.revoked_at)
        return "accepted", at
    if offer.answer is None or offer.answered_at is None:
        return None
    name = offer.answer.removeprefix("offer.")
    facts.add(f"offers_{name}", offer.answered_at)
    return name, offer.answered_at
