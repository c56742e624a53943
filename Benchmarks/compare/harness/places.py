# SPDX-License-Identifier: Apache-2.0
"""Where things are, and how other programs are called."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

COMPARE = Path(__file__).resolve().parent.parent
BENCHMARKS = COMPARE.parent
ROOT = BENCHMARKS.parent
PEERS = COMPARE / "peers"
# Everything that is built, installed or generated; git ignores it.
BUILD = BENCHMARKS / ".build-compare"


class Missing(Exception):
    """Something is not there, and could not be made; the message says what to do."""


def say(line: str) -> None:
    """Tells what happens, beside the tables."""
    print(line, file=sys.stderr, flush=True)


def run_quietly(command: list[str], cwd: Path | None = None) -> str:
    """Runs a command that must succeed, and gives what it printed."""
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    except OSError as error:
        raise Missing(f"{command[0]}: {error.strerror}") from error
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise Missing(f"'{' '.join(command[:4])} ...' failed: {lines[-1]}")
    return done.stdout


def first_line(command: list[str]) -> str:
    """The first line that a command prints, such as its version."""
    lines = run_quietly(command).strip().splitlines()
    return lines[0] if lines else ""
