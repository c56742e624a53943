"""The edges of S3's protocol where others have fallen: one test for each that is known by name."""
import base64
import hashlib
import zlib

import pytest
from botocore.exceptions import ClientError

from conftest import Gateway
from dialects import lines, openai
from jobs import Job
from raw import Raw

TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("edges"), environment={
        "GATEWAY_ACCESS_KEYS": "AKIDTEST:secret-of-the-test,AKIDOTHER:secret-of-another:openai"})
    gateway.client("s3").create_bucket(Bucket="edges")
    yield gateway
    gateway.stop()


@pytest.fixture
def s3(gateway):
    return gateway.client("s3")


@pytest.fixture
def other(gateway):
    return gateway.client("s3", keys=("AKIDOTHER", "secret-of-another"))


def code(error):
    return error.value.response["Error"]["Code"]


def keys(s3, prefix):
    return [o["Key"] for o in s3.list_objects_v2(Bucket="edges", Prefix=prefix).get("Contents", [])]


def chunked(body, trailer=None, end=b"\r\n"):
    frames = b"%x\r\n%s\r\n" % (len(body), body) + b"0\r\n"
    return frames + (trailer + b"\r\n" if trailer else b"") + end


def put_chunks(gateway, key, frames, decoded, **headers):
    return Raw(gateway, "PUT", f"/edges/{key}", frames, payload=TRAILER, headers={
        "content-encoding": "aws-chunked", "x-amz-decoded-content-length": str(decoded),
        "x-amz-trailer": "x-amz-checksum-crc32", **headers})


def crc32(body):
    return base64.b64encode(zlib.crc32(body).to_bytes(4, "big"))


def test_aws_chunked_truncation(gateway, s3):
    body = b"x" * 1000
    whole = chunked(body, b"x-amz-checksum-crc32:" + crc32(body))
    assert put_chunks(gateway, "chunks/whole", whole, 1000).status == 200
    for cut in (3, 500, len(whole) - 40, len(whole) - 2):
        answer = put_chunks(gateway, f"chunks/cut-{cut}", whole[:cut], 1000)
        assert answer.status == 400, (cut, answer.body)
    for decoded in (999, 1001):
        assert put_chunks(gateway, "chunks/length", whole, decoded).status == 400
    assert keys(s3, "chunks/") == ["chunks/whole"]
    assert s3.get_object(Bucket="edges", Key="chunks/whole")["Body"].read() == body
    head = s3.head_object(Bucket="edges", Key="chunks/whole")
    assert "ContentEncoding" not in head, "aws-chunked is not the object's encoding"


def test_trailer_checksum(gateway, s3):
    body = b"some bytes"
    wrong = chunked(body, b"x-amz-checksum-crc32:" + crc32(b"other bytes"))
    answer = put_chunks(gateway, "trailer/wrong", wrong, len(body))
    assert (answer.status, answer.code) == (400, "BadDigest")
    right = chunked(body, b"x-amz-checksum-crc32:" + crc32(body))
    answer = put_chunks(gateway, "trailer/right", right, len(body))
    assert answer.headers["x-amz-checksum-crc32"] == crc32(body).decode()
    assert keys(s3, "trailer/") == ["trailer/right"]


def test_transfer_encoding_chunked(gateway, s3):
    """A body without a length is no object: S3 wants one, in one header or the other."""
    answer = Raw(gateway, "PUT", "/edges/te/none", b"5\r\nhello\r\n0\r\n\r\n", length=-1,
                 headers={"transfer-encoding": "chunked"})
    assert (answer.status, answer.code) == (411, "MissingContentLength")
    body = chunked(b"hello", b"x-amz-checksum-crc32:" + crc32(b"hello"))
    answer = put_chunks(gateway, "te/both", b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body), 5,
                        **{"transfer-encoding": "chunked"})
    assert answer.status == 200
    assert keys(s3, "te/") == ["te/both"]


def test_unquoted_etag(s3):
    etag = s3.put_object(Bucket="edges", Key="etag", Body=b"x")["ETag"]
    for spelling in (etag, etag.strip('"'), "*"):
        assert s3.get_object(Bucket="edges", Key="etag", IfMatch=spelling)["ETag"] == etag
        with pytest.raises(ClientError) as error:
            s3.get_object(Bucket="edges", Key="etag", IfNoneMatch=spelling)
        assert code(error) == "304"


