"""What the emulators have in common: a small HTTP server that keeps a list of all faults."""
import inspect
import itertools
import json
import random
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass
class Call:
    """A request, read whole."""
    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    query: dict[str, str] = field(default_factory=dict)

    @property
    def path(self):
        return urlsplit(self.target).path


@dataclass
class Answer:
    """What goes back."""
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """A request that is refused, as the vendor would; not in itself a client's fault."""

    def __init__(self, status, message, code=None):
        super().__init__(f"{status} {message}")
        self.status, self.message, self.code = status, message, code


class Violation(Refusal):
    """A refusal of what no correct client ever sends."""


@dataclass(frozen=True)
class Route:
    """Which requests a method of an emulator answers."""
    method: str
    path: re.Pattern
    query: frozenset[str]
    name: str
    needs_key: bool


def route(method, path, query=(), needs_key=True):
    """Marks a method as the answer to requests; groups of the path become its arguments."""
    def mark(function):
        function.route = Route(
            method, re.compile(path), frozenset(query), function.__name__, needs_key)
        return function
    return mark


class Emulator:
    """A provider on a free port of this machine.

    `violations` has a line for each thing that a client did wrong. A batch moves on by one state
    whenever somebody looks at it, so that a client sees all states; `hold` stops it while running.
    """

    def __init__(self):
        self.violations = []
        self.calls = []
        self.hold = False
        self.lock = threading.RLock()
        # Numbers that no other thing has.
        self.number = itertools.count(1).__next__
        # Always the same disorder.
        self.shuffle = random.Random(7).shuffle
        self.routes = [
            member.route for _, member in inspect.getmembers(type(self))
            if hasattr(member, "route")]
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        # Asked often whether it is to end, so that closing takes no time.
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def check_key(self, call):
        """Refuses clients without a key."""
        raise NotImplementedError

    def error(self, refusal):
        """A refusal in the vendor's own words."""
        raise NotImplementedError

    def answer(self, call):
        try:
            with self.lock:
                self.calls.append(f"{call.method} {call.path}")
                return self._dispatch(call)
        except Refusal as refusal:
            if isinstance(refusal, Violation):
                self.violations.append(f"{call.method} {call.target}: {refusal}")
            return self.error(refusal)
        except Exception as error:
            # A fault of the emulator must not look like a provider's bad day.
            self.violations.append(f"{call.method} {call.target}: emulator: {error!r}")
            return self.error(Refusal(500, f"emulator: {error!r}"))

    def _dispatch(self, call):
        for known in self.routes:
            match = known.path.fullmatch(call.path)
            if not match or known.method != call.method:
                continue
            if known.needs_key:
                self.check_key(call)
            pairs = parse_qsl(urlsplit(call.target).query, True, strict_parsing="?" in call.target)
            call.query = dict(pairs)
            if len(pairs) != len(call.query) or not call.query.keys() <= known.query:
                raise Violation(400, f"unexpected parameters {pairs}")
            return getattr(self, known.name)(call, *map(unquote, match.groups()))
        raise Violation(404, "no such route")


def _handler(emulator):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Else small answers wait for acknowledgements.
        disable_nagle_algorithm = True

        def log_message(self, *_):
            pass

        def handle_any(self):
            length = self.headers.get("content-length", "0")
            headers = {name.lower(): value for name, value in self.headers.items()}
            call = Call(self.command, self.path, headers, self.rfile.read(int(length)))
            if "transfer-encoding" in headers:
                emulator.violations.append(f"{call.method} {call.target}: without a length")
                self.close_connection = True
            answer = emulator.answer(call)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = handle_any

    return Handler


def json_answer(value, status=200, **headers):
    body = json.dumps(value, ensure_ascii=False).encode()
    return Answer(body, status, {"content-type": "application/json", **headers})


def json_body(call):
    """The JSON object that a request has to have."""
    if call.headers.get("content-type", "").split(";")[0] != "application/json":
        raise Violation(415, f"content type {call.headers.get('content-type')}")
    try:
        value = json.loads(call.body)
    except ValueError as error:
        raise Violation(400, f"the body is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise Violation(400, "the body is no object")
    return value


def file_answer(call, data):
    """A file, or what its Range header asks for."""
    headers = {"content-type": "application/octet-stream"}
    wanted = call.headers.get("range")
    if wanted is None:
        return Answer(data, 200, headers)
    match = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted)
    if not match:
        raise Violation(400, f"range {wanted}")
    start, end = int(match[1]), min(int(match[2] or len(data)), len(data) - 1)
    if start > end:
        return Answer(b"", 416, {"content-range": f"bytes */{len(data)}"})
    headers["content-range"] = f"bytes {start}-{end}/{len(data)}"
    return Answer(data[start:end + 1], 206, headers)


def page(items, name, token, size):
    """A page of a list behind the item that the token names, and whether more follow."""
    start = 0
    if token:
        places = [index for index, item in enumerate(items) if name(item) == token]
        if not places:
            raise Violation(400, f"no item {token} to go on behind")
        start = places[0] + 1
    return items[start:start + size], start + size < len(items)


def jsonl(records):
    """Lines, compact and with everything but control characters as it is."""
    return b"".join(
        json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        for record in records)


def now():
    return int(time.time())
