"""The three sample companies of a local stack: their configuration and their generated secrets."""

import base64
import secrets
from pathlib import Path

import yaml

COMPANIES = (
    ("aoba", "青葉テクノロジー", "Asia/Tokyo", "ja", ("aoba-greenhouse", "aoba-standard")),
    ("brightwater", "Brightwater Ltd", "America/New_York", "en", ("brightwater-greenhouse",)),
    ("sakura", "さくらメディカル", "Asia/Tokyo", "ja", ("sakura-standard",)),
)


def write_sample(state: Path) -> Path:
    """Write the sample configuration once, with secrets generated here and readable by the owner alone."""
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
            "quarantine_key": {"file": _generated(folder, f"{tenant}-quarantine")},
            "person_key": {"file": _generated(folder, f"{tenant}-person")},
            "connections": [
                {
                    "id": each,
                    "vendor": each.rpartition("-")[2],
                    "secrets": [{"file": _generated(folder, each)}],
                }
                for each in connections
            ],
        }
        for tenant, name, zone, language, connections in COMPANIES
    ]
    path.write_text(yaml.safe_dump({"tenants": tenants}, allow_unicode=True, sort_keys=False))
    return path


def _generated(folder: Path, name: str) -> str:
    path = (folder / name).resolve()
    if not path.exists():
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        path.touch(mode=0o600)
        path.write_text(f"whsec_{key}" if name.endswith("-standard") else secrets.token_hex(32))
    return str(path)
