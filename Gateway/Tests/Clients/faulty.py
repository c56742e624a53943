"""A proxy in front of the emulated providers that answers some requests as bad networks do."""
import http.client
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class FaultyProxy:
    """Forwards to a base URL; `fault(method, path, count)` names what to do instead, or None.

    count is how often that method and path were asked before. The faults: `429` and `500` (not
    forwarded), `lost` (forwarded, and the answer is thrown away), `cut` (half of the answer),
    `slow` (the answer comes in small pieces), or an answer of its own: a status, headers and a body,
    where no status means those of the provider with these headers changed. `note` is told of each request and its headers.
    """

    def __init__(self, target, fault, note=lambda method, path, count, headers: None):
        self.target = urlsplit(target)
        self.fault = fault
        self.note = note
        self.counts = {}
        self.lock = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle_any(self):
                proxy.answer(self)

            do_GET = do_POST = do_PUT = handle_any

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request):
        length = int(request.headers.get("content-length") or 0)
        body = request.rfile.read(length)
        key = (request.command, request.path.split("?")[0])
        with self.lock:
            count = self.counts[key] = self.counts.get(key, -1) + 1
        self.note(request.command, request.path, count, request.headers)
        fault = self.fault(request.command, request.path, count)
        request.close_connection = True
        if fault in ("429", "500"):
            request.send_response(int(fault))
            if fault == "429":
                request.send_header("retry-after", "0.2")
            request.send_header("content-length", "0")
            request.send_header("connection", "close")
            request.end_headers()
            return
        connection = http.client.HTTPConnection(self.target.netloc)
        changes = {}
        if isinstance(fault, tuple):
            status, changes, text = fault
            if status:
                request.send_response(status)
                for name, value in changes.items():
                    request.send_header(name, value)
                request.send_header("content-length", str(len(text)))
                request.send_header("connection", "close")
                request.end_headers()
                request.wfile.write(text)
                return
        # The host is that of the proxy, so that places for uploads lead back to it.
        headers = {k: v for k, v in request.headers.items() if k.lower() != "connection"}
        connection.request(request.command, request.path, body, headers)
        response = connection.getresponse()
        data = response.read()
        connection.close()
        if fault == "lost":
            return
        request.send_response(response.status)
        for name, value in response.getheaders():
            if name.lower() not in ("content-length", "connection", "transfer-encoding", "date"):
                request.send_header(name, changes.get(name.lower(), value))
        request.send_header("content-length", str(len(data)))
        request.send_header("connection", "close")
        request.end_headers()
        if fault == "cut":
            request.wfile.write(data[: len(data) // 2])
        elif fault == "slow":
            for start in range(0, len(data), max(1, len(data) // 20)):
                request.wfile.write(data[start:start + max(1, len(data) // 20)])
                request.wfile.flush()
                time.sleep(0.02)
        else:
            request.wfile.write(data)
