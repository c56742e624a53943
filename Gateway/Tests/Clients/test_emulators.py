"""The emulators themselves: the vendors' own clients get on with them, and faults are noticed."""
import io
import json
import time
import urllib.error
import urllib.request

import boto3
import openai
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from google import genai
from google.genai import types
from openai.types.chat import ChatCompletion

import dialects
from dialects import lines, read
from emulators.aws import CREDENTIALS, REGION
from emulators.bedrock_api import Bedrock
from emulators.gemini_api import Gemini
from emulators.openai_api import OpenAI

ROLE = "arn:aws:iam::123456789012:role/r"
CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
TEXTS = ["Grüße 🚀", "line\u2028\0", "fail:429"]
ECHOES = {"id-0": "Echo: Grüße 🚀", "id-1": "Echo: line\u2028\0", "id-2": None}


def batch(dialect, texts=TEXTS):
    return lines([dialect(f"id-{n}", text) for n, text in enumerate(texts)])


def echoes(data):
    found = [read(json.loads(line)) for line in data.removesuffix(b"\n").split(b"\n")]
    return {answer.id: answer.text for answer in found}


def poll(look, is_final):
    deadline = time.time() + 5
    while time.time() < deadline:
        found = look()
        if is_final(found):
            return found
    raise AssertionError(f"it never ended: {found}")


# OpenAI


@pytest.fixture
def open_ai():
    with OpenAI("sk-emulated") as emulator:
        yield emulator


def openai_client(emulator, key=None):
    return openai.OpenAI(api_key=key or emulator.key, base_url=emulator.url, max_retries=0)


def openai_batch(client, data, **more):
    file = client.files.create(file=("in.jsonl", data), purpose="batch")
    made = client.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h", **more)
    return poll(lambda: client.batches.retrieve(made.id),
                lambda seen: seen.status in ("completed", "failed"))


def test_the_client_of_openai(open_ai):
    client = openai_client(open_ai)
    done = openai_batch(client, batch(dialects.openai), metadata={"a": "b"})
    assert (done.status, done.request_counts.completed, done.request_counts.failed) == (
        "completed", 2, 1)
    output = client.files.content(done.output_file_id).content
    errors = client.files.content(done.error_file_id).content
    assert echoes(output + errors) == ECHOES
    for line in output.splitlines():
        ChatCompletion.model_validate(json.loads(line)["response"]["body"], strict=True)
    part = client.files.content(done.output_file_id, extra_headers={"Range": "bytes=5-9"})
    assert (part.response.status_code, part.content) == (206, output[5:10])
    files = [file.id for file in client.files.list(limit=1)]
    assert len(files) == 3 and files[-1] == done.input_file_id
    assert [file.id for file in client.files.list(order="asc", purpose="batch")] == files[-1:]
    assert [found.metadata for found in client.batches.list(limit=1)] == [{"a": "b"}]
    assert client.files.delete(done.input_file_id).deleted
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(done.input_file_id)
    with pytest.raises(openai.ConflictError):
        client.batches.cancel(done.id)
    assert open_ai.violations == []


def test_openai_leaves_out_files_that_would_be_empty(open_ai):
    client = openai_client(open_ai)
    done = openai_batch(client, batch(dialects.openai, ["fine"]))
    assert done.output_file_id and done.error_file_id is None
    done = openai_batch(client, batch(dialects.openai, ["fail:500"]))
    assert done.output_file_id is None and done.error_file_id


def changed(member, value):
    record = dialects.openai("id-1", "x")
    return record | {member: value} if member in record else record | {
        "body": record["body"] | {member: value}}


