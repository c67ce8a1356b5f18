/* Laws of recorded steps: what they refuse, and what keeps them ordinary. */
#include "capture_models.h"
#include <unistd.h>

/* ---- Refusals ---- */

typedef struct things { /* that a refused step would use */
    model m;
    wk_loader *loader;
    wk_schedule *plateau;
    wk_average *mean;
    float host[3];
    char path[24];
} things;

typedef void deed(things *u, wk_tensor *x);

static void item(things *u, wk_tensor *x) { u->host[0] = (float)wk_item(wk_sum(x)); }
static void from(things *u, wk_tensor *x) { wk_add_(x, wk_from(u->host, WK_SHAPE(3), WK_F32)); }
static void write_in(things *u, wk_tensor *x) { wk_write(x, u->host, sizeof u->host); }
static void wrap(things *u, wk_tensor *x)
{
    wk_add_(x, wk_to_device(wk_wrap(u->host, WK_SHAPE(3), WK_F32, NULL, NULL), wk_device_of(x)));
}
static void data(things *u, wk_tensor *x) { u->host[0] = wk_data(x) ? 1 : 0; }
static void read_out(things *u, wk_tensor *x) { wk_read(x, u->host, sizeof u->host); }
static void equal(things *u, wk_tensor *x) { u->host[0] = wk_equal(x, x); }
static void allclose(things *u, wk_tensor *x) { u->host[0] = wk_allclose(x, x, 0, 0); }
static void permutation(things *u, wk_tensor *x) { (void)u, wk_gather(x, 0, wk_randperm(3)); }
static void places(things *u, wk_tensor *x) { (void)u, wk_gather(x, 0, wk_multinomial(wk_exp(x), 3, true)); }
static void save(things *u, wk_tensor *x) { (void)x, wk_save(u->m.net, u->path); }
static void metric(things *u, wk_tensor *x) { (void)x, wk_schedule_advance_metric(u->plateau, 1); }
static void mean(things *u, wk_tensor *x) { (void)x, wk_average_update(u->mean); }

static void next(things *u, wk_tensor *x)
{
    (void)x;
    CHECK(wk_loader_next(u->loader) || wk_failed());
}

static void watched(things *u, wk_tensor *x)
{
    (void)x;
    wk_set_nonfinite(u->m.opt, WK_NONFINITE_SKIP);
    wk_step(u->m.opt);
}

static const struct {
    const char *where, *instead;
    deed *deed;
} refused[] = {
    { "item", "return the tensor", item },
    { "from", "as an input", from },
    { "write", "as an input", write_in },
    { "wrap", "as an input", wrap },
    { "data", "return the tensor", data },
    { "read", "return the tensor", read_out },
    { "equal", "return the tensor", equal },
    { "allclose", "return the tensor", allclose },
    { "randperm", "before the step", permutation },
    { "multinomial", "before the step", places },
    { "save", "behind the step", save },
    { "schedule_advance_metric", "behind the step", metric },
    { "average_update", "behind the step", mean },
    { "loader_next", "before the step", next },
    { "step", "keep them", watched },
};

typedef struct doing {
    things *things;
    deed *deed;
} doing;

static wk_tensor *does(void *user, wk_tensor *const *in, int n)
{
    const doing *d = user;
    (void)n;
    wk_tensor *x = wk_clone(in[0]);
    d->deed(d->things, x);
    return wk_failed() ? NULL : wk_sum(x);
}

static things things_new(wk_tensor *x)
{
    things u = { .m = mlp("sgd", "lr=0"), .path = "/tmp/wick-XXXXXX" };
    close(mkstemp(u.path));
    u.loader = wk_loader_new(wk_dataset_tensors(&x, NULL, 1), .batch_size = 1);
    u.plateau = wk_schedule_plateau(u.m.opt);
    u.mean = wk_swa_new(wk_parameters(u.m.net));
    for (int i = 0; i < 4; i++) { /* gradients and a state of everything */
        wk_tensor *p = wk_params_at(wk_parameters(u.m.net), i);
        wk_set_grad(p, wk_zeros_like(p));
    }
    CHECK(wk_step(u.m.opt) == WK_OK && wk_average_update(u.mean) == WK_OK);
    return u;
}

