"""The Files API through boto3: every call, odd keys, conditions, checksums, parts, attacks."""
import base64
import hashlib
import io
import os
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError

from conftest import BINARY, KEYS, Gateway


def code(error):
    return error.value.response["Error"]["Code"]


def status(error):
    return error.value.response["ResponseMetadata"]["HTTPStatusCode"]


def test_objects_come_back_as_they_went(s3, bucket):
    body = os.urandom(100_000)
    put = s3.put_object(Bucket=bucket, Key="a", Body=body, Metadata={"x": "1"}, ContentType="text/x")
    assert put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    got = s3.get_object(Bucket=bucket, Key="a")
    assert got["Body"].read() == body
    assert (got["ContentType"], got["Metadata"], got["ContentLength"]) == ("text/x", {"x": "1"}, 100_000)
    head = s3.head_object(Bucket=bucket, Key="a")
    assert head["ETag"] == put["ETag"] and head["ContentLength"] == 100_000
    s3.delete_object(Bucket=bucket, Key="a")
    s3.delete_object(Bucket=bucket, Key="a")
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=bucket, Key="a")
    with pytest.raises(ClientError) as error:
        s3.head_object(Bucket=bucket, Key="a")
    assert code(error) == "404"


@pytest.mark.parametrize("key", [
    "../../etc/passwd", "a/../b", "a//b", "/lead", "a/./b", "trail/", "dir a/b+1=x~é.jsonl", "%2F",
    "a?b&c", "日本語", "k" * 1024, ".", "..", "a\tb", "<&>\"'",
])
def test_odd_keys(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"x"
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    assert [o["Key"] for o in s3.list_objects(Bucket=bucket)["Contents"]] == [key]


def test_keys_that_are_too_long_or_broken(s3, bucket):
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="k" * 1025, Body=b"")
    assert code(error) == "KeyTooLongError"


def test_small_puts_do_not_wait_for_100_continue(s3, bucket):
    start = time.time()
    for index in range(5):
        s3.put_object(Bucket=bucket, Key=str(index), Body=b"x" * 1000)
    assert time.time() - start < 4, "boto3 waits a second for each 100 Continue that does not come"


def test_ranges(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"0123456789")
    for header, expected in [("bytes=0-1", b"01"), ("bytes=5-", b"56789"), ("bytes=-3", b"789")]:
        got = s3.get_object(Bucket=bucket, Key="a", Range=header)
        assert got["Body"].read() == expected
        assert status_of(got) == 206
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="a", Range="bytes=10-")
    assert code(error) == "InvalidRange"


def status_of(response):
    return response["ResponseMetadata"]["HTTPStatusCode"]


def test_conditions(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="a", Body=b"1", IfNoneMatch="*")["ETag"]
    for call in [
        lambda: s3.put_object(Bucket=bucket, Key="a", Body=b"2", IfNoneMatch="*"),
        lambda: s3.put_object(Bucket=bucket, Key="a", Body=b"2", IfMatch="x"),
        lambda: s3.get_object(Bucket=bucket, Key="a", IfMatch="x"),
        lambda: s3.delete_object(Bucket=bucket, Key="a", IfMatch="x"),
    ]:
        with pytest.raises(ClientError) as error:
            call()
        assert status(error) == 412
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="a", IfNoneMatch=etag)
    assert status(error) == 304
    assert s3.get_object(Bucket=bucket, Key="a", IfMatch=etag.strip('"'))["Body"].read() == b"1"
    s3.put_object(Bucket=bucket, Key="a", Body=b"3", IfMatch=etag)


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_checksums_are_verified_and_returned(s3, bucket, algorithm):
    body = b"hello world" * 1000
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    if algorithm in ("CRC32C", "CRC64NVME") and not has_crt():
        pytest.skip("boto3 computes this one with awscrt only")
    put = s3.put_object(Bucket=bucket, Key="a", Body=body, ChecksumAlgorithm=algorithm)
    name = f"Checksum{algorithm}"
    got = s3.get_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")
    assert got[name] == put[name]
    assert got["Body"].read() == body
    if algorithm == "SHA256":
        assert put[name] == digest
        with pytest.raises(ClientError) as error:
            s3.put_object(Bucket=bucket, Key="b", Body=body + b"x", ChecksumSHA256=digest)
        assert code(error) == "BadDigest"
    with pytest.raises(ClientError):
        s3.head_object(Bucket=bucket, Key="b")


