"""The batch API through boto3: the whole workflow for every provider and dialect, and its ends."""
import gzip
import re
import subprocess
import threading
import time

import pytest
from botocore.exceptions import ClientError

from conftest import BINARY, Gateway, Upstream
from dialects import DIALECTS, converse, gemini_key, lines, openai, read, responses
from jobs import PROVIDERS, Job


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
    answers = {answer.id: answer for answer in map(read, results)}
    assert sorted(answers) == [f"id-{n}" for n in range(5)]
    assert answers["id-0"].text == "Echo: Hello!"
    assert answers["id-1"].text == "Echo: Grüße, 東京 🚀"
    # Gemini has the codes of gRPC: 3 is INVALID_ARGUMENT.
    assert answers["id-2"].failure in (400, 3)
    assert answers["id-3"].tool == "weather"
    if "recordId" in records[0] and provider != "bedrock":
        echoes = {result["recordId"]: result["modelInput"] for result in results}
        assert echoes == {record["recordId"]: record["modelInput"] for record in records}


@pytest.mark.parametrize("provider", ["gemini", "bedrock"])
def test_lines_of_the_responses_api(gateway, provider):
    """Another dialect of OpenAI's: its results come in its own words too."""
    job = Job(gateway, provider, lines([responses("a", "Hello!"), responses("b", "fail:400")]))
    assert job.wait()[0]["status"] == "Completed"
    results, _ = job.results()
    found = {result["custom_id"]: result["response"] for result in results}
    body = found["a"]["body"]
    assert body["object"] == "response" and body["status"] == "completed"
    assert body["output"][0]["content"][0]["text"] == "Echo: Hello!"
    assert found["b"]["status_code"] == 400 and found["b"]["body"]["error"]["message"]


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
    deep = b'{"recordId":"a","modelInput":' + b'{"a":' * 2000 + b"1" + b"}" * 2001 + b"\n"
    # Nothing is unpacked, so nothing can explode.
    packed = gzip.compress(lines([converse("a", "x")]))
    for body in (b"", b"\n\n", b"not json\n", deep, packed):
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
        answers = {answer.id: answer for answer in map(read, results)}
        records = {record["recordId"]: record for record in results}
        assert answers["a"].text == "Echo: x" and answers["d"].text == "Echo: z"
        if provider == "bedrock":
            # A file in the provider's own dialect is not read beyond its JSON.
            assert counts == [4, 2 + ("b" in answers and not answers["b"].failure), 1 + bool(answers["b"].failure)]
        else:
            assert counts == [4, 2, 2]
            error = records["b"]["error"]
            assert error["errorCode"] == 400
            assert re.match(r"batch\.jsonl:2:\d+ \$\S+: .* \[\w+(\.\w+)*\]$", error["errorMessage"]), error
            assert records["b"]["modelInput"] == bad["modelInput"]
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
        assert {read(r).id: read(r).text for r in results} == {
            f"id-{n}": f"Echo: text {n}" for n in range(25)}
        listed = subprocess.run([BINARY, "jobs", "--data", str(tmp_path / "data")],
                                capture_output=True, text=True, check=True).stdout
        assert "Completed" in listed and "25+0/25" in listed
        shown = subprocess.run([BINARY, "show", "--data", str(tmp_path / "data"), job.arn],
                               capture_output=True, text=True, check=True).stdout
        assert "part 3     5 records" in shown and "part 4" not in shown
    finally:
        gateway.stop()


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
            assert len({read(record).id for record in results}) == 2000
            assert upstream.batch_count(provider) == index + 1, "no second batch"
    finally:
        gateway.kill()
        upstream.gateway.stop()


def test_no_job_is_lost_between_its_mark_and_its_record(tmp_path):
    """A worker that looks all the time sees marks of jobs whose records are just being written."""
    gateway = Gateway(tmp_path, environment={"GATEWAY_POLL_INTERVAL": "0.01"})
    try:
        # Not in any format, so each job ends where it begins.
        job = Job(gateway, "openai", b"not json\n")

        def create():
            client = gateway.client("bedrock", "openai")
            for _ in range(100):
                client.create_model_invocation_job(**job.order)

        threads = [threading.Thread(target=create) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        deadline = time.time() + 10
        waiting = True
        while waiting and time.time() < deadline:
            time.sleep(0.1)
            waiting = job.bedrock.list_model_invocation_jobs(
                statusEquals="Submitted")["invocationJobSummaries"]
        assert [entry["jobArn"] for entry in waiting] == []
    finally:
        gateway.stop()
