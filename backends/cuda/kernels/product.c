/* product: c = a b (+ bias, then ReLU, then the mask) for every index of the leading dims. Small ones are small.cu's;
 * for cuBLASLt operands are taken as they lie where rows or columns have a stride of 1; others, and all that bfloat16
 * is made of, are laid out anew in scratch. What cuBLASLt does not do to the sums, a kernel does behind it: its own
 * ReLU is not known to keep NaN. */
#include "backends/cuda/kernels/matrix.h"
#include "backends/cuda/kernels/small.h"
#include "base/fault.h"

enum { C, A, B, MATRICES };

typedef struct plan {
    const wki_product_attrs *attrs;
    wki_blas_kind kind;
    bool turned; /* c lies column after column: what is computed is its transpose */
    bool packed[MATRICES];
    wki_view v[MATRICES];       /* as they are multiplied */
    size_t at[MATRICES], bytes; /* of the packed ones, in scratch */
} plan;

static wki_blas_kind kind_of(const wki_view *c, const wki_product_attrs *attrs)
{
    if (c->dtype == WK_F64) return WKI_BLAS_F64;
    if (attrs->bf16 || attrs->rounds || attrs->matmul == WK_MATMUL_BF16) return WKI_BLAS_BF16;
    return attrs->matmul == WK_MATMUL_TF32 ? WKI_BLAS_TF32 : WKI_BLAS_F32;
}

/* Rows one after the other, or columns: one can be stepped over, the elements of one lie side by side. */
static bool lies(const wki_view *v, bool by_columns)
{
    const int row = v->ndim - 2 + by_columns, column = v->ndim - 1 - by_columns;
    return (v->stride[column] == 1 || v->size[column] <= 1) &&
           (v->size[row] <= 1 || (v->stride[row] > 0 && v->stride[row] >= v->size[column]));
}

static int64_t length(int64_t stride) { return stride < 0 ? -stride : stride; }

/* v with strides of its own: by columns if it lies more like that, what it repeats over leading dims but once. */
static wki_view anew(const wki_view *v, bool by_columns, int64_t *elements)
{
    wki_view to = *v;
    const int row = v->ndim - 2, column = v->ndim - 1, inner = by_columns ? row : column, outer = row + column - inner;
    to.stride[inner] = 1;
    to.stride[outer] = wki_ld_up(v->size[inner]);
    int64_t step = to.stride[outer] * v->size[outer];
    for (int d = row - 1; d >= 0; d--) {
        const bool repeats = v->stride[d] == 0 || v->size[d] == 1;
        to.stride[d] = repeats ? 0 : step;
        if (!repeats) step *= v->size[d];
    }
    *elements = step;
    return to;
}

static void pack(plan *p, int i, size_t size)
{
    const wki_view *v = &p->v[i];
    int64_t elements;
    const int row = v->ndim - 2, column = v->ndim - 1;
    p->packed[i] = true;
    p->v[i] = anew(v, i != C && length(v->stride[row]) < length(v->stride[column]), &elements);
    p->at[i] = p->bytes;
    p->bytes += wki_scratch_up((size_t)elements * size);
}

static plan plan_of(const wki_call *call)
{
    plan p = { .attrs = call->attrs };
    for (int i = 0; i < MATRICES; i++) p.v[i] = *call->views[i];
    p.kind = kind_of(&p.v[C], p.attrs);
    if (wki_numel(&p.v[C]) == 0) return p;
    const size_t size = wki_real_bytes(&p.v[C]);
    p.turned = !lies(&p.v[C], false) && lies(&p.v[C], true);
    if (!p.turned && !lies(&p.v[C], false)) pack(&p, C, size);
    if (p.v[A].size[p.v[A].ndim - 1] == 0) return p;
    for (int i = A; i <= B; i++) {
        if (p.kind == WKI_BLAS_BF16)
            pack(&p, i, sizeof(uint16_t));
        else if (!lies(&p.v[i], false) && !lies(&p.v[i], true))
            pack(&p, i, size);
    }
    return p;
}

static bool is_small(const wki_call *call)
{
    const wki_view *c = call->views[C], *a = call->views[A];
    const wki_blas_kind kind = kind_of(c, call->attrs);
    const bool is_exact = kind == WKI_BLAS_F32 || kind == WKI_BLAS_F64;
    return is_exact && wki_numel(c) > 0 && a->size[a->ndim - 1] > 0 && wki_small_takes(call);
}

