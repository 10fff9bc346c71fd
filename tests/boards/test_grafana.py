"""Boards for Grafana are well made: committed as generated, addressed for ever, without overlap, in both languages."""

import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard
from typer.testing import CliRunner

from streams.boards.grafana.dashboard import COLUMNS, LANGUAGES, dashboard, every, grid
from streams.boards.grafana.panels import DEFINITIONS
from streams.boards.spec import NAMES, Board, Panel
from streams.boards.specs.catalogue import BOARDS, BY_ID
from streams.cli.main import app
from streams.tools.boards import files, generate, outdated
from tests.boards.expanding import queries

ROOT = Path(__file__).parent.parent.parent
COMMITTED = ROOT / "deploy/grafana/boards"
MADE = [
    pytest.param(name, language, made, id=f"{language}/{name}")
    for language in LANGUAGES
    for name, made in every(language).items()
]
PANELS = [
    pytest.param(board, panel, language, id=f"{language}/{board.id}/{panel.id}")
    for board in BOARDS
    for panel in board.panels
    for language in LANGUAGES
]
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
VARIABLES = {"tenant", "zone", "minor", "dimension", "member"}


def drawn(board: Board, panel: Panel, language: str) -> dict[str, Any]:
    """The panel as it stands on its board; after the head they are in the order of the board."""
    return dashboard(board, language)["panels"][2 + board.panels.index(panel)]


def test_committed_boards_are_the_generated_ones() -> None:
    """Who changes a specification generates the files again: `hirelay boards generate`."""
    assert [str(path) for path in outdated(COMMITTED)] == []
    assert CliRunner().invoke(app, ["boards", "generate", "--check"]).exit_code == 0


def test_generating_mends_a_folder_once(tmp_path: Path) -> None:
    """What is changed, missing or of no board is put right; the second time nothing is left to do."""
    assert len(generate(tmp_path)) == len(files(tmp_path)) == 2 * (len(BOARDS) + 1)
    (tmp_path / "ja/summary.json").write_text("{}")
    (tmp_path / "en/funnel.json").unlink()
    (tmp_path / "en/gone.json").write_text("{}")
    check = CliRunner().invoke(app, ["boards", "generate", "--to", str(tmp_path), "--check"])

    assert check.exit_code == 1 and check.output.count(".json") == 3
    assert len(generate(tmp_path)) == 3
    assert generate(tmp_path) == []


def test_addresses_are_unique_and_stay() -> None:
    """A bookmark made today leads to the same board next year."""
    uids = [made["uid"] for language in LANGUAGES for made in every(language).values()]

    assert len(set(uids)) == len(uids) and all(len(uid) <= 40 for uid in uids)
    assert {f"hirelay-{board.id}-{language}" for board in BOARDS for language in LANGUAGES} < set(uids)  # fmt: skip


