"""The example receivers of Alertmanager write messages that a reader on a phone can act on."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.alerting.alert_payload import Links, to_alert
from tests.alerting.test_alert_payload import NOW, open_breach
from tests.deploy.health import needs_amtool, run_tool
from tests.deploy.test_routes import uncommented

pytestmark = needs_amtool
LINKS = Links(board="https://b.example/")


def receiver(kind: str) -> dict[str, str]:
    """The first example of the receiver `recruiting`."""
    receivers = yaml.safe_load(uncommented())["receivers"]
    (recruiting,) = (one for one in receivers if one["name"] == "recruiting")
    example: dict[str, str] = recruiting[kind][0]
    return example


def render(template: str, language: str, folder: Path, *, ended: bool = False) -> str:
    """The text that Alertmanager makes of a template for one breach, with no line of the tool itself."""
    breach = open_breach().model_copy(update={"language": language})
    if ended:
        changes = {"state": "resolved", "ending": "recovered", "ended": NOW + timedelta(hours=1)}
        breach = breach.model_copy(update=changes)
    alert = to_alert(breach, LINKS, NOW)
    data = folder / "data.json"
    data.write_text(json.dumps(notification(alert, "resolved" if ended else "firing")))
    (folder / "none.tmpl").write_text("")
    arguments = (f"--template.glob={folder}/*.tmpl", f"--template.text={template}")
    return run_tool("amtool", "template", "render", *arguments, f"--template.data={data}")


def notification(alert: dict[str, Any], status: str) -> dict[str, Any]:
    """What Alertmanager gives to a template."""
    one = alert | {"status": status}
    return {
        "receiver": "recruiting",
        "status": status,
        "alerts": [one],
        "groupLabels": {"tenant": "acme", "kpi": "screen_pass_rate"},
        "commonLabels": alert["labels"],
        "commonAnnotations": alert["annotations"],
        "externalURL": "https://a.example",
    }


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("kind", ["slack_configs", "email_configs"])
def test_a_message_says_what_why_and_where_to_click(
    kind: str, language: str, tmp_path: Path
) -> None:
    """Summary, evidence, suggestion, the breach's page and its runbook section are in the message, and nothing else of the template."""
    text = render(receiver(kind)["text"], language, tmp_path)
    annotations = to_alert(open_breach().model_copy(update={"language": language}), LINKS, NOW)[
        "annotations"
    ]

    annotations.pop("assumptions", None)  # they are on the page
    assert [value for value in annotations.values() if value not in text] == []
    assert f"https://b.example/runbook?lang={language}#hirelayofftarget" in text
    assert "no value" not in text and "{{" not in text


def test_subject_and_title_tell_open_from_ended(tmp_path: Path) -> None:
    """The subject of a mail is the summary, and the title counts what is open and what has ended."""
    subject = receiver("email_configs")["headers"]["Subject"]  # type: ignore[index]
    title = receiver("slack_configs")["title"]

    assert "Resolved:" in render(subject, "en", tmp_path, ended=True)
    assert "acme: 1 open, 0 ended" in render(title, "en", tmp_path)
