"""What AWS is made of here: signatures, checked with botocore's own signer, and moto's S3."""
import hashlib
import io
import re
import threading
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

import boto3
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

REGION = "us-west-2"
CREDENTIALS = Credentials("AKIDEMULATED", "secret-of-the-emulator", "token-of-the-emulator")
CLAIM = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8}/[^,]+), ?SignedHeaders=([^,]+), ?"
    r"Signature=([0-9a-f]{64})")


def signature_problem(service, method, target, headers, body):
    """Why a request is not signed as AWS wants it, or an empty text.

    The signature is computed again, over the very target and the headers that were signed.
    """
    claim = CLAIM.fullmatch(headers.get("authorization", ""))
    stamp = headers.get("x-amz-date", "")
    if not claim or claim[1] != CREDENTIALS.access_key:
        return f"authorization {headers.get('authorization')!r}"
    if claim[2] != f"{stamp[:8]}/{REGION}/{service}/aws4_request":
        return f"scope {claim[2]} at {stamp}"
    date = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    if abs(datetime.now(timezone.utc) - date) > timedelta(minutes=5):
        return f"date {stamp}"
    if headers.get("x-amz-security-token") != CREDENTIALS.token:
        return "session token"
    signed = claim[3].split(";")
    unsigned = {"host", *(name for name in headers if name.startswith("x-amz-"))} - {*signed}
    if unsigned or signed != sorted(signed) or not {*signed} <= headers.keys():
        return f"signed headers {signed}, missing {unsigned}"
    digest = hashlib.sha256(body).hexdigest()
    if headers.get("x-amz-content-sha256", "" if service == "s3" else digest) != digest:
        return "x-amz-content-sha256 is not that of the body"
    request = AWSRequest(
        method, f"http://{headers['host']}{target}", {name: headers[name] for name in signed}, body)
    request.context["timestamp"] = stamp
    signer = (S3SigV4Auth if service == "s3" else SigV4Auth)(CREDENTIALS, service, REGION)
    wanted = signer.signature(
        signer.string_to_sign(request, signer.canonical_request(request)), request)
    return "" if wanted == claim[4] else "the signature does not match"


class S3:
    """moto's S3 behind a check of signatures; `violations` has what was refused."""

    def __init__(self, bucket):
        self.violations = []
        self.backend = DomainDispatcherApplication(create_backend_app)
        self.server = make_server(
            "127.0.0.1", 0, self.check, threaded=True, request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.client = boto3.client(
            "s3", endpoint_url=self.url, region_name=REGION,
            aws_access_key_id=CREDENTIALS.access_key,
            aws_secret_access_key=CREDENTIALS.secret_key, aws_session_token=CREDENTIALS.token,
            config=Config(retries={"max_attempts": 1}))
        self.client.create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def check(self, environment, start_response):
        length = int(environment.get("CONTENT_LENGTH") or 0)
        body = environment["wsgi.input"].read(length)
        environment["wsgi.input"] = io.BytesIO(body)
        headers = {name[5:].lower().replace("_", "-"): value
                   for name, value in environment.items() if name.startswith("HTTP_")}
        headers |= {name: environment[key] for name, key in (
            ("content-type", "CONTENT_TYPE"), ("content-length", "CONTENT_LENGTH"))
            if environment.get(key)}
        method, target = environment["REQUEST_METHOD"], environment["RAW_URI"]
        wrong = signature_problem("s3", method, target, headers, body)
        if not wrong:
            return self.backend(environment, start_response)
        self.violations.append(f"{method} {target}: {wrong}")
        start_response("403 Forbidden", [("content-type", "application/xml")])
        return [b"<Error><Code>SignatureDoesNotMatch</Code><Message/></Error>"]

    def read(self, uri):
        place = urlsplit(uri)
        return self.client.get_object(Bucket=place.netloc, Key=place.path[1:])["Body"].read()

    def write(self, uri, data):
        place = urlsplit(uri)
        self.client.put_object(Bucket=place.netloc, Key=place.path[1:], Body=data)


class _Quiet(WSGIRequestHandler):
    def log(self, *_):
        pass
