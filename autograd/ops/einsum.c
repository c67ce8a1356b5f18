/* einsum and tensordot: sums of products over named dims. Two operands at a time: what only one of them has and nobody
 * asks for is summed first; then dims stand as batch, rows, inner and columns of one matrix product. Without inner dims
 * it is an elementwise product, without rows and columns a dot. */
#include "autograd/op.h"
#include <string.h>

enum { LETTERS = 52, LABELS = LETTERS + WK_MAX_DIMS, MOST_OPERANDS = 16 };

typedef struct labels {
    int n, of[WK_MAX_DIMS];
} labels;

typedef struct term {
    wk_tensor *t;
    labels l;
} term;

typedef uint64_t label_set;

static label_set set_of(const labels *l)
{
    label_set set = 0;
    for (int i = 0; i < l->n; i++) set |= (label_set)1 << l->of[i];
    return set;
}

static int dim_of(const labels *l, int label)
{
    for (int i = 0; i < l->n; i++)
        if (l->of[i] == label) return i;
    return -1;
}

/* ---- One term ---- */

/* Sums away the labels that are not in `kept`. */
static bool drop(term *s, label_set kept)
{
    int dims[WK_MAX_DIMS], n = 0, left = 0;
    for (int i = 0; i < s->l.n; i++) {
        if (kept >> s->l.of[i] & 1)
            s->l.of[left++] = s->l.of[i];
        else
            dims[n++] = i;
    }
    s->l.n = left;
    if (n) s->t = wk_sum_dims(s->t, n, dims, false);
    return s->t != NULL;
}

/* A label that stands twice names a diagonal, which becomes the last dim. */
static bool take_diagonals(term *s)
{
    for (int i = 0; i < s->l.n; i++) {
        int k = i + 1;
        while (k < s->l.n && s->l.of[k] != s->l.of[i]) k++;
        if (k == s->l.n) continue;
        wki_check(s->t->v.size[i] == s->t->v.size[k], false, WK_E_SHAPE, "einsum",
                  "dims %d and %d of %s have one label; their sizes must be equal", i, k, wki_show(&s->t->v));
        if (!(s->t = wk_diagonal(s->t, 0, i, k))) return false;
        int label = s->l.of[i], n = 0;
        for (int m = 0; m < s->l.n; m++)
            if (m != i && m != k) s->l.of[n++] = s->l.of[m];
        s->l.of[n++] = label;
        s->l.n = n;
        i = -1;
    }
    return true;
}

/* The term's dims in this order, with 1 for the labels it has not. */
static wk_tensor *aligned(const term *s, const labels *order)
{
    int dims[WK_MAX_DIMS], n = 0;
    bool sorted = true;
    for (int i = 0; i < order->n; i++) {
        int dim = dim_of(&s->l, order->of[i]);
        if (dim < 0) continue;
        sorted = sorted && dim == n;
        dims[n++] = dim;
    }
    wk_tensor *t = sorted ? s->t : wk_permute(s->t, n, dims);
    for (int i = 0; t && i < order->n; i++)
        if (dim_of(&s->l, order->of[i]) < 0) t = wk_unsqueeze(t, i);
    return t;
}

/* ---- Two terms ---- */

typedef struct groups {
    labels batch, rows, columns, inner;
    int64_t size[LABELS];
} groups;

static void add_label(labels *l, int label) { l->of[l->n++] = label; }

static void append(labels *to, const labels *l)
{
    for (int i = 0; i < l->n; i++) add_label(to, l->of[i]);
}

static bool measure(groups *g, const term *s)
{
    for (int i = 0; i < s->l.n; i++) {
        int64_t *known = &g->size[s->l.of[i]], size = s->t->v.size[i];
        wki_check(*known < 0 || *known == size || *known == 1 || size == 1, false, WK_E_SHAPE, "einsum",
                  "dim %d of %s has size %lld, but %lld where its label stands elsewhere; sizes must be equal or 1", i,
                  wki_show(&s->t->v), (long long)size, (long long)*known);
        if (*known < 0 || *known == 1) *known = size;
    }
    return true;
}

static bool group(groups *g, const term *a, const term *b, label_set kept)
{
    *g = (groups){ .batch = { 0 } };
    for (int i = 0; i < LABELS; i++) g->size[i] = -1;
    if (!measure(g, a) || !measure(g, b)) return false;
    for (int i = 0; i < a->l.n; i++) {
        int label = a->l.of[i];
        bool shared = dim_of(&b->l, label) >= 0;
        add_label(shared ? kept >> label & 1 ? &g->batch : &g->inner : &g->rows, label);
    }
    for (int i = 0; i < b->l.n; i++)
        if (dim_of(&a->l, b->l.of[i]) < 0) add_label(&g->columns, b->l.of[i]);
    int n = g->batch.n + g->rows.n + g->columns.n;
    wki_check(n <= WK_MAX_DIMS, false, WK_E_SHAPE, "einsum",
              "a product of two operands would have %d dims; %d are possible", n, WK_MAX_DIMS);
    return true;
}

