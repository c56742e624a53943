# SPDX-License-Identifier: Apache-2.0
"""The one thing in which schemas differ: Gemini writes types in upper case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def with_types(schema: Any, change: Callable[[str], str]) -> Any:
    """The schema with each of its types changed."""
    if not isinstance(schema, dict):
        return schema
    changed: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "type":
            changed[key] = change(value)
        elif key == "properties":
            changed[key] = {name: with_types(inner, change) for name, inner in value.items()}
        elif key == "items":
            changed[key] = with_types(value, change)
        else:
            changed[key] = value
    return changed
