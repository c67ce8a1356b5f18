/* A state in several safetensors files: their index, the files beside it, and whether both tell the same. */
#include "base/alloc.h"
#include "base/differences.h"
#include "base/error.h"
#include "io/safetensors.h"
#include <stdlib.h>
#include <string.h>

bool wki_st_is_index(const char *path)
{
    static const char ending[] = ".index.json";
    const size_t n = strlen(path), tail = sizeof ending - 1;
    return n >= tail && !strcmp(path + n - tail, ending);
}

static bool is_plain(const char *name)
{
    if (!*name || !strcmp(name, ".") || !strcmp(name, "..")) return false;
    while (*name && *name != '/' && (unsigned char)*name >= ' ' && *name != 0x7f) name++;
    return !*name;
}

/* In the folder of the index, and nowhere else. */
static wki_st_reader *open_beside(const char *index, const char *name, const char *where)
{
    char quoted[WKI_QUOTE];
    wki_check(is_plain(name), NULL, WK_E_FORMAT, where, "%s is no plain name of a file", wki_quote(name, quoted));
    const char *slash = strrchr(index, '/');
    char *path = wki_sprintf("%.*s%s", slash ? (int)(slash + 1 - index) : 0, index, name);
    wki_st_reader *reader = path ? wki_st_open(path, where) : NULL;
    wki_free(path);
    return reader;
}

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* What a file has and what the index says of it: n places, by name. */
static wk_status compare(const wki_st_header *h, const wki_st_text *places, int64_t n, wki_differences *d)
{
    char quoted[WKI_QUOTE];
    const char **names = wki_alloc_array((size_t)h->count, sizeof *names), *file = places->text;
    if (!names) return WK_E_MEMORY;
    for (int64_t i = 0; i < h->count; i++) names[i] = h->tensors[i].name;
    if (h->count > 1) qsort(names, (size_t)h->count, sizeof *names, by_name);
    for (int64_t i = 0, k = 0; i < h->count || k < n;) {
        const int order = i == h->count ? 1 : k == n ? -1 : strcmp(names[i], places[k].key);
        if (order < 0) wki_differ(d, WKI_UNEXPECTED, "%s in %s", wki_quote(names[i], quoted), file);
        if (order > 0) wki_differ(d, WKI_MISSING, "%s in %s", wki_quote(places[k].key, quoted), file);
        i += order <= 0;
        k += order >= 0;
    }
    wki_free(names);
    return WK_OK;
}

/* All files, each of which has its places one behind the other; what is amiss with any of them in one error. */
static wk_status open_all(const char *path, const char *where, wki_st_files *out)
{
    const wki_st_index *index = &out->index;
    wki_differences d = { .about = path };
    for (int64_t at = 0, n; at < index->count && !wk_failed(); at += n) {
        const wki_st_text *places = index->places + at;
        for (n = 1; at + n < index->count && !strcmp(places[n].text, places->text);) n++;
        wki_st_reader *reader = open_beside(path, places->text, where);
        wki_differ_by_error(&d, NULL);
        if (!reader) continue;
        out->readers[out->count++] = reader;
        compare(wki_st_header_of(reader), places, n, &d);
    }
    if (wk_failed()) return wk_error();
    if (d.code == WK_OK) d.code = WK_E_FORMAT;
    return wki_differences_fail(&d, where);
}

static wk_status open_index(const char *path, const char *where, wki_st_files *out)
{
    size_t n;
    char *json = wki_file_slurp(path, WKI_ST_HEADER_MOST, &n, where);
    if (!json) return wk_error();
    const wk_status status = wki_st_parse_index(json, n, path, where, &out->index);
    wki_free(json);
    if (status) return status;
    out->readers = wki_alloc_array((size_t)out->index.count, sizeof *out->readers);
    return out->readers ? open_all(path, where, out) : wk_error();
}

static wk_status open_one(const char *path, const char *where, wki_st_files *out)
{
    out->readers = wki_alloc_array(1, sizeof *out->readers);
    if (out->readers) out->readers[0] = wki_st_open(path, where);
    out->count = out->readers && out->readers[0];
    return wk_error();
}

wk_status wki_st_open_files(const char *path, const char *where, wki_st_files *out)
{
    *out = (wki_st_files){ 0 };
    const bool index = path && wki_st_is_index(path);
    const wk_status status = index ? open_index(path, where, out) : open_one(path, where, out);
    if (status) wki_st_close_files(out);
    return status;
}

void wki_st_close_files(wki_st_files *files)
{
    for (int64_t i = 0; i < files->count; i++) wki_st_close(files->readers[i]);
    wki_free(files->readers);
    wki_st_index_free(&files->index);
    *files = (wki_st_files){ 0 };
}
