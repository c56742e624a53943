# SPDX-License-Identifier: Apache-2.0
"""OpenAI batch records of the chat completions endpoint."""
from typing import Any

from openai.types.chat import ChatCompletion
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming

import openai_batch
import rules
from rules import Turn
from typed import Validator, strict_model

_URL = "/v1/chat/completions"
_BODY = Validator(strict_model(CompletionCreateParamsNonStreaming))
_COMPLETION = Validator(strict_model(ChatCompletion))

OPAQUE = frozenset({"parameters", "json_schema.schema"})


def check_request(record: dict[str, Any]) -> list[str]:
    return openai_batch.check_request(record, _URL, _body)


def _body(body: dict[str, Any]) -> list[str]:
    wrong = _BODY.problems(body, "body")
    return wrong or _parameters(body) + _tools(body) + _conversation(body)


def _parameters(body: dict[str, Any]) -> list[str]:
    found = rules.check_range(body, "body", {
        "temperature": (0, 2), "top_p": (0, 1), "n": (1, 128), "max_tokens": (1, None),
        "max_completion_tokens": (1, None), "top_logprobs": (0, 20),
        "presence_penalty": (-2, 2), "frequency_penalty": (-2, 2),
        "seed": (-2**63, 2**63 - 1)})
    if body["model"] == "":
        found.append("body.model: is empty")
    stops = body.get("stop")
    if isinstance(stops, list) and not 1 <= len(stops) <= 4:
        found.append(f"body.stop: {len(stops)} sequences, 1..4 are allowed")
    if body.get("top_logprobs") is not None and not body.get("logprobs"):
        found.append("body.top_logprobs: needs logprobs")
    for token, bias in (body.get("logit_bias") or {}).items():
        if not -100 <= bias <= 100:
            found.append(f"body.logit_bias.{token}: {bias} is outside -100..100")
    found += openai_batch.check_metadata(body)
    schema = (body.get("response_format") or {}).get("json_schema")
    if schema:
        path = "body.response_format.json_schema.name"
        found += openai_batch.check_name(schema["name"], path)
    return found


def _tools(body: dict[str, Any]) -> list[str]:
    tools = body.get("tools") or []
    functions = [tool.get("function") or tool.get("custom") for tool in tools]
    names = [function["name"] for function in functions + (body.get("functions") or [])]
    found = rules.check_unique(names, "body.tools", "tool")
    for name in names:
        if not rules.TOOL_NAME.fullmatch(name):
            found.append(f"body.tools: name {name!r} does not match {rules.TOOL_NAME.pattern}")
    if "tools" in body and not tools:
        found.append("body.tools: is empty")
    choice = body.get("tool_choice")
    if choice is not None and not tools:
        found.append("body.tool_choice: there are no tools")
    elif isinstance(choice, dict):
        for name in _chosen(choice):
            found += rules.check_choice(name, names, "body.tool_choice")
    return found


def _chosen(choice: dict[str, Any]) -> list[str | None]:
    if choice["type"] == "allowed_tools":
        allowed = choice["allowed_tools"]["tools"]
        return [(tool.get(tool.get("type")) or {}).get("name") for tool in allowed]
    return [choice[choice["type"]]["name"]]


def _conversation(body: dict[str, Any]) -> list[str]:
    found = [] if body["messages"] else ["body.messages: is empty"]
    turns: list[Turn] = []
    called = None
    for index, message in enumerate(body["messages"]):
        path = f"body.messages[{index}]"
        role = message["role"]
        found += _content(message.get("content"), f"{path}.content")
        if role == "tool":
            if not turns or turns[-1].role != "tool":
                turns.append(Turn("tool", path))
            turns[-1].results.append((message["tool_call_id"], None))
        else:
            calls = message.get("tool_calls") or []
            turns.append(Turn(role, path, [(call["id"], None) for call in calls]))
        if role == "assistant":
            found += _assistant(message, path)
        if role == "function" and message["name"] != called:
            found.append(f"{path}: function message without a call of {message['name']!r} before")
        called = (message.get("function_call") or {}).get("name")
    return found + rules.check_pairing(turns)


def _assistant(message: dict[str, Any], path: str) -> list[str]:
    calls = message.get("tool_calls")
    found = []
    if calls is not None and not calls:
        found.append(f"{path}.tool_calls: is empty")
    said = [message.get(name) for name in ("content", "refusal", "audio", "function_call")]
    if not calls and all(value is None for value in said):
        found.append(f"{path}: neither content nor tool calls")
    for index, call in enumerate(calls or []):
        here = f"{path}.tool_calls[{index}]"
        if not call["id"]:
            found.append(f"{here}.id: is empty")
        if call["type"] == "function":
            found += openai_batch.check_call(call["function"], f"{here}.function")
    return found


def _content(content: Any, path: str) -> list[str]:
    if not isinstance(content, list):
        return []
    found = [] if content else [f"{path}: is empty"]
    for index, part in enumerate(content):
        here = f"{path}[{index}]"
        if part["type"] == "image_url":
            found += openai_batch.check_image(
                part["image_url"]["url"], f"{here}.image_url.url")
        elif part["type"] == "input_audio":
            data = part["input_audio"]["data"]
            if not data or not rules.is_base64(data):
                found.append(f"{here}.input_audio.data: is not standard padded base64")
        elif part["type"] == "file":
            found += _file(part["file"], f"{here}.file")
    return found


def _file(file: dict[str, Any], path: str) -> list[str]:
    if ("file_id" in file) == ("file_data" in file):
        return [f"{path}: has to hold either file_id or file_data"]
    if "file_data" not in file:
        return []
    found = [] if file.get("filename") else [f"{path}.filename: missing beside file_data"]
    if not rules.is_data_url(file["file_data"]):
        found.append(f"{path}.file_data: is not a base64 data URL")
    return found


def check_result(record: dict[str, Any]) -> list[str]:
    return openai_batch.check_result(record, _answer)


def _answer(body: dict[str, Any]) -> list[str]:
    return _COMPLETION.problems(body, "response.body") or _completion(body)


def _completion(body: dict[str, Any]) -> list[str]:
    path = "response.body"
    found = []
    for index, choice in enumerate(body["choices"]):
        found += _choice(choice, f"{path}.choices[{index}]")
    places = [choice["index"] for choice in body["choices"]]
    if places != list(range(len(places))):
        found.append(f"{path}.choices: indices {places} do not count from 0")
    usage = body.get("usage")
    if usage:
        found += openai_batch.check_usage(usage, "prompt", "completion")
    return found


def _choice(choice: dict[str, Any], path: str) -> list[str]:
    message = choice["message"]
    # The package lets these be absent, the service writes null.
    found = [f"{path}.message.{name}: missing" for name in ("content", "refusal")
             if name not in message]
    if "logprobs" not in choice:
        found.append(f"{path}.logprobs: missing")
    calls = message.get("tool_calls") or []
    if message.get("tool_calls") == []:
        found.append(f"{path}.message.tool_calls: is empty")
    found += rules.check_unique(
        [call["id"] for call in calls], f"{path}.message", "tool call id")
    if choice["finish_reason"] == "tool_calls" and not calls:
        found.append(f"{path}.finish_reason: tool_calls without a tool call")
    return found
