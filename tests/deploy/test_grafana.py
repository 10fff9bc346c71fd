"""Grafana finds its boards and its data source where Compose mounts them, and may read only what they query."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.text.languages import LANGUAGES
from streams.boards.grafana.dashboard import dashboards
from streams.boards.grafana.queries import PLUGIN, SOURCE
from tests.boards.expanding import dashboard_queries, expand

ROOT = Path(__file__).parent.parent.parent
GRAFANA = ROOT / "deploy/grafana"
GRANTS_FILE = ROOT / "deploy/clickhouse/users.d/grafana.xml"
PASSWORD = "HIRELAY_GRAFANA_CLICKHOUSE_PASSWORD"
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def mounted(service: str) -> dict[str, Path]:
    """The files of the repository by their path in a container."""
    pairs = [volume.split(":") for volume in COMPOSE[service]["volumes"] if volume.startswith("./")]
    return {inside: ROOT / outside for outside, inside, _ in pairs}


def provisioned(kind: str) -> Any:
    """The content of a provisioning file."""
    (path,) = (GRAFANA / "provisioning" / kind).glob("*.yml")
    return yaml.safe_load(path.read_text())


def test_boards_are_where_grafana_looks_for_them() -> None:
    """Each language is a folder; the mounted files exist, and the first board is Grafana's home."""
    places = mounted("grafana")
    paths = {provider["options"]["path"] for provider in provisioned("dashboards")["providers"]}

    assert paths == {f"/etc/hirelay/boards/{language}" for language in LANGUAGES}
    assert places["/etc/hirelay/boards"] == GRAFANA / "boards"
    assert places["/etc/grafana/provisioning"] == GRAFANA / "provisioning"
    home = COMPOSE["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (GRAFANA / "boards" / Path(home).relative_to("/etc/hirelay/boards")).exists()


def test_boards_ask_the_source_that_is_provisioned() -> None:
    """There is one data source, by its uid, of the plugin version that the boards are written for."""
    (source,) = provisioned("datasources")["datasources"]

    assert {"uid": source["uid"], "type": source["type"]} == SOURCE
    assert COMPOSE["grafana"]["environment"]["GF_PLUGINS_PREINSTALL_SYNC"] == f"{source['type']}@{PLUGIN}"  # fmt: skip
    assert source["jsonData"]["username"] == ET.parse(GRANTS_FILE).find("users/*").tag  # type: ignore[union-attr]
    assert source["jsonData"]["defaultDatabase"] == COMPOSE["clickhouse"]["environment"]["CLICKHOUSE_DB"]  # fmt: skip


def test_the_password_is_in_the_environment_alone() -> None:
    """Grafana and ClickHouse read the same variable; no file contains its value."""
    (source,) = provisioned("datasources")["datasources"]
    password = ET.parse(GRANTS_FILE).find("users/grafana/password")

    assert source["secureJsonData"] == {"password": f"${PASSWORD}"}
    assert password is not None and password.attrib == {"from_env": PASSWORD} and not password.text
    for service in ("grafana", "clickhouse"):
        assert COMPOSE[service]["environment"][PASSWORD].startswith(f"${{{PASSWORD}:?")
    assert str(GRANTS_FILE) in {str(path) for path in mounted("clickhouse").values()}


def test_grafana_may_read_the_views_of_the_boards_and_no_other() -> None:
    """Exactly the views that boards read are granted."""
    granted = re.findall(r"GRANT SELECT(?:\([^)]*\))? ON hirelay\.(\w+)<", GRANTS_FILE.read_text())
    read = {
        name
        for language in LANGUAGES
        for board in dashboards(language).values()
        for _, sql in dashboard_queries(board)
        for name in re.findall(r"\b(?:from|(?<!array )join)\s+(v_\w+)", sql)
    }

    assert granted == sorted(read)


# Embedded ClickHouse with the grants of the file: its default user, who runs the queries, gets the grants of Grafana's user.
MIGRATE = """
import sys
import clickhouse_connect
from sinks.clickhouse.migrate import migrate
client = clickhouse_connect.get_client(interface="chdb", path=sys.argv[1])
migrate(client)
views = "select name, create_table_query from system.tables where engine = 'View' and name like 'v\\\\_%'"
for name, definition in client.query(views).result_rows:
    assert "SQL SECURITY DEFINER" in definition, name
    client.command(f"alter table {name} modify sql security definer definer = hirelay")
client.command("create view v_open as select * from epochs")
client.close()
"""
QUERY = """
import json, sys
import clickhouse_connect
client = clickhouse_connect.get_client(interface="chdb", path=sys.argv[1])
errors = {}
for name, sql in json.load(open(sys.argv[2])):
    try:
        client.query(sql)
        errors[name] = ""
    except Exception as problem:
        errors[name] = str(problem)
print(json.dumps(errors))
"""
REFUSED_QUERIES = {
    "a table": "select * from epoch_cells",
    "another view": "select * from v_quarantined",
    "the bodies of events": "select body from v_events",
    "all of the events": "select * from v_events",
    "the other cells": "select * from v_epoch_cells",
    "a file": "select * from file('/etc/hostname', 'LineAsString')",
    "a server": "select * from url('http://localhost', 'CSV', 'a String')",
    "more memory": "select 1 settings max_memory_usage = 9000000000",
    "no limit of time": "select 1 settings max_execution_time = 3600",
    "the users": "select * from system.users",
    "a write": "insert into epochs (number) values (1)",
    "a new table": "create table mine (a UInt8) engine = Memory",
}


def users(grants: Path | None) -> str:
    """Users of an embedded engine: a migrator, and the default user with the grants of a file, or with all."""
    owner = "<hirelay><password/><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota></hirelay>"
    default, profile = owner.replace("hirelay>", "default>"), ""
    if grants is not None:
        tree = ET.fromstring(grants.read_text().replace("hirelay.", "default."))
        user, grafana = tree.find("users/grafana"), tree.find("profiles/grafana")
        assert user is not None and grafana is not None
        user.remove(user.find("password"))  # type: ignore[arg-type]
        default = ET.tostring(user, encoding="unicode").replace("<grafana>", "<default><password/>")
        default = default.replace("</grafana>", "</default>")
        profile = ET.tostring(grafana, encoding="unicode")
    return f"<clickhouse><profiles><default/>{profile}</profiles><quotas><default/></quotas><users>{default}{owner}</users></clickhouse>"


def run(script: str, folder: Path, grants: Path | None, *arguments: str) -> str:
    """Run the script in its own process with these users; only one process may open a folder of the engine."""
    users_file = folder / f"users-{grants is None}.xml"
    users_file.write_text(users(grants))
    config = folder / f"config-{grants is None}.xml"
    config.write_text(
        f"<clickhouse><user_directories><users_xml><path>{users_file}</path></users_xml></user_directories></clickhouse>"
    )
    path = f"{folder / 'data'}?config-file={config}"
    process = subprocess.run(
        [sys.executable, "-c", script, path, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The errors that Grafana's user gets from ClickHouse, by query; empty if it succeeds."""
    folder = tmp_path_factory.mktemp("rights")
    run(MIGRATE, folder, None)
    cases = [
        *REFUSED_QUERIES.items(),
        ("its time limit", "select 1 settings max_execution_time = 65"),
    ]
    cases.append(("a view with the invoker's privileges", "select * from v_open"))
    for name, board in dashboards("ja").items():
        cases += [(f"{name}: {title}", expand(sql)) for title, sql in dashboard_queries(board)]
    questions = folder / "questions.json"
    questions.write_text(json.dumps(cases))
    return json.loads(run(QUERY, folder, GRANTS_FILE, str(questions)))


def test_grafana_reads_every_board_and_nothing_else(answers: dict[str, str]) -> None:
    """Views read tables that the user may not; tables, other views, files and writes are refused."""
    refused = {name for name, problem in answers.items() if problem}

    assert refused == {*REFUSED_QUERIES, "a view with the invoker's privileges"}
    reasons = ("ACCESS_DENIED", "SETTING_CONSTRAINT_VIOLATION", "READONLY")
    assert all(any(reason in answers[name] for reason in reasons) for name in refused)
