"""The AWS CLI: another client with other habits."""
import json
import os
import subprocess
import sys
import time

import pytest

from conftest import KEYS
from dialects import converse, lines
from jobs import FINAL


@pytest.fixture
def aws(gateway, tmp_path):
    def aws(service, *arguments, code=0):
        path = "/bedrock" if service == "bedrock" else "/bedrock/files"
        result = subprocess.run(
            [sys.executable, "-m", "awscli", "--endpoint-url",
             f"http://localhost:{gateway.port}{path}", "--output", "json", service, *arguments],
            capture_output=True, text=True, cwd=tmp_path, env={
                **os.environ, "AWS_ACCESS_KEY_ID": KEYS[0], "AWS_SECRET_ACCESS_KEY": KEYS[1],
                "AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "us-west-2",
                "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(tmp_path)})
        assert result.returncode == code, result.stderr
        return result.stdout if code == 0 else result.stderr

    return aws


def test_files(aws, tmp_path):
    body = os.urandom(20_000_000)
    (tmp_path / "a.bin").write_bytes(body)
    (tmp_path / "tree").mkdir()
    for name in ("one.txt", "two ü+.txt"):
        (tmp_path / "tree" / name).write_text(name)
    aws("s3", "mb", "s3://by-cli")
    aws("s3", "cp", "a.bin", "s3://by-cli/dir/a.bin")
    aws("s3", "sync", "tree", "s3://by-cli/tree")
    assert "PRE dir/" in aws("s3", "ls", "s3://by-cli/")
    assert "one.txt" in aws("s3", "ls", "--recursive", "s3://by-cli/")
    aws("s3", "cp", "s3://by-cli/dir/a.bin", "b.bin")
    assert (tmp_path / "b.bin").read_bytes() == body
    aws("s3", "sync", "s3://by-cli/tree", "back")
    assert (tmp_path / "back/two ü+.txt").read_text() == "two ü+.txt"
    aws("s3", "mv", "s3://by-cli/dir/a.bin", "s3://by-cli/c.bin")
    head = json.loads(aws("s3api", "head-object", "--bucket", "by-cli", "--key", "c.bin"))
    assert head["ContentLength"] == len(body)
    error = aws("s3api", "get-object", "--bucket", "by-cli", "--key", "none", "x", code=255)
    assert "NoSuchKey" in error
    aws("s3", "rm", "--recursive", "s3://by-cli/")
    aws("s3", "rb", "s3://by-cli")


def test_jobs(aws, tmp_path):
    (tmp_path / "batch.jsonl").write_bytes(lines([converse("a", "x")]))
    aws("s3", "mb", "s3://jobs-by-cli")
    aws("s3", "cp", "batch.jsonl", "s3://jobs-by-cli/batch.jsonl")
    arn = json.loads(aws(
        "bedrock", "create-model-invocation-job", "--job-name", "by-cli", "--role-arn",
        "arn:aws:iam::123456789012:role/r", "--model-id", "amazon.nova-lite-v1:0",
        "--input-data-config", "s3InputDataConfig={s3Uri=s3://jobs-by-cli/batch.jsonl}",
        "--output-data-config", "s3OutputDataConfig={s3Uri=s3://jobs-by-cli/out/}"))["jobArn"]
    deadline = time.time() + 30
    while time.time() < deadline:
        job = json.loads(aws("bedrock", "get-model-invocation-job", "--job-identifier", arn))
        if job["status"] in FINAL:
            break
    assert job["status"] == "Completed", job
    listed = json.loads(aws("bedrock", "list-model-invocation-jobs", "--name-contains", "by-cli"))
    assert [j["jobArn"] for j in listed["invocationJobSummaries"]] == [arn]
    aws("s3", "cp", f"s3://jobs-by-cli/out/{arn.split('/')[-1]}/batch.jsonl.out", "out")
    assert "Echo: x" in (tmp_path / "out").read_text()
    error = aws("bedrock", "stop-model-invocation-job", "--job-identifier", arn, code=255)
    assert "ConflictException" in error
