// SPDX-License-Identifier: Apache-2.0

// The kernels with 64 bytes a step.

#include "kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define TARGET \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,lzcnt,pclmul")))

TARGET static inline __m512i of_byte(char byte) { return _mm512_set1_epi8(byte); }

/// The first `count` places of a block.
TARGET static inline uint64_t first_places(size_t count) {
    return count >= 64 ? ~0ull : _bzhi_u64(~0ull, (unsigned)count);
}

/// The block moved up by some places, with zeros in front.
TARGET static inline __m512i moved_up(__m512i block, int places) {
    const __m512i indices = _mm512_set_epi8(
        63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41,
        40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18,
        17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    __m512i from = _mm512_sub_epi8(indices, of_byte((char)places));
    return _mm512_maskz_permutexvar_epi8(~0ull << places, from, block);
}

TARGET static inline __m512i looked_up(__m128i table, __m512i nibbles) {
    return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(table), nibbles);
}

/// The places at which UTF-8 is found to be broken; each block is one byte behind the one before.
TARGET static inline uint64_t utf8_faults_of(
    __m512i block, __m512i first, __m512i second, __m512i third
) {
    const __m512i low_half = of_byte(0x0F);
    __m512i first_high = _mm512_and_si512(_mm512_srli_epi16(first, 4), low_half);
    __m512i first_low = _mm512_and_si512(first, low_half);
    __m512i second_high = _mm512_and_si512(_mm512_srli_epi16(block, 4), low_half);
    __m512i faults = _mm512_and_si512(
        _mm512_and_si512(
            looked_up(_mm_setr_epi8(UTF8_FIRST_HIGH), first_high),
            looked_up(_mm_setr_epi8(UTF8_FIRST_LOW), first_low)),
        looked_up(_mm_setr_epi8(UTF8_SECOND_HIGH), second_high));
    // The third byte of three or four, and the fourth of four, must be a second continuation.
    __m512i due = _mm512_and_si512(
        _mm512_or_si512(
            _mm512_subs_epu8(second, of_byte((char)(0xE0 - 0x80))),
            _mm512_subs_epu8(third, of_byte((char)(0xF0 - 0x80)))),
        of_byte((char)0x80));
    return _mm512_test_epi8_mask(_mm512_xor_si512(due, faults), _mm512_set1_epi8((char)0xFF));
}

/// The places at which UTF-8 is found to be broken; nothing precedes the block.
TARGET static inline uint64_t utf8_faults(__m512i block) {
    return utf8_faults_of(block, moved_up(block, 1), moved_up(block, 2), moved_up(block, 3));
}

/// Where a sequence begins that the block's end cuts, or 64.
TARGET static inline unsigned cut_sequence(__m512i block) {
    uint64_t two = _mm512_cmpge_epu8_mask(block, of_byte((char)0xC0)) & 1ull << 63;
    uint64_t three = _mm512_cmpge_epu8_mask(block, of_byte((char)0xE0)) & 1ull << 62;
    uint64_t four = _mm512_cmpge_epu8_mask(block, of_byte((char)0xF0)) & 1ull << 61;
    return (unsigned)_tzcnt_u64(two | three | four);
}

/// Checks the escapes of a block up to `*end`, where the string or the block ends.
///
/// Where a surrogate's other half stands behind `*end`, the end moves in front of both.
TARGET static inline bool has_wrong_escape(
    __m512i block, uint64_t escaped, unsigned *end, bool is_cut
) {
    uint64_t inside = first_places(*end);
    escaped &= inside;
    uint64_t units = escaped & _mm512_cmpeq_epi8_mask(block, of_byte('u'));
    uint64_t letters = units | _mm512_cmpeq_epi8_mask(block, of_byte('"'))
        | _mm512_cmpeq_epi8_mask(block, of_byte('\\')) | _mm512_cmpeq_epi8_mask(block, of_byte('n'))
        | _mm512_cmpeq_epi8_mask(block, of_byte('t')) | _mm512_cmpeq_epi8_mask(block, of_byte('r'))
        | _mm512_cmpeq_epi8_mask(block, of_byte('/')) | _mm512_cmpeq_epi8_mask(block, of_byte('b'))
        | _mm512_cmpeq_epi8_mask(block, of_byte('f'));
    if (escaped & ~letters) return true;
    if (!units) return false;
    __m512i lower = _mm512_or_si512(block, of_byte(0x20));
    uint64_t digits = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(block, of_byte('0')), of_byte(10));
    uint64_t hex =
        digits | _mm512_cmplt_epu8_mask(_mm512_sub_epi8(lower, of_byte('a')), of_byte(6));
    if ((units << 1 | units << 2 | units << 3 | units << 4) & ~hex) return true;
    // D800 to DBFF is the first half of a character, DC00 to DFFF the second; 6 bytes apart.
    uint64_t second = (units << 1 & _mm512_cmpeq_epi8_mask(lower, of_byte('d'))) << 1;
    if (!second) return false;
    uint64_t last = second & _mm512_cmpge_epu8_mask(lower, of_byte('c')) & ~digits;
    uint64_t head = second & ~last
        & (_mm512_cmpge_epu8_mask(block, of_byte('8')));
    if (is_cut && *end >= 6 && head >> 3 >> (*end - 6) & 1) {
        head &= ~(1ull << (*end - 3));
        *end -= 6;
    }
    // Where the shift would lose a half, the string ends before the other one.
    return head >> 58 || last != head << 6;
}