static int64_t count(const groups *g, const labels *l)
{
    int64_t n = 1;
    for (int i = 0; i < l->n; i++) n *= g->size[l->of[i]];
    return n;
}

/* A term as [batch.., first, second], either group merged to one dim and left out if `matrix` is false. */
static wk_tensor *matrix_of(const term *s, const groups *g, const labels *first, const labels *second, bool matrix)
{
    labels order = g->batch;
    append(&order, first);
    append(&order, second);
    wk_tensor *t = aligned(s, &order);
    int64_t shape[WK_MAX_DIMS];
    bool stretched = false;
    for (int i = 0; t && i < order.n; i++) {
        shape[i] = g->size[order.of[i]];
        stretched = stretched || shape[i] != t->v.size[i];
    }
    if (stretched) t = wk_expand(t, order.n, shape);
    int n = g->batch.n;
    bool ready = matrix && first->n == 1 && second->n == 1;
    if (matrix) shape[n++] = count(g, first);
    shape[n++] = count(g, second);
    return !t || ready ? t : wk_reshape(t, n, shape);
}

static wk_tensor *sum_of_products(const term *a, const term *b, const groups *g)
{
    if (g->rows.n == 0 && g->columns.n == 0 && !wki_casts(&a->t->v))
        return wki_dots("einsum", matrix_of(a, g, &g->rows, &g->inner, false),
                        matrix_of(b, g, &g->columns, &g->inner, false));
    wk_tensor *y = wki_batched("einsum", matrix_of(a, g, &g->rows, &g->inner, true),
                               matrix_of(b, g, &g->inner, &g->columns, true));
    if (g->rows.n == 1 && g->columns.n == 1) return y;
    int64_t shape[WK_MAX_DIMS];
    labels order = g->batch;
    append(&order, &g->rows);
    append(&order, &g->columns);
    for (int i = 0; i < order.n; i++) shape[i] = g->size[order.of[i]];
    return y ? wk_view(y, order.n, shape) : NULL;
}

/* a becomes the two terms' product, summed over what is not kept. */
static bool contract(term *a, term *b, label_set kept)
{
    groups g;
    if (!drop(a, kept | set_of(&b->l)) || !drop(b, kept | set_of(&a->l)) || !group(&g, a, b, kept)) return false;
    bool sums = g.inner.n > 0;
    wki_check(g.batch.n <= WK_MAX_DIMS - 2 || !sums, false, WK_E_SHAPE, "einsum",
              "%d dims stay in both operands; %d are possible", g.batch.n, WK_MAX_DIMS - 2);
    labels order = g.batch;
    append(&order, &g.rows);
    append(&order, &g.columns);
    a->t = sums ? sum_of_products(a, b, &g) : wk_mul(aligned(a, &order), aligned(b, &order));
    a->l = order;
    return a->t != NULL;
}

/* ---- The equation ---- */

typedef struct equation {
    int n;
    term terms[MOST_OPERANDS];
    labels out;
} equation;

static int label_of(char c)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const char *at = c ? strchr(letters, c) : NULL;
    return at ? (int)(at - letters) : -1;
}

/* Reads one operand's letters up to a comma, an arrow or the end; "..." stands for `wide` dims. */
static const char *read_labels(const char *at, int wide, labels *out)
{
    *out = (labels){ 0 };
    for (; *at && *at != ',' && *at != '-'; at++) {
        if (*at == ' ') continue;
        int label = label_of(*at), extra = label >= 0 ? 1 : wide;
        if (label < 0) {
            wki_check(!strncmp(at, "...", 3), NULL, WK_E_INVALID, "einsum", "'%c' is no letter, at \"%s\"", *at, at);
            at += 2;
        }
        wki_check(out->n + extra <= WK_MAX_DIMS, NULL, WK_E_SHAPE, "einsum", "more than %d dims at \"%s\"", WK_MAX_DIMS,
                  at);
        for (int k = 0; k < extra; k++) add_label(out, label >= 0 ? label : LETTERS + WK_MAX_DIMS - extra + k);
    }
    return at;
}

static int letters_in(const char *at, bool *dots)
{
    int n = 0;
    *dots = false;
    for (; *at && *at != ',' && *at != '-'; at++) {
        n += label_of(*at) >= 0;
        *dots = *dots || *at == '.';
    }
    return n;
}

