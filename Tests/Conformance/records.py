# SPDX-License-Identifier: Apache-2.0
"""Reading of JSONL files: every line has to be one JSON object that every vendor's parser takes."""
import json
import sys
from collections.abc import Iterator
from typing import Any

# The deepest record that the project lets through, and how much of Python's stack that may cost.
MAX_DEPTH = 1024
sys.setrecursionlimit(20 * MAX_DEPTH)
sys.set_int_max_str_digits(0)


class Members(dict):
    """An object of the record in which a name occurs twice; Python keeps the last value."""

    repeated: list[str] = []


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    found = Members(plain)
    names = [name for name, _ in pairs]
    found.repeated = sorted({name for name in names if names.count(name) > 1})
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def lines_of(path: str) -> Iterator[tuple[int, bytes]]:
    """Numbered lines without their LF; LF alone ends a line."""
    with open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            yield number, line.removesuffix(b"\n")


def parse_line(line: bytes) -> tuple[dict[str, Any] | None, str]:
    """The record of a line, or None and what is wrong with the line."""
    if line.startswith(b"\xef\xbb\xbf"):
        return None, "line begins with a byte order mark"
    if not line.strip(b" \t\r"):
        return None, "line is blank"
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, f"line is not UTF-8: {error.reason} at byte {error.start}"
    try:
        record = json.loads(
            text, object_pairs_hook=_members, parse_constant=_refuse_constant)
    except RecursionError:
        return None, f"line is nested deeper than {MAX_DEPTH} levels"
    except ValueError as error:
        return None, f"line is not JSON: {error}"
    if not isinstance(record, dict):
        return None, "line is not an object"
    return record, _unfit(record)


def _unfit(record: dict[str, Any]) -> str:
    """Depth and lone surrogates, which Python's parser accepts; without recursion."""
    waiting: list[tuple[Any, int]] = [(record, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > MAX_DEPTH and isinstance(value, (dict, list)):
            return f"line is nested deeper than {MAX_DEPTH} levels"
        if isinstance(value, dict):
            waiting += [(part, depth + 1) for pair in value.items() for part in pair]
        elif isinstance(value, list):
            waiting += [(part, depth + 1) for part in value]
        elif isinstance(value, str) and any("\ud800" <= c <= "\udfff" for c in value):
            return "line has a lone surrogate"
    return ""


def repeated_members(value: Any, opaque: frozenset[str], path: str = "$") -> list[str]:
    """Names that occur twice in an object, opaque values (arguments, schemas) left out.

    `opaque` holds member names, or `parent.member` where the name alone says too little.
    """
    found = [f"{path}.{name}: occurs twice" for name in getattr(value, "repeated", ())]
    if isinstance(value, list):
        for index, part in enumerate(value):
            found += repeated_members(part, opaque, f"{path}[{index}]")
    elif isinstance(value, dict):
        parent = path.rpartition(".")[2]
        for name, part in value.items():
            if name not in opaque and f"{parent}.{name}" not in opaque:
                found += repeated_members(part, opaque, f"{path}.{name}")
    return found