def has_crt():
    try:
        import awscrt  # noqa: F401
        return True
    except ImportError:
        return False


def test_content_md5(s3, bucket):
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="a", Body=b"x", ContentMD5="A" * 22 + "==")
    assert code(error) == "BadDigest"


def test_lists_in_pages(s3, bucket):
    keys = [f"d{index % 3}/k{index:03}" for index in range(25)] + ["top", "zé+ x"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": 4})
    assert [o["Key"] for page in pages for o in page.get("Contents", [])] == sorted(keys)
    pages = list(s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": 2}))
    assert [p["Prefix"] for page in pages for p in page.get("CommonPrefixes", [])] == ["d0/", "d1/", "d2/"]
    assert [o["Key"] for page in pages for o in page.get("Contents", [])] == ["top", "zé+ x"]
    page = s3.list_objects_v2(Bucket=bucket, StartAfter="d2/k023", Prefix="d2/")
    assert [o["Key"] for o in page.get("Contents", [])] == []
    assert s3.list_objects_v2(Bucket=bucket, MaxKeys=0)["KeyCount"] == 0
    pages = s3.get_paginator("list_objects").paginate(
        Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": 2})
    assert sum(len(page.get("CommonPrefixes", [])) for page in pages) == 3


def test_buckets(s3):
    s3.create_bucket(Bucket="some-bucket", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    assert "some-bucket" in [b["Name"] for b in s3.list_buckets()["Buckets"]]
    s3.head_bucket(Bucket="some-bucket")
    s3.get_bucket_location(Bucket="some-bucket")
    s3.put_object(Bucket="some-bucket", Key="a", Body=b"")
    with pytest.raises(ClientError) as error:
        s3.delete_bucket(Bucket="some-bucket")
    assert code(error) == "BucketNotEmpty"
    s3.delete_object(Bucket="some-bucket", Key="a")
    s3.delete_bucket(Bucket="some-bucket")
    for call in [lambda: s3.list_objects_v2(Bucket="some-bucket"),
                 lambda: s3.put_object(Bucket="some-bucket", Key="a", Body=b"")]:
        with pytest.raises(ClientError) as error:
            call()
        assert code(error) == "NoSuchBucket"
    for name in ["Ab", "a_b_c", "ab", "1.2.3.4", "-abc"]:
        with pytest.raises(Exception):
            s3.create_bucket(Bucket=name)


def test_copy_and_delete_many(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a b/ü", Body=b"x", Metadata={"m": "1"})
    s3.copy_object(Bucket=bucket, Key="c", CopySource={"Bucket": bucket, "Key": "a b/ü"})
    assert s3.head_object(Bucket=bucket, Key="c")["Metadata"] == {"m": "1"}
    s3.copy_object(Bucket=bucket, Key="c", CopySource={"Bucket": bucket, "Key": "c"},
                   Metadata={"m": "2"}, MetadataDirective="REPLACE")
    assert s3.head_object(Bucket=bucket, Key="c")["Metadata"] == {"m": "2"}
    with pytest.raises(ClientError) as error:
        s3.copy_object(Bucket=bucket, Key="c", CopySource={"Bucket": bucket, "Key": "c"})
    assert code(error) == "InvalidRequest"
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [
        {"Key": "c"}, {"Key": "a b/ü"}, {"Key": "none"}]})
    assert len(deleted["Deleted"]) == 3
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_upload_and_download_of_100_mb_in_parts(gateway, s3, bucket, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(os.urandom(1 << 20) * 100)
    s3.upload_file(str(source), bucket, "large")
    head = s3.head_object(Bucket=bucket, Key="large")
    assert head["ContentLength"] == 100 << 20
    assert head["ETag"].endswith('-13"')
    target = tmp_path / "target"
    s3.download_file(bucket, "large", str(target))
    assert target.read_bytes() == source.read_bytes()
    assert gateway.memory() < 160, "memory must not grow with the file"


def test_parts_in_any_order(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    bodies = {3: b"c" * 10, 1: b"a" * (5 << 20), 2: b"b" * (5 << 20)}
    tags = {n: s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=n, Body=b)["ETag"]
            for n, b in bodies.items()}
    assert len(s3.list_parts(Bucket=bucket, Key="k", UploadId=upload)["Parts"]) == 3
    assert s3.list_multipart_uploads(Bucket=bucket)["Uploads"][0]["UploadId"] == upload
    for parts, expected in [
        ([1, 3, 2], "InvalidPartOrder"), ([1, 4], "InvalidPart"), ([3, 4], "InvalidPart"),
    ]:
        with pytest.raises(ClientError) as error:
            s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={
                "Parts": [{"PartNumber": n, "ETag": tags.get(n, '"x"')} for n in parts]})
        assert code(error) == expected
    s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": n, "ETag": tags[n]} for n in (1, 2, 3)]})
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == bodies[1] + bodies[2] + bodies[3]
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    s3.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=upload)
    with pytest.raises(ClientError) as error:
        s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"x")
    assert code(error) == "NoSuchUpload"


def test_parallel_puts_never_tear(gateway, s3, bucket):
    bodies = [bytes([65 + index]) * 200_000 for index in range(4)]
    s3.put_object(Bucket=bucket, Key="k", Body=bodies[0])
    stop = time.time() + 3

    def put(body):
        client = gateway.client("s3")
        while time.time() < stop:
            client.put_object(Bucket=bucket, Key="k", Body=body)

    threads = [threading.Thread(target=put, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    while time.time() < stop:
        assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() in bodies
    for thread in threads:
        thread.join()


def test_one_of_many_conditional_puts_wins(gateway, bucket):
    outcomes = []

    def put(index):
        try:
            gateway.client("s3").put_object(
                Bucket=bucket, Key="k", Body=str(index).encode(), IfNoneMatch="*")
            outcomes.append(index)
        except ClientError:
            pass

    threads = [threading.Thread(target=put, args=(index,)) for index in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 1


def test_presigned_urls_of_version_4_only(gateway, s3, bucket):
    s3.put_object(Bucket=bucket, Key="a b", Body=b"hello")
    signed = gateway.client("s3", config={"signature_version": "s3v4"})
    url = signed.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b"})
    assert urllib.request.urlopen(url).read() == b"hello"
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(url.replace("a%20b", "a%20c"))
    assert error.value.code == 403
    old = gateway.client("s3", config={"signature_version": "s3"}).generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": "a b"})
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(old)
    assert b"version 4" in error.value.read()


def test_wrong_keys_are_refused(gateway):
    for keys, expected in [(("AKIDTEST", "wrong"), "SignatureDoesNotMatch"),
                           (("NOBODY", "x"), "InvalidAccessKeyId")]:
        with pytest.raises(ClientError) as error:
            gateway.client("s3", keys=keys).list_buckets()
        assert code(error) == expected
        with pytest.raises(ClientError) as error:
            gateway.client("s3", keys=keys).put_object(Bucket="b", Key="k", Body=b"x")
        assert code(error) == expected


def test_providers_in_the_header(gateway):
    for provider, expected in [("anthropic", "NotImplemented"), ("nobody", "InvalidArgument")]:
        with pytest.raises(ClientError) as error:
            gateway.client("s3", provider).put_object(Bucket="header-b", Key="k", Body=b"x")
        assert code(error) == expected


def test_unknown_sides_are_not_taken_for_objects(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    for call in [lambda: s3.get_object_acl(Bucket=bucket, Key="k"),
                 lambda: s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": []}),
                 lambda: s3.get_bucket_policy(Bucket=bucket)]:
        with pytest.raises(ClientError) as error:
            call()
        assert code(error) == "NotImplemented"
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


def send(gateway, text):
    """Sends bytes as they are and returns the first line of what comes back."""
    with socket.create_connection(("127.0.0.1", gateway.port), 10) as connection:
        connection.sendall(text)
        return connection.recv(4096).split(b"\r\n")[0]


def test_hostile_requests(gateway):
    line = b"PUT /bedrock/files/b/k HTTP/1.1\r\nHost: h\r\n"
    assert b" 400 " in send(
        gateway, line + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    assert b" 400 " in send(gateway, line + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!")
    assert b" 400 " in send(gateway, b"GET /healthz HTTP/1.1\r\n\r\n")
    assert b" 4" in send(gateway, line + b"X: " + b"a" * 100_000 + b"\r\n\r\n")
    refused = send(gateway, line + b"Content-Length: 5\r\nExpect: 100-continue\r\n\r\n")
    assert b" 403 " in refused, "the body must not be asked for"
    assert b" 200 " in send(gateway, b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")


@pytest.fixture(scope="module")
def tls_gateway(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"],
        check=True, capture_output=True)
    gateway = Gateway(folder, arguments=(
        "--tls-certificate", str(folder / "certificate.pem"), "--tls-key", str(folder / "key.pem")))
    yield gateway
    gateway.stop()


def test_chunked_bodies_with_trailers_over_tls(tls_gateway):
    """Over TLS boto3 sends aws-chunked bodies whose checksum comes behind them."""
    s3 = tls_gateway.client("s3", scheme="https", verify=False)
    s3.create_bucket(Bucket="tls-bucket")
    for size in (0, 1, 1 << 20, (5 << 20) + 3):
        body = os.urandom(size)
        s3.put_object(Bucket="tls-bucket", Key="k", Body=body)
        got = s3.get_object(Bucket="tls-bucket", Key="k", ChecksumMode="ENABLED")
        assert got["Body"].read() == body
        assert "ContentEncoding" not in got
        assert size == 0 or got["ChecksumCRC32"]
    s3.upload_fileobj(io.BytesIO(os.urandom(20 << 20)), "tls-bucket", "parts")
    attributes = s3.get_object_attributes(
        Bucket="tls-bucket", Key="parts", ObjectAttributes=["ObjectSize", "ObjectParts", "Checksum"])
    assert attributes["ObjectSize"] == 20 << 20
    assert attributes["ObjectParts"]["TotalPartsCount"] == 3


@pytest.mark.parametrize("arguments, environment, words", [
    (["--host", "0.0.0.0"], {}, "GATEWAY_ACCESS_KEYS"), (["--port", "70000"], {}, "--port"),
    ([], {"GATEWAY_ACCESS_KEYS": "no-secret"}, "ID:SECRET"),
    ([], {"OPENAI_BASE_URL": "ftp://x"}, "OPENAI_BASE_URL"),
    ([], {"GATEWAY_POLL_INTERVAL": "soon"}, "GATEWAY_POLL_INTERVAL"),
    (["--config", "/nowhere"], {}, "/nowhere"), (["--tls-key", "x"], {}, "--tls-certificate"),
    (["--log-level", "loud"], {}, "--log-level"),
])
def test_wrong_settings_are_one_clear_line(tmp_path, arguments, environment, words):
    outcome = subprocess.run(
        [BINARY, "serve", "--data", str(tmp_path), *arguments], env={"PATH": "/bin", **environment},
        capture_output=True, text=True, timeout=20)
    assert outcome.returncode == 78
    assert outcome.stderr.startswith("gateway: ") and outcome.stderr.count("\n") == 1
    assert words in outcome.stderr


def test_settings_that_others_may_read_are_refused(tmp_path):
    path = tmp_path / "settings"
    path.write_text("OPENAI_API_KEY=secret-key\n")
    path.chmod(0o644)
    outcome = subprocess.run(
        [BINARY, "serve", "--data", str(tmp_path), "--config", str(path)], capture_output=True,
        text=True, timeout=20)
    assert outcome.returncode == 78 and "others may read" in outcome.stderr
    assert "secret-key" not in outcome.stderr


def test_health_and_metrics(gateway):
    base = f"http://localhost:{gateway.port}"
    assert urllib.request.urlopen(base + "/healthz").read() == b"ok\n"
    assert urllib.request.urlopen(base + "/readyz").read() == b"ready\n"
    text = urllib.request.urlopen(base + "/metrics").read().decode()
    assert "gateway_requests_total{" in text and "gateway_jobs_running" in text


def test_secrets_are_not_logged(gateway):
    log = gateway.log()
    assert KEYS[1] not in log and "AWS4-HMAC" not in log and "X-Amz-Signature" not in log
