# SPDX-License-Identifier: Apache-2.0
"""How the sources are read: each walks a parsed record, and has the target spell what it finds.

Only what the corpora hold is looked at; a record of another shape ends in an exception.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from schemas import with_types

Object = dict[str, Any]


class Source:
    """What all sources have."""

    names: tuple[str, str, str, str]  # the names of max tokens, temperature, top p, stop

    def __init__(self, target: Any, loads: Callable[[str], Any]) -> None:
        self.target = target
        self.loads = loads
        self.pairs = tuple(zip(self.names, target.parameters))

    def request(self, record: Object) -> Any:
        raise NotImplementedError

    def result(self, record: Object) -> Any:
        raise NotImplementedError

    def parameters(self, source: Object) -> Object:
        return {theirs: source[ours] for ours, theirs in self.pairs if ours in source}


class OpenAI(Source):
    """Chat completions."""

    names = ("max_completion_tokens", "temperature", "top_p", "stop")

    def content(self, content: Any) -> list[Object]:
        target = self.target
        if content is None:
            return []
        if isinstance(content, str):
            return [target.text(content)]
        parts = []
        for part in content:
            if part["type"] == "text":
                parts.append(target.text(part["text"]))
            else:
                head, data = part["image_url"]["url"].split(",", 1)
                parts.append(target.image(head[11 : head.index(";")], data))
        return parts

    def calls(self, message: Object, names: dict[str, str]) -> list[Object]:
        parts = []
        for call in message.get("tool_calls") or ():
            function = call["function"]
            call_id, name = call["id"], function["name"]
            names[call_id] = name
            parts.append(self.target.call(call_id, name, self.loads(function["arguments"])))
        return parts

    def request(self, record: Object) -> Any:
        target, body = self.target, record["body"]
        system: list[str] = []
        turns: list[Object] = []
        names: dict[str, str] = {}
        for message in body["messages"]:
            role, content = message["role"], message.get("content")
            if role in ("system", "developer"):
                system += [content] if isinstance(content, str) else [p["text"] for p in content]
            elif role == "tool":
                call_id = message["tool_call_id"]
                result = target.tool_result(call_id, names[call_id], content)
                target.turn(turns, True, [result])
            else:
                parts = self.content(content) + self.calls(message, names)
                target.turn(turns, role == "user", parts)
        parameters = self.parameters(body)
        if "max_tokens" in body and "max_completion_tokens" not in body:
            parameters[target.parameters[0]] = body["max_tokens"]
        tools = [
            (function["name"], function["description"], function["parameters"])
            for function in (tool["function"] for tool in body.get("tools", ()))
        ]
        choice = body.get("tool_choice")
        if choice == "required":
            choice = "any"
        return target.request(record["custom_id"], system, turns, parameters, tools, choice)

    REASONS = {"stop": "stop", "length": "length", "tool_calls": "stop"}

    def result(self, record: Object) -> Any:
        body = record["response"]["body"]
        choice, usage = body["choices"][0], body["usage"]
        message = choice["message"]
        counts = (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"])
        return self.target.result(
            record["custom_id"],
            self.content(message["content"]) + self.calls(message, {}),
            self.REASONS.get(choice["finish_reason"], "filtered"),
            counts,
            body["model"],
            body["id"],
        )


class Bedrock(Source):
    """Converse."""

    names = ("maxTokens", "temperature", "topP", "stopSequences")

    def parts(self, blocks: list[Object], names: dict[str, str]) -> list[Object]:
        target = self.target
        parts = []
        for block in blocks:
            if "text" in block:
                parts.append(target.text(block["text"]))
            elif "image" in block:
                image = block["image"]
                parts.append(target.image(image["format"], image["source"]["bytes"]))
            elif "toolUse" in block:
                call = block["toolUse"]
                call_id, name = call["toolUseId"], call["name"]
                names[call_id] = name
                parts.append(target.call(call_id, name, call["input"]))
            else:
                result = block["toolResult"]
                call_id, content = result["toolUseId"], result["content"][0]
                value = content["text"] if "text" in content else content["json"]
                parts.append(target.tool_result(call_id, names[call_id], value))
        return parts

    def request(self, record: Object) -> Any:
        target, body = self.target, record["modelInput"]
        turns: list[Object] = []
        names: dict[str, str] = {}
        for message in body["messages"]:
            target.turn(turns, message["role"] == "user", self.parts(message["content"], names))
        system = [block["text"] for block in body.get("system", ())]
        config = body.get("toolConfig", {})
        tools = [
            (spec["name"], spec["description"], spec["inputSchema"]["json"])
            for spec in (tool["toolSpec"] for tool in config.get("tools", ()))
        ]
        choice = next(iter(config.get("toolChoice", ())), None)
        parameters = self.parameters(body.get("inferenceConfig", {}))
        return target.request(record["recordId"], system, turns, parameters, tools, choice)

    REASONS = {
        "end_turn": "stop",
        "stop_sequence": "stop",
        "tool_use": "stop",
        "max_tokens": "length",
    }

    def result(self, record: Object) -> Any:
        output = record["modelOutput"]
        usage = output["usage"]
        return self.target.result(
            record["recordId"],
            self.parts(output["output"]["message"]["content"], {}),
            self.REASONS.get(output["stopReason"], "filtered"),
            (usage["inputTokens"], usage["outputTokens"], usage["totalTokens"]),
            None,
            None,
        )


class Gemini(Source):
    """generateContent, in camelCase."""

    names = ("maxOutputTokens", "temperature", "topP", "stopSequences")

    def parts(self, source: list[Object]) -> list[Object]:
        target = self.target
        parts = []
        for part in source:
            if "text" in part:
                parts.append(target.text(part["text"]))
            elif "inlineData" in part:
                image = part["inlineData"]
                parts.append(target.image(image["mimeType"][6:], image["data"]))
            elif "functionCall" in part:
                call = part["functionCall"]
                parts.append(target.call(call["id"], call["name"], call.get("args", {})))
            else:
                result = part["functionResponse"]
                value = result["response"]
                if len(value) == 1 and "output" in value:
                    value = value["output"]
                parts.append(target.tool_result(result["id"], result["name"], value))
        return parts

    def request(self, record: Object) -> Any:
        target, body = self.target, record["request"]
        turns: list[Object] = []
        for content in body["contents"]:
            target.turn(turns, content["role"] == "user", self.parts(content["parts"]))
        instruction = body.get("systemInstruction")
        system = [part["text"] for part in instruction["parts"]] if instruction else []
        tools = [
            (each["name"], each["description"], with_types(each["parameters"], str.lower))
            for group in body.get("tools", ())
            for each in group["functionDeclarations"]
        ]
        config = body.get("toolConfig")
        choice = config["functionCallingConfig"]["mode"].lower() if config else None
        record_id = record["key"] if "key" in record else record["metadata"]["key"]
        parameters = self.parameters(body.get("generationConfig", {}))
        return target.request(record_id, system, turns, parameters, tools, choice)

    REASONS = {"STOP": "stop", "MAX_TOKENS": "length"}

    def result(self, record: Object) -> Any:
        response = record["response"]
        candidate, usage = response["candidates"][0], response["usageMetadata"]
        counts = (
            usage["promptTokenCount"],
            usage["candidatesTokenCount"],
            usage["totalTokenCount"],
        )
        return self.target.result(
            record["key"],
            self.parts(candidate["content"]["parts"]),
            self.REASONS.get(candidate["finishReason"], "filtered"),
            counts,
            response.get("modelVersion"),
            response.get("responseId"),
        )


SOURCES = {"bedrock": Bedrock, "gemini": Gemini, "openai": OpenAI}
