"""Grafana dashboards: committed as generated, stable uids, no overlap, both languages."""

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

from schemas.text.languages import LANGUAGES
from streams.boards.grafana.dashboard import COLUMNS, dashboard, dashboards, layout
from streams.boards.grafana.panels import DEFINITIONS
from streams.boards.spec import NAMES, Board, Panel
from streams.boards.specs.catalogue import BOARDS, BY_ID
from streams.cli.main import app
from streams.tools.boards import expected_files, generate, outdated
from tests.boards.expanding import dashboard_queries

ROOT = Path(__file__).parent.parent.parent
COMMITTED = ROOT / "deploy/grafana/boards"
DASHBOARDS = [
    pytest.param(name, language, board_json, id=f"{language}/{name}")
    for language in LANGUAGES
    for name, board_json in dashboards(language).items()
]
PANELS = [
    pytest.param(board, panel, language, id=f"{language}/{board.id}/{panel.id}")
    for board in BOARDS
    for panel in board.panels
    for language in LANGUAGES
]
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
VARIABLES = {"tenant", "zone", "minor", "dimension", "member"}


def rendered(board: Board, panel: Panel, language: str) -> dict[str, Any]:
    """Return the panel on its dashboard; panels follow the header in board order."""
    return dashboard(board, language)["panels"][2 + board.panels.index(panel)]


def test_committed_boards_are_the_generated_ones() -> None:
    """The committed files match the specifications; `hirelay boards generate` updates them."""
    assert [str(path) for path in outdated(COMMITTED)] == []
    assert CliRunner().invoke(app, ["boards", "generate", "--check"]).exit_code == 0


def test_generating_repairs_a_folder_once(tmp_path: Path) -> None:
    """Generating repairs changed, missing and unknown files, and a second run changes nothing."""
    assert len(generate(tmp_path)) == len(expected_files(tmp_path)) == 2 * (len(BOARDS) + 1)
    (tmp_path / "ja/summary.json").write_text("{}")
    (tmp_path / "en/funnel.json").unlink()
    (tmp_path / "en/gone.json").write_text("{}")
    check = CliRunner().invoke(app, ["boards", "generate", "--to", str(tmp_path), "--check"])

    assert check.exit_code == 1 and check.output.count(".json") == 3
    assert len(generate(tmp_path)) == 3
    assert generate(tmp_path) == []


def test_uids_are_unique_and_stable() -> None:
    """Dashboard uids are unique and built from board and language, so bookmarks stay valid."""
    uids = [
        board_json["uid"] for language in LANGUAGES for board_json in dashboards(language).values()
    ]

    assert len(set(uids)) == len(uids) and all(len(uid) <= 40 for uid in uids)
    assert {f"hirelay-{board.id}-{language}" for board in BOARDS for language in LANGUAGES} < set(uids)  # fmt: skip


@pytest.mark.parametrize(("name", "language", "board_json"), DASHBOARDS)
def test_panels_have_unique_ids_and_do_not_overlap(
    name: str, language: str, board_json: Any
) -> None:
    """Panels do not overlap or leave the grid, and their order does not change their ids."""
    places = [panel["gridPos"] for panel in board_json["panels"]]
    ids = [panel["id"] for panel in board_json["panels"]]

    assert len(set(ids)) == len(ids)
    assert all(place["x"] >= 0 and place["x"] + place["w"] <= COLUMNS for place in places)
    for first, second in combinations(places, 2):
        beside = first["x"] + first["w"] <= second["x"] or second["x"] + second["w"] <= first["x"]
        below = first["y"] + first["h"] <= second["y"] or second["y"] + second["h"] <= first["y"]
        assert beside or below


def test_a_row_is_as_tall_as_its_tallest_panel() -> None:
    """Panels in a row share the height of the tallest one, and the next row starts below it."""
    assert [
        tuple(position.values()) for position in layout([(12, 5), (12, 9), (24, 4), (14, 3)])
    ] == [
        (0, 3, 12, 9),
        (12, 3, 12, 9),
        (0, 12, 24, 4),
        (0, 16, 14, 3),
    ]