TEST(capture_refusals, of_what_a_replay_would_not_do_tell_what_to_do_instead)
{
    wk_tensor *x = wk_ones(WK_SHAPE(3), WK_F32);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (refused[i].deed == data && wk_device_of(x) != WK_CPU) continue; /* there is no such memory */
        WK_SCOPE(one);
        things u = things_new(x);
        doing d = { &u, refused[i].deed };
        wk_plan *plan = wk_capture(does, &d);
        ck_assert_msg(wk_plan_run(plan, &x, 1), "%s: %s", refused[i].where, wk_error_text());
        ck_assert_msg(!wk_plan_run(plan, &x, 1) && wk_failed(), "%s is not refused", refused[i].where);
        CHECK_ERROR(WK_E_STATE, refused[i].where, "inside a recorded step", refused[i].instead);
        remove(u.path);
    }
}

static wk_tensor *squares(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    wk_tensor *y = wk_sum(wk_square(in[0]));
    wk_backward(y);
    return y;
}

static wk_tensor *gives_input(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    return wk_reshape(in[0], WK_SHAPE(-1));
}

static wk_tensor *nests(void *user, wk_tensor *const *in, int n) { return wk_plan_run(*(wk_plan **)user, in, n); }

TEST(capture_refusals, of_what_is_no_run)
{
    wk_tensor *x = wk_ones(WK_SHAPE(3), WK_F32);
    wk_plan *plan = wk_capture(squares, NULL);
    CHECK_NULL(wk_plan_run(wk_capture(gives_input, NULL), &x, 1));
    CHECK_ERROR(WK_E_INVALID, "plan_run", "input 0", "clone");
    wk_plan *inner;
    inner = wk_capture(nests, &inner);
    CHECK_NULL(wk_plan_run(inner, &x, 1));
    CHECK_ERROR(WK_E_STATE, "plan_run", "inside a step");
    CHECK_NULL(wk_capture(NULL, NULL));
    CHECK_ERROR(WK_E_INVALID, "capture", "step is NULL");
    CHECK_NULL(wk_plan_run(plan, &x, 17));
    CHECK_ERROR(WK_E_INVALID, "plan_run", "17 inputs");
    CHECK_NULL(wk_plan_run(plan, (wk_tensor *[]){ NULL }, 1));
    CHECK_ERROR(WK_E_INVALID, "plan_run");
}

static wk_tensor *picks(void *user, wk_tensor *const *in, int n)
{
    (void)n;
    wk_gather(user, 0, in[0]); /* for its check alone */
    return wk_sum(wk_gather(user, 0, wk_clamp(in[0], 0, 7)));
}

TEST(capture_refusals, of_bad_values_fails_as_an_ordinary_run_and_goes_on)
{
    wk_tensor *table = wk_arange(0, 8, 1, WK_F32), *good = wk_from((int64_t[]){ 1, 7 }, WK_SHAPE(2), WK_I64),
              *bad = wk_from((int64_t[]){ 1, 8 }, WK_SHAPE(2), WK_I64);
    wk_plan *plan = wk_capture(picks, table);
    for (int i = 0; i < 3; i++) CHECK(wk_item(wk_plan_run(plan, &good, 1)) == 8);
    CHECK_NULL(wk_plan_run(plan, &bad, 1));
    CHECK_ERROR(WK_E_RANGE, "gather", "8");
    CHECK(wk_item(wk_plan_run(plan, &good, 1)) == 8 && wk_plan_stats_of(plan).replays == 2);
}

enum { MANY = 1 << 20, TABLE = 1 << 22 };

typedef struct halving {
    wk_tensor *table, *w;
} halving;

static wk_tensor *halves_if_found(void *user, wk_tensor *const *in, int n)
{
    (void)n;
    WK_NO_GRAD(off);
    const halving *h = user;
    wk_tensor *y = wk_gather(h->table, 0, in[0]);
    wk_mul_scalar_(h->w, 0.5);
    return y;
}

