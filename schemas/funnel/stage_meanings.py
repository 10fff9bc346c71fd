"""What the stages of one application mean: by rules, by the definition of its job's pipeline, or by their names."""

from collections.abc import Iterable

from schemas.funnel.funnel_events import (
    ContextEvent,
    PipelineDefinitionEvent,
    PipelineEvent,
    PipelineStageMeaning,
    VendorStage,
)
from schemas.funnel.rules import Rules, StageMeaning
from schemas.tenants.milestones import UNMAPPED


class StageMeanings:
    """The meanings for one application; stages of a replaced pipeline live on under their new ids."""

    def __init__(self, rules: Rules, context: Iterable[ContextEvent], job: str | None) -> None:
        """`context` is in order: of several definitions of a stage the last one holds."""
        self._rules = rules
        self._defined: dict[str, PipelineStageMeaning] = {}
        self._renamed: dict[str, str] = {}
        for event in context:
            if isinstance(event, PipelineDefinitionEvent) and event.job == job:
                self._defined.update((stage.id, stage) for stage in event.stages)
            elif isinstance(event, PipelineEvent):
                self._renamed.update(event.moves)

    def of(self, connection: str, stage: VendorStage, at: int) -> StageMeaning:
        """The meaning of a stage at an instant (ms); an unmapped stage inherits that of a stage it replaced."""
        meaning = self._rules.stage_meaning(connection, stage, self._defined.get(stage.id), at)
        if meaning.milestone != UNMAPPED or not self._renamed:
            return meaning
        for old in self._replaced_by(stage.id):
            replaced = VendorStage(id=old)
            inherited = self._rules.stage_meaning(connection, replaced, self._defined.get(old), at)
            if inherited.milestone != UNMAPPED:
                return inherited
        return meaning

    def _replaced_by(self, new: str) -> list[str]:
        """The stages that `new` replaced, at once or in steps: the nearest first, of several the one renamed last."""
        ids = [new]
        for later in ids:
            ids += [
                old
                for old, renamed_to in reversed(self._renamed.items())
                if renamed_to == later and old not in ids
            ]
        return ids[1:]

    def is_renamed(self, old: str, new: str) -> bool:
        """Whether the stage `old` became `new` when its pipeline was replaced, at once or in steps."""
        if not self._renamed:
            return False
        stage, seen = old, {old}
        while (later := self._renamed.get(stage)) is not None and later not in seen:
            if later == new:
                return True
            seen.add(later)
            stage = later
        return False
