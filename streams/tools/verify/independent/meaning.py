"""What stages and reasons mean: by the tenant's rules, the job's pipeline, or a well-known name."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from schemas.tenants.config import ReasonRule, StageRule
from schemas.tenants.mapping_snapshot import ConnectionMapping, TenantMapping
from schemas.tenants.milestones import MILESTONES, UNMAPPED, lookup_milestone, normalize_name
from schemas.tenants.reasons import is_duplicate, lookup_party
from schemas.tenants.stage_endings import is_ending_name
from streams.tools.verify.independent.told import HIRED, Calendar, JsonObject, Told

AnyRule = TypeVar("AnyRule", StageRule, ReasonRule)

REJECTED, WITHDRAWN, CLOSED, HIRE = "rejected", "withdrawn", "closed", "hired"
ENDING_OF_PARTY = {
    "company": REJECTED,
    "candidate": WITHDRAWN,
    "neither": CLOSED,
    "duplicate": CLOSED,
    "hired": HIRE,
}


@dataclass(frozen=True, kw_only=True)
class MeaningOfStage:
    """What a stage is: a milestone, or an ending by someone, or neither (unmapped); `order` is its place if known."""

    id: str
    milestone: str | None = None
    ending: str | None = None
    order: int | None = None

    @property
    def unmapped(self) -> bool:
        """Whether nobody said what the stage means."""
        return self.milestone is None and self.ending is None

    @property
    def is_work(self) -> bool:
        """Whether an application is still worked on there."""
        return self.milestone is not None and self.milestone != HIRE


@dataclass(frozen=True, kw_only=True)
class ReasonMeaning:
    """Who ended an application: the kind of ending, and whether nobody did, nobody said so, or it was a duplicate."""

    kind: str
    by_nobody: bool = False
    unmapped: bool = False
    duplicate: bool = False


class Meanings:
    """The meanings of a tenant's stages and reasons in one application's story."""

    def __init__(
        self, mapping: TenantMapping, pipelines: Sequence[Told], renamed: dict[str, str]
    ) -> None:
        """`pipelines` are the definitions of the job's pipeline, in order of time, `renamed` the new ids of old stage ids."""
        self._former: dict[str, list[str]] = {}
        for old, new in reversed(list(renamed.items())):
            self._former.setdefault(new, []).append(old)
        self._mapping = mapping
        self._calendar = Calendar(mapping)
        self._pipelines = pipelines

    def stage(self, event: Told, stage: JsonObject) -> MeaningOfStage:
        """What the stage means on the day of the event; one without a meaning inherits it from a stage it replaced."""
        meanings = [self._own_meaning(event, stage)]
        meanings += [self._own_meaning(event, {"id": id_}) for id_ in self._former_ids(stage["id"])]
        meaning = next((one for one in meanings if not one.unmapped), meanings[0])
        return replace(meaning, id=stage["id"])

    def _own_meaning(self, event: Told, stage: JsonObject) -> MeaningOfStage:
        rule = self._rule(event, stage)
        defined, place = self._defined(stage["id"])
        order = _first_known(None if rule is None else rule.order, place, stage.get("order"))
        if rule is not None and rule.ending is not None:
            kind = ENDING_OF_PARTY[rule.ending]
            return MeaningOfStage(id=stage["id"], ending=kind, order=order)
        milestone = rule.milestone if rule is not None else _milestone(stage, defined)
        return MeaningOfStage(id=stage["id"], milestone=milestone, order=order)

    def reason(self, event: Told) -> ReasonMeaning:
        """Who ended the application by this event."""
        if event.kind == HIRED:
            return ReasonMeaning(kind=HIRE)
        reason = event.data.get("reason") or {}
        name, party = reason.get("name"), event.data.get("party", "unknown")
        known_party = lookup_party(name)
        for rule in self._active(event, self._connection(event).reasons):
            if _names(rule.reason_id, rule.reason_name, reason.get("id"), name, by_id=True):
                return _configured(rule)
        for rule in self._active(event, self._connection(event).reasons):
            if _names(rule.reason_id, rule.reason_name, reason.get("id"), name, by_id=False):
                return _configured(rule)
        if party == "unknown" and known_party is None:
            kind = event.kind.removeprefix("application.")
            return ReasonMeaning(kind=kind, by_nobody=True, unmapped=True)
        kind = ENDING_OF_PARTY[known_party or "" if party == "unknown" else party]
        duplicate = kind == CLOSED and is_duplicate(name)
        return ReasonMeaning(kind=kind, by_nobody=kind == CLOSED, duplicate=duplicate)

    def hears_of_reopening(self, event: Told) -> bool:
        """Whether the system of the event says itself that an application was reopened."""
        return self._connection(event).reopenings

    def expects_scorecards(self, event: Told) -> bool:
        """Whether the system of the event reports scorecards."""
        return self._connection(event).scorecards

    def _connection(self, event: Told) -> ConnectionMapping:
        return self._mapping.connections.get(event.connection) or ConnectionMapping()

    def _active(self, event: Told, rules: Sequence[AnyRule]) -> list[AnyRule]:
        """The rules in force on the local day of the event."""
        day = date(1970, 1, 1) + timedelta(days=self._calendar.day(event.at))
        return [
            rule
            for rule in rules
            if (rule.since is None or rule.since <= day)
            and (rule.until is None or day < rule.until)
        ]

    def _rule(self, event: Told, stage: JsonObject) -> StageRule | None:
        """The configured rule: by the stage's id, then by its name."""
        rules = self._active(event, self._connection(event).stages)
        by_id = [rule for rule in rules if rule.stage_id == stage["id"]]
        name = normalize_name(stage.get("name") or "")
        by_name = [
            rule
            for rule in rules
            if rule.stage_name is not None and normalize_name(rule.stage_name) == name
        ]
        return next(iter([*by_id, *by_name]), None)

    def _former_ids(self, stage_id: str) -> list[str]:
        """The ids that became this one, at once or in steps: the nearest first, of several the one renamed last."""
        ids = [stage_id]
        for later in ids:
            ids += [old for old in self._former.get(later, ()) if old not in ids]
        return ids[1:]

    def _defined(self, stage_id: str) -> tuple[JsonObject | None, int | None]:
        """The stage in the latest definition of the pipeline that has it, and its place there."""
        for pipeline in reversed(self._pipelines):
            stages = pipeline.data.get("stages") or ()
            numbered = any(stage.get("order") is not None for stage in stages)
            for place, stage in enumerate(stages):
                if stage["id"] == stage_id:
                    return stage, stage.get("order") if numbered else place
        return None, None


