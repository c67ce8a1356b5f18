/* Out of memory anywhere inside an op: whatever asks for an object, a block or anything else, warm or not, is refused
 * at the n-th time, for every n, once or from then on; see refusals.h.
 * Forward, backward and changes in place report WK_E_MEMORY, lose nothing and change nothing, and the same call works
 * once there is memory again. */
#include "refusals.h"
#include "registry.h"

WICK_ON_CPU("it takes the host's memory away")

/* ---- What must be as it was ---- */

/* All of a tensor that a call could have changed; the numbers in a copy. */
typedef struct snapshot {
    wk_tensor *numbers, *grad, *grad_numbers;
    wki_node *grad_fn;
    uint32_t version, rewrites;
    bool requires_grad;
} snapshot;

static void remember(wk_tensor *const *t, int n, snapshot *at)
{
    WK_NO_GRAD(values);
    for (int k = 0; k < n; k++)
        at[k] = (snapshot){ .numbers = wk_clone(t[k]),
                            .grad = t[k]->grad,
                            .grad_numbers = t[k]->grad ? wk_clone(t[k]->grad) : NULL,
                            .grad_fn = t[k]->grad_fn,
                            .version = t[k]->storage->version,
                            .rewrites = t[k]->rewrites,
                            .requires_grad = t[k]->requires_grad };
}

static bool is_as_remembered(wk_tensor *t, const snapshot *was)
{
    return same_bits(t, was->numbers) && t->grad == was->grad && (!t->grad || same_bits(t->grad, was->grad_numbers)) &&
           t->grad_fn == was->grad_fn && t->storage->version == was->version && t->rewrites == was->rewrites &&
           t->storage->rewrites == was->rewrites && t->requires_grad == was->requires_grad;
}

/* Ends the test unless a refusal was the error, and nothing else happened. */
static void only_an_error(const subject *s, const char *what, long n, bool failed, wk_tensor *const *in, int inputs,
                          const snapshot *was)
{
    if (!failed || wk_error() != WK_E_MEMORY) BROKEN(s, "%s, request %ld refused: no error of memory", what, n);
    wk_error_clear();
    for (int k = 0; k < inputs; k++)
        if (!is_as_remembered(in[k], &was[k])) BROKEN(s, "%s, request %ld refused: input %d was changed", what, n, k);
    counts->checks += 1 + inputs;
}

/* ---- One op ---- */

/* What one call came to when nothing was refused */
typedef struct outcome {
    wk_tensor *y, *grads[MOST_INPUTS];
} outcome;

typedef bool attempt(const subject *s, long n, bool sticky, outcome *expected);

static wk_dtype drawn = WK_F64;

static int drawn_leaves(const subject *s, wk_tensor **in)
{
    int n = draw(s, in);
    for (int k = 0; k < n; k++) in[k] = wk_requires_grad(wk_to(in[k], drawn));
    return n;
}

/* The same random numbers in every call */
static wk_tensor *called(const subject *s, wk_tensor *const *in)
{
    wk_manual_seed(3);
    return call(s, in);
}

static bool forward(const subject *s, long n, bool sticky, outcome *expected)
{
    WK_SCOPE(work);
    wk_tensor *in[MOST_INPUTS];
    snapshot was[MOST_INPUTS];
    const int inputs = drawn_leaves(s, in);
    remember(in, inputs, was);
    wk_manual_seed(3);
    arm(n, sticky);
    wk_tensor *y = call(s, in);
    const bool refused = disarm();
    if (refused) {
        only_an_error(s, "forward", n, !y, in, inputs, was);
        y = called(s, in);
    }
    if (!y) BROKEN(s, "forward, after request %ld was refused", n);
    if (n == 0)
        expected->y = wk_escape(work, wk_detach(y));
    else if (!same_bits(y, expected->y))
        BROKEN(s, "forward, after request %ld was refused: another result", n);
    return refused;
}

