# SPDX-License-Identifier: Apache-2.0
"""Anthropic Message Batches records, and Messages bodies wherever else they occur."""
import re
from typing import Any, Literal, Optional

from anthropic.types import Message
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from anthropic.types.messages import MessageBatchIndividualResponse

import rules
from rules import Turn
from typed import Validator, strict_model

_CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_CALL_ID = re.compile(r"[a-zA-Z0-9_-]+")
# The newest typed parameters leave these out, older models go on taking them.
_SAMPLING = {"temperature": (Optional[float], False), "top_p": (Optional[float], False),
             "top_k": (Optional[int], False)}
_NATIVE = {"anthropic_version": (Literal["bedrock-2023-05-31"], True),
           "anthropic_beta": (list[str], False)}
# workspace_id travels as a header; a batch never streams.
_PARAMS = Validator(strict_model(
    MessageCreateParamsNonStreaming, "BatchParams", ("stream", "workspace_id"), _SAMPLING))
_NATIVE_PARAMS = Validator(strict_model(
    MessageCreateParamsNonStreaming, "NativeParams", ("stream", "workspace_id", "model"),
    _SAMPLING | _NATIVE))
_RESULT = Validator(strict_model(MessageBatchIndividualResponse))
_MESSAGE = Validator(strict_model(Message))

OPAQUE = frozenset({"input", "input_schema", "schema"})


def check_request(record: dict[str, Any]) -> list[str]:
    found = rules.check_members(record, "$", {"custom_id", "params"})
    found += _custom_id(record)
    params = record.get("params")
    if not isinstance(params, dict):
        return found + ["params: is not an object"]
    if params.get("model") == "":
        found.append("params.model: is empty")
    return found + check_params(params, "params", native=False)


def _custom_id(record: dict[str, Any]) -> list[str]:
    value = record.get("custom_id", "absent")
    if not isinstance(value, str) or not _CUSTOM_ID.fullmatch(value):
        return [f"custom_id: {value!r} does not match {_CUSTOM_ID.pattern}"]
    return []


def check_params(params: dict[str, Any], path: str, native: bool) -> list[str]:
    found = (_NATIVE_PARAMS if native else _PARAMS).problems(params, path)
    return found or _parameters(params, path) + _conversation(params, path)


def _parameters(params: dict[str, Any], path: str) -> list[str]:
    found = rules.check_range(params, path, {
        "max_tokens": (1, None), "temperature": (0, 1), "top_p": (0, 1), "top_k": (0, None)})
    if any(rules.is_blank(text) for text in params.get("stop_sequences") or []):
        found.append(f"{path}.stop_sequences: a member is blank")
    budget = (params.get("thinking") or {}).get("budget_tokens")
    if budget is not None and not 1024 <= budget < params["max_tokens"]:
        found.append(f"{path}.thinking.budget_tokens: {budget} is outside "
                     f"1024..max_tokens - 1")
    if _count_cache_controls(params) > 4:
        found.append(f"{path}: more than 4 cache_control marks")
    return found


def _count_cache_controls(params: dict[str, Any]) -> int:
    blocks = [*(params.get("tools") or []), params]
    for part in [params.get("system"), *(m["content"] for m in params["messages"])]:
        blocks += part if isinstance(part, list) else []
    return sum(1 for block in blocks if block.get("cache_control"))


def _conversation(params: dict[str, Any], path: str) -> list[str]:
    found = [] if params["messages"] else [f"{path}.messages: is empty"]
    turns = []
    for index, message in enumerate(params["messages"]):
        here = f"{path}.messages[{index}]"
        if message["role"] == "system":
            found.append(f"{here}.role: system is not accepted inside messages")
        blocks = _blocks(message["content"])
        found += _content(blocks, f"{here}.content")
        turns.append(Turn(
            message["role"], here,
            [(b["id"], None) for b in blocks if b["type"] == "tool_use"],
            [(b["tool_use_id"], None) for b in blocks if b["type"] == "tool_result"]))
        found += _order(blocks, turns[-1])
    found += rules.check_alternation(turns) + rules.check_pairing(turns)
    for index, block in enumerate(_blocks(params.get("system") or [])):
        if rules.is_blank(block["text"]):
            found.append(f"{path}.system[{index}].text: is blank")
    return found + _tools(params, path, any(turn.calls or turn.results for turn in turns))