def _names(
    rule_id: str | None, rule_name: str | None, key: str | None, name: str | None, *, by_id: bool
) -> bool:
    """Whether a rule is about this id, or about this name."""
    if by_id:
        return rule_id is not None and rule_id == key
    return rule_name is not None and normalize_name(rule_name) == normalize_name(name or "")


def _configured(rule: ReasonRule) -> ReasonMeaning:
    kind = ENDING_OF_PARTY[rule.party]
    return ReasonMeaning(kind=kind, by_nobody=kind == CLOSED, duplicate=rule.party == "duplicate")


def _first_known(*orders: int | None) -> int | None:
    return next((order for order in orders if order is not None), None)


def _milestone(stage: JsonObject, defined: JsonObject | None) -> str | None:
    """The milestone without a rule: the pipeline's word, the vendor's kind, a known name, the broad kind."""
    value = (defined or {}).get("milestone")
    if value in MILESTONES:
        return str(value)
    own, of_pipeline = (normalize_name((one or {}).get("name") or "") for one in (stage, defined))
    says_own = lookup_milestone(own, None) != UNMAPPED or is_ending_name(own)
    milestone = lookup_milestone(own if says_own else of_pipeline, stage.get("vendor_kind"))
    return None if milestone == UNMAPPED else milestone
