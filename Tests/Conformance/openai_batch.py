# SPDX-License-Identifier: Apache-2.0
"""The lines of OpenAI batch files around bodies of any endpoint, and rules that bodies share."""
from collections.abc import Callable
from typing import Any

from openai.types.shared import ErrorObject

import rules
from typed import Validator, strict_model

_ERROR = Validator(strict_model(ErrorObject))


def check_request(record: dict[str, Any], url: str,
                  check_body: Callable[[dict[str, Any]], list[str]]) -> list[str]:
    found = rules.check_members(record, "$", {"custom_id", "method", "url", "body"})
    found += rules.check_id(record, "custom_id")
    if record.get("method") != "POST":
        found.append(f"method: {record.get('method')!r} is not POST")
    if record.get("url") != url:
        found.append(f"url: {record.get('url')!r} is not {url}")
    body = record.get("body")
    if not isinstance(body, dict):
        return found + ["body: is not an object"]
    return found + check_body(body)


def check_metadata(body: dict[str, Any]) -> list[str]:
    pairs = body.get("metadata") or {}
    if len(pairs) > 16 or any(len(k) > 64 or len(v) > 512 for k, v in pairs.items()):
        return ["body.metadata: at most 16 pairs, keys up to 64, values up to 512"]
    return []


def check_name(name: str, path: str) -> list[str]:
    """A function's or schema's name."""
    if rules.TOOL_NAME.fullmatch(name):
        return []
    return [f"{path}: {name!r} does not match {rules.TOOL_NAME.pattern}"]


def check_call(function: dict[str, Any], path: str) -> list[str]:
    found = check_name(function["name"], f"{path}.name")
    if not rules.json_object(function["arguments"]):
        found.append(f"{path}.arguments: the string does not hold a JSON object")
    return found


def check_image(url: str, path: str) -> list[str]:
    if url.startswith(("https://", "http://")) or (
            url.startswith("data:image/") and rules.is_data_url(url)):
        return []
    return [f"{path}: is neither an http address nor a base64 data URL of an image"]


def check_result(record: dict[str, Any],
                 check_answer: Callable[[dict[str, Any]], list[str]]) -> list[str]:
    found = rules.check_members(record, "$", {"id", "custom_id", "response", "error"})
    found += rules.check_id(record, "id")
    found += rules.check_id(record, "custom_id")
    response, error = record.get("response"), record.get("error")
    if (response is None) == (error is None):
        return found + ["$: has to hold either a response or an error"]
    if error is not None:
        return found + _batch_error(error)
    wrong = rules.check_members(response, "response", {"status_code", "request_id", "body"})
    if wrong:
        return found + wrong
    found += rules.check_id(response, "request_id", "response.")
    return found + _http(response["status_code"], response["body"], check_answer)


def _batch_error(error: Any) -> list[str]:
    found = rules.check_members(error, "error", {"code", "message"})
    return found or [f"error.{name}: is not a string" for name in ("code", "message")
                     if not isinstance(error[name], str)]


def _http(status: Any, body: Any,
          check_answer: Callable[[dict[str, Any]], list[str]]) -> list[str]:
    if not rules.is_integer(status) or not (status == 200 or 400 <= status <= 599):
        return [f"response.status_code: {status!r} is neither 200 nor an HTTP error status"]
    if status == 200:
        return check_answer(body)
    found = rules.check_members(body, "response.body", {"error"})
    if found:
        return found
    path = "response.body.error"
    found = _ERROR.problems(body["error"], path)
    # The package lets them be absent, the service always writes them.
    return found or [f"{path}.{name}: missing" for name in ("param", "code")
                     if name not in body["error"]]


def check_usage(usage: dict[str, Any], prompt: str, answer: str) -> list[str]:
    """Counts that are not negative and a total that is their sum."""
    counts = {name: (0, None) for name, value in usage.items() if rules.is_integer(value)}
    found = rules.check_range(usage, "response.body.usage", counts)
    if usage["total_tokens"] != usage[f"{prompt}_tokens"] + usage[f"{answer}_tokens"]:
        found.append(f"response.body.usage.total_tokens: is not the sum of {prompt} and {answer}")
    return found
