/* JSON as RFC 8259 has it, written value by value. Rests on stdio alone. */
#include "json.h"
#include <math.h>
#include <stdlib.h>

json json_on(FILE *out) { return (json){ .out = out }; }

static void new_line(const json *j)
{
    if (j->pretty) fprintf(j->out, "\n%*s", 2 * j->depth, "");
}

/* One sequence of UTF-8, or 0 for bytes that are none. */
static int sequence(const unsigned char *s)
{
    int n = *s < 0x80 ? 1 : *s < 0xC2 ? 0 : *s < 0xE0 ? 2 : *s < 0xF0 ? 3 : *s < 0xF5 ? 4 : 0;
    for (int i = 1; i < n; i++)
        if ((s[i] & 0xC0) != 0x80) return 0;
    if (n == 3 && ((*s == 0xE0 && s[1] < 0xA0) || (*s == 0xED && s[1] > 0x9F))) return 0;
    if (n == 4 && ((*s == 0xF0 && s[1] < 0x90) || (*s == 0xF4 && s[1] > 0x8F))) return 0;
    return n;
}

static void put_string(FILE *out, const char *text)
{
    putc('"', out);
    for (const unsigned char *s = (const unsigned char *)text; *s;) {
        int n = sequence(s);
        if (*s == '"' || *s == '\\')
            fprintf(out, "\\%c", *s);
        else if (*s < 0x20 || *s == 0x7F)
            fprintf(out, "\\u%04x", *s);
        else if (n)
            fwrite(s, 1, (size_t)n, out);
        else
            fputs("\\ufffd", out);
        s += n ? n : 1;
    }
    putc('"', out);
}

static void begin(json *j, const char *key)
{
    if (j->depth) {
        if (j->begun[j->depth - 1]) fputs(j->pretty ? "," : ", ", j->out);
        j->begun[j->depth - 1] = true;
        new_line(j);
    }
    if (!key) return;
    put_string(j->out, key);
    fputs(": ", j->out);
}

void json_open(json *j, const char *key, char bracket)
{
    begin(j, key);
    putc(bracket, j->out);
    if (j->depth == JSON_DEPTH) abort();
    j->open[j->depth] = bracket;
    j->begun[j->depth++] = false;
}

void json_close(json *j)
{
    bool begun = j->begun[--j->depth];
    if (begun) new_line(j);
    putc(j->open[j->depth] == '{' ? '}' : ']', j->out);
}

void json_null(json *j, const char *key)
{
    begin(j, key);
    fputs("null", j->out);
}

void json_text(json *j, const char *key, const char *text)
{
    if (!text) {
        json_null(j, key);
        return;
    }
    begin(j, key);
    put_string(j->out, text);
}

void json_number(json *j, const char *key, double value)
{
    if (!isfinite(value)) {
        json_null(j, key);
        return;
    }
    begin(j, key);
    fprintf(j->out, "%.9g", value);
}

void json_literal(json *j, const char *key, const char *text)
{
    begin(j, key);
    fputs(text, j->out);
}

void json_whole(json *j, const char *key, int64_t value)
{
    begin(j, key);
    fprintf(j->out, "%lld", (long long)value);
}

void json_bool(json *j, const char *key, bool value)
{
    begin(j, key);
    fputs(value ? "true" : "false", j->out);
}

bool json_end_line(json *j)
{
    putc('\n', j->out);
    return fflush(j->out) == 0 && !ferror(j->out);
}
