"""The fields of Recruitee's webhooks that we read. An offer is a job, and a candidate may have several."""

from typing import Annotated

from pydantic import BeforeValidator

from streams.ingest.lenient_fields import (
    Each,
    Flag,
    Key,
    MaybeKey,
    Moment,
    Part,
    Read,
    Term,
    Whole,
    Word,
    Words,
)
from streams.ingest.lenient_fields import named as _named


class RecruiteeCandidate(Read):
    """The person, without anything personal."""

    id: Key
    source: Words = None


class RecruiteeDepartment(Read):
    """部署."""

    name: Words = None


class RecruiteeOffer(Read):
    """求人, or a talent pool."""

    id: Key
    title: Words = None
    kind: Word = None
    department: Part[RecruiteeDepartment] = None


class RecruiteeStage(Read):
    """A stage; `category` is not always there."""

    id: Key
    name: Words = None
    category: Words = None


class RecruiteeReason(Read):
    """Why somebody was disqualified."""

    id: MaybeKey = None
    name: Words = None


MaybeReason = Annotated[Part[RecruiteeReason], BeforeValidator(_named)]


class RecruiteeDetails(Read):
    """What changed; where the reason stands is not documented, so it is looked for where it may be."""

    from_stage: Part[RecruiteeStage] = None
    to_stage: Part[RecruiteeStage] = None
    disqualify_reason: MaybeReason = None
    disqualification_reason: MaybeReason = None
    reason: MaybeReason = None


class RecruiteePayload(Read):
    """Whom it happened to, for which job or jobs."""

    candidate: Whole[RecruiteeCandidate] = None
    offer: Whole[RecruiteeOffer] = None
    offers: Each[RecruiteeOffer] = ()
    details: Part[RecruiteeDetails] = None


class RecruiteeWebhook(Read):
    """The whole delivery; `test` marks an example that the administrator asked for."""

    id: MaybeKey = None
    created_at: Moment = None
    event_type: Term = None
    event_subtype: Word = None
    test: Flag = None
    payload: Annotated[
        RecruiteePayload, BeforeValidator(lambda value: {} if value in (None, []) else value)
    ] = RecruiteePayload()
