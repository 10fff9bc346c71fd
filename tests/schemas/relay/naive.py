"""A second, slow ledger, written from the published rules alone: it scans all facts again after each, and shares no code."""

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

TEN = 10


class NaiveLedger:
    """Facts in the order of arrival; `counted` persons in the order in which they counted; `slots` as plain dicts."""

    def __init__(self) -> None:
        """Start empty."""
        self.facts: defaultdict[str, list[Any]] = defaultdict(list)
        self.ids: set[str] = set()
        self.registrations: list[Any] = []
        self.counted: dict[str, str] = {}
        self.via: dict[str, str] = {}
        self.reasons: dict[str, str] = {}
        self.terms: dict[str, Any] = {}
        self.slots: list[dict[str, Any]] = []
        self.today: Any = None

    def take(self, fact: Any) -> None:
        """Take one fact."""
        if fact.id in self.ids:
            return
        if fact.kind == "tick":
            for slot in self.slots:
                if slot["state"] == "open" and slot["due"] and fact.at.date() >= slot["due"]:
                    slot["state"] = "expired"
            return
        self.ids.add(fact.id)
        self.facts[fact.kind].append(fact)
        if fact.kind == "registered" and all(
            fact.registration != earlier.registration for earlier in self.registrations
        ):
            self.registrations.append(fact)
            self.registrations.sort(key=lambda entry: (entry.at, entry.registration))
        self._count()
        self._settle(fact)

    def figures(self) -> dict[str, int]:
        """The figures that both ledgers must agree on."""
        states = Counter(slot["state"] for slot in self.slots)
        live = len(self.slots) - states["revoked"]
        waiting = [slot for slot in self.slots if slot["state"] in {"open", "reserved"}]
        redeemed = [slot for slot in self.slots if slot["state"] == "redeemed"]
        return {
            "counted": len(self.counted),
            "progress": len(self.counted) - TEN * live,
            "granted": live,
            "open": states["open"],
            "reserved": states["reserved"],
            "redeemed": states["redeemed"],
            "expired": states["expired"],
            "revoked": states["revoked"],
            "accrued": sum(slot["value"] * slot["likely"] // 100 for slot in waiting),
            "recovered": sum(slot["value"] for slot in redeemed),
        }

    def _of(self, kind: str) -> list[Any]:
        return self.facts[kind]

    def _policy(self, at: Any) -> Any:
        versions = self._of("policies")[-1].policies
        valid = [version for version in versions if version.since <= at.date()]
        return valid[-1] if valid else versions[0]

    def _count(self) -> None:
        if not self._of("policies"):
            return
        people = sorted({fact.person for fact in self.registrations})
        while any(self._frees(person) for person in people):
            pass  # a freed place goes to whoever comes first by name

    def _frees(self, person: str) -> bool:
        """Count the person or not; return whether that frees a place for others."""
        answers = [
            (self._answer(person, f), f.token_id) for f in self.registrations if f.person == person
        ]
        good = [answer for answer in answers if answer[0].startswith("ok")]
        good.sort(key=lambda answer: (answer[0], answer[1] != self.via.get(person)))
        bad = [answer for answer, _ in answers if answer != "wait" and not answer.startswith("ok")]
        before = self.via.get(person)
        if good and (before != good[0][1]):
            self.counted.pop(person, None)
            self.counted[person], self.via[person] = good[0]
            self.reasons.pop(person, None)
            return before is not None
        if not good and bad:
            for memory in (self.counted, self.via, self.terms):
                memory.pop(person, None)
            self.reasons[person] = bad[0]
            return before is not None
        return False

    def _answer(self, person: str, fact: Any) -> str:
        links = [link for link in self._of("invited") if link.token_id == fact.token_id]
        if not links:
            return "wait"
        link = links[0]
        at = max(fact.at, link.at)
        steps = sorted(
            (s.at, s.id, s.step)
            for s in self._of("application")
            if link.scope == "candidate" and s.application == link.application
        )
        if link.scope == "candidate":
            rejections = [when for when, _, name in steps if name == "rejected"]
            if not rejections:
                return self._never_rejected({name for _, _, name in steps})
            at = max(at, rejections[0])
        policy = self.terms.get(person) or self._policy(at)
        reason = self._personal(fact, link, policy, at)
        if not reason and link.scope == "candidate":
            reason = self._candidate(person, fact, link, policy, (at, steps))
        if not reason and self.via.get(person) != fact.token_id:
            reason = self._limits(person, fact, link, policy)
        if reason:
            return reason
        if person not in self.counted:
            self.terms[person] = policy
        return f"ok {link.scope}"

    def _never_rejected(self, names: set[str]) -> str:
        if "hired" in names:
            return "employee"
        return "ineligible" if names & {"withdrawn", "closed"} else "wait"

    def _personal(self, fact: Any, link: Any, policy: Any, at: Any) -> str:
        if fact.at >= (link.expires or link.at + timedelta(days=policy.link_days)):
            return "expired_link"
        if not fact.consent:
            return "no_consent"
        for withdrawal in self._of("withdrawn"):
            if withdrawal.registration == fact.registration and (
                policy.withdrawn == "revoke" or withdrawal.at <= at
            ):
                return "consent_withdrawn"
        return min(fact.flags) if fact.flags else ""

    def _candidate(self, person: str, fact: Any, link: Any, policy: Any, when: Any) -> str:
        at, steps = when
        stood = [name for moment, _, name in steps if moment <= at and name != "deleted"]
        stands = [name for _, _, name in steps if name != "deleted"]
        if stood[-1] != "rejected":
            return "employee" if stood[-1] == "hired" else "ineligible"
        if policy.undone == "revoke" and stands[-1] != "rejected":
            return "undone"
        owner = self._candidate_of(link.application)
        gone = any(name == "deleted" for _, _, name in steps)
        gone = gone or any(erasure.candidate == owner for erasure in self._of("erased"))
        if gone and policy.erased == "revoke":
            return "erased"
        through = {p: token for p, token in self.via.items() if self.counted[p] == "ok candidate"}
        if through.get(person) != fact.token_id and fact.token_id in through.values():
            return "link_used"
        until = None if policy.merged == "revoke" else at
        same = self._final(owner, until)
        earlier = list(self.counted)
        if through.get(person) == fact.token_id:
            earlier = earlier[: earlier.index(person)]
        for other in set(earlier) & set(through) - {person}:
            link = next(x for x in self._of("invited") if x.token_id == through[other])
            theirs = self._candidate_of(link.application)
            if theirs and self._final(theirs, until) == same:
                return "duplicate"
        return ""

    def _candidate_of(self, application: str) -> Any:
        names = [s.candidate for s in self._of("application") if s.application == application]
        return names[-1] if names else None

    def _final(self, candidate: Any, until: Any) -> Any:
        passed = [candidate]
        while True:
            moves = [merge for merge in self._of("merged") if merge.loser == passed[-1]][:1]
            moves = [m for m in moves if until is None or m.at <= until]
            if not moves or moves[0].winner in passed:
                return passed[-1]
            passed.append(moves[0].winner)

    def _limits(self, person: str, fact: Any, link: Any, policy: Any) -> str:
        if link.scope == "tenant" and policy.unverified_per_rejection is not None:
            rejected = 0
            for application in {s.application for s in self._of("application")}:
                steps = sorted(
                    (s.at, s.id, s.step)
                    for s in self._of("application")
                    if s.application == application and s.step != "deleted"
                )
                rejected += bool(steps) and steps[-1][2] == "rejected"
            unverified = sum(scope == "ok tenant" for scope in self.counted.values())
            if (unverified + 1) * 100 > policy.unverified_per_rejection * rejected:
                return "cap"
        if fact.device:
            others = {
                other.person
                for other in self.registrations
                if other.device == fact.device and other.person != person
            }
            if len(others & set(self.counted)) >= policy.persons_per_device:
                return "device"
        return ""

    def _live(self) -> int:
        return sum(slot["state"] != "revoked" for slot in self.slots)

    def _settle(self, fact: Any) -> None:
        touched = []
        while len(self.counted) - TEN * self._live() >= TEN:
            self.slots.append(self._new_slot())
            touched.append(len(self.slots))
        if fact.kind == "claim":
            hires = {c.application for c in self._of("claim") if c.slot == fact.slot}
            touched.append(fact.slot)
        else:
            hires = {fact.application} if fact.kind == "application" else set()
        hires.discard(None)
        waiting = {c.slot for c in self._of("claim") if c.application in hires}
        for number in [*touched, *sorted(waiting)]:
            if number <= len(self.slots) and self.slots[number - 1]["state"] != "revoked":
                self._move(number)
        while len(self.counted) < TEN * self._live():
            unused = [slot for slot in self.slots if slot["state"] == "open"]
            if not unused:
                break
            unused[-1]["state"] = "revoked"

    def _new_slot(self) -> dict[str, Any]:
        """A slot; all versions in these stories have the same terms for slots, so its instant is not needed."""
        policy = self._of("policies")[-1].policies[0]
        return {
            "state": "open",
            "due": None,
            "value": getattr(policy.value, "amount", 0),
            "likely": policy.redemption,
            "hire": None,
        }

    def _move(self, number: int) -> None:
        slot = self.slots[number - 1]
        claims = sorted(
            (c for c in self._of("claim") if c.slot == number), key=lambda c: (c.at, c.id)
        )
        slot["hire"], state = None, "open"
        if claims and claims[-1].claim != "release":
            state = "reserved"
            hire = claims[-1].application
            steps = sorted(
                (s.at, s.id, s.step)
                for s in self._of("application")
                if s.application == hire and s.step != "deleted"
            )
            taken = any(hire and other["hire"] == hire for other in self.slots)
            if claims[-1].claim == "redeem" and steps and steps[-1][2] == "hired" and not taken:
                slot["hire"], state = hire, "redeemed"
        slot["state"] = state
