"""The sample companies of a local stack: connections of every vendor, generated secrets, targets and alert rules."""

import base64
import json
import random
import secrets
from datetime import datetime
from pathlib import Path

from schemas.instants import local_today
from schemas.planning.periods import APRIL
from schemas.tenants.config import DEFAULT_CURRENCY
from streams.configuration.yaml_document import dump_yaml
from streams.ingest.vendors import VENDORS
from streams.local.ports import reserve

COMPANIES = (
    (
        "aoba",
        "青葉テクノロジー",
        "Asia/Tokyo",
        "ja",
        ("aoba-greenhouse", "aoba-standard", "aoba-careerrelay"),
    ),
    ("brightwater", "Brightwater Ltd", "America/New_York", "en", ("brightwater-greenhouse",)),
    ("sakura", "さくらメディカル", "Asia/Tokyo", "ja", ("sakura-standard", "sakura-huntflow")),
    ("kaede", "かえでラボ", "Asia/Tokyo", "ja", ("kaede-ashby", "kaede-workable")),
    (
        "northwind",
        "Northwind GmbH",
        "Europe/Berlin",
        "en",
        ("northwind-lever", "northwind-recruitee"),
    ),
    (
        "harbor",
        "Harbor Retail",
        "America/New_York",
        "en",
        ("harbor-smartrecruiters", "harbor-teamtailor"),
    ),
)
# Companies with a currency other than yen.
CURRENCIES = {"brightwater": "USD", "northwind": "EUR", "harbor": "USD"}
# Mappings of Lever's ids, which have no names; every Lever customer has to map them.
MAPPINGS: dict[str, dict[str, list[dict[str, str]]]] = {
    "northwind-lever": {
        "stages": [
            {"stage_id": "stage-5101", "milestone": "screening"},
            {"stage_id": "stage-5102", "milestone": "casual"},
            {"stage_id": "stage-5103", "milestone": "interview_n"},
            {"stage_id": "stage-5104", "milestone": "offer"},
        ],
        "reasons": [
            {"reason_id": "reason-underqualified", "party": "company"},
            {"reason_id": "reason-withdrew", "party": "candidate"},
            {"reason_id": "reason-hired", "party": "hired"},
        ],
    }
}
HIRE_VALUE = 1_500_000  # value of a hire in minor units, so that boards can show a return
# Targets of two companies for their fiscal year.
TARGETS = """# 予実: see deploy/config/targets.yaml for everything that can be written here.
targets:
  - {{ tenant: aoba, kpi: hires, period: FY{aoba}, at_least: 24, owner: hr_manager }}
  - {{ tenant: aoba, kpi: applications, period: FY{aoba}, at_least: 600 }}
  - {{ tenant: aoba, kpi: offer_accept_rate, period: FY{aoba}, at_least: 70 % }}
  - {{ tenant: aoba, kpi: time_to_hire_days, period: FY{aoba}, at_most: 45 }}
  - {{ tenant: aoba, kpi: hires, dimension: channel, member: 社員紹介, period: FY{aoba}, at_least: 4 }}
  - {{ tenant: brightwater, kpi: hires, period: FY{brightwater}, at_least: 18, owner: hr_manager }}
  - {{ tenant: brightwater, kpi: applications, period: FY{brightwater}, at_least: 500 }}
  - {{ tenant: brightwater, kpi: offer_accept_rate, period: FY{brightwater}, at_least: 75 % }}
  - {{ tenant: brightwater, kpi: hires, dimension: channel, member: Referral, period: FY{brightwater}, at_least: 6 }}
"""


# Alert rules of the sample companies.
ALERTS = """# Alert rules: see deploy/config/alerts.yaml for everything that can be written here.
rules:
  - { id: screening, tenant: aoba, kpi: screen_pass_rate, at_least: 15 %, owner: recruiting }
  - { id: screening-by-channel, tenant: aoba, kpi: screen_pass_rate, dimension: channel, at_least: 30 %, owner: recruiting }
  - { id: interviews, tenant: aoba, kpi: interview_pass_rate, at_least: 20 %, window_days: 56, owner: recruiting }
  - { id: answers, tenant: aoba, kpi: response_hours, at_most: 72, owner: recruiting }
  - { id: acceptances, tenant: aoba, kpi: offer_accept_rate, at_least: 50 %, window_days: 90, owner: hr_manager, severity: critical }
  - { id: screening-waits, tenant: aoba, kpi: time_in_screening_days, dimension: job, at_most: 5, owner: recruiting }
  - { id: offers-waiting, tenant: aoba, kpi: time_to_answer_days, at_most: 5, owner: hr_manager }
  - { id: scorecards-owed, tenant: sakura, kpi: time_to_scorecard_days, dimension: interviewer, at_most: 2, owner: hiring_team }
"""