def test_plus_in_key(gateway, s3):
    for key in ("plus/a+b", "plus/a b", "plus/a%2Bb", "plus/a%20b"):
        s3.put_object(Bucket="edges", Key=key, Body=key.encode())
    for key in keys(s3, "plus/"):
        assert s3.get_object(Bucket="edges", Key=key)["Body"].read() == key.encode()
    assert len(keys(s3, "plus/")) == 4
    # On the wire a plus is a plus in paths, whatever forms of browsers say.
    assert Raw(gateway, "GET", "/edges/plus/a+b").body == "plus/a+b"


def test_relative_path_keys_stay_in_their_bucket(gateway, s3, tmp_path_factory):
    s3.create_bucket(Bucket="neighbour")
    s3.put_object(Bucket="neighbour", Key="secret", Body=b"secret")
    for path in ("/edges/../neighbour/secret", "/edges/%2e%2e/neighbour/./secret",
                 "/edges/..%2Fneighbour%2F%2Fsecret", "/edges/./../../../../etc/passwd"):
        answer = Raw(gateway, "GET", path)
        assert (answer.status, answer.code) == (404, "NoSuchKey"), path
        assert Raw(gateway, "PUT", path, b"mine").status == 200
        assert Raw(gateway, "GET", path).body == "mine"
    assert s3.get_object(Bucket="neighbour", Key="secret")["Body"].read() == b"secret"


@pytest.mark.parametrize("key", [
    "gw-abcdefghijklmnopqrstuvwx", "file-abc", "files/abc", "uploads", "blobs/00", "state.sqlite",
    ".gateway", "%00", "AKIDOTHER"])
def test_reserved_namespaces_are_none(s3, other, key):
    """No key means something to the gateway itself."""
    s3.put_object(Bucket="edges", Key=key, Body=b"plain")
    assert s3.get_object(Bucket="edges", Key=key)["Body"].read() == b"plain"
    with pytest.raises(ClientError) as error:
        other.get_object(Bucket="edges", Key=key)
    assert code(error) == "NoSuchBucket"
    s3.delete_object(Bucket="edges", Key=key)


@pytest.mark.parametrize("key", [
    "multi/ü &<>\"'", "multi/a+b=c?d", "multi//..//x", "multi/日本", "multi/%2F%00", "multi/\t"])
