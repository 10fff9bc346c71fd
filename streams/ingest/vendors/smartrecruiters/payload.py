"""The ids that SmartRecruiters' notifications carry: nothing else is in them."""

from pydantic import AliasChoices, AliasGenerator, ConfigDict
from pydantic.alias_generators import to_camel

from streams.ingest.lenient_fields import MaybeKey, Read

SPELLINGS = AliasGenerator(validation_alias=lambda name: AliasChoices(name, to_camel(name)))


class SmartRecruitersWebhook(Read):
    """Whichever of these ids the event has; `id` is a job or a candidate, by the event's name. `candidateId` is `candidate_id`."""

    model_config = ConfigDict(alias_generator=SPELLINGS, extra="ignore", frozen=True)

    id: MaybeKey = None
    job_id: MaybeKey = None
    candidate_id: MaybeKey = None
    application_id: MaybeKey = None
    offer_id: MaybeKey = None
    interview_id: MaybeKey = None
    position_id: MaybeKey = None
