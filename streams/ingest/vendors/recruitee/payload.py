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


class Candidate(Read):
    """The person, without anything personal."""

    id: Key
    source: Words = None


class Department(Read):
    """部署."""

    name: Words = None


class Offer(Read):
    """求人, or a talent pool."""

    id: Key
    title: Words = None
    kind: Word = None
    department: Part[Department] = None


class Stage(Read):
    """A stage; `category` is not always there."""

    id: Key
    name: Words = None
    category: Words = None


class Reason(Read):
    """Why somebody was disqualified."""

    id: MaybeKey = None
    name: Words = None


MaybeReason = Annotated[Part[Reason], BeforeValidator(_named)]


class Details(Read):
    """What changed; where the reason stands is not documented, so it is looked for where it may be."""

    from_stage: Part[Stage] = None
    to_stage: Part[Stage] = None
    disqualify_reason: MaybeReason = None
    disqualification_reason: MaybeReason = None
    reason: MaybeReason = None


class Payload(Read):
    """Whom it happened to, for which job or jobs."""

    candidate: Whole[Candidate] = None
    offer: Whole[Offer] = None
    offers: Each[Offer] = ()
    details: Part[Details] = None


class Body(Read):
    """The whole delivery; `test` marks an example that the administrator asked for."""

    id: MaybeKey = None
    created_at: Moment = None
    event_type: Term = None
    event_subtype: Word = None
    test: Flag = None
    payload: Annotated[
        Payload, BeforeValidator(lambda value: {} if value in (None, []) else value)
    ] = Payload()
