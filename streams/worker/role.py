"""Run one worker process until it is told to stop."""

import gc

import faust

from schemas.rules import Rulebook
from streams.config import load_tenancy
from streams.settings import Settings
from streams.worker.app import create_app


def serve(settings: Settings) -> None:
    """Work until SIGTERM (exit 0) or a failure (exit 1, to be restarted and replayed)."""
    gc.set_threshold(
        50_000, 20, 100_000
    )  # long-lived rows are not garbage; looking at them all is the cost
    app = create_app(settings, Rulebook(load_tenancy(settings.config)))
    faust.Worker(app, loglevel="WARNING", redirect_stdouts=False).execute_from_commandline()
