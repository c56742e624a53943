# SPDX-License-Identifier: Apache-2.0
"""Batch records of embeddings: OpenAI and Gemini by their packages, Titan and Cohere by shape.

No package describes the bodies of Titan and Cohere on Bedrock. Their shapes are those of the
Bedrock user guide, "Amazon Titan Embeddings Text", "Cohere Embed v3" and "Cohere Embed v4",
read 2026-11.
"""
from typing import Any, Callable, Optional

from google.genai import types
from google.genai._common import BaseModel
from openai.types import CreateEmbeddingResponse, EmbeddingCreateParams

import bedrock
import gemini
import openai_batch
import rules
from typed import Validator, strict_model

_BODY = Validator(strict_model(EmbeddingCreateParams))
_ANSWER = Validator(strict_model(CreateEmbeddingResponse))


class EmbedContentRequest(BaseModel):
    """The REST request: one content and, flat beside it, what the package calls its config."""

    content: types.Content
    task_type: Optional[str] = None
    title: Optional[str] = None
    output_dimensionality: Optional[int] = None
    model: Optional[str] = None


_CONTENT = Validator(strict_model(EmbedContentRequest, "GeminiEmbedRequest"))
_VECTOR = Validator(strict_model(types.SingleEmbedContentResponse, "GeminiEmbedResponse"))
_TASKS = {"RETRIEVAL_QUERY", "RETRIEVAL_DOCUMENT", "SEMANTIC_SIMILARITY", "CLASSIFICATION",
          "CLUSTERING", "QUESTION_ANSWERING", "FACT_VERIFICATION", "CODE_RETRIEVAL_QUERY"}

OPAQUE: frozenset[str] = frozenset()
BEDROCK_RESULT_OPAQUE = frozenset({"$.modelInput"})


def check_openai_request(record: dict[str, Any]) -> list[str]:
    return openai_batch.check_request(record, "/v1/embeddings", _openai_body)


def _openai_body(body: dict[str, Any]) -> list[str]:
    found = _BODY.problems(body, "body")
    if found:
        return found
    found = rules.check_range(body, "body", {"dimensions": (1, None)})
    given = body["input"]
    if given in ("", []) or (isinstance(given, list) and "" in given):
        found.append("body.input: is empty")
    if isinstance(given, list) and len(given) > 2048:
        found.append(f"body.input: {len(given)} inputs, at most 2048")
    return found + ([] if body["model"] else ["body.model: is empty"])


def check_openai_result(record: dict[str, Any]) -> list[str]:
    return openai_batch.check_result(record, _openai_answer)


def _openai_answer(body: Any) -> list[str]:
    found = []
    path = "response.body"
    data = body.get("data") if isinstance(body, dict) else None
    plain = body
    if isinstance(data, list):
        # The package's clients ask for base64 and decode it, so its type is that of the floats.
        for index, item in enumerate(data):
            if isinstance(item, dict) and isinstance(item.get("embedding"), str):
                found += _base64(item["embedding"], f"{path}.data[{index}].embedding")
        plain = {**body, "data": [
            {**item, "embedding": [0.0]}
            if isinstance(item, dict) and isinstance(item.get("embedding"), str) else item
            for item in data]}
    found += _ANSWER.problems(plain, path)
    if found:
        return found
    places = [item["index"] for item in data]
    if places != list(range(len(places))):
        found.append(f"{path}.data: indices {places} do not count from 0")
    if not places or any(item["embedding"] in ([], "") for item in data):
        found.append(f"{path}.data: no vector, or an empty one")
    return found


def _base64(text: str, path: str) -> list[str]:
    if not rules.is_base64(text) or rules.decoded_size(text) % 4:
        return [f"{path}: is not base64 of 32-bit floats"]
    return []


def check_gemini_request(record: dict[str, Any]) -> list[str]:
    request, found = gemini.request_envelope(record)
    if request is None:
        return found
    wrong = _CONTENT.problems(request, "request")
    if wrong:
        return found + wrong
    parts = request["content"].get("parts") or []
    if not parts or any(not part.get("text") for part in parts):
        found.append("request.content.parts: each has to be a text")
    if request.get("taskType", "CLUSTERING") not in _TASKS:
        found.append(f"request.taskType: {request['taskType']!r} is not a task")
    return found + rules.check_range(request, "request", {"outputDimensionality": (1, None)})


def check_gemini_result(record: dict[str, Any]) -> list[str]:
    return gemini.check_result(record, _gemini_answer)


def _gemini_answer(response: dict[str, Any], path: str) -> list[str]:
    plain = dict(response)
    count = plain.get("tokenCount")
    # int64 as protocol buffers spell it; the package turns digits into a number.
    if isinstance(count, str) and count.isascii() and count.isdigit():
        plain["tokenCount"] = int(count)
    found = _VECTOR.problems(plain, path)
    if not found and not (response.get("embedding") or {}).get("values"):
        found.append(f"{path}.embedding.values: missing or empty")
    return found


