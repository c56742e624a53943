# SPDX-License-Identifier: Apache-2.0
"""Gemini batch records: google-genai's own models, read as JSON, and their strict twins."""
import json
import re
import warnings
from collections.abc import Callable
from typing import Any, Optional

import pydantic
from google.genai import types
from google.genai._common import BaseModel

import rules
from rules import Turn
from typed import Validator, strict_model


class GenerateContentRequest(BaseModel):
    """The REST request; the package itself has only the flat form that its client takes."""

    contents: list[types.Content]
    system_instruction: Optional[types.Content] = None
    tools: Optional[list[types.Tool]] = None
    tool_config: Optional[types.ToolConfig] = None
    safety_settings: Optional[list[types.SafetySetting]] = None
    generation_config: Optional[types.GenerationConfig] = None
    cached_content: Optional[str] = None
    model: Optional[str] = None
    service_tier: Optional[types.ServiceTier] = None
    store: Optional[bool] = None
    labels: Optional[dict[str, str]] = None


# Members that the client adds to what the service sends.
_CLIENT_ONLY = ("sdk_http_response", "automatic_function_calling_history", "parsed")
_REQUEST = Validator(strict_model(GenerateContentRequest, "GeminiRequest"))
_RESPONSE = Validator(strict_model(
    types.GenerateContentResponse, "GeminiResponse", _CLIENT_ONLY))

_FUNCTION_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}")
_DATA_FIELDS = ("text", "inlineData", "fileData", "functionCall", "functionResponse",
                "executableCode", "codeExecutionResult", "toolCall", "toolResponse")
_ROLES = {None: "user", "user": "user", "function": "user", "model": "model"}
_FREE = frozenset({"args", "response", "parametersJsonSchema", "responseJsonSchema",
                   "parameters_json_schema", "response_json_schema"})
OPAQUE = (_FREE - {"response"}) | {
    "functionResponse.response", "function_response.response", "parameters",
    "responseSchema", "response_schema"}
_SPELLING = re.compile(r"_([a-z])")


def request_envelope(
        record: dict[str, Any]) -> tuple[dict[str, Any] | None, list[str]]:
    """The request of a line, or None, and what is wrong around it."""
    found = rules.check_members(record, "$", {"request"}, {"key", "metadata"})
    if ("key" in record) == ("metadata" in record):
        found.append("$: has to hold either key or metadata.key")
    elif "key" in record:
        found += rules.check_id(record, "key")
    else:
        found += rules.check_members(record["metadata"], "metadata", {"key"}) or \
            rules.check_id(record["metadata"], "key", "metadata.")
    request = record.get("request")
    if not isinstance(request, dict):
        return None, found + ["request: is not an object"]
    return request, found


def check_request(record: dict[str, Any]) -> list[str]:
    request, found = request_envelope(record)
    if request is None:
        return found
    found += _REQUEST.problems(request, "request") or \
        _package_problems(GenerateContentRequest, request, "request")
    return found or _request(_camel(request))


# What the importer of Vertex AI takes of a line, which becomes a row of a table.
_COLUMN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VERTEX_DEPTH = 15


def check_vertex_request(record: dict[str, Any]) -> list[str]:
    found = rules.check_members(record, "$", {"request"}, {"custom_id"})
    if "custom_id" in record:
        found += rules.check_id(record, "custom_id")
    request = record.get("request")
    if not isinstance(request, dict):
        return found + ["request: is not an object"]
    found += check_request({"key": "k", "request": request})
    return found + _columns(request, "request", 1)


def _columns(value: Any, path: str, depth: int) -> list[str]:
    if isinstance(value, list):
        return [reason for index, part in enumerate(value)
                for reason in _columns(part, f"{path}[{index}]", depth)]
    if not isinstance(value, dict):
        return []
    if not value:
        return [f"{path}: is an empty object"]
    if depth > _VERTEX_DEPTH:
        return [f"{path}: more than {_VERTEX_DEPTH} levels of objects"]
    found = []
    for name, part in value.items():
        if not _COLUMN.fullmatch(name):
            found.append(f"{path}: {name!r} is no name of a column")
        found += _columns(part, f"{path}.{name}", depth + 1)
    return found


def check_vertex_result(record: dict[str, Any]) -> list[str]:
    found = rules.check_members(
        record, "$", {"status", "response"}, {"custom_id", "processed_time", "request"})
    if "processed_time" in record and not rules.is_timestamp(str(record["processed_time"])):
        found.append("processed_time: is not an RFC 3339 timestamp")
    status, response = record.get("status"), record.get("response")
    if not isinstance(status, str):
        return found + ["status: is not a string"]
    if bool(status) == bool(response):
        found.append("$: has to hold either a text of status or an answer")
    if response:
        return found + check_result({"key": "k", "response": response})
    text = status.partition(": ")[2]
    if status and not rules.json_object(text):
        found.append("status: no error as JSON behind the phrase")
    return found


