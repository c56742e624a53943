# SPDX-License-Identifier: Apache-2.0
"""Rules that several formats share: text shapes, ranges, and the order of a conversation."""
import binascii
import collections
import json
import re
from dataclasses import dataclass, field
from typing import Any

TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_TIMESTAMP = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+_-]*")
_DATA_URL = re.compile(r"data:([^;,]*);base64,(.*)", re.DOTALL)


def is_base64(text: str) -> bool:
    try:
        binascii.a2b_base64(text, strict_mode=True)
    except (ValueError, binascii.Error):
        return False
    return len(text) % 4 == 0


def decoded_size(text: str) -> int:
    return len(text) // 4 * 3 - text[-2:].count("=")


def is_timestamp(text: str) -> bool:
    return _TIMESTAMP.fullmatch(text) is not None


def is_media_type(text: Any) -> bool:
    return isinstance(text, str) and _MEDIA_TYPE.fullmatch(text) is not None


def is_data_url(text: str) -> bool:
    match = _DATA_URL.fullmatch(text)
    return bool(match) and is_media_type(match[1]) and match[2] != "" and is_base64(match[2])


def is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_blank(text: str) -> bool:
    return not text.strip()


def json_object(text: str) -> bool:
    """Whether a string holds exactly one JSON object."""
    def refuse(constant: str) -> None:
        raise ValueError(constant)
    try:
        return isinstance(json.loads(text, parse_constant=refuse), dict)
    except (ValueError, RecursionError):
        return False


def check_range(body: dict[str, Any], path: str, limits: dict[str, tuple[Any, Any]]) -> list[str]:
    """Members of `body` outside their limits; null and absent members pass."""
    found = []
    for name, (low, high) in limits.items():
        value = body.get(name)
        if value is None:
            continue
        if (low is not None and value < low) or (high is not None and value > high):
            found.append(f"{path}.{name}: {value} is outside {low}..{high}")
    return found


def check_members(value: Any, path: str, required: set[str],
                  optional: set[str] = frozenset()) -> list[str]:
    """The members of an envelope, which no vendor package describes."""
    if not isinstance(value, dict):
        return [f"{path}: is not an object"]
    found = [f"{path}.{name}: missing" for name in sorted(required - value.keys())]
    unknown = sorted(value.keys() - required - optional)
    return found + [f"{path}.{name}: unknown member" for name in unknown]


def check_id(holder: dict[str, Any], name: str, path: str = "") -> list[str]:
    """An id that is there has to be a string with something in it."""
    value = holder.get(name, "absent")
    if not isinstance(value, str):
        return [f"{path}{name}: is not a string"]
    return [] if value else [f"{path}{name}: is empty"]


def check_unique(names: list[str], path: str, what: str) -> list[str]:
    counts = collections.Counter(names)
    return [f"{path}: {what} {name!r} occurs {n} times" for name, n in counts.items() if n > 1]


def check_choice(name: Any, names: list[str], path: str) -> list[str]:
    """A forced tool has to be one of the tools that are defined."""
    return [] if name in names else [f"{path}: tool {name!r} is not defined"]


@dataclass
class Turn:
    """One turn of a conversation: calls and results are (id or None, name or None)."""
    role: str
    path: str
    calls: list[tuple[str | None, str | None]] = field(default_factory=list)
    results: list[tuple[str | None, str | None]] = field(default_factory=list)


def check_alternation(turns: list[Turn], first: str | None = "user") -> list[str]:
    """Roles alternate; where `first` is given, that one begins."""
    if not turns:
        return []
    found = []
    if first is not None and turns[0].role != first:
        found.append(f"{turns[0].path}: first turn is not of role {first}")
    for before, turn in zip(turns, turns[1:]):
        if before.role == turn.role:
            found.append(f"{turn.path}: role {turn.role} twice in a row, roles do not alternate")
    return found


def check_pairing(turns: list[Turn]) -> list[str]:
    """Every call is answered in the very next turn, and nothing else is answered there.

    Calls of the last turn may stay open: the conversation ends with them.
    """
    found = []
    for index, turn in enumerate(turns):
        found += _unique_ids(turn.calls, turn.path, "tool call id")
        found += _unique_ids(turn.results, turn.path, "tool result for id")
        if turn.calls and index + 1 < len(turns):
            found += _match(turn.calls, turns[index + 1])
        elif turn.results and not (index and turns[index - 1].calls):
            found.append(f"{turn.path}: tool result without a call in the turn before")
    return found


def _unique_ids(pairs: list[tuple[str | None, str | None]], path: str, what: str) -> list[str]:
    return check_unique([i for i, _ in pairs if i is not None], path, what)


def _match(calls: list[tuple[str | None, str | None]], answer: Turn) -> list[str]:
    if len(calls) != len(answer.results):
        return [f"{answer.path}: {len(calls)} tool calls but {len(answer.results)} tool results"]
    found = []
    ids = [{i for i, _ in pairs if i is not None} for pairs in (calls, answer.results)]
    if all(ids) and ids[0] != ids[1]:
        found.append(f"{answer.path}: tool results {sorted(ids[1])} do not answer "
                     f"the calls {sorted(ids[0])}")
    names = [sorted(n for _, n in pairs if n is not None) for pairs in (calls, answer.results)]
    if all(names) and names[0] != names[1]:
        found.append(f"{answer.path}: tool results of {names[1]} do not answer {names[0]}")
    return found
