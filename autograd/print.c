/* Tensors as text, as torch prints them: one format for all elements shown, columns aligned, the middle of large dims
 * left out. */
#include "autograd/op.h"
#include <math.h>

enum { EDGE = 3, MOST = 1000, TEXT = 32 }; /* elements at each end of a dim, once there are more than MOST in all */

typedef struct style {
    const wk_tensor *t;
    bool shorten, whole, scientific;
    int width;
} style;

static double number_at(const wk_tensor *t, int64_t at)
{
    return t->v.dtype == WK_F32 ? (double)((const float *)t->v.data)[at] : ((const double *)t->v.data)[at];
}

static int element_text(const style *s, int64_t at, char text[TEXT])
{
    const void *data = s->t->v.data;
    switch (s->t->v.dtype) {
    case WK_I64: return snprintf(text, TEXT, "%lld", (long long)((const int64_t *)data)[at]);
    case WK_I32: return snprintf(text, TEXT, "%d", ((const int32_t *)data)[at]);
    case WK_U8: return snprintf(text, TEXT, "%u", (unsigned)((const uint8_t *)data)[at]);
    case WK_BOOL: return snprintf(text, TEXT, "%s", ((const uint8_t *)data)[at] ? "true" : "false");
    default: break;
    }
    double x = number_at(s->t, at);
    if (!isfinite(x)) return snprintf(text, TEXT, "%s", isnan(x) ? "nan" : x > 0 ? "inf" : "-inf");
    return snprintf(text, TEXT, s->scientific ? "%.4e" : s->whole ? "%.0f." : "%.4f", x);
}

/* The element numbers of a dim that are shown: all, or its ends. */
static int64_t next_shown(const style *s, int dim, int64_t i)
{
    int64_t n = s->t->v.size[dim];
    return s->shorten && n > 2 * EDGE && i == EDGE - 1 ? n - EDGE : i + 1;
}

typedef void visit_fn(style *s, void *user, int64_t at);

static void each_shown(style *s, int dim, int64_t at, visit_fn *visit, void *user) /* at most WK_MAX_DIMS deep */
{
    if (dim == s->t->v.ndim) {
        visit(s, user, at);
        return;
    }
    for (int64_t i = 0; i < s->t->v.size[dim]; i = next_shown(s, dim, i))
        each_shown(s, dim + 1, at + i * s->t->v.stride[dim], visit, user);
}

typedef struct extremes {
    double least, most; /* of the finite ones' sizes, but 0 */
} extremes;

static void look_at(style *s, void *user, int64_t at)
{
    extremes *e = user;
    double x = fabs(number_at(s->t, at));
    if (!isfinite(x)) return;
    s->whole = s->whole && x == floor(x);
    if (x > e->most) e->most = x;
    if (x > 0 && x < e->least) e->least = x;
}

static void measure(style *s, void *user, int64_t at)
{
    (void)user;
    char text[TEXT];
    int n = element_text(s, at, text);
    if (n > s->width) s->width = n;
}

/* torch's rule: powers of ten where the numbers span more than 1,000, or are very large or very small */
static void choose_style(style *s)
{
    extremes e = { (double)INFINITY, 0 };
    if (wki_is_float((wk_dtype)s->t->v.dtype)) {
        s->whole = true;
        each_shown(s, 0, 0, look_at, &e);
        s->scientific = e.most > 0 && (e.most > 1e8 || e.least < 1e-4 || e.most / e.least > 1000);
    }
    each_shown(s, 0, 0, measure, NULL);
}

static void print_dim(const style *s, FILE *out, int dim, int64_t at)
{
    char text[TEXT];
    if (dim == s->t->v.ndim) {
        element_text(s, at, text);
        fprintf(out, "%*s", s->width, text);
        return;
    }
    bool last = dim == s->t->v.ndim - 1;
    fputc('[', out);
    for (int64_t i = 0, before = -1; i < s->t->v.size[dim]; before = i, i = next_shown(s, dim, i)) {
        if (i && last)
            fputs(", ", out);
        else if (i)
            fprintf(out, ",%.*s%*s", s->t->v.ndim - 1 - dim, "\n\n\n\n\n\n\n\n", dim + 8, "");
        if (i > before + 1) {
            fputs(last ? "..., " : "...,", out);
            if (!last) fprintf(out, "%.*s%*s", s->t->v.ndim - 1 - dim, "\n\n\n\n\n\n\n\n", dim + 8, "");
        }
        print_dim(s, out, dim + 1, at + i * s->t->v.stride[dim]);
    }
    fputc(']', out);
}

wk_status wk_print(const wk_tensor *t, FILE *out)
{
    if (!wki_tensor_ok(t, "print", "t")) return wk_error();
    wki_check(out, WK_E_INVALID, WK_E_INVALID, "print", "out is NULL");
    WK_SCOPE(reading);
    WK_NO_GRAD(plain);
    const wk_tensor *here = wk_to_device((wk_tensor *)t, WK_CPU);
    if (!here) return wk_error();
    style s = { .t = here, .shorten = wki_numel(&t->v) > MOST };
    fputs("tensor(", out);
    if (wki_numel(&t->v)) {
        choose_style(&s);
        print_dim(&s, out, 0, 0);
    } else { /* as many brackets as there are rows would tell nothing */
        fputs("[]", out);
    }
    fprintf(out, ", shape=%s, dtype=%s, device=%s", wki_show(&t->v), wk_dtype_name((wk_dtype)t->v.dtype),
            wk_device_name(t->v.device));
    if (t->grad_fn)
        fprintf(out, ", grad_fn=%s", t->grad_fn->op->name);
    else if (t->requires_grad)
        fputs(", requires_grad=true", out);
    fputs(")\n", out);
    return WK_OK;
}
