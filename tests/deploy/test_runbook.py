"""The runbook has one section per alert, with commands that exist."""

import re
import shlex

import pytest
from typer.core import TyperGroup as Group
from typer.main import get_command
from typer.testing import CliRunner

from schemas.alerting.kinds import KINDS
from streams.alerting.alert_payload import ALERT_TTL, Links, to_alert
from streams.cli.main import app
from streams.relay.notices import EXPIRING, FARMING, GRANTED, TEXTS
from tests.alerting.test_alert_payload import NOW, open_breach
from tests.deploy.health import RUNBOOK, alerts

TEXT = RUNBOOK.read_text()
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))
PARTS = ("Meaning", "Impact", "First checks", "Fix", "Escalation")


def commands(text: str) -> list[str]:
    """Every hirelay command, in blocks and in sentences."""
    return re.findall(r"(?:^\s*|`)(hirelay [^`\n#]+)", text, re.MULTILINE)


def test_every_alert_has_a_section_and_every_section_an_alert() -> None:
    """Sections match the alerts of Prometheus and of the dispatcher."""
    assert [*SECTIONS] == [*dict.fromkeys(SECTIONS)]
    assert {*SECTIONS} == {*alerts(), *(kind.alert_name for kind in KINDS.values()), *TEXTS}


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_says_all_that_is_needed(name: str) -> None:
    """A section starts with a Japanese line, then meaning, impact, first checks, fix and escalation."""
    section = SECTIONS[name]

    assert re.search(r"[ぁ-んァ-ヶ一-龠]", section.strip().splitlines()[0])
    assert tuple(re.findall(r"^\* \*\*([\w ]+)\*\*:", section, re.MULTILINE)) == PARTS
    assert re.search(r"```sh\n.+?\n  ```", section, re.DOTALL)


def test_the_japanese_runbook_has_the_same_sections_and_commands() -> None:
    """Who reads Japanese runs the same commands in the same order, section by section."""
    japanese = (RUNBOOK.parent / "runbook.ja.md").read_text()
    parts = [re.split(r"^## ", text, flags=re.MULTILINE)[1:] for text in (TEXT, japanese)]
    code = re.compile(r"^ *```sh\n(.*?)```", re.MULTILINE | re.DOTALL)

    sections, own = ([(part.split("\n")[0], code.findall(part)) for part in of] for of in parts)
    assert sections == own
    for part in parts[1][:-1]:
        labels = tuple(re.findall(r"^\* \*\*(.+?)\*\*:", part, re.MULTILINE))
        assert labels == ("意味", "影響", "最初の確認", "対処", "連絡先"), part[:40]


def test_how_long_kpi_alerts_outlive_the_dispatcher_is_said_as_it_is() -> None:
    """The stated time matches the alerts' lifetime, after which an all-clear is false."""
    minutes = ALERT_TTL.total_seconds() / 60
    description = alerts()["HirelayDispatcherDown"]["annotations"]["description"]

    for text in (description, SECTIONS["HirelayDispatcherDown"]):
        assert f"{minutes:g} 分後" in text and f"after {minutes:g} minutes" in text


@pytest.mark.parametrize(
    "name", [name for name, rule in alerts().items() if rule["expr"].startswith("up{")]
)
def test_a_role_that_does_not_answer_is_ended_before_it_is_started(name: str) -> None:
    """The fix restarts the role, because `up` leaves a hanging one running."""
    fix = SECTIONS[name].split("* **Fix**")[1]

    assert "deploy/.env restart " in fix and "deploy/.env up" not in fix


def test_links_of_alerts_lead_to_sections() -> None:
    """An anchor is the heading in lower case."""
    anchors = {f"#{name.lower()}" for name in SECTIONS}
    links = [rule["annotations"]["runbook_url"] for rule in alerts().values()]
    for kind in KINDS:
        breach = open_breach().model_copy(update={"kind": kind, "limit_days": 7})
        payload = to_alert(breach, Links(runbook="deploy/runbook.md"), NOW)
        links.append(payload["annotations"]["runbook_url"])
    links += [f"#{name.lower()}" for name in (GRANTED, EXPIRING, FARMING)]

    assert {link[link.index("#") :] for link in links} == anchors


def test_every_command_exists() -> None:
    """Every command in the runbook exists with each of its options."""
    all_commands = commands(TEXT)
    for command in all_commands:
        words = shlex.split(command)
        result = CliRunner().invoke(app, [*words[1:], "--help"])
        plain = re.sub(r"\x1b\[[0-9;]*m", "", result.output)
        assert result.exit_code == 0, command
        assert [word for word in words if word.startswith("--") and word not in plain] == [], (
            command
        )

    assert len(all_commands) > 20


def test_every_command_has_all_that_it_asks_for() -> None:
    """Every command in the runbook has its required options."""
    for command in commands(TEXT):
        subcommand, words = get_command(app), shlex.split(command)[1:]
        while isinstance(subcommand, Group):
            subcommand, words = subcommand.commands[words[0]], words[1:]
        subcommand.make_context(command, words)


def test_every_file_and_service_that_is_named_exists() -> None:
    """Every file and service named in the runbook exists."""
    import yaml

    root = RUNBOOK.parent.parent
    services = {*yaml.safe_load((root / "docker-compose.yml").read_text())["services"]}
    named = re.findall(
        r"docker compose --env-file deploy/\.env (?:up --detach|restart|logs --since 15m) ([\w ]+)",
        TEXT,
    )

    assert {word for arguments in named for word in arguments.split()} <= services
    assert [
        path for path in re.findall(r"`(deploy/[\w./]+)`", TEXT) if not (root / path).exists()
    ] == []
