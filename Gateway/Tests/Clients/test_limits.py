"""Those who ask for too much: slow clients, full disks, quotas."""
import os
import socket
import subprocess
import threading
import time

import pytest
from botocore.exceptions import ClientError

from conftest import Gateway
from dialects import lines, openai
from jobs import Job
from raw import put_head

PATIENCE = 2


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("strict"), environment={
        "GATEWAY_CLIENT_TIMEOUT": str(PATIENCE), "GATEWAY_TENANT_BYTES": "3000000",
        "GATEWAY_TENANT_JOBS": "2", "GATEWAY_POLL_INTERVAL": "1"})
    yield gateway
    gateway.stop()


def send(gateway, beginning, piece, pause, seconds):
    """Sends a piece again and again; the seconds until the gateway hung up, or None."""
    with socket.create_connection(("127.0.0.1", gateway.port)) as client:
        client.sendall(beginning)
        client.settimeout(pause)
        start = time.time()
        while time.time() - start < seconds:
            try:
                client.sendall(piece)
                if client.recv(1) == b"":
                    return time.time() - start
            except TimeoutError:
                pass
            except OSError:
                return time.time() - start
        return None


def test_heads_that_never_end(strict):
    assert send(strict, b"GET / HTTP/1.1\r\n", b"x: y\r\n", 0.1, 10) < 2 * PATIENCE + 1
    assert send(strict, b"", b"", 0.1, 10) < 2 * PATIENCE + 1


def test_bodies_that_trickle(strict):
    strict.client("s3").create_bucket(Bucket="slow")
    assert send(strict, put_head(strict, 1 << 20, "/slow/key"), b"x", 0.1, 20) < 3 * PATIENCE + 1
    # One that is slow, but not that slow, is left in peace.
    assert send(strict, put_head(strict, 1 << 20, "/slow/key"), b"x" * 2000, 0.25, 4 * PATIENCE) is None
    assert strict.client("s3").list_objects_v2(Bucket="slow")["KeyCount"] == 0


def test_answers_may_take_longer_than_clients(strict):
    """The time that the gateway itself needs is not the client's."""
    s3 = strict.client("s3")
    body = os.urandom(2_000_000)
    s3.create_bucket(Bucket="patient")
    s3.put_object(Bucket="patient", Key="k", Body=body)
    stream = s3.get_object(Bucket="patient", Key="k")["Body"]
    got = stream.read(1000)
    time.sleep(PATIENCE + 1)
    assert got + stream.read() == body
    s3.delete_object(Bucket="patient", Key="k")


def test_quota_of_bytes(strict):
    s3 = strict.client("s3")
    s3.create_bucket(Bucket="quota")
    s3.put_object(Bucket="quota", Key="a", Body=b"x" * 1_600_000)
    for call in (
        lambda: s3.put_object(Bucket="quota", Key="b", Body=b"y" * 1_600_000),
        lambda: s3.copy_object(Bucket="quota", Key="b", CopySource="quota/a"),
        lambda: s3.upload_part(
            Bucket="quota", Key="m", PartNumber=1, Body=b"z" * 1_600_000,
            UploadId=s3.create_multipart_upload(Bucket="quota", Key="m")["UploadId"]),
        lambda: s3.put_object(Bucket="quota", Key="c", Body=b"y" * 4_000_000),
    ):
        with pytest.raises(ClientError) as error:
            call()
        assert error.value.response["Error"]["Code"] == "QuotaExceeded"
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert [o["Key"] for o in s3.list_objects_v2(Bucket="quota")["Contents"]] == ["a"]
    s3.delete_object(Bucket="quota", Key="a")
    time.sleep(2.1)
    s3.put_object(Bucket="quota", Key="b", Body=b"y" * 1_600_000)
    s3.delete_object(Bucket="quota", Key="b")


def test_quota_of_jobs(strict):
    orders = [Job(strict, "openai", lines([openai("a", "x")])) for _ in range(2)]
    with pytest.raises(ClientError) as error:
        Job(strict, "openai", lines([openai("a", "x")]))
    assert error.value.response["Error"]["Code"] == "ServiceQuotaExceededException"
    for order in orders:
        order.wait()
    Job(strict, "openai", lines([openai("a", "x")])).wait()


def can_mount():
    command = ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not can_mount(), reason="a small file system can only be mounted by root")
def test_full_disk(tmp_path):
    """Whatever does not fit is refused with 507; what was promised room is stored whole."""
    mount = 'mkdir -p "$0" && mount -t tmpfs -o size=120m tmpfs "$0" && exec "$@"'
    gateway = Gateway(tmp_path, wrapper=["unshare", "-m", "sh", "-c", mount, str(tmp_path / "data")])
    try:
        s3 = gateway.client("s3")
        s3.create_bucket(Bucket="full")
        outcomes = {}

        def put(index):
            body = bytes([index]) * 10_000_000
            try:
                gateway.client("s3").put_object(Bucket="full", Key=f"k{index}", Body=body)
                outcomes[index] = None
            except ClientError as error:
                outcomes[index] = error.response

        threads = [threading.Thread(target=put, args=[index]) for index in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stored = [index for index, failure in outcomes.items() if failure is None]
        refused = [failure for failure in outcomes.values() if failure is not None]
        assert len(stored) + len(refused) == 12 and 2 <= len(stored) <= 5, outcomes
        for failure in refused:
            assert failure["Error"]["Code"] == "InsufficientStorage", failure
            assert failure["ResponseMetadata"]["HTTPStatusCode"] == 507
        keys = {o["Key"] for o in s3.list_objects_v2(Bucket="full")["Contents"]}
        assert keys == {f"k{index}" for index in stored}
        for index in stored:
            body = s3.get_object(Bucket="full", Key=f"k{index}")["Body"].read()
            assert body == bytes([index]) * 10_000_000
        # Small things go on: there is room behind the low-water mark for them.
        assert s3.delete_object(Bucket="full", Key=f"k{stored[0]}")
    finally:
        gateway.stop()
