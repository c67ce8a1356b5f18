/* State dicts as files: safetensors, there and back, and npz. Rests on io/safetensors.c and io/npz.c; tensors that are
 * not row-major in host memory are copied to it for the while. */
#include "autograd/op.h"
#include "autograd/recording.h"
#include "autograd/state.h"
#include "base/alloc.h"
#include "io/npz.h"
#include "io/safetensors.h"
#include <stdio.h>
#include <string.h>

/* What transformers asks for in a file that holds PyTorch's weights. */
static const wki_st_text format = { .key = "format", .text = "pt" };

/* t's elements, row-major in host memory; NULL on an error. */
static void *elements(const wk_tensor *t)
{
    static char none;
    if (wki_numel(&t->v) == 0) return &none;
    if (wki_not_recorded("save", "values are written to a file", "save behind the step")) return NULL;
    if (t->v.device == WK_CPU && wki_is_contiguous(&t->v)) return t->v.data;
    wk_tensor *copy = wki_new("state_write", WK_CPU, t->v.ndim, t->v.size, t->v.dtype);
    if (!copy || wk_read(t, copy->v.data, (size_t)wki_numel(&t->v) * wk_dtype_size(t->v.dtype))) return NULL;
    return copy->v.data;
}

static bool describe(const wki_named *entry, wki_st_tensor *to)
{
    const wk_tensor *t = entry->is.tensor;
    *to = (wki_st_tensor){ .name = entry->name, .type = wki_st_type_of(t->v.dtype), .ndim = t->v.ndim };
    memcpy(to->shape, t->v.size, sizeof *to->shape * (size_t)t->v.ndim);
    return (to->data = elements(t)) != NULL;
}

/* May name be a key of a text that tells which tensor it is? */
static bool may_be_key(const wk_state *s, const char *name)
{
    return strcmp(name, format.key) && strncmp(name, WKI_ST_OWN, sizeof WKI_ST_OWN - 1) && !wk_state_text(s, name);
}

static wk_status write_file(const wk_state *s, const char *path, const int64_t *first, wki_st_tensor *tensors,
                            wki_st_text *texts)
{
    int64_t n = 0, ntexts = 0;
    char tied[32];
    for (int64_t i = 0; i < s->tensors.count; i++) {
        const wki_named *entry = &s->tensors.entries[i];
        if (first[i] != i && may_be_key(s, entry->name))
            texts[ntexts++] = (wki_st_text){ .key = entry->name, .text = s->tensors.entries[first[i]].name };
        else if (!describe(entry, &tensors[n++]))
            return wk_error();
    }
    snprintf(tied, sizeof tied, "%lld", (long long)ntexts);
    if (ntexts) texts[ntexts++] = (wki_st_text){ .key = WKI_ST_TIED, .text = tied };
    if (!wk_state_text(s, format.key)) texts[ntexts++] = format;
    for (int64_t i = 0; i < s->texts.count; i++)
        texts[ntexts++] = (wki_st_text){ .key = s->texts.entries[i].name, .text = s->texts.entries[i].is.text };
    return wki_st_write(path, tensors, n, texts, ntexts, "state_write");
}

wk_status wk_state_write(const wk_state *s, const char *path)
{
    if (wk_failed() || !wki_state_ok(s, "state_write", "s") || !wki_state_whole(s, "state_write")) return wk_error();
    WK_SCOPE(work);
    wki_st_tensor *tensors = wki_alloc_array((size_t)s->tensors.count, sizeof *tensors);
    wki_st_text *texts = wki_alloc_array((size_t)(s->tensors.count + s->texts.count) + 2, sizeof *texts);
    int64_t *first = wki_alloc_array((size_t)s->tensors.count, sizeof *first);
    const bool ready = tensors && texts && first && !wki_state_share(s, first);
    const wk_status status = ready ? write_file(s, path, first, tensors, texts) : WK_E_MEMORY;
    wki_free(first);
    wki_free(tensors);
    wki_free(texts);
    return status;
}

static wk_status read_tensor(wki_st_reader *file, int64_t i, wk_state *to)
{
    const wki_st_tensor *t = &wki_st_header_of(file)->tensors[i];
    const wk_dtype dtype = wki_st_dtype(t->type);
    const char *path = wki_st_path_of(file);
    char quoted[WKI_QUOTE], shown[WKI_ST_SHOWN];
    int64_t n;
    wki_check(t->ndim <= WK_MAX_DIMS, WK_E_UNSUPPORTED, WK_E_UNSUPPORTED, "state_read",
              "%s: %s has %d dimensions; at most %d are possible", path, wki_quote(t->name, quoted), t->ndim,
              WK_MAX_DIMS);
    wki_check(*t->name, WK_E_UNSUPPORTED, WK_E_UNSUPPORTED, "state_read", "%s: a tensor has no name; expected one",
              path);
    if (dtype == WK_DTYPE_COUNT) return wki_state_set_foreign(to, t->name, wki_st_show(t, shown));
    if (!wki_shape_ok("state_read", t->ndim, t->shape, dtype, &n)) return wk_error();
    WK_SCOPE(work);
    wk_tensor *tensor = wki_new("state_read", WK_CPU, t->ndim, t->shape, dtype);
    if (!tensor || wki_st_read(file, i, tensor->v.data)) return wk_error();
    return wk_state_set(to, t->name, tensor);
}

