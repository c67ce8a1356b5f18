/* The header of a safetensors file, JSON of one shape: {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0,
 * 24]},
 * "__metadata__": {"key": "text"}}. One pass without recursion; every string is decoded into a buffer as long as the
 * header. Accepts what the reference implementation accepts, but not the same name twice. */
#include "base/alloc.h"
#include "base/error.h"
#include "io/safetensors.h"
#include <stdlib.h>
#include <string.h>

typedef struct json {
    const char *start, *at, *end;
    char *word;        /* where the next string is put */
    const char *wrong; /* what was expected at `at`; NULL: nothing so far */
} json;

static bool expected(json *j, const char *what)
{
    if (!j->wrong) j->wrong = what;
    return false;
}

static void skip_blanks(json *j)
{
    while (j->at < j->end && (*j->at == ' ' || *j->at == '\n' || *j->at == '\t' || *j->at == '\r')) j->at++;
}

static bool accept(json *j, char c)
{
    skip_blanks(j);
    if (j->at == j->end || *j->at != c) return false;
    j->at++;
    return true;
}

static bool demand(json *j, char c, const char *what) { return accept(j, c) || expected(j, what); }

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

static bool four_digits(json *j, uint32_t *code)
{
    *code = 0;
    for (int i = 0; i < 4; i++, j->at++) {
        const char c = j->at < j->end ? *j->at : 0;
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0) return expected(j, "four hexadecimal digits");
        *code = *code * 16 + (uint32_t)digit;
    }
    return true;
}

static void put_code(json *j, uint32_t code)
{
    const int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char first[] = { 0, 0xc0, 0xe0, 0xf0 };
    *j->word++ = (char)(first[more] | code >> 6 * more);
    for (int i = more - 1; i >= 0; i--) *j->word++ = (char)(0x80 | (code >> 6 * i & 0x3f));
}

