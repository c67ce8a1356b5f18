/* Tensors from and to NumPy's files. */
#include "autograd/tensor.h"
#include "wick/data.h"
#include "wick/io.h"

wk_tensor *wk_load_npy(const char *path)
{
    wk_array a;
    if (wk_read_npy(path, &a)) return NULL;
    wk_tensor *t = wk_from(a.data, a.ndim, a.shape, a.dtype);
    wk_array_free(&a);
    return t;
}

wk_status wk_save_npy(wk_tensor *t, const char *path)
{
    if (wk_failed() || !wki_tensor_ok(t, "save_npy", "t")) return wk_error();
    WK_SCOPE(work);
    WK_NO_GRAD(reading);
    wk_tensor *c = wki_on_cpu(t);
    if (!c) return wk_error();
    wk_array a = { .dtype = (wk_dtype)c->v.dtype, .ndim = c->v.ndim, .data = c->v.data };
    for (int i = 0; i < a.ndim; i++) a.shape[i] = c->v.size[i];
    return wk_write_npy(path, &a);
}
