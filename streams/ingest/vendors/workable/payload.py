"""The fields we read from Workable's webhooks; there are two candidate formats, and only `id` is in both."""

from typing import Annotated

from pydantic import BeforeValidator

from streams.ingest.lenient_fields import (
    Flag,
    Instant,
    LenientPart,
    LenientText,
    OptionalKey,
    Term,
    VendorPayload,
    name_to_object,
)


class WorkableJob(VendorPayload):
    """求人, absent for a talent pool candidate."""

    shortcode: OptionalKey = None
    title: LenientText = None
    id: OptionalKey = None


class WorkableReason(VendorPayload):
    """The disqualification reason and, in the list of reasons, whether it means a withdrawal."""

    id: OptionalKey = None
    name: LenientText = None
    description: LenientText = None
    candidate_withdrew: Flag = None

    @property
    def text(self) -> str | None:
        """The name of the reason."""
        return self.name or self.description


class WorkableData(VendorPayload):
    """A candidate as of sending, or a job in job events. The e-mail address is hashed and never stored."""

    id: OptionalKey = None
    shortcode: OptionalKey = None
    title: LenientText = None
    job: LenientPart[WorkableJob] = None
    stage: LenientText = None
    stage_kind: LenientText = None
    disqualified: Flag = None
    disqualified_at: Instant = None
    disqualification_reason: Annotated[
        LenientPart[WorkableReason], BeforeValidator(name_to_object)
    ] = None
    withdrew: Flag = None
    hired_at: Instant = None
    email: LenientText = None
    domain: LenientText = None
    outlet: LenientText = None
    common_source: LenientText = None
    common_source_category: LenientText = None
    created_at: Instant = None
    updated_at: Instant = None
    originating_candidate_id: OptionalKey = None
    talent_pool: LenientPart[dict[str, object]] = None


class WorkableWebhook(VendorPayload):
    """The whole delivery. `id` is the candidate's, the same in all of their events, not a delivery id."""

    id: OptionalKey = None
    event_type: Term
    fired_at: Instant = None
    data: Annotated[
        WorkableData, BeforeValidator(lambda value: {} if value in (None, []) else value)
    ] = WorkableData()
