# SPDX-License-Identifier: Apache-2.0
"""Runs contestants in turn, and keeps what they used."""

from __future__ import annotations

import os
import statistics
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO

from contestants import Contestant, Conversion, build
from corpora import MEGABYTE, Corpus
from meaning import first_difference
from places import BUILD, COMPARE, Missing, say

EMPTY_RUNS = 5


@cache
def launcher() -> str:
    """The program that runs others and reports what they used."""
    return build(COMPARE / "harness" / "launch.cpp", BUILD / "bin" / "launch")


def pinned_core() -> str:
    """The last core: the first has most of the interrupts."""
    return str(max(os.sched_getaffinity(0)))


@dataclass(frozen=True)
class Usage:
    """What one run used."""

    status: int
    cpu: float
    wall: float
    memory: float  # MiB


def launch(command: list[str], core: str, source: IO[bytes] | int) -> Usage:
    """Runs a command on a core, or on `all`; its output goes nowhere."""
    reading, writing = os.pipe()
    with os.fdopen(reading) as report:
        try:
            subprocess.run(
                [launcher(), str(writing), core, *command],
                stdin=source,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(writing,),
                check=True,
            )
        finally:
            os.close(writing)
        status, user, system, wall, memory = (int(word) for word in report.read().split())
    return Usage(status, (user + system) / 1e6, wall / 1e6, memory / 1024)


def launch_on(command: list[str], core: str, file: Path) -> Usage:
    """Runs a command on a file."""
    with file.open("rb") as source:
        return launch(command, core, source)


@dataclass
class Measurement:
    """The runs of one contestant on one corpus."""

    contestant: Contestant
    file: Path
    start: float  # the CPU seconds that it takes to do nothing
    runs: list[Usage] = field(default_factory=list)

    def rates(self) -> list[float]:
        """Megabytes of input a second of CPU time, for each run."""
        size = self.file.stat().st_size / MEGABYTE
        return [size / max(run.cpu - self.start, 1e-4) for run in self.runs]

    def rate(self) -> float:
        """The median rate."""
        return statistics.median(self.rates())

    def memory(self) -> float:
        """The highest peak of memory."""
        return max(run.memory for run in self.runs)

    def is_cpp(self) -> bool:
        """Whether this is one of those that all others are measured against."""
        return self.contestant.family == "C++ simdjson"


def output_of(command: list[str], file: Path) -> bytes:
    """What a command writes; a failure is an error with its message."""
    with file.open("rb") as source:
        done = subprocess.run(command, stdin=source, capture_output=True, check=False)
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
        raise Missing(f"status {done.returncode}: {lines[-1]}")
    return done.stdout


def equal_contestants(
    contestants: list[Contestant], conversion: Conversion, corpus: Corpus
) -> tuple[list[Contestant], dict[str, str]]:
    """Those who write what the first one writes, and why the others do not take part."""
    file = corpus.sample()
    expected = b""
    equal: list[Contestant] = []
    others: dict[str, str] = {}
    for contestant in contestants:
        command = contestant.command(conversion)
        if command is None:
            others[contestant.name] = "-"
            continue
        try:
            actual = output_of(command, file)
        except Missing as error:
            others[contestant.name] = f"FAILED: {error}"
            continue
        if not equal:
            expected = actual
        difference = first_difference(expected, actual)
        if difference is None:
            equal.append(contestant)
        else:
            others[contestant.name] = f"DIFFERENT: {difference}"
    return equal, others


def start_time(command: list[str]) -> float:
    """The CPU seconds that a command takes for an empty input, whatever it thinks of that."""
    core = pinned_core()
    times = [launch(command, core, subprocess.DEVNULL).cpu for _ in range(EMPTY_RUNS)]
    return statistics.median(times)


def measure(
    contestants: list[Contestant], conversion: Conversion, corpus: Corpus, runs: int
) -> list[Measurement]:
    """Runs all in turn, round after round, so that drift hits all alike."""
    core = pinned_core()
    entries: list[tuple[Measurement, list[str]]] = []
    for contestant in contestants:
        command = contestant.command(conversion)
        if command is not None:
            file = corpus.cut(contestant.megabytes)
            entries.append((Measurement(contestant, file, start_time(command)), command))
    for round_number in range(runs + 1):
        for measurement, command in entries:
            usage = launch_on(command, core, measurement.file)
            if usage.status != 0:
                say(f"{measurement.contestant.name} failed with status {usage.status}")
            elif round_number > 0:  # the first round fills the page cache
                measurement.runs.append(usage)
    return [measurement for measurement, _ in entries if len(measurement.runs) == runs]


def wall_rates(commands: dict[str, list[str]], file: Path, runs: int) -> dict[str, list[float]]:
    """Megabytes a second of wall time on all cores, in turns.

    The first command is run twice at once as well: no threads can do better than what that shows,
    and on a busy machine it shows how little of a second core is to be had.
    """
    size = file.stat().st_size / MEGABYTE
    twice = "two processes at once"
    rates: dict[str, list[float]] = {name: [] for name in [*commands, twice]}
    first = next(iter(commands.values()))
    for _ in range(runs):
        for name, command in commands.items():
            rates[name].append(size / launch_on(command, "all", file).wall)
        with ThreadPoolExecutor(2) as pool:
            both = list(pool.map(lambda _: launch_on(first, "all", file).wall, range(2)))
        rates[twice].append(2 * size / max(both))
    return rates
