"""Requests as they are, signed by botocore and sent without its help."""
import http.client

import boto3
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest

from conftest import KEYS


class Signer(S3SigV4Auth):
    """Signs what it is told the body is, whatever it is."""

    def __init__(self, credentials, payload):
        super().__init__(credentials, "s3", "us-west-2")
        self.text = payload

    def payload(self, request):
        return self.text


def put_head(gateway, length, path):
    """The head of a signed PUT below /bedrock/files, to send a body behind by hand."""
    host = f"localhost:{gateway.port}"
    request = AWSRequest("PUT", f"http://{host}/bedrock/files{path}", headers={
        "content-length": str(length)})
    Signer(boto3.Session(*KEYS).get_credentials(), "UNSIGNED-PAYLOAD").add_auth(request)
    fields = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    return f"PUT /bedrock/files{path} HTTP/1.1\r\nhost: {host}\r\n{fields}\r\n".encode()


class Raw:
    """One answer to a signed request; headers of `unsigned` are added after signing."""

    def __init__(self, gateway, method, path, body=b"", headers=None, unsigned=None, keys=KEYS,
                 length=None, payload="UNSIGNED-PAYLOAD", expires=None, change=lambda url: url):
        url = f"http://localhost:{gateway.port}/bedrock/files{path}"
        request = AWSRequest(method, url, headers=headers or {})
        credentials = boto3.Session(*keys).get_credentials()
        if expires is None:
            Signer(credentials, payload).add_auth(request)
        else:
            S3SigV4QueryAuth(credentials, "s3", "us-west-2", expires=expires).add_auth(request)
        target = change(request.url).split(f":{gateway.port}", 1)[1]
        connection = http.client.HTTPConnection("localhost", gateway.port, timeout=10)
        connection.putrequest(method, target, skip_accept_encoding=True)
        fields = {**request.headers, **(unsigned or {})}
        if length is None:
            length = len(body)
        if "transfer-encoding" not in fields and length >= 0:
            fields.setdefault("content-length", str(length))
        for name, value in fields.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        if len(body) < length:
            # The client goes away in the middle of its body.
            connection.sock.shutdown(1)
        response = connection.getresponse()
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read().decode()
        connection.close()

    @property
    def code(self):
        return self.body.split("<Code>")[1].split("</Code>")[0] if "<Code>" in self.body else None