/* What follows \u; a pair of surrogates is one character. */
static bool code_point(json *j)
{
    uint32_t code, low;
    if (!four_digits(j, &code)) return false;
    if (code == 0) return expected(j, "text without zero characters");
    if (code >= 0xdc00 && code < 0xe000) return expected(j, "a first half of a surrogate pair");
    if (code >= 0xd800 && code < 0xdc00) {
        if (j->end - j->at < 2 || j->at[0] != '\\' || j->at[1] != 'u')
            return expected(j, "the second half of a surrogate pair");
        j->at += 2;
        if (!four_digits(j, &low)) return false;
        if (low < 0xdc00 || low >= 0xe000) return expected(j, "the second half of a surrogate pair");
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    put_code(j, code);
    return true;
}

static bool escape(json *j)
{
    static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    const char c = j->at < j->end ? *j->at : 0;
    const char *letter = c ? strchr(letters, c) : NULL;
    if (c != 'u' && !letter) return expected(j, "a known escape");
    j->at++;
    if (c == 'u') return code_point(j);
    *j->word++ = means[letter - letters];
    return true;
}

/* A string in quotes, decoded and ended by a NUL; NULL if there is none. */
static const char *string(json *j)
{
    const char *word = j->word;
    if (!demand(j, '"', "a string")) return NULL;
    while (j->at < j->end && *j->at != '"') {
        const unsigned char c = (unsigned char)*j->at;
        const size_t length = c < 0x20 ? 0 : character((const unsigned char *)j->at, (size_t)(j->end - j->at));
        if (length == 0) return expected(j, c < 0x20 ? "no control characters in a string" : "text in UTF-8"), NULL;
        if (c == '\\') {
            j->at++;
            if (!escape(j)) return NULL;
            continue;
        }
        memcpy(j->word, j->at, length);
        j->word += length;
        j->at += length;
    }
    if (!demand(j, '"', "the end of a string")) return NULL;
    *j->word++ = 0;
    return word;
}

static bool is_digit(const json *j) { return j->at < j->end && *j->at >= '0' && *j->at <= '9'; }

/* Digits alone: no sign, point, exponent or leading zero. */
static bool size(json *j, int64_t *to)
{
    static const char what[] = "a whole number from 0 to 2^63 - 1";
    skip_blanks(j);
    const char *first = j->at;
    *to = 0;
    for (; is_digit(j); j->at++)
        if (__builtin_mul_overflow(*to, 10, to) || __builtin_add_overflow(*to, *j->at - '0', to))
            return expected(j, what);
    if (j->at == first || (*first == '0' && j->at > first + 1)) return expected(j, what);
    return !(j->at < j->end && strchr(".eE", *j->at) && *j->at) || expected(j, what);
}

static bool type_of(json *j, const char *name, wki_st_type *type)
{
    for (int i = 0; i < WKI_ST_TYPES; i++)
        if (name && !strcmp(name, wki_st_type_name((wki_st_type)i))) {
            *type = (wki_st_type)i;
            return true;
        }
    return name ? expected(j, "a known dtype") : false;
}

/* The product of all sizes goes to *n, the first eight to t. */
static bool shape(json *j, wki_st_tensor *t, int64_t *n)
{
    *n = 1;
    if (!demand(j, '[', "a list of sizes")) return false;
    for (t->ndim = 0; !accept(j, ']'); t->ndim++) {
        int64_t length;
        if (t->ndim > 0 && !demand(j, ',', "a comma or the end of the sizes")) return false;
        if (!size(j, &length)) return false;
        if (__builtin_mul_overflow(*n, length, n)) return expected(j, "fewer elements than 2^63");
        if (t->ndim < WKI_ST_DIMS) t->shape[t->ndim] = length;
    }
    return true;
}

static bool offsets(json *j, wki_st_tensor *t)
{
    int64_t end;
    if (!demand(j, '[', "two offsets") || !size(j, &t->begin) || !demand(j, ',', "two offsets") || !size(j, &end) ||
        !demand(j, ']', "two offsets"))
        return false;
    t->bytes = end - t->begin;
    return t->bytes >= 0 || expected(j, "an end behind the beginning");
}

static bool digits(json *j)
{
    if (!is_digit(j)) return expected(j, "a digit");
    while (is_digit(j)) j->at++;
    return true;
}

static bool any_number(json *j)
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

static bool word(json *j, const char *text)
{
    const size_t n = strlen(text);
    if ((size_t)(j->end - j->at) < n || memcmp(j->at, text, n) != 0) return false;
    j->at += n;
    return true;
}

static bool skip_string(json *j)
{
    char *before = j->word;
    const bool good = string(j) != NULL;
    j->word = before;
    return good;
}

static bool scalar(json *j)
{
    skip_blanks(j);
    if (j->at < j->end && *j->at == '"') return skip_string(j);
    return word(j, "null") || word(j, "true") || word(j, "false") || any_number(j);
}

/* The value of a field that is not ours. Bit d of `lists` says that the bracket open at depth d is a list's. */
static bool skip_value(json *j)
{
    enum { DEEPEST = 60 };
    uint64_t lists = 0;
    int depth = 0;
    for (bool first = false;;) {
        if (depth > 0) {
            const bool list = lists >> depth & 1;
            if (accept(j, list ? ']' : '}')) {
                if (--depth == 0) return true;
                first = false;
                continue;
            }
            if (!first && !demand(j, ',', "a comma or the end of a list")) return false;
            if (!list && (!skip_string(j) || !demand(j, ':', "a colon"))) return false;
        }
        const bool list = accept(j, '[');
        if (list || accept(j, '{')) {
            if (++depth > DEEPEST) return expected(j, "at most 60 brackets inside one another");
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
static const char *next_key(json *j, bool *first)
{
    if (accept(j, '}')) return NULL;
    if (!*first && !demand(j, ',', "a comma or the end of an object")) return NULL;
    *first = false;
    const char *key = string(j);
    return key && demand(j, ':', "a colon") ? key : NULL;
}

static bool entry(json *j, wki_st_tensor *t)
{
    enum { DTYPE = 1, SHAPE = 2, OFFSETS = 4, ALL = 7 };
    int64_t n = 0, bits;
    unsigned seen = 0;
    bool first = true;
    if (!demand(j, '{', "a tensor's dtype, shape and data_offsets")) return false;
    char *after = j->word;
    for (const char *key; (key = next_key(j, &first)); j->word = after) {
        const unsigned field = !strcmp(key, "dtype")          ? DTYPE
                               : !strcmp(key, "shape")        ? SHAPE
                               : !strcmp(key, "data_offsets") ? OFFSETS
                                                              : 0;
        if (seen & field) return expected(j, "each field once");
        seen |= field;
        if (!(field == DTYPE     ? type_of(j, string(j), &t->type)
              : field == SHAPE   ? shape(j, t, &n)
              : field == OFFSETS ? offsets(j, t)
                                 : skip_value(j)))
            return false;
    }
    if (j->wrong) return false;
    if (seen != ALL) return expected(j, "the fields dtype, shape and data_offsets");
#define X(name, bits) bits,
    static const unsigned char bits_of[] = { WKI_ST_LIST(X) };
#undef X
    if (__builtin_mul_overflow(n, bits_of[t->type], &bits) || bits % 8 || bits / 8 != t->bytes)
        return expected(j, "data_offsets as far apart as dtype and shape need");
    return true;
}

/* Makes room for one more in an array of n. */
static void *room(void *array, int64_t n, size_t each)
{
    if (n & (n - 1)) return array;
    const size_t old = n > 0 ? (size_t)n : 0, next = old ? 2 * old : 1;
    return next <= SIZE_MAX / each ? wki_grow(array, old * each, next * each) : NULL;
}

static bool texts(json *j, wki_st_header *out)
{
    bool first = true;
    skip_blanks(j);
    if (word(j, "null")) return true;
    if (!demand(j, '{', "text by name")) return false;
    for (const char *key; (key = next_key(j, &first));) {
        wki_st_text *larger = room(out->texts, out->ntexts, sizeof *larger);
        if (!larger) return expected(j, "more memory");
        out->texts = larger;
        skip_blanks(j);
        const size_t at = (size_t)(j->at - j->start) + 1;
        const char *text = string(j);
        if (!text) return false;
        out->texts[out->ntexts++] = (wki_st_text){ key, text, at };
    }
    return !j->wrong;
}

static bool whole(json *j, wki_st_header *out)
{
    bool first = true, described = false;
    if (j->at == j->end || *j->at != '{') return expected(j, "an opening brace");
    j->at++;
    for (const char *name; (name = next_key(j, &first));) {
        if (!strcmp(name, "__metadata__")) {
            if (described) return expected(j, "__metadata__ once");
            described = true;
            if (!texts(j, out)) return false;
            continue;
        }
        wki_st_tensor *larger = room(out->tensors, out->count, sizeof *larger);
        if (!larger) return expected(j, "more memory");
        out->tensors = larger;
        out->tensors[out->count] = (wki_st_tensor){ .name = name };
        if (!entry(j, &out->tensors[out->count])) return false;
        out->count++;
    }
    if (j->wrong) return false;
    while (j->at < j->end && *j->at == ' ') j->at++;
    return j->at == j->end || expected(j, "nothing but spaces behind the last brace");
}

static int by_place(const void *a, const void *b)
{
    const wki_st_tensor *s = a, *t = b;
    if (s->begin != t->begin) return s->begin < t->begin ? -1 : 1;
    return s->bytes != t->bytes ? s->bytes < t->bytes ? -1 : 1 : strcmp(s->name, t->name);
}

static int by_word(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* Each name once? words: n names, which are sorted. */
static wk_status distinct(const char **words, int64_t n, const char *file, const char *where)
{
    char quoted[WKI_QUOTE];
    if (n > 1) qsort(words, (size_t)n, sizeof *words, by_word);
    for (int64_t i = 1; i < n; i++)
        wki_check(strcmp(words[i - 1], words[i]) != 0, WK_E_FORMAT, WK_E_FORMAT, where,
                  "%s has %s twice; expected each name once", file, wki_quote(words[i], quoted));
    return WK_OK;
}

static wk_status all_distinct(const wki_st_header *h, const char *file, const char *where)
{
    const int64_t most = h->count > h->ntexts ? h->count : h->ntexts;
    const char **words = wki_alloc_array((size_t)most, sizeof *words);
    if (!words) return WK_E_MEMORY;
    for (int64_t i = 0; i < h->count; i++) words[i] = h->tensors[i].name;
    wk_status status = distinct(words, h->count, file, where);
    for (int64_t i = 0; i < h->ntexts; i++) words[i] = h->texts[i].key;
    if (!status) status = distinct(words, h->ntexts, file, where);
    wki_free(words);
    return status;
}

/* The elements of all tensors, one behind the other, are the data. */
static wk_status dense(const wki_st_header *h, int64_t data_bytes, const char *file, const char *where)
{
    char quoted[WKI_QUOTE];
    int64_t end = 0;
    for (int64_t i = 0; i < h->count; i++) {
        const wki_st_tensor *t = &h->tensors[i];
        wki_check(t->begin == end, WK_E_FORMAT, WK_E_FORMAT, where,
                  "%s: the elements of %s begin at %lld; expected %lld, where those before end", file,
                  wki_quote(t->name, quoted), (long long)t->begin, (long long)end);
        end += t->bytes;
    }
    wki_check(end == data_bytes, WK_E_FORMAT, WK_E_FORMAT, where,
              "%s has %lld bytes of elements; its header tells of %lld", file, (long long)data_bytes, (long long)end);
    return WK_OK;
}

wk_status wki_st_parse(const char *text, size_t n, int64_t data_bytes, const char *file, const char *where,
                       wki_st_header *out)
{
    *out = (wki_st_header){ .words = wki_alloc(n) };
    if (!out->words) return WK_E_MEMORY;
    json j = { text, text, text + n, out->words, NULL };
    wk_status status = WK_OK;
    if (!whole(&j, out)) {
        wki_fail(WK_E_FORMAT, where, "%s: malformed header of a safetensors file at byte %zu; expected %s", file,
                 (size_t)(j.at - j.start) + 8, j.wrong);
        status = wk_error(); /* memory may have been the first cause */
    }
    if (!status) status = all_distinct(out, file, where);
    if (!status && out->count > 1) qsort(out->tensors, (size_t)out->count, sizeof *out->tensors, by_place);
    if (!status) status = dense(out, data_bytes, file, where);
    if (!status) status = wki_st_take_sums(out, text, n, file, where);
    if (status) wki_st_header_free(out);
    return status;
}

void wki_st_header_free(wki_st_header *header)
{
    wki_free(header->tensors);
    wki_free(header->texts);
    wki_free(header->sums);
    wki_free(header->words);
    *header = (wki_st_header){ 0 };
}
