"""Grafana finds its boards and its data source where Compose puts them, and may read what they read."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.boards.grafana.dashboard import LANGUAGES, every
from streams.boards.grafana.queries import PLUGIN, SOURCE
from tests.boards.expanding import expanded, queries

ROOT = Path(__file__).parent.parent.parent
GRAFANA = ROOT / "deploy/grafana"
RIGHTS = ROOT / "deploy/clickhouse/users.d/grafana.xml"
PASSWORD = "HIRELAY_GRAFANA_CLICKHOUSE_PASSWORD"
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def mounted(service: str) -> dict[str, Path]:
    """What of the repository stands where in a container."""
    pairs = [each.split(":") for each in COMPOSE[service]["volumes"] if each.startswith("./")]
    return {inside: ROOT / outside for outside, inside, _ in pairs}


def provisioned(kind: str) -> Any:
    """A provisioning file."""
    (path,) = (GRAFANA / "provisioning" / kind).glob("*.yml")
    return yaml.safe_load(path.read_text())


def test_boards_are_where_grafana_looks_for_them() -> None:
    """Each language is a folder; the mounted files are there, the first board is the home of Grafana."""
    places = mounted("grafana")
    found = {each["options"]["path"] for each in provisioned("dashboards")["providers"]}

    assert found == {f"/etc/hirelay/boards/{language}" for language in LANGUAGES}
    assert places["/etc/hirelay/boards"] == GRAFANA / "boards"
    assert places["/etc/grafana/provisioning"] == GRAFANA / "provisioning"
    home = COMPOSE["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (GRAFANA / "boards" / Path(home).relative_to("/etc/hirelay/boards")).exists()


def test_boards_ask_the_source_that_is_provisioned() -> None:
    """One data source, by its uid, of the plugin in the version that the boards are written for."""
    (source,) = provisioned("datasources")["datasources"]

    assert {"uid": source["uid"], "type": source["type"]} == SOURCE
    assert COMPOSE["grafana"]["environment"]["GF_PLUGINS_PREINSTALL_SYNC"] == f"{source['type']}@{PLUGIN}"  # fmt: skip
    assert source["jsonData"]["username"] == ET.parse(RIGHTS).find("users/*").tag  # type: ignore[union-attr]
    assert source["jsonData"]["defaultDatabase"] == COMPOSE["clickhouse"]["environment"]["CLICKHOUSE_DB"]  # fmt: skip


def test_the_password_is_in_the_environment_alone() -> None:
    """Grafana and ClickHouse read the same variable; no file has a value."""
    (source,) = provisioned("datasources")["datasources"]
    given = ET.parse(RIGHTS).find("users/grafana/password")

    assert source["secureJsonData"] == {"password": f"${PASSWORD}"}
    assert given is not None and given.attrib == {"from_env": PASSWORD} and not given.text
    for service in ("grafana", "clickhouse"):
        assert COMPOSE[service]["environment"][PASSWORD].startswith(f"${{{PASSWORD}:?")
    assert str(RIGHTS) in {str(path) for path in mounted("clickhouse").values()}


def test_grafana_may_read_the_views_of_the_boards_and_no_other() -> None:
    """A view that no board reads any more is closed; a board that reads a new one says so here."""
    granted = re.findall(r"GRANT SELECT(?:\([^)]*\))? ON hirelay\.(\w+)<", RIGHTS.read_text())
    read = {
        name
        for language in LANGUAGES
        for board in every(language).values()
        for _, sql in queries(board)
        for name in re.findall(r"\b(?:from|(?<!array )join)\s+(v_\w+)", sql)
    }

    assert granted == sorted(read)


# ClickHouse, embedded, with the rights of the file: its default user is made Grafana's, because that is who asks there.
MIGRATE = """
import sys
import clickhouse_connect
from sinks.clickhouse.migrate import migrate
client = clickhouse_connect.get_client(interface="chdb", path=sys.argv[1])
migrate(client)
views = "select name, create_table_query from system.tables where engine = 'View' and name like 'v\\\\_%'"
for name, made in client.query(views).result_rows:
    assert "SQL SECURITY DEFINER" in made, name
    client.command(f"alter table {name} modify sql security definer definer = hirelay")
client.command("create view v_open as select * from epochs")
client.close()
"""
ASK = """
import json, sys
import clickhouse_connect
client = clickhouse_connect.get_client(interface="chdb", path=sys.argv[1])
said = {}
for name, sql in json.load(open(sys.argv[2])):
    try:
        client.query(sql)
        said[name] = ""
    except Exception as problem:
        said[name] = str(problem)
print(json.dumps(said))
"""
REFUSED = {
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


def users(rights: Path | None) -> str:
    """Users of an embedded engine: one who migrates, and the default one, who has the rights of a file or all."""
    owner = "<hirelay><password/><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota></hirelay>"
    default, profile = owner.replace("hirelay>", "default>"), ""
    if rights is not None:
        tree = ET.fromstring(rights.read_text().replace("hirelay.", "default."))
        user, grafana = tree.find("users/grafana"), tree.find("profiles/grafana")
        assert user is not None and grafana is not None
        user.remove(user.find("password"))  # type: ignore[arg-type]
        default = ET.tostring(user, encoding="unicode").replace("<grafana>", "<default><password/>")
        default = default.replace("</grafana>", "</default>")
        profile = ET.tostring(grafana, encoding="unicode")
    return f"<clickhouse><profiles><default/>{profile}</profiles><quotas><default/></quotas><users>{default}{owner}</users></clickhouse>"


def run(script: str, folder: Path, rights: Path | None, *arguments: str) -> str:
    """The script in a process of its own, with users as given; one process may open a folder of the engine."""
    place = folder / f"users-{rights is None}.xml"
    place.write_text(users(rights))
    config = folder / f"config-{rights is None}.xml"
    config.write_text(
        f"<clickhouse><user_directories><users_xml><path>{place}</path></users_xml></user_directories></clickhouse>"
    )
    path = f"{folder / 'data'}?config-file={config}"
    done = subprocess.run(
        [sys.executable, "-c", script, path, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What ClickHouse says to Grafana's user: nothing, or why not."""
    folder = tmp_path_factory.mktemp("rights")
    run(MIGRATE, folder, None)
    asked = [*REFUSED.items(), ("its time limit", "select 1 settings max_execution_time = 65")]
    asked.append(("a view by the rights of the asker", "select * from v_open"))
    for name, board in every("ja").items():
        asked += [(f"{name}: {title}", expanded(sql)) for title, sql in queries(board)]
    questions = folder / "questions.json"
    questions.write_text(json.dumps(asked))
    return json.loads(run(ASK, folder, RIGHTS, str(questions)))


def test_grafana_reads_every_board_and_nothing_else(answers: dict[str, str]) -> None:
    """Views read their tables for a user who may not; tables, other views, files and writes are refused."""
    refused = {name for name, problem in answers.items() if problem}

    assert refused == {*REFUSED, "a view by the rights of the asker"}
    reasons = ("ACCESS_DENIED", "SETTING_CONSTRAINT_VIOLATION", "READONLY")
    assert all(any(reason in answers[name] for reason in reasons) for name in refused)
