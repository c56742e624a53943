# SPDX-License-Identifier: Apache-2.0
"""Bedrock's own bodies of Nova, Llama, Mistral and Titan, of which no vendor has a typed package.

Nova's conversation is Converse's: botocore's model looks at it after the members that only one of
the two has. Sources: AWS, Nova user guide, "Complete request schema"; Nova 2 user guide, "Request
and response schema" and "Using the Invoke API"; Bedrock user guide, "Meta Llama models",
"Mistral AI text completion" and "Amazon Titan Text models"; read 2026-11.
"""
import copy
from dataclasses import dataclass
from typing import Any

import bedrock
import rules
import shapes

_NOVA_MEMBERS = {"schemaVersion", "messages", "system", "inferenceConfig", "toolConfig"}
# The Invoke API takes no documents, and audio only for models that answer in speech.
_NOVA_BLOCKS = {"text", "image", "video", "toolUse", "toolResult", "cachePoint"}
_NOVA_EFFORTS = ("low", "medium", "high")
_RESPONSE = shapes.runtime_shape("ConverseResponse")


def check_nova_request(record: dict[str, Any]) -> list[str]:
    body, found = bedrock.request_envelope(record)
    if body is None:
        return found
    found += rules.check_members(
        body, "modelInput", {"schemaVersion", "messages"}, _NOVA_MEMBERS)
    if body.get("schemaVersion") != "messages-v1":
        found.append("modelInput.schemaVersion: is not messages-v1")
    if found:
        return found
    shared = copy.deepcopy(body)
    del shared["schemaVersion"]
    found += _nova_settings(shared.get("inferenceConfig"))
    found += bedrock.converse_shape(shared)
    return found or _nova_content(body) + bedrock.conversation(shared)


def _nova_settings(config: Any) -> list[str]:
    """Checks what Converse lacks, and takes it away."""
    if not isinstance(config, dict):
        return []
    path, found = "modelInput.inferenceConfig", []
    top_k = config.pop("topK", 0)
    if not rules.is_integer(top_k) or not 0 <= top_k <= 128:
        found.append(f"{path}.topK: {top_k!r} is no integer from 0 to 128")
    reasoning = config.pop("reasoningConfig", None)
    if reasoning is None:
        return found
    wrong = rules.check_members(
        reasoning, f"{path}.reasoningConfig", {"type"}, {"maxReasoningEffort"})
    if wrong:
        return found + wrong
    if reasoning["type"] not in ("enabled", "disabled"):
        found.append(f"{path}.reasoningConfig.type: {reasoning['type']!r} is not known")
    effort = reasoning.get("maxReasoningEffort", "low")
    if effort not in _NOVA_EFFORTS:
        found.append(f"{path}.reasoningConfig.maxReasoningEffort: {effort!r} is not known")
    return found


def _nova_content(body: dict[str, Any]) -> list[str]:
    found = []
    for index, message in enumerate(body["messages"]):
        for number, block in enumerate(message["content"]):
            path = f"modelInput.messages[{index}].content[{number}]"
            found += [f"{path}: Nova has no {name}" for name in block if name not in _NOVA_BLOCKS]
            if "ttl" in block.get("cachePoint", {}):
                found.append(f"{path}.cachePoint.ttl: Nova has one lifetime only")
    for index, tool in enumerate(body.get("toolConfig", {}).get("tools", [])):
        if "strict" in tool.get("toolSpec", {}):
            found.append(f"modelInput.toolConfig.tools[{index}].toolSpec.strict: unknown member")
    return found


def check_nova_result(record: dict[str, Any]) -> list[str]:
    output, found = bedrock.result_envelope(record)
    if output is None:
        return found
    found += rules.check_members(
        output, "modelOutput", {"output", "stopReason", "usage"}, {"metrics"})
    if not isinstance(output.get("metrics", {}), dict):
        found.append("modelOutput.metrics: is not an object")
    if found:
        return found
    shared = copy.deepcopy(output)
    usage = shared["usage"]
    if isinstance(usage, dict):
        for name in ("cacheReadInputTokenCount", "cacheWriteInputTokenCount"):
            count = usage.pop(name, 0)
            if not rules.is_integer(count) or count < 0:
                found.append(f"modelOutput.usage.{name}: {count!r} is no count")
        for name in ("cacheReadInputTokens", "cacheWriteInputTokens", "cacheDetails"):
            if name in usage:
                found.append(f"modelOutput.usage.{name}: is Converse's")
    shared["metrics"] = {"latencyMs": 0}
    found += shapes.shape_problems(shared, _RESPONSE, "modelOutput")
    return found or bedrock.check_answer(shared)


