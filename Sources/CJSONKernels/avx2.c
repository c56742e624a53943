// SPDX-License-Identifier: Apache-2.0

// The kernels with 32 bytes a step; the reasoning is that of avx512.c, with half the places.

#include "kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt,pclmul,popcnt")))

TARGET static inline __m256i of_byte(char byte) { return _mm256_set1_epi8(byte); }

TARGET static inline uint32_t places(__m256i lanes) { return (uint32_t)_mm256_movemask_epi8(lanes); }

TARGET static inline uint32_t equal(__m256i block, char byte) {
    return places(_mm256_cmpeq_epi8(block, of_byte(byte)));
}

/// Where an unsigned byte is at most a bound.
TARGET static inline uint32_t at_most(__m256i block, uint8_t bound) {
    return places(_mm256_cmpeq_epi8(_mm256_min_epu8(block, of_byte((char)bound)), block));
}

/// Where an unsigned byte is at least a bound.
TARGET static inline uint32_t at_least(__m256i block, uint8_t bound) {
    return places(_mm256_cmpeq_epi8(_mm256_max_epu8(block, of_byte((char)bound)), block));
}

/// The first `count` places of a block.
TARGET static inline uint32_t first_places(size_t count) {
    return count >= 32 ? ~0u : _bzhi_u32(~0u, (unsigned)count);
}

/// A block of which only the first `count` bytes may be read; zeros stand for the others.
TARGET static inline __m256i partial(const uint8_t *text, size_t count) {
    if (count >= 32) return _mm256_loadu_si256((const __m256i *)text);
    uint8_t copy[32] = {0};
    memcpy(copy, text, count);
    return _mm256_loadu_si256((const __m256i *)copy);
}

TARGET static inline __m256i looked_up(__m128i table, __m256i nibbles) {
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table), nibbles);
}

/// The places at which UTF-8 is found to be broken; each block is one byte behind the one before.
TARGET static inline uint32_t utf8_faults_of(
    __m256i block, __m256i first, __m256i second, __m256i third
) {
    const __m256i low_half = of_byte(0x0F);
    __m256i first_high = _mm256_and_si256(_mm256_srli_epi16(first, 4), low_half);
    __m256i first_low = _mm256_and_si256(first, low_half);
    __m256i second_high = _mm256_and_si256(_mm256_srli_epi16(block, 4), low_half);
    __m256i faults = _mm256_and_si256(
        _mm256_and_si256(
            looked_up(_mm_setr_epi8(UTF8_FIRST_HIGH), first_high),
            looked_up(_mm_setr_epi8(UTF8_FIRST_LOW), first_low)),
        looked_up(_mm_setr_epi8(UTF8_SECOND_HIGH), second_high));
    __m256i due = _mm256_and_si256(
        _mm256_or_si256(
            _mm256_subs_epu8(second, of_byte((char)(0xE0 - 0x80))),
            _mm256_subs_epu8(third, of_byte((char)(0xF0 - 0x80)))),
        of_byte((char)0x80));
    return ~equal(_mm256_xor_si256(due, faults), 0);
}

/// The places at which UTF-8 is found to be broken; nothing precedes the block.
TARGET static inline uint32_t utf8_faults(__m256i block) {
    // The lower lane moved up, so that bytes can be shifted across the middle.
    __m256i lower = _mm256_permute2x128_si256(block, block, 0x08);
    return utf8_faults_of(
        block, _mm256_alignr_epi8(block, lower, 15), _mm256_alignr_epi8(block, lower, 14),
        _mm256_alignr_epi8(block, lower, 13));
}

/// Where a sequence begins that the block's end cuts, or 32.
TARGET static inline unsigned cut_sequence(__m256i block) {
    uint32_t two = at_least(block, 0xC0) & 1u << 31;
    uint32_t three = at_least(block, 0xE0) & 1u << 30;
    uint32_t four = at_least(block, 0xF0) & 1u << 29;
    return _tzcnt_u32(two | three | four);
}

/// Checks the escapes of a block up to `*end`, where the string or the block ends.
TARGET static inline bool has_wrong_escape(
    __m256i block, uint32_t escaped, unsigned *end, bool is_cut
) {
    escaped &= first_places(*end);
    uint32_t units = escaped & equal(block, 'u');
    uint32_t letters = units | equal(block, '"') | equal(block, '\\') | equal(block, 'n')
        | equal(block, 't') | equal(block, 'r') | equal(block, '/') | equal(block, 'b')
        | equal(block, 'f');
    if (escaped & ~letters) return true;
    if (!units) return false;
    __m256i lower = _mm256_or_si256(block, of_byte(0x20));
    uint32_t digits = at_most(_mm256_sub_epi8(block, of_byte('0')), 9);
    uint32_t hex = digits | at_most(_mm256_sub_epi8(lower, of_byte('a')), 5);
    if ((units << 1 | units << 2 | units << 3 | units << 4) & ~hex) return true;
    uint32_t second = (units << 1 & equal(lower, 'd')) << 1;
    if (!second) return false;
    uint32_t last = second & at_least(lower, 'c') & ~digits;
    uint32_t head = second & ~last & at_least(block, '8');
    if (is_cut && *end >= 6 && head >> 3 >> (*end - 6) & 1) {
        head &= ~(1u << (*end - 3));
        *end -= 6;
    }
    // Where the shift would lose a half, the string ends before the other one.
    return head >> 26 || last != head << 6;
}

