/* Filters undone, last first, each into room of known size: a chunk that ends early or wants more room than it has is
 * an error, never data. Rests on libdeflate. Formats: the filters' pages in HDF5's documentation; Fletcher's sum as
 * there; LZF as LibLZF's format description (Marc Lehmann) has it. */
#include "base/alloc.h"
#include "base/fault.h"
#include "data/hdf5/h5.h"
#include <libdeflate.h>
#include <stdio.h>
#include <string.h>

/* Exactly `want` bytes out; what follows the stream is ignored, as libhdf5 does. */
static const char *inflate_exactly(const unsigned char *in, size_t size, unsigned char *out, size_t want)
{
    struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
    if (!inflater) return "no memory to inflate";
    const enum libdeflate_result result = libdeflate_zlib_decompress(inflater, in, size, out, want, NULL);
    libdeflate_free_decompressor(inflater);
    switch (result) {
    case LIBDEFLATE_SUCCESS: return NULL;
    case LIBDEFLATE_SHORT_OUTPUT: return "inflates to less than a chunk holds";
    case LIBDEFLATE_INSUFFICIENT_SPACE: return "inflates to more than a chunk holds";
    default: return "damaged deflate stream";
    }
}

/* Exactly `want` bytes out of runs (0 to 31: so many bytes and one follow as they are) and repeats (length, distance).
 */
static const char *unlzf_exactly(const unsigned char *in, size_t size, unsigned char *out, size_t want)
{
    const unsigned char *const end = in + size;
    size_t at = 0;
    while (in < end) {
        const size_t control = *in++;
        size_t length = control + 1;
        if (control < 32) {
            if (length > (size_t)(end - in)) return "damaged LZF stream";
            if (length > want - at) return "unpacks to more than a chunk holds";
            memcpy(out + at, in, length);
            in += length;
            at += length;
            continue;
        }
        length = control >> 5;
        if (in + (length == 7) >= end) return "damaged LZF stream";
        if (length == 7) length += *in++;
        length += 2;
        const size_t back = ((control & 31) << 8 | *in++) + 1;
        if (back > at) return "damaged LZF stream";
        if (length > want - at) return "unpacks to more than a chunk holds";
        for (; length > 0; length--, at++) out[at] = out[at - back];
    }
    return at == want ? NULL : "unpacks to less than a chunk holds";
}

uint32_t wki_h5_fletcher32(const unsigned char *in, size_t size)
{
    uint64_t sum = 0, sums = 0;
    bool any = false;
    for (size_t i = 0; i < size;) {
        const size_t stop = size - i > 65536 ? i + 65536 : size;
        for (; i + 1 < stop; i += 2) {
            sum += (uint64_t)in[i] << 8 | in[i + 1];
            sums += sum;
        }
        if (i < stop) {
            sum += (uint64_t)in[i++] << 8;
            sums += sum;
        }
        any = any || sum != 0;
        sum %= 65535;
        sums %= 65535;
        if (any && !sum) sum = 65535; /* the end-around carry gives 0 for zeros alone */
        if (any && !sums) sums = 65535;
    }
    return (uint32_t)(sums << 16 | sum);
}

/* Files from before HDF5 1.6.3 hold the bytes of both halves swapped. */
static bool sum_matches(const unsigned char *in, size_t size)
{
    const unsigned char *p = in + size;
    const uint32_t sum = wki_h5_fletcher32(in, size);
    const uint32_t kept = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    return kept == sum || kept == ((sum & 0x00ff00ff) << 8 | (sum >> 8 & 0x00ff00ff));
}

/* In: the first bytes of all elements, then the second ones ...; a tail shorter than an element is as it was. */
static void unshuffle(const unsigned char *restrict in, size_t size, size_t item, unsigned char *restrict out)
{
    const size_t n = size / item;
    const unsigned char *a = in, *b = in + n, *c = b + n, *d = c + n;
    if (item == 4) {
        for (size_t i = 0; i < n; i++) {
            out[4 * i] = a[i];
            out[4 * i + 1] = b[i];
            out[4 * i + 2] = c[i];
            out[4 * i + 3] = d[i];
        }
    } else {
        for (size_t k = 0; k < item; k++)
            for (size_t i = 0; i < n; i++) out[i * item + k] = in[k * n + i];
    }
    memcpy(out + n * item, in + n * item, size - n * item);
}

/* What the packing filter took in: a chunk, and four bytes for each sum made before it. */
static size_t size_before(const wki_h5_table *t, int filter, uint32_t mask)
{
    size_t size = t->chunk_bytes;
    for (int i = 0; i < filter; i++)
        if (t->filters[i] == H5Z_FILTER_FLETCHER32 && !(mask >> i & 1)) size += 4;
    return size;
}

/* The filter whose undoing comes last and gives the chunk itself, so into its place; -1: none, or a sum lies behind it.
 */
static int last_undone(const wki_h5_table *t, uint32_t mask)
{
    for (int i = 0; i < t->nfilters; i++) {
        if (mask >> i & 1) continue;
        return t->filters[i] == H5Z_FILTER_FLETCHER32 ? -1 : i;
    }
    return -1;
}

static const char *undo(const wki_h5_table *t, uint32_t mask, const unsigned char *in, size_t size,
                        unsigned char *stage[2], unsigned char *to)
{
    const int last = last_undone(t, mask);
    for (int i = t->nfilters - 1, turn = 0; i >= 0; i--) {
        if (mask >> i & 1 && !WKI_FAULT(97)) continue;
        if (t->filters[i] == H5Z_FILTER_FLETCHER32) {
            if (size < 4 || (!sum_matches(in, size - 4) && !WKI_FAULT(87))) return "its checksum does not match";
            size -= 4;
            continue;
        }
        turn = !turn;
        unsigned char *out = i == last ? to : stage[turn];
        if (wki_h5_packs(t->filters[i])) {
            const size_t want = size_before(t, i, mask);
            const char *problem =
                t->filters[i] == WKI_H5_LZF ? unlzf_exactly(in, size, out, want) : inflate_exactly(in, size, out, want);
            if (problem) return problem;
            size = want;
        } else {
            if (i == last && size != t->chunk_bytes) return "another size than a chunk";
            unshuffle(in, size, t->item, out);
        }
        in = out;
    }
    if (size != t->chunk_bytes) return "another size than a chunk";
    if (in != to) memcpy(to, in, size);
    return NULL;
}

bool wki_h5_decode(const wki_h5_table *t, const wki_h5_chunk *chunk, const unsigned char *stored, unsigned char *to,
                   wki_h5_problem *why)
{
    const size_t sums = 4 * WKI_H5_FILTERS, size = (size_t)chunk->size;
    const size_t room = (size > t->chunk_bytes ? size : t->chunk_bytes) + sums;
    size_t got;
    unsigned char *stages = wki_block_get(2 * room, &got);
    const char *problem = NULL;
    if (stages) problem = undo(t, chunk->mask, stored, size, (unsigned char *[]){ stages, stages + room }, to);
    wki_block_put(stages, got);
    if (stages && !problem) return true;
    why->code = stages ? WK_E_FORMAT : WK_E_MEMORY;
    snprintf(why->text, sizeof why->text, "%s", stages ? problem : "no memory to decode");
    return false;
}
