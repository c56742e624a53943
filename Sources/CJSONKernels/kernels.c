// SPDX-License-Identifier: Apache-2.0

// Chooses the kernels of the process.

#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

static const struct json_kernels portable = {.level = JSON_KERNEL_PORTABLE};

const struct json_kernels *json_kernels = &portable;

const struct json_kernels *json_kernels_of(enum json_kernel_level level) {
    if (level == JSON_KERNEL_PORTABLE) return &portable;
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi")
        && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("pclmul");
    if (level == JSON_KERNEL_AVX2) return has_avx2 ? &json_kernels_avx2 : NULL;
    bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f")
        && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
    if (level == JSON_KERNEL_AVX512) return has_avx512 ? &json_kernels_avx512 : NULL;
#endif
    return NULL;
}

// Runs before main, so nobody ever sees the pointer change.
__attribute__((constructor)) static void choose(void) {
    static const char *const names[] = {"portable", "avx2", "avx512"};
    const char *wanted = getenv("TRANSCODE_KERNELS");
    int top = JSON_KERNEL_AVX512;
    for (int level = 0; wanted && level <= JSON_KERNEL_AVX512; level++) {
        if (strcmp(wanted, names[level]) == 0) top = level;
    }
    for (int level = top; level >= 0; level--) {
        const struct json_kernels *found = json_kernels_of((enum json_kernel_level)level);
        if (!found) continue;
        json_kernels = found;
        return;
    }
}

ptrdiff_t json_last_line_feed(const uint8_t *text, size_t count) {
#if defined(__linux__)
    const uint8_t *hit = count ? memrchr(text, '\n', count) : NULL;
    return hit ? hit - text : json_kernel_none;
#else
    while (count > 0) {
        if (text[--count] == '\n') return (ptrdiff_t)count;
    }
    return json_kernel_none;
#endif
}
