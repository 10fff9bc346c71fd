"""The fields we read from Lever's webhooks, which contain only ids and timestamps."""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from streams.ingest.lenient_fields import (
    Instant,
    OptionalKey,
    StrictPart,
    VendorPayload,
    empty_to_none,
)


class LeverModel(VendorPayload):
    """Lever writes `toStageId` for what we call `to_stage_id`."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)


class LeverArchived(LeverModel):
    """The archive state and reason; a hire is a reason too."""

    archived_at: Instant = None
    reason: OptionalKey = None


class LeverData(LeverModel):
    """The event's ids. An opportunity is one person for one job; a contact is the person.

    `candidateId` is the older name of `opportunityId`. A panel is the appointment that an interview belongs to.
    """

    opportunity_id: OptionalKey = None
    candidate_id: OptionalKey = None
    contact_id: OptionalKey = None
    application_id: OptionalKey = None
    from_stage_id: OptionalKey = None
    to_stage_id: OptionalKey = None
    from_archived: StrictPart[LeverArchived] = None
    to_archived: StrictPart[LeverArchived] = None
    interview_id: OptionalKey = None
    panel_id: OptionalKey = None


def _none_if_empty(value: object) -> object:
    """Return None for an object without any value."""
    if isinstance(value, dict) and all(
        empty_to_none(content) is None for content in value.values()
    ):
        return None
    return empty_to_none(value)


class LeverWebhook(LeverModel):
    """The whole delivery; a test delivery has no data."""

    event: Annotated[str, Field(max_length=100)]
    triggered_at: Instant = None
    event_data: Annotated[
        LeverData | None, BeforeValidator(_none_if_empty), Field(alias="data")
    ] = None

    @property
    def data(self) -> LeverData:
        """The event's ids, all None in a test delivery."""
        return self.event_data or LeverData()
