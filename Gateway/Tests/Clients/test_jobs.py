"""The batch API through boto3: the whole workflow for every provider and dialect, and its ends."""
import json
import re
import subprocess
import threading
import time
import urllib.request

import pytest
from botocore.exceptions import ClientError

from conftest import BINARY, Gateway

PROVIDERS = ["openai", "gemini", "bedrock"]
FINAL = {"Completed", "Failed", "Stopped", "PartiallyCompleted", "Expired"}
TOOL = {"type": "object", "properties": {"city": {"type": "string"}}}


def converse(identifier, text, tools=False):
    body = {"messages": [{"role": "user", "content": [{"text": text}]}],
            "inferenceConfig": {"maxTokens": 100}}
    if tools:
        body["toolConfig"] = {"tools": [{"toolSpec": {
            "name": "weather", "inputSchema": {"json": TOOL}}}]}
    return {"recordId": identifier, "modelInput": body}


def anthropic(identifier, text, tools=False):
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 100,
            "messages": [{"role": "user", "content": text}]}
    if tools:
        body["tools"] = [{"name": "weather", "input_schema": TOOL}]
    return {"recordId": identifier, "modelInput": body}


def openai(identifier, text, tools=False):
    body = {"model": "gpt-4o-mini", "max_completion_tokens": 100,
            "messages": [{"role": "user", "content": text}]}
    if tools:
        body["tools"] = [{"type": "function", "function": {"name": "weather", "parameters": TOOL}}]
    return {"custom_id": identifier, "method": "POST", "url": "/v1/chat/completions", "body": body}


def gemini_body(text, tools):
    body = {"contents": [{"role": "user", "parts": [{"text": text}]}],
            "generationConfig": {"maxOutputTokens": 100}}
    if tools:
        body["tools"] = [{"functionDeclarations": [{"name": "weather", "parametersJsonSchema": TOOL}]}]
    return body


def gemini_key(identifier, text, tools=False):
    return {"key": identifier, "request": gemini_body(text, tools)}


def gemini_metadata(identifier, text, tools=False):
    return {"request": gemini_body(text, tools), "metadata": {"key": identifier}}


DIALECTS = [converse, anthropic, openai, gemini_key, gemini_metadata]


def lines(records):
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


class Answer:
    """A result of any dialect: its id, text, tool, end and failure."""

    def __init__(self, record):
        self.record = record
        self.text = self.tool = self.failure = None
        if "custom_id" in record:
            self.id = record["custom_id"]
            response = record["response"] or {}
            if record.get("error") or response.get("status_code", 0) >= 400:
                self.failure = response.get("status_code", 500)
                return
            message = response["body"]["choices"][0]["message"]
            self.text = message.get("content")
            if message.get("tool_calls"):
                self.tool = message["tool_calls"][0]["function"]["name"]
        elif "recordId" in record:
            self.id = record["recordId"]
            if "error" in record:
                self.failure = record["error"]["errorCode"]
                return
            output = record["modelOutput"]
            content = output["content"] if "content" in output else output["output"]["message"]["content"]
            for block in content:
                self.text = block.get("text", self.text)
                self.tool = block.get("toolUse", block if block.get("type") == "tool_use" else {}).get(
                    "name", self.tool)
        else:
            self.id = record.get("key") or record["metadata"]["key"]
            if "error" in record:
                self.failure = record["error"]["code"]
                return
            for part in record["response"]["candidates"][0]["content"]["parts"]:
                self.text = part.get("text", self.text)
                self.tool = part.get("functionCall", {}).get("name", self.tool)


