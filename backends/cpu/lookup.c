/* Bytes through tables. Entries of four bytes are looked up 64 at a time where the processor can choose bytes out of
 * registers (AVX-512 VBMI): each table is kept as four planes, one for each byte of an entry. Rests on the
 * choice of the instruction set. */
#include "backends/cpu/lookup.h"
#include "backends/cpu/cpu.h"
#include "base/alloc.h"
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

enum { BYTES = 256, WIDE = 4 };

struct wki_lookup {
    int64_t channels, each;
    size_t size;
    bool by_registers;
    unsigned char *entries, *planes; /* of all channels; planes only where the registers take them */
};

wki_lookup *wki_lookup_new(int64_t channels, int64_t each, size_t size, const void *entries)
{
    const size_t n = (size_t)channels * BYTES, bytes = n * size;
    bool by_registers = false;
#ifdef __x86_64__
    by_registers = size == WIDE && wki_isa() == WKI_ISA_AVX512 && __builtin_cpu_supports("avx512vbmi");
#endif
    wki_lookup *l = wki_alloc(sizeof *l + bytes + (by_registers ? bytes : 0));
    if (!l) return NULL;
    unsigned char *copy = (unsigned char *)(l + 1);
    memcpy(copy, entries, bytes);
    *l = (wki_lookup){ channels, each, size, by_registers, copy, copy + bytes };
    for (size_t i = 0; by_registers && i < n; i++)
        for (size_t k = 0; k < WIDE; k++) l->planes[(i / BYTES * WIDE + k) * BYTES + i % BYTES] = copy[i * WIDE + k];
    return l;
}

/* ---- One part of a row ---- */

#define BY_TABLE(NAME, TYPE)                                                                                           \
    static void NAME(const TYPE *restrict table, const uint8_t *restrict from, int64_t n, TYPE *restrict to)           \
    {                                                                                                                  \
        for (int64_t i = 0; i < n; i++) to[i] = table[from[i]];                                                        \
    }
BY_TABLE(by_table_8, uint8_t)
BY_TABLE(by_table_32, uint32_t)
BY_TABLE(by_table_64, uint64_t)
#undef BY_TABLE

#ifdef __x86_64__
#define VBMI __attribute__((target("avx512f,avx512bw,avx512vbmi")))

VBMI static inline __m512i chosen(const __m512i plane[4], __m512i bytes, __mmask64 high)
{
    return _mm512_mask_blend_epi8(high, _mm512_permutex2var_epi8(plane[0], bytes, plane[1]),
                                  _mm512_permutex2var_epi8(plane[2], bytes, plane[3]));
}

/* 64 entries in order: the bytes' groups of four are dealt to the lanes such that unpacking, which stays inside of
 * lanes, ends with 16 entries that follow each other in each register. */
VBMI static inline void look_up_64(const __m512i planes[WIDE][4], __m512i bytes, __m512i out[4])
{
    const __m512i deal = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    bytes = _mm512_permutexvar_epi32(deal, bytes);
    const __mmask64 high = _mm512_movepi8_mask(bytes);
    __m512i p[WIDE];
    for (int k = 0; k < WIDE; k++) p[k] = chosen(planes[k], bytes, high);
    const __m512i low = _mm512_unpacklo_epi8(p[0], p[1]), low_next = _mm512_unpackhi_epi8(p[0], p[1]);
    const __m512i top = _mm512_unpacklo_epi8(p[2], p[3]), top_next = _mm512_unpackhi_epi8(p[2], p[3]);
    out[0] = _mm512_unpacklo_epi16(low, top);
    out[1] = _mm512_unpackhi_epi16(low, top);
    out[2] = _mm512_unpacklo_epi16(low_next, top_next);
    out[3] = _mm512_unpackhi_epi16(low_next, top_next);
}

VBMI static void by_registers(const unsigned char *planes, const uint8_t *from, int64_t n, uint32_t *to)
{
    __m512i p[WIDE][4], out[4];
    for (int k = 0; k < WIDE; k++)
        for (int q = 0; q < 4; q++) p[k][q] = _mm512_loadu_si512(planes + k * BYTES + q * 64);
    int64_t i = 0;
    for (; i + 64 <= n; i += 64) {
        look_up_64(p, _mm512_loadu_si512(from + i), out);
        for (int q = 0; q < 4; q++) _mm512_storeu_si512(to + i + 16 * q, out[q]);
    }
    if (i == n) return;
    const uint64_t left = ((uint64_t)1 << (n - i)) - 1;
    look_up_64(p, _mm512_maskz_loadu_epi8(left, from + i), out);
    for (int q = 0; q < 4; q++) _mm512_mask_storeu_epi32(to + i + 16 * q, (__mmask16)(left >> (16 * q)), out[q]);
}
#endif

static void look_up_part(const wki_lookup *l, int64_t channel, const uint8_t *from, int64_t n, void *to)
{
    const unsigned char *table = l->entries + (size_t)channel * BYTES * l->size;
    switch (l->size) {
    case 8: by_table_64((const uint64_t *)table, from, n, to); return;
    case 1: by_table_8(table, from, n, to); return;
    default: break;
    }
#ifdef __x86_64__
    if (l->by_registers) {
        by_registers(l->planes + (size_t)channel * BYTES * WIDE, from, n, to);
        return;
    }
#endif
    by_table_32((const uint32_t *)table, from, n, to);
}

size_t wki_lookup_row(const wki_lookup *l) { return (size_t)(l->channels * l->each) * l->size; }

void wki_look_up(const wki_lookup *l, const void *from, int64_t rows, void *to)
{
    const uint8_t *bytes = from;
    const int64_t parts = l->channels == 1 ? 1 : rows * l->channels, n = l->channels == 1 ? rows * l->each : l->each;
    for (int64_t i = 0; i < parts; i++)
        look_up_part(l, i % l->channels, bytes + i * n, n, (char *)to + (size_t)(i * n) * l->size);
}