def _package_problems(model: type[BaseModel], value: dict[str, Any], path: str) -> list[str]:
    """What the package says when it reads the JSON; unknown enum values only make it warn."""
    text = json.dumps(_without_free_values(value))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            model.model_validate_json(text)
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        location = ".".join(str(step) for step in first["loc"])
        return [f"{path}.{location}: {first['msg']}"]
    except Warning as warning:
        return [f"{path}: {warning}"]
    return []


def _without_free_values(value: Any) -> Any:
    """Arguments and free schemas may be nested deeper than the package's parser goes."""
    if isinstance(value, list):
        return [_without_free_values(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {name: {} if name in _FREE and isinstance(part, dict) else _without_free_values(part)
            for name, part in value.items()}


def _camel(value: Any) -> Any:
    """Field names in one spelling, for the rules alone; free values stay as they are."""
    if isinstance(value, list):
        return [_camel(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {_SPELLING.sub(lambda m: m[1].upper(), name): part if name in _FREE else _camel(part)
            for name, part in value.items()}


def _request(request: dict[str, Any]) -> list[str]:
    contents = request["contents"]
    found = [] if contents else ["request.contents: is empty"]
    turns = []
    for index, content in enumerate(contents):
        path = f"request.contents[{index}]"
        parts = content.get("parts") or []
        if content.get("role") not in _ROLES:
            found.append(f"{path}.role: {content['role']!r} is none of user, model")
            continue
        found += [] if parts else [f"{path}.parts: missing or empty"]
        found += _parts(parts, f"{path}.parts", request=True)
        turns.append(_turn(_ROLES[content.get("role")], path, parts))
        found += _sides(turns[-1])
    found += rules.check_alternation(turns, first=None) + rules.check_pairing(turns)
    system = request.get("systemInstruction")
    if system is not None:
        parts = system.get("parts") or []
        if not parts or any(part.get("text", "") == "" for part in parts):
            found.append("request.systemInstruction.parts: each has to be a text")
    found += _tools(request)
    return found + _generation(request.get("generationConfig") or {})


def _turn(role: str, path: str, parts: list[dict[str, Any]]) -> Turn:
    def pairs(member: str) -> list[tuple[str | None, str | None]]:
        held = [part[member] for part in parts if part.get(member) is not None]
        return [(value.get("id"), value.get("name")) for value in held]
    return Turn(role, path, pairs("functionCall"), pairs("functionResponse"))


def _sides(turn: Turn) -> list[str]:
    if turn.calls and turn.role != "model":
        return [f"{turn.path}: functionCall in a turn of role {turn.role}"]
    if turn.results and turn.role != "user":
        return [f"{turn.path}: functionResponse in a turn of role {turn.role}"]
    return []


def _parts(parts: list[dict[str, Any]], path: str, request: bool) -> list[str]:
    found = []
    for index, part in enumerate(parts):
        here = f"{path}[{index}]"
        held = [name for name in _DATA_FIELDS if part.get(name) is not None]
        # Services leave empty text out, proto3 style; a request has to say something.
        if len(held) > 1 or (request and not held):
            found.append(f"{here}: a part has exactly one data field, this has {held}")
        if request and part.get("text") == "":
            found.append(f"{here}.text: is empty")
        for name in ("functionCall", "functionResponse"):
            if name in held and not _FUNCTION_NAME.fullmatch(part[name].get("name") or ""):
                found.append(f"{here}.{name}.name: missing or not a function name")
        if "functionResponse" in held and part["functionResponse"].get("response") is None:
            found.append(f"{here}.functionResponse.response: missing")
        found += _media(part, here)
    return found


def _media(part: dict[str, Any], path: str) -> list[str]:
    found = []
    for name, member in (("inlineData", "data"), ("fileData", "fileUri")):
        media = part.get(name)
        if media is None:
            continue
        if not media.get(member):
            found.append(f"{path}.{name}.{member}: missing or empty")
        if not rules.is_media_type(media.get("mimeType")) and name == "inlineData":
            found.append(f"{path}.{name}.mimeType: is not a media type")
    return found


def _tools(request: dict[str, Any]) -> list[str]:
    declaring = [tool["functionDeclarations"] for tool in request.get("tools") or []
                 if tool.get("functionDeclarations") is not None]
    found = []
    if len(declaring) > 1:
        found.append("request.tools: function declarations belong into one tool")
    declarations = [declaration for group in declaring for declaration in group]
    names = [declaration.get("name") or "" for declaration in declarations]
    for declaration, name in zip(declarations, names):
        path = f"request.tools.functionDeclarations {name!r}"
        if not _FUNCTION_NAME.fullmatch(name):
            found.append(f"{path}: name does not match {_FUNCTION_NAME.pattern}")
        found += _one_schema(declaration, path, "parameters", "parametersJsonSchema")
    found += rules.check_unique(names, "request.tools", "function")
    config = (request.get("toolConfig") or {}).get("functionCallingConfig") or {}
    allowed = config.get("allowedFunctionNames") or []
    for name in allowed:
        found += rules.check_choice(name, names, "request.toolConfig.functionCallingConfig")
    if allowed and config.get("mode") not in ("ANY", "VALIDATED"):
        found.append("request.toolConfig.functionCallingConfig: allowedFunctionNames "
                     "need the mode ANY or VALIDATED")
    return found


def _one_schema(holder: dict[str, Any], path: str, typed: str, free: str) -> list[str]:
    if holder.get(typed) is not None and holder.get(free) is not None:
        return [f"{path}: {typed} and {free} exclude each other"]
    if holder.get(free) is not None and not isinstance(holder[free], dict):
        return [f"{path}.{free}: is not an object"]
    return []


def _generation(config: dict[str, Any]) -> list[str]:
    path = "request.generationConfig"
    found = rules.check_range(config, path, {
        "temperature": (0, 2), "topP": (0, 1), "topK": (1, None), "candidateCount": (1, 8),
        "maxOutputTokens": (1, None), "seed": (-2**31, 2**31 - 1), "logprobs": (0, 20),
        "presencePenalty": (-2, 2), "frequencyPenalty": (-2, 2)})
    stops = config.get("stopSequences") or []
    if len(stops) > 5 or "" in stops:
        found.append(f"{path}.stopSequences: at most 5, none of them empty")
    if config.get("logprobs") is not None and not config.get("responseLogprobs"):
        found.append(f"{path}.logprobs: needs responseLogprobs")
    found += _one_schema(config, path, "responseSchema", "responseJsonSchema")
    asks = [n for n in ("responseSchema", "responseJsonSchema") if config.get(n) is not None]
    if asks and config.get("responseMimeType") not in ("application/json", "text/x.enum"):
        found.append(f"{path}.{asks[0]}: needs responseMimeType application/json")
    thinking = config.get("thinkingConfig") or {}
    if thinking.get("thinkingLevel") is not None and thinking.get("thinkingBudget") is not None:
        found.append(f"{path}.thinkingConfig: thinkingLevel and thinkingBudget "
                     f"exclude each other")
    return found + rules.check_range(
        thinking, f"{path}.thinkingConfig", {"thinkingBudget": (-1, None)})


def _chat_answer(response: dict[str, Any], path: str) -> list[str]:
    found = _RESPONSE.problems(response, path) or \
        _package_problems(types.GenerateContentResponse, response, path)
    return found or _response(_camel(response))


def check_result(record: dict[str, Any],
                 answer: Callable[[dict[str, Any], str], list[str]] = _chat_answer) -> list[str]:
    """A line that comes back; `answer` checks the response of a request that went well."""
    found = rules.check_members(record, "$", {"key"}, {"response", "error"})
    found += rules.check_id(record, "key")
    if ("response" in record) == ("error" in record):
        return found + ["$: has to hold either response or error"]
    if "error" in record:
        return found + _error(record["error"])
    response = record["response"]
    if not isinstance(response, dict):
        return found + ["response: is not an object"]
    return found + answer(response, "response")


def _error(error: Any) -> list[str]:
    found = rules.check_members(error, "error", {"code", "message"}, {"status", "details"})
    if found:
        return found
    if not rules.is_integer(error["code"]) or not 1 <= error["code"] <= 16:
        found.append(f"error.code: {error['code']!r} is not a google.rpc code")
    for name in ("message", "status"):
        if not isinstance(error.get(name, ""), str):
            found.append(f"error.{name}: is not a string")
    if not isinstance(error.get("details", []), list):
        found.append("error.details: is not an array")
    return found


def _response(response: dict[str, Any]) -> list[str]:
    found = []
    candidates = response.get("candidates") or []
    for index, candidate in enumerate(candidates):
        path = f"response.candidates[{index}]"
        content = candidate.get("content") or {}
        parts = content.get("parts") or []
        if parts and content.get("role") != "model":
            found.append(f"{path}.content.role: is not model")
        if any(part.get("functionResponse") is not None for part in parts):
            found.append(f"{path}.content: a model does not write function responses")
        found += _parts(parts, f"{path}.content.parts", request=False)
        found += _turn_ids(parts, path)
        found += _chosen(candidate.get("logprobsResult") or {}, f"{path}.logprobsResult")
    places = [str(c["index"]) for c in candidates if c.get("index") is not None]
    found += rules.check_unique(places, "response.candidates", "index")
    usage = response.get("usageMetadata") or {}
    counts = {name: (0, None) for name, value in usage.items() if rules.is_integer(value)}
    return found + rules.check_range(usage, "response.usageMetadata", counts)


def _turn_ids(parts: list[dict[str, Any]], path: str) -> list[str]:
    ids = [i for i, _ in _turn("model", path, parts).calls if i is not None]
    return rules.check_unique(ids, path, "function call id")


def _chosen(result: dict[str, Any], path: str) -> list[str]:
    chosen, top = result.get("chosenCandidates"), result.get("topCandidates")
    if chosen is not None and top is not None and len(chosen) != len(top):
        return [f"{path}: {len(chosen)} chosen tokens but {len(top)} lists of top tokens"]
    return []
