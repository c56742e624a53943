# SPDX-License-Identifier: Apache-2.0
"""Whether two outputs mean the same: record by record, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

# What a converter makes up, or takes from a clock: named by the path of its record.
MADE_UP = {
    "id",
    "response.request_id",
    "response.body.id",
    "response.body.created",
    "response.body.model",
    "response.modelVersion",
    "response.responseId",
    "response.createTime",
}


def normalised(value: Any, path: str = "") -> Any:
    """The value without what is made up, and with JSON texts inside of strings parsed."""
    if isinstance(value, dict):
        members = {}
        for key, member in value.items():
            inner = f"{path}.{key}" if path else key
            if inner in MADE_UP:
                continue
            is_json = key == "arguments" or (key == "content" and value.get("role") == "tool")
            if is_json and isinstance(member, str):
                members[key] = parsed_or_same(member)
            else:
                members[key] = normalised(member, inner)
        return members
    if isinstance(value, list):
        return [normalised(element, f"{path}[]") for element in value]
    return value


def parsed_or_same(text: str) -> Any:
    """What a JSON text holds, or the text where it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def differences(expected: Any, actual: Any, path: str = "$") -> Iterator[str]:
    """Every place where two values differ, in words."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in sorted(expected.keys() | actual.keys()):
            if key not in actual:
                yield f"{path}.{key} is missing"
            elif key not in expected:
                yield f"{path}.{key} is not expected"
            else:
                yield from differences(expected[key], actual[key], f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            yield f"{path} has {len(actual)} elements, not {len(expected)}"
        for index, (one, other) in enumerate(zip(expected, actual)):
            yield from differences(one, other, f"{path}[{index}]")
    elif expected != actual or isinstance(expected, bool) != isinstance(actual, bool):
        yield f"{path} is {shortened(actual)}, not {shortened(expected)}"


def shortened(value: Any) -> str:
    """A value in one line that is short enough to print."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "..."


def first_difference(expected: bytes, actual: bytes) -> str | None:
    """The first difference between two files of records, or nothing when they mean the same."""
    expected_lines = expected.splitlines()
    if not expected_lines:
        return "the reference is empty"
    for number, (one, other) in enumerate(zip_longest(expected_lines, actual.splitlines()), 1):
        if one is None or other is None:
            return f"record {number}: {'too many' if one is None else 'too few'} records"
        try:
            found = normalised(json.loads(other))
        except ValueError as error:
            return f"record {number}: no JSON: {error}"
        for difference in differences(normalised(json.loads(one)), found):
            return f"record {number}: {difference}"
    return None
