"""Two gateways on one folder: one state, one batch, and each goes on where the other ended."""
import socket
import threading
import time

import pytest

from conftest import Gateway
from dialects import lines, openai, read
from jobs import PROVIDERS, Job
from raw import put_head


@pytest.fixture
def pair(tmp_path, upstream):
    gateways = [
        Gateway(tmp_path, arguments=(), environment=upstream.environment()) for _ in range(2)]
    yield gateways
    for gateway in gateways:
        gateway.kill()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_two_hundred_creates_with_one_token(pair, upstream, provider):
    before = upstream.batch_count(provider)
    job = Job(pair[0], provider, lines([openai(f"id-{n}", f"text {n}") for n in range(100)]))
    order = {**job.order, "clientRequestToken": f"one-token-{provider}"}
    arns, failures = set(), []

    def create(gateway):
        client = gateway.client("bedrock", provider)
        for _ in range(10):
            try:
                arns.add(client.create_model_invocation_job(**order)["jobArn"])
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=create, args=[pair[n % 2]]) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(arns) == 1
    job.wait()
    job.arn = arns.pop()
    assert job.wait()[0]["status"] == "Completed"
    assert upstream.batch_count(provider) == before + 2
    # One order is one job in lists too.
    listed = pair[1].client("bedrock").list_model_invocation_jobs()["invocationJobSummaries"]
    assert sorted(j["jobArn"] for j in listed) == sorted({j["jobArn"] for j in listed})
    assert len(listed) == 2


@pytest.mark.parametrize("provider", PROVIDERS)
def test_one_goes_on_where_the_other_ends(pair, upstream, provider):
    before = upstream.batch_count(provider)
    body = lines([openai(f"id-{n}", f"text {n}") for n in range(3000)])
    jobs = [Job(pair[n % 2], provider, body, key=f"in/{n}.jsonl") for n in range(6)]
    time.sleep(0.3)
    pair[0].kill()
    for job in jobs:
        job.bedrock, job.s3 = pair[1].client("bedrock"), pair[1].client("s3")
        view, _ = job.wait(60)
        assert view["status"] == "Completed", view
        results, _ = job.results()
        assert len({read(record).id for record in results}) == 3000
    assert upstream.batch_count(provider) == before + 6
    pair[0].start()


def test_a_second_gateway_leaves_the_uploads_of_the_first(pair):
    """What is being written is not taken for what a dead process left."""
    s3 = pair[0].client("s3")
    s3.create_bucket(Bucket="slow")
    pair[1].kill()
    body = b"x" * 3_000_000
    with socket.create_connection(("127.0.0.1", pair[0].port)) as client:
        client.sendall(put_head(pair[0], len(body), "/slow/k") + body[:2_000_000])
        time.sleep(0.5)
        pair[1].start()
        client.sendall(body[2_000_000:])
        assert client.recv(100).startswith(b"HTTP/1.1 200")
    assert s3.get_object(Bucket="slow", Key="k")["Body"].read() == body
