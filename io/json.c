/* JSON read front to back, without recursion and in memory that its length bounds. Texts are UTF-8 and end with a NUL,
 * so that they have no zero characters. */
#include "io/json.h"
#include <string.h>

bool wki_json_wrong(wki_json *j, const char *what)
{
    if (!j->wrong) j->wrong = what;
    return false;
}

void wki_json_blanks(wki_json *j)
{
    while (j->at < j->end && (*j->at == ' ' || *j->at == '\n' || *j->at == '\t' || *j->at == '\r')) j->at++;
}

bool wki_json_accept(wki_json *j, char c)
{
    wki_json_blanks(j);
    if (j->at == j->end || *j->at != c) return false;
    j->at++;
    return true;
}

bool wki_json_demand(wki_json *j, char c, const char *what) { return wki_json_accept(j, c) || wki_json_wrong(j, what); }

/* Bytes of the well-formed UTF-8 character at `at`, 0 if there is none (Unicode 15, table 3-7). */
static size_t character(const unsigned char *at, size_t n)
{
    const unsigned char c = at[0];
    const size_t length = c < 0x80                ? 1
                          : c >= 0xc2 && c < 0xe0 ? 2
                          : c >= 0xe0 && c < 0xf0 ? 3
                          : c >= 0xf0 && c < 0xf5 ? 4
                                                  : 0;
    if (length == 0 || length > n) return 0;
    const unsigned char low = c == 0xe0   ? 0xa0
                              : c == 0xf0 ? 0x90
                                          : 0x80,
                        high = c == 0xed   ? 0x9f
                               : c == 0xf4 ? 0x8f
                                           : 0xbf;
    for (size_t i = 1; i < length; i++)
        if (at[i] < (i == 1 ? low : 0x80) || at[i] > (i == 1 ? high : 0xbf)) return 0;
    return length;
}

bool wki_utf8_ok(const char *text, size_t n)
{
    const unsigned char *at = (const unsigned char *)text;
    for (size_t i = 0, length; i < n; i += length)
        if (!(length = character(at + i, n - i))) return false;
    return true;
}

static bool four_digits(wki_json *j, uint32_t *code)
{
    *code = 0;
    for (int i = 0; i < 4; i++, j->at++) {
        const char c = j->at < j->end ? *j->at : 0;
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0) return wki_json_wrong(j, "four hexadecimal digits");
        *code = *code * 16 + (uint32_t)digit;
    }
    return true;
}

static void put_code(wki_json *j, uint32_t code)
{
    const int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char first[] = { 0, 0xc0, 0xe0, 0xf0 };
    *j->word++ = (char)(first[more] | code >> 6 * more);
    for (int i = more - 1; i >= 0; i--) *j->word++ = (char)(0x80 | (code >> 6 * i & 0x3f));
}

