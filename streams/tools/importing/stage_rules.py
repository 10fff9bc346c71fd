"""What the rules of a connection say about its stages: their places in the process, and which of them are endings."""

from schemas.tenants.config import Connection, StageRule
from schemas.tenants.milestones import normalize_name


def endings(connection: Connection) -> dict[str, str]:
    """Who ends an application in a stage by normalized name, where a rule of the connection says that it is an ending."""
    return {
        normalize_name(name): rule.ending
        for rule in connection.stages
        if rule.ending is not None and (name := _stage_name(rule))
    }


def pipeline(connection: Connection) -> dict[str, int]:
    """The place of each stage in the process by normalized name, where the rules of the connection give one."""
    return {
        normalize_name(name): rule.order
        for rule in connection.stages
        if rule.order is not None and (name := _stage_name(rule))
    }


def _stage_name(rule: StageRule) -> str | None:
    return rule.stage_name or rule.stage_id
