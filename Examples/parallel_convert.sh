#!/usr/bin/env bash
# One large file, converted in pieces by GNU parallel; the bytes are those of a single run.
#   Examples/parallel_convert.sh INPUT OUTPUT [FLAGS OF CONVERT]...
#   Examples/parallel_convert.sh all.jsonl openai.jsonl -t openai -m gpt-4o-mini
# One process a core is what `transcode convert -j` does by itself; --sshloginfile makes it hosts.
# Each piece is looked at by itself: ids that stand in two pieces are for `transcode check` to find.
set -euo pipefail
input=$1 output=$2
shift 2
parallel --will-cite --pipe-part --arg-file "$input" --block "${BLOCK:-64M}" --keep-order \
    --halt now,fail=1 transcode convert --quiet --jobs 1 "$@" - > "$output.part"
mv "$output.part" "$output"
