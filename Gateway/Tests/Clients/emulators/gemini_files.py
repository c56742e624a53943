"""Gemini's Files API, strict: https://ai.google.dev/api/files."""
import base64
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import rules
from google.genai import types
from typed import Validator, strict_model

from .server import (
    Answer, Emulator, Refusal, Violation, file_answer, json_answer, json_body, page, route)

FILE = Validator(strict_model(types.File))
FILE_NAME = re.compile(r"files/[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
MOST_BYTES = 2_000_000_000
GRANULARITY = 256 << 10
VERSION = "/v1(?:beta|alpha)?"
# https://cloud.google.com/apis/design/errors#handling_errors
CODES = {400: (3, "INVALID_ARGUMENT"), 401: (16, "UNAUTHENTICATED"), 403: (7, "PERMISSION_DENIED"),
         404: (5, "NOT_FOUND"), 409: (10, "ABORTED"), 429: (8, "RESOURCE_EXHAUSTED"),
         500: (13, "INTERNAL"), 503: (14, "UNAVAILABLE"), 504: (4, "DEADLINE_EXCEEDED")}


@dataclass
class File:
    view: types.File
    data: bytes = b""
    looks: int = 0


@dataclass
class Upload:
    """A resumable upload on its way."""
    file: types.File
    size: int
    data: bytes = b""
    is_final: bool = False


class GeminiFiles(Emulator):
    """The part of the Gemini Developer API that keeps files.

    Each new file is PROCESSING for as many looks as `processing_looks` says; `interrupt`, where
    it is set, is the number of bytes after which the next upload breaks.
    """

    def __init__(self, key):
        self.key = key
        self.files = {}
        self.uploads = {}
        self.processing_looks = 0
        self.interrupt = None
        super().__init__()

    def check_key(self, call):
        if call.headers.get("x-goog-api-key") != self.key:
            raise Violation(403, "API key not valid.", "PERMISSION_DENIED")

    def error(self, refusal):
        status = refusal.code or CODES.get(refusal.status, (2, "UNKNOWN"))[1]
        return json_answer({"error": {
            "code": refusal.status, "message": refusal.message, "status": status}}, refusal.status)

    # Uploads

    @route("POST", f"/upload{VERSION}/files", query=("upload_id", "upload_protocol"),
           needs_key=False)
    def upload(self, call):
        if "upload_id" in call.query:
            return self.receive(call)
        self.check_key(call)
        headers = [call.headers.get(f"x-goog-upload-{name}") for name in (
            "protocol", "command", "header-content-length", "header-content-type")]
        if headers[:2] != ["resumable", "start"] or not all(headers) or not headers[2].isdecimal():
            raise Violation(400, f"headers of an upload: {headers}")
        body = json_body(call)
        # The SDK writes the size as a number, which proto3 JSON allows for what it writes as text.
        wrong = rules.check_members(body, "$", {"file"}) or FILE.problems(body["file"], "file")
        if wrong:
            raise Violation(400, "; ".join(wrong))
        view = types.File.model_validate(body["file"])
        view.name = view.name or f"files/{self.number():012x}"
        size = int(headers[2])
        if not FILE_NAME.fullmatch(view.name) or view.mime_type != headers[3] \
                or view.size_bytes not in (None, size) or size > MOST_BYTES:
            raise Violation(400, f"file {view.name}, {view.mime_type}, {view.size_bytes} bytes")
        if view.name in self.files:
            raise Refusal(409, f"Resource {view.name} already exists.", "ALREADY_EXISTS")
        identifier = f"upload{self.number()}"
        self.uploads[identifier] = Upload(view, size)
        place = f"{self.url}{call.path}?upload_id={identifier}&upload_protocol=resumable"
        return json_answer({}, **{
            "x-goog-upload-url": place, "x-goog-upload-status": "active",
            "x-goog-upload-chunk-granularity": str(GRANULARITY)})

    def receive(self, call):
        """Bytes of an upload, or the question how many there are."""
        upload = self.uploads.get(call.query["upload_id"])
        command = re.split(", *", call.headers.get("x-goog-upload-command", ""))
        if upload is None or "x-goog-api-key" in call.headers:
            raise Violation(400, "no such upload, or a key where none belongs")
        if command == ["query"]:
            return self.state(upload, b"")
        if command not in (["upload"], ["upload", "finalize"]) or upload.is_final:
            raise Violation(400, f"command {command}, final: {upload.is_final}")
        if call.headers.get("x-goog-upload-offset") != str(len(upload.data)):
            raise Violation(400, f"offset {call.headers.get('x-goog-upload-offset')}")
        if self.interrupt is not None:
            upload.data += call.body[:self.interrupt]
            self.interrupt = None
            raise Refusal(503, "The upload broke.", "UNAVAILABLE")
        upload.data += call.body
        if len(command) == 1:
            if len(call.body) % GRANULARITY:
                raise Violation(400, f"a piece of {len(call.body)} bytes")
            return self.state(upload, b"")
        if len(upload.data) != upload.size:
            raise Violation(400, f"{len(upload.data)} bytes instead of {upload.size}")
        if upload.file.name in self.files:
            raise Refusal(409, f"Resource {upload.file.name} already exists.", "ALREADY_EXISTS")
        upload.is_final = True
        file = self.keep(upload.file, upload.data, types.FileSource.UPLOADED)
        return self.state(upload, json.dumps({"file": self.show(file)}).encode())

    @staticmethod
    def state(upload, body):
        return Answer(body, 200, {
            "content-type": "application/json",
            "x-goog-upload-status": "final" if upload.is_final else "active",
            "x-goog-upload-size-received": str(len(upload.data))})

    # Files

    def keep(self, view, data, source):
        created = datetime.now(timezone.utc)
        digest = hashlib.sha256(data).hexdigest()
        view.size_bytes, view.source, view.uri = len(data), source, f"{self.url}/v1beta/{view.name}"
        view.sha256_hash = base64.b64encode(digest.encode()).decode()
        view.create_time = view.update_time = created
        view.expiration_time = created + timedelta(hours=48)
        view.state = types.FileState.PROCESSING
        self.files[view.name] = File(view, data, self.processing_looks)
        return self.files[view.name]

    @staticmethod
    def show(file):
        view = file.view.model_dump(mode="json", by_alias=True, exclude_none=True)
        return {**view, "sizeBytes": str(file.view.size_bytes)}

    def file(self, name):
        if name not in self.files:
            # The service does not tell what is another's from what is not there.
            raise Refusal(403, f"You do not have permission to access {name} or it may not exist.")
        return self.files[name]

    @route("GET", f"{VERSION}/files", query=("pageSize", "pageToken"))
    def list_files(self, call):
        return self.list(call, "files", self.files, lambda name: self.show(self.files[name]))

    def list(self, call, what, items, show):
        size = call.query.get("pageSize", "10")
        if not size.isdecimal() or not 1 <= int(size) <= 100:
            raise Violation(400, f"page size {size}")
        names, more = page(
            list(items)[::-1], lambda name: name, call.query.get("pageToken"), int(size))
        answer = {what: [show(name) for name in names]} if names else {}
        return json_answer(answer | ({"nextPageToken": names[-1]} if more else {}))

    @route("GET", f"{VERSION}/(files/[^/:]+)")
    def get_file(self, call, name):
        file = self.file(name)
        if file.looks == 0:
            file.view.state = types.FileState.ACTIVE
        file.looks -= 1
        return json_answer(self.show(file))

    @route("DELETE", f"{VERSION}/(files/[^/:]+)")
    def delete_file(self, call, name):
        self.file(name)
        del self.files[name]
        return json_answer({})

    @route("GET", f"(?:/download)?{VERSION}/(files/[^/:]+):download", query=("alt",))
    def download(self, call, name):
        file = self.file(name)
        if file.view.source != types.FileSource.GENERATED or call.query.get("alt") != "media":
            raise Violation(400, "Only generated files can be downloaded, with alt=media.")
        return file_answer(call, file.data)
