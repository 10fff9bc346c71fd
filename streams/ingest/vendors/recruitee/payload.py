"""The fields we read from Recruitee's webhooks. An offer is a job, and a candidate may have several."""

from typing import Annotated

from pydantic import BeforeValidator

from streams.ingest.lenient_fields import (
    Flag,
    Instant,
    Key,
    LenientList,
    LenientPart,
    LenientText,
    OptionalKey,
    StrictPart,
    StrictText,
    Term,
    VendorPayload,
)
from streams.ingest.lenient_fields import name_to_object as _named


class RecruiteeCandidate(VendorPayload):
    """The candidate, without personal data."""

    id: Key
    source: LenientText = None


class RecruiteeDepartment(VendorPayload):
    """部署."""

    name: LenientText = None


class RecruiteeOffer(VendorPayload):
    """求人, or a talent pool."""

    id: Key
    title: LenientText = None
    kind: StrictText = None
    department: LenientPart[RecruiteeDepartment] = None


class RecruiteeStage(VendorPayload):
    """A stage; `category` is not always present."""

    id: Key
    name: LenientText = None
    category: LenientText = None


class RecruiteeReason(VendorPayload):
    """The disqualification reason."""

    id: OptionalKey = None
    name: LenientText = None


MaybeReason = Annotated[LenientPart[RecruiteeReason], BeforeValidator(_named)]


class RecruiteeDetails(VendorPayload):
    """The change. The reason's field is not documented, so all likely ones are read."""

    from_stage: LenientPart[RecruiteeStage] = None
    to_stage: LenientPart[RecruiteeStage] = None
    disqualify_reason: MaybeReason = None
    disqualification_reason: MaybeReason = None
    reason: MaybeReason = None


class RecruiteePayload(VendorPayload):
    """The candidate and the job or jobs."""

    candidate: StrictPart[RecruiteeCandidate] = None
    offer: StrictPart[RecruiteeOffer] = None
    offers: LenientList[RecruiteeOffer] = ()
    details: LenientPart[RecruiteeDetails] = None


class RecruiteeWebhook(VendorPayload):
    """The whole delivery; `test` marks an example requested by the administrator."""

    id: OptionalKey = None
    created_at: Instant = None
    event_type: Term = None
    event_subtype: StrictText = None
    test: Flag = None
    payload: Annotated[
        RecruiteePayload, BeforeValidator(lambda value: {} if value in (None, []) else value)
    ] = RecruiteePayload()
