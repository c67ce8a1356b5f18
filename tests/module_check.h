/* Modules against golden values: the same weights and inputs as the scripts in golden/ make. */
#ifndef MODULE_CHECK_H
#define MODULE_CHECK_H
#include "wick/nn.h"
#include "wick_check.h"

/* (i * a) % m - m / 2, over m, as the scripts have it */
static inline wk_tensor *ramp(int ndim, const int64_t *shape, int a)
{
    double values[256];
    int64_t n = 1;
    for (int i = 0; i < ndim; i++) n *= shape[i];
    for (int64_t i = 0; i < n && i < 256; i++) values[i] = (double)((i * a) % 32 - 16) / 32;
    return wk_from(values, ndim, shape, WK_F64);
}

static inline wk_module *filled(wk_module *m)
{
    if (!m) return NULL;
    WK_NO_GRAD(update);
    wk_params *p = wk_parameters(m);
    for (int i = 0; i < wk_params_count(p); i++) {
        wk_tensor *t = wk_params_at(p, i);
        wk_copy_(t, ramp(wk_ndim(t), wk_shape(t), 5 + 2 * i));
    }
    return m;
}

static double compare_within = 1e-12;

static inline const double *compare(wk_tensor *t, const double *golden)
{
    CHECK(t != NULL);
    t = wk_contiguous(wk_detach(t));
    const double *got = host_data(t);
    for (int64_t i = 0; i < wk_numel(t); i++) CHECK_NEAR(got[i], golden[i], compare_within);
    return golden + wk_numel(t);
}
#endif
