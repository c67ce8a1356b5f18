/* What the JSON of safetensors files says: a header, {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0,
 * 24]},
 * "__metadata__": {"key": "text"}}, and the index of several files, {"weight_map": {"name": "file"}}. Accepts what the
 * reference implementation accepts, but not the same name twice. */
#include "base/alloc.h"
#include "base/error.h"
#include "io/json.h"
#include "io/safetensors.h"
#include <stdlib.h>
#include <string.h>

static bool type_of(wki_json *j, const char *name, wki_st_type *type)
{
    for (int i = 0; i < WKI_ST_TYPES; i++)
        if (name && !strcmp(name, wki_st_type_name((wki_st_type)i))) {
            *type = (wki_st_type)i;
            return true;
        }
    return name ? wki_json_wrong(j, "a known dtype") : false;
}

/* The product of all sizes goes to *n, the first eight to t. */
static bool shape(wki_json *j, wki_st_tensor *t, int64_t *n)
{
    *n = 1;
    if (!wki_json_demand(j, '[', "a list of sizes")) return false;
    for (t->ndim = 0; !wki_json_accept(j, ']'); t->ndim++) {
        int64_t length;
        if (t->ndim > 0 && !wki_json_demand(j, ',', "a comma or the end of the sizes")) return false;
        if (!wki_json_size(j, &length)) return false;
        if (__builtin_mul_overflow(*n, length, n)) return wki_json_wrong(j, "fewer elements than 2^63");
        if (t->ndim < WKI_ST_DIMS) t->shape[t->ndim] = length;
    }
    return true;
}

static bool offsets(wki_json *j, wki_st_tensor *t)
{
    int64_t end;
    if (!wki_json_demand(j, '[', "two offsets") || !wki_json_size(j, &t->begin) ||
        !wki_json_demand(j, ',', "two offsets") || !wki_json_size(j, &end) || !wki_json_demand(j, ']', "two offsets"))
        return false;
    t->bytes = end - t->begin;
    return t->bytes >= 0 || wki_json_wrong(j, "an end behind the beginning");
}

static bool entry(wki_json *j, wki_st_tensor *t)
{
    enum { DTYPE = 1, SHAPE = 2, OFFSETS = 4, ALL = 7 };
    int64_t n = 0, bits;
    unsigned seen = 0;
    bool first = true;
    if (!wki_json_demand(j, '{', "a tensor's dtype, shape and data_offsets")) return false;
    char *after = j->word;
    for (const char *key; (key = wki_json_key(j, &first)); j->word = after) {
        const unsigned field = !strcmp(key, "dtype")          ? DTYPE
                               : !strcmp(key, "shape")        ? SHAPE
                               : !strcmp(key, "data_offsets") ? OFFSETS
                                                              : 0;
        if (seen & field) return wki_json_wrong(j, "each field once");
        seen |= field;
        if (!(field == DTYPE     ? type_of(j, wki_json_string(j), &t->type)
              : field == SHAPE   ? shape(j, t, &n)
              : field == OFFSETS ? offsets(j, t)
                                 : wki_json_skip(j)))
            return false;
    }
    if (j->wrong) return false;
    if (seen != ALL) return wki_json_wrong(j, "the fields dtype, shape and data_offsets");
#define X(name, bits) bits,
    static const unsigned char bits_of[] = { WKI_ST_LIST(X) };
#undef X
    if (__builtin_mul_overflow(n, bits_of[t->type], &bits) || bits % 8 || bits / 8 != t->bytes)
        return wki_json_wrong(j, "data_offsets as far apart as dtype and shape need");
    return true;
}

/* An object of texts by name, or null; `others`: values that are no text are passed over. */
static bool texts(wki_json *j, bool others, wki_st_text **to, int64_t *n)
{
    bool first = true;
    if (wki_json_word(j, "null")) return true;
    if (!wki_json_demand(j, '{', "text by name")) return false;
    for (const char *key; (key = wki_json_key(j, &first));) {
        wki_json_blanks(j);
        if (others && j->at < j->end && *j->at != '"') {
            if (!wki_json_skip(j)) return false;
            continue;
        }
        wki_st_text *larger = wki_grow_list(*to, (size_t)*n, sizeof *larger);
        if (!larger) return wki_json_wrong(j, "more memory");
        *to = larger;
        const size_t at = (size_t)(j->at - j->start) + 1;
        const char *text = wki_json_string(j);
        if (!text) return false;
        (*to)[(*n)++] = (wki_st_text){ key, text, at };
    }
    return !j->wrong;
}

