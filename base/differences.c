/* Differences gathered for one error, whose text is bounded: lists share it, so that none hides another. Rests on the
 * thread's error record. */
#include "base/differences.h"
#include <stdio.h>
#include <string.h>

static void note(wki_differences *d, wki_difference kind, const char *what)
{
    char *text = d->text[kind];
    const size_t used = strlen(text), room = sizeof d->text[kind] - used;
    const char *between = !used ? "" : kind == WKI_OTHER ? "; " : ", ";
    d->count[kind]++;
    if (strlen(between) + strlen(what) >= room || d->told[kind] < d->count[kind] - 1) return; /* none after a gap */
    snprintf(text + used, room, "%s%s", between, what);
    d->told[kind]++;
}

void wki_differ(wki_differences *d, wki_difference kind, const char *format, ...)
{
    char what[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    note(d, kind, what);
}

void wki_differ_by_error(wki_differences *d, const char *part)
{
    wki_error error;
    char what[sizeof error.text + 32];
    if (!wk_failed() || wk_error() == WK_E_MEMORY) return;
    wki_error_take(&error);
    const size_t where = strspn(error.text, "abcdefghijklmnopqrstuvwxyz0123456789_");
    const bool named = !strncmp(error.text + where, ": ", 2);
    snprintf(what, sizeof what, "%.20s%s%s", part ? part : "", part ? ": " : "", error.text + (named ? where + 2 : 0));
    if (d->code == WK_OK) d->code = error.code;
    note(d, WKI_OTHER, what);
}

/* ---- The text ---- */

static size_t length_of(const char *piece)
{
    const char *end = strstr(piece, "; ");
    return end ? (size_t)(end - piece) : strlen(piece);
}

static const char *next(const char *piece)
{
    const char *end = piece + length_of(piece);
    return *end ? end + 2 : NULL;
}

/* How long a piece may be so that all fit: the longest are cut first. */
static size_t share_of(const char *text, size_t bytes)
{
    for (size_t most = bytes;; most--) {
        size_t sum = 0;
        for (const char *piece = text; piece; piece = next(piece)) {
            const size_t n = length_of(piece);
            sum += 2 + (n < most ? n : most);
        }
        if (sum <= bytes || most == 8) return most;
    }
}

/* Where a piece of over `most` bytes ends: before an item of a list, if one begins in its second half. */
static size_t cut(const char *piece, size_t most)
{
    const size_t end = most - 5;
    for (size_t at = end; at > most / 2; at--)
        if (!strncmp(piece + at, ", ", 2)) return at;
    size_t at = end;
    while (at > 0 && ((unsigned char)piece[at] & 0xC0) == 0x80) at--;
    return at;
}

static void shorten(char *to, size_t bytes, const char *text)
{
    const size_t most = share_of(text, bytes);
    size_t used = 0;
    for (const char *piece = text; piece && used < bytes; piece = next(piece)) {
        const size_t n = length_of(piece), kept = n > most ? cut(piece, most) : n;
        const char *dots = kept == n ? "" : !strncmp(piece + kept, ", ", 2) ? ", ..." : "...";
        used += (size_t)snprintf(to + used, bytes - used, "%s%.*s%s", used ? "; " : "", (int)kept, piece, dots);
    }
}

static const char *dtypes(char to[64])
{
    int n = 0;
    for (int i = 0; i < WK_DTYPE_COUNT; i++)
        n += snprintf(to + n, 64 - (size_t)n, "%s%s", i ? ", " : " (it has ", wk_dtype_name((wk_dtype)i));
    snprintf(to + n, 64 - (size_t)n, ")");
    return to;
}

static wk_status code_of(const wki_differences *d)
{
    if (d->code) return d->code;
    if (d->count[WKI_UNFIT]) return WK_E_SHAPE;
    if (d->count[WKI_FOREIGN]) return WK_E_UNSUPPORTED;
    return d->count[WKI_MISSING] || d->count[WKI_UNEXPECTED] ? WK_E_NOT_FOUND : WK_E_INVALID;
}

wk_status wki_differences_fail(const wki_differences *d, const char *where)
{
    static const char *const names[] = { "missing", "unexpected", "of another shape or dtype",
                                         "of a dtype that wick lacks", "tied, but of different values" };
    char all[sizeof d->text + 512] = "", text[sizeof(((wki_error *)0)->text)], about[256] = "", has[64];
    size_t n = 0;
    for (int kind = 0; kind < WKI_OTHER; kind++)
        if (d->count[kind])
            n += (size_t)snprintf(all + n, sizeof all - n, "%s%d %s%s: %s", n ? "; " : "", d->count[kind], names[kind],
                                  kind == WKI_FOREIGN ? dtypes(has) : "", d->text[kind]);
    if (d->count[WKI_OTHER]) n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", n ? "; " : "", d->text[WKI_OTHER]);
    if (d->count[WKI_OTHER] > d->told[WKI_OTHER])
        n += (size_t)snprintf(all + n, sizeof all - n, "; %d more", d->count[WKI_OTHER] - d->told[WKI_OTHER]);
    if (!n) return WK_OK;
    if (d->about) snprintf(about, sizeof about, "%.250s: ", d->about);
    shorten(text, sizeof text - strlen(where) - strlen(about) - 2, all);
    return wki_fail(code_of(d), where, "%s%s", about, text);
}