@pytest.mark.parametrize("second, code", [
    (b"{", "invalid_json_line"), (b"", "invalid_json_line"), (b"[]", "invalid_json_line"),
    (b'{"body":{"model":"a","model":"a"}}', "invalid_json_line"),
    (changed("custom_id", "id-0"), "duplicate_custom_id"),
    (changed("url", "/v1/responses"), "url_mismatch"), (changed("model", "x"), "model_mismatch"),
    (changed("method", "GET"), "invalid_request"), (changed("custom_id", ""), "invalid_request"),
    (changed("messages", []), "invalid_request"), (changed("max_tokens", "9"), "invalid_request"),
    (changed("temperature", 3), "invalid_request"), (changed("surprise", 1), "invalid_request"),
])
def test_lines_that_openai_refuses(open_ai, second, code):
    line = second if isinstance(second, bytes) else json.dumps(second).encode()
    done = openai_batch(openai_client(open_ai), batch(dialects.openai, ["x"]) + line + b"\n")
    assert (done.status, done.output_file_id) == ("failed", None)
    assert [(error.line, error.code) for error in done.errors.data] == [(2, code)]


def test_files_that_openai_refuses(open_ai, monkeypatch):
    client = openai_client(open_ai)
    assert openai_batch(client, b"").errors.data[0].code == "empty_file"
    monkeypatch.setattr("emulators.openai_api.MOST_LINES", 1)
    assert openai_batch(client, batch(dialects.openai)).errors.data[0].code == "too_many_tasks"
    monkeypatch.setattr("emulators.openai_api.MOST_BYTES", 10)
    with pytest.raises(openai.APIStatusError):
        openai_batch(client, b"x" * 11)


@pytest.mark.parametrize("fault", [
    lambda client: client.files.create(file=("in.jsonl", b"x"), purpose="assistants"),
    lambda client: client.files.create(file=("in.txt", b"x"), purpose="batch"),
    lambda client: client.files.list(limit=0),
    lambda client: client.files.list(extra_query={"state": "done"}),
    lambda client: client.batches.list(limit=101),
    lambda client: client.batches.create(
        input_file_id="x", endpoint="/v1/nothing", completion_window="24h"),
    lambda client: client.batches.create(
        input_file_id="x", endpoint="/v1/responses", completion_window="24h",
        metadata={"a": "x" * 513}),
    lambda client: client.post("/batches", cast_to=object, content=b"{"),
    lambda client: client.post("/batches", cast_to=object, body={},
                               options={"headers": {"content-type": "text/plain"}}),
    lambda client: client.models.list(),
    lambda client: client.with_options(api_key="sk-wrong").files.list(),
])
def test_faults_of_clients_of_openai(open_ai, fault):
    with pytest.raises(openai.APIStatusError):
        fault(openai_client(open_ai))
    assert len(open_ai.violations) == 1


# Gemini


@pytest.fixture
def gemini():
    with Gemini("gemini-key") as emulator:
        yield emulator


def gemini_client(emulator, key=None):
    return genai.Client(api_key=key or emulator.key, http_options={"base_url": emulator.url})


def gemini_upload(client, data, name=None):
    file = client.files.upload(file=io.BytesIO(data), config={
        "mime_type": "application/jsonl", "display_name": "in", "name": name})
    return poll(lambda: client.files.get(name=file.name),
                lambda seen: seen.state == types.FileState.ACTIVE)


def gemini_batch(client, data):
    file = gemini_upload(client, data)
    made = client.batches.create(
        model="gemini-2.5-flash", src=file.name, config={"display_name": "batch"})
    return poll(lambda: client.batches.get(name=made.name), lambda seen: seen.done)


def test_the_client_of_gemini(gemini):
    client = gemini_client(gemini)
    gemini.processing_looks = 3
    done = gemini_batch(client, batch(dialects.gemini_key))
    assert done.state == types.JobState.JOB_STATE_SUCCEEDED
    data = client.files.download(file=done.dest.file_name)
    assert echoes(data) == ECHOES
    for record in map(json.loads, data.removesuffix(b"\n").split(b"\n")):
        if "response" in record:
            types.GenerateContentResponse.model_validate(record["response"])
            assert list(record) == ["response", "key"]
            assert "index" not in record["response"]["candidates"][0], "zero is left out"
    names = [file.name for file in client.files.list(config={"page_size": 1})]
    assert len(names) == 2 and names[0] == done.dest.file_name
    assert [found.display_name for found in client.batches.list(config={"page_size": 1})] == [
        "batch"]
    client.files.delete(name=names[1])
    with pytest.raises(genai.errors.ClientError, match="403"):
        client.files.get(name=names[1])
    client.batches.delete(name=done.name)
    assert gemini.violations == []