def test_multipart_upload_key_characters(s3, key):
    upload = s3.create_multipart_upload(Bucket="edges", Key=key)["UploadId"]
    listed = s3.list_multipart_uploads(Bucket="edges", Prefix="multi/")["Uploads"]
    assert [(u["Key"], u["UploadId"]) for u in listed] == [(key, upload)]
    part = s3.upload_part(Bucket="edges", Key=key, UploadId=upload, PartNumber=1, Body=b"part")
    done = s3.complete_multipart_upload(
        Bucket="edges", Key=key, UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    assert done["Key"] == key
    assert s3.get_object(Bucket="edges", Key=key)["Body"].read() == b"part"


def test_multi_delete_partial_failure(s3):
    etags = {key: s3.put_object(Bucket="edges", Key=key, Body=key.encode())["ETag"]
             for key in ("delete/a", "delete/b", "delete/c")}
    answer = s3.delete_objects(Bucket="edges", Delete={"Objects": [
        {"Key": "delete/a", "ETag": etags["delete/a"]}, {"Key": "delete/b", "ETag": '"wrong"'},
        {"Key": "delete/none"}, {"Key": "delete/c"}]})
    assert {d["Key"] for d in answer["Deleted"]} == {"delete/a", "delete/none", "delete/c"}
    assert [(e["Key"], e["Code"]) for e in answer["Errors"]] == [("delete/b", "PreconditionFailed")]
    assert keys(s3, "delete/") == ["delete/b"]
    too_many = [{"Key": str(n)} for n in range(1001)]
    with pytest.raises(ClientError) as error:
        s3.delete_objects(Bucket="edges", Delete={"Objects": too_many})
    assert code(error) == "MalformedXML"


def test_conditional_precedence(gateway, s3):
    """RFC 9110, 13.2.2: a date counts only where there is no tag of its kind."""
    etag = s3.put_object(Bucket="edges", Key="conditions", Body=b"x")["ETag"]
    past, future = "Tue, 01 Jan 2019 00:00:00 GMT", "Fri, 01 Jan 2038 00:00:00 GMT"

    def status(**headers):
        return Raw(gateway, "GET", "/edges/conditions", headers={
            name.replace("_", "-"): value for name, value in headers.items()}).status

    assert status(if_match=etag, if_unmodified_since=past) == 200
    assert status(if_unmodified_since=past) == 412
    assert status(if_none_match=etag, if_modified_since=past) == 304
    assert status(if_none_match='"other"', if_modified_since=future) == 200
    assert status(if_match='"other"', if_none_match=etag) == 412
    assert status(if_match=etag, if_none_match=etag) == 304


def test_composite_checksum_completion(s3):
    pieces = [b"a" * (5 << 20), b"b"]

    def upload(checksum=None, wrong=False):
        begun = s3.create_multipart_upload(
            Bucket="edges", Key="composite", ChecksumAlgorithm="SHA256")
        parts = []
        for number, piece in enumerate(pieces, 1):
            part = s3.upload_part(Bucket="edges", Key="composite", UploadId=begun["UploadId"],
                                  PartNumber=number, Body=piece, ChecksumAlgorithm="SHA256")
            value = part["ChecksumSHA256"]
            if wrong and number == 2:
                value = base64.b64encode(bytes(32)).decode()
            parts.append({"PartNumber": number, "ETag": part["ETag"], "ChecksumSHA256": value})
        return s3.complete_multipart_upload(
            Bucket="edges", Key="composite", UploadId=begun["UploadId"],
            MultipartUpload={"Parts": parts}, **({"ChecksumSHA256": checksum} if checksum else {}))

    sums = b"".join(hashlib.sha256(piece).digest() for piece in pieces)
    expected = base64.b64encode(hashlib.sha256(sums).digest()).decode() + "-2"
    assert upload()["ChecksumSHA256"] == expected
    assert upload(expected)["ChecksumSHA256"] == expected
    head = s3.head_object(Bucket="edges", Key="composite", ChecksumMode="ENABLED")
    assert (head["ChecksumSHA256"], head["ChecksumType"]) == (expected, "COMPOSITE")
    for bad in (lambda: upload(wrong=True),
                lambda: upload(base64.b64encode(bytes(32)).decode() + "-2")):
        with pytest.raises(ClientError) as error:
            bad()
        assert code(error) in ("InvalidPart", "BadDigest", "InvalidRequest")


def test_copy_source_authorization(s3, other):
    s3.put_object(Bucket="edges", Key="private", Body=b"private")
    other.create_bucket(Bucket="others")
    for source in ("edges/private", "/edges/private", "edges%2Fprivate", "edges/../edges/private"):
        with pytest.raises(ClientError) as error:
            other.copy_object(Bucket="others", Key="stolen", CopySource=source)
        assert code(error) in ("NoSuchBucket", "InvalidArgument"), source
        upload = other.create_multipart_upload(Bucket="others", Key="stolen")["UploadId"]
        with pytest.raises(ClientError):
            other.upload_part_copy(Bucket="others", Key="stolen", UploadId=upload, PartNumber=1,
                                   CopySource=source)
    assert "Contents" not in other.list_objects_v2(Bucket="others")


def test_unsigned_header_injection(gateway, s3):
    for name in ("x-amz-copy-source", "x-amz-meta-a", "x-amz-metadata-directive",
                 "x-amz-checksum-crc32"):
        answer = Raw(gateway, "PUT", "/edges/injected", b"x", unsigned={name: "edges/private"})
        assert (answer.status, answer.code) == (403, "AccessDenied"), name
    assert keys(s3, "injected") == []


def test_header_injection_by_values(gateway, s3):
    """What comes back in headers cannot begin another one."""
    for value in ("a\r\nx-evil: 1", "a\nb", "a\0b"):
        with pytest.raises(Exception):
            s3.put_object(Bucket="edges", Key="evil", Body=b"", Metadata={"a": value})
    s3.put_object(Bucket="edges", Key="disposed", Body=b"x",
                  ContentDisposition='attachment; filename="a\\"b.txt"')
    answer = Raw(
        gateway, "GET", "/edges/disposed?response-content-type=text%2Fplain%0D%0Ax-evil%3A1")
    assert "x-evil" not in answer.headers and answer.status in (200, 400)


def test_presigned_expiry(gateway, s3):
    s3.put_object(Bucket="edges", Key="presigned", Body=b"x")
    assert Raw(gateway, "GET", "/edges/presigned", expires=60).body == "x"
    for expires in (0, -5, 604801, 10**20):
        answer = Raw(gateway, "GET", "/edges/presigned", expires=expires)
        assert (answer.status, answer.code) == (400, "AuthorizationQueryParametersError"), expires
    later = Raw(gateway, "GET", "/edges/presigned", expires=60,
                change=lambda url: url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"))
    assert (later.status, later.code) == (403, "SignatureDoesNotMatch")


def test_signed_payload_limit(gateway, s3):
    """A body that is too large is refused by its head, before any of it is sent."""
    answer = Raw(gateway, "PUT", "/edges/huge", length=6 * 10**9, headers={"expect": "100-continue"})
    assert (answer.status, answer.code) == (400, "EntityTooLarge")
    answer = Raw(gateway, "POST", "/edges?delete", b"<Delete>" + b" " * (3 << 20))
    assert answer.status == 400
    digest = hashlib.sha256(b"what was signed").hexdigest()
    answer = Raw(gateway, "PUT", "/edges/swapped", b"what is sent!!!", payload=digest)
    assert (answer.status, answer.code) == (400, "XAmzContentSHA256Mismatch")
    assert keys(s3, "swapped") == []


def test_signature_diagnostics(gateway):
    answer = Raw(gateway, "GET", "/edges/a%20b?prefix=%C3%A9", keys=("AKIDTEST", "wrong secret"))
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
    assert "<StringToSign>AWS4-HMAC-SHA256\n" in answer.body
    assert "GET\n/bedrock/files/edges/a%20b\nprefix=%C3%A9\n" in answer.body
    assert "<AWSAccessKeyId>AKIDTEST</AWSAccessKeyId>" in answer.body
    assert "secret" not in answer.body


def test_a_key_that_is_for_one_provider(gateway, other):
    """The header is not signed, so it is the key that says what is allowed."""
    client = gateway.client("s3", "gemini", keys=("AKIDOTHER", "secret-of-another"))
    with pytest.raises(ClientError) as error:
        client.put_object(Bucket="others", Key="k", Body=b"")
    assert code(error) == "AccessDenied"
    client = gateway.client("bedrock", keys=("AKIDOTHER", "secret-of-another"))
    with pytest.raises(ClientError) as error:
        client.create_model_invocation_job(
            jobName="j", roleArn="r", modelId="m",
            inputDataConfig={"s3InputDataConfig": {"s3Uri": "s3://others/k"}},
            outputDataConfig={"s3OutputDataConfig": {"s3Uri": "s3://others/"}})
    assert code(error) == "AccessDeniedException"


def test_jobs_of_others_are_not_there(gateway, other):
    job = Job(gateway, "openai", lines([openai("a", "x")]), bucket="edges")
    client = gateway.client("bedrock", keys=("AKIDOTHER", "secret-of-another"))
    for call in (
        lambda: client.get_model_invocation_job(jobIdentifier=job.arn),
        lambda: client.stop_model_invocation_job(jobIdentifier=job.arn),
        lambda: client.tag_resource(resourceARN=job.arn, tags=[{"key": "a", "value": "b"}]),
        lambda: client.list_tags_for_resource(resourceARN=job.arn),
    ):
        with pytest.raises(ClientError) as error:
            call()
        assert code(error) == "ResourceNotFoundException"
    assert client.list_model_invocation_jobs()["invocationJobSummaries"] == []