TARGET static ptrdiff_t string_end(const uint8_t *text, size_t count, bool *has_escapes) {
    size_t offset = 0;
    while (offset < count) {
        uint64_t present = first_places(count - offset);
        __m512i block = _mm512_maskz_loadu_epi8(present, text + offset);
        uint64_t quotes = _mm512_cmpeq_epi8_mask(block, of_byte('"'));
        uint64_t backslashes = _mm512_cmpeq_epi8_mask(block, of_byte('\\'));
        uint64_t controls = _mm512_cmplt_epu8_mask(block, of_byte(0x20)) & present;
        uint64_t beyond_ascii = _mm512_movepi8_mask(block);
        if (!(backslashes | beyond_ascii)) {
            if (!(quotes | controls)) {
                offset += 64;
                continue;
            }
            unsigned end = (unsigned)_tzcnt_u64(quotes);
            return end < _tzcnt_u64(controls) ? (ptrdiff_t)(offset + end) : json_kernel_none;
        }
        // Each block begins outside of any escape or character: what its end would cut in two
        // is left for the next one, so nothing is carried over.
        uint64_t starts;
        uint64_t escaped = escaped_bytes(backslashes, &starts);
        unsigned end = (unsigned)_tzcnt_u64(quotes & ~escaped);
        bool is_last = end < 64;
        if (!is_last) {
            // Two halves of a character take twelve bytes.
            unsigned cut = (unsigned)_tzcnt_u64(starts & ~first_places(53));
            unsigned sequence = beyond_ascii ? cut_sequence(block) : 64;
            end = cut < sequence ? cut : sequence;
        }
        if (backslashes & first_places(end)) {
            *has_escapes = true;
            if (has_wrong_escape(block, escaped, &end, !is_last)) return json_kernel_none;
        }
        if (controls & first_places(end)) return json_kernel_none;
        // A sequence that is too short shows at the byte behind it.
        if (beyond_ascii && utf8_faults(block) & first_places(end + 1)) return json_kernel_none;
        if (is_last) return (ptrdiff_t)(offset + end);
        offset += end;
    }
    return json_kernel_none;
}

struct wide { __m512i bytes; };

TARGET static inline struct wide wide_load(const uint8_t *text, size_t count) {
    return (struct wide){_mm512_maskz_loadu_epi8(first_places(count), text)};
}

TARGET static inline uint64_t wide_equal(struct wide block, char byte) {
    return _mm512_cmpeq_epi8_mask(block.bytes, of_byte(byte));
}

TARGET static inline uint64_t wide_at_most(struct wide block, uint8_t bound) {
    return _mm512_cmple_epu8_mask(block.bytes, of_byte((char)bound));
}

/// Where a byte is `low` or one of the `more` behind it.
TARGET static inline uint64_t wide_within(struct wide block, char low, uint8_t more) {
    return _mm512_cmple_epu8_mask(
        _mm512_sub_epi8(block.bytes, of_byte(low)), of_byte((char)more));
}

TARGET static inline uint64_t wide_beyond_ascii(struct wide block) {
    return _mm512_movepi8_mask(block.bytes);
}

