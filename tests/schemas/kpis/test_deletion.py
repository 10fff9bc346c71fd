"""A KPI that is deleted from the catalogue is gone everywhere, without another edit."""

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from schemas.kpis import definitions
from schemas.kpis.catalogue import BY_ID

ROOT = Path(__file__).parents[3]
DEFINITIONS = "schemas/kpis/definitions"
# A rate, a duration, a sum and a ratio of money, and the two counts that boards with their own SQL are about.
DELETED = (
    "screen_pass_rate",
    "time_in_screening_days",
    "cost_total",
    "cph_internal",
    "applications",
    "hires",
)
# Prints what the code in the working directory says about its KPIs; the arguments are the ids that were deleted.
REPORT = """
import importlib, json, pkgutil, sys
from pathlib import Path

import schemas, sinks, streams

for package in (schemas, sinks, streams):
    assert Path(package.__file__).is_relative_to(Path.cwd()), package.__file__
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)

from pydantic import TypeAdapter, ValidationError

from schemas.alerting.alert_texts import description, suggestion, summary
from schemas.alerting.breach import Breach
from schemas.alerting.rules import Rule
from schemas.errors import Malformed
from schemas.planning.targets import Target
from schemas.tenants.config import Tenancy
from sinks.clickhouse import catalogue as published
from streams.archive import kpi_gauges
from streams.boards.page_spec import build_page_spec
from streams.boards.specs.catalogue import BOARDS
from streams.tools import boards
from streams.tools.kpi import definitions


def refusal(build, *arguments, **fields):
    try:
        build(*arguments, **fields)
    except (ValidationError, Malformed) as problem:
        return str(problem)
    return ""


def breach(kpi, limit_days):
    return Breach.model_validate_json(json.dumps({
        "id": "0" * 16, "tenant": "acme", "rule": "r", "kpi": kpi, "dimension": "total", "member": "all",
        "owner": "recruiting", "severity": "warning", "language": "en", "state": "opened", "direction": "at_most",
        "target": 3, "window_days": 28, "limit_days": limit_days, "opened": "2026-04-01", "since": "2026-04-01",
        "judged": "2026-04-02", "evidence": {"value": 5, "n": 9}, "told": "2026-04-02T00:00:00Z",
    }))


texts = {
    "grafana": [text for _, text in sorted(boards.expected_files(Path("boards")).items())],
    "page": json.dumps(build_page_spec(Tenancy(tenants=())), ensure_ascii=False),
    "definitions": [definitions.catalogue_page(language) for language in ("ja", "en")],
    "published": [row.id if hasattr(row, "id") else row.kpi for rows in published._rows(0) for row in rows],
    "gauges": kpi_gauges.KPIS,
}
panels = {
    f"{board.id}/{panel.id}": [panel.kpis, len(panel.numbers), panel.sql]
    for board in BOARDS
    for panel in board.panels
}
ids = sys.argv[1:]
refusals = {
    id_: [
        refusal(Target, tenant="acme", kpi=id_, period="FY2026", at_least=1),
        refusal(TypeAdapter(Rule).validate_python, {"id": "r", "tenant": "acme", "kpi": id_, "at_least": 1, "owner": "recruiting"}),
        refusal(definitions.find, id_),
    ]
    for id_ in ids
}
words = [
    [summary(past), description(past), suggestion(past)]
    for id_ in ids
    for past in (breach(id_, None), breach(id_, 7))
]
print(json.dumps({"texts": texts, "panels": panels, "refusals": refusals, "words": words}))
"""


def rows(module: str) -> tuple[list[Any], list[ast.expr]]:
    """The KPIs of a module of definitions, and the expression of each."""
    tree = ast.parse((ROOT / DEFINITIONS / module).read_text())
    (tuple_,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "KPIS"
    )
    assert isinstance(tuple_, ast.Tuple)
    return list(getattr(definitions, module.removesuffix(".py")).KPIS), tuple_.elts