@pytest.mark.parametrize(("name", "language", "made"), MADE)
def test_panels_have_ids_and_places_of_their_own(name: str, language: str, made: Any) -> None:
    """No two panels overlap, none leaves the grid, and the order of panels does not change their ids."""
    places = [panel["gridPos"] for panel in made["panels"]]
    ids = [panel["id"] for panel in made["panels"]]

    assert len(set(ids)) == len(ids)
    assert all(each["x"] >= 0 and each["x"] + each["w"] <= COLUMNS for each in places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below


def test_a_row_is_as_high_as_its_highest() -> None:
    """Panels beside each other end on one line, and the next row begins there."""
    assert [tuple(each.values()) for each in grid([(12, 5), (12, 9), (24, 4), (14, 3)])] == [
        (0, 3, 12, 9),
        (12, 3, 12, 9),
        (0, 12, 24, 4),
        (0, 16, 14, 3),
    ]


@pytest.mark.parametrize(("board", "panel", "language"), PANELS)
def test_a_panel_says_its_question_and_what_it_means(
    board: Board, panel: Panel, language: str
) -> None:
    """The question as title; basis, definition and smallest sample below it; a link to what it means."""
    made = drawn(board, panel, language)

    assert made["title"] == (panel.ja if language == "ja" else panel.en)
    assert bool(JAPANESE.search(made["title"])) == (language == "ja")
    assert panel.kpi in made["description"] and len(made["description"].split("\n\n")) >= 2
    assert panel.minimum_n <= 1 or f"n ≥ {panel.minimum_n}" in made["description"]
    assert made["links"][0]["url"].startswith(f"/d/hirelay-{DEFINITIONS}-{language}?var-kpi=")


def units(made: dict[str, Any], name: str) -> Iterator[str]:
    """Every unit that reaches a column: of all numbers, of its own, or of the company's money."""
    yield from (made["fieldConfig"]["defaults"].get("unit") or "",)
    for rule in made["fieldConfig"]["overrides"]:
        if rule["matcher"]["options"] == name:
            yield from (each["value"] for each in rule["properties"] if each["id"] == "unit")
    for step in made["transformations"]:
        if step["id"] == "rowsToFields":
            yield from ("of its row" for each in step["options"]["mappings"] if each["handlerKey"] == "unit")  # fmt: skip
        if step["id"] == "configFromData":
            matcher = step["options"]["applyTo"]
            if matcher["id"] == "byType" or re.search(matcher["options"], name):
                yield "of money"


@pytest.mark.parametrize(("board", "panel", "language"), PANELS)
def test_every_number_has_a_unit(board: Board, panel: Panel, language: str) -> None:
    """A rate is not read as a count, nor days as yen."""
    made = drawn(board, panel, language)

    for column in panel.numbers:
        found = [each for each in units(made, column.name) if each]
        assert found, column.name
        assert panel.kind == "tiles" or ("of money" in found) == (column.unit == "money")


@pytest.mark.parametrize(("board", "panel", "language"), PANELS)
def test_too_few_cases_are_said(board: Board, panel: Panel, language: str) -> None:
    """A number that is withheld says why; nothing is drawn as zero."""
    text = json.dumps(drawn(board, panel, language), ensure_ascii=False)
    thin = any(column.n for column in panel.numbers) and panel.kind not in ("stack",)

    assert not thin or ("データ不足" if language == "ja" else "too few cases") in text


@pytest.mark.parametrize(("board", "panel", "language"), PANELS)
def test_members_lead_to_their_board(board: Board, panel: Panel, language: str) -> None:
    """A channel, a job or a recruiter opens a board of it alone, of the same company and time."""
    made = json.dumps(drawn(board, panel, language)["fieldConfig"])

    for column in panel.columns:
        if column.leads:
            assert f"/d/hirelay-{column.leads}-{language}?${{tenant:queryparam}}" in made
            assert f"var-dimension={column.dimension}" in made and "${__url_time_range}" in made
    if any(column.name == "member" and column.hidden for column in panel.columns):
        assert "var-member=${__data.fields.member:percentencode}" in made
        assert '"custom.hideFrom"' in made


@pytest.mark.parametrize(("name", "language", "made"), MADE)
def test_boards_lead_to_each_other(name: str, language: str, made: Any) -> None:
    """Every other board is one click away and keeps company, time and, where it can tell of it, the member."""
    kept = {each["url"]: each["includeVars"] for each in made["links"] if each["keepTime"]}
    ours = BY_ID[name].dimensions if name in BY_ID else ()
    other = "en" if language == "ja" else "ja"
    expected = {f"/d/hirelay-{name}-{other}": True}
    for each in BY_ID.values():
        if each.id != name:
            told = {*ours} <= {*each.dimensions}
            company = "" if told else "?${tenant:queryparam}"
            expected[f"/d/hirelay-{each.id}-{language}{company}"] = told

    assert kept == expected
    assert not all(kept.values()) or name != "people"


@pytest.mark.parametrize(("name", "language", "made"), MADE)
def test_queries_read_views_of_whoever_is_chosen(name: str, language: str, made: Any) -> None:
    """No table, no company, no parameter or macro left that Grafana does not know."""
    for title, sql in queries(made):
        sources = re.findall(r"\b(?:from|(?<!array )join)\s+([a-z_]+)", sql)
        assert sources and all(each.startswith("v_") for each in sources), title
        assert not re.search(r"(?<!\$)\{\w+:", sql) and "acme" not in sql
        assert set(re.findall(r"\$\{(\w+)", sql)) <= (VARIABLES | {"kpi"})
        assert set(re.findall(r"\$__(\w+)", sql)) <= {"fromTime", "toTime"}
        scoped = title not in ("tenant", "数え直し", "Counted anew") and name != DEFINITIONS
        assert not scoped or "${tenant:percentencode}" in sql, title


@pytest.mark.parametrize(("name", "language", "made"), MADE)
def test_a_board_carries_no_alert_and_no_secret(name: str, language: str, made: Any) -> None:
    """Breaches are told elsewhere; passwords are nowhere."""
    text = json.dumps(made, ensure_ascii=False).lower()

    assert not re.search(r"\"alert\"|password|secret\"|token", text)
    assert made["editable"] is False and "id" not in made


def lost(mine: Any, theirs: Any, place: str = "") -> Iterator[str]:
    """What Grafana's own models do not know of a value, or read as another."""
    if isinstance(mine, dict):
        for key, value in mine.items():
            if not isinstance(theirs, dict) or key not in theirs:
                yield f"{place}/{key}"
            else:
                yield from lost(value, theirs[key], f"{place}/{key}")
    elif isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        for at, pair in enumerate(zip(mine, theirs, strict=True)):
            yield from lost(*pair, f"{place}[{at}]")
    elif mine != theirs:
        yield f"{place}: {mine!r}"


def reread(made: Any) -> Any:
    """The dashboard as Grafana's models write it after reading it."""
    register_default_plugins()
    return json.loads(json.dumps(Dashboard.from_json(made), cls=JSONEncoder))


@pytest.mark.parametrize(("name", "language", "made"), MADE)
def test_grafana_knows_every_word_of_a_board(name: str, language: str, made: Any) -> None:
    """The models of Grafana's own kit read it all and lose nothing."""
    assert list(lost(made, reread(made))) == []


def test_a_misspelt_word_is_noticed() -> None:
    """The reading above has eyes."""
    made = json.loads(json.dumps(dashboard(BOARDS[0], "en")))
    bar = next(panel for panel in made["panels"] if panel["type"] == "barchart")
    bar["options"]["showValu"] = bar["options"].pop("showValue")
    made["weekstart"] = made.pop("weekStart")

    assert {each.rsplit("/", 1)[1] for each in lost(made, reread(made))} == {"showValu", "weekstart"}  # fmt: skip


def test_names_are_said_and_ids_are_not() -> None:
    """Stages and kinds of cost are called by their names in every chart and table."""
    for board in BOARDS:
        for panel in board.panels:
            text = json.dumps(drawn(board, panel, "ja"), ensure_ascii=False)
            if any(column.unit == "milestone" for column in panel.columns):
                assert "書類選考" in text
            if any(column.unit in NAMES and column.unit == "spending" for column in panel.columns):
                assert "紹介手数料" in text


def test_the_command_lists_every_question() -> None:
    """Who looks for a panel finds its id."""
    said = CliRunner().invoke(app, ["boards", "list", "--lang", "en"], env={"COLUMNS": "200"}).output  # fmt: skip

    assert all(panel.id in said for board in BOARDS for panel in board.panels)