static bool whole(wki_json *j, wki_st_header *out)
{
    bool first = true, described = false;
    if (j->at == j->end || *j->at != '{') return wki_json_wrong(j, "an opening brace");
    j->at++;
    for (const char *name; (name = wki_json_key(j, &first));) {
        if (!strcmp(name, "__metadata__")) {
            if (described) return wki_json_wrong(j, "__metadata__ once");
            described = true;
            if (!texts(j, false, &out->texts, &out->ntexts)) return false;
            continue;
        }
        wki_st_tensor *larger = wki_grow_list(out->tensors, (size_t)out->count, sizeof *larger);
        if (!larger) return wki_json_wrong(j, "more memory");
        out->tensors = larger;
        out->tensors[out->count] = (wki_st_tensor){ .name = name };
        if (!entry(j, &out->tensors[out->count])) return false;
        out->count++;
    }
    if (j->wrong) return false;
    while (j->at < j->end && *j->at == ' ') j->at++;
    return j->at == j->end || wki_json_wrong(j, "nothing but spaces behind the last brace");
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

static wk_status keys_distinct(const wki_st_text *texts, int64_t n, const char *file, const char *where)
{
    const char **words = wki_alloc_array((size_t)n, sizeof *words);
    if (!words) return WK_E_MEMORY;
    for (int64_t i = 0; i < n; i++) words[i] = texts[i].key;
    const wk_status status = distinct(words, n, file, where);
    wki_free(words);
    return status;
}

static wk_status names_distinct(const wki_st_header *h, const char *file, const char *where)
{
    const char **words = wki_alloc_array((size_t)h->count, sizeof *words);
    if (!words) return WK_E_MEMORY;
    for (int64_t i = 0; i < h->count; i++) words[i] = h->tensors[i].name;
    const wk_status status = distinct(words, h->count, file, where);
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
    wki_json j = { text, text, text + n, out->words, NULL };
    wk_status status = WK_OK;
    if (!whole(&j, out)) {
        wki_fail(WK_E_FORMAT, where, "%s: malformed header of a safetensors file at byte %zu; expected %s", file,
                 (size_t)(j.at - j.start) + 8, j.wrong);
        status = wk_error(); /* memory may have been the first cause */
    }
    if (!status) status = names_distinct(out, file, where);
    if (!status) status = keys_distinct(out->texts, out->ntexts, file, where);
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

/* ---- The index of several files ---- */

static bool index_of(wki_json *j, wki_st_index *out)
{
    bool first = true, mapped = false;
    if (!wki_json_demand(j, '{', "an opening brace")) return false;
    for (const char *key; (key = wki_json_key(j, &first));) {
        const bool map = !strcmp(key, "weight_map");
        if (map && mapped) return wki_json_wrong(j, "weight_map once");
        mapped |= map;
        if (!(map                        ? texts(j, false, &out->places, &out->count)
              : !strcmp(key, "metadata") ? texts(j, true, &out->texts, &out->ntexts)
                                         : wki_json_skip(j)))
            return false;
    }
    if (j->wrong) return false;
    if (!mapped) return wki_json_wrong(j, "a weight_map");
    wki_json_blanks(j);
    return j->at == j->end || wki_json_wrong(j, "nothing behind the last brace");
}

static int by_file(const void *a, const void *b)
{
    const wki_st_text *s = a, *t = b;
    const int files = strcmp(s->text, t->text);
    return files ? files : strcmp(s->key, t->key);
}

wk_status wki_st_parse_index(const char *text, size_t n, const char *file, const char *where, wki_st_index *out)
{
    *out = (wki_st_index){ .words = wki_alloc(n) };
    if (!out->words) return WK_E_MEMORY;
    wki_json j = { text, text, text + n, out->words, NULL };
    wk_status status = WK_OK;
    if (!index_of(&j, out)) {
        wki_fail(WK_E_FORMAT, where, "%s: malformed index of safetensors files at byte %zu; expected %s", file,
                 (size_t)(j.at - j.start), j.wrong);
        status = wk_error(); /* memory may have been the first cause */
    }
    if (!status) status = keys_distinct(out->places, out->count, file, where);
    if (!status) status = keys_distinct(out->texts, out->ntexts, file, where);
    if (!status && out->count > 1) qsort(out->places, (size_t)out->count, sizeof *out->places, by_file);
    if (status) wki_st_index_free(out);
    return status;
}

void wki_st_index_free(wki_st_index *index)
{
    wki_free(index->places);
    wki_free(index->texts);
    wki_free(index->words);
    *index = (wki_st_index){ 0 };
}
