"""Whoever is called finds what to do: a section an alert, with commands that exist."""

import re
import shlex

import pytest
from typer.core import TyperGroup as Group
from typer.main import get_command
from typer.testing import CliRunner

from streams.alerting.alert_payload import LASTS, OFF_TARGET, OVERDUE, Links, alert
from streams.cli.main import app
from tests.alerting.test_alert_payload import NOW, opened
from tests.deploy.health import RUNBOOK, alerts

TEXT = RUNBOOK.read_text()
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))
PARTS = ("Meaning", "Impact", "First checks", "Fix", "Escalation")


def commands(text: str) -> list[str]:
    """Every command of ours, in blocks and in sentences."""
    return re.findall(r"(?:^\s*|`)(hirelay [^`\n#]+)", text, re.MULTILINE)


def test_every_alert_has_a_section_and_every_section_an_alert() -> None:
    """Those of Prometheus and those of the dispatcher."""
    assert [*SECTIONS] == [*dict.fromkeys(SECTIONS)]
    assert {*SECTIONS} == {*alerts(), OFF_TARGET, OVERDUE}


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_says_all_that_is_needed(name: str) -> None:
    """A line in Japanese first, then what it means, whom it hurts, what to look at, what to do, whom to tell."""
    section = SECTIONS[name]

    assert re.search(r"[ぁ-んァ-ヶ一-龠]", section.strip().splitlines()[0])
    assert tuple(re.findall(r"^\* \*\*([\w ]+)\*\*:", section, re.MULTILINE)) == PARTS
    assert re.search(r"```sh\n.+?\n  ```", section, re.DOTALL)


def test_how_long_kpi_alerts_outlive_the_dispatcher_is_said_as_it_is() -> None:
    """Until then nobody has to be told that an all-clear was none."""
    minutes = LASTS.total_seconds() / 60
    told = alerts()["HirelayDispatcherDown"]["annotations"]["description"]

    for text in (told, SECTIONS["HirelayDispatcherDown"]):
        assert f"{minutes:g} 分後" in text and f"after {minutes:g} minutes" in text


@pytest.mark.parametrize(
    "name", [name for name, rule in alerts().items() if rule["expr"].startswith("up{")]
)
def test_a_role_that_does_not_answer_is_ended_before_it_is_started(name: str) -> None:
    """One that hangs still runs, and `up` leaves what runs alone."""
    fix = SECTIONS[name].split("* **Fix**")[1]

    assert "deploy/.env restart " in fix and "deploy/.env up" not in fix


def test_links_of_alerts_lead_to_sections() -> None:
    """An anchor is the heading in lower case."""
    anchors = {f"#{name.lower()}" for name in SECTIONS}
    links = [rule["annotations"]["runbook_url"] for rule in alerts().values()]
    for breach in (opened(), opened().model_copy(update={"limit_days": 7})):
        told = alert(breach, Links(runbook="deploy/runbook.md"), NOW)
        links.append(told["annotations"]["runbook_url"])

    assert {link[link.index("#") :] for link in links} == anchors


def test_every_command_exists() -> None:
    """With each option that is shown."""
    found = commands(TEXT)
    for command in found:
        words = shlex.split(command)
        result = CliRunner().invoke(app, [*words[1:], "--help"])
        plain = re.sub(r"\x1b\[[0-9;]*m", "", result.output)
        assert result.exit_code == 0, command
        assert [each for each in words if each.startswith("--") and each not in plain] == [], (
            command
        )

    assert len(found) > 20


def test_every_command_has_all_that_it_asks_for() -> None:
    """Nobody has to find out at night which option is missing."""
    for command in commands(TEXT):
        held, words = get_command(app), shlex.split(command)[1:]
        while isinstance(held, Group):
            held, words = held.commands[words[0]], words[1:]
        held.make_context(command, words)


def test_every_file_and_service_that_is_named_exists() -> None:
    """So that nobody looks for what is not there."""
    import yaml

    root = RUNBOOK.parent.parent
    services = {*yaml.safe_load((root / "docker-compose.yml").read_text())["services"]}
    named = re.findall(
        r"docker compose --env-file deploy/\.env (?:up --detach|restart|logs --since 15m) ([\w ]+)",
        TEXT,
    )

    assert {word for each in named for word in each.split()} <= services
    assert [
        each for each in re.findall(r"`(deploy/[\w./]+)`", TEXT) if not (root / each).exists()
    ] == []
