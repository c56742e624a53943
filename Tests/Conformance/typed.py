# SPDX-License-Identifier: Apache-2.0
"""Strict pydantic validators, rebuilt from the types that the vendors' packages publish.

The packages are made to be lenient: unknown members pass, `Iterable` members are never looked at,
"5" and true are taken for integers. The rebuilt models forbid all of that. An annotation that is
not known here raises TypeError, so that no member of a new release goes unchecked unnoticed.
"""
import collections.abc
import datetime
import enum
import io
import os
import sys
import types
import typing
from typing import Annotated, Any, Callable, Literal, Union

import pydantic
import typing_extensions as te
from pydantic import AfterValidator, AliasChoices, Field, Strict

from rules import is_base64, is_timestamp

# Recursive types refer to each other by name; pydantic looks names up in the model's module.
_GENERATED = types.ModuleType("conformance_generated_types")
sys.modules[_GENERATED.__name__] = _GENERATED
_BUILT: dict[str, Any] = {}
_OPEN: set[str] = set()

_LISTS = (list, collections.abc.Iterable, collections.abc.Sequence)
_DICTS = (dict, collections.abc.Mapping)
_FILES = (io.IOBase, typing.IO, os.PathLike)
_UNIONS = (Union, types.UnionType)
_SCALARS = (str, int, float, bool)


def _text(test: Callable[[str], bool], what: str) -> Any:
    def check(value: str) -> str:
        if not test(value):
            raise ValueError(f"is not {what}")
        return value
    return Annotated[str, Strict(), AfterValidator(check)]


_BASE64 = _text(is_base64, "standard padded base64")
_TIMESTAMP = _text(is_timestamp, "an RFC 3339 timestamp")


def _is_file(tp: Any) -> bool:
    return tp in _FILES or te.get_origin(tp) in _FILES


def _plain(tp: Any) -> Any:
    """The strict form of an annotation without arguments, None when it is none."""
    if tp is Any or tp is object:
        return Any
    if tp is None or tp is type(None):
        return None.__class__
    if tp in _SCALARS:
        return Annotated[tp, Strict()]
    if tp is bytes:
        return _BASE64
    if tp is datetime.datetime:
        return _TIMESTAMP
    if isinstance(tp, type) and issubclass(tp, enum.Enum):
        return Literal[tuple(member.value for member in tp)]
    if te.is_typeddict(tp) or (isinstance(tp, type) and issubclass(tp, pydantic.BaseModel)):
        return strict_model(tp)
    return None


def strict_annotation(tp: Any) -> Any:
    plain = _plain(tp)
    if plain is not None:
        return plain
    origin, arguments = te.get_origin(tp), te.get_args(tp)
    if origin in (Annotated, te.Required, te.NotRequired, te.ReadOnly):
        return strict_annotation(arguments[0])
    if origin in (Literal, te.Literal):
        return _literal(tp, arguments)
    if origin in _UNIONS:
        members = [strict_annotation(a) for a in arguments if not _is_file(a)]
        # Nothing but files: a union nested in one that also has a string.
        return Union[tuple(members)] if members else te.Never
    if origin in _LISTS or getattr(origin, "__name__", "") == "SequenceNotStr":
        return list[strict_annotation(arguments[0])]
    if origin in _DICTS:
        return dict[str, strict_annotation(arguments[1])]
    raise TypeError(f"annotation {tp!r} is not known")


def _literal(tp: Any, values: tuple[Any, ...]) -> Any:
    """pydantic compares literals by equality, and 0 equals False."""
    if not any(isinstance(value, bool) for value in values):
        return tp

    def check(value: bool) -> bool:
        if value not in values:
            raise ValueError(f"is none of {values}")
        return value
    if all(isinstance(value, bool) for value in values):
        return Annotated[bool, Strict(), AfterValidator(check)]
    raise TypeError(f"literal {tp!r} mixes booleans with other values")


def _typed_dict_fields(source: Any) -> dict[str, tuple[str, Any, bool]]:
    fields = {}
    for name, hint in te.get_type_hints(source, include_extras=True).items():
        origin = te.get_origin(hint)
        # Under postponed evaluation __required_keys__ knows `total` but not the markers.
        required = origin is te.Required or (
            name in source.__required_keys__ and origin is not te.NotRequired)
        fields[name] = (name, hint, required)
    return fields


