"""Emulated providers that are no part of the gateway: written against the vendors' own packages."""
import sys
from pathlib import Path

# The strict validators of records are those of the engine's own tests.
sys.path.append(str(Path(__file__).resolve().parents[4] / "Tests" / "Conformance"))
