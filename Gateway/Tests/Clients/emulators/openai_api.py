"""OpenAI's Files and Batches, strict: https://platform.openai.com/docs/api-reference/batch."""
import io
import json
import re
from dataclasses import dataclass, field

import openai_chat
import records
from openai.types import Batch, BatchError, BatchRequestCounts, FileDeleted, FileObject
from openai.types import batch_create_params, batch_list_params, file_list_params
from openai.types.batch import Errors
from openai.types.chat import ChatCompletion
from typed import Validator, strict_model
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from . import vectors
from .model import Prompt, Reply, decoded
from .server import (
    Emulator, Refusal, Violation, file_answer, json_answer, json_body, jsonl, now, page,
    route)

CREATE = Validator(strict_model(batch_create_params.BatchCreateParams))
LISTS = {"files": Validator(strict_model(file_list_params.FileListParams)),
         "batches": Validator(strict_model(batch_list_params.BatchListParams))}
MOST_LINES, MOST_BYTES, MOST_INPUTS = 50_000, 200_000_000, 50_000
CHECKS = {"/v1/chat/completions": (openai_chat.check_request, openai_chat.check_result),
          "/v1/embeddings": vectors.check_openai}
STATES = ["validating", "in_progress", "finalizing", "completed"]
ERROR_TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error",
               409: "conflict_error", 429: "rate_limit_error"}


@dataclass
class File:
    view: FileObject
    data: bytes


@dataclass
class Work:
    """A batch and what comes out of it."""
    view: Batch
    done: list[dict] = field(default_factory=list)
    failed: list[dict] = field(default_factory=list)


def error_type(status):
    return ERROR_TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")


