/* NumPy's npy, versions 1 to 3: a magic, a length, a dictionary in Python's notation, elements. The dictionary is read
 * by a parser that knows its three keys and nothing else. Format:
 * numpy.org/doc/stable/reference/generated/numpy.lib.format.html. */
#include "base/error.h"
#include "base/fault.h"
#include "io/array.h"
#include <string.h>

#define WHERE "read_npy"
enum { HEADER_MOST = 10000 }; /* NumPy's own limit */

typedef struct cursor {
    const char *at, *end;
    const char *path;
} cursor;

static void skip_blanks(cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\n' || *c->at == '\t')) c->at++;
}

static bool accept(cursor *c, const char *token)
{
    const size_t n = strlen(token);
    skip_blanks(c);
    if ((size_t)(c->end - c->at) < n || memcmp(c->at, token, n)) return false;
    c->at += n;
    return true;
}

/* A quoted word of at most 31 characters without escapes. */
static bool word(cursor *c, char to[32])
{
    skip_blanks(c);
    if (c->at == c->end || (*c->at != '\'' && *c->at != '"')) return false;
    const char quote = *c->at++;
    size_t n = 0;
    while (c->at < c->end && *c->at != quote) {
        if (n == 31 || *c->at == '\\') return false;
        to[n++] = *c->at++;
    }
    to[n] = 0;
    return c->at < c->end && *c->at++ == quote;
}

static bool whole_number(cursor *c, int64_t *to)
{
    skip_blanks(c);
    const char *start = c->at;
    *to = 0;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++)
        if (__builtin_mul_overflow(*to, 10, to) || __builtin_add_overflow(*to, *c->at - '0', to)) return false;
    return c->at > start;
}

static bool shape(cursor *c, wki_stored *a)
{
    if (!accept(c, "(")) return false;
    for (a->ndim = 0; !accept(c, ")"); a->ndim++) {
        if (a->ndim && !accept(c, ",")) return false;
        if (a->ndim && accept(c, ")")) return true;
        if (a->ndim == WK_ARRAY_DIMS || !whole_number(c, &a->shape[a->ndim])) return false;
    }
    return true;
}

static wk_status type(const char *path, const char *descr, wki_stored *a)
{
    static const struct {
        const char *code;
        wki_number number;
    } types[] = {
        { "b1", WKI_U8 },  { "u1", WKI_U8 },  { "i1", WKI_I8 },  { "u2", WKI_U16 },
        { "i2", WKI_I16 }, { "u4", WKI_U32 }, { "i4", WKI_I32 }, { "u8", WKI_U64 },
        { "i8", WKI_I64 }, { "f2", WKI_F16 }, { "f4", WKI_F32 }, { "f8", WKI_F64 },
    };
    const char order = descr[0];
    if (order && strchr("<>|=", order))
        for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
            if (strcmp(descr + 1, types[i].code)) continue;
            a->number = types[i].number;
            a->is_bool = descr[1] == 'b';
            a->swapped = order == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? '>' : '<');
            return WK_OK;
        }
    return wki_fail(WK_E_UNSUPPORTED, WHERE,
                    "%s: elements of type '%s'; expected booleans, integers or floats (b1, u1 .. f8)", path, descr);
}

static wk_status malformed(const cursor *c, const char *what)
{
    return wki_fail(WK_E_FORMAT, WHERE,
                    "%s: malformed header (%s); expected {'descr': .., 'fortran_order': .., 'shape': ..}", c->path,
                    what);
}

static wk_status dictionary(cursor *c, wki_stored *a)
{
    char key[32], descr[32];
    unsigned seen = 0;
    wk_status status;
    if (!accept(c, "{")) return malformed(c, "no dictionary");
    while (!accept(c, "}")) {
        unsigned bit;
        if (!word(c, key) || !accept(c, ":")) return malformed(c, "no key");
        if (!strcmp(key, "descr")) {
            bit = 1;
            if (!word(c, descr))
                return wki_fail(WK_E_UNSUPPORTED, WHERE, "%s: elements of a structured type; expected plain numbers",
                                c->path);
            if ((status = type(c->path, descr, a))) return status;
        } else if (!strcmp(key, "fortran_order")) {
            bit = 2;
            a->fortran = accept(c, "True");
            if (!a->fortran && !accept(c, "False")) return malformed(c, "fortran_order is neither True nor False");
        } else if (!strcmp(key, "shape")) {
            bit = 4;
            if (!shape(c, a)) return malformed(c, "a shape that is no tuple of at most 8 sizes");
        } else {
            return malformed(c, "an unknown key");
        }
        if (seen & bit) return malformed(c, "a key twice");
        seen |= bit;
        if (!accept(c, ",")) {
            if (!accept(c, "}")) return malformed(c, "no comma between keys");
            break;
        }
    }
    skip_blanks(c);
    if (seen != 7) return malformed(c, "a key is missing");
    return c->at == c->end ? WK_OK : malformed(c, "text behind the dictionary");
}

static wk_status take_all(wki_source *source, const char *path, void *to, size_t n)
{
    const int64_t got = wki_source_take(source, to, n);
    if (got < 0) return wk_error();
    if ((size_t)got == n) return WK_OK;
    return wki_fail(WK_E_FORMAT, WHERE, "%s: ends inside the header; expected a NumPy array (.npy)", path);
}

wk_status wki_npy_header_of(wki_source *source, const char *path, wki_stored *a)
{
    static const unsigned char magic[6] = { 0x93, 'N', 'U', 'M', 'P', 'Y' };
    unsigned char start[8], n[4] = { 0 };
    char text[HEADER_MOST];
    wk_status status = take_all(source, path, start, sizeof start);
    if (status) return status;
    if (memcmp(start, magic, sizeof magic))
        return wki_fail(WK_E_FORMAT, WHERE, "%s: is no NumPy array (.npy); its first bytes are others", path);
    if (start[6] < 1 || start[6] > 3)
        return wki_fail(WK_E_UNSUPPORTED, WHERE, "%s: npy version %d; expected 1, 2 or 3", path, start[6]);
    if ((status = take_all(source, path, n, start[6] == 1 ? 2 : 4))) return status;
    const uint32_t length = (uint32_t)n[0] | (uint32_t)n[1] << 8 | (uint32_t)n[2] << 16 | (uint32_t)n[3] << 24;
    if (length > HEADER_MOST)
        return wki_fail(WK_E_FORMAT, WHERE, "%s: a header of %u bytes; expected at most %d", path, length, HEADER_MOST);
    if ((status = take_all(source, path, text, length))) return status;
    return dictionary(&(cursor){ text, text + length, path }, a);
}

wk_status wk_read_npy(const char *path, wk_array *out)
{
    wki_check(out, WK_E_INVALID, WK_E_INVALID, WHERE, "out is NULL; expected where the array goes");
    *out = (wk_array){ 0 };
    wki_source *source = wki_source_open(path, WHERE);
    if (!source) return wk_error();
    wki_stored stored = { 0 };
    wk_status status = wki_npy_header_of(source, path, &stored);
    if (WKI_FAULT(24)) stored.fortran = false;
    if (!status) status = wki_array_read(source, path, &stored, out, WHERE);
    wki_source_close(source);
    return status;
}
