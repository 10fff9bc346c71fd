"""The fields we read from Huntflow's webhooks (version 2.0)."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from streams.ingest.lenient_fields import (
    Day,
    Key,
    LenientList,
    LenientPart,
    LenientText,
    LocalInstant,
    Number,
    OptionalKey,
    StrictPart,
    StrictText,
    Term,
    VendorPayload,
    empty_to_none,
    name_to_object,
)


def bare_id(value: object) -> object:
    """Accept a bare id, as a number or digits, in place of the usual object."""
    text = value.strip() if isinstance(value, str) else value
    number = isinstance(text, int | float) and not isinstance(text, bool) and text > 0
    digits = isinstance(text, str) and text.isdigit()
    return {"id": text} if number or digits else value


def id_or_name(value: object) -> object:
    """Accept a bare id or a bare name in place of the usual object."""
    return name_to_object(bare_id(value))


def _upper(value: object) -> object:
    value = empty_to_none(value)
    return value.upper() if isinstance(value, str) else value


# The change of the record; any other value is refused rather than taken as an addition.
Action = Annotated[Literal["ADD", "EDIT", "DELETE"] | None, BeforeValidator(_upper)]


class HuntflowNamed(VendorPayload):
    """An object with an id and a name."""

    id: OptionalKey = None
    name: LenientText = None


class HuntflowExternal(VendorPayload):
    """One source of the applicant."""

    account_source: LenientPart[HuntflowNamed] = None


class HuntflowApplicant(VendorPayload):
    """The applicant, without personal data; the documentation's own example has no id."""

    id: OptionalKey = None
    externals: LenientList[HuntflowExternal] = ()


class HuntflowVacancy(VendorPayload):
    """求人."""

    id: Key
    position: LenientText = None
    state: StrictText = None
    account_division: Annotated[LenientPart[HuntflowNamed], BeforeValidator(name_to_object)] = None
    account_region: Annotated[LenientPart[HuntflowNamed], BeforeValidator(name_to_object)] = None
    applicants_to_hire: Number = None
    deadline: Day = None


class HuntflowAttendee(VendorPayload):
    """An interview attendee; `member` is the id of an employee, `response_status` the answer to the invitation."""

    member: OptionalKey = None
    response_status: Annotated[LenientText, Field(alias="responseStatus")] = None


class HuntflowCalendarEvent(VendorPayload):
    """A meeting; without an id of its own it has the id from the external calendar."""

    id: Key
    event_type: StrictText = None
    status: StrictText = None
    start: LocalInstant = None
    end: LocalInstant = None
    timezone: LenientText = None
    attendees: LenientList[HuntflowAttendee] = ()

    @model_validator(mode="before")
    @classmethod
    def fall_back_to_foreign_id(cls, value: object) -> object:
        """Use `foreign` if `id` is missing."""
        if isinstance(value, dict) and empty_to_none(value.get("id")) is None:
            return {**value, "id": value.get("foreign")}
        return value


class HuntflowRespondent(VendorPayload):
    """The author of a scorecard: an employee or an external person."""

    account_id: OptionalKey = None
    custom_id: OptionalKey = None


class HuntflowScorecard(VendorPayload):
    """評価表. Its answers are in custom fields and are not read."""

    id: Key
    respondent: LenientPart[HuntflowRespondent] = None
    created: LocalInstant = None


class HuntflowLog(VendorPayload):
    """One record of the applicant's log. `id` and `created` stay the same when it is edited or deleted."""

    id: Key
    type: Term = None
    created: LocalInstant = None
    status: Annotated[StrictPart[HuntflowNamed], BeforeValidator(id_or_name)] = None
    rejection_reason: Annotated[StrictPart[HuntflowNamed], BeforeValidator(id_or_name)] = None
    employment_date: Day = None
    hired_in_fill_quota: Annotated[StrictPart[dict[str, object]], BeforeValidator(bare_id)] = None
    vacancy: Annotated[StrictPart[HuntflowVacancy], BeforeValidator(bare_id)] = None
    calendar_event: LenientPart[HuntflowCalendarEvent] = None
    source: OptionalKey = None
    survey_answer_of_type_a: LenientPart[HuntflowScorecard] = None


class HuntflowVacancyLog(VendorPayload):
    """One record of a vacancy's log; older documentation calls `state` `type`."""

    id: Key
    state: StrictText = None
    type: StrictText = None
    created: LocalInstant = None


class HuntflowEvaluation(VendorPayload):
    """The hiring manager's rating of the recruiting."""

    id: Key
    stars: Number = None
    survey_answer: LenientPart[HuntflowScorecard] = None


class HuntflowEvent(VendorPayload):
    """The data of the event; which fields are present depends on the event type."""

    applicant: StrictPart[HuntflowApplicant] = None
    applicant_log: StrictPart[HuntflowLog] = None
    vacancy: Annotated[StrictPart[HuntflowVacancy], BeforeValidator(bare_id)] = None
    vacancy_log: StrictPart[HuntflowVacancyLog] = None
    recruitment_evaluation: StrictPart[HuntflowEvaluation] = None


class HuntflowAuthor(VendorPayload):
    """The author of the change."""

    id: OptionalKey = None


class HuntflowMeta(VendorPayload):
    """The event type, and whether it adds, edits or deletes its record."""

    event_type: Term = None
    event_id: OptionalKey = None
    webhook_action: Action = None
    author: LenientPart[HuntflowAuthor] = None


class HuntflowWebhook(VendorPayload):
    """The whole delivery."""

    event: Annotated[
        HuntflowEvent, BeforeValidator(lambda value: {} if value in (None, []) else value)
    ]
    meta: HuntflowMeta