class Job:
    """One job and what came of it."""

    def __init__(self, gateway, provider, body, name="job-1", bucket="jobs", key="in/batch.jsonl", **more):
        self.s3 = gateway.client("s3", provider)
        self.bedrock = gateway.client("bedrock", provider)
        self.bucket, self.key = bucket, key
        self.etag = self.s3.put_object(Bucket=bucket, Key=key, Body=body)["ETag"].strip('"')
        model = more.pop("model", "anthropic.claude-3-haiku-20240307-v1:0" if provider == "bedrock" else "model-1")
        self.order = dict(
            jobName=name, roleArn="arn:aws:iam::123456789012:role/r", modelId=model,
            inputDataConfig={"s3InputDataConfig": {"s3Uri": more.pop("uri", f"s3://{bucket}/{key}")}},
            outputDataConfig={"s3OutputDataConfig": {"s3Uri": f"s3://{bucket}/out/"}}, **more)
        self.arn = self.bedrock.create_model_invocation_job(**self.order)["jobArn"]

    def get(self):
        return self.bedrock.get_model_invocation_job(jobIdentifier=self.arn)

    def wait(self, seconds=30):
        seen = []
        deadline = time.time() + seconds
        while time.time() < deadline:
            job = self.get()
            if job["status"] not in seen:
                seen.append(job["status"])
            if job["status"] in FINAL:
                return job, seen
            time.sleep(0.05)
        raise AssertionError(f"the job never ended: {seen}")

    def results(self):
        prefix = f"out/{self.arn.split('/')[-1]}/"
        keys = [o["Key"] for o in self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix)["Contents"]]
        name = self.key.split("/")[-1]
        assert keys == sorted([prefix + name + ".out", prefix + "manifest.json.out"])
        body = self.s3.get_object(Bucket=self.bucket, Key=prefix + name + ".out")["Body"].read()
        manifest = json.loads(self.s3.get_object(Bucket=self.bucket, Key=prefix + "manifest.json.out")["Body"].read())
        return [json.loads(line) for line in body.splitlines()], manifest


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.__name__)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_workflow(gateway, provider, dialect):
    records = [dialect(f"id-{n}", text, tools) for n, (text, tools) in enumerate([
        ("Hello!", False), ("Grüße, 東京 🚀", False), ("refuse me: fail:400", False),
        ("please call: the tool", True), ("fifth", False)])]
    job = Job(gateway, provider, lines(records))
    view, _ = job.wait()
    assert view["status"] == "Completed", view
    counts = [view[k] for k in ("totalRecordCount", "processedRecordCount", "successRecordCount", "errorRecordCount")]
    assert counts == [5, 5, 4, 1]
    results, manifest = job.results()
    assert manifest["totalRecordCount"] == 5 and manifest["errorRecordCount"] == 1
    assert manifest["outputTokenCount"] > 0
    answers = {a.id: a for a in map(Answer, results)}
    assert sorted(answers) == [f"id-{n}" for n in range(5)]
    assert answers["id-0"].text == "Echo: Hello!"
    assert answers["id-1"].text == "Echo: Grüße, 東京 🚀"
    # Gemini has the codes of gRPC: 3 is INVALID_ARGUMENT.
    assert answers["id-2"].failure in (400, 3)
    assert answers["id-3"].tool == "weather"
    if "recordId" in records[0] and provider != "bedrock":
        for record in records:
            echo = answers[record["recordId"]].record["modelInput"]
            assert echo == record["modelInput"], "the client's own request is repeated"


@pytest.mark.parametrize("provider", ["openai", "gemini"])
def test_file_ids(gateway, provider):
    own = openai if provider == "openai" else gemini_key
    job = Job(gateway, provider, lines([own("a", "x")]))
    assert job.etag.startswith("file-" if provider == "openai" else "files/"), job.etag
    other = Job(gateway, provider, lines([converse("a", "x")]))
    assert other.etag.startswith("gw-")
    for etag in (job.etag, other.etag):
        view = Job(gateway, provider, lines([own("b", "y")]), tags=[{"key": "file_id", "value": etag}])
        assert view.wait()[0]["totalRecordCount"] == 1
    by_key = Job(gateway, provider, lines([own("b", "y")]), uri=f"s3://jobs/{other.etag}")
    assert by_key.wait()[0]["status"] == "Completed"


def test_a_file_runs_anywhere_and_results_come_as_wanted(gateway):
    body = lines([openai("a", "x")])
    job = Job(gateway, "gemini", body, tags=[{"key": "result_format", "value": "bedrock"}])
    assert job.wait()[0]["status"] == "Completed"
    results, _ = job.results()
    assert results[0]["recordId"] == "a" and "modelOutput" in results[0]


