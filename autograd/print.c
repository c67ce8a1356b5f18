/* Tensors as text, in rows and columns; large ones show their first and last elements. */
#include "autograd/op.h"

enum { EDGE = 3, MOST = 1000 }; /* elements shown at each end of a dim, once there are more than MOST in all */

static void print_element(FILE *out, const wk_tensor *t, int64_t at)
{
    switch (t->v.dtype) {
    case WK_F32: fprintf(out, "%10.4g", (double)((const float *)t->v.data)[at]); break;
    case WK_F64: fprintf(out, "%10.4g", ((const double *)t->v.data)[at]); break;
    case WK_I64: fprintf(out, "%6lld", (long long)((const int64_t *)t->v.data)[at]); break;
    case WK_I32: fprintf(out, "%6d", ((const int32_t *)t->v.data)[at]); break;
    case WK_BOOL: fputs(((const uint8_t *)t->v.data)[at] ? " true" : "false", out); break;
    default: fprintf(out, "%4u", (unsigned)((const uint8_t *)t->v.data)[at]);
    }
}

/* Depth is at most WK_MAX_DIMS. */
static void print_dim(FILE *out, const wk_tensor *t, int dim, int64_t at, bool shorten)
{
    if (dim == t->v.ndim) {
        print_element(out, t, at);
        return;
    }
    int64_t n = t->v.size[dim];
    bool last = dim == t->v.ndim - 1;
    fputc('[', out);
    for (int64_t i = 0; i < n; i++) {
        if (i && last)
            fputs(", ", out);
        else if (i)
            fprintf(out, ",\n%*s", dim + 1, "");
        if (shorten && n > 2 * EDGE && i == EDGE) {
            fputs("...", out);
            i = n - EDGE - 1;
            continue;
        }
        print_dim(out, t, dim + 1, at + i * t->v.stride[dim], shorten);
    }
    fputc(']', out);
}

wk_status wk_print(const wk_tensor *t, FILE *out)
{
    if (!wki_tensor_ok(t, "print", "t")) return wk_error();
    wki_check(out, WK_E_INVALID, WK_E_INVALID, "print", "out is NULL");
    wki_check(t->v.device == WK_CPU, WK_E_DEVICE, WK_E_DEVICE, "print", "only CPU tensors are printed");
    print_dim(out, t, 0, 0, wki_numel(&t->v) > MOST);
    fprintf(out, " %s %s%s%s\n", wk_dtype_name((wk_dtype)t->v.dtype), wki_show(&t->v), t->grad_fn ? " grad_fn=" : "",
            t->grad_fn ? t->grad_fn->op->name : "");
    return WK_OK;
}
