"""The ids in SmartRecruiters' notifications, which contain nothing else."""

from pydantic import AliasChoices, AliasGenerator, ConfigDict
from pydantic.alias_generators import to_camel

from streams.ingest.lenient_fields import OptionalKey, VendorPayload

SPELLINGS = AliasGenerator(validation_alias=lambda name: AliasChoices(name, to_camel(name)))


class SmartRecruitersWebhook(VendorPayload):
    """The event's ids; `id` is a job or a candidate, depending on the event. Both camelCase and snake_case are read."""

    model_config = ConfigDict(alias_generator=SPELLINGS, extra="ignore", frozen=True)

    id: OptionalKey = None
    job_id: OptionalKey = None
    candidate_id: OptionalKey = None
    application_id: OptionalKey = None
    interview_id: OptionalKey = None
    position_id: OptionalKey = None