static wk_tensor *loss_of(const subject *s, wk_tensor *const *in)
{
    wk_tensor *y = called(s, in);
    if (!y) BROKEN(s, "cannot be called");
    return wk_needs_grad(y) ? weighted(y) : NULL;
}

typedef struct manner {
    const char *what;
    bool retains, creates, adds; /* to gradients that are there already */
} manner;

/* The same backward again, or, where the failed one may have freed what was saved, after a forward. */
static wk_status again(const subject *s, const manner *m, wk_tensor *const *in, wk_tensor *loss)
{
    if (!m->retains) loss = loss_of(s, in);
    return wk_backward_all(&loss, NULL, 1, m->retains, m->creates);
}

static void compare_grads(const subject *s, const manner *m, long n, wk_tensor *const *in, int inputs, wk_scope *scope,
                          outcome *expected)
{
    WK_NO_GRAD(values);
    for (int k = 0; k < inputs; k++) {
        wk_tensor *g = wk_grad(in[k]) ? wk_clone(wk_grad(in[k])) : NULL;
        if (n == 0)
            expected->grads[k] = wk_escape(scope, g);
        else if (!same_bits(g, expected->grads[k]))
            BROKEN(s, "%s, after request %ld was refused: another gradient %d", m->what, n, k);
        wk_set_grad(in[k], NULL); /* with create_graph it holds its leaf */
    }
}

static bool backward(const subject *s, const manner *m, long n, bool sticky, outcome *expected)
{
    WK_SCOPE(work);
    wk_tensor *in[MOST_INPUTS], *loss;
    snapshot was[MOST_INPUTS];
    const int inputs = drawn_leaves(s, in);
    if (!(loss = loss_of(s, in))) return false;
    for (int k = 0; m->adds && k < inputs; k++) wk_set_grad(in[k], wk_ones_like(in[k]));
    remember(in, inputs, was);
    arm(n, sticky);
    wk_status status = wk_backward_all(&loss, NULL, 1, m->retains, m->creates);
    const bool refused = disarm();
    if (refused) {
        only_an_error(s, m->what, n, status == WK_E_MEMORY, in, inputs, was);
        status = again(s, m, in, loss);
    }
    if (status) BROKEN(s, "%s, after request %ld was refused", m->what, n);
    compare_grads(s, m, n, in, inputs, work, expected);
    return refused;
}

static bool plain(const subject *s, long n, bool sticky, outcome *expected)
{
    return backward(s, &(manner){ .what = "backward" }, n, sticky, expected);
}

static bool adding(const subject *s, long n, bool sticky, outcome *expected)
{
    return backward(s, &(manner){ "backward that adds", true, false, true }, n, sticky, expected);
}

static bool with_a_graph(const subject *s, long n, bool sticky, outcome *expected)
{
    return backward(s, &(manner){ "backward with a graph", true, true, false }, n, sticky, expected);
}

/* ---- Every request of every op ---- */

/* Refuses one request after the other until a call asks for no more; how many there were. */
static long every_request(const subject *s, attempt *attempt, bool sticky)
{
    WK_SCOPE(expectation);
    outcome expected = { .y = NULL };
    attempt(s, 0, sticky, &expected);
    const footprint before = footprint_now();
    long n = 1;
    while (attempt(s, n, sticky, &expected)) n++;
    const footprint after = footprint_now();
    if (after.live != before.live || after.allocations != before.allocations || after.used != before.used)
        BROKEN(s, "%ld requests refused in turn: %lld objects, %lld allocations and %lld bytes are lost", n - 1,
               (long long)(after.live - before.live), (long long)(after.allocations - before.allocations),
               (long long)(after.used - before.used));
    CHECK_OK();
    return n - 1;
}

static void forward_law(const subject *s)
{
    const long once = every_request(s, forward, false), for_good = every_request(s, forward, true);
    if (once < 1 || for_good != once) BROKEN(s, "%ld requests were refused once, %ld for good", once, for_good);
}
TEST(starvation, of_forward_is_an_error_and_nothing_more) { each(forward_law); }

