/* CSV text into cells, in place: a value and its NUL never take more room than the value and its delimiter did. Rules
 * as in RFC 4180, lines ending in LF too. Rests on base alone. */
#include "io/cells.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/file.h"
#include <string.h>
#include <strings.h>

static const size_t file_most = (size_t)4 << 30;
enum { COLUMNS_MOST = 100000 };

typedef struct splitter {
    const char *path, *where;
    char *from, *end, *to;
    char delimiter;
    int64_t line;
} splitter;

static char guess_delimiter(const char *at, const char *end)
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

static bool at_line_end(const splitter *s)
{
    return s->from == s->end || *s->from == '\n' || (*s->from == '\r' && s->from + 1 < s->end && s->from[1] == '\n');
}

static bool at_value_end(const splitter *s) { return at_line_end(s) || *s->from == s->delimiter; }

static void skip_spaces(splitter *s)
{
    while (s->from < s->end && *s->from == ' ') s->from++;
}

static wk_status quoted_value(splitter *s)
{
    const int64_t line = s->line;
    for (s->from++;; s->from++) {
        if (s->from == s->end)
            return wki_fail(WK_E_FORMAT, s->where, "%s: line %lld: a quote opens and never closes", s->path,
                            (long long)line);
        if (*s->from == '"' && *++s->from != '"') break;
        s->line += *s->from == '\n';
        *s->to++ = *s->from;
    }
    skip_spaces(s);
    if (at_value_end(s)) return WK_OK;
    return wki_fail(WK_E_FORMAT, s->where,
                    "%s: line %lld: text behind a closing quote; expected '%c' or the line's end", s->path,
                    (long long)s->line, s->delimiter);
}

static void plain_value(splitter *s)
{
    const char *start = s->to;
    while (!at_value_end(s)) *s->to++ = *s->from++;
    while (s->to > start && s->to[-1] == ' ') s->to--;
}

/* One line, or more where a quoted value spans them. */
static wk_status split_record(splitter *s, int *values)
{
    for (*values = 0;;) {
        skip_spaces(s);
        if (s->from < s->end && *s->from == '"') {
            const wk_status status = quoted_value(s);
            if (status) return status;
        } else {
            plain_value(s);
        }
        const bool last = at_line_end(s);
        if (s->from < s->end) s->from += *s->from == '\r' ? 2 : 1;
        *s->to++ = 0;
        if (++*values > COLUMNS_MOST)
            return wki_fail(WK_E_FORMAT, s->where, "%s: line %lld has more than %d values", s->path, (long long)s->line,
                            COLUMNS_MOST);
        if (last) break;
    }
    s->line++;
    return WK_OK;
}

static wk_status split(splitter *s, wki_cells *out)
{
    for (;;) {
        while (s->from < s->end && at_line_end(s)) {
            s->from += *s->from == '\r' ? 2 : 1;
            s->line++;
        }
        if (s->from == s->end) return WK_OK;
        int values;
        const int64_t line = s->line;
        const wk_status status = split_record(s, &values);
        if (status) return status;
        if (!out->rows) out->columns = values;
        if (values != out->columns)
            return wki_fail(WK_E_FORMAT, s->where, "%s: line %lld has %d values; expected %d, as in the first line",
                            s->path, (long long)line, values, out->columns);
        out->rows++;
    }
}

wk_status wki_cells_read(const char *path, char delimiter, wki_cells *out, const char *where)
{
    size_t bytes;
    *out = (wki_cells){ 0 };
    wki_check(path, WK_E_INVALID, WK_E_INVALID, where, "path is NULL; expected a file name");
    char *text = wki_file_slurp(path, file_most, &bytes, where);
    if (!text) return wk_error();
    splitter s = { path, where, text, text + bytes, text, delimiter, 1 };
    wk_status status = WK_OK;
    if (memchr(text, 0, bytes))
        status = wki_fail(WK_E_FORMAT, where, "%s: holds a zero byte; expected text (UTF-8)", path);
    if (bytes >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) s.from += 3;
    if (!delimiter) s.delimiter = guess_delimiter(s.from, s.end);
    if (!status) status = split(&s, out);
    if (!status && !out->rows) status = wki_fail(WK_E_FORMAT, where, "%s: is empty; expected lines of values", path);
    if (status) {
        wki_free(text);
        *out = (wki_cells){ 0 };
    } else {
        out->text = text;
    }
    return status;
}

bool wki_cell_missing(const char *cell)
{
    static const char *const words[] = { "", "?", "NA", "N/A", "NaN", "null" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(cell, words[i])) return true;
    return false;
}
