# SPDX-License-Identifier: Apache-2.0
"""The Python that somebody would write instead: parse a line, rearrange it, write it.

    peer.py orjson|json request|result FROM TO MODEL

`json` is the standard library's module, the naive choice; `orjson` is the fast one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from sources import SOURCES
from targets import TARGETS

BLOCK_BYTES = 1 << 20


def main(words: list[str]) -> int:
    """Converts standard input to standard output."""
    module, kind, source_name, target_name, model = words
    loads: Callable[[Any], Any]
    if module == "orjson":
        import orjson

        loads = orjson.loads

        def dumps(value: Any) -> bytes:
            return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)

        def text(value: Any) -> str:
            return orjson.dumps(value).decode()
    else:
        import json

        loads = json.loads

        def dumps(value: Any) -> bytes:
            line = json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
            return line.encode()

        def text(value: Any) -> str:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    target = TARGETS[target_name](model, text)
    source = SOURCES[source_name](target, loads)
    convert = source.request if kind == "request" else source.result
    write = sys.stdout.buffer.write
    block: list[bytes] = []
    size = 0
    for line in sys.stdin.buffer:
        converted = dumps(convert(loads(line)))
        block.append(converted)
        size += len(converted)
        if size > BLOCK_BYTES:
            write(b"".join(block))
            block.clear()
            size = 0
    write(b"".join(block))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