/// The places of 64 bytes at which UTF-8 is found to be broken, the bytes before them counted in.
TARGET static inline uint64_t utf8_faults_behind(
    const uint8_t *text, size_t count, size_t offset
) {
    uint64_t present = first_places(count - offset);
    __m512i block = _mm512_maskz_loadu_epi8(present, text + offset);
    if (offset == 0) return utf8_faults(block);
    return utf8_faults_of(
        block, _mm512_maskz_loadu_epi8(present, text + offset - 1),
        _mm512_maskz_loadu_epi8(present, text + offset - 2),
        _mm512_maskz_loadu_epi8(present, text + offset - 3));
}

#include "value_end.h"

TARGET static size_t base64_end(const uint8_t *text, size_t count) {
    for (size_t offset = 0; offset < count; offset += 64) {
        uint64_t present = first_places(count - offset);
        __m512i block = _mm512_maskz_loadu_epi8(present, text + offset);
        // Signed, controls and bytes beyond ASCII are all less than a blank.
        uint64_t hits = _mm512_cmplt_epi8_mask(block, of_byte(0x20))
            | _mm512_cmpeq_epi8_mask(block, of_byte('"'))
            | _mm512_cmpeq_epi8_mask(block, of_byte('\\'))
            | _mm512_cmpeq_epi8_mask(block, of_byte('-'))
            | _mm512_cmpeq_epi8_mask(block, of_byte('_'));
        hits &= present;
        if (hits) return offset + (size_t)_tzcnt_u64(hits);
    }
    return count;
}

TARGET static size_t line_feeds(const uint8_t *text, size_t count) {
    size_t total = 0;
    for (size_t offset = 0; offset < count; offset += 64) {
        uint64_t present = first_places(count - offset);
        __m512i block = _mm512_maskz_loadu_epi8(present, text + offset);
        total += (size_t)_mm_popcnt_u64(_mm512_cmpeq_epi8_mask(block, of_byte('\n')));
    }
    return total;
}

/// Writes those of 32 bytes that are kept, a backslash in front of each special one; returns the
/// length.
TARGET static inline size_t store_escaped(
    uint8_t *target, __m256i half, uint32_t kept, uint32_t specials
) {
    const uint64_t odd = 0xAAAAAAAAAAAAAAAAull;
    const __m512i twice = _mm512_set_epi8(
        31, 31, 30, 30, 29, 29, 28, 28, 27, 27, 26, 26, 25, 25, 24, 24, 23, 23, 22, 22, 21, 21, 20,
        20, 19, 19, 18, 18, 17, 17, 16, 16, 15, 15, 14, 14, 13, 13, 12, 12, 11, 11, 10, 10, 9, 9, 8,
        8, 7, 7, 6, 6, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0);
    // Each byte twice, the first of both a backslash; of these, only the due ones are kept.
    __m512i doubled = _mm512_permutexvar_epi8(twice, _mm512_castsi256_si512(half));
    doubled = _mm512_mask_mov_epi8(doubled, ~odd, of_byte('\\'));
    uint64_t places = _pdep_u64(specials & kept, ~odd) | _pdep_u64(kept, odd);
    _mm512_storeu_si512(target, _mm512_maskz_compress_epi8(places, doubled));
    return (size_t)_mm_popcnt_u64(places);
}

/// Writes those of 64 bytes that are kept, a backslash in front of each special one; returns the
/// length.
TARGET static inline size_t store_all_escaped(
    uint8_t *target, __m512i block, uint64_t kept, uint64_t specials
) {
    size_t length = store_escaped(
        target, _mm512_castsi512_si256(block), (uint32_t)kept, (uint32_t)specials);
    if (!(kept >> 32)) return length;
    return length + store_escaped(
        target + length, _mm512_extracti64x4_epi64(block, 1), (uint32_t)(kept >> 32),
        (uint32_t)(specials >> 32));
}

