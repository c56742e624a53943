"""Bedrock's side: the client's own buckets, and keys that a machine's role gives."""
import datetime
import json
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from botocore.exceptions import ClientError

from conftest import Gateway
from faulty import FaultyProxy
from dialects import converse, lines, read
from jobs import Job


def bedrock(upstream, **changes):
    """The settings of Bedrock alone; None takes one away."""
    environment = {k: v for k, v in upstream.environment().items() if k.startswith("AWS")}
    environment.update(changes)
    return {k: v for k, v in environment.items() if v is not None}


def stored(upstream, path):
    request = urllib.request.Request(f"{upstream.url}/s3/{path}", headers={"authorization": "x"})
    try:
        return urllib.request.urlopen(request).read()
    except urllib.error.HTTPError as error:
        assert error.code == 404
        return None


@pytest.fixture
def start(tmp_path):
    gateways = []

    def start(environment):
        gateways.append(Gateway(tmp_path, arguments=(), environment=environment))
        return gateways[-1]

    yield start
    for gateway in gateways:
        gateway.stop()


def test_everything_is_in_the_clients_buckets(start, upstream):
    gateway = start(bedrock(upstream))
    body = lines([converse("a", "x")])
    job = Job(gateway, "bedrock", body, bucket="mine")
    assert stored(upstream, "mine/in/batch.jsonl") == body
    head = job.s3.head_object(Bucket="mine", Key="in/batch.jsonl")
    assert head["ETag"].strip('"') == job.etag and job.etag.startswith("sandbox-"), "that of S3"
    assert job.wait()[0]["status"] == "Completed"
    results, _ = job.results()
    assert read(results[0]).text == "Echo: x"
    prefix = f"mine/out/{job.arn.split('/')[-1]}"
    assert [json.loads(stored(upstream, f"{prefix}/batch.jsonl.out"))] == results
    assert json.loads(stored(upstream, f"{prefix}/manifest.json.out"))["successRecordCount"] == 1


def test_buckets_that_are_not_allowed(start, upstream):
    gateway = start(bedrock(upstream, BEDROCK_ALLOWED_BUCKETS="mine,ours"))
    body = lines([converse("a", "x")])
    s3 = gateway.client("s3", "bedrock")
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket="foreign", Key="k", Body=body)
    assert error.value.response["Error"]["Code"] == "AccessDenied"
    assert stored(upstream, "foreign/k") is None
    job = Job(gateway, "bedrock", body, bucket="ours")
    order = {**job.order, "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://foreign/"}}}
    with pytest.raises(ClientError) as error:
        job.bedrock.create_model_invocation_job(**order)
    assert error.value.response["Error"]["Code"] == "AccessDeniedException"
    assert job.wait()[0]["status"] == "Completed"


def test_a_bucket_of_the_gateways_own(start, upstream):
    gateway = start(bedrock(
        upstream, BEDROCK_BATCH_BUCKET="own", BEDROCK_ALLOWED_BUCKETS="shared"))
    body = lines([converse("a", "x")])
    job = Job(gateway, "bedrock", body, bucket="name-only")
    assert stored(upstream, "name-only/in/batch.jsonl") is None
    assert stored(upstream, "own/gateway-files/name-only/in/batch.jsonl") == body
    assert job.wait()[0]["status"] == "Completed"
    assert stored(upstream, f"name-only/out/{job.arn.split('/')[-1]}/manifest.json.out") is None
    Job(gateway, "bedrock", body, bucket="shared")
    assert stored(upstream, "shared/in/batch.jsonl") == body


class KeyService:
    """What a container or an instance is given keys by; each answer has a new pair."""

    def __init__(self, lifetime):
        self.count = 0
        service = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def reply(self, status, text=""):
                self.send_response(status)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def do_PUT(self):
                lifetime = self.headers.get("x-aws-ec2-metadata-token-ttl-seconds")
                is_right = self.path == "/latest/api/token" and lifetime
                self.reply(200, "imds-token") if is_right else self.reply(400)

            def do_GET(self):
                folder = "/latest/meta-data/iam/security-credentials/"
                proof = "x-aws-ec2-metadata-token" if self.path.startswith(folder) else "authorization"
                if self.headers.get(proof) not in ("imds-token", "container-token"):
                    return self.reply(401)
                if self.path == folder:
                    return self.reply(200, "batch-role")
                assert self.path in (folder + "batch-role", "/keys?id=1"), self.path
                service.count += 1
                end = datetime.datetime.now(datetime.timezone.utc) + lifetime
                self.reply(200, json.dumps({
                    "Code": "Success", "AccessKeyId": f"ASIA{service.count}",
                    "SecretAccessKey": f"secret-{service.count}", "Token": f"token-{service.count}",
                    "Expiration": end.strftime("%Y-%m-%dT%H:%M:%SZ")}))

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.mark.parametrize("minutes", [60, 1], ids=["kept", "renewed"])
@pytest.mark.parametrize("kind", ["container", "container-file", "instance"])
def test_keys_of_a_role(start, upstream, tmp_path, kind, minutes):
    service = KeyService(datetime.timedelta(minutes=minutes))
    seen = []

    def note(method, path, count, headers):
        key = headers["authorization"].split("Credential=")[1].split("/")[0]
        seen.append((key, headers["x-amz-security-token"]))

    proxy = FaultyProxy(upstream.url, lambda *_: None, note)
    (tmp_path / "token").write_text("container-token\n")
    token = {
        "container": {"AWS_CONTAINER_AUTHORIZATION_TOKEN": "container-token"},
        "container-file": {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(tmp_path / "token")},
    }.get(kind)
    machine = {**token, "AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url + "/keys?id=1"} if token \
        else {"AWS_EC2_METADATA_SERVICE_ENDPOINT": service.url,
              "BEDROCK_BATCH_ROLE_ARN": "arn:aws:iam::123456789012:role/batch"}
    gateway = start(bedrock(
        upstream, AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None, **machine,
        AWS_ENDPOINT_URL_S3=proxy.url + "/s3", AWS_ENDPOINT_URL_BEDROCK=proxy.url + "/bedrock"))
    job = Job(gateway, "bedrock", lines([converse("a", "x")]))
    assert job.wait()[0]["status"] == "Completed"
    assert len(seen) >= 4
    assert all(token == key.replace("ASIA", "token-") for key, token in seen)
    # Keys that end within five minutes are not used for another request.
    assert len({key for key, _ in seen}) == service.count
    assert service.count == 1 if minutes == 60 else service.count >= 4


def test_places_that_are_not_sent_a_token(tmp_path):
    with pytest.raises(AssertionError, match="AWS_CONTAINER_CREDENTIALS_FULL_URI"):
        Gateway(tmp_path, arguments=(), environment={
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/keys",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t"})
