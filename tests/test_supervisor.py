"""The supervisor restarts what dies, and counts the deaths that follow a start at once."""

from pathlib import Path

from streams.supervisor import Role, Supervisor


def test_early_deaths_are_counted_and_a_stable_run_forgets_them(tmp_path: Path) -> None:
    """Whoever waits for a role can tell one that dies at every start from one that died once."""
    role = Role("worker", ("true",), tmp_path / "worker.log", early_deaths=2)
    supervisor = Supervisor(lambda: None)
    supervisor.add(role)
    assert role.process is not None
    role.process.wait(10)
    supervisor.restart_dead()
    early = role.early_deaths
    role.start()
    role.process.wait(10)
    role.started -= 60  # as if it had run for a minute
    supervisor.restart_dead()

    assert (early, role.early_deaths) == (3, 0)
