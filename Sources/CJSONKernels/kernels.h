// SPDX-License-Identifier: Apache-2.0

// What the files of the kernels share.

#ifndef KERNELS_H
#define KERNELS_H

#include "CJSONKernels.h"

#if defined(__x86_64__)

extern const struct json_kernels json_kernels_avx2;
extern const struct json_kernels json_kernels_avx512;

// The tables of UTF-8 validation by three look-ups (Keiser and Lemire, "Validating UTF-8 in less
// than one instruction per byte", 2021). Each bit of an entry is one way for two neighbours to be
// wrong; what all three look-ups agree on is a fault.
enum {
    TOO_SHORT = 1 << 0,       // a lead byte, and no continuation behind it
    TOO_LONG = 1 << 1,        // a continuation behind ASCII
    OVERLONG_3 = 1 << 2,      // E0 80...9F
    TOO_LARGE = 1 << 3,       // F4 90... and beyond
    SURROGATE = 1 << 4,       // ED A0...BF
    OVERLONG_2 = 1 << 5,      // C0, C1
    TOO_LARGE_1000 = 1 << 6,  // F5 80... and beyond
    OVERLONG_4 = 1 << 6,      // F0 80...8F
    TWO_CONTS = 1 << 7,       // two continuations: a fault unless three or four bytes are due
    CARRY = TOO_SHORT | TOO_LONG | TWO_CONTS,
};

// By the high half of the first byte.
#define UTF8_FIRST_HIGH                                                                     \
    TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,         \
        (char)TWO_CONTS, (char)TWO_CONTS, (char)TWO_CONTS, (char)TWO_CONTS,                 \
        TOO_SHORT | OVERLONG_2, TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE,              \
        TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4

// By the low half of the first byte.
#define UTF8_FIRST_LOW                                                                      \
    (char)(CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4), (char)(CARRY | OVERLONG_2),       \
        (char)CARRY, (char)CARRY, (char)(CARRY | TOO_LARGE), UTF8_BEYOND, UTF8_BEYOND,      \
        UTF8_BEYOND, UTF8_BEYOND, UTF8_BEYOND, UTF8_BEYOND, UTF8_BEYOND, UTF8_BEYOND,       \
        (char)(CARRY | TOO_LARGE | TOO_LARGE_1000 | SURROGATE), UTF8_BEYOND, UTF8_BEYOND
#define UTF8_BEYOND (char)(CARRY | TOO_LARGE | TOO_LARGE_1000)

// By the high half of the second byte.
#define UTF8_SECOND_HIGH                                                                    \
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, \
        (char)(UTF8_CONT | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4),                       \
        (char)(UTF8_CONT | OVERLONG_3 | TOO_LARGE), (char)(UTF8_CONT | SURROGATE | TOO_LARGE), \
        (char)(UTF8_CONT | SURROGATE | TOO_LARGE), TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT
#define UTF8_CONT (TOO_LONG | OVERLONG_2 | TWO_CONTS)

/// Which bytes of a block stand behind a backslash that escapes them, where the block does not
/// begin inside of an escape; `*starts` gets the backslashes that begin an escape.
///
/// A run of backslashes that starts at an even place escapes odd places, and the other way round;
/// the subtraction carries through a run and so flips the places of those that start at odd ones.
static inline uint64_t escaped_bytes(uint64_t backslashes, uint64_t *starts) {
    const uint64_t odd = 0xAAAAAAAAAAAAAAAAull;
    uint64_t maybe = backslashes << 1;
    uint64_t codes = (((maybe | odd) - backslashes) ^ odd);
    *starts = codes & backslashes;
    return codes ^ backslashes;
}

#endif
#endif