def _blocks(content: Any) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _content(blocks: list[dict[str, Any]], path: str) -> list[str]:
    found = [] if blocks else [f"{path}: is empty"]
    for index, block in enumerate(blocks):
        here = f"{path}[{index}]"
        if block["type"] == "text" and rules.is_blank(block["text"]):
            found.append(f"{here}.text: is blank")
        for name in ("id", "tool_use_id"):
            if name in block and not _CALL_ID.fullmatch(block[name]):
                found.append(f"{here}.{name}: {block[name]!r} does not match {_CALL_ID.pattern}")
        found += _source(block.get("source"), f"{here}.source")
        if block["type"] == "tool_result" and isinstance(block.get("content"), list):
            found += _result_parts(block["content"], f"{here}.content")
    return found


def _result_parts(parts: list[dict[str, Any]], path: str) -> list[str]:
    found = []
    for index, part in enumerate(parts):
        if part.get("text") == "":
            found.append(f"{path}[{index}].text: is empty")
        found += _source(part.get("source"), f"{path}[{index}].source")
    return found


def _source(source: Any, path: str) -> list[str]:
    if not isinstance(source, dict):
        return []
    if source.get("type") == "content" and isinstance(source["content"], list):
        return _result_parts(source["content"], f"{path}.content")
    if source.get("type") == "base64" and not (
            source["data"] and rules.is_base64(source["data"])):
        return [f"{path}.data: is not standard padded base64"]
    if source.get("type") == "url" and not source["url"].startswith(("https://", "http://")):
        return [f"{path}.url: is not an http address"]
    return []


def _order(blocks: list[dict[str, Any]], turn: Turn) -> list[str]:
    if turn.calls and turn.role != "assistant":
        return [f"{turn.path}: tool_use in a turn of role {turn.role}"]
    if turn.results and turn.role != "user":
        return [f"{turn.path}: tool_result in a turn of role {turn.role}"]
    kinds = [block["type"] == "tool_result" for block in blocks]
    if kinds != sorted(kinds, reverse=True):
        return [f"{turn.path}.content: tool_result blocks have to come first"]
    return []


def _tools(params: dict[str, Any], path: str, uses_tools: bool) -> list[str]:
    tools = params.get("tools") or []
    if uses_tools and not tools:
        return [f"{path}.tools: missing, yet messages hold tool blocks"]
    names = [tool["name"] for tool in tools if "name" in tool]
    found = rules.check_unique(names, f"{path}.tools", "tool")
    for name in names:
        if not rules.TOOL_NAME.fullmatch(name):
            found.append(f"{path}.tools: name {name!r} does not match {rules.TOOL_NAME.pattern}")
    for tool in tools:
        # The typed parameters also take any object here, the service does not.
        if tool.get("input_schema", {"type": "object"}).get("type") != "object":
            found.append(f"{path}.tools: input_schema.type of {tool['name']} is not object")
    choice = params.get("tool_choice")
    if choice and not tools:
        found.append(f"{path}.tool_choice: there are no tools")
    elif choice and choice["type"] == "tool":
        found += rules.check_choice(choice["name"], names, f"{path}.tool_choice")
    return found


def check_result(record: dict[str, Any]) -> list[str]:
    found = _RESULT.problems(record, "$")
    if found:
        return found
    found = _custom_id(record)
    if record["result"]["type"] == "succeeded":
        found += _answer(record["result"]["message"], "result.message")
    return found


def check_message(message: dict[str, Any], path: str) -> list[str]:
    return _MESSAGE.problems(message, path) or _answer(message, path)


def _answer(message: dict[str, Any], path: str) -> list[str]:
    calls = [block for block in message["content"] if block["type"] == "tool_use"]
    found = rules.check_unique([call["id"] for call in calls], f"{path}.content", "tool call id")
    for call in calls:
        if not _CALL_ID.fullmatch(call["id"]):
            found.append(f"{path}.content: id {call['id']!r} does not match {_CALL_ID.pattern}")
    if message.get("stop_reason") is None:
        found.append(f"{path}.stop_reason: missing or null in a complete message")
    if message.get("stop_reason") == "tool_use" and not calls:
        found.append(f"{path}.stop_reason: tool_use without a tool_use block")
    counts = {name: (0, None) for name, value in message["usage"].items()
              if rules.is_integer(value)}
    return found + rules.check_range(message["usage"], f"{path}.usage", counts)