static const char *read_terms(const char *at, int n, wk_tensor *const *operands, equation *e, int *widest)
{
    wki_check(n > 0 && n <= MOST_OPERANDS && operands, NULL, WK_E_INVALID, "einsum",
              "%d operands; 1 to %d are possible", n, MOST_OPERANDS);
    for (int i = 0; i < n; i++) {
        term *s = &e->terms[e->n++];
        s->t = operands[i];
        if (!wki_tensor_ok(s->t, "einsum", "an operand") || !wki_same_device("einsum", operands[0], s->t)) return NULL;
        wki_check(s->t->v.dtype == operands[0]->v.dtype, NULL, WK_E_DTYPE, "einsum",
                  "operand %d is %s, the first %s; convert with wk_to", i, wk_dtype_name((wk_dtype)s->t->v.dtype),
                  wk_dtype_name((wk_dtype)operands[0]->v.dtype));
        bool dots;
        int wide = s->t->v.ndim - letters_in(at, &dots);
        wki_check(wide == 0 || (dots && wide > 0), NULL, WK_E_SHAPE, "einsum",
                  "operand %d is %s; \"%s\" names another number of dims", i, wki_show(&s->t->v), at);
        if (dots && wide > *widest) *widest = wide;
        if (!(at = read_labels(at, wide, &s->l))) return NULL;
        wki_check((*at == ',') == (i < n - 1), NULL, WK_E_INVALID, "einsum",
                  "%d operands were given; the equation names %s", n, *at == ',' ? "more" : "fewer");
        if (*at == ',') at++;
    }
    return at;
}

/* Without an arrow: the dims of "...", then the letters that stand once, in alphabetical order. */
static void implicit_output(equation *e, int widest)
{
    for (int k = 0; k < widest; k++) add_label(&e->out, LETTERS + WK_MAX_DIMS - widest + k);
    for (int label = 0; label < LETTERS; label++) {
        int times = 0;
        for (int i = 0; i < e->n; i++)
            for (int k = 0; k < e->terms[i].l.n; k++) times += e->terms[i].l.of[k] == label;
        if (times == 1 && e->out.n < WK_MAX_DIMS) add_label(&e->out, label);
    }
}

static bool read_equation(const char *text, int n, wk_tensor *const *operands, equation *e)
{
    int widest = 0;
    const char *at = read_terms(text, n, operands, e, &widest);
    if (!at) return false;
    if (!*at) {
        implicit_output(e, widest);
        return true;
    }
    wki_check(at[1] == '>', false, WK_E_INVALID, "einsum", "\"->\" is expected at \"%s\"", at);
    if (!(at = read_labels(at + 2, widest, &e->out))) return false;
    wki_check(!*at, false, WK_E_INVALID, "einsum", "the output ends at \"%s\"", at);
    label_set known = 0, seen = 0;
    for (int i = 0; i < n; i++) known |= set_of(&e->terms[i].l);
    for (int i = 0; i < e->out.n; i++) {
        label_set label = (label_set)1 << e->out.of[i];
        wki_check(known & label, false, WK_E_INVALID, "einsum", "output dim %d of \"%s\" is in no operand", i, text);
        wki_check(!(seen & label), false, WK_E_INVALID, "einsum", "output dim %d of \"%s\" stands twice", i, text);
        seen |= label;
    }
    return true;
}

wk_tensor *wk_einsum(const char *text, int n, wk_tensor *const *operands)
{
    equation e = { .n = 0 };
    wki_check(text, NULL, WK_E_INVALID, "einsum", "the equation is NULL");
    if (!read_equation(text, n, operands, &e)) return NULL;
    label_set later[MOST_OPERANDS + 1];
    later[n] = set_of(&e.out);
    for (int i = n - 1; i >= 0; i--) {
        if (!take_diagonals(&e.terms[i])) return NULL;
        later[i] = later[i + 1] | set_of(&e.terms[i].l);
    }
    wki_check(n == 1 || wki_is_float((wk_dtype)operands[0]->v.dtype), NULL, WK_E_DTYPE, "einsum",
              "operands are %s; float dtypes multiply", wk_dtype_name((wk_dtype)operands[0]->v.dtype));
    term *a = &e.terms[0];
    for (int i = 1; i < n; i++)
        if (!contract(a, &e.terms[i], later[i + 1])) return NULL;
    wk_tensor *y = drop(a, set_of(&e.out)) ? aligned(a, &e.out) : NULL;
    return y && y == operands[0] ? wk_view(y, y->v.ndim, y->v.size) : y;
}