/* A second name of a tensor, told the reference library's way? *done says whether it was one. */
static wk_status read_name(const wki_st_text *t, wk_state *to, bool *done)
{
    const char *foreign = wki_state_foreign(to, t->text);
    *done = *t->key && strcmp(t->key, "__metadata__") && strcmp(t->key, format.key) &&
            (foreign || wk_state_has(to, t->text)) && !wk_state_has(to, t->key) && !wki_state_foreign(to, t->key);
    if (!*done) return WK_OK;
    return foreign ? wki_state_set_foreign(to, t->key, foreign) : wk_state_set(to, t->key, wk_state_get(to, t->text));
}

/* The first ntied tell names, and no other; -1: any may. */
static wk_status read_texts(const wki_st_text *texts, int64_t n, int64_t ntied, const char *path, wk_state *to)
{
    char name[WKI_QUOTE], of[WKI_QUOTE];
    for (int64_t i = 0; i < n; i++) {
        const wki_st_text *t = &texts[i];
        bool told = false;
        if ((ntied < 0 || i < ntied) && read_name(t, to, &told)) return wk_error();
        if (told) continue;
        wki_check(i >= ntied, WK_E_FORMAT, WK_E_FORMAT, "state_read",
                  "%s: %s is told to be another name of %s; expected a name that no tensor has, and one that a tensor "
                  "has",
                  path, wki_quote(t->key, name), wki_quote(t->text, of));
        const bool implied = !strcmp(t->key, format.key) && !strcmp(t->text, format.text);
        const bool own = !strncmp(t->key, WKI_ST_OWN, sizeof WKI_ST_OWN - 1); /* of an index, where they mean nothing */
        if (!implied && !own && wk_state_set_text(to, t->key, t->text)) return wk_error();
    }
    return WK_OK;
}

/* Text that several files have is that of the last, or of their index. */
static wk_status read_all(const wki_st_files *files, const char *path, wk_state *to)
{
    for (int64_t f = 0; f < files->count; f++)
        for (int64_t i = 0; i < wki_st_header_of(files->readers[f])->count; i++)
            if (read_tensor(files->readers[f], i, to)) return wk_error();
    for (int64_t f = 0; f < files->count; f++) {
        const wki_st_header *h = wki_st_header_of(files->readers[f]);
        if (read_texts(h->texts, h->ntexts, h->ntied, wki_st_path_of(files->readers[f]), to)) return wk_error();
    }
    return read_texts(files->index.texts, files->index.ntexts, -1, path, to);
}

wk_state *wk_state_read(const char *path)
{
    wki_st_files files;
    if (wk_failed()) return NULL;
    WK_SCOPE(work);
    wk_state *state = wk_state_new();
    if (!state || wki_st_open_files(path, "state_read", &files)) return NULL;
    const bool good = read_all(&files, path, state) == WK_OK;
    wki_st_close_files(&files);
    return good ? wk_escape(work, state) : NULL;
}

static wk_status list_file(const wki_st_reader *file, wk_status (*visit)(void *user, const wk_state_info *info),
                           void *user)
{
    const wki_st_header *h = wki_st_header_of(file);
    wk_status status = WK_OK;
    for (int64_t i = 0; !status && i < h->count; i++) {
        const wki_st_tensor *t = &h->tensors[i];
        wk_state_info info = { .name = t->name,
                               .file = wki_st_path_of(file),
                               .type = wki_st_type_name(t->type),
                               .dtype = wki_st_dtype(t->type),
                               .ndim = t->ndim,
                               .bytes = t->bytes };
        memcpy(info.shape, t->shape, sizeof info.shape);
        status = visit(user, &info);
    }
    return status;
}

wk_status wk_state_list(const char *path, wk_status (*visit)(void *user, const wk_state_info *info), void *user)
{
    wki_st_files files;
    if (wk_failed()) return wk_error();
    wki_check(visit, WK_E_INVALID, WK_E_INVALID, "state_list", "visit is NULL; expected a function");
    wk_status status = wki_st_open_files(path, "state_list", &files);
    if (status) return status;
    for (int64_t f = 0; !status && f < files.count; f++) status = list_file(files.readers[f], visit, user);
    wki_st_close_files(&files);
    return status;
}

static wk_status write_npz(const wk_state *s, const char *path, wki_npz_entry *entries)
{
    const int64_t n = s->tensors.count;
    for (int64_t i = 0; i < n; i++) {
        const wk_tensor *t = s->tensors.entries[i].is.tensor;
        entries[i] = (wki_npz_entry){ .name = s->tensors.entries[i].name,
                                      .array = { (wk_dtype)t->v.dtype, t->v.ndim, { 0 }, elements(t) } };
        if (!entries[i].array.data) return wk_error();
        memcpy(entries[i].array.shape, t->v.size, sizeof *t->v.size * (size_t)t->v.ndim);
    }
    return wki_npz_write(path, entries, n, "state_write_npz");
}

wk_status wk_state_write_npz(const wk_state *s, const char *path)
{
    if (wk_failed() || !wki_state_ok(s, "state_write_npz", "s") || !wki_state_whole(s, "state_write_npz"))
        return wk_error();
    WK_SCOPE(work);
    wki_npz_entry *entries = wki_alloc_array((size_t)s->tensors.count, sizeof *entries);
    const wk_status status = entries ? write_npz(s, path, entries) : WK_E_MEMORY;
    wki_free(entries);
    return status;
}