def delete_rows(tree: Path, ids: tuple[str, ...]) -> None:
    """Delete the rows of these KPIs, and nothing else, from the definitions of a copy of the repository."""
    for path in sorted((tree / DEFINITIONS).glob("[a-z]*.py")):
        kpis, expressions = rows(path.name)
        lines = path.read_text().splitlines(keepends=True)
        for kpi, row in reversed([*zip(kpis, expressions, strict=True)]):
            if kpi.id in ids:
                del lines[row.lineno - 1 : row.end_lineno]
        path.write_text("".join(lines))


def report(tree: Path, ids: tuple[str, ...]) -> dict[str, Any]:
    """What the code of a tree says about its KPIs."""
    command = [sys.executable, "-W", "ignore", "-c", REPORT, *ids]
    printed = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    assert printed.returncode == 0, printed.stderr[-3000:]
    answer: dict[str, Any] = json.loads(printed.stdout)
    return answer


@pytest.fixture(scope="module")
def reduced(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of a copy of the repository without the deleted KPIs."""
    tree = tmp_path_factory.mktemp("tree")
    for name in ("schemas", "sinks", "streams"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tree / name, ignore=ignored)
    delete_rows(tree, DELETED)
    return report(tree, DELETED)


def named(text: str) -> set[str]:
    """The deleted KPIs that a text names."""
    return {id_ for id_ in DELETED if re.search(rf"['\"`=]{id_}\b", text)}


def test_each_kpi_is_one_row() -> None:
    """Every KPI of the catalogue is one expression in the definitions, so it can be deleted alone."""
    kpis = [
        kpi
        for path in (ROOT / DEFINITIONS).glob("[a-z]*.py")
        for kpi, _ in zip(*rows(path.name), strict=True)
    ]

    assert {kpi.id for kpi in kpis} == BY_ID.keys()


@pytest.mark.parametrize("place", ["grafana", "page", "definitions"])
def test_no_text_names_a_deleted_kpi(reduced: dict[str, Any], place: str) -> None:
    """Dashboards, board page and definition pages do not name a deleted KPI."""
    current = json.dumps(reduced["texts"][place], ensure_ascii=False).replace("\\", "")

    assert not named(current)


def test_no_list_names_a_deleted_kpi(reduced: dict[str, Any]) -> None:
    """The gauges and the published catalogue leave out a deleted KPI and keep the others."""
    for place in ("gauges", "published"):
        assert reduced["texts"][place] and not set(reduced["texts"][place]) & {*DELETED}


def test_no_panel_is_empty(reduced: dict[str, Any]) -> None:
    """A panel keeps its other KPIs; one that showed only deleted KPIs is gone, one that showed none remains."""
    panels = reduced["panels"]

    assert all(numbers and not named(sql) for _, numbers, sql in panels.values())
    assert {"summary/headline", "channels/channels", "money/costs"} <= panels.keys()
    assert (
        not {"summary/applications_by_week", "channels/cost_per_hire", "money/pace"} & panels.keys()
    )
    assert panels["summary/headline"][0] == ["offer_accept_rate", "time_to_hire_days"]
    assert panels["pipeline/waiting"][0] == []


@pytest.mark.parametrize("id_", DELETED)
def test_configuration_that_names_it_is_refused(reduced: dict[str, Any], id_: str) -> None:
    """Targets, rules and `kpi explain` refuse a deleted KPI by name and suggest a similar one."""
    for refusal in reduced["refusals"][id_]:
        assert f"no KPI '{id_}'" in refusal
        assert "did you mean" in refusal or "see `hirelay kpi list`" in refusal or id_ == "hires"


def test_a_past_breach_of_it_still_has_words(reduced: dict[str, Any]) -> None:
    """A breach that was reported before the deletion is described by the id, without a suggestion."""
    for summary, description, suggestion in reduced["words"]:
        assert summary and description and not suggestion
