/* Reading a flat JSON object (RFC 8259) in place: strings are unescaped where they stand, and numbers stay as written,
 * since an option reads them like those of the command line. Rests on say.h alone. */
#include "config.h"
#include "say.h"
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1 << 16 };

typedef struct reader {
    const char *path;
    char *at;
    int line;
} reader;

static bool fail(const reader *r, const char *expected)
{
    const int shown = (int)strcspn(r->at, "\r\n");
    if (shown)
        say_usage("%s: line %d: \"%.*s\" is not %s", r->path, r->line, shown < 20 ? shown : 20, r->at, expected);
    else
        say_usage("%s: line %d ends where %s was expected", r->path, r->line, expected);
    return false;
}

static char skip(reader *r)
{
    for (; *r->at && strchr(" \t\r\n", *r->at); r->at++) r->line += *r->at == '\n';
    return *r->at;
}

static bool take_sign(reader *r, char sign, const char *expected)
{
    if (skip(r) != sign) return fail(r, expected);
    r->at++;
    return true;
}

static char *put_utf8(char *to, uint32_t code)
{
    const int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const uint8_t lead[] = { 0, 0xC0, 0xE0, 0xF0 };
    *to++ = (char)(lead[more] | code >> 6 * more);
    for (int i = more - 1; i >= 0; i--) *to++ = (char)(0x80 | (code >> 6 * i & 0x3F));
    return to;
}

static bool read_unit(const char *from, uint32_t *unit)
{
    *unit = 0;
    if (strspn(from, "0123456789abcdefABCDEF") < 4) return false;
    for (int i = 0; i < 4; i++)
        *unit = *unit << 4 | (uint32_t)(from[i] <= '9' ? from[i] - '0' : (from[i] | 0x20) - 'a' + 10);
    return true;
}

/* What follows a backslash, into *to. Text has no zero character, and half a pair is none. */
static bool read_escape(reader *r, char **to)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *name = *r->at ? strchr(names, *r->at) : NULL;
    uint32_t code, low;
    if (name) {
        *(*to)++ = values[name - names];
        r->at++;
        return true;
    }
    if (*r->at != 'u' || !read_unit(r->at + 1, &code) || code == 0) return fail(r, "an escape of JSON");
    if (code >= 0xD800 && code < 0xE000) {
        if (code >= 0xDC00 || r->at[5] != '\\' || r->at[6] != 'u' || !read_unit(r->at + 7, &low) || low < 0xDC00 ||
            low >= 0xE000)
            return fail(r, "an escape of JSON");
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        r->at += 6;
    }
    r->at += 5;
    *to = put_utf8(*to, code);
    return true;
}

static char *read_string(reader *r, const char *expected)
{
    if (!take_sign(r, '"', expected)) return NULL;
    char *start = r->at, *to = start;
    while (*r->at != '"') {
        if ((unsigned char)*r->at < 0x20) return fail(r, "the rest of a text and its quote"), NULL;
        if (*r->at != '\\')
            *to++ = *r->at++;
        else if (r->at++, !read_escape(r, &to))
            return NULL;
    }
    r->at++;
    *to = 0;
    return start;
}

/* A number or a word, moved over the sign before it, so that its end is not that of what follows. */
static char *read_word(reader *r)
{
    static const char expected[] = "a text, a number, true, false or null";
    static const char *const words[] = { "true", "false", "null" };
    const size_t n = strcspn(r->at, ",} \t\r\n");
    char *start = r->at, *end = NULL;
    bool known = false;
    for (int i = 0; i < 3; i++) known |= n == strlen(words[i]) && !strncmp(start, words[i], n);
    if (!known && n && strspn(start, "-+.0123456789eE") >= n) strtod(start, &end);
    if (!known && end != start + n) return fail(r, expected), NULL;
    r->at += n;
    memmove(start - 1, start, n);
    start[n - 1] = 0;
    return start - 1;
}

static bool read_member(reader *r, config_take *take, void *user)
{
    char *name = read_string(r, "a name in quotes");
    if (!name || !take_sign(r, ':', "a colon")) return false;
    const bool is_text = skip(r) == '"';
    char *value = is_text ? read_string(r, "a text") : read_word(r);
    if (!value) return false;
    return (!is_text && !strcmp(value, "null")) || take(user, r->path, name, value);
}

static bool read_object(reader *r, config_take *take, void *user)
{
    if (!take_sign(r, '{', "an object, { \"epochs\": 5 }")) return false;
    if (skip(r) == '}') {
        r->at++;
    } else {
        do {
            if (!read_member(r, take, user)) return false;
        } while (skip(r) == ',' && r->at++);
        if (!take_sign(r, '}', "a comma or a brace")) return false;
    }
    return !skip(r) || fail(r, "the end");
}

/* Its text, with a zero behind it, which is its only one. */
static config *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    config *c = file ? calloc(1, sizeof *c + MOST + 1) : NULL;
    const size_t n = c ? fread(c->text, 1, MOST + 1, file) : 0;
    if (!c || ferror(file))
        say_failed("cannot read %s: %s", path, strerror(errno));
    else if (n > MOST || memchr(c->text, 0, n))
        say_usage("%s is no text of at most %d bytes", path, MOST);
    else
        return fclose(file), c;
    if (file) fclose(file);
    free(c);
    return NULL;
}

bool config_read(config **chain, const char *path, config_take *take, void *user)
{
    config *c = read_text(path);
    if (!c) return false;
    c->next = *chain;
    *chain = c;
    return read_object(&(reader){ path, c->text, 1 }, take, user);
}

void config_free(config *chain)
{
    for (config *next; chain; chain = next) {
        next = chain->next;
        free(chain);
    }
}