TARGET static ptrdiff_t string_end(const uint8_t *text, size_t count, bool *has_escapes) {
    size_t offset = 0;
    while (offset < count) {
        uint32_t present = first_places(count - offset);
        __m256i block = partial(text + offset, count - offset);
        uint32_t quotes = equal(block, '"');
        uint32_t backslashes = equal(block, '\\');
        uint32_t controls = at_most(block, 0x1F) & present;
        uint32_t beyond_ascii = places(block);
        if (!(backslashes | beyond_ascii)) {
            if (!(quotes | controls)) {
                offset += 32;
                continue;
            }
            unsigned end = _tzcnt_u32(quotes);
            return end < _tzcnt_u32(controls) ? (ptrdiff_t)(offset + end) : json_kernel_none;
        }
        uint64_t starts;
        uint32_t escaped = (uint32_t)escaped_bytes(backslashes, &starts);
        unsigned end = _tzcnt_u32(quotes & ~escaped);
        bool is_last = end < 32;
        if (!is_last) {
            unsigned cut = _tzcnt_u32((uint32_t)starts & ~first_places(21));
            unsigned sequence = beyond_ascii ? cut_sequence(block) : 32;
            end = cut < sequence ? cut : sequence;
        }
        if (backslashes & first_places(end)) {
            *has_escapes = true;
            if (has_wrong_escape(block, escaped, &end, !is_last)) return json_kernel_none;
        }
        if (controls & first_places(end)) return json_kernel_none;
        if (beyond_ascii && utf8_faults(block) & first_places(end + 1)) return json_kernel_none;
        if (is_last) return (ptrdiff_t)(offset + end);
        offset += end;
    }
    return json_kernel_none;
}

struct wide { __m256i low, high; };

TARGET static inline uint64_t joined(uint32_t low, uint32_t high) {
    return (uint64_t)high << 32 | low;
}

TARGET static inline struct wide wide_load(const uint8_t *text, size_t count) {
    return (struct wide){
        partial(text, count), count > 32 ? partial(text + 32, count - 32) : _mm256_setzero_si256()};
}

TARGET static inline uint64_t wide_equal(struct wide block, char byte) {
    return joined(equal(block.low, byte), equal(block.high, byte));
}

TARGET static inline uint64_t wide_at_most(struct wide block, uint8_t bound) {
    return joined(at_most(block.low, bound), at_most(block.high, bound));
}

/// Where a byte is `low` or one of the `more` behind it.
TARGET static inline uint64_t wide_within(struct wide block, char low, uint8_t more) {
    return joined(
        at_most(_mm256_sub_epi8(block.low, of_byte(low)), more),
        at_most(_mm256_sub_epi8(block.high, of_byte(low)), more));
}

TARGET static inline uint64_t wide_beyond_ascii(struct wide block) {
    return joined(places(block.low), places(block.high));
}

/// The places of 32 bytes at which UTF-8 is found to be broken, the bytes before them counted in.
TARGET static inline uint32_t utf8_faults_in_half(
    const uint8_t *text, size_t count, size_t offset
) {
    if (offset >= count) return 0;
    count -= offset;
    text += offset;
    __m256i block = partial(text, count);
    if (offset == 0) return utf8_faults(block);
    return utf8_faults_of(
        block, partial(text - 1, count), partial(text - 2, count), partial(text - 3, count));
}

/// The places of 64 bytes at which UTF-8 is found to be broken, the bytes before them counted in.
TARGET static inline uint64_t utf8_faults_behind(
    const uint8_t *text, size_t count, size_t offset
) {
    return joined(
        utf8_faults_in_half(text, count, offset), utf8_faults_in_half(text, count, offset + 32));
}

#include "value_end.h"

TARGET static size_t base64_end(const uint8_t *text, size_t count) {
    for (size_t offset = 0; offset < count; offset += 32) {
        __m256i block = partial(text + offset, count - offset);
        __m256i hits = _mm256_or_si256(
            _mm256_or_si256(
                _mm256_cmpgt_epi8(of_byte(0x20), block),
                _mm256_cmpeq_epi8(block, of_byte('"'))),
            _mm256_or_si256(
                _mm256_cmpeq_epi8(block, of_byte('\\')),
                _mm256_or_si256(
                    _mm256_cmpeq_epi8(block, of_byte('-')),
                    _mm256_cmpeq_epi8(block, of_byte('_')))));
        uint32_t found = places(hits) & first_places(count - offset);
        if (found) return offset + _tzcnt_u32(found);
    }
    return count;
}

