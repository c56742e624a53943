# SPDX-License-Identifier: Apache-2.0
"""OpenAI batch records of the Responses endpoint."""
from typing import Any

from openai.types.responses import Response
from openai.types.responses.response_create_params import ResponseCreateParamsNonStreaming

import openai_batch
import rules
from rules import Turn
from typed import Validator, strict_model

_URL = "/v1/responses"
_BODY = Validator(strict_model(ResponseCreateParamsNonStreaming))
_RESPONSE = Validator(strict_model(Response))

OPAQUE = frozenset({"parameters", "format.schema"})


def check_request(record: dict[str, Any]) -> list[str]:
    return openai_batch.check_request(record, _URL, _body)


def _body(body: dict[str, Any]) -> list[str]:
    # The package lets them be absent, for prompts that are stored; nothing can be asked so here.
    found = [f"body.{name}: missing" for name in ("model", "input") if not body.get(name)]
    found = found or _BODY.problems(body, "body")
    return found or _parameters(body) + _tools(body) + _conversation(body)


def _parameters(body: dict[str, Any]) -> list[str]:
    found = rules.check_range(body, "body", {
        "temperature": (0, 2), "top_p": (0, 1), "max_output_tokens": (1, None),
        "top_logprobs": (0, 20)})
    if body.get("top_logprobs") and "message.output_text.logprobs" not in body.get("include", []):
        found.append("body.top_logprobs: needs message.output_text.logprobs in include")
    found += openai_batch.check_metadata(body)
    form = (body.get("text") or {}).get("format") or {}
    if form.get("type") == "json_schema":
        found += openai_batch.check_name(form["name"], "body.text.format.name")
    return found


def _tools(body: dict[str, Any]) -> list[str]:
    tools = body.get("tools") or []
    names = [tool["name"] for tool in tools if tool["type"] in ("function", "custom")]
    found = rules.check_unique(names, "body.tools", "tool")
    for name in names:
        found += openai_batch.check_name(name, "body.tools: name")
    if "tools" in body and not tools:
        found.append("body.tools: is empty")
    choice = body.get("tool_choice")
    if choice is not None and not tools:
        found.append("body.tool_choice: there are no tools")
    elif isinstance(choice, dict):
        allowed = choice.get("tools") or [choice]
        for tool in allowed:
            if tool.get("type") in ("function", "custom"):
                found += rules.check_choice(tool.get("name"), names, "body.tool_choice")
    return found


def _conversation(body: dict[str, Any]) -> list[str]:
    """Items in sequence: every call is answered by an item after it, in whatever order.

    Calls at the end may stay open: the conversation ends with them.
    """
    if isinstance(body["input"], str):
        return []
    found: list[str] = []
    calls, results, seen = Turn("calls", "body.input"), Turn("results", "body.input"), set()
    for index, item in enumerate(body["input"]):
        path = f"body.input[{index}]"
        kind = item.get("type", "message")
        if kind == "message":
            found += _message(item, path)
        elif kind == "function_call":
            found += openai_batch.check_call(item, path)
            found += [] if item["call_id"] else [f"{path}.call_id: is empty"]
            calls.calls.append((item["call_id"], None))
        elif kind == "function_call_output":
            found += _content(item["output"], f"{path}.output")
            results.results.append((item["call_id"], None))
        if item.get("id") in seen:
            found.append(f"{path}.id: {item['id']!r} occurs twice")
        seen.update({item["id"]} if item.get("id") else ())
        if kind == "message" and item.get("id") and not item["id"].startswith("msg_"):
            found.append(f"{path}.id: {item['id']!r} does not begin with msg_")
    kinds = [item.get("type") for item in body["input"]]
    while kinds and kinds.pop() == "function_call":
        calls.calls.pop()
    return found + rules.check_pairing([calls, results])


def _message(item: dict[str, Any], path: str) -> list[str]:
    found = _content(item["content"], f"{path}.content")
    if item["role"] == "assistant" and isinstance(item["content"], list):
        # The types let an easy message have any part; the service takes what it has answered.
        found += [f"{path}.content: {part['type']} of the assistant" for part in item["content"]
                  if part["type"] not in ("output_text", "refusal")]
    return found


def _content(content: Any, path: str) -> list[str]:
    if not isinstance(content, list):
        return []
    found = [] if content else [f"{path}: is empty"]
    for index, part in enumerate(content):
        here = f"{path}[{index}]"
        if part["type"] == "input_image":
            if (part.get("file_id") is None) == (part.get("image_url") is None):
                found.append(f"{here}: has to hold either file_id or image_url")
            elif part.get("image_url") is not None:
                found += openai_batch.check_image(part["image_url"], f"{here}.image_url")
        elif part["type"] == "input_file":
            found += _file(part, here)
    return found


def _file(part: dict[str, Any], path: str) -> list[str]:
    places = [name for name in ("file_id", "file_data", "file_url") if part.get(name) is not None]
    if len(places) != 1:
        return [f"{path}: has to hold one of file_id, file_data, file_url"]
    if "file_data" not in part:
        return []
    found = [] if part.get("filename") else [f"{path}.filename: missing beside file_data"]
    if not rules.is_data_url(part["file_data"]):
        found.append(f"{path}.file_data: is not a base64 data URL")
    return found


def check_result(record: dict[str, Any]) -> list[str]:
    return openai_batch.check_result(record, _answer)


def _answer(body: dict[str, Any]) -> list[str]:
    path = "response.body"
    found = _RESPONSE.problems(body, path)
    if found:
        return found
    # The package lets them be absent, the service writes null.
    found = [f"{path}.{name}: missing" for name in ("status", "error", "incomplete_details")
             if name not in body]
    if found:
        return found
    if (body["status"] == "incomplete") != (body["incomplete_details"] is not None):
        found.append(f"{path}.incomplete_details: has to stand beside the status incomplete alone")
    if (body["status"] == "failed") != (body["error"] is not None):
        found.append(f"{path}.error: has to stand beside the status failed alone")
    items = body["output"]
    found += rules.check_unique(
        [item["id"] for item in items if item.get("id")], f"{path}.output", "item id")
    found += rules.check_unique(
        [item["call_id"] for item in items if item["type"] == "function_call"],
        f"{path}.output", "tool call id")
    for index, item in enumerate(items):
        if item["type"] == "message" and not item["content"]:
            found.append(f"{path}.output[{index}].content: is empty")
    if body.get("usage"):
        found += openai_batch.check_usage(body["usage"], "input", "output")
    return found