def test_pieces_and_names_of_uploads(gemini):
    client = gemini_client(gemini)
    # The client cuts at 8 MiB.
    data = b"x" * (9 << 20)
    assert gemini.files[gemini_upload(client, data, "chosen-name").name].data == data
    assert list(gemini.files) == ["files/chosen-name"]
    with pytest.raises(genai.errors.ClientError, match="ALREADY_EXISTS"):
        gemini_upload(client, data, "chosen-name")
    assert gemini.violations == []


def test_gemini_cancels(gemini):
    client = gemini_client(gemini)
    gemini.hold = True
    file = gemini_upload(client, batch(dialects.gemini_key))
    made = client.batches.create(
        model="gemini-2.5-flash", src=file.name, config={"display_name": "batch"})
    client.batches.cancel(name=made.name)
    assert client.batches.get(name=made.name).state == types.JobState.JOB_STATE_CANCELLED
    assert gemini.violations == []


@pytest.mark.parametrize("second", [
    b"{", b'{"key":"id-0","request":{"contents":[{"parts":[{"text":"x"}]}]}}',
    b'{"key":"id-1","request":{"contents":[]}}', b'{"request":{"contents":[{"parts":[]}]}}',
    b'{"key":"id-1","request":{"contents":[{"parts":[{"text":"x"}]}],"surprise":1}}',
])
def test_lines_that_gemini_refuses(gemini, second):
    done = gemini_batch(
        gemini_client(gemini), batch(dialects.gemini_key, ["x"]) + second + b"\n")
    assert (done.state, done.dest) == (types.JobState.JOB_STATE_FAILED, None)


@pytest.mark.parametrize("fault", [
    lambda client, url: gemini_upload(client, b"x", "Capital"),
    lambda client, url: gemini_upload(client, b"x", "a" * 41),
    lambda client, url: client.files.download(file=gemini_upload(client, b"x").name),
    lambda client, url: client.batches.list(config={"page_size": 101}),
    lambda client, url: client.models.list(),
    lambda client, url: client.batches.create(
        model="m", src=client.files.upload(file=io.BytesIO(b"x"), config={
            "mime_type": "application/jsonl"}).name, config={"display_name": "too early"}),
    lambda client, url: post(f"{url}/upload/v1beta/files?upload_id=none", b"x"),
    lambda client, url: post(f"{url}/upload/v1beta/files", b"{}", {
        "x-goog-api-key": "gemini-key", "content-type": "application/json"}),
    lambda client, url: post(f"{url}/v1beta/models/m:batchGenerateContent", b"{}", {
        "x-goog-api-key": "gemini-key", "content-type": "application/json"}),
])
def test_faults_of_clients_of_gemini(gemini, fault):
    with pytest.raises((genai.errors.APIError, urllib.error.HTTPError)):
        fault(gemini_client(gemini), gemini.url)
    assert len(gemini.violations) == 1


def test_keys_of_gemini(gemini):
    client = gemini_client(gemini, "wrong")
    with pytest.raises(genai.errors.ClientError, match="API key"):
        client.files.list()
    assert len(gemini.violations) == 1


def post(url, data, headers=None):
    return urllib.request.urlopen(urllib.request.Request(url, data, headers or {}))


