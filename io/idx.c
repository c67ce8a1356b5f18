/* IDX, the format of MNIST: 0 0 type rank, big-endian sizes, big-endian elements. Rests on the source of bytes and on
 * numbers. Format: yann.lecun.com/exdb/mnist. */
#include "base/error.h"
#include "io/array.h"
#include "io/source.h"

#define WHERE "read_idx"

static bool type_of(unsigned char code, wki_number *number)
{
    switch (code) {
    case 0x08: *number = WKI_U8; return true;
    case 0x09: *number = WKI_I8; return true;
    case 0x0b: *number = WKI_I16; return true;
    case 0x0c: *number = WKI_I32; return true;
    case 0x0d: *number = WKI_F32; return true;
    case 0x0e: *number = WKI_F64; return true;
    default: return false;
    }
}

wk_status wki_idx_header(wki_source *source, const char *path, wki_stored *a)
{
    unsigned char magic[4], sizes[4 * WK_ARRAY_DIMS];
    int64_t got = wki_source_take(source, magic, sizeof magic);
    if (got < 0) return wk_error();
    if (got < 4)
        return wki_fail(WK_E_FORMAT, WHERE, "%s: %s; expected an IDX file", path,
                        got ? "4 bytes are missing at the start" : "is empty");
    if (magic[0] || magic[1] || !type_of(magic[2], &a->number))
        return wki_fail(
            WK_E_FORMAT, WHERE,
            "%s: starts with %02x %02x %02x %02x; expected an IDX file: 00 00, a type of 08 .. 0e, the rank", path,
            magic[0], magic[1], magic[2], magic[3]);
    a->ndim = magic[3];
    if (a->ndim > WK_ARRAY_DIMS)
        return wki_fail(WK_E_FORMAT, WHERE, "%s: has %d dimensions; at most %d can be read", path, a->ndim,
                        WK_ARRAY_DIMS);
    got = wki_source_take(source, sizes, 4 * (size_t)a->ndim);
    if (got < 0) return wk_error();
    if (got < 4 * a->ndim)
        return wki_fail(WK_E_FORMAT, WHERE, "%s: truncated in the header; expected %d sizes", path, a->ndim);
    for (int i = 0; i < a->ndim; i++) {
        const unsigned char *p = sizes + 4 * i;
        a->shape[i] = (int64_t)((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]);
    }
    a->swapped = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
    return WK_OK;
}

wk_status wk_read_idx(const char *path, wk_array *out)
{
    wki_check(out, WK_E_INVALID, WK_E_INVALID, WHERE, "out is NULL; expected where the array goes");
    *out = (wk_array){ 0 };
    wki_source *source = wki_source_open(path, WHERE);
    if (!source) return wk_error();
    wki_stored stored = { 0 };
    wk_status status = wki_idx_header(source, path, &stored);
    if (!status) status = wki_array_read(source, path, &stored, out, WHERE);
    wki_source_close(source);
    return status;
}