@pytest.mark.parametrize(("board", "panel", "language"), PANELS)
def test_a_panel_shows_its_question_and_definition(
    board: Board, panel: Panel, language: str
) -> None:
    """A panel has its question as title, a description and a link to its definitions."""
    board_json = rendered(board, panel, language)

    assert board_json["title"] == (panel.ja if language == "ja" else panel.en)
    assert bool(JAPANESE.search(board_json["title"])) == (language == "ja")
    if not panel.kpis:  # surveys are in no KPI
        assert (panel.note_ja if language == "ja" else panel.note_en) in board_json["description"]
        return
    assert (
        panel.kpis[0] in board_json["description"]
        and len(board_json["description"].split("\n\n")) >= 2
    )
    assert panel.minimum_n <= 1 or f"n ≥ {panel.minimum_n}" in board_json["description"]
    assert board_json["links"][0]["url"].startswith(f"/d/hirelay-{DEFINITIONS}-{language}?var-kpi=")


def units(board_json: dict[str, Any], name: str) -> Iterator[str]:
    """Yield every unit applied to a column: default, override, row unit or currency."""
    yield from (board_json["fieldConfig"]["defaults"].get("unit") or "",)
    for rule in board_json["fieldConfig"]["overrides"]:
        if rule["matcher"]["options"] == name:
            yield from (prop["value"] for prop in rule["properties"] if prop["id"] == "unit")
    for step in board_json["transformations"]:
        if step["id"] == "rowsToFields":
            yield from ("of its row" for mapping in step["options"]["mappings"] if mapping["handlerKey"] == "unit")  # fmt: skip
        if step["id"] == "configFromData":
            matcher = step["options"]["applyTo"]
            if matcher["id"] == "byType" or re.search(matcher["options"], name):
                yield "of money"


@pytest.mark.parametrize(("board", "panel", "language"), PANELS)
def test_every_number_has_a_unit(board: Board, panel: Panel, language: str) -> None:
    """Every number has a unit, and only money has the currency."""
    board_json = rendered(board, panel, language)

    for column in panel.numbers:
        column_units = [unit for unit in units(board_json, column.name) if unit]
        assert column_units, column.name
        assert panel.kind == "tiles" or ("of money" in column_units) == (column.unit == "money")


@pytest.mark.parametrize(("board", "panel", "language"), PANELS)
def test_too_few_cases_are_labelled(board: Board, panel: Panel, language: str) -> None:
    """A hidden number is labelled as too few cases, and never drawn as zero."""
    text = json.dumps(rendered(board, panel, language), ensure_ascii=False)
    thin = any(column.n for column in panel.numbers) and panel.kind not in ("stack",)

    assert not thin or ("データ不足" if language == "ja" else "too few cases") in text


@pytest.mark.parametrize(("board", "panel", "language"), PANELS)
def test_members_link_to_their_board(board: Board, panel: Panel, language: str) -> None:
    """A channel, job or recruiter links to its own board with the same tenant and time range."""
    board_json = json.dumps(rendered(board, panel, language)["fieldConfig"])

    for column in panel.columns:
        if column.leads:
            assert f"/d/hirelay-{column.leads}-{language}?${{tenant:queryparam}}" in board_json
            assert (
                f"var-dimension={column.dimension}" in board_json
                and "${__url_time_range}" in board_json
            )
    if any(column.name == "member" and column.hidden for column in panel.columns):
        assert "var-member=${__data.fields.member:percentencode}" in board_json
        assert '"custom.hideFrom"' in board_json


@pytest.mark.parametrize(("name", "language", "board_json"), DASHBOARDS)
def test_boards_link_to_each_other(name: str, language: str, board_json: Any) -> None:
    """Every board links to all others and keeps tenant, time and, if the target supports it, the member."""
    links = {link["url"]: link["includeVars"] for link in board_json["links"] if link["keepTime"]}
    ours = BY_ID[name].dimensions if name in BY_ID else ()
    other = "en" if language == "ja" else "ja"
    expected = {f"/d/hirelay-{name}-{other}": True}
    for board in BY_ID.values():
        if board.id != name:
            keeps_member = {*ours} <= {*board.dimensions}
            query = "" if keeps_member else "?${tenant:queryparam}"
            expected[f"/d/hirelay-{board.id}-{language}{query}"] = keeps_member

    assert links == expected
    assert not all(links.values()) or name != "people"