def _model_fields(source: Any) -> dict[str, tuple[str, Any, bool]]:
    source.model_rebuild()
    return {
        name: (field.alias or name, field.annotation, field.is_required())
        for name, field in source.model_fields.items()
    }


def strict_model(source: Any, name: str = "", drop: tuple[str, ...] = (),
                 add: dict[str, tuple[Any, bool]] | None = None) -> Any:
    """The strict twin of a TypedDict or model; `drop` and `add` change the root alone.

    `add` maps a member to its annotation and whether it is required.
    """
    name = name or f"{source.__module__}.{source.__qualname__}".replace(".", "_")
    if name in _OPEN:
        return te.ForwardRef(name)
    if name in _BUILT:
        return _BUILT[name]
    _OPEN.add(name)
    read = _typed_dict_fields if te.is_typeddict(source) else _model_fields
    fields = {key: value for key, value in read(source).items() if key not in drop}
    for key, (annotation, required) in (add or {}).items():
        fields[key] = (key, annotation, required)
    members = {}
    for index, (own, (alias, hint, required)) in enumerate(fields.items()):
        # Members such as `json` or `schema` would shadow pydantic's own, hence the numbers.
        spellings = alias if own == alias else AliasChoices(alias, own)
        default = ... if required else None
        members[f"member{index}"] = (
            strict_annotation(hint), Field(default, validation_alias=spellings))
    model = pydantic.create_model(
        name, __module__=_GENERATED.__name__,
        __config__=pydantic.ConfigDict(extra="forbid", defer_build=True), **members)
    _OPEN.discard(name)
    _BUILT[name] = model
    setattr(_GENERATED, name, model)
    return model


class Validator:
    """Checks values against one strict model and says what is wrong in paths of the record."""

    def __init__(self, model: Any) -> None:
        model.model_rebuild(force=True)
        self._adapter = pydantic.TypeAdapter(model)

    def problems(self, value: Any, path: str) -> list[str]:
        try:
            self._adapter.validate_python(value)
        except pydantic.ValidationError as error:
            return _describe(error.errors(include_url=False), value, path)
        return []


def _describe(errors: list[Any], value: Any, path: str) -> list[str]:
    """A union reports every variant; what counts are those whose `type` or `role` did match."""
    tags = {e["loc"][:-1]: e for e in errors
            if e["type"] == "literal_error" and e["loc"][-1] in ("type", "role")}
    found = {_location(e["loc"], value): e["msg"] for e in errors if not _inside(e["loc"], tags)}
    unmatched: dict[str, str] = {}
    for variant, error in tags.items():
        if not _inside(variant, tags):
            place = _location(error["loc"], value)
            unmatched[place] = f"{error['input']!r} fits no variant" \
                if place in unmatched else error["msg"]
    # A tag is at fault only if nothing else is wrong in the object that holds it.
    places = {*found, *unmatched}
    unmatched = {place: message for place, message in unmatched.items()
                 if not any(_below(other, place.rpartition(".")[0])
                            for other in places - {place})}
    found |= unmatched
    # The variants of another kind (text where there is an array) only repeat that it is no text.
    lines = [f"{path}{place}: {message}" for place, message in found.items()
             if not any(_below(other, place) for other in found)]
    return lines[:3] or [f"{path}{_location(errors[0]['loc'], value)}: {errors[0]['msg']}"]


def _inside(location: tuple[Any, ...], variants: Any) -> bool:
    return any(location[:n] in variants for n in range(len(location)))


def _below(place: str, other: str) -> bool:
    return place.startswith((other + ".", other + "["))


def _location(location: tuple[Any, ...], value: Any) -> str:
    """The part of a location that names members; branch names of unions are left out."""
    text = ""
    for position, step in enumerate(location):
        if isinstance(step, int) and isinstance(value, list):
            text += f"[{step}]"
            value = value[step] if step < len(value) else None
        elif isinstance(value, dict) and step in value:
            text += f".{step}"
            value = value[step]
        elif position == len(location) - 1 and isinstance(value, dict):
            text += f".{step}"
    return text
