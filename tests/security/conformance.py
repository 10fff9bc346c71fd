"""Sends what an OpenAPI document allows, and what it does not, and compares the answers with the document."""

import os
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import schemathesis
from hypothesis.errors import HypothesisWarning
from schemathesis.engine import from_schema
from schemathesis.engine.events import EngineFinished, NonFatalError, ScenarioFinished
from schemathesis.engine.recorder import ScenarioRecorder

# Requests per operation that are drawn at random, others each time; `make test` makes those that the document defines.
EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
# Rules between fields (a day after another, a member that its scope needs) are in no JSON schema: the answer lists them.
EXPECTED = ["2xx", "3xx", "400", "401", "403", "404", "422", "503"]


def config(headers: Mapping[str, str], **more: Any) -> schemathesis.Config:
    """Return the configuration; `more` adds to it."""
    return schemathesis.Config.from_dict(
        {
            "headers": dict(headers),
            "generation": {"max-examples": max(EXAMPLES, 1), "database": "none"},
            "phases": {"fuzzing": {"enabled": EXAMPLES > 0}, "stateful": {"enabled": False}},
            "checks": {"positive_data_acceptance": {"expected-statuses": EXPECTED}},
            **more,
        }
    )


def differences(document: schemathesis.BaseSchema) -> tuple[int, list[str]]:
    """Return the number of requests made, and what was answered otherwise than documented."""
    requests, messages = 0, []
    warnings.simplefilter("ignore", HypothesisWarning)  # about the length of what it prints
    for event in from_schema(document).execute():
        if isinstance(event, ScenarioFinished):
            requests += len(event.recorder.interactions)
            messages += _failures(event.recorder)
        elif isinstance(event, NonFatalError):
            messages.append(str(event.value))
        elif isinstance(event, EngineFinished):
            messages += [str(failure) for failure in event.failures]
    return requests, list(dict.fromkeys(messages))


def _failures(recorder: ScenarioRecorder) -> Iterator[str]:
    """Yield each failed check with the request that shows it."""
    for checks in recorder.checks.values():
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                yield f"{recorder.label}: {failure.title}\n{failure.message}\n{check.failure_info.code_sample}"
