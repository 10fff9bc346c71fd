"""What the documentation tells people to type exists and is accepted."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.cli.main import app

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.ja.md")


def commands(name: str) -> list[str]:
    """Every line of every shell block, comments removed."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text(), re.DOTALL)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


def inline(name: str) -> list[str]:
    """Every command written in backticks."""
    found = re.findall(r"`((?:hirelay|make) [^`]+)`", (ROOT / name).read_text())
    return [each for each in found if "…" not in each]


@pytest.mark.parametrize("readme", READMES)
def test_every_hirelay_command_is_understood(readme: str) -> None:
    """Each command of the README parses, with every option it shows."""
    for command in [*commands(readme), *inline(readme)]:
        words = shlex.split(command)
        if words[0] != "hirelay":
            continue
        result = CliRunner().invoke(app, [*words[1:], "--help"])
        assert result.exit_code == 0, command
        for option in [word for word in words if word.startswith("--")]:
            assert option in re.sub(r"\x1b\[[0-9;]*m", "", result.output), (command, option)


@pytest.mark.parametrize("readme", READMES)
def test_every_make_target_exists(readme: str) -> None:
    """Each make command of the README has a rule."""
    for command in [*commands(readme), *inline(readme)]:
        words = shlex.split(command)
        if words[0] == "make":
            done = subprocess.run(
                ["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, check=False
            )
            assert done.returncode == 0, command


def test_both_languages_show_the_same_commands() -> None:
    """A reader of Japanese can do everything a reader of English can."""
    assert commands("README.md") == commands("README.ja.md")


@pytest.mark.parametrize("page", [*READMES, "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_link_leads_somewhere(page: str) -> None:
    """No page points at a file that is not there."""
    links = re.findall(r"\]\((?!http)([^)#]+)", (ROOT / page).read_text())

    assert [link for link in links if not (ROOT / link).exists()] == []