# The sample company that uses Career Relay.
RELAY = """# Career Relay (キャリアリレー): see deploy/config/relay.yaml for everything that can be written here.
companies:
  - tenant: aoba
    page: http://127.0.0.1:{port}/register # the registration page of the relay service; `hirelay demo` plays it
    policies:
      - since: 2026-01-01
        automatic: true
        slot_days: 365
        value: {{ method: agency_fee, rate: 35 %, salary: 5000000 }}
        redemption: 60 %
"""


# The scheduled reports of a sample company.
REPORTS = """# Scheduled reports: see deploy/config/reports.yaml for everything that can be written here.
schedules:
  - id: board
    tenant: aoba
    period: month
    cron: "0 9 1 * *"
    business_day: next
    languages: [ja, en]
    formats: [pptx, pdf]
    deliver: [{{ kind: folder, path: {folder} }}]
    reissue_days: 14
"""


def settings_beside(folder: Path) -> dict[str, Path]:
    """Return the settings of the files that stand beside the configuration in `folder`."""
    names = ("targets", "alerts", "relay", "reports")
    return {name: folder / f"{name}.yaml" for name in names}


def write_samples(folder: Path, now: datetime) -> dict[str, Path]:
    """Write the sample files that are missing, and return their settings."""
    return {
        "targets": write_targets(folder, now),
        "alerts": write_alerts(folder),
        "relay": write_relay(folder),
        "reports": write_reports(folder),
    }


def write_reports(folder: Path) -> Path:
    """Write a sample schedule of reports if there is none; it delivers into a folder beside it."""
    path = folder / "reports.yaml"
    if not path.exists():
        delivered = json.dumps(str(folder.resolve() / "reports"))
        path.write_text(REPORTS.format(folder=delivered))
    return path


def write_relay(folder: Path) -> Path:
    """Write sample policies of Career Relay if there are none."""
    path = folder / "relay.yaml"
    if not path.exists():
        guard, ports = reserve(("page",), random.SystemRandom())
        guard.close()
        path.write_text(RELAY.format(port=ports["page"]))
    return path


def write_alerts(folder: Path) -> Path:
    """Write sample alert rules if there are none."""
    path = folder / "alerts.yaml"
    if not path.exists():
        path.write_text(ALERTS)
    return path


def write_targets(folder: Path, now: datetime) -> Path:
    """Write sample targets if there are none, for the fiscal year that it is at each company at `now`."""
    path = folder / "targets.yaml"
    if not path.exists():
        days = {tenant: local_today(now, zone) for tenant, _, zone, _, _ in COMPANIES}
        years = {tenant: day.year - (day.month < APRIL) for tenant, day in days.items()}
        path.write_text(TARGETS.format(**years))
    return path


def write_sample(state: Path) -> Path:
    """Write the sample configuration if there is none, with generated secrets readable only by the owner."""
    path = state / "hirelay.yaml"
    if path.exists():
        return path
    folder = state / "secrets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    tenants = [
        {
            "id": tenant,
            "name": name,
            "timezone": zone,
            "language": language,
            "currency": CURRENCIES.get(tenant, DEFAULT_CURRENCY),
            "hire_value": HIRE_VALUE,
            "quarantine_key": {"file": _generate_secret(folder, f"{tenant}-quarantine")},
            "person_key": {"file": _generate_secret(folder, f"{tenant}-person")},
            "api_tokens": [{"file": _generate_secret(folder, f"{tenant}-api-token")}],
            "connections": [_connection(folder, connection) for connection in connections],
        }
        for tenant, name, zone, language, connections in COMPANIES
    ]
    path.write_text(dump_yaml({"tenants": tenants}))
    return path


def _connection(folder: Path, connection: str) -> dict[str, object]:
    name = connection.rpartition("-")[2]
    vendor = next(vendor for vendor in VENDORS if vendor.name == name)
    address = {"address_key": {"file": _generate_secret(folder, f"{connection}-address")}}
    return {
        "id": connection,
        "vendor": name,
        "secrets": [{"file": _generate_secret(folder, connection)}],
        **(address if vendor.needs_address_key else {}),
        **MAPPINGS.get(connection, {}),
    }


def _generate_secret(folder: Path, name: str) -> str:
    path = (folder / name).resolve()
    if not path.exists():
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        path.touch(mode=0o600)
        path.write_text(
            f"whsec_{key}"
            if name.endswith(("-standard", "-careerrelay"))
            else secrets.token_hex(32)
        )
    return str(path)