static void backward_law(const subject *s)
{
    every_request(s, plain, false);
    every_request(s, plain, true);
}
TEST(starvation, of_backward_is_an_error_and_nothing_more) { each(backward_law); }

static void adding_law(const subject *s) { every_request(s, adding, false); }
TEST(starvation, of_backward_leaves_gradients_as_they_were) { each(adding_law); }

static void graph_law(const subject *s) { every_request(s, with_a_graph, false); }
TEST(starvation, of_a_backward_that_makes_a_graph_is_an_error_and_nothing_more) { each(graph_law); }

static void autocast_law(const subject *s)
{
    WK_AUTOCAST(on);
    drawn = WK_F32;
    forward_law(s);
    backward_law(s);
    drawn = WK_F64;
}
TEST(starvation, under_autocast_is_an_error_and_nothing_more) { each(autocast_law); }

/* ---- In place ---- */

static const in_place *form;
static wk_status write_form(const subject *s, wk_tensor *const *in) { return change(form, &wki_row_table[s->row], in); }

/* What writes and is no row */
static wk_status write_copy(const subject *s, wk_tensor *const *in) { return (void)s, wk_copy_(in[0], in[1]); }
static wk_status write_fill(const subject *s, wk_tensor *const *in) { return (void)s, wk_fill_(in[0], 3); }
static wk_status write_zero(const subject *s, wk_tensor *const *in) { return (void)s, wk_zero_(in[0]); }
static wk_status write_masked(const subject *s, wk_tensor *const *in)
{
    (void)s;
    return wk_masked_fill_(in[0], wk_lt(wk_detach(in[1]), wk_scalar(1, wk_dtype_of(in[1]))), 3);
}
static wk_status write_random(const subject *s, wk_tensor *const *in)
{
    (void)s;
    wk_manual_seed(3);
    return wk_uniform_(in[0], 0, 1);
}
static wk_status write_bytes(const subject *s, wk_tensor *const *in)
{
    static const double bytes[6] = { 1, 2, 3, 4, 5, 6 };
    (void)s;
    return wk_write(in[0], bytes, (size_t)wk_numel(in[0]) * wk_dtype_size(wk_dtype_of(in[0])));
}

static wk_status (*writes)(const subject *s, wk_tensor *const *in);
static wk_dtype written;

/* Leaves want a gradient; what is written over is made from the first of them. */
static bool in_place_of(const subject *s, long n, bool sticky, outcome *expected)
{
    WK_SCOPE(work);
    wk_tensor *in[MOST_INPUTS];
    snapshot was[MOST_INPUTS];
    const int inputs = draw(s, in);
    const bool real = wki_is_float(written);
    for (int k = 0; k < inputs; k++) in[k] = leaf_of(wk_to(in[k], written), CONTIGUOUS, real);
    if (real) in[0] = wk_mul_scalar(in[0], 1);
    remember(in, inputs, was);
    arm(n, sticky);
    wk_status status = writes(s, in);
    const bool refused = disarm();
    if (refused) {
        only_an_error(s, "in place", n, status == WK_E_MEMORY, in, inputs, was);
        status = writes(s, in);
    }
    if (status && n > 0) BROKEN(s, "in place, after request %ld was refused", n);
    wk_error_clear();
    if (n == 0)
        expected->y = status ? NULL : wk_escape(work, wk_clone(wk_detach(in[0])));
    else if (!same_bits(wk_detach(in[0]), expected->y))
        BROKEN(s, "in place, after request %ld was refused: another result", n);
    return refused;
}

static long in_place_law(const subject *s, wk_dtype dtype)
{
    WK_SCOPE(probe);
    outcome free_of_faults = { .y = NULL };
    written = dtype;
    in_place_of(s, 0, false, &free_of_faults);
    if (!free_of_faults.y) return 0; /* integers that the form refuses */
    return every_request(s, in_place_of, false) + every_request(s, in_place_of, true);
}