static wk_tensor *sample_product(wk_tensor *const *in) { return wk_square(wk_einsum("bik,bjk->jbi", 2, in)); }
static wk_tensor *sample_elementwise(wk_tensor *const *in) { return wk_square(wk_einsum("ij,kj->kij", 2, in)); }
static wk_tensor *sample_dots(wk_tensor *const *in) { return wk_square(wk_einsum("...k,k...->...", 2, in)); }
static wk_tensor *sample_trace(wk_tensor *const *in) { return wk_square(wk_einsum("iij", 1, in)); }
static wk_tensor *sample_chain(wk_tensor *const *in) { return wk_square(wk_einsum("ij,jk,kl", 3, in)); }
static wk_tensor *sample_tensordot(wk_tensor *const *in)
{
    return wk_square(wk_tensordot(in[0], in[1], 2, (int[]){ 0, -1 }, (int[]){ 1, 0 }));
}
static const wki_sample einsum_samples[] = {
    { sample_product, 2, { { 3, { 2, 3, 4 }, -2, 2 }, { 3, { 2, 2, 4 }, -2, 2 } } },
    { sample_product, 2, { { 3, { 2, 3, 4 }, -2, 2 }, { 3, { 1, 2, 1 }, -2, 2 } } },
    { sample_elementwise, 2, { { 2, { 3, 4 }, -2, 2 }, { 2, { 2, 4 }, -2, 2 } } },
    { sample_dots, 2, { { 2, { 3, 4 }, -2, 2 }, { 2, { 4, 3 }, -2, 2 } } },
    { sample_trace, 1, { { 3, { 3, 3, 2 }, -2, 2 } } },
    { sample_chain, 3, { { 2, { 2, 3 }, -2, 2 }, { 2, { 3, 4 }, -2, 2 }, { 2, { 4, 2 }, -2, 2 } } },
    { sample_tensordot, 2, { { 3, { 2, 3, 4 }, -2, 2 }, { 3, { 4, 2, 3 }, -2, 2 } } },
    { 0 }
};
static const wki_opdef einsum_op = { "einsum", NULL, einsum_samples }; /* for its samples: it is made of other ops */

/* ---- tensordot ---- */
wk_tensor *wk_tensordot(wk_tensor *a, wk_tensor *b, int n, const int *dims_a, const int *dims_b)
{
    if (!wki_product_ok("tensordot", a, b)) return NULL;
    wki_check(n >= 0 && n <= a->v.ndim && n <= b->v.ndim && !dims_a == !dims_b, NULL, WK_E_SHAPE, "tensordot",
              "%d pairs of dims; a is %s, b %s", n, wki_show(&a->v), wki_show(&b->v));
    wki_check(a->v.ndim + b->v.ndim - 2 * n <= WK_MAX_DIMS, NULL, WK_E_SHAPE, "tensordot",
              "the result of a %s and b %s would have more than %d dims", wki_show(&a->v), wki_show(&b->v),
              WK_MAX_DIMS);
    term s = { a, { a->v.ndim, { 0 } } }, o = { b, { b->v.ndim, { 0 } } };
    for (int i = 0; i < s.l.n; i++) s.l.of[i] = i;
    for (int i = 0; i < o.l.n; i++) o.l.of[i] = WK_MAX_DIMS + i;
    label_set paired = 0;
    for (int i = 0; i < n; i++) {
        int da = dims_a ? dims_a[i] : a->v.ndim - n + i, db = dims_b ? dims_b[i] : i;
        if (!wki_dim_ok("tensordot", "a dim of a", a->v.ndim, &da) ||
            !wki_dim_ok("tensordot", "a dim of b", b->v.ndim, &db))
            return NULL;
        wki_check(!(paired >> da & 1) && o.l.of[db] >= WK_MAX_DIMS, NULL, WK_E_INVALID, "tensordot",
                  "dim %d of a or %d of b is named twice", da, db);
        int64_t sa = a->v.size[da], sb = b->v.size[db];
        wki_check(sa == sb || sa == 1 || sb == 1, NULL, WK_E_SHAPE, "tensordot",
                  "dim %d of a %s and dim %d of b %s are summed over together; their sizes differ", da, wki_show(&a->v),
                  db, wki_show(&b->v));
        paired |= (label_set)1 << da;
        o.l.of[db] = da;
    }
    return contract(&s, &o, (set_of(&s.l) | set_of(&o.l)) & ~paired) ? s.t : NULL;
}

static wk_tensor *wrong_equation(void)
{
    return wk_einsum("ij,jk->il", 2,
                     (wk_tensor *[]){ wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(3, 2), WK_F32) });
}
static wk_tensor *wrong_sizes(void)
{
    return wk_einsum("ij,jk->ik", 2,
                     (wk_tensor *[]){ wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_F32) });
}
const wki_error_sample wki_errors_einsum[] = {
    { "einsum", wrong_equation, WK_E_INVALID, "output dim 1 of \"ij,jk->il\" is in no operand" },
    { "einsum", wrong_sizes, WK_E_SHAPE, "dim 0 of [2, 3] has size 2, but 3 where its label stands" },
    { 0 },
};

const wki_family wki_family_einsum = { &einsum_op, NULL };
