"""Starts the gateway that is under test, and makes clients of it as its users do."""
import itertools
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request

import boto3
import pytest
from botocore.config import Config

BINARY = os.environ["GATEWAY_BIN"]
COUNTER = itertools.count(1)
KEYS = ("AKIDTEST", "secret-of-the-test")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Gateway:
    """A gateway in a process of its own, on a folder that outlives it."""

    def __init__(self, folder, arguments=("--sandbox",), environment=None, wrapper=()):
        self.folder = folder
        self.wrapper = wrapper
        self.arguments = arguments
        self.environment = environment or {}
        self.port = free_port()
        self.process = None
        self.start()

    def start(self):
        log = open(self.folder / "log", "ab")
        environment = {
            **os.environ, "GATEWAY_ACCESS_KEYS": ":".join(KEYS), "GATEWAY_POLL_INTERVAL": "0.1",
            **self.environment,
        }
        self.process = subprocess.Popen(
            [*self.wrapper, BINARY, "serve", "--port", str(self.port), "--data", str(self.folder / "data"),
             *self.arguments], stderr=log, stdout=log, env=environment)
        deadline = time.time() + 30
        while time.time() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert self.process.poll() is None, self.log()
                time.sleep(0.05)
        raise AssertionError("the gateway does not listen")

    def kill(self):
        """Ends it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        assert self.process.wait(20) is not None

    def log(self):
        return (self.folder / "log").read_text()

    def memory(self):
        """The most memory that was resident, in MiB."""
        status = open(f"/proc/{self.process.pid}/status").read()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024

    def client(self, service, provider=None, keys=KEYS, scheme="http", **options):
        path = "/bedrock/files" if service == "s3" else "/bedrock"
        client = boto3.client(
            service, endpoint_url=f"{scheme}://localhost:{self.port}{path}",
            region_name="us-west-2", aws_access_key_id=keys[0], aws_secret_access_key=keys[1],
            config=Config(retries={"max_attempts": 1}, **options.pop("config", {})), **options)
        if provider:
            def add(request, **_):
                request.headers["x-model-provider"] = provider
            client.meta.events.register(f"before-send.{service}", add)
        return client


@pytest.fixture(scope="session")
def gateway(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("gateway"))
    yield gateway
    gateway.stop()


@pytest.fixture
def s3(gateway):
    return gateway.client("s3")


@pytest.fixture
def bucket(s3, request):
    name = f"bucket-{next(COUNTER)}"
    s3.create_bucket(Bucket=name)
    return name


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


@pytest.fixture(scope="module")
def upstream(tmp_path_factory):
    upstream = Upstream(tmp_path_factory.mktemp("upstream"))
    yield upstream
    upstream.gateway.stop()


BUCKET = "emulated-bucket"


@pytest.fixture(scope="session")
def emulators():
    """Strict emulators of all providers."""
    from emulators.bedrock_api import Bedrock
    from emulators.gemini_api import Gemini
    from emulators.openai_api import OpenAI
    with OpenAI("sk-emulated") as open_ai, Gemini("gemini-key") as gemini, \
            Bedrock(BUCKET) as bedrock:
        yield {"openai": open_ai, "gemini": gemini, "bedrock": bedrock}


@pytest.fixture(scope="session")
def emulated_gateway(emulators, tmp_path_factory):
    """A gateway in front of them."""
    from emulators.aws import CREDENTIALS, REGION
    bedrock = emulators["bedrock"]
    gateway = Gateway(tmp_path_factory.mktemp("gateway"), arguments=(), environment={
        "OPENAI_API_KEY": emulators["openai"].key, "OPENAI_BASE_URL": emulators["openai"].url,
        "GEMINI_API_KEY": emulators["gemini"].key, "GEMINI_BASE_URL": emulators["gemini"].url,
        "AWS_ACCESS_KEY_ID": CREDENTIALS.access_key, "AWS_SESSION_TOKEN": CREDENTIALS.token,
        "AWS_SECRET_ACCESS_KEY": CREDENTIALS.secret_key, "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL_BEDROCK": bedrock.url, "AWS_ENDPOINT_URL_S3": bedrock.s3.url,
        "BEDROCK_BATCH_BUCKET": BUCKET, "GATEWAY_POLL_INTERVAL": "0.02"})
    yield gateway
    gateway.stop()


@pytest.fixture
def no_violations(emulators):
    """Nothing was sent that a provider would refuse to anybody."""
    for emulator in emulators.values():
        emulator.violations.clear()
        emulator.hold = False
    emulators["gemini"].processing_looks = 0
    yield
    for emulator in emulators.values():
        assert emulator.violations == []
