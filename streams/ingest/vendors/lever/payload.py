"""The fields of Lever's webhooks that we read: ids and times are all there is."""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from streams.ingest.lenient_fields import MaybeKey, Moment, Read, Whole, absent


class LeverModel(Read):
    """Lever writes `toStageId` for what we call `to_stage_id`."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)


class LeverArchived(LeverModel):
    """That it is archived, and under which reason; a hire is a reason too."""

    archived_at: Moment = None
    reason: MaybeKey = None


class LeverData(LeverModel):
    """What happened. An opportunity is one person for one job, a contact the person.

    A candidate's id is an older name of the opportunity's.
    """

    opportunity_id: MaybeKey = None
    candidate_id: MaybeKey = None
    contact_id: MaybeKey = None
    application_id: MaybeKey = None
    from_stage_id: MaybeKey = None
    to_stage_id: MaybeKey = None
    from_archived: Whole[LeverArchived] = None
    to_archived: Whole[LeverArchived] = None
    interview_id: MaybeKey = None


def _something(value: object) -> object:
    """What is said, or None where nothing is: an object without a value."""
    if isinstance(value, dict) and all(absent(each) is None for each in value.values()):
        return None
    return absent(value)


class LeverWebhook(LeverModel):
    """The whole delivery; in a test it tells nothing."""

    event: Annotated[str, Field(max_length=100)]
    triggered_at: Moment = None
    told: Annotated[LeverData | None, BeforeValidator(_something), Field(alias="data")] = None

    @property
    def data(self) -> LeverData:
        """What happened."""
        return self.told or LeverData()
