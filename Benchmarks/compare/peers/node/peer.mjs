// SPDX-License-Identifier: Apache-2.0
// The JavaScript that somebody would write instead: JSON.parse a line, rearrange it, stringify it.
//
//   node peer.mjs request|result FROM TO MODEL
import fs from "node:fs";
import { sources } from "./sources.mjs";
import { targets } from "./targets.mjs";

const blockSize = 1 << 20;

/** Calls `visit` with every line of standard input, decoded. */
function eachLine(visit) {
  const block = Buffer.allocUnsafe(blockSize);
  let head = [];
  for (;;) {
    const count = fs.readSync(0, block, 0, blockSize, null);
    if (count === 0) break;
    let at = 0;
    for (;;) {
      const end = block.indexOf(10, at);
      if (end < 0 || end >= count) break;
      if (head.length > 0) {
        head.push(Buffer.from(block.subarray(at, end)));
        visit(Buffer.concat(head).toString("utf8"));
        head = [];
      } else {
        visit(block.utf8Slice(at, end));
      }
      at = end + 1;
    }
    if (at < count) head.push(Buffer.from(block.subarray(at, count)));
  }
  if (head.length > 0) visit(Buffer.concat(head).toString("utf8"));
}

const [kind, from, to, model] = process.argv.slice(2);
const target = targets[to](model);
const source = sources[from](target);
const convert = kind === "request" ? source.request : source.result;

let lines = [];
let size = 0;
function flush() {
  let bytes = Buffer.from(lines.join(""));
  while (bytes.length > 0) bytes = bytes.subarray(fs.writeSync(1, bytes));
  lines = [];
  size = 0;
}

eachLine((line) => {
  const converted = JSON.stringify(convert(JSON.parse(line))) + "\n";
  lines.push(converted);
  size += converted.length;
  if (size > blockSize) flush();
});
flush();
