"""Requests and results in the dialects of clients: how they are written, and how they are read."""
import base64
import json
from dataclasses import dataclass

import emulators  # noqa: F401: it puts Tests/Conformance on the path
from records import parse_line, repeated_members
from validate import CHECKERS

# Gemini has the codes of gRPC where all others have those of HTTP.
GRPC = {400: 3, 403: 7, 404: 5, 429: 8, 500: 13, 503: 14}
TOOL = {"type": "object", "properties": {"city": {"type": "string"}}}


def converse(identifier, text, tools=False, image=None):
    content = [{"text": text}]
    if image:
        data = base64.b64encode(image).decode()
        content.append({"image": {"format": "png", "source": {"bytes": data}}})
    body = {"messages": [{"role": "user", "content": content}],
            "inferenceConfig": {"maxTokens": 100}}
    if tools:
        body["toolConfig"] = {"tools": [{"toolSpec": {
            "name": "weather", "inputSchema": {"json": TOOL}}}]}
    return {"recordId": identifier, "modelInput": body}


def anthropic(identifier, text, tools=False, image=None):
    content = text
    if image:
        content = [{"type": "text", "text": text}, {"type": "image", "source": {
            "type": "base64", "media_type": "image/png", "data": base64.b64encode(image).decode()}}]
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 100,
            "messages": [{"role": "user", "content": content}]}
    if tools:
        body["tools"] = [{"name": "weather", "input_schema": TOOL}]
    return {"recordId": identifier, "modelInput": body}


def openai(identifier, text, tools=False, image=None):
    content = text
    if image:
        url = "data:image/png;base64," + base64.b64encode(image).decode()
        content = [{"type": "text", "text": text}, {"type": "image_url", "image_url": {"url": url}}]
    body = {"model": "gpt-4o-mini", "max_completion_tokens": 100,
            "messages": [{"role": "user", "content": content}]}
    if tools:
        body["tools"] = [{"type": "function", "function": {"name": "weather", "parameters": TOOL}}]
    return {"custom_id": identifier, "method": "POST", "url": "/v1/chat/completions", "body": body}


def responses(identifier, text):
    return {"custom_id": identifier, "method": "POST", "url": "/v1/responses",
            "body": {"model": "gpt-4o-mini", "input": text}}


def gemini_body(text, tools, image):
    parts = [{"text": text}]
    if image:
        parts.append({"inlineData": {
            "mimeType": "image/png", "data": base64.b64encode(image).decode()}})
    body = {"contents": [{"role": "user", "parts": parts}],
            "generationConfig": {"maxOutputTokens": 100}}
    if tools:
        body["tools"] = [{"functionDeclarations": [
            {"name": "weather", "parametersJsonSchema": TOOL}]}]
    return body


def gemini_key(identifier, text, tools=False, image=None):
    return {"key": identifier, "request": gemini_body(text, tools, image)}


def gemini_metadata(identifier, text, tools=False, image=None):
    return {"request": gemini_body(text, tools, image), "metadata": {"key": identifier}}


DIALECTS = [converse, anthropic, openai, gemini_key, gemini_metadata]


def lines(records, ascii_only=False):
    return "".join(
        json.dumps(record, ensure_ascii=ascii_only) + "\n" for record in records).encode()


def problems(line, format_name):
    """What the vendors' types say to a line of results."""
    checker = CHECKERS[format_name]
    record, wrong = parse_line(line)
    return [wrong] if wrong else repeated_members(
        record, checker.result_opaque) + checker.result(record)


@dataclass
class Answer:
    """What a result says, in whatever dialect: a text or a call, or else why it failed."""
    id: str
    text: str | None = None
    tool: str | None = None
    arguments: dict | None = None
    finish: str | None = None
    failure: int | None = None
    message: str | None = None


def read(record):
    """The answer in a line of results."""
    if "custom_id" in record:
        return _read_openai(record)
    if "recordId" in record:
        return _read_bedrock(record)
    return _read_gemini(record)


def _read_openai(record):
    answer = Answer(record["custom_id"])
    if record["error"]:
        answer.failure, answer.message = record["error"]["code"], record["error"]["message"]
        return answer
    status, body = record["response"]["status_code"], record["response"]["body"]
    if status != 200:
        answer.failure, answer.message = status, body["error"]["message"]
        return answer
    choice, = body["choices"]
    answer.finish, answer.text = choice["finish_reason"], choice["message"]["content"]
    for call in choice["message"].get("tool_calls", []):
        answer.tool = call["function"]["name"]
        answer.arguments = json.loads(call["function"]["arguments"])
    return answer


def _read_bedrock(record):
    answer = Answer(record["recordId"])
    if "error" in record:
        answer.failure = record["error"]["errorCode"]
        answer.message = record["error"]["errorMessage"]
        return answer
    output = record["modelOutput"]
    is_native = output.get("type") == "message"
    answer.finish = output["stop_reason" if is_native else "stopReason"]
    for block in output["content"] if is_native else output["output"]["message"]["content"]:
        answer.text = block.get("text", answer.text)
        call = block if block.get("type") == "tool_use" else block.get("toolUse")
        if call:
            answer.tool, answer.arguments = call["name"], call["input"]
    return answer


def _read_gemini(record):
    answer = Answer(record["key"] if "key" in record else record["metadata"]["key"])
    if "error" in record:
        answer.failure, answer.message = record["error"]["code"], record["error"]["message"]
        return answer
    candidate, = record["response"]["candidates"]
    answer.finish = candidate["finishReason"]
    for part in candidate["content"]["parts"]:
        answer.text = part.get("text", answer.text)
        if "functionCall" in part:
            answer.tool = part["functionCall"]["name"]
            answer.arguments = part["functionCall"].get("args", {})
    return answer