@dataclass(frozen=True)
class Prompts:
    """The text bodies of a family: members, and between which bounds their numbers are."""
    prompt: str
    config: str | None
    integers: dict[str, int]
    stops: str | None
    top_p: str
    # The answer: the list that holds it, its members, and the words for its end.
    answers: str | None
    text: str
    reason: str
    reasons: tuple[str, ...]
    counts: tuple[str, ...] = ()
    outer_counts: tuple[str, ...] = ()
    speakers: bool = False
    max_stops: int | None = None


LLAMA = Prompts(
    "prompt", None, {"max_gen_len": 1}, None, "top_p", None, "generation", "stop_reason",
    ("stop", "length"), ("prompt_token_count", "generation_token_count"))
MISTRAL = Prompts(
    "prompt", None, {"max_tokens": 1, "top_k": 1}, "stop", "top_p", "outputs", "text",
    "stop_reason", ("stop", "length"), max_stops=10)
TITAN = Prompts(
    "inputText", "textGenerationConfig", {"maxTokenCount": 0}, "stopSequences", "topP", "results",
    "outputText", "completionReason",
    ("FINISH", "FINISHED", "LENGTH", "STOP_CRITERIA_MET", "RAG_QUERY_WHEN_RAG_DISABLED",
     "CONTENT_FILTERED"), ("tokenCount",), ("inputTextTokenCount",), speakers=True)

_TOKENS = ("<|", "[INST]", "[/INST]", "<<SYS>>", "<s>", "</s>")


def check_prompt_request(record: dict[str, Any], family: Prompts) -> list[str]:
    body, found = bedrock.request_envelope(record)
    if body is None:
        return found
    settings = {"temperature", family.top_p, *family.integers}
    settings |= {family.stops} if family.stops else set()
    path, config = "modelInput", body
    if family.config:
        found += rules.check_members(body, path, {family.prompt}, {family.config})
        path, config = f"{path}.{family.config}", body.get(family.config, {})
        found += rules.check_members(config, path, set(), settings)
    else:
        found += rules.check_members(body, path, {family.prompt}, settings)
    if found:
        return found
    return _prompt(body[family.prompt], family) + _prompt_settings(config, path, family)


def _prompt(prompt: Any, family: Prompts) -> list[str]:
    path = f"modelInput.{family.prompt}"
    if not isinstance(prompt, str):
        return [f"{path}: is not a string"]
    found = [f"{path}: is empty"] if not prompt else []
    if family.speakers:
        found += [f"{path}: holds a template" for line in prompt.split("\n")
                  if line.startswith(("User:", "Bot:"))]
    else:
        found += [f"{path}: holds a template" for token in _TOKENS if token in prompt]
    return found


def _prompt_settings(config: dict[str, Any], path: str, family: Prompts) -> list[str]:
    found = []
    for name, minimum in family.integers.items():
        value = config.get(name, minimum)
        if not rules.is_integer(value) or value < minimum:
            found.append(f"{path}.{name}: {value!r} is no integer of at least {minimum}")
    for name in ("temperature", family.top_p):
        value = config.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
            found.append(f"{path}.{name}: {value!r} is no number from 0 to 1")
    stops = config.get(family.stops, []) if family.stops else []
    if not isinstance(stops, list) or not all(isinstance(stop, str) and stop for stop in stops):
        found.append(f"{path}.{family.stops}: is not a list of strings")
    elif family.max_stops is not None and len(stops) > family.max_stops:
        found.append(f"{path}.{family.stops}: more than {family.max_stops}")
    return found


def check_prompt_result(record: dict[str, Any], family: Prompts) -> list[str]:
    output, found = bedrock.result_envelope(record)
    if output is None:
        return found
    answer_members = {family.text, family.reason, *family.counts}
    if family.answers is None:
        return found + _answer(output, "modelOutput", family, answer_members)
    found += rules.check_members(
        output, "modelOutput", {family.answers, *family.outer_counts}, set())
    if found:
        return found
    found += _counts(output, "modelOutput", family.outer_counts)
    answers = output[family.answers]
    if not isinstance(answers, list) or len(answers) != 1:
        return found + [f"modelOutput.{family.answers}: is not a list of one answer"]
    return found + _answer(answers[0], f"modelOutput.{family.answers}[0]", family, answer_members)


def _answer(answer: Any, path: str, family: Prompts, members: set[str]) -> list[str]:
    found = rules.check_members(answer, path, members, set())
    if found:
        return found
    if not isinstance(answer[family.text], str):
        found.append(f"{path}.{family.text}: is not a string")
    if answer[family.reason] not in family.reasons:
        found.append(f"{path}.{family.reason}: {answer[family.reason]!r} is not known")
    return found + _counts(answer, path, family.counts)


def _counts(owner: dict[str, Any], path: str, names: tuple[str, ...]) -> list[str]:
    return [f"{path}.{name}: {owner[name]!r} is no count" for name in names
            if not rules.is_integer(owner[name]) or owner[name] < 0]
