# SPDX-License-Identifier: Apache-2.0
"""Bedrock batch records: Converse bodies by botocore's model, Claude's by Anthropic's types."""
import re
from typing import Any

import anthropic_messages
import rules
import shapes
from rules import Turn

_REQUEST = shapes.runtime_shape("ConverseRequest")
_RESPONSE = shapes.runtime_shape("ConverseResponse")
_DOCUMENT_NAME = re.compile(r"[a-zA-Z0-9()\[\]-]+( [a-zA-Z0-9()\[\]-]+)*")
_CONTENT_LIMITS = {"image": (20, 3_750_000), "document": (5, 4_500_000)}

_EFFORTS = ("low", "medium", "high", "xhigh", "max")

REQUEST_OPAQUE = frozenset({
    "input", "json", "input_schema", "schema", "additionalModelRequestFields"})
# modelInput of a result is the echo of the client's own file, whatever stands there.
RESULT_OPAQUE = REQUEST_OPAQUE | {"$.modelInput", "additionalModelResponseFields"}


def check_request(record: dict[str, Any]) -> list[str]:
    body, found = request_envelope(record)
    if body is None:
        return found
    found += converse_shape(body)
    return found or conversation(body)


def check_anthropic_request(record: dict[str, Any]) -> list[str]:
    body, found = request_envelope(record)
    if body is None:
        return found
    return found + anthropic_messages.check_params(body, "modelInput", native=True)


def request_envelope(record: dict[str, Any]) -> tuple[dict[str, Any] | None, list[str]]:
    found = rules.check_members(record, "$", {"modelInput"}, {"recordId"})
    found += rules.check_id(record, "recordId")
    body = record.get("modelInput")
    if not isinstance(body, dict):
        return None, found + ["modelInput: is not an object"]
    return body, found


def converse_shape(body: dict[str, Any]) -> list[str]:
    if "modelId" in body:
        return ["modelInput.modelId: belongs to the job, never to the body"]
    found = shapes.shape_problems({**body, "modelId": "model"}, _REQUEST, "modelInput")
    if not found:
        found = shapes.botocore_problems({**body, "modelId": "model"}, _REQUEST, "modelInput")
    if not body.get("messages"):
        found.append("modelInput.messages: missing or empty")
    extra = body.get("additionalModelRequestFields", {})
    if not isinstance(extra, dict):
        found.append("modelInput.additionalModelRequestFields: is not an object")
    return found


def conversation(body: dict[str, Any]) -> list[str]:
    found: list[str] = []
    turns = []
    for index, message in enumerate(body["messages"]):
        path = f"modelInput.messages[{index}]"
        if message["role"] == "system":
            found.append(f"{path}.role: system is not accepted inside messages")
        found += _content(message["content"], f"{path}.content")
        calls = [b["toolUse"] for b in message["content"] if "toolUse" in b]
        results = [b["toolResult"] for b in message["content"] if "toolResult" in b]
        turns.append(Turn(message["role"], path,
                          [(c["toolUseId"], None) for c in calls],
                          [(r["toolUseId"], None) for r in results]))
        found += _sides(message["role"], bool(calls), bool(results), path)
    found += rules.check_alternation(turns) + rules.check_pairing(turns)
    for index, block in enumerate(body.get("system", [])):
        if rules.is_blank(block.get("text", "x")):
            found.append(f"modelInput.system[{index}].text: is blank")
    uses_tools = any(turn.calls or turn.results for turn in turns)
    return found + _tools(body, uses_tools) + _output(body)


def _sides(role: str, calls: bool, results: bool, path: str) -> list[str]:
    if calls and role != "assistant":
        return [f"{path}: toolUse in a turn of role {role}"]
    if results and role != "user":
        return [f"{path}: toolResult in a turn of role {role}"]
    return []


def _content(blocks: list[dict[str, Any]], path: str) -> list[str]:
    found = [] if blocks else [f"{path}: is empty"]
    for index, block in enumerate(blocks):
        here = f"{path}[{index}]"
        if rules.is_blank(block.get("text", "x")):
            found.append(f"{here}.text: is blank")
        if "toolUse" in block and not isinstance(block["toolUse"]["input"], dict):
            found.append(f"{here}.toolUse.input: is not an object")
        parts = block.get("toolResult", {}).get("content", [])
        found += [f"{here}.toolResult.content[{n}].text: is empty"
                  for n, part in enumerate(parts) if part.get("text") == ""]
        if "document" in block:
            found += _document(block["document"], f"{here}.document")
    if any("document" in b for b in blocks) and not any("text" in b for b in blocks):
        found.append(f"{path}: a document needs a text block beside it")
    return found + _sizes(blocks, path)


