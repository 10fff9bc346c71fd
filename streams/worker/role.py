"""Run one worker process until it is told to stop."""

import gc

import faust
import yaml

from schemas.rules import Rulebook
from schemas.tenancy import Tenancy
from streams.settings import Settings
from streams.worker.app import create_app


def serve(settings: Settings) -> None:
    """Work until SIGTERM (exit 0) or a failure (exit 1, to be restarted and replayed)."""
    gc.set_threshold(50_000, 20, 100_000)  # long-lived rows are not garbage; looking at them all is the cost
    tenancy = Tenancy.model_validate_json(_as_json(settings.config.read_text()))
    app = create_app(settings, Rulebook(tenancy))
    faust.Worker(app, loglevel="WARNING", redirect_stdouts=False).execute_from_commandline()


def _as_json(text: str) -> str:
    import json

    return json.dumps(yaml.safe_load(text), default=str)