TARGET static inline size_t minify_into(
    const uint8_t *json, size_t count, uint8_t *target, bool escapes
) {
    uint64_t in_string = 0;
    bool begins_escaped = false;
    size_t length = 0;
    for (size_t offset = 0; offset < count; offset += 64) {
        uint64_t present = first_places(count - offset);
        __m512i block = _mm512_maskz_loadu_epi8(present, json + offset);
        uint64_t quotes = _mm512_cmpeq_epi8_mask(block, of_byte('"'));
        uint64_t backslashes = _mm512_cmpeq_epi8_mask(block, of_byte('\\'));
        uint64_t escaped = 0;
        if (backslashes | begins_escaped) {
            uint64_t starts;
            uint64_t first = begins_escaped;
            escaped = escaped_bytes(backslashes & ~first, &starts) | first;
            begins_escaped = starts >> 63;
        }
        uint64_t strings = inside_quotes(quotes & ~escaped) ^ in_string;
        in_string = (uint64_t)((int64_t)strings >> 63);
        uint64_t blanks = _mm512_cmple_epu8_mask(block, of_byte(0x20)) & ~strings;
        uint64_t kept = present & ~blanks;
        uint64_t specials = quotes | backslashes;
        if (escapes && specials) {
            length += store_all_escaped(target + length, block, kept, specials);
            continue;
        }
        _mm512_storeu_si512(target + length, _mm512_maskz_compress_epi8(kept, block));
        length += (size_t)_mm_popcnt_u64(kept);
    }
    return length;
}

TARGET static size_t minify(const uint8_t *json, size_t count, uint8_t *target) {
    return minify_into(json, count, target, false);
}

TARGET static size_t minify_escaping(const uint8_t *json, size_t count, uint8_t *target) {
    return minify_into(json, count, target, true);
}

TARGET static size_t escape(const uint8_t *text, size_t count, uint8_t *target, size_t *written) {
    uint8_t *start = target;
    size_t offset = 0;
    while (offset < count) {
        size_t present = count - offset < 64 ? count - offset : 64;
        __m512i block = _mm512_maskz_loadu_epi8(first_places(present), text + offset);
        uint64_t specials = _mm512_cmpeq_epi8_mask(block, of_byte('"'))
            | _mm512_cmpeq_epi8_mask(block, of_byte('\\'));
        uint64_t controls = _mm512_cmplt_epu8_mask(block, of_byte(0x20)) & first_places(present);
        size_t length = controls ? (size_t)_tzcnt_u64(controls) : present;
        uint64_t kept = first_places(length);
        if (specials & kept) {
            target += store_all_escaped(target, block, kept, specials);
        } else {
            _mm512_storeu_si512(target, block);
            target += length;
        }
        offset += length;
        if (controls) break;
    }
    *written = (size_t)(target - start);
    return offset;
}

/// The characters that letters behind backslashes stand for, at those places.
TARGET static inline __m512i unescaped(__m512i block, uint64_t escaped) {
    const char letters[] = {'n', 't', 'r', 'b', 'f'};
    const char characters[] = {'\n', '\t', '\r', '\b', '\f'};
    // Most of them are quotes and backslashes, which stand for themselves.
    uint64_t themselves = _mm512_cmple_epu8_mask(block, of_byte('\\'));
    if (!(escaped & ~themselves)) return block;
    __m512i result = block;
    for (int index = 0; index < 5; index++) {
        uint64_t places = escaped & _mm512_cmpeq_epi8_mask(block, of_byte(letters[index]));
        result = _mm512_mask_mov_epi8(result, places, of_byte(characters[index]));
    }
    return result;
}

TARGET static size_t unescape(const uint8_t *text, size_t count, uint8_t *target, size_t *written) {
    uint8_t *start = target;
    size_t offset = 0;
    while (offset < count) {
        size_t length = count - offset < 64 ? count - offset : 64;
        __m512i block = _mm512_maskz_loadu_epi8(first_places(length), text + offset);
        uint64_t backslashes = _mm512_cmpeq_epi8_mask(block, of_byte('\\'));
        if (!backslashes) {
            _mm512_storeu_si512(target, block);
            target += length;
            offset += length;
            continue;
        }
        uint64_t starts;
        uint64_t escaped = escaped_bytes(backslashes, &starts);
        uint64_t units = escaped & _mm512_cmpeq_epi8_mask(block, of_byte('u'));
        // An escape that the block cuts is left for the next one.
        if (starts >> 63) length = 63;
        if (units) length = (size_t)_tzcnt_u64(units) - 1;
        uint64_t kept = first_places(length) & ~starts;
        _mm512_storeu_si512(target, _mm512_maskz_compress_epi8(kept, unescaped(block, escaped)));
        target += _mm_popcnt_u64(kept);
        offset += length;
        if (units) break;
    }
    *written = (size_t)(target - start);
    return offset;
}

const struct json_kernels json_kernels_avx512 = {
    .level = JSON_KERNEL_AVX512,
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