def _document(document: dict[str, Any], path: str) -> list[str]:
    if not _DOCUMENT_NAME.fullmatch(document["name"]):
        return [f"{path}.name: {document['name']!r} has characters other than letters, digits, "
                f"single spaces, hyphens, parentheses and square brackets"]
    return []


def _sizes(blocks: list[dict[str, Any]], path: str) -> list[str]:
    found = []
    for kind, (count, size) in _CONTENT_LIMITS.items():
        sources = [b[kind]["source"] for b in blocks if kind in b]
        if len(sources) > count:
            found.append(f"{path}: {len(sources)} {kind} blocks, at most {count} a message")
        if any(rules.decoded_size(s.get("bytes", "")) > size for s in sources):
            found.append(f"{path}: {kind} of more than {size} bytes")
    return found


def _tools(body: dict[str, Any], uses_tools: bool) -> list[str]:
    config = body.get("toolConfig")
    if config is None:
        return ["modelInput.toolConfig: missing, yet messages hold tool blocks"] \
            if uses_tools else []
    path = "modelInput.toolConfig"
    specs = [t["toolSpec"] for t in config["tools"] if "toolSpec" in t]
    names = [s["name"] for s in specs]
    names += [t["systemTool"]["name"] for t in config["tools"] if "systemTool" in t]
    found = rules.check_unique(names, f"{path}.tools", "tool")
    for spec in specs:
        schema = spec["inputSchema"]["json"]
        if not isinstance(schema, dict):
            found.append(f"{path}.tools: inputSchema.json of {spec['name']} is not an object")
        elif schema.get("type") != "object":
            found.append(f"{path}.tools: inputSchema.json.type of {spec['name']} is not object")
    forced = config.get("toolChoice", {}).get("tool")
    if forced:
        found += rules.check_choice(forced["name"], names, f"{path}.toolChoice.tool")
    return found


def _output(body: dict[str, Any]) -> list[str]:
    config, path = body.get("outputConfig", {}), "modelInput.outputConfig"
    found = []
    if config.get("effort", "low") not in _EFFORTS:
        found.append(f"{path}.effort: {config['effort']!r} is none of {', '.join(_EFFORTS)}")
    structure = config.get("textFormat", {}).get("structure", {})
    if not rules.json_object(structure.get("jsonSchema", {}).get("schema", "{}")):
        found.append(f"{path}.textFormat.structure.jsonSchema.schema: "
                     f"the string does not hold a JSON object")
    return found


def check_result(record: dict[str, Any]) -> list[str]:
    output, found = result_envelope(record)
    if output is None:
        return found
    found += shapes.shape_problems(output, _RESPONSE, "modelOutput")
    return found or check_answer(output)


def check_anthropic_result(record: dict[str, Any]) -> list[str]:
    output, found = result_envelope(record)
    if output is None:
        return found
    return found + anthropic_messages.check_message(output, "modelOutput")


def result_envelope(record: dict[str, Any]) -> tuple[dict[str, Any] | None, list[str]]:
    found = rules.check_members(
        record, "$", {"recordId"}, {"modelInput", "modelOutput", "error"})
    found += rules.check_id(record, "recordId")
    if not isinstance(record.get("modelInput", {}), dict):
        found.append("modelInput: is not an object")
    if ("modelOutput" in record) == ("error" in record):
        return None, found + ["$: has to hold either modelOutput or error"]
    if "error" in record:
        return None, found + _error(record["error"])
    if not isinstance(record["modelOutput"], dict):
        return None, found + ["modelOutput: is not an object"]
    return record["modelOutput"], found


def _error(error: Any) -> list[str]:
    found = rules.check_members(error, "error", {"errorCode", "errorMessage"})
    if found:
        return found
    code = error["errorCode"]
    if not rules.is_integer(code) or not 400 <= code <= 599:
        found.append(f"error.errorCode: {code!r} is not an HTTP error status")
    if not isinstance(error["errorMessage"], str):
        found.append("error.errorMessage: is not a string")
    return found


def check_answer(output: dict[str, Any]) -> list[str]:
    message = output["output"]["message"]
    path = "modelOutput.output.message"
    found = [] if message["role"] == "assistant" else [f"{path}.role: is not assistant"]
    calls = [b["toolUse"] for b in message["content"] if "toolUse" in b]
    if any("toolResult" in b for b in message["content"]):
        found.append(f"{path}.content: a model does not write tool results")
    found += rules.check_unique([c["toolUseId"] for c in calls], path, "tool call id")
    if not all(isinstance(c["input"], dict) for c in calls):
        found.append(f"{path}.content: toolUse.input is not an object")
    if output["stopReason"] == "tool_use" and not calls:
        found.append("modelOutput.stopReason: tool_use without a toolUse block")
    return found
