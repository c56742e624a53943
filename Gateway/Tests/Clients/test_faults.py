"""Providers that fail: every route, every fault, and still one batch and all results."""
import json
import socket

import pytest
from botocore.exceptions import ClientError

from conftest import Gateway
from dialects import converse, lines, openai, read
from faulty import FaultyProxy
from jobs import Job


def run(tmp_path, upstream, provider, fault):
    before = upstream.batch_count(provider)
    proxy = FaultyProxy(upstream.url, fault)
    environment = {
        name: value.replace(upstream.url, proxy.url) for name, value in upstream.environment().items()}
    gateway = Gateway(tmp_path, arguments=(), environment=environment)
    try:
        # Not in the provider's own dialect, so nothing is uploaded before the job is there.
        body = lines([
            {"recordId": f"id-{n}", "modelInput": {
                "messages": [{"role": "user", "content": [{"text": f"text {n} " * 20}]}]}}
            for n in range(500)])
        job = Job(gateway, provider, body, bucket="faults")
        view, _ = job.wait(90)
        assert view["status"] == "Completed", view
        results, manifest = job.results()
        assert manifest["successRecordCount"] == 500
        assert len({read(record).id for record in results}) == 500
        assert upstream.batch_count(provider) == before + 1, "exactly one batch"
        return proxy
    finally:
        gateway.stop()
        proxy.close()


@pytest.mark.parametrize("fault", ["429", "500", "slow"])
@pytest.mark.parametrize("provider", ["openai", "gemini"])
def test_every_route_fails_once(tmp_path, upstream, provider, fault):
    proxy = run(tmp_path, upstream, provider, lambda method, path, count: fault if count == 0 else None)
    assert len(proxy.counts) >= 4


@pytest.mark.parametrize("provider", ["openai", "gemini"])
def test_answers_that_are_lost(tmp_path, upstream, provider):
    """What was executed is not executed again: it is found by its name."""
    run(tmp_path, upstream, provider,
        lambda method, path, count: "lost" if method == "POST" and count == 0 else None)


@pytest.mark.parametrize("provider", ["openai", "gemini"])
def test_downloads_that_are_cut(tmp_path, upstream, provider):
    def fault(method, path, count):
        is_download = "/content" in path or ":download" in path
        return "cut" if is_download and count < 2 else None

    run(tmp_path, upstream, provider, fault)


@pytest.mark.parametrize("fault", ["429", "500", "lost", "slow", "cut"])
def test_bedrock_fails(tmp_path, upstream, fault):
    def choose(method, path, count):
        # The client's own upload is forwarded at once; the job's steps are what is tried again.
        is_step = "model-invocation" in path or "gateway-input" in path or "gateway-output" in path
        return fault if is_step and count == 0 else None

    run(tmp_path, upstream, "bedrock", choose)


@pytest.mark.parametrize("fault, code", [("429", "SlowDown"), ("500", "SlowDown")])
def test_files_that_a_provider_does_not_take(tmp_path, upstream, fault, code):
    """The client is told in words of S3, and nothing is stored under the key."""
    proxy = FaultyProxy(upstream.url, lambda method, path, count: fault)
    environment = {
        name: value.replace(upstream.url, proxy.url) for name, value in upstream.environment().items()}
    gateway = Gateway(tmp_path, arguments=(), environment=environment)
    try:
        s3 = gateway.client("s3", "openai")
        with pytest.raises(ClientError) as error:
            s3.put_object(Bucket="bucket", Key="k", Body=lines([openai("a", "x")]))
        assert error.value.response["Error"]["Code"] == code
        assert s3.list_objects_v2(Bucket="bucket")["KeyCount"] == 0
    finally:
        gateway.stop()
        proxy.close()


@pytest.fixture
def trap():
    """A place that nobody must ever ask anything."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(BlockingIOError):
            listener.accept()


def fail(tmp_path, upstream, provider, fault):
    """A job that ends badly: its view, and what the gateway wrote to its log."""
    proxy = FaultyProxy(upstream.url, fault)
    environment = {
        name: value.replace(upstream.url, proxy.url) for name, value in upstream.environment().items()}
    environment["OPENAI_API_KEY"] = environment["GEMINI_API_KEY"] = "sk-proj-verysecret123"
    gateway = Gateway(tmp_path, arguments=(), environment=environment)
    try:
        job = Job(gateway, provider, lines([converse("a", "x")]))
        view, _ = job.wait(60)
        assert view["status"] == "Failed", view
        return view["message"], gateway.log()
    finally:
        gateway.stop()
        proxy.close()


def test_uploads_are_not_sent_to_foreign_places(tmp_path, upstream, trap):
    def fault(method, path, count):
        return (None, {"x-goog-upload-url": trap + "/upload"}, b"") if "/upload/" in path else None

    message, _ = fail(tmp_path, upstream, "gemini", fault)
    assert "foreign place" in message


@pytest.mark.parametrize("provider", ["openai", "gemini", "bedrock"])
def test_redirects_are_not_followed(tmp_path, upstream, trap, provider):
    def fault(method, path, count):
        # A client's own upload comes before the job.
        return None if "/in/" in path else (302, {"location": trap + path}, b"")

    fail(tmp_path, upstream, provider, fault)


@pytest.mark.parametrize("provider", ["openai", "gemini"])
def test_what_providers_say_holds_no_key(tmp_path, upstream, provider):
    text = b'{"error": {"message": "wrong key sk-proj-verysecret123\\u000a{\\"x\\":1}", "code": 401}}'
    message, log = fail(tmp_path, upstream, provider, lambda *_: (401, {}, text))
    assert message.startswith("401 wrong key *** ") and "verysecret" not in message + log
    for line in log.splitlines():
        assert json.loads(line)["level"]
