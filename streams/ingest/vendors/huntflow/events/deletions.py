"""Events from deleted Huntflow records; a deletion never repeats the events of the record."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from schemas.errors import Unmapped
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Translation
from streams.ingest.vendors.huntflow.events import log_record, vacancies
from streams.ingest.vendors.huntflow.payload import HuntflowWebhook


def _retract_record(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """Retract what the record reported about an application."""
    log = log_record.record(body)
    return Translation(events=(log_record.retraction(delivery, body, (log.id,)),))


def _retract_if_about_vacancy(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """Retract only if the record names a vacancy or has an interview or scorecard attached."""
    log = log_record.record(body)
    if log.vacancy or log.calendar_event or log.survey_answer_of_type_a:
        return _retract_record(delivery, body)
    return Translation(ignored=((delivery.name, "the deleted record was about no vacancy"),))


def _unsupported(delivery: Delivery, _body: HuntflowWebhook, *, reason: str) -> Translation:
    """Raise Unmapped: reverting it would change numbers, and there is no event for that."""
    raise Unmapped("unmapped_event", f"{delivery.name} with webhook_action DELETE: {reason}")


def _vacancy_log_deleted(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """Deleting an edit changes nothing; any other change of 求人 cannot be reverted."""
    if vacancies.job_event_name(body) == vacancies.EDITED:
        return Translation(ignored=(("VACANCY", "the deleted record decided nothing"),))
    reason = (
        "what it said of the vacancy stays; drop this entry once the vacancy is as it should be"
    )
    return _unsupported(delivery, body, reason=reason)


def _evaluation_deleted(_delivery: Delivery, _body: HuntflowWebhook) -> Translation:
    reason = "a verdict on the recruiting is in no KPI, so that nothing has to be taken back"
    return Translation(ignored=(("RECRUITMENT-EVALUATION", reason),))


_REMOVAL = (
    "the person is back, but was told to be deleted; drop this entry if the numbers are right"
)
_MERGE = (
    "two people are apart again, but were told to be one; drop this entry if the numbers are right"
)
DELETIONS: Mapping[str, Callable[[Delivery, HuntflowWebhook], Translation]] = MappingProxyType(
    {
        "APPLICANT/ADD": _retract_if_about_vacancy,
        "APPLICANT/VACANCY-ADD": _retract_record,
        "APPLICANT/STATUS": _retract_record,
        "APPLICANT/COMMENT": _retract_if_about_vacancy,
        "APPLICANT/REMOVED": partial(_unsupported, reason=_REMOVAL),
        "APPLICANT/VACANCY-REMOVE": _retract_record,
        "APPLICANT/DOUBLE": partial(_unsupported, reason=_MERGE),
        "VACANCY": _vacancy_log_deleted,
        "RECRUITMENT-EVALUATION": _evaluation_deleted,
    }
)