TEST(starvation, of_a_change_in_place_changes_nothing)
{
    long requests = 0;
    writes = write_form;
    for (int i = 0; i < IN_PLACES; i++) {
        form = &in_places[i];
        const subject s = { .name = form->name, .row = row_in_place(form), .shapes = &row_shape_sets[4] };
        if (s.row < 0) continue;
        requests += in_place_law(&s, WK_F32) + in_place_law(&s, WK_F64) + in_place_law(&s, WK_I64);
    }
    CHECK(requests > IN_PLACES);
}

TEST(starvation, of_copies_fills_and_random_numbers_changes_nothing)
{
    static wk_status (*const writers[])(const subject *,
                                        wk_tensor *const *) = { write_copy,   write_fill,   write_zero,
                                                                write_masked, write_random, write_bytes };
    static const char *const names[] = { "copy_", "fill_", "zero_", "masked_fill_", "uniform_", "write" };
    for (int i = 0; i < 6; i++) {
        const subject s = { .name = names[i], .row = WKI_ROW_add, .shapes = &row_shape_sets[4] };
        writes = writers[i];
        CHECK(in_place_law(&s, WK_F32) > 0);
        CHECK(in_place_law(&s, WK_F64) > 0);
    }
}

/* ---- Kernels split over threads: what one of them lacks, no other may have written without ---- */

enum { SIDE = 320 };
static wk_status add_across(wk_tensor *y, wk_tensor *x) { return wk_add_(y, wk_t(x)); }
static wk_status mix_across(wk_tensor *y, wk_tensor *x) { return wk_lerp_(y, wk_t(x), x); }
static wk_status copy_across(wk_tensor *y, wk_tensor *x) { return wk_copy_(y, wk_t(x)); }
static wk_status copy_bytes_across(wk_tensor *y, wk_tensor *x) { return wk_copy_(y, wk_t(wk_to(x, WK_U8))); }
static wk_status fill_across(wk_tensor *y, wk_tensor *x) { return wk_masked_fill_(y, wk_t(wk_gt_scalar(x, 0)), 3); }
static wk_status relu_of_columns(wk_tensor *y, wk_tensor *x)
{
    (void)x;
    return wk_relu_(wk_slice(y, 1, 0, SIDE, 2));
}
static wk_status add_rows(wk_tensor *y, wk_tensor *x)
{
    return wk_index_add_(y, 0, wk_arange(0, SIDE, 1, WK_I64), wk_t(x), 1);
}

static bool two_threads(wk_status (*write)(wk_tensor *, wk_tensor *), long n, bool sticky, wk_dtype dtype)
{
    WK_SCOPE(work);
    wk_manual_seed(5);
    wk_tensor *y = wk_to(wk_randn(WK_SHAPE(SIDE, SIDE), WK_F32), dtype);
    wk_tensor *x = wk_to(wk_randn(WK_SHAPE(SIDE, SIDE), WK_F32), dtype), *was = wk_clone(y);
    arm(n, sticky);
    const wk_status status = write(y, x);
    const bool refused = disarm();
    if (refused) CHECK(status == WK_E_MEMORY && same_bits(y, was));
    if (refused) wk_error_clear();
    if (refused) CHECK(write(y, x) == WK_OK);
    CHECK_OK();
    return refused;
}

TEST(starvation, of_one_of_two_threads_changes_nothing)
{
    static wk_status (*const writes_apart[])(wk_tensor *, wk_tensor *) = {
        add_across, mix_across, copy_across, copy_bytes_across, fill_across, relu_of_columns, add_rows
    };
    static const wk_dtype dtypes[] = { WK_F32, WK_F64 };
    wk_set_num_threads(2);
    for (int w = 0; w < 7; w++)
        for (int k = 0; k < 4; k++) {
            long n = 1;
            while (two_threads(writes_apart[w], n, k & 1, dtypes[k >> 1])) n++;
            CHECK(n > 1);
        }
    wk_set_num_threads(1);
}

int main(void) { return registry_main("starvation"); }
