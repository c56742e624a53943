# SPDX-License-Identifier: Apache-2.0

# Writes the JSON conformance suite from the tables in the cases_*.py files: one
# file a case beside this script, and expected.tsv. The same tables always give the same bytes;
# files of cases that are gone are removed. Every case is first checked against Python's parser.

import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from cases_accept import ACCEPT, DEPTH_LIMIT, EITHER  # noqa: E402
from cases_refuse import REFUSE  # noqa: E402

FOLDER = Path(__file__).resolve().parent


def refuse_constant(name: str) -> None:
    """Python reads NaN and the infinities; JSON has no such values."""
    raise ValueError(name)


def depth(text: bytes) -> int:
    """Deepest level of open containers; brackets inside strings do not count."""
    level = deepest = index = 0
    in_string = False
    while index < len(text):
        byte = text[index : index + 1]
        if in_string:
            index += byte == b"\\"
            in_string = byte != b'"'
        elif byte == b'"':
            in_string = True
        elif byte in (b"[", b"{"):
            level += 1
            deepest = max(deepest, level)
        elif byte in (b"]", b"}"):
            level -= 1
        index += 1
    return deepest


def has_surrogate(value: object) -> bool:
    """True when a string or key of a parsed value kept a surrogate without its other half."""
    if isinstance(value, str):
        return any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, list | tuple):
        return any(map(has_surrogate, value))
    return False


def verdict(text: bytes) -> str | None:
    """The error code that Python's parser and two counters give, or None for a good text."""
    if depth(text) > DEPTH_LIMIT:
        return "json.too_deep"
    try:
        # Lists of pairs keep duplicate keys; numbers stay text, for huge ones are legal.
        value = json.loads(
            text.decode("utf-8"), object_pairs_hook=list, parse_int=str, parse_float=str,
            parse_constant=refuse_constant,
        )
    except ValueError:
        return "json.syntax"
    return "json.lone_surrogate" if has_surrogate(value) else None


def collect() -> tuple[dict[str, bytes], list[str]]:
    """All files by name, and the rows of expected.tsv."""
    files: dict[str, bytes] = {}
    rows: list[str] = []

    def add(name: str, text: bytes) -> None:
        if name in files:
            raise SystemExit(f"two cases are named {name}")
        if text in files.values():
            raise SystemExit(f"{name} repeats the bytes of another case")
        files[name] = text

    for name, text in ACCEPT:
        add(f"y_{name}.json", text)
        if b"\n" in text or verdict(text) is not None:
            raise SystemExit(f"y_{name} is no good text")
    for name, text in EITHER:
        add(f"i_{name}.json", text)
    for code, table in REFUSE.items():
        for name, text, column in table:
            add(f"n_{name}.json", text)
            if verdict(text) != code or (column is not None and not 1 <= column <= len(text)):
                raise SystemExit(f"n_{name} does not fail as {code} inside the text")
            rows.append(f"n_{name}.json\t{code}\t{'' if column is None else column}\n")
    return files, sorted(rows)


def main() -> None:
    sys.setrecursionlimit(20_000)
    files, rows = collect()
    for path in FOLDER.glob("[yni]_*.json"):
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        (FOLDER / name).write_bytes(text)
    header = "file\tcode\tcolumn\n"
    (FOLDER / "expected.tsv").write_bytes((header + "".join(rows)).encode())
    print({prefix: sum(name[0] == prefix for name in files) for prefix in "yni"})


if __name__ == "__main__":
    main()