bool wki_product_goes_on(const wki_call *call)
{
    return call->op == WKI_OP_product && is_small(call) && wki_small_goes_on(call);
}

static unsigned shares(const wki_call *call) { return is_small(call) ? 0 : WKI_SHARES_LANE; }

static size_t scratch_bytes(const wki_call *call) { return is_small(call) ? 0 : plan_of(call).bytes; }

/* Turned, rows are columns. */
static wki_matrix matrix_of(const wki_view *v, bool turned)
{
    const bool by_columns = !lies(v, turned);
    const int outer = v->ndim - 2 + (by_columns != turned), inner = 2 * v->ndim - 3 - outer;
    const int64_t side = v->size[inner] > 1 ? v->size[inner] : 1;
    return (wki_matrix){ v->data, v->size[outer] > 1 ? v->stride[outer] : side, by_columns };
}

static void describe_batches(const plan *p, wki_multiply *m, int first, int second)
{
    const wki_view *views[] = { &p->v[C], &p->v[first], &p->v[second] };
    const wki_lattice l = wki_lattice_of(views, 3, (1u << (p->v[C].ndim - 2)) - 1, false);
    m->nbatch = l.ndim;
    for (int d = 0; d < l.ndim; d++)
        m->batch[d] = (wki_batch){ l.size[d], l.stride[1][d], l.stride[2][d], l.stride[0][d] };
}

static wki_multiply multiply_of(const plan *p)
{
    const wki_view *c = &p->v[C];
    const int first = p->turned ? B : A, second = p->turned ? A : B;
    wki_multiply m = { .kind = p->kind, .accumulate = p->attrs->accumulate };
    m.m = c->size[c->ndim - 2 + p->turned];
    m.n = c->size[c->ndim - 1 - p->turned];
    m.k = p->v[A].size[c->ndim - 1];
    m.a = matrix_of(&p->v[first], p->turned);
    m.b = matrix_of(&p->v[second], p->turned);
    m.c = matrix_of(c, p->turned);
    describe_batches(p, &m, first, second);
    return m;
}

/* One number a column */
static wki_view along_columns(const wki_view *c, const wki_view *bias)
{
    wki_view v = wki_no_view(c);
    v.data = bias->data;
    v.stride[v.ndim - 1] = 1;
    return v;
}

static void finish(const wki_queue *queue, const wki_call *call, const plan *p, const wki_view *from, bool biased)
{
    const wki_view *c = call->views[0];
    const wki_product_attrs *attrs = p->attrs;
    wki_finish f = { .to = *c, .from = *from, .bias = wki_no_view(c), .mask = wki_no_view(c), .relu = attrs->relu };
    if (attrs->bias && !biased) f.bias = along_columns(c, call->views[3]);
    if (attrs->mask) f.mask = *call->views[3 + attrs->bias];
    if (p->packed[C] || !f.from.data || f.bias.data || f.mask.data || f.relu) wki_finish_run(queue, &f);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    if (is_small(call)) return wki_small_run(queue, call, NULL);
    plan p = plan_of(call);
    const wki_view *c = call->views[0];
    if (wki_numel(c) == 0) return WK_OK;
    if (p.v[A].size[p.v[A].ndim - 1] == 0) {
        const wki_view none = wki_no_view(c);
        finish(queue, call, &p, p.attrs->accumulate ? c : &none, false);
        return wki_launched(queue, call);
    }
    for (int i = 0; i < MATRICES; i++) {
        if (!p.packed[i]) continue;
        p.v[i].data = (char *)scratch + p.at[i];
        wki_view to = p.v[i], from = *call->views[i];
        for (int d = 0; d < to.ndim - 2; d++)
            if (to.stride[d] == 0) to.size[d] = from.size[d] = 1;
        if (i != C || p.attrs->accumulate) wki_lay_out(queue, &to, &from, i != C && p.kind == WKI_BLAS_BF16);
    }
    wki_multiply m = multiply_of(&p);
    bool biased = false;
    if (p.attrs->bias && !p.turned) m.bias = call->views[3]->data;
    const wk_status status = wki_multiply_run(queue, call, &m, &biased);
    if (status) return status;
    finish(queue, call, &p, &p.v[C], biased && !WKI_FAULT(160));
    return wki_launched(queue, call);
}

const wki_cuda_kernel wki_cuda_product = { scratch_bytes, run, shares };