def test_an_upload_goes_on_from_where_it_broke(gemini):
    data = batch(dialects.gemini_key)
    start = {"x-goog-api-key": gemini.key, "content-type": "application/json",
             "x-goog-upload-protocol": "resumable", "x-goog-upload-command": "start",
             "x-goog-upload-header-content-length": str(len(data)),
             "x-goog-upload-header-content-type": "application/jsonl"}
    place = post(f"{gemini.url}/upload/v1beta/files", json.dumps(
        {"file": {"mime_type": "application/jsonl"}}).encode(), start).headers["x-goog-upload-url"]

    def send(command, offset, piece):
        return post(place, piece, {
            "x-goog-upload-command": command, "x-goog-upload-offset": str(offset)})

    gemini.interrupt = 10
    with pytest.raises(urllib.error.HTTPError, match="503"):
        send("upload, finalize", 0, data)
    state = send("query", 0, b"").headers
    assert (state["x-goog-upload-status"], state["x-goog-upload-size-received"]) == ("active", "10")
    assert gemini.violations == []
    for command, offset, piece in [("upload, finalize", 0, data), ("upload", 10, data[10:]),
                                   ("finalize", 10, b"")]:
        with pytest.raises(urllib.error.HTTPError, match="400"):
            send(command, offset, piece)
    assert len(gemini.violations) == 3


# Bedrock


@pytest.fixture(scope="module")
def bedrock_server():
    with Bedrock("direct-bucket") as emulator:
        yield emulator


@pytest.fixture
def bedrock(bedrock_server):
    bedrock_server.violations.clear()
    bedrock_server.hold = False
    return bedrock_server


def aws_client(service, url, **more):
    return boto3.client(service, endpoint_url=url, region_name=REGION, **{
        "aws_access_key_id": CREDENTIALS.access_key, "config": Config(retries={"max_attempts": 1}),
        "aws_secret_access_key": CREDENTIALS.secret_key,
        "aws_session_token": CREDENTIALS.token, **more})


def order(key, **more):
    return dict(jobName="job-1", roleArn=ROLE, modelId=CLAUDE, **more, inputDataConfig={
        "s3InputDataConfig": {"s3Uri": f"s3://direct-bucket/{key}", "s3InputFormat": "JSONL"}},
        outputDataConfig={"s3OutputDataConfig": {"s3Uri": "s3://direct-bucket/out/"}})


def bedrock_batch(emulator, data, **more):
    client, s3 = aws_client("bedrock", emulator.url), aws_client("s3", emulator.s3.url)
    s3.put_object(Bucket="direct-bucket", Key="in/ü 1.jsonl", Body=data)
    s3.copy_object(
        Bucket="direct-bucket", Key="in/1.jsonl", CopySource="direct-bucket/in/ü 1.jsonl")
    arn = client.create_model_invocation_job(**order("in/1.jsonl", **more))["jobArn"]
    done = poll(lambda: client.get_model_invocation_job(jobIdentifier=arn),
                lambda seen: seen["status"] in ("Completed", "Failed"))
    return done, s3, f"out/{arn.rpartition('/')[2]}"


@pytest.mark.parametrize("dialect, kind", [
    (dialects.converse, "Converse"), (dialects.anthropic, "InvokeModel")])
def test_the_client_of_bedrock(bedrock, dialect, kind):
    done, s3, folder = bedrock_batch(bedrock, batch(dialect), modelInvocationType=kind)
    assert (done["status"], done["successRecordCount"], done["errorRecordCount"]) == (
        "Completed", 2, 1)
    listed = s3.list_objects_v2(Bucket="direct-bucket", Prefix=folder)["Contents"]
    assert [entry["Key"] for entry in listed] == [
        f"{folder}/1.jsonl.out", f"{folder}/manifest.json.out"]
    data = s3.get_object(Bucket="direct-bucket", Key=listed[0]["Key"])["Body"].read()
    assert echoes(data) == ECHOES
    manifest = json.load(s3.get_object(Bucket="direct-bucket", Key=listed[1]["Key"])["Body"])
    assert manifest["outputTokenCount"] == sum(len(text) for text in ECHOES.values() if text)
    assert bedrock.violations == []