@pytest.mark.parametrize(("name", "language", "board_json"), DASHBOARDS)
def test_queries_read_views_of_the_chosen_tenant(name: str, language: str, board_json: Any) -> None:
    """Queries read only views and contain no fixed tenant, unresolved parameter or unknown macro."""
    for title, sql in dashboard_queries(board_json):
        sources = re.findall(r"\b(?:from|(?<!array )join)\s+([a-z_]+)", sql)
        assert sources and all(source.startswith("v_") for source in sources), title
        assert not re.search(r"(?<!\$)\{\w+:", sql) and "acme" not in sql
        assert set(re.findall(r"\$\{(\w+)", sql)) <= (VARIABLES | {"kpi"})
        assert set(re.findall(r"\$__(\w+)", sql)) <= {"fromTime", "toTime"}
        scoped = title not in ("tenant", "数え直し", "Counted anew") and name != DEFINITIONS
        assert not scoped or "${tenant:percentencode}" in sql, title


@pytest.mark.parametrize(("name", "language", "board_json"), DASHBOARDS)
def test_a_board_contains_no_alert_and_no_secret(name: str, language: str, board_json: Any) -> None:
    """Dashboards define no Grafana alerts and contain no secrets."""
    text = json.dumps(board_json, ensure_ascii=False).lower()

    assert not re.search(r"\"alert\"|password|secret\"|token", text)
    assert board_json["editable"] is False and "id" not in board_json


def differences(ours: Any, theirs: Any, path: str = "") -> Iterator[str]:
    """Yield the paths that Grafana's models drop or change."""
    if isinstance(ours, dict):
        for key, value in ours.items():
            if not isinstance(theirs, dict) or key not in theirs:
                yield f"{path}/{key}"
            else:
                yield from differences(value, theirs[key], f"{path}/{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, pair in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(*pair, f"{path}[{index}]")
    elif ours != theirs:
        yield f"{path}: {ours!r}"


def round_trip(board_json: Any) -> Any:
    """Parse the dashboard with Grafana's models and serialise it again."""
    register_default_plugins()
    return json.loads(json.dumps(Dashboard.from_json(board_json), cls=JSONEncoder))


@pytest.mark.parametrize(("name", "language", "board_json"), DASHBOARDS)
def test_grafana_models_parse_every_board(name: str, language: str, board_json: Any) -> None:
    """Grafana's own models parse every dashboard without loss."""
    assert list(differences(board_json, round_trip(board_json))) == []


def test_a_misspelt_key_is_detected() -> None:
    """The round trip detects misspelt keys."""
    board_json = json.loads(json.dumps(dashboard(BOARDS[0], "en")))
    bar = next(panel for panel in board_json["panels"] if panel["type"] == "barchart")
    bar["options"]["showValu"] = bar["options"].pop("showValue")
    board_json["weekstart"] = board_json.pop("weekStart")

    assert {path.rsplit("/", 1)[1] for path in differences(board_json, round_trip(board_json))} == {"showValu", "weekstart"}  # fmt: skip


def test_names_are_shown_instead_of_ids() -> None:
    """Charts and tables show names of stages and cost kinds, not ids."""
    for board in BOARDS:
        for panel in board.panels:
            text = json.dumps(rendered(board, panel, "ja"), ensure_ascii=False)
            if any(column.unit == "milestone" for column in panel.columns):
                assert "書類選考" in text
            if any(column.unit in NAMES and column.unit == "spending" for column in panel.columns):
                assert "紹介手数料" in text


def test_the_command_lists_every_panel() -> None:
    """`boards list` prints the id of every panel."""
    output = CliRunner().invoke(app, ["boards", "list", "--lang", "en"], env={"COLUMNS": "200"}).output  # fmt: skip

    assert all(panel.id in output for board in BOARDS for panel in board.panels)
