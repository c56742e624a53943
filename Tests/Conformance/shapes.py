# SPDX-License-Identifier: Apache-2.0
"""Checks JSON against botocore's service model, including all that botocore itself passes over:
enums, patterns, maxima, lengths, unions, base64 of blobs, and booleans in place of numbers."""
import re
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator

from rules import is_base64, is_integer

_KINDS = {"integer": "an integer", "long": "an integer", "float": "a number",
          "double": "a number", "boolean": "a boolean", "string": "a string",
          "blob": "a base64 string", "list": "an array", "map": "an object",
          "structure": "an object"}


def runtime_shape(name: str) -> Shape:
    session = botocore.session.get_session()
    return session.get_service_model("bedrock-runtime").shape_for(name)


def botocore_problems(value: dict[str, Any], shape: Shape, path: str) -> list[str]:
    """What botocore's own validator says."""
    report = ParamValidator().validate(value, shape)
    return [f"{path}: {line}" for line in report.generate_report().splitlines()]


def shape_problems(value: Any, shape: Shape, path: str) -> list[str]:
    if getattr(shape, "is_document_type", False):
        return []
    if not _has_kind(value, shape.type_name):
        return [f"{path}: is not {_KINDS[shape.type_name]}"]
    if isinstance(shape, StructureShape):
        return _structure(value, shape, path)
    if isinstance(shape, ListShape):
        found = _limits(len(value), shape, path, "number of items")
        for index, member in enumerate(value):
            found += shape_problems(member, shape.member, f"{path}[{index}]")
        return found
    if isinstance(shape, MapShape):
        return _map(value, shape, path)
    if shape.type_name == "blob":
        return _blob(value, shape, path)
    if isinstance(shape, StringShape):
        return _string(value, shape, path)
    if shape.type_name == "boolean":
        return []
    return _limits(value, shape, path, "value")


def _has_kind(value: Any, kind: str) -> bool:
    if kind in ("integer", "long"):
        return is_integer(value)
    if kind in ("float", "double"):
        return is_integer(value) or isinstance(value, float)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in ("string", "blob"):
        return isinstance(value, str)
    if kind == "list":
        return isinstance(value, list)
    if kind in ("map", "structure"):
        return isinstance(value, dict)
    raise TypeError(f"shape type {kind} is not known")


def _limits(size: Any, shape: Shape, path: str, what: str) -> list[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is not None and size < low) or (high is not None and size > high):
        return [f"{path}: {what} {size} is outside {low}..{high}"]
    return []


def _structure(value: dict[str, Any], shape: StructureShape, path: str) -> list[str]:
    found = [f"{path}.{name}: missing" for name in shape.required_members if name not in value]
    if getattr(shape, "is_tagged_union", False) and len(value) != 1:
        found.append(f"{path}: a union has exactly one member, this has {sorted(value)}")
    for name, member in value.items():
        if name in shape.members:
            found += shape_problems(member, shape.members[name], f"{path}.{name}")
        else:
            found.append(f"{path}.{name}: unknown member")
    return found


def _map(value: dict[str, Any], shape: MapShape, path: str) -> list[str]:
    found = _limits(len(value), shape, path, "number of pairs")
    for name, member in value.items():
        found += shape_problems(name, shape.key, f"{path} key {name!r}")
        found += shape_problems(member, shape.value, f"{path}.{name}")
    return found


def _blob(value: str, shape: Shape, path: str) -> list[str]:
    if not is_base64(value):
        return [f"{path}: is not standard padded base64"]
    return _limits(len(value) // 4 * 3, shape, path, "number of bytes")


def _string(value: str, shape: StringShape, path: str) -> list[str]:
    found = _limits(len(value), shape, path, "length")
    if shape.enum and value not in shape.enum:
        found.append(f"{path}: {value!r} is none of {', '.join(shape.enum)}")
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        found.append(f"{path}: {value!r} does not match {pattern}")
    return found
