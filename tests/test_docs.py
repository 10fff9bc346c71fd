"""The commands and links in the documentation work."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.cli.main import app
from streams.tools import reference

ROOT = Path(__file__).parent.parent
README_LINES = 150
GUIDES = ROOT / "deploy" / "guide"
PAIRS = (
    ("README.md", "README.ja.md"),
    *(
        (f"deploy/guide/en/{page.name}", f"deploy/guide/ja/{page.name}")
        for page in sorted((GUIDES / "en").glob("*.md"))
    ),
)
PAGES = tuple(page for pair in PAIRS for page in pair)


def commands(name: str) -> list[str]:
    """Every line of every shell block, without comments."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text(), re.DOTALL)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


def inline(name: str) -> list[str]:
    """Every command in backticks."""
    commands_in_backticks = re.findall(r"`((?:hirelay|make) [^`]+)`", (ROOT / name).read_text())
    return [command for command in commands_in_backticks if "…" not in command]


@pytest.mark.parametrize("page", PAGES)
def test_every_hirelay_command_parses(page: str) -> None:
    """Each command of a page parses with every option shown."""
    for command in [*commands(page), *inline(page)]:
        words = shlex.split(command)
        if words[0] != "hirelay":
            continue
        result = CliRunner().invoke(app, [*words[1:], "--help"])
        assert result.exit_code == 0, command
        for option in [word for word in words if word.startswith("--")]:
            assert option in re.sub(r"\x1b\[[0-9;]*m", "", result.output), (command, option)


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_exists(page: str) -> None:
    """Each make target of a page exists."""
    for command in [*commands(page), *inline(page)]:
        words = shlex.split(command)
        if words[0] == "make":
            done = subprocess.run(
                ["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, check=False
            )
            assert done.returncode == 0, command


@pytest.mark.parametrize(("english", "japanese"), PAIRS)
def test_both_languages_show_the_same_commands(english: str, japanese: str) -> None:
    """A Japanese page shows the same commands as the English one."""
    assert commands(english) == commands(japanese)


def test_both_languages_have_the_same_guides() -> None:
    """Every guide exists in English and in Japanese."""
    english, japanese = ({page.name for page in (GUIDES / lang).iterdir()} for lang in ("en", "ja"))

    assert english == japanese


@pytest.mark.parametrize("readme", PAIRS[0])
def test_the_readme_stays_short(readme: str) -> None:
    """A newcomer reads the whole README: 150 lines at most."""
    assert len((ROOT / readme).read_text().splitlines()) <= README_LINES


@pytest.mark.parametrize("name", reference.pages())
def test_reference_pages_are_current(name: str) -> None:
    """The generated reference pages equal what `make docs` writes."""
    assert reference.pages()[name] == (ROOT / "deploy" / "reference" / name).read_text()


@pytest.mark.parametrize(
    "page",
    [
        *PAGES,
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "deploy/runbook.md",
        "deploy/reference/glossary.md",
    ],
)
def test_every_link_leads_somewhere(page: str) -> None:
    """Every relative link points to an existing file."""
    links = re.findall(r"\]\((?!http)([^)#]+)", (ROOT / page).read_text())

    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []
