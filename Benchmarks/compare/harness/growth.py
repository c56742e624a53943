# SPDX-License-Identifier: Apache-2.0
"""How speed and memory grow with the input, which is made as a stream: no file needs room."""

from __future__ import annotations

import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

from contestants import Contestant, Conversion
from corpora import MEGABYTE, Corpus
from measure import Usage, launch, launch_on, pinned_core, start_time
from places import BUILD, Missing, say
from report import number, spread

SIZES = (10, 100, 1000)
FULL_SIZES = (*SIZES, 4000)
LINE_MEGABYTES = 256


@dataclass(frozen=True)
class Point:
    """What came out for one size."""

    name: str
    megabytes: float
    rates: list[float]
    memory: float


def streamed(command: list[str], corpus: Corpus) -> Usage:
    """Runs a command on what the generator writes."""
    with subprocess.Popen(corpus.command(), stdout=subprocess.PIPE) as generator:
        if generator.stdout is None:
            raise Missing("no pipe")
        usage = launch(command, pinned_core(), generator.stdout)
    if generator.returncode != 0:
        raise Missing(f"make-corpus failed with status {generator.returncode}")
    return usage


def one_line() -> Path:
    """A request with one picture, so large that the line has 256 MB."""
    file = BUILD / "corpora" / f"line-{LINE_MEGABYTES}MB.jsonl"
    head = (
        b'{"custom_id":"large","method":"POST","url":"/v1/chat/completions","body":{"model":"m",'
        b'"messages":[{"role":"user","content":[{"type":"text","text":"What is this?"},'
        b'{"type":"image_url","image_url":{"url":"data:image/png;base64,'
    )
    tail = b'"}}]}],"max_tokens":100}}\n'
    size = LINE_MEGABYTES * MEGABYTE
    if not file.exists() or file.stat().st_size != size:
        alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        # Base64 comes in fours, and the text pads what is left over.
        room = size - len(head) - len(tail)
        head = head.replace(b"What is this?", b"What is this?" + b"?" * (room % 4))
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as output:
            output.write(head)
            left = size - len(head) - len(tail)
            while left > 0:
                left -= output.write((alphabet * 16384)[:left])
            output.write(tail)
    return file


def points(contestant: Contestant, sizes: tuple[int, ...], runs: int, seed: int) -> list[Point]:
    """Measures transcode at each size, and on one long line."""
    conversion = Conversion("request", "openai", "bedrock")
    command = contestant.command(conversion)
    if command is None:
        raise Missing(f"{contestant.name} cannot convert {conversion}")
    start = start_time(command)
    found = []

    def add(name: str, megabytes: float, usages: list[Usage]) -> None:
        for usage in usages:
            if usage.status != 0:
                raise Missing(f"{contestant.name} failed on {name}: status {usage.status}")
        rates = [megabytes / max(usage.cpu - start, 1e-4) for usage in usages]
        found.append(Point(name, megabytes, rates, max(usage.memory for usage in usages)))

    for size in sizes:
        say(f"{size} MB")
        corpus = Corpus("short", "request", "openai", size, seed)
        count = runs if size <= 100 else min(runs, 3)
        add(f"{size:,} MB", size, [streamed(command, corpus) for _ in range(count)])
    say(f"one line of {LINE_MEGABYTES} MB")
    file = one_line()
    lines = [launch_on(command, pinned_core(), file) for _ in range(min(runs, 3))]
    add(f"one line of {LINE_MEGABYTES} MB", LINE_MEGABYTES, lines)
    return found


def rows(found: list[Point]) -> list[list[str]]:
    """The table, its head included."""
    table = [["input", "MB/s", "least-most", "RSS MiB"]]
    for point in found:
        rate = number(statistics.median(point.rates))
        table.append([point.name, rate, spread(point.rates), f"{point.memory:.1f}"])
    return table
