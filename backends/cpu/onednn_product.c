/* Products through oneDNN's sgemm, and, where the machine multiplies bfloat16, its matmul. */
#include "backends/cpu/onednn.h"
#include <dnnl.h>
#include <string.h>

/* 'N' for row-major, 'T' for column-major, 0 for neither; *ld the distance between lines, which may not overlap */
static char layout_of(int64_t rs, int64_t cs, int64_t rows, int64_t cols, int64_t *ld)
{
    const bool by_rows = (cs == 1 || cols == 1) && (rows == 1 || rs >= cols);
    const bool by_columns = (rs == 1 || rows == 1) && (cols == 1 || cs >= rows);
    *ld = by_rows ? (rows == 1 ? cols : rs) : cols == 1 ? rows : cs;
    return by_rows ? 'N' : by_columns ? 'T' : 0;
}

/* Bias, ReLU and mask, onto a C that is row-major */
static void finish(const wki_product *p, int64_t ldc)
{
    const float *bias = p->bias, *mask = p->mask;
    for (int64_t i = 0; i < p->m && (bias || p->relu || mask); i++) {
        float *c = (float *)p->c + i * ldc;
        for (int64_t j = 0; j < p->n; j++) {
            float x = bias ? c[j] + bias[j] : c[j];
            x = p->relu && x < 0 ? 0 : x;
            c[j] = mask && mask[i * p->mask_rs + j * p->mask_cs] <= 0 ? 0 : x;
        }
    }
}

/* ---- bfloat16 ---- */

static bool as_bf16(const wki_product *p)
{
    return p->bf16 && p->m > 1 && p->n > 1 && wki_onednn_has_bf16((double)p->m * (double)p->n * (double)p->k);
}

static size_t halves_room(int64_t rows, int64_t cols) { return ((size_t)(rows * cols) * 2 + 63) & ~(size_t)63; }

size_t wki_onednn_scratch(const wki_product *p)
{
    return as_bf16(p) ? halves_room(p->m, p->k) + halves_room(p->k, p->n) : 0;
}

/* A matrix of floats as their upper halves, the dim that is contiguous innermost; and oneDNN's words for it */
static bool halves_of(const void *x, int64_t rs, int64_t cs, int64_t rows, int64_t cols, uint16_t *y,
                      dnnl_memory_desc_t *md)
{
    const bool turned = rs == 1 && cs != 1;
    const int64_t outer = turned ? cols : rows, inner = turned ? rows : cols, os = turned ? cs : rs,
                  is = turned ? rs : cs;
    for (int64_t i = 0; i < outer; i++)
        for (int64_t j = 0; j < inner; j++) {
            uint32_t bits;
            memcpy(&bits, (const float *)x + i * os + j * is, sizeof bits);
            y[i * inner + j] = (uint16_t)(bits >> 16);
        }
    const dnnl_dims_t size = { rows, cols }, stride = { turned ? 1 : cols, turned ? rows : 1 };
    return dnnl_memory_desc_init_by_strides(md, 2, size, dnnl_bf16, stride) == dnnl_success;
}

typedef struct matmul {
    dnnl_memory_desc_t a, b, c;
    dnnl_matmul_desc_t op;
    dnnl_post_ops_t after;
    dnnl_primitive_attr_t attr;
    dnnl_primitive_desc_t plan;
    dnnl_primitive_t run;
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_memory_t memory[3];
} matmul;

static bool prepare(matmul *mm, bool accumulate)
{
    return !dnnl_engine_create(&mm->engine, dnnl_cpu, 0) &&
           !dnnl_stream_create(&mm->stream, mm->engine, dnnl_stream_default_flags) &&
           !dnnl_post_ops_create(&mm->after) && (!accumulate || !dnnl_post_ops_append_sum(mm->after, 1)) &&
           !dnnl_primitive_attr_create(&mm->attr) && !dnnl_primitive_attr_set_post_ops(mm->attr, mm->after) &&
           !dnnl_matmul_desc_init(&mm->op, &mm->a, &mm->b, NULL, &mm->c) &&
           !dnnl_primitive_desc_create(&mm->plan, &mm->op, mm->attr, mm->engine, NULL) &&
           !dnnl_primitive_create(&mm->run, mm->plan);
}

static bool execute(matmul *mm, void *a, void *b, void *c)
{
    const dnnl_memory_desc_t *of[] = { &mm->a, &mm->b, &mm->c };
    static const int names[] = { DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST };
    void *at[] = { a, b, c };
    dnnl_exec_arg_t args[3];
    for (int i = 0; i < 3; i++) {
        if (dnnl_memory_create(&mm->memory[i], of[i], mm->engine, at[i])) return false;
        args[i] = (dnnl_exec_arg_t){ names[i], mm->memory[i] };
    }
    return !dnnl_primitive_execute(mm->run, mm->stream, 3, args) && !dnnl_stream_wait(mm->stream);
}

static void put_away(matmul *mm)
{
    for (int i = 0; i < 3; i++)
        if (mm->memory[i]) dnnl_memory_destroy(mm->memory[i]);
    if (mm->run) dnnl_primitive_destroy(mm->run);
    if (mm->plan) dnnl_primitive_desc_destroy(mm->plan);
    if (mm->attr) dnnl_primitive_attr_destroy(mm->attr);
    if (mm->after) dnnl_post_ops_destroy(mm->after);
    if (mm->stream) dnnl_stream_destroy(mm->stream);
    if (mm->engine) dnnl_engine_destroy(mm->engine);
}

static bool multiply_bf16(const wki_product *p, int64_t ldc, void *scratch)
{
    matmul mm = { .engine = NULL };
    const dnnl_dims_t size = { p->m, p->n }, stride = { ldc, 1 };
    uint16_t *a = scratch, *b = (uint16_t *)((char *)scratch + halves_room(p->m, p->k));
    const bool done = halves_of(p->a, p->a_rs, p->a_cs, p->m, p->k, a, &mm.a) &&
                      halves_of(p->b, p->b_rs, p->b_cs, p->k, p->n, b, &mm.b) &&
                      !dnnl_memory_desc_init_by_strides(&mm.c, 2, size, dnnl_f32, stride) &&
                      prepare(&mm, p->accumulate) && execute(&mm, a, b, p->c);
    put_away(&mm);
    return done;
}

/* ---- Either ---- */

static bool multiply_f32(const wki_product *p, int64_t ldc)
{
    int64_t lda, ldb;
    const char a = layout_of(p->a_rs, p->a_cs, p->m, p->k, &lda), b = layout_of(p->b_rs, p->b_cs, p->k, p->n, &ldb);
    return a && b &&
           dnnl_sgemm(a, b, p->m, p->n, p->k, 1, p->a, lda, p->b, ldb, p->accumulate, p->c, ldc) == dnnl_success;
}

bool wki_onednn_product(const wki_product *p, void *scratch)
{
    int64_t ldc;
    if (p->k == 0 || layout_of(p->c_rs, p->c_cs, p->m, p->n, &ldc) != 'N') return false;
    if (!(as_bf16(p) ? multiply_bf16(p, ldc, scratch) : multiply_f32(p, ldc))) return false;
    finish(p, ldc);
    return true;
}