/* The last part finds it long after the first is done, which picks one element: this one strays through memory. */
TEST_ON_CPU(capture_refusals, of_bad_values_on_another_thread_leave_what_follows_undone,
            "its subject is the CPU's threads")
{
    CHECK(wk_set_num_threads(2) == WK_OK);
    halving h = { wk_zeros(WK_SHAPE(TABLE), WK_F32), wk_zeros(WK_SHAPE(MANY), WK_F32) };
    int64_t *const picked = calloc(MANY, sizeof *picked);
    for (int64_t i = MANY / 2; i < MANY; i++) picked[i] = i * 1234577 % TABLE;
    wk_tensor *good = wk_from(picked, WK_SHAPE(MANY), WK_I64);
    free(picked);
    wk_tensor *bad = wk_clone(good);
    wk_fill_(wk_narrow(bad, 0, MANY - 1, 1), TABLE);
    wk_plan *plan = wk_capture(halves_if_found, &h);
    for (int k = 0; k < 2; k++) CHECK(wk_plan_run(plan, &good, 1) != NULL);
    for (int i = 0; i < 20; i++) {
        CHECK(wk_plan_run(plan, &good, 1) != NULL && tells(plan, "replayed"));
        wk_fill_(h.w, 1);
        CHECK_NULL(wk_plan_run(plan, &bad, 1));
        CHECK_ERROR(WK_E_RANGE, "gather", "4194304");
        CHECK(wk_item(wk_min(h.w)) == 1 && wk_item(wk_max(h.w)) == 1);
    }
    wk_set_num_threads(1);
}

/* ---- What keeps a step ordinary ---- */

TEST(capture_refusals, of_an_input_that_requires_grad_is_ordinary)
{
    wk_plan *plan = wk_capture(squares, NULL);
    for (int i = 1; i < 5; i++) {
        wk_tensor *x = wk_requires_grad(wk_ones(WK_SHAPE(3), WK_F32));
        CHECK(wk_item(wk_plan_run(plan, &x, 1)) == 3 && wk_grad(x) && wk_item(wk_sum(wk_grad(x))) == 6);
        CHECK(tells(plan, "requires grad"));
    }
}

static wk_tensor *kept;

static wk_tensor *keep_only(wk_tensor *t)
{
    if (kept) wk_release(kept);
    return kept = t ? wk_keep(t) : NULL;
}

static wk_tensor *keeps_its_input(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    keep_only(wk_reshape(in[0], WK_SHAPE(-1)));
    return wk_sum(in[0]);
}

TEST(capture_refusals, of_an_input_that_is_kept_is_ordinary_and_keeps_its_memory)
{
    wk_plan *plan = wk_capture(keeps_its_input, NULL);
    for (int i = 1; i < 6; i++) {
        {
            WK_SCOPE(its);
            wk_tensor *x = wk_full(WK_SHAPE(1000), WK_F32, i);
            CHECK(wk_item(wk_plan_run(plan, &x, 1)) == 1000 * i);
        }
        WK_SCOPE(other);
        wk_memory_trim();
        CHECK(wk_item(wk_sum(wk_full(WK_SHAPE(1000), WK_F32, -1))) == -1000);
        CHECK(wk_item(wk_sum(kept)) == 1000 * i);
        CHECK(i < 2 || tells(plan, "keeps its input 0"));
    }
    keep_only(NULL);
}

static wk_tensor *wants_its_gradient(void *user, wk_tensor *const *in, int n)
{
    (void)n;
    if (!wk_requires_grad(in[0])) return NULL;
    wk_tensor *y = wk_sum(wk_square(in[0]));
    if (user) keep_only(y);
    return !user && wk_backward(y) ? NULL : y;
}

TEST(capture_refusals, of_a_gradient_of_an_input_is_ordinary_and_leaves_it_there)
{
    for (int later = 0; later < 2; later++) {
        wk_plan *plan = wk_capture(wants_its_gradient, later ? &kept : NULL);
        for (int i = 1; i < 6; i++) {
            WK_SCOPE(one);
            wk_tensor *x = wk_full(WK_SHAPE(3), WK_F32, i);
            CHECK(wk_item(wk_plan_run(plan, &x, 1)) == 3 * i * i && wk_needs_grad(x));
            if (later) CHECK(wk_backward(kept) == WK_OK);
            CHECK(wk_grad(x) && wk_item(wk_sum(wk_grad(x))) == 6 * i);
            CHECK(i < 2 || tells(plan, "the gradient of its input 0"));
            keep_only(NULL);
        }
    }
}

