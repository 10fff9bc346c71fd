"""Breach records are read, or refused with the reason."""

import pytest

from schemas.errors import Malformed
from streams.alerting.breach_log import decode_breach
from tests.schemas.alerting.test_reconcile import FIRST, bad, breaches_after


def test_a_record_of_an_unknown_kind_is_refused() -> None:
    """A breach of a kind that this version does not have is skipped by its readers, because it cannot be described."""
    (breach,) = breaches_after(bad(0), FIRST)
    newer = breach.model_copy(update={"kind": "servce_level"})

    assert decode_breach(breach.model_dump_json().encode()) == breach
    with pytest.raises(Malformed, match="did you mean `service_level`"):
        decode_breach(newer.model_dump_json().encode())
