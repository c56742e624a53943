"""Gemini's batches, strict: https://ai.google.dev/api/batch-api."""
import json
from dataclasses import dataclass, field
from datetime import datetime, timezone

import gemini
import records
import rules
from google.genai import types

from .gemini_files import CODES, VERSION, GeminiFiles
from . import vectors
from .model import Prompt, Reply, decoded
from .server import Refusal, Violation, json_answer, json_body, jsonl, route

STATES = ["PENDING", "RUNNING", "SUCCEEDED"]


@dataclass
class Batch:
    name: str
    model: str
    display_name: str
    file_name: str
    created: datetime
    is_embedding: bool
    state: str = STATES[0]
    results: list[dict] = field(default_factory=list)
    responses_file: str | None = None
    failure: str | None = None

    def count(self, kind):
        return sum(kind in record for record in self.results)


def date(value):
    return value.isoformat().replace("+00:00", "Z")


def proto3(value):
    """JSON as Google's services write it: what is zero, false or empty is left out."""
    if isinstance(value, list):
        return [proto3(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {name: part if name == "args" else proto3(part) for name, part in value.items()
            if name == "args" or part not in (None, 0, False, "", [])}


class Gemini(GeminiFiles):
    """The Gemini Developer API, as far as batches go."""

    def __init__(self, key):
        self.batches = {}
        super().__init__(key)

    @route("POST", f"{VERSION}/models/([^/:]+):(batchGenerateContent|asyncBatchEmbedContent)")
    def create(self, call, model, method):
        body = json_body(call)
        order = body.get("batch")
        wrong = rules.check_members(body, "$", {"batch"})
        wrong = wrong or rules.check_members(order, "batch", {"displayName", "inputConfig"})
        wrong = wrong or rules.check_members(order["inputConfig"], "inputConfig", {"fileName"})
        if wrong:
            raise Violation(400, "; ".join(wrong))
        file = self.file(order["inputConfig"]["fileName"])
        if file.view.state != types.FileState.ACTIVE:
            raise Violation(400, f"{file.view.name} is not active.", "FAILED_PRECONDITION")
        batch = Batch(f"batches/{self.number():012x}", f"models/{model}", order["displayName"],
                      file.view.name, datetime.now(timezone.utc),
                      method == "asyncBatchEmbedContent")
        self.batches[batch.name] = batch
        return json_answer(self.operation(batch))

    def operation(self, batch):
        kind = "type.googleapis.com/google.ai.generativelanguage.v1beta"
        batch_type = "EmbedContentBatch" if batch.is_embedding else "GenerateContentBatch"
        done, failed = batch.count("response"), batch.count("error")
        metadata = {
            "@type": f"{kind}.{batch_type}", "name": batch.name, "model": batch.model,
            "displayName": batch.display_name, "createTime": date(batch.created),
            "updateTime": date(datetime.now(timezone.utc)), "state": f"BATCH_STATE_{batch.state}",
            "inputConfig": {"fileName": batch.file_name},
            # 64-bit numbers are texts in proto3 JSON, and zeros are left out.
            "batchStats": {name: str(count) for name, count in (
                ("requestCount", done + failed), ("successfulRequestCount", done),
                ("failedRequestCount", failed)) if count}}
        operation = {"name": batch.name, "metadata": metadata}
        if batch.state not in STATES[:2]:
            metadata["endTime"] = metadata["updateTime"]
            operation["done"] = True
        if batch.responses_file:
            metadata["output"] = {"responsesFile": batch.responses_file}
            operation["response"] = {
                "@type": f"{kind}.{batch_type}Output", **metadata["output"]}
        if batch.failure:
            operation["error"] = {"code": 3, "message": batch.failure}
        return operation

    @route("GET", f"{VERSION}/batches", query=("pageSize", "pageToken"))
    def list_batches(self, call):
        return self.list(
            call, "operations", self.batches, lambda name: self.operation(self.batches[name]))

    def batch(self, name):
        if name not in self.batches:
            raise Refusal(404, f"Requested entity was not found: {name}")
        return self.batches[name]

    @route("GET", f"{VERSION}/(batches/[^/:]+)")
    def get_batch(self, call, name):
        batch = self.batch(name)
        shown = self.operation(batch)
        if batch.state == "PENDING":
            batch.state = "RUNNING"
        elif batch.state == "RUNNING" and not self.hold:
            self.finish(batch)
        return json_answer(shown)

    @route("POST", f"{VERSION}/(batches/[^/:]+):cancel")
    def cancel(self, call, name):
        batch = self.batch(name)
        if batch.state not in STATES[:2]:
            raise Refusal(400, f"Batch is in state {batch.state}.", "FAILED_PRECONDITION")
        batch.state = "CANCELLED"
        return json_answer({})

    @route("DELETE", f"{VERSION}/(batches/[^/:]+)")
    def delete_batch(self, call, name):
        self.batch(name)
        del self.batches[name]
        return json_answer({})

    def finish(self, batch):
        lines = self.file(batch.file_name).data.removesuffix(b"\n").split(b"\n")
        check_request, check_result = (
            vectors.check_gemini if batch.is_embedding
            else (gemini.check_request, gemini.check_result))
        batch.failure = find_error(lines, check_request)
        batch.state = "FAILED" if batch.failure else "SUCCEEDED"
        if batch.failure:
            return
        batch.results = [
            answer(json.loads(line), batch.model, number) for number, line in enumerate(lines)]
        for record in batch.results:
            if wrong := check_result(record):
                raise AssertionError(wrong)
        self.shuffle(batch.results)
        view = types.File(name=f"files/batch-{batch.name[8:]}", mime_type="application/jsonl")
        self.keep(view, jsonl(batch.results), types.FileSource.GENERATED)
        batch.responses_file = view.name


def key_of(record):
    return record["key"] if "key" in record else record["metadata"]["key"]


def find_error(lines, check_request):
    """Why a file cannot be processed, or None."""
    keys = set()
    for number, line in enumerate(lines, 1):
        record, wrong = records.parse_line(line)
        if record is not None and not wrong:
            wrong = records.repeated_members(record, gemini.OPAQUE) or check_request(record)
        if wrong:
            return f"line {number}: {wrong}"
        if key_of(record) in keys:
            return f"line {number}: key {key_of(record)} occurs twice"
        keys.add(key_of(record))
    return None


def prompt_of(request):
    prompt = Prompt(tools=[
        declaration["name"] for tool in request.get("tools", [])
        for declaration in tool.get("functionDeclarations", [])])
    turns = [turn for turn in request["contents"] if turn.get("role", "user") == "user"]
    for part in turns[-1]["parts"]:
        if "inlineData" in part:
            prompt.images.append(decoded(part["inlineData"]["data"]))
        prompt.text = part.get("text", prompt.text)
    return prompt


def answer(record, model, number):
    """A line of results: the key comes last."""
    request, key = record["request"], key_of(record)
    is_embedding = "content" in request
    if is_embedding:
        reply = Reply(Prompt(vectors.gemini_text(request)))
    else:
        reply = Reply(prompt_of(request))
    if reply.failure:
        code, status = CODES[reply.failure]
        return {"key": key, "error": {"code": code, "message": reply.message, "status": status}}
    if is_embedding:
        return {"response": vectors.gemini_answer(request), "key": key}
    part = {"functionCall": {"name": reply.tool, "args": reply.arguments}} if reply.tool \
        else {"text": reply.text}
    counts = (reply.input_tokens, reply.output_tokens)
    response = types.GenerateContentResponse.model_validate({
        "candidates": [{"content": {"role": "model", "parts": [part]}, "index": 0,
                        "finishReason": reply.finish("STOP", "MAX_TOKENS", "STOP")}],
        "usageMetadata": {"promptTokenCount": counts[0], "candidatesTokenCount": counts[1],
                          "totalTokenCount": sum(counts)},
        "modelVersion": model.removeprefix("models/"), "responseId": f"response-{number}"})
    shown = response.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {"response": proto3(shown), "key": key}
