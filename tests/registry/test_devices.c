/* Every op on a GPU, or on the emulator of tests/emu, beside the CPU: values and gradients in every layout. Elementwise
 * rows and whatever only moves numbers have the same bits; sums, in another order, are as near as their precision
 * allows. Skipped where there is no device. */
#include "registry.h"

/* The squares of differences against those of numbers; places that are not finite have to be alike. */
static bool is_near(wk_tensor *a, wk_tensor *b)
{
    WK_NO_GRAD(values);
    if (!a || !b || a->v.dtype != b->v.dtype || !wki_same_shape(&a->v, &b->v)) return a == b;
    if (!wki_is_float((wk_dtype)a->v.dtype)) return same_bits(a, b);
    const wki_view *p = &on_cpu(a)->v, *q = &on_cpu(b)->v;
    double off = 0, all = 0;
    for (int64_t i = 0; i < wki_numel(p); i++) {
        const double x = element_of(p, i), y = element_of(q, i);
        if (!isfinite(x) || !isfinite(y)) {
            if (!(isnan(x) && isnan(y)) && x != y) return false;
            continue;
        }
        off += (x - y) * (x - y);
        all += y * y;
    }
    const double most = a->v.dtype == WK_F32 ? 1e-11 : 1e-26;
    return off <= most * all || off <= most * 1e-4 * (double)wki_numel(p);
}

static wk_tensor *run_on(wk_device device, const subject *s, wk_tensor *const *values, int n, int layout, wk_tensor **d)
{
    wk_tensor *in[MOST_INPUTS];
    CHECK(wk_set_device(device) == WK_OK);
    for (int k = 0; k < n; k++) in[k] = leaf_of(wk_to_device(values[k], device), (layout + 5 * k) % LAYOUTS, true);
    wk_manual_seed(3);
    wk_tensor *y = forward_backward(s, in, n, d);
    CHECK(wk_set_device(WK_CPU) == WK_OK);
    return y;
}

static void compare(const subject *s, wk_tensor *const *values, int n, int layout)
{
    WK_SCOPE(work);
    wk_tensor *d[MOST_INPUTS], *e[MOST_INPUTS];
    wk_tensor *a = run_on(wk_cuda(0), s, values, n, layout, d);
    if (!a) BROKEN(s, "layout %d: cuda has no result", layout);
    wk_tensor *b = run_on(WK_CPU, s, values, n, layout, e);
    if (!b) BROKEN(s, "layout %d: the CPU has no result", layout);
    const bool row = !s->sample;
    if (!(row ? same_bits(a, b) : is_near(a, b))) BROKEN(s, "layout %d: cuda's result is another", layout);
    for (int k = 0; k < n; k++)
        if (!is_near(d[k], e[k])) BROKEN(s, "layout %d: cuda's gradient %d is another", layout, k);
    counts->checks += 1 + n;
    CHECK_OK();
}

static void devices(const subject *s)
{
    const wk_dtype dtypes[] = { WK_F32, WK_F64 };
    for (int i = 0; i < 2; i++) {
        WK_SCOPE(work);
        wk_tensor *in[MOST_INPUTS];
        const int n = draw(s, in);
        for (int k = 0; k < n; k++) in[k] = wk_to(in[k], dtypes[i]);
        for (int layout = 0; layout < LAYOUTS; layout++) compare(s, in, n, layout);
    }
    counts->samples++;
}
TEST(devices, cuda_has_the_values_of_the_cpu) { each(devices); }

int main(void)
{
    if (wk_cuda_is_available()) return registry_main("devices");
    printf("devices: skipped, %s\n", wk_cuda_why_not());
    return 77;
}
