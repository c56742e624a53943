#!/usr/bin/env python3
"""Prints how fast the gateway is, through boto3 and beside what it does with memory.

    Gateway/benchmark [--gib 1] [--jobs 10000]

Client, gateway and emulated providers share the machine, so the figures are the least that there
is. Nothing is judged here: `Tests` hold what must be true, this shows what is.
"""
import argparse
import json
import os
import pathlib
import sqlite3
import statistics
import tempfile
import time

from conftest import Gateway, Upstream
from dialects import converse, lines, openai
from jobs import Job


def report(what, text):
    print(f"{what:<44} {text}", flush=True)


def percentiles(seconds):
    parts = statistics.quantiles(seconds, n=100)
    return f"p50 {parts[49] * 1e3:.1f} ms, p99 {parts[98] * 1e3:.1f} ms"


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak(gateway, work):
    """The seconds that some work takes, and the most memory that is resident meanwhile."""
    with open(f"/proc/{gateway.process.pid}/clear_refs", "w") as file:
        file.write("5")
    seconds = timed(work)
    return seconds, gateway.memory()


def small(gateway, count=1000):
    s3 = gateway.client("s3")
    s3.create_bucket(Bucket="bench")
    body = os.urandom(1024)
    puts = [timed(lambda: s3.put_object(Bucket="bench", Key=f"small/{n}", Body=body))
            for n in range(count)]
    gets = [timed(lambda: s3.get_object(Bucket="bench", Key=f"small/{n}")["Body"].read())
            for n in range(count)]
    report(f"PUT of 1 KiB, {count} times", percentiles(puts))
    report(f"GET of 1 KiB, {count} times", percentiles(gets))


class Zeros:
    """So many bytes that nobody has to hold; what boto3 takes for a file."""

    def __init__(self, count):
        self.count, self.offset = count, 0
        self.block = os.urandom(1 << 20)

    def __len__(self):
        return self.count

    def seek(self, offset, whence=0):
        self.offset = offset + (0, self.offset, self.count)[whence]
        return self.offset

    def tell(self):
        return self.offset

    def read(self, count=-1):
        rest = self.count - self.offset
        count = min(rest, len(self.block), count if count >= 0 else rest)
        self.offset += count
        return self.block[:count]


def large(gateway, gib):
    s3 = gateway.client("s3", config={"request_checksum_calculation": "when_required",
                                      "response_checksum_validation": "when_required",
                                      "s3": {"payload_signing_enabled": False}})
    size = int(gib * (1 << 30))
    seconds, memory = peak(gateway, lambda: s3.put_object(
        Bucket="bench", Key="large", Body=Zeros(size), ContentLength=size))
    report(f"PUT of {gib:g} GiB", f"{size / seconds / 1e6:.0f} MB/s, {memory:.0f} MiB resident")

    def get():
        count = 0
        for piece in s3.get_object(Bucket="bench", Key="large")["Body"].iter_chunks(1 << 20):
            count += len(piece)
        assert count == size

    seconds, memory = peak(gateway, get)
    report(f"GET of {gib:g} GiB", f"{size / seconds / 1e6:.0f} MB/s, {memory:.0f} MiB resident")


def convert(gateway, provider, megabytes=200):
    """Converts, uploads and begins the batches of a file."""
    record = lines([converse("id-000000", "word " * 400)])
    count = int(megabytes * 1e6 / len(record))
    body = b"".join(record.replace(b"000000", b"%06d" % n) for n in range(count))
    job = Job(gateway, provider, body)

    def wait():
        while job.get()["status"] in ("Submitted", "Validating"):
            time.sleep(0.02)

    seconds, memory = peak(gateway, wait)
    report(f"{megabytes:.0f} MB, {count} records, to {provider}",
           f"{len(body) / seconds / 1e6:.0f} MB/s, {memory:.0f} MiB resident")
    job.bedrock.stop_model_invocation_job(jobIdentifier=job.arn)


def many_jobs(gateway, count):
    job = Job(gateway, "openai", lines([openai("a", "x")]))
    job.wait()
    gateway.stop()
    # As many as if they had been run, which would take long.
    database = sqlite3.connect(gateway.folder / "data/state.sqlite")
    key, version, body = next(
        row for row in database.execute(
            "SELECT key, version, body FROM records WHERE collection = 'jobs'")
        if row[0].endswith(job.arn[-12:].encode()))
    record = json.loads(body)
    for number in range(count):
        name = f"n{number:011}"
        copy = {**record, "id": name, "arn": record["arn"][:-12] + name, "name": f"job-{number}",
                "submitted": record["submitted"] + number}
        place = f"{9_999_999_999_999_999 - copy['submitted']:016}-{name}".encode()
        database.execute("INSERT INTO records VALUES ('jobs', ?, ?, ?)",
                         (key[:-12] + name.encode(), version, json.dumps(copy).encode()))
        database.execute("INSERT INTO records VALUES ('jobs-by-time', ?, 1, x'')",
                         (key[:-12] + place,))
    database.commit()
    database.close()
    gateway.start()
    client = gateway.client("bedrock")
    arns = [record["arn"][:-12] + f"n{number:011}" for number in range(0, count, max(1, count // 500))]
    gets = [timed(lambda: client.get_model_invocation_job(jobIdentifier=arn)) for arn in arns]
    report(f"get, {count} jobs stored", f"{len(gets) / sum(gets):.0f} calls/s, {percentiles(gets)}")
    for what, order in (
        ("list, the newest 100", {}), ("list, the oldest 100", {"sortOrder": "Ascending"}),
        ("list, 10 of all by name", {"nameContains": "99", "maxResults": 10}),
        ("list, none of all by status", {"statusEquals": "Failed"}),
    ):
        calls = [timed(lambda: client.list_model_invocation_jobs(**order)) for _ in range(20)]
        report(f"{what}, {count} jobs stored", f"{len(calls) / sum(calls):.1f} calls/s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gib", type=float, default=1)
    parser.add_argument("--jobs", type=int, default=10_000)
    choice = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "upstream").mkdir()
        (folder / "gateway").mkdir()
        upstream = Upstream(folder / "upstream")
        gateway = Gateway(folder / "gateway", arguments=(), environment=upstream.environment())
        try:
            report("resident at start", f"{gateway.memory():.0f} MiB")
            small(gateway)
            large(gateway, choice.gib)
            for provider in ("openai", "gemini", "bedrock"):
                convert(gateway, provider)
            convert(gateway, "openai", choice.gib * 2**30 / 1e6)
            many_jobs(gateway, choice.jobs)
        finally:
            gateway.stop()
            upstream.gateway.kill()


main()