def check_titan_request(record: dict[str, Any]) -> list[str]:
    return _bedrock_request(record, _titan_body)


def _titan_body(body: dict[str, Any]) -> list[str]:
    found = rules.check_members(body, "modelInput", {"inputText"},
                                {"dimensions", "normalize", "embeddingTypes"})
    if not isinstance(body.get("inputText"), str) or not body["inputText"]:
        found.append("modelInput.inputText: is not a text")
    found += _choice(body, "dimensions", {256, 512, 1024})
    if not isinstance(body.get("normalize", True), bool):
        found.append("modelInput.normalize: is not a boolean")
    return found + _list_of(body, "embeddingTypes", {"float", "binary"})


def check_titan_result(record: dict[str, Any]) -> list[str]:
    return _bedrock_result(record, _titan_answer)


def _titan_answer(output: dict[str, Any]) -> list[str]:
    found = rules.check_members(output, "modelOutput", {"embedding", "inputTextTokenCount"},
                                {"embeddingsByType"})
    if found:
        return found
    found += _vector(output["embedding"], "modelOutput.embedding")
    if not rules.is_integer(output["inputTextTokenCount"]) or output["inputTextTokenCount"] < 0:
        found.append("modelOutput.inputTextTokenCount: is not a count")
    types_found = output.get("embeddingsByType", {})
    wrong = rules.check_members(types_found, "modelOutput.embeddingsByType", set(),
                                {"float", "binary"})
    if not wrong:
        for name, vector in types_found.items():
            wrong += _vector(vector, f"modelOutput.embeddingsByType.{name}")
    return found + wrong


def check_cohere_request(record: dict[str, Any]) -> list[str]:
    return _bedrock_request(record, _cohere_body)


def _cohere_body(body: dict[str, Any]) -> list[str]:
    found = rules.check_members(
        body, "modelInput", {"texts", "input_type"},
        {"truncate", "embedding_types", "output_dimension", "max_tokens"})
    texts = body.get("texts")
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        found.append("modelInput.texts: is not a list of texts")
    elif not 1 <= len(texts) <= 96:
        found.append(f"modelInput.texts: {len(texts)} texts, 1..96 are allowed")
    found += _choice(body, "input_type", {
        "search_document", "search_query", "classification", "clustering"})
    found += _choice(body, "truncate", {"NONE", "START", "END", "LEFT", "RIGHT"})
    found += _choice(body, "output_dimension", {256, 512, 1024, 1536})
    return found + _list_of(body, "embedding_types",
                            {"float", "int8", "uint8", "binary", "ubinary"})


def check_cohere_result(record: dict[str, Any]) -> list[str]:
    return _bedrock_result(record, _cohere_answer)


def _cohere_answer(output: dict[str, Any]) -> list[str]:
    found = rules.check_members(output, "modelOutput",
                                {"id", "response_type", "texts", "embeddings"})
    if found:
        return found
    if not isinstance(output["id"], str):
        found.append("modelOutput.id: is not a string")
    texts = output["texts"]
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        found.append("modelOutput.texts: is not a list of texts")
    kind, embeddings = output["response_type"], output["embeddings"]
    lists = {"": embeddings}
    if kind == "embeddings_by_type":
        lists = embeddings if isinstance(embeddings, dict) else {"": None}
    elif kind != "embeddings_floats":
        found.append(f"modelOutput.response_type: {kind!r} is no type of response")
    for name, vectors in lists.items():
        path = f"modelOutput.embeddings{'.' if name else ''}{name}"
        if not isinstance(vectors, list) or not vectors:
            found.append(f"{path}: is not a list of vectors")
            continue
        for index, vector in enumerate(vectors):
            found += _vector(vector, f"{path}[{index}]")
    return found


def _bedrock_request(
        record: dict[str, Any], check: Callable[[dict[str, Any]], list[str]]) -> list[str]:
    body, found = bedrock.request_envelope(record)
    return found if body is None else found + check(body)


def _bedrock_result(
        record: dict[str, Any], check: Callable[[dict[str, Any]], list[str]]) -> list[str]:
    output, found = bedrock.result_envelope(record)
    return found if output is None else found + check(output)


def _vector(vector: Any, path: str) -> list[str]:
    numbers = isinstance(vector, list) and vector and all(
        rules.is_integer(number) or isinstance(number, float) for number in vector)
    return [] if numbers else [f"{path}: is not a list of numbers"]


def _choice(body: dict[str, Any], name: str, choices: set[Any]) -> list[str]:
    if name not in body:
        return []
    value = body[name]
    if isinstance(value, (str, int)) and not isinstance(value, bool) and value in choices:
        return []
    return [f"modelInput.{name}: {value!r} is none of {sorted(choices)}"]


def _list_of(body: dict[str, Any], name: str, choices: set[str]) -> list[str]:
    values = body.get(name, [])
    if isinstance(values, list) and all(isinstance(v, str) and v in choices for v in values):
        return []
    return [f"modelInput.{name}: is not a list of {sorted(choices)}"]