def test_bad_line_fails_at_validating(gateway):
    body = lines([converse("a", "x")]) + b'{"recordId":"b","modelInput":{"messages":[}}\n'
    job = Job(gateway, "openai", body)
    view, _ = job.wait()
    assert view["status"] == "Failed"
    assert re.match(r"batch\.jsonl:2:\d+ \$.*: .* \[json\.syntax\]", view["message"]), view["message"]
    for body in (b"", b"\n\n", b"not json\n"):
        assert Job(gateway, "openai", body).wait()[0]["status"] == "Failed"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_bad_lines_that_are_allowed(tmp_path, provider):
    """They are answered as errors, those that have an id under it; one too many fails the job."""
    gateway = Gateway(tmp_path, environment={"GATEWAY_BAD_LINES": "2"})
    try:
        good, bad = converse("a", "x"), converse("b", "y")
        bad["modelInput"]["messages"][0]["content"] = [{"text": 5}]
        body = lines([good, bad]) + b'{"recordId":"c","modelInput":{"messages":[}}\n'
        job = Job(gateway, provider, body + lines([converse("d", "z")]))
        view, _ = job.wait()
        assert view["status"] == "Completed", view
        results, manifest = job.results()
        counts = [manifest[k] for k in ("totalRecordCount", "successRecordCount", "errorRecordCount")]
        answers = {a.id: a for a in map(Answer, results)}
        assert answers["a"].text == "Echo: x" and answers["d"].text == "Echo: z"
        if provider == "bedrock":
            # A file in the provider's own dialect is not read beyond its JSON.
            assert counts == [4, 2 + ("b" in answers and not answers["b"].failure), 1 + bool(answers["b"].failure)]
        else:
            assert counts == [4, 2, 2]
            error = answers["b"].record["error"]
            assert error["errorCode"] == 400
            assert re.match(r"batch\.jsonl:2:\d+ \$\S+: .* \[\w+(\.\w+)*\]$", error["errorMessage"]), error
            assert answers["b"].record["modelInput"] == bad["modelInput"]
        assert view["message"] .startswith("1 bad" if provider == "bedrock" else "2 bad lines were left out")
        job = Job(gateway, provider, body + b"x\n" + b"y\n")
        view, _ = job.wait()
        assert view["status"] == "Failed" and view["message"].startswith("batch.jsonl:"), view
    finally:
        gateway.stop()