class OpenAI(Emulator):
    """OpenAI, as far as batches go."""

    def __init__(self, key):
        self.key = key
        self.files = {}
        self.batches = {}
        super().__init__()
        self.url += "/v1"

    def check_key(self, call):
        if call.headers.get("authorization") != f"Bearer {self.key}":
            raise Violation(401, "Incorrect API key provided", "invalid_api_key")

    def error(self, refusal):
        return json_answer({"error": {
            "message": refusal.message, "type": error_type(refusal.status), "param": None,
            "code": refusal.code}}, refusal.status)

    # Files

    @route("POST", "/v1/files")
    def upload(self, call):
        mimetype, options = parse_options_header(call.headers.get("content-type"))
        if mimetype != "multipart/form-data" or "boundary" not in options:
            raise Violation(400, f"content type {call.headers.get('content-type')}")
        _, form, files = FormDataParser(silent=False).parse(
            io.BytesIO(call.body), mimetype, len(call.body), options)
        if form.to_dict(flat=False) != {"purpose": ["batch"]} or list(files) != ["file"]:
            raise Violation(400, f"form {dict(form)}, files {list(files)}")
        name, data = files["file"].filename, files["file"].read()
        if not name.endswith(".jsonl"):
            raise Violation(400, f"file name {name}")
        if len(data) > MOST_BYTES:
            raise Violation(413, f"{len(data)} bytes")
        return json_answer(self.keep(name, "batch", data).to_dict())

    def keep(self, name, purpose, data):
        view = FileObject(
            id=f"file-{self.number():024x}", bytes=len(data), created_at=now(), filename=name,
            object="file", purpose=purpose, status="processed")
        self.files[view.id] = File(view, data)
        return view

    @route("GET", "/v1/files", query=("purpose", "limit", "order", "after"))
    def list_files(self, call):
        purpose = call.query.get("purpose")
        views = [f.view for f in self.files.values() if purpose in (None, f.view.purpose)]
        return self.list(call, "files", views, 10_000)

    def list(self, call, what, oldest_first, most):
        query = dict(call.query)
        if "limit" in query:
            query["limit"] = int(query["limit"]) if query["limit"].isdecimal() else query["limit"]
        wrong = LISTS[what].problems(query, "query")
        limit = query.get("limit", most if what == "files" else 20)
        if wrong or not 1 <= limit <= most:
            raise Violation(400, "; ".join(wrong) or f"limit {limit}")
        views = oldest_first if query.get("order") == "asc" else oldest_first[::-1]
        views, more = page(views, lambda view: view.id, query.get("after"), limit)
        ends = {"first_id": views[0].id, "last_id": views[-1].id} if views else {}
        return json_answer({
            "object": "list", "data": [view.to_dict() for view in views], "has_more": more, **ends})

    def file(self, identifier):
        if identifier not in self.files:
            raise Refusal(404, f"No such File object: {identifier}")
        return self.files[identifier]

    @route("GET", "/v1/files/([^/]+)")
    def get_file(self, call, identifier):
        return json_answer(self.file(identifier).view.to_dict())

    @route("GET", "/v1/files/([^/]+)/content")
    def content(self, call, identifier):
        return file_answer(call, self.file(identifier).data)

    @route("DELETE", "/v1/files/([^/]+)")
    def delete(self, call, identifier):
        self.file(identifier)
        del self.files[identifier]
        return json_answer(FileDeleted(id=identifier, deleted=True, object="file").to_dict())

    # Batches

    @route("POST", "/v1/batches")
    def create(self, call):
        body = json_body(call)
        wrong = CREATE.problems(body, "body")
        pairs = body.get("metadata") or {}
        if len(pairs) > 16 or any(len(k) > 64 or len(v) > 512 for k, v in pairs.items()):
            wrong.append("metadata is too large")
        if wrong:
            raise Violation(400, "; ".join(wrong))
        if self.file(body["input_file_id"]).view.purpose != "batch":
            raise Violation(400, "the file is not for a batch")
        view = Batch(
            id=f"batch_{self.number():024x}", object="batch", created_at=now(), status=STATES[0],
            errors=None, output_file_id=None, error_file_id=None, expires_at=now() + 86_400,
            request_counts=BatchRequestCounts(total=0, completed=0, failed=0), **body)
        self.batches[view.id] = Work(view)
        return json_answer(view.to_dict())

    @route("GET", "/v1/batches", query=("limit", "after"))
    def list_batches(self, call):
        return self.list(call, "batches", [work.view for work in self.batches.values()], 100)

    def batch(self, identifier):
        if identifier not in self.batches:
            raise Refusal(404, f"No batch found with id '{identifier}'.")
        return self.batches[identifier]

    @route("GET", "/v1/batches/([^/]+)")
    def get_batch(self, call, identifier):
        work = self.batch(identifier)
        shown = work.view.to_dict()
        self.advance(work)
        return json_answer(shown)

    @route("POST", "/v1/batches/([^/]+)/cancel")
    def cancel(self, call, identifier):
        work = self.batch(identifier)
        if work.view.status not in STATES[:2]:
            raise Refusal(409, f"Cannot cancel a batch with status '{work.view.status}'.")
        work.view.status, work.view.cancelling_at = "cancelling", now()
        return json_answer(work.view.to_dict())

    def advance(self, work):
        view = work.view
        if view.status == "cancelling":
            self.publish(work, "cancelled")
        elif view.status == "validating":
            self.validate(work)
        elif view.status == "in_progress" and not self.hold:
            view.status, view.finalizing_at = "finalizing", now()
        elif view.status == "finalizing":
            self.publish(work, "completed")

    def validate(self, work):
        view = work.view
        lines = self.file(view.input_file_id).data.removesuffix(b"\n").split(b"\n")
        errors = find_errors(lines, view.endpoint)
        if errors:
            view.status, view.failed_at = "failed", now()
            view.errors = Errors(object="list", data=errors)
            return
        view.status, view.in_progress_at = "in_progress", now()
        view.request_counts.total = len(lines)
        for number, line in enumerate(lines, 1):
            record = answer(json.loads(line), number)
            if wrong := CHECKS[view.endpoint][1](record):
                raise AssertionError(wrong)
            is_done = record["response"]["status_code"] == 200
            (work.done if is_done else work.failed).append(record)

    def publish(self, work, status):
        """Results stand in files of their own, the failures apart, in no order at all."""
        view = work.view
        if status == "cancelled":
            for record in work.done[len(work.done) // 2:]:
                record["response"] = None
                record["error"] = {"code": "batch_cancelled", "message": "It was cancelled."}
            work.failed += work.done[len(work.done) // 2:]
            work.done = work.done[:len(work.done) // 2]
        for name, found in (("output", work.done), ("error", work.failed)):
            self.shuffle(found)
            if found:
                file = self.keep(f"{view.id}_{name}.jsonl", "batch_output", jsonl(found))
                setattr(view, f"{name}_file_id", file.id)
        view.request_counts.completed, view.request_counts.failed = len(work.done), len(work.failed)
        view.status = status
        setattr(view, f"{status}_at", now())


def find_errors(lines, endpoint):
    """What the service says to a file that it does not take."""
    if lines == [b""]:
        return [BatchError(code="empty_file", message="The batch input file is empty.")]
    if len(lines) > MOST_LINES:
        return [BatchError(code="too_many_tasks", message=f"{len(lines)} requests")]
    if endpoint == "/v1/embeddings":
        inputs = sum(vectors.input_count(line) for line in lines)
        if inputs > MOST_INPUTS:
            return [BatchError(code="too_many_tasks", message=f"{inputs} inputs")]
    errors, ids, models = [], set(), set()
    for number, line in enumerate(lines, 1):
        code, message = line_error(line, endpoint, ids, models)
        if code:
            param = re.match(r"[\w.\[\]]*", message)[0]
            errors.append(BatchError(code=code, message=message, line=number, param=param or None))
    return errors


def line_error(line, endpoint, ids, models):
    record, reason = records.parse_line(line)
    if record is None or reason:
        return "invalid_json_line", reason
    if wrong := records.repeated_members(record, openai_chat.OPAQUE):
        return "invalid_json_line", "; ".join(wrong)
    if record.get("url") != endpoint:
        return "url_mismatch", f"url: is not {endpoint}"
    if wrong := CHECKS[endpoint][0](record):
        return "invalid_request", "; ".join(wrong)
    if record["custom_id"] in ids:
        return "duplicate_custom_id", f"custom_id: {record['custom_id']} occurs twice"
    ids.add(record["custom_id"])
    models.add(record["body"]["model"])
    if len(models) > 1:
        return "model_mismatch", f"body.model: {sorted(models)}"
    return None, None


def prompt_of(body):
    content = [m for m in body["messages"] if m["role"] == "user"][-1]["content"]
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    prompt = Prompt(tools=[tool["function"]["name"] for tool in body.get("tools") or []])
    for part in parts:
        if part["type"] == "text":
            prompt.text = part["text"]
        else:
            prompt.images.append(decoded(part["image_url"]["url"].partition(";base64,")[2]))
    return prompt


def answer(record, number):
    """A line of results."""
    is_embedding = record["url"] == "/v1/embeddings"
    if is_embedding:
        reply = vectors.failure(vectors.openai_texts(record["body"]))
    else:
        reply = Reply(prompt_of(record["body"]))
    if reply and reply.failure:
        body = {"error": {"message": reply.message, "type": error_type(reply.failure),
                          "param": None, "code": None}}
    elif is_embedding:
        body = vectors.openai_answer(record["body"])
    else:
        body = completion(reply, record["body"]["model"], number)
    status = reply.failure if reply and reply.failure else 200
    return {"id": f"batch_req_{number:024x}", "custom_id": record["custom_id"],
            "response": {"status_code": status, "request_id": f"req_{number:08x}",
                         "body": body},
            "error": None}


def completion(reply, model, number):
    message = {"role": "assistant", "content": reply.text, "refusal": None, "annotations": []}
    if reply.tool:
        message |= {"content": None, "tool_calls": [{
            "id": f"call_{number}", "type": "function", "function": {
                "name": reply.tool, "arguments": json.dumps(reply.arguments)}}]}
    counts = (reply.input_tokens, reply.output_tokens)
    return ChatCompletion.model_validate({
        "id": f"chatcmpl-{number}", "object": "chat.completion", "created": now(), "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None,
                     "finish_reason": reply.finish("stop", "length", "tool_calls")}],
        "usage": {"prompt_tokens": counts[0], "completion_tokens": counts[1],
                  "total_tokens": sum(counts)}}).to_dict()
