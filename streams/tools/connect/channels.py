"""`hirelay mapping suggest`: propose which channel names of a tenant are spellings of one channel."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.tenants.media import MEDIUM_BY_KEY, spelling_key

CHANNELS_SQL = """
select
    channel,
    uniqExact(subject) as subjects
from
(
    select
        subject,
        arrayJoin(arrayConcat(
            [JSONExtractString(body, 'data', 'channel', 'id')],
            arrayMap(touch -> JSONExtractString(touch, 'id'), JSONExtractArrayRaw(body, 'data', 'touches')),
            [if(
                JSONExtractString(body, 'data', 'scope') in ('channel', 'agency'),
                JSONExtractString(body, 'data', 'member'),
                ''
            )]
        )) as channel
    from v_events
    where tenant = {tenant:String}
)
where channel != ''
group by channel
order by subjects desc, channel
"""


@dataclass(frozen=True, kw_only=True)
class AliasProposal:
    """A name that is a spelling of `channel`; `uses` are the applications and costs that carry it."""

    alias: str
    channel: str
    uses: int
    is_configured: bool


def suggest_aliases(client: Any, tenant: str, configured: Mapping[str, str]) -> list[AliasProposal]:
    """The aliases of a tenant: all configured ones, and names that differ from a more frequent one only in spelling.

    Two names are spellings of one channel if they differ in case, width, spaces or kana, or if both are spellings of one
    well-known medium.
    """
    rows = client.query(CHANNELS_SQL, parameters={"tenant": tenant}).result_rows
    uses = {str(channel): int(n) for channel, n in rows}
    return propose_aliases(uses, configured)


def propose_aliases(uses: Mapping[str, int], configured: Mapping[str, str]) -> list[AliasProposal]:
    """As `suggest_aliases`, from the uses of each channel name, most frequent first."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in uses:
        key = spelling_key(name)
        groups[MEDIUM_BY_KEY.get(key, key)].append(name)
    aliases = dict(configured)
    for names in groups.values():
        channel = _channel(names, configured)
        aliases |= {name: channel for name in names if name != channel and name not in configured}
    return [
        AliasProposal(
            alias=alias,
            channel=channel,
            uses=uses.get(alias, 0),
            is_configured=alias in configured,
        )
        for alias, channel in aliases.items()
    ]


def _channel(names: Sequence[str], configured: Mapping[str, str]) -> str:
    """The name that the others are counted under: that of a configured alias, else the most frequent one."""
    targets = [configured[name] for name in names if name in configured]
    targets += [name for name in names if name in configured.values()]
    return next(iter(targets), names[0])


def as_yaml(tenant: str, proposals: Sequence[AliasProposal]) -> str:
    """The aliases to paste under the tenant; empty if there are none."""
    if not proposals:
        return ""
    lines = [
        f"# Channel names of tenant {tenant} that look like one channel. Correct it, put it under the"
    ]
    lines += ["# tenant in the configuration, then run `hirelay replay`.", "channel_aliases:"]
    lines += [
        f"  {_quoted(proposal.alias)}: {_quoted(proposal.channel)} # used {proposal.uses} times, "
        + ("configured" if proposal.is_configured else "proposed")
        for proposal in proposals
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
