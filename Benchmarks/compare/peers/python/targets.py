# SPDX-License-Identifier: Apache-2.0
"""What the targets spell: parts, turns, whole records.

A source calls these as it walks a record, so nothing is built twice. Parts of a turn are what the
target has in its own file; tools are (name, description, schema).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from schemas import with_types

Object = dict[str, Any]


class Target:
    """What all targets have."""

    parameters: tuple[str, str, str, str]  # the names of max tokens, temperature, top p, stop

    def __init__(self, model: str, dumps: Callable[[Any], str]) -> None:
        self.model = model
        self.dumps = dumps


def stop_list(parameters: Object, name: str) -> None:
    """Makes a lone stop sequence a list of one."""
    if isinstance(parameters.get(name), str):
        parameters[name] = [parameters[name]]


class Bedrock(Target):
    """Converse."""

    parameters = ("maxTokens", "temperature", "topP", "stopSequences")

    def text(self, text: str) -> Object:
        return {"text": text}

    def image(self, subtype: str, data: str) -> Object:
        return {"image": {"format": subtype, "source": {"bytes": data}}}

    def call(self, call_id: str, name: str, arguments: Any) -> Object:
        return {"toolUse": {"toolUseId": call_id, "name": name, "input": arguments}}

    def tool_result(self, call_id: str, _name: str, value: Any) -> Object:
        content = {"text": value} if isinstance(value, str) else {"json": value}
        return {"toolResult": {"toolUseId": call_id, "content": [content]}}

    def turn(self, turns: list[Object], is_user: bool, parts: list[Object]) -> None:
        role = "user" if is_user else "assistant"
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += parts
        else:
            turns.append({"role": role, "content": parts})

    def request(
        self,
        record_id: str,
        system: list[str],
        turns: list[Object],
        parameters: Object,
        tools: list[tuple[str, str, Any]],
        choice: str | None,
    ) -> Object:
        body: Object = {"messages": turns}
        if system:
            body["system"] = [{"text": text} for text in system]
        if parameters:
            stop_list(parameters, "stopSequences")
            body["inferenceConfig"] = parameters
        if tools:
            config: Object = {
                "tools": [
                    {"toolSpec": {"name": n, "description": d, "inputSchema": {"json": s}}}
                    for n, d, s in tools
                ]
            }
            if choice in ("auto", "any"):
                config["toolChoice"] = {choice: {}}
            body["toolConfig"] = config
        return {"recordId": record_id, "modelInput": body}

    REASONS = {"length": "max_tokens", "filtered": "content_filtered", "stop": "end_turn"}

    def result(
        self,
        record_id: str,
        parts: list[Object],
        finish: str,
        usage: tuple[int, int, int],
        _model: str | None,
        _response_id: str | None,
    ) -> Object:
        has_calls = any("toolUse" in part for part in parts)
        return {
            "recordId": record_id,
            "modelOutput": {
                "output": {"message": {"role": "assistant", "content": parts}},
                "stopReason": "tool_use" if has_calls else self.REASONS[finish],
                "usage": {
                    "inputTokens": usage[0],
                    "outputTokens": usage[1],
                    "totalTokens": usage[2],
                },
                "metrics": {"latencyMs": 0},
            },
        }


class Gemini(Target):
    """generateContent."""

    parameters = ("maxOutputTokens", "temperature", "topP", "stopSequences")

    def text(self, text: str) -> Object:
        return {"text": text}

    def image(self, subtype: str, data: str) -> Object:
        return {"inlineData": {"mimeType": "image/" + subtype, "data": data}}

    def call(self, call_id: str, name: str, arguments: Any) -> Object:
        return {"functionCall": {"id": call_id, "name": name, "args": arguments}}

    def tool_result(self, call_id: str, name: str, value: Any) -> Object:
        response = {"output": value}
        return {"functionResponse": {"id": call_id, "name": name, "response": response}}

    def turn(self, turns: list[Object], is_user: bool, parts: list[Object]) -> None:
        role = "user" if is_user else "model"
        if turns and turns[-1]["role"] == role:
            turns[-1]["parts"] += parts
        else:
            turns.append({"role": role, "parts": parts})

    MODES = {"auto": "AUTO", "any": "ANY", "none": "NONE"}

    def request(
        self,
        record_id: str,
        system: list[str],
        turns: list[Object],
        parameters: Object,
        tools: list[tuple[str, str, Any]],
        choice: str | None,
    ) -> Object:
        body: Object = {"contents": turns}
        if system:
            body["systemInstruction"] = {"parts": [{"text": text} for text in system]}
        if parameters:
            stop_list(parameters, "stopSequences")
            body["generationConfig"] = parameters
        if tools:
            declarations = [
                {"name": n, "description": d, "parameters": with_types(s, str.upper)}
                for n, d, s in tools
            ]
            body["tools"] = [{"functionDeclarations": declarations}]
            if choice:
                body["toolConfig"] = {"functionCallingConfig": {"mode": self.MODES[choice]}}
        return {"key": record_id, "request": body}

    REASONS = {"length": "MAX_TOKENS", "filtered": "SAFETY", "stop": "STOP"}

    def result(
        self,
        record_id: str,
        parts: list[Object],
        finish: str,
        usage: tuple[int, int, int],
        model: str | None,
        response_id: str | None,
    ) -> Object:
        has_calls = any("functionCall" in part for part in parts)
        candidate = {
            "content": {"role": "model", "parts": parts},
            "finishReason": "STOP" if has_calls else self.REASONS[finish],
            "index": 0,
        }
        return {
            "key": record_id,
            "response": {
                "candidates": [candidate],
                "usageMetadata": {
                    "promptTokenCount": usage[0],
                    "candidatesTokenCount": usage[1],
                    "totalTokenCount": usage[2],
                },
                "modelVersion": model or self.model,
                "responseId": response_id or record_id,
            },
        }


class OpenAI(Target):
    """Chat completions."""

    parameters = ("max_completion_tokens", "temperature", "top_p", "stop")

    def text(self, text: str) -> Object:
        return {"type": "text", "text": text}

    def image(self, subtype: str, data: str) -> Object:
        return {"type": "image_url", "image_url": {"url": f"data:image/{subtype};base64,{data}"}}

    def call(self, call_id: str, name: str, arguments: Any) -> Object:
        function = {"name": name, "arguments": self.dumps(arguments)}
        return {"id": call_id, "type": "function", "function": function}

    def tool_result(self, call_id: str, _name: str, value: Any) -> Object:
        content = value if isinstance(value, str) else self.dumps(value)
        return {"role": "tool", "tool_call_id": call_id, "content": content}

    def turn(self, turns: list[Object], is_user: bool, parts: list[Object]) -> None:
        content = []
        calls = []
        for part in parts:
            if "role" in part:
                turns.append(part)
            elif "function" in part:
                calls.append(part)
            else:
                content.append(part)
        if not content and not calls:
            return
        lone = content[0]["text"] if len(content) == 1 and "text" in content[0] else None
        message = {"role": "user" if is_user else "assistant", "content": lone or content or None}
        if calls:
            message["tool_calls"] = calls
        turns.append(message)

    CHOICES = {"auto": "auto", "any": "required", "none": "none"}

    def request(
        self,
        record_id: str,
        system: list[str],
        turns: list[Object],
        parameters: Object,
        tools: list[tuple[str, str, Any]],
        choice: str | None,
    ) -> Object:
        messages: list[Object] = [{"role": "system", "content": text} for text in system]
        body: Object = {"model": self.model, "messages": messages + turns, **parameters}
        if tools:
            body["tools"] = [
                {"type": "function", "function": {"name": n, "description": d, "parameters": s}}
                for n, d, s in tools
            ]
            if choice:
                body["tool_choice"] = self.CHOICES[choice]
        url = "/v1/chat/completions"
        return {"custom_id": record_id, "method": "POST", "url": url, "body": body}

    REASONS = {"length": "length", "filtered": "content_filter", "stop": "stop"}

    def result(
        self,
        record_id: str,
        parts: list[Object],
        finish: str,
        usage: tuple[int, int, int],
        model: str | None,
        response_id: str | None,
    ) -> Object:
        texts = [part["text"] for part in parts if "text" in part]
        calls = [part for part in parts if "function" in part]
        content = "".join(texts) if texts else None
        message: Object = {"role": "assistant", "content": content, "refusal": None}
        if calls:
            message["tool_calls"] = calls
        choice = {
            "index": 0,
            "message": message,
            "logprobs": None,
            "finish_reason": "tool_calls" if calls else self.REASONS[finish],
        }
        body = {
            "id": response_id or "chatcmpl-" + record_id,
            "object": "chat.completion",
            "created": 0,
            "model": model or self.model,
            "choices": [choice],
            "usage": {
                "prompt_tokens": usage[0],
                "completion_tokens": usage[1],
                "total_tokens": usage[2],
            },
        }
        return {
            "id": "batch_req_" + record_id,
            "custom_id": record_id,
            "response": {"status_code": 200, "request_id": record_id, "body": body},
            "error": None,
        }


TARGETS = {"bedrock": Bedrock, "gemini": Gemini, "openai": OpenAI}