def test_jobs_of_bedrock(bedrock):
    client = aws_client("bedrock", bedrock.url)
    bedrock.hold = True
    same = order("in/none.jsonl", clientRequestToken="token-1")
    arn = client.create_model_invocation_job(**same)["jobArn"]
    assert client.create_model_invocation_job(**same)["jobArn"] == arn
    with pytest.raises(ClientError, match="ConflictException"):
        client.create_model_invocation_job(**{**same, "jobName": "job-2"})
    pages = client.get_paginator("list_model_invocation_jobs").paginate(
        sortBy="CreationTime", nameContains="job", PaginationConfig={"PageSize": 1})
    assert [job["jobArn"] for page in pages for job in page["invocationJobSummaries"]][0] == arn
    client.stop_model_invocation_job(jobIdentifier=arn.rpartition("/")[2])
    stopped = [client.get_model_invocation_job(jobIdentifier=arn)["status"] for _ in range(2)]
    assert stopped == ["Stopping", "Stopped"]
    with pytest.raises(ClientError, match="ConflictException"):
        client.stop_model_invocation_job(jobIdentifier=arn)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_model_invocation_job(jobIdentifier="abcdefghijkl")
    assert bedrock.violations == []


@pytest.mark.parametrize("dialect, kind, tools", [
    (dialects.converse, "InvokeModel", False), (dialects.anthropic, "Converse", False),
    (dialects.converse, "Converse", True)])
def test_bodies_that_bedrock_refuses(bedrock, dialect, kind, tools):
    """Claude takes its own bodies as InvokeModel, and batches of Converse have no tools."""
    done, *_ = bedrock_batch(
        bedrock, lines([dialect("a", "x", tools)]), modelInvocationType=kind)
    assert (done["status"], done["errorRecordCount"]) == ("Completed", 1)
    assert bedrock.violations == []


@pytest.mark.parametrize("line", [
    b"{\n", b'{"recordId":5,"modelInput":{}}\n', b'{"recordId":"5"}\n'])
def test_files_that_bedrock_refuses(bedrock, line):
    done, *_ = bedrock_batch(bedrock, line)
    assert (done["status"], done["message"][:7]) == ("Failed", "line 1:")


@pytest.mark.parametrize("change", [
    {"jobName": "-bad-"}, {"roleArn": "no-arn"}, {"modelInvocationType": "Nope"},
    {"timeoutDurationInHours": 1000}, {"clientRequestToken": "-"},
    {"inputDataConfig": {"s3InputDataConfig": {"s3Uri": "s3://direct-bucket/in.json"}}},
    {"outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "http://x/y"}}},
])
def test_orders_that_bedrock_refuses(bedrock, change):
    client = aws_client("bedrock", bedrock.url)
    with pytest.raises(ClientError, match="ValidationException"):
        client.create_model_invocation_job(**{**order("in/1.jsonl"), **change})
    assert len(bedrock.violations) == 1


@pytest.mark.parametrize("change", [
    {"aws_secret_access_key": "wrong"}, {"aws_access_key_id": "wrong"},
    {"aws_session_token": None}, {"region_name": "eu-west-1"}])
def test_signatures(bedrock, change):
    more = {"region_name": REGION, **change}
    region = more.pop("region_name")
    for service, url in (("bedrock", bedrock.url), ("s3", bedrock.s3.url)):
        client = aws_client(service, url, **more) if region == REGION else boto3.client(
            service, endpoint_url=url, region_name=region,
            aws_access_key_id=CREDENTIALS.access_key,
            aws_secret_access_key=CREDENTIALS.secret_key, aws_session_token=CREDENTIALS.token)
        with pytest.raises(ClientError) as error:
            client.list_buckets() if service == "s3" else client.list_model_invocation_jobs()
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert len(bedrock.violations) == 2


def test_bodies_that_are_not_those_that_were_signed(bedrock):
    def change(request, **_):
        request.body = request.body.replace(b"job-1", b"job-2")
    client = aws_client("bedrock", bedrock.url)
    client.meta.events.register("before-send.bedrock", change)
    with pytest.raises(ClientError, match="InvalidSignatureException"):
        client.create_model_invocation_job(**order("in/1.jsonl"))
    assert len(bedrock.violations) == 1
