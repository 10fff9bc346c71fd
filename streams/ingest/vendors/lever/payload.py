"""The fields of Lever's webhooks that we read: ids and times are all there is."""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from streams.ingest.reading import MaybeKey, Moment, Read, Whole


class Camel(Read):
    """Lever writes `toStageId` for what we call `to_stage_id`."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)


class Archived(Camel):
    """That it is archived, and under which reason; a hire is a reason too."""

    archived_at: Moment = None
    reason: MaybeKey = None


class Data(Camel):
    """What happened. An opportunity is one person for one job, a contact the person."""

    opportunity_id: MaybeKey = None
    contact_id: MaybeKey = None
    application_id: MaybeKey = None
    from_stage_id: MaybeKey = None
    to_stage_id: MaybeKey = None
    from_archived: Whole[Archived] = None
    to_archived: Whole[Archived] = None
    interview_id: MaybeKey = None

    @property
    def says_nothing(self) -> bool:
        """The test delivery of *Verify connection* names nobody."""
        return self.opportunity_id is None and self.contact_id is None and self.interview_id is None


class Body(Camel):
    """The whole delivery; `data` is empty in a test."""

    event: Annotated[str, Field(max_length=100)]
    triggered_at: Moment = None
    data: Annotated[Data, BeforeValidator(lambda value: {} if value in (None, []) else value)] = (
        Data()
    )
