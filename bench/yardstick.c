/* See yardstick.h. WICK_BENCH_ONEDNN is the library's path, where it was found with its header. */
#include "yardstick.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef WICK_BENCH_ONEDNN
#include <dnnl.h>

static __typeof__(dnnl_sgemm) *sgemm;

const char *bench_onednn_load(int threads)
{
    char number[16];
    snprintf(number, sizeof number, "%d", threads);
    setenv("OMP_NUM_THREADS", number, 1); /* read while it is loaded */
    void *library = dlopen(WICK_BENCH_ONEDNN, RTLD_NOW | RTLD_LOCAL);
    if (!library) return dlerror();
    *(void **)&sgemm = dlsym(library, "dnnl_sgemm");
    return sgemm ? NULL : dlerror();
}

void bench_onednn(const bench_product *p, const float *a, const float *b, float *c)
{
    sgemm(p->a_turned ? 'T' : 'N', p->b_turned ? 'T' : 'N', p->m, p->n, p->k, 1, a, p->a_turned ? p->m : p->k, b,
          p->b_turned ? p->k : p->n, 0, c, p->n);
}
#else
const char *bench_onednn_load(int threads)
{
    (void)threads;
    return "this program was built without oneDNN";
}

void bench_onednn(const bench_product *p, const float *a, const float *b, float *c)
{
    (void)p, (void)a, (void)b, (void)c;
}
#endif

static float *numbers(int64_t rows, int64_t columns)
{
    wk_tensor *t = wk_mul_scalar(wk_randn(WK_SHAPE(rows, columns), WK_F32), 0.1);
    return t ? (float *)wk_data(t) : NULL;
}

bool bench_step_products_begin(const bench_case *c, bench_step_products *s)
{
    *s = (bench_step_products){ .batch = c->batch, .weights_turned = c->wick_optimizer != NULL };
    if (strcmp(c->work, "mlp") && strcmp(c->work, "small") && strcmp(c->work, "two-layer")) return true;
    s->layers = c->nsizes - 1;
    for (int i = 0; i < c->nsizes; i++) {
        s->sizes[i] = c->sizes[i];
        s->h[i] = numbers(c->batch, c->sizes[i]);
        s->g[i] = numbers(c->batch, c->sizes[i]);
        if (i == s->layers) break;
        s->w[i] = numbers(c->sizes[i], c->sizes[i + 1]);
        s->dw[i] = numbers(c->sizes[i], c->sizes[i + 1]);
    }
    return !wk_failed();
}

void bench_step_products_run(const bench_step_products *s)
{
    const bool turned = s->weights_turned;
    for (int i = 0; i < s->layers; i++)
        bench_onednn(&(bench_product){ s->batch, s->sizes[i], s->sizes[i + 1], false, turned }, s->h[i], s->w[i],
                     s->h[i + 1]);
    for (int i = s->layers; i-- > 0;) {
        const int64_t in = s->sizes[i], out = s->sizes[i + 1];
        const float *left = turned ? s->g[i + 1] : s->h[i], *right = turned ? s->h[i] : s->g[i + 1];
        bench_onednn(&(bench_product){ turned ? out : in, s->batch, turned ? in : out, true, false }, left, right,
                     s->dw[i]);
        if (i) bench_onednn(&(bench_product){ s->batch, out, in, false, !turned }, s->g[i + 1], s->w[i], s->g[i]);
    }
}
