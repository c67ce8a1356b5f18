/* CSV text into records, front to back through one buffer. Rules as in RFC 4180, lines ending in LF too. Rests on the
 * source of bytes. */
#include "io/cells.h"
#include "base/alloc.h"
#include "base/error.h"
#include "io/source.h"
#include <string.h>
#include <strings.h>

enum { COLUMNS_MOST = 100000, RECORD_MOST = 64 << 20, INPUT = 64 * 1024 };

struct wki_cells {
    const char *path, *where;
    wki_source *source;
    char delimiter;
    bool ended; /* the source has no more */
    int columns;
    int64_t line;
    char *text;
    size_t used, room;
    unsigned char *at, *end, input[INPUT];
};

/* ---- Bytes, and what stands behind the next ---- */

static void fill(wki_cells *c)
{
    const size_t kept = (size_t)(c->end - c->at);
    memmove(c->input, c->at, kept);
    const int64_t got = wki_source_take(c->source, c->input + kept, INPUT - kept);
    c->at = c->input;
    c->end = c->input + kept + (got > 0 ? got : 0);
    c->ended = got < (int64_t)(INPUT - kept);
}

/* The byte i places ahead; -1: the file ends before it, or cannot be read. */
static inline int peek(wki_cells *c, int i)
{
    if (c->end - c->at <= i && !c->ended) fill(c);
    return c->end - c->at > i ? c->at[i] : -1;
}

static bool at_line_end(wki_cells *c)
{
    const int next = peek(c, 0);
    return next < 0 || next == '\n' || (next == '\r' && peek(c, 1) == '\n');
}

static bool at_value_end(wki_cells *c) { return peek(c, 0) == (unsigned char)c->delimiter || at_line_end(c); }

static void skip_line_end(wki_cells *c)
{
    if (peek(c, 0) < 0) return;
    c->at += *c->at == '\r' ? 2 : 1;
    c->line++;
}

static void skip_spaces(wki_cells *c)
{
    while (peek(c, 0) == ' ') c->at++;
}

/* ---- Values ---- */

static wk_status fail_at(const wki_cells *c, int64_t line, const char *what)
{
    return wki_fail(WK_E_FORMAT, c->where, "%s: line %lld: %s", c->path, (long long)line, what);
}

static wk_status put(wki_cells *c, char byte)
{
    if (c->used == c->room) {
        if (c->room >= RECORD_MOST) return fail_at(c, c->line, "a record of more than 64 MB; does a quote not close?");
        const size_t room = c->room ? 2 * c->room : 1024;
        char *text = wki_grow(c->text, c->room, room);
        if (!text) return wk_error();
        c->text = text;
        c->room = room;
    }
    c->text[c->used++] = byte;
    return WK_OK;
}

/* The next byte, into the value. */
static wk_status take(wki_cells *c)
{
    if (!*c->at) return fail_at(c, c->line, "a zero byte; expected text (UTF-8)");
    c->line += *c->at == '\n';
    return put(c, (char)*c->at++);
}

static wk_status quoted_value(wki_cells *c)
{
    const int64_t line = c->line;
    for (c->at++;;) {
        const int next = peek(c, 0);
        if (next < 0) return wk_failed() ? wk_error() : fail_at(c, line, "a quote opens and never closes");
        if (next == '"') {
            c->at++;
            if (peek(c, 0) != '"') break;
        }
        const wk_status status = take(c);
        if (status) return status;
    }
    skip_spaces(c);
    return at_value_end(c) ? WK_OK : fail_at(c, c->line, "text behind a closing quote");
}

static wk_status plain_value(wki_cells *c)
{
    const size_t start = c->used;
    while (!at_value_end(c)) {
        if (*c->at == '\r')
            return fail_at(c, c->line, "a carriage return alone; expected lines that end in \\n or \\r\\n");
        const wk_status status = take(c);
        if (status) return status;
    }
    while (c->used > start && c->text[c->used - 1] == ' ') c->used--;
    return WK_OK;
}

/* One line, or more where a quoted value spans them. */
static wk_status split_record(wki_cells *c, int *values)
{
    c->used = 0;
    for (*values = 1;; ++*values) {
        skip_spaces(c);
        wk_status status = peek(c, 0) == '"' ? quoted_value(c) : plain_value(c);
        if (!status) status = put(c, 0);
        if (status) return status;
        if (*values > COLUMNS_MOST) return fail_at(c, c->line, "more than 100000 values");
        if (at_line_end(c)) break;
        c->at++;
    }
    skip_line_end(c);
    return wk_failed() ? wk_error() : WK_OK;
}

/* ---- The file ---- */

static char guess_delimiter(const unsigned char *at, const unsigned char *end)
{
    static const char candidates[] = ",;\t";
    int64_t count[3] = { 0 };
    bool quoted = false;
    for (; at < end && (quoted || *at != '\n'); at++) {
        if (*at == '"') quoted = !quoted;
        for (int i = 0; i < 3; i++) count[i] += !quoted && *at == candidates[i];
    }
    int best = 0;
    for (int i = 1; i < 3; i++)
        if (count[i] > count[best]) best = i;
    return candidates[best];
}

wki_cells *wki_cells_open(const char *path, char delimiter, const char *where)
{
    wki_source *source = wki_source_open(path, where);
    if (!source) return NULL;
    wki_cells *c = wki_alloc(sizeof *c);
    if (!c) {
        wki_source_close(source);
        return NULL;
    }
    c->path = path;
    c->where = where;
    c->source = source;
    c->line = 1;
    c->at = c->end = c->input;
    if (peek(c, 2) >= 0 && !memcmp(c->at, "\xef\xbb\xbf", 3)) c->at += 3;
    c->delimiter = delimiter ? delimiter : guess_delimiter(c->at, c->end);
    if (!wk_failed()) return c;
    wki_cells_close(c);
    return NULL;
}

bool wki_cells_next(wki_cells *c, wki_record *out)
{
    while (peek(c, 0) >= 0 && at_line_end(c)) skip_line_end(c);
    if (wk_failed() || peek(c, 0) < 0) return false;
    int values;
    const int64_t line = c->line;
    if (split_record(c, &values)) return false;
    if (!c->columns) c->columns = values;
    if (values != c->columns) {
        wki_fail(WK_E_FORMAT, c->where, "%s: line %lld has %d values; expected %d, as in the first line", c->path,
                 (long long)line, values, c->columns);
        return false;
    }
    *out = (wki_record){ c->text, values, line };
    return true;
}

void wki_cells_close(wki_cells *c)
{
    if (!c) return;
    wki_source_close(c->source);
    wki_free(c->text);
    wki_free(c);
}

bool wki_cell_missing(const char *cell)
{
    static const char *const words[] = { "", "?", "NA", "N/A", "NaN", "null" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(cell, words[i])) return true;
    return false;
}