TARGET static size_t line_feeds(const uint8_t *text, size_t count) {
    size_t total = 0;
    for (size_t offset = 0; offset < count; offset += 32) {
        __m256i block = partial(text + offset, count - offset);
        total += (size_t)_mm_popcnt_u32(equal(block, '\n'));
    }
    return total;
}

TARGET static size_t minify(const uint8_t *json, size_t count, uint8_t *target) {
    uint32_t in_string = 0;
    bool begins_escaped = false;
    size_t length = 0;
    for (size_t offset = 0; offset < count; offset += 32) {
        uint32_t present = first_places(count - offset);
        __m256i block = partial(json + offset, count - offset);
        uint32_t quotes = equal(block, '"');
        uint32_t backslashes = equal(block, '\\');
        uint32_t escaped = 0;
        if (backslashes | begins_escaped) {
            uint64_t starts;
            uint32_t first = begins_escaped;
            escaped = (uint32_t)escaped_bytes(backslashes & ~first, &starts) | first;
            begins_escaped = (uint32_t)starts >> 31;
        }
        uint32_t strings = (uint32_t)inside_quotes(quotes & ~escaped) ^ in_string;
        in_string = (uint32_t)((int32_t)strings >> 31);
        uint32_t blanks = (at_most(block, 0x20) & ~strings) | ~present;
        // Each run between two blanks is stored at its place; what is written beyond it, the next
        // run covers. The runs are read from a copy: shifting bytes by a variable needs memory.
        if (!blanks) {
            _mm256_storeu_si256((__m256i *)(target + length), block);
            length += 32;
            continue;
        }
        uint8_t copy[64];
        _mm256_storeu_si256((__m256i *)copy, block);
        unsigned start = 0;
        while (start < 32) {
            unsigned end = start + _tzcnt_u32(blanks >> start);
            if (end > 32) end = 32;
            __m256i run = _mm256_loadu_si256((const __m256i *)(copy + start));
            _mm256_storeu_si256((__m256i *)(target + length), run);
            length += end - start;
            start = end + 1;
        }
    }
    return length;
}

TARGET static size_t escape(const uint8_t *text, size_t count, uint8_t *target, size_t *written) {
    uint8_t *begin = target;
    size_t offset = 0;
    while (offset < count) {
        __m256i block = partial(text + offset, count - offset);
        uint32_t present = first_places(count - offset);
        uint32_t hits = (equal(block, '"') | equal(block, '\\') | at_most(block, 0x1F)) & present;
        // What is written beyond the run is covered by what follows.
        _mm256_storeu_si256((__m256i *)target, block);
        size_t run = hits ? _tzcnt_u32(hits) : (size_t)_mm_popcnt_u32(present);
        target += run;
        offset += run;
        if (!hits) continue;
        if (text[offset] < 0x20) break;
        *target++ = '\\';
        *target++ = text[offset++];
    }
    *written = (size_t)(target - begin);
    return offset;
}

TARGET static size_t minify_escaping(const uint8_t *json, size_t count, uint8_t *target) {
    // The text without blanks stands for a moment behind all that its escaping can take.
    uint8_t *minified = target + 2 * count + 64;
    size_t length = minify(json, count, minified);
    size_t written = 0;
    escape(minified, length, target, &written);
    return written;
}

TARGET static size_t unescape(const uint8_t *text, size_t count, uint8_t *target, size_t *written) {
    uint8_t *begin = target;
    size_t offset = 0;
    while (offset < count) {
        __m256i block = partial(text + offset, count - offset);
        uint32_t present = first_places(count - offset);
        uint32_t hits = equal(block, '\\');
        _mm256_storeu_si256((__m256i *)target, block);
        size_t run = hits ? _tzcnt_u32(hits) : (size_t)_mm_popcnt_u32(present);
        target += run;
        offset += run;
        if (!hits) continue;
        // Text that was not checked may end in the middle of an escape.
        if (count - offset < 2 || text[offset + 1] == 'u') break;
        uint8_t letter = text[offset + 1];
        switch (letter) {
        case 'n': letter = '\n'; break;
        case 't': letter = '\t'; break;
        case 'r': letter = '\r'; break;
        case 'b': letter = '\b'; break;
        case 'f': letter = '\f'; break;
        }
        *target++ = letter;
        offset += 2;
    }
    *written = (size_t)(target - begin);
    return offset;
}

const struct json_kernels json_kernels_avx2 = {
    .level = JSON_KERNEL_AVX2,
    .string_end = string_end,
    .base64_end = base64_end,
    .value_end = value_end,
    .line_feeds = line_feeds,
    .minify = minify,
    .minify_escaping = minify_escaping,
    .escape = escape,
    .unescape = unescape,
};

#endif