/* What follows \u; a pair of surrogates is one character. */
static bool code_point(wki_json *j)
{
    uint32_t code, low;
    if (!four_digits(j, &code)) return false;
    if (code == 0) return wki_json_wrong(j, "text without zero characters");
    if (code >= 0xdc00 && code < 0xe000) return wki_json_wrong(j, "a first half of a surrogate pair");
    if (code >= 0xd800 && code < 0xdc00) {
        if (j->end - j->at < 2 || j->at[0] != '\\' || j->at[1] != 'u')
            return wki_json_wrong(j, "the second half of a surrogate pair");
        j->at += 2;
        if (!four_digits(j, &low)) return false;
        if (low < 0xdc00 || low >= 0xe000) return wki_json_wrong(j, "the second half of a surrogate pair");
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    put_code(j, code);
    return true;
}

static bool escape(wki_json *j)
{
    static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    const char c = j->at < j->end ? *j->at : 0;
    const char *letter = c ? strchr(letters, c) : NULL;
    if (c != 'u' && !letter) return wki_json_wrong(j, "a known escape");
    j->at++;
    if (c == 'u') return code_point(j);
    *j->word++ = means[letter - letters];
    return true;
}

/* A string in quotes, decoded and ended by a NUL; NULL if there is none. */
const char *wki_json_string(wki_json *j)
{
    const char *word = j->word;
    if (!wki_json_demand(j, '"', "a string")) return NULL;
    while (j->at < j->end && *j->at != '"') {
        const unsigned char c = (unsigned char)*j->at;
        const size_t length = c < 0x20 ? 0 : character((const unsigned char *)j->at, (size_t)(j->end - j->at));
        if (length == 0)
            return wki_json_wrong(j, c < 0x20 ? "no control characters in a string" : "text in UTF-8"), NULL;
        if (c == '\\') {
            j->at++;
            if (!escape(j)) return NULL;
            continue;
        }
        memcpy(j->word, j->at, length);
        j->word += length;
        j->at += length;
    }
    if (!wki_json_demand(j, '"', "the end of a string")) return NULL;
    *j->word++ = 0;
    return word;
}

static bool is_digit(const wki_json *j) { return j->at < j->end && *j->at >= '0' && *j->at <= '9'; }

/* Digits alone: no sign, point, exponent or leading zero. */
bool wki_json_size(wki_json *j, int64_t *to)
{
    static const char what[] = "a whole number from 0 to 2^63 - 1";
    wki_json_blanks(j);
    const char *first = j->at;
    *to = 0;
    for (; is_digit(j); j->at++)
        if (__builtin_mul_overflow(*to, 10, to) || __builtin_add_overflow(*to, *j->at - '0', to))
            return wki_json_wrong(j, what);
    if (j->at == first || (*first == '0' && j->at > first + 1)) return wki_json_wrong(j, what);
    return !(j->at < j->end && strchr(".eE", *j->at) && *j->at) || wki_json_wrong(j, what);
}

static bool digits(wki_json *j)
{
    if (!is_digit(j)) return wki_json_wrong(j, "a digit");
    while (is_digit(j)) j->at++;
    return true;
}

static bool any_number(wki_json *j)
{
    if (j->at < j->end && *j->at == '-') j->at++;
    const bool zero = j->at < j->end && *j->at == '0';
    if (zero)
        j->at++;
    else if (!digits(j))
        return false;
    if (j->at < j->end && *j->at == '.') {
        j->at++;
        if (!digits(j)) return false;
    }
    if (j->at < j->end && (*j->at == 'e' || *j->at == 'E')) {
        j->at++;
        if (j->at < j->end && (*j->at == '+' || *j->at == '-')) j->at++;
        return digits(j);
    }
    return true;
}

bool wki_json_word(wki_json *j, const char *text)
{
    const size_t n = strlen(text);
    wki_json_blanks(j);
    if ((size_t)(j->end - j->at) < n || memcmp(j->at, text, n) != 0) return false;
    j->at += n;
    return true;
}

static bool skip_string(wki_json *j)
{
    char *before = j->word;
    const bool good = wki_json_string(j) != NULL;
    j->word = before;
    return good;
}

static bool scalar(wki_json *j)
{
    wki_json_blanks(j);
    if (j->at < j->end && *j->at == '"') return skip_string(j);
    return wki_json_word(j, "null") || wki_json_word(j, "true") || wki_json_word(j, "false") || any_number(j);
}

/* The value of a field that is not ours. Bit d of `lists` says that the bracket open at depth d is a list's. */
bool wki_json_skip(wki_json *j)
{
    enum { DEEPEST = 60 };
    uint64_t lists = 0;
    int depth = 0;
    for (bool first = false;;) {
        if (depth > 0) {
            const bool list = lists >> depth & 1;
            if (wki_json_accept(j, list ? ']' : '}')) {
                if (--depth == 0) return true;
                first = false;
                continue;
            }
            if (!first && !wki_json_demand(j, ',', "a comma or the end of a list")) return false;
            if (!list && (!skip_string(j) || !wki_json_demand(j, ':', "a colon"))) return false;
        }
        const bool list = wki_json_accept(j, '[');
        if (list || wki_json_accept(j, '{')) {
            if (++depth > DEEPEST) return wki_json_wrong(j, "at most 60 brackets inside one another");
            lists = (lists & ~(UINT64_C(1) << depth)) | (uint64_t)list << depth;
            first = true;
            continue;
        }
        if (!scalar(j)) return false;
        if (depth == 0) return true;
        first = false;
    }
}

/* A key and its colon, after a comma unless it is the first; NULL at the end of the object or where it is wrong. */
const char *wki_json_key(wki_json *j, bool *first)
{
    if (wki_json_accept(j, '}')) return NULL;
    if (!*first && !wki_json_demand(j, ',', "a comma or the end of an object")) return NULL;
    *first = false;
    const char *key = wki_json_string(j);
    return key && wki_json_demand(j, ':', "a colon") ? key : NULL;
}
