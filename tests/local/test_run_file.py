"""run.json names every process of the stack, however many workers it has."""

from datetime import UTC, datetime
from pathlib import Path

from streams.configuration.files import load_tenancy
from streams.configuration.settings import Settings
from streams.local import run_file
from streams.local.sample_companies import write_sample, write_targets


def test_further_workers_are_numbered() -> None:
    """The first keeps the plain name, which tools and people know."""
    names = run_file.process_names(3)

    assert [name for name, role in names.items() if role == "worker"] == [
        "worker",
        "worker-2",
        "worker-3",
    ]
    assert [*run_file.process_names(1)] == [*run_file.ROLES]


def test_every_worker_has_its_address_and_pid(tmp_path: Path) -> None:
    """Whoever wants to look at one worker or end it finds it in run.json."""
    names = run_file.process_names(2)
    ports = {name: number for number, name in enumerate(("kafka", *names), start=9000)}
    settings = Settings(
        config=write_sample(tmp_path), targets=write_targets(tmp_path, datetime.now(UTC))
    )
    built = run_file.build(settings, load_tenancy(settings.config), ports, {"worker-2": 7})

    assert built["roles"]["worker"] == {
        "pid": None,
        "url": f"http://127.0.0.1:{ports['worker']}",
    }
    assert built["roles"]["worker-2"] == {
        "pid": 7,
        "url": f"http://127.0.0.1:{ports['worker-2']}",
    }