static wk_tensor *sees_a_gradient(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    return wk_sum(wk_grad(in[0]));
}

TEST(capture_refusals, of_an_input_whose_gradient_is_there_before_see_it)
{
    wk_plan *plan = wk_capture(sees_a_gradient, NULL);
    for (int i = 0; i < 4; i++) {
        wk_tensor *x = wk_ones(WK_SHAPE(3), WK_F32);
        wk_set_grad(x, wk_full(WK_SHAPE(3), WK_F32, i));
        CHECK(wk_item(wk_plan_run(plan, &x, 1)) == 3 * i && wk_item(wk_max(wk_grad(x))) == i);
    }
}

typedef struct rows {
    wk_dataset *set;
    int64_t at;
    bool keeps, changes;
} rows;

static wk_tensor *takes_a_row(void *user, wk_tensor *const *in, int n)
{
    rows *r = user;
    wk_tensor *x[1];
    (void)n;
    if (wk_dataset_get(r->set, r->at++ % 8, x, 1)) return NULL;
    if (r->keeps) keep_only(x[0]);
    if (r->changes) wk_mul_scalar_(x[0], 2);
    return wk_add(wk_sum(x[0]), wk_sum(in[0]));
}

TEST(capture_refusals, of_memory_that_the_host_fills_is_ordinary)
{
    wk_tensor *x = wk_arange(0, 8, 1, WK_F32), *zero = wk_zeros(WK_SHAPE(1), WK_F32);
    const bool here = wk_current_device() == WK_CPU;
    for (int kind = 0; kind < 4; kind++) {
        rows r = { wk_dataset_tensors(&x, NULL, 1), 0, kind & 1, kind & 2 };
        wk_plan *plan = wk_capture(takes_a_row, &r);
        for (int i = 0; i < 8; i++) {
            CHECK(wk_item(wk_plan_run(plan, &zero, 1)) == i * (r.changes ? 2 : 1));
            CHECK(i == 0 ||
                  tells(plan, here ? "reads memory that no call has written" : "a tensor goes to another device"));
        }
        keep_only(NULL);
    }
}

static wk_tensor *goes_on_from_the_last(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    return wk_sum(keep_only(wk_add(kept, in[0])));
}

TEST(capture_refusals, of_memory_from_before_that_is_gone_behind_it_is_ordinary)
{
    wk_tensor *one = wk_ones(WK_SHAPE(1), WK_F32);
    wk_plan *plan = wk_capture(goes_on_from_the_last, NULL);
    kept = wk_keep(wk_zeros(WK_SHAPE(1), WK_F32));
    for (int i = 1; i < 7; i++) {
        CHECK(wk_item(wk_plan_run(plan, &one, 1)) == i);
        CHECK(i < 2 || tells(plan, "reads memory from before it that is gone"));
    }
    keep_only(NULL);
}

static wk_tensor *seeds(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    wk_manual_seed(7);
    return wk_add(in[0], wk_rand(WK_SHAPE(3), WK_F32));
}

static wk_tensor *finds(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    return wk_sum(wk_masked_select(in[0], wk_gt_scalar(in[0], 0.5)));
}

TEST(capture_refusals, of_what_is_another_in_each_run_is_ordinary)
{
    static const struct {
        wk_step_function *step;
        const char *why;
    } all[] = { { seeds, "seeds random numbers anew" }, { finds, "depends on values" } };
    for (int k = 0; k < 2; k++) {
        wk_plan *plan = wk_capture(all[k].step, NULL);
        for (int i = 0; i < 4; i++) {
            WK_SCOPE(one);
            wk_tensor *x = wk_rand(WK_SHAPE(3), WK_F32), *y = wk_plan_run(plan, &x, 1);
            CHECK(y && same_bits(y, all[k].step(NULL, &x, 1)));
            CHECK(i == 0 || tells(plan, all[k].why));
        }
    }
}

WICK_TEST_MAIN
