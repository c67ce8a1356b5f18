/* States as HDF5 files: the parts of a name are groups, the last one the data set. Rests on writer.c. */
#include "autograd/state.h"
#include "autograd/tensor.h"
#include "base/alloc.h"
#include "base/error.h"
#include "data/hdf5/writer.h"
#include <string.h>

static const char where[] = "state_write_h5";

/* Turns s's name into its path in place: no part is empty, and none before the last is a tensor's own name. */
static wk_status make_path(const wk_state *s, const char *name, char *path)
{
    for (char *part = path, *end;; part = end + 1) {
        end = part + strcspn(part, "./");
        const char cut = *end;
        wki_check(end > part, WK_E_INVALID, WK_E_INVALID, where,
                  "'%.100s' has an empty part; expected a name like 'encoder.0.weight'", name);
        if (!cut) break;
        *end = 0;
        wki_check(!wk_state_has(s, path), WK_E_INVALID, WK_E_INVALID, where,
                  "'%.100s' and '%.100s': one cannot be a data set where the other lies", path, name);
        *end = cut;
    }
    for (char *c = path; *c; c++) *c = *c == '.' ? '/' : *c;
    return WK_OK;
}

static wk_status put(wk_h5_writer *w, const wk_state *s, int64_t i)
{
    WK_SCOPE(work);
    const char *name = wk_state_name(s, i);
    const wk_tensor *t = wk_contiguous(wk_to_device(wk_state_at(s, i), WK_CPU));
    char *path = t ? wki_strdup(name) : NULL;
    if (path && make_path(s, name, path) == WK_OK) {
        wk_array array = { .dtype = wk_dtype_of(t), .ndim = wk_ndim(t), .data = t->v.data };
        memcpy(array.shape, wk_shape(t), sizeof *array.shape * (size_t)array.ndim);
        wki_h5_put(w, path, &array, where);
    }
    wki_free(path);
    return wk_error();
}

wk_status wk_state_write_h5(const wk_state *s, const char *path)
{
    if (wk_failed() || !wki_state_ok(s, where, "s") || !wki_state_whole(s, where)) return wk_error();
    WK_SCOPE(writing);
    WK_NO_GRAD(reading);
    wk_h5_writer *w = wk_h5_writer_new(path);
    for (int64_t i = 0; w && i < wk_state_text_count(s) && !wk_failed(); i++)
        wk_h5_attribute(w, wk_state_text_key(s, i), wk_state_text(s, wk_state_text_key(s, i)));
    for (int64_t i = 0; w && i < wk_state_count(s) && !wk_failed(); i++) put(w, s, i);
    return wk_failed() ? wk_error() : wk_h5_commit(w);
}
