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
    if (wk_failed() || !wki_state_ok(s, "state_write", "s")) return wk_error();
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

static wk_status read_tensor(wki_st_reader *file, int64_t i, const char *path, wk_state *to)
{
    const wki_st_tensor *t = &wki_st_header_of(file)->tensors[i];
    const wk_dtype dtype = wki_st_dtype(t->type);
    char quoted[WKI_QUOTE];
    int64_t n;
    wki_check(dtype != WK_DTYPE_COUNT, WK_E_UNSUPPORTED, WK_E_UNSUPPORTED, "state_read",
              "%s: %s is %s, which has no dtype here; convert it", path, wki_quote(t->name, quoted),
              wki_st_type_name(t->type));
    wki_check(t->ndim <= WK_MAX_DIMS, WK_E_UNSUPPORTED, WK_E_UNSUPPORTED, "state_read",
              "%s: %s has %d dimensions; at most %d are possible", path, wki_quote(t->name, quoted), t->ndim,
              WK_MAX_DIMS);
    wki_check(*t->name, WK_E_UNSUPPORTED, WK_E_UNSUPPORTED, "state_read", "%s: a tensor has no name; expected one",
              path);
    if (!wki_shape_ok("state_read", t->ndim, t->shape, dtype, &n)) return wk_error();
    WK_SCOPE(work);
    wk_tensor *tensor = wki_new("state_read", WK_CPU, t->ndim, t->shape, dtype);
    if (!tensor || wki_st_read(file, i, tensor->v.data)) return wk_error();
    return wk_state_set(to, t->name, tensor);
}

/* Is this the reference library's way to tell a second name of a tensor? */
static bool tells_name(const wk_state *read, const wki_st_text *t)
{
    return *t->key && strcmp(t->key, "__metadata__") && strcmp(t->key, format.key) && wk_state_has(read, t->text) &&
           !wk_state_has(read, t->key);
}

static wk_status read_text(const wki_st_header *h, int64_t i, const char *path, wk_state *to)
{
    const wki_st_text *t = &h->texts[i];
    char name[WKI_QUOTE], of[WKI_QUOTE];
    if ((h->ntied < 0 || i < h->ntied) && tells_name(to, t)) return wk_state_set(to, t->key, wk_state_get(to, t->text));
    wki_check(i >= h->ntied, WK_E_FORMAT, WK_E_FORMAT, "state_read",
              "%s: %s is told to be another name of %s; expected a name that no tensor has, and one that a tensor has",
              path, wki_quote(t->key, name), wki_quote(t->text, of));
    const bool implied = !strcmp(t->key, format.key) && !strcmp(t->text, format.text);
    return implied ? WK_OK : wk_state_set_text(to, t->key, t->text);
}

static wk_status read_all(wki_st_reader *file, const char *path, wk_state *to)
{
    const wki_st_header *h = wki_st_header_of(file);
    for (int64_t i = 0; i < h->count; i++)
        if (read_tensor(file, i, path, to)) return wk_error();
    for (int64_t i = 0; i < h->ntexts; i++)
        if (read_text(h, i, path, to)) return wk_error();
    return WK_OK;
}

wk_state *wk_state_read(const char *path)
{
    if (wk_failed()) return NULL;
    WK_SCOPE(work);
    wk_state *state = wk_state_new();
    wki_st_reader *file = state ? wki_st_open(path, "state_read") : NULL;
    const bool good = file && read_all(file, path, state) == WK_OK;
    wki_st_close(file);
    return good ? wk_escape(work, state) : NULL;
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
    if (wk_failed() || !wki_state_ok(s, "state_write_npz", "s")) return wk_error();
    WK_SCOPE(work);
    wki_npz_entry *entries = wki_alloc_array((size_t)s->tensors.count, sizeof *entries);
    const wk_status status = entries ? write_npz(s, path, entries) : WK_E_MEMORY;
    wki_free(entries);
    return status;
}