def test_create_is_idempotent(gateway):
    job = Job(gateway, "openai", lines([openai("a", "x")]), clientRequestToken="token-1")
    again = job.bedrock.create_model_invocation_job(**job.order)
    assert again["jobArn"] == job.arn
    with pytest.raises(ClientError) as error:
        job.bedrock.create_model_invocation_job(**{**job.order, "jobName": "other"})
    assert error.value.response["Error"]["Code"] == "ConflictException"
    arns = set()

    def create():
        client = gateway.client("bedrock", "openai")
        order = {**job.order, "clientRequestToken": "token-2"}
        for _ in range(10):
            arns.add(client.create_model_invocation_job(**order)["jobArn"])

    threads = [threading.Thread(target=create) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(arns) == 1


@pytest.mark.parametrize("change, code", [
    ({"jobName": "-bad-"}, "ValidationException"), ({"jobName": "a b"}, "ValidationException"),
    ({"timeoutDurationInHours": 1000}, "ValidationException"),
    ({"modelInvocationType": "Nope"}, "ValidationException"),
    ({"inputDataConfig": {"s3InputDataConfig": {"s3Uri": "s3://jobs/none"}}}, "ValidationException"),
    ({"inputDataConfig": {"s3InputDataConfig": {"s3Uri": "http://x/y"}}}, "ValidationException"),
    ({"tags": [{"key": "result_format", "value": "x"}]}, "ValidationException"),
])
def test_validation(gateway, change, code):
    job = Job(gateway, "openai", lines([openai("a", "x")]))
    with pytest.raises(ClientError) as error:
        job.bedrock.create_model_invocation_job(**{**job.order, **change})
    assert error.value.response["Error"]["Code"] == code
    assert error.value.response["Error"]["Message"]


def test_lists_and_tags(gateway):
    keys = ("AKIDTEST", "secret-of-the-test")
    job = Job(gateway, "openai", lines([openai("a", "x")]), name="listed-0", tags=[{"key": "a", "value": "1"}])
    for index in range(1, 5):
        job.bedrock.create_model_invocation_job(**{**job.order, "jobName": f"listed-{index}"})
    client = gateway.client("bedrock")
    for order in ("Ascending", "Descending"):
        pages = client.get_paginator("list_model_invocation_jobs").paginate(
            nameContains="listed-", sortOrder=order, sortBy="CreationTime", PaginationConfig={"PageSize": 2})
        names = [j["jobName"] for page in pages for j in page["invocationJobSummaries"]]
        expected = [f"listed-{index}" for index in range(5)]
        assert names == (expected if order == "Ascending" else expected[::-1])
    job.wait()
    done = client.list_model_invocation_jobs(nameContains="listed-0", statusEquals="Completed")
    assert [j["jobArn"] for j in done["invocationJobSummaries"]] == [job.arn]
    when = job.get()["submitTime"]
    assert not client.list_model_invocation_jobs(nameContains="listed-0", submitTimeAfter=when.replace(year=2100))["invocationJobSummaries"]
    with pytest.raises(ClientError):
        client.list_model_invocation_jobs(statusEquals="Sleeping")
    assert client.list_tags_for_resource(resourceARN=job.arn)["tags"] == [{"key": "a", "value": "1"}]
    client.tag_resource(resourceARN=job.arn, tags=[{"key": "b", "value": "2"}])
    client.untag_resource(resourceARN=job.arn, tagKeys=["a"])
    assert client.list_tags_for_resource(resourceARN=job.arn)["tags"] == [{"key": "b", "value": "2"}]
    with pytest.raises(ClientError) as error:
        client.get_model_invocation_job(jobIdentifier="abcdefghijkl")
    assert error.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_stop(gateway):
    job = Job(gateway, "openai", lines([openai("a", "x")]))
    job.bedrock.stop_model_invocation_job(jobIdentifier=job.arn)
    assert job.wait()[0]["status"] in ("Stopped", "Completed")
    with pytest.raises(ClientError) as error:
        job.bedrock.stop_model_invocation_job(jobIdentifier=job.arn)
    assert error.value.response["Error"]["Code"] == "ConflictException"


def test_wrong_signature(gateway):
    with pytest.raises(ClientError) as error:
        gateway.client("bedrock", keys=("AKIDTEST", "x")).list_model_invocation_jobs()
    assert error.value.response["Error"]["Code"] == "InvalidSignatureException"


def test_provider_without_a_key_is_named(tmp_path):
    gateway = Gateway(tmp_path, arguments=(), environment={"OPENAI_API_KEY": ""})
    try:
        with pytest.raises(ClientError) as error:
            Job(gateway, "openai", lines([openai("a", "x")]))
        assert "OPENAI_API_KEY" in error.value.response["Error"]["Message"]
    finally:
        gateway.stop()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_files_over_a_limit_are_split_under_one_job(tmp_path, provider):
    gateway = Gateway(tmp_path, environment={"GATEWAY_BATCH_RECORDS": "10"})
    try:
        records = [openai(f"id-{n}", f"text {n}") for n in range(25)]
        job = Job(gateway, provider, lines(records))
        view, _ = job.wait()
        assert view["status"] == "Completed" and view["successRecordCount"] == 25
        results, _ = job.results()
        assert {Answer(r).id: Answer(r).text for r in results} == {
            f"id-{n}": f"Echo: text {n}" for n in range(25)}
        listed = subprocess.run([BINARY, "jobs", "--data", str(tmp_path / "data")],
                                capture_output=True, text=True, check=True).stdout
        assert "Completed" in listed and "25+0/25" in listed
        shown = subprocess.run([BINARY, "show", "--data", str(tmp_path / "data"), job.arn],
                               capture_output=True, text=True, check=True).stdout
        assert "part 3     5 records" in shown and "part 4" not in shown
    finally:
        gateway.stop()


class Upstream:
    """Emulated providers in a process of their own, which outlive the gateway."""

    def __init__(self, folder):
        self.gateway = Gateway(folder)
        self.url = re.search(r'SANDBOX.*"url":"([^"]+)"', self.gateway.log()).group(1)

    def environment(self):
        return {
            "OPENAI_API_KEY": "k" * 8, "OPENAI_BASE_URL": self.url + "/openai/v1",
            "GEMINI_API_KEY": "k" * 8, "GEMINI_BASE_URL": self.url + "/gemini",
            "AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "SK" * 4, "BEDROCK_BATCH_BUCKET": "b",
            "AWS_ENDPOINT_URL_S3": self.url + "/s3", "AWS_ENDPOINT_URL_BEDROCK": self.url + "/bedrock",
        }

    def batch_count(self, provider):
        path, member, header = {
            "openai": ("/openai/v1/batches", "data", "authorization"),
            "gemini": ("/gemini/v1beta/batches", "operations", "x-goog-api-key"),
            "bedrock": ("/bedrock/model-invocation-jobs", "invocationJobSummaries", "authorization"),
        }[provider]
        request = urllib.request.Request(self.url + path, headers={header: "x"})
        return len(json.loads(urllib.request.urlopen(request).read())[member])


@pytest.mark.parametrize("provider", ["openai", "gemini"])
def test_ids_of_the_providers_own(gateway, provider):
    """Batches that no job stands for are looked at and stopped where the header names whose."""
    own = openai if provider == "openai" else gemini_key
    job = Job(gateway, provider, lines([own("a", "x")]), name="its-name")
    job.wait()
    shown = subprocess.run(
        [BINARY, "show", "--data", str(gateway.folder / "data"), job.arn],
        capture_output=True, text=True, check=True).stdout
    native = re.search(r"(batch_|batches/)[^,\s]+", shown).group(0)
    for identifier in (native, f"arn:aws:bedrock:us-east-1:123456789012:batch:{native}"):
        view = job.bedrock.get_model_invocation_job(jobIdentifier=identifier)
        assert view["jobArn"] == identifier and view["status"] == "Completed"
        counts = [view[k] for k in ("totalRecordCount", "processedRecordCount", "successRecordCount")]
        assert counts == [1, 1, 1]
        # What nobody knows is left out, not made up.
        assert "roleArn" not in view and "inputDataConfig" not in view
        assert abs((view["submitTime"] - job.get()["submitTime"]).total_seconds()) < 60
        job.bedrock.stop_model_invocation_job(jobIdentifier=identifier)
    with pytest.raises(ClientError) as error:
        gateway.client("bedrock").get_model_invocation_job(jobIdentifier=native)
    assert error.value.response["Error"]["Code"] == "ResourceNotFoundException"
    with pytest.raises(ClientError) as error:
        job.bedrock.get_model_invocation_job(jobIdentifier=native + "x")
    assert error.value.response["Error"]["Code"] == "ResourceNotFoundException"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_kill_at_any_moment(tmp_path, provider):
    (tmp_path / "upstream").mkdir()
    (tmp_path / "gateway").mkdir()
    upstream = Upstream(tmp_path / "upstream")
    gateway = Gateway(tmp_path / "gateway", arguments=(), environment=upstream.environment())
    try:
        body = lines([openai(f"id-{n}", f"text {n}") for n in range(2000)])
        for index in range(8):
            job = Job(gateway, provider, body, key=f"in/{index}.jsonl")
            # From before the first step to behind the last one.
            time.sleep(index * 0.12)
            gateway.kill()
            gateway.start()
            view, _ = job.wait(60)
            assert view["status"] == "Completed", view
            results, manifest = job.results()
            assert manifest["successRecordCount"] == 2000
            assert len({Answer(record).id for record in results}) == 2000
            assert upstream.batch_count(provider) == index + 1, "no second batch"
    finally:
        gateway.kill()
        upstream.gateway.stop()
