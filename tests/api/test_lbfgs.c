/* Laws of L-BFGS and of steps by a closure: PyTorch's numbers, with and without line search; a training that goes on
 * has the same bits; what fails leaves all as it was. */
#include "../golden/lbfgs.h"
#include "golden_numbers.h"
#include "optim/optim.h"
#include "wick/elementwise.h"
#include "wick/nn.h"
#include "wick/optim.h"
#include "wick_check.h"

enum { GOLDEN = sizeof golden_lbfgss / sizeof *golden_lbfgss };

/* ---- Losses: those of golden/lbfgs.py ---- */

typedef struct problem {
    wk_tensor *p[2], *x, *y;
    wk_tensor *(*loss)(struct problem *);
    wk_optim *opt;
    int evaluations, nan_at, fail_at; /* 0: never */
} problem;

static wk_tensor *z_of(problem *r) { return wk_add(wk_mm(r->x, r->p[0]), r->p[1]); }
static wk_tensor *square_of(wk_tensor *t) { return wk_mul(t, t); }
static wk_tensor *decay_of(problem *r) { return wk_mul_scalar(wk_sum(square_of(r->p[0])), 0.01); }

static wk_tensor *rows_loss(problem *r)
{
    return wk_add(wk_mean(square_of(wk_sub(wk_tanh(z_of(r)), r->y))), decay_of(r));
}

static wk_tensor *hill_loss(problem *r) { return wk_neg(rows_loss(r)); }
static wk_tensor *line_loss(problem *r) { return wk_mean(square_of(wk_sub(z_of(r), r->y))); }

static wk_tensor *logistic_loss(problem *r)
{
    wk_tensor *z = z_of(r);
    return wk_add(wk_mean(wk_sub(wk_softplus(z), wk_mul(r->y, z))), decay_of(r));
}

static wk_tensor *trough_loss(problem *r)
{
    double steep[18];
    for (int i = 0; i < 18; i++) steep[i] = ldexp(1, i);
    wk_tensor *sums[2];
    for (int k = 0; k < 2; k++) {
        wk_tensor *by = golden_tensor(steep + 15 * k, wk_ndim(r->p[k]), wk_shape(r->p[k]), wk_dtype_of(r->p[k]));
        sums[k] = wk_sum(wk_mul(by, square_of(wk_sub(r->p[k], wk_ones_like(r->p[k])))));
    }
    return wk_add(sums[0], sums[1]);
}

static wk_tensor *valley_loss(problem *r)
{
    wk_tensor *u = wk_select(r->p[0], 0, 0), *v = wk_select(r->p[0], 0, 1);
    wk_tensor *side = wk_sub(v, square_of(u)), *along = wk_sub(wk_ones_like(u), u);
    return wk_add(wk_mul_scalar(square_of(side), 100), square_of(along));
}

static const struct {
    const char *name;
    wk_tensor *(*loss)(problem *);
} losses[] = { { "rows", rows_loss },         { "hill", hill_loss },     { "line", line_loss },
               { "logistic", logistic_loss }, { "trough", trough_loss }, { "valley", valley_loss } };

static wk_tensor *loss_of(void *user)
{
    problem *r = user;
    r->evaluations++;
    if (r->evaluations == r->fail_at) return wk_fail(WK_E_IO, "the rows are gone"), NULL;
    wk_zero_grad(r->opt);
    wk_tensor *loss = r->loss(r);
    if (r->evaluations == r->nan_at) loss = wk_mul_scalar(loss, (double)NAN);
    wk_backward(loss);
    return loss;
}

static problem problem_of(const char *loss, wk_dtype dtype, const char *options)
{
    double start[18], x[60], y[36];
    uint32_t seed = 1;
    problem r = { 0 };
    for (int i = 0; i < 18; i++) start[i] = (i - 9) / 16.0;
    for (int i = 0; i < 60; i++) x[i] = golden_number(&seed);
    for (int i = 0; i < 36; i++) y[i] = golden_number(&seed) / 4;
    for (int i = 0; !r.loss; i++)
        if (!strcmp(losses[i].name, loss)) r.loss = losses[i].loss;
    if (r.loss != valley_loss) {
        r.p[0] = wk_requires_grad(golden_tensor(start, WK_SHAPE(5, 3), dtype));
        r.p[1] = wk_requires_grad(golden_tensor(start + 15, WK_SHAPE(3), dtype));
        r.x = golden_tensor(x, WK_SHAPE(12, 5), dtype);
        r.y = golden_tensor(y, WK_SHAPE(12, 3), dtype);
    } else
        r.p[0] = wk_requires_grad(golden_tensor((const double[]){ -1.2, 1 }, WK_SHAPE(2), dtype));
    wk_params *params = wk_params_new(r.p, (const char *const[]){ "weight", "bias" }, r.p[1] ? 2 : 1);
    r.opt = wk_optim_by_name("lbfgs", params, options);
    return r;
}

static double step(problem *r)
{
    double loss;
    ck_assert_msg(wk_step_closure(r->opt, loss_of, r, &loss) == WK_OK, "%s", wk_error_text());
    return loss;
}

static bool same_parameters(const problem *a, const problem *b)
{
    return wk_equal(wk_detach(a->p[0]), wk_detach(b->p[0])) &&
           (!a->p[1] || wk_equal(wk_detach(a->p[1]), wk_detach(b->p[1])));
}

/* ---- PyTorch's numbers ---- */

static void check_near(double is, double expected, double by, const char *law)
{
    wick_check_near(is, expected, by * fmax(fabs(expected), 1), law, __FILE__, __LINE__);
}

static void follow(const golden_lbfgs *golden, bool f32)
{
    WK_SCOPE(training);
    problem r = problem_of(golden->loss, f32 ? WK_F32 : WK_F64, golden->options);
    const double by = f32 ? 1e-5 : 1e-9;
    for (int t = 1, at = 0; at < 3; t++) {
        WK_SCOPE(one);
        if (f32 && golden->f32[at].evaluations == 0) break;
        const double loss = step(&r);
        if (t != golden->steps[at]) continue;
        double p[18];
        const int64_t n = wk_numel(r.p[0]);
        CHECK(wk_read(wk_to(wk_detach(r.p[0]), WK_F64), p, (size_t)n * sizeof *p) == WK_OK);
        if (r.p[1]) CHECK(wk_read(wk_to(wk_detach(r.p[1]), WK_F64), p + n, 3 * sizeof *p) == WK_OK);
        check_near(loss, f32 ? golden->f32[at].loss : golden->f64[at].loss, by, golden->law);
        wick_check(r.evaluations == (f32 ? golden->f32[at].evaluations : golden->f64[at].evaluations), golden->law,
                   __FILE__, __LINE__);
        for (int i = 0; i < n + (r.p[1] ? 3 : 0); i++)
            check_near(p[i], f32 ? golden->f32[at].p[i] : golden->f64[at].p[i], by, golden->law);
        at++;
    }
}

TEST(golden, steps_of_f32_match_pytorch)
{
    for (int i = 0; i < GOLDEN; i++) follow(&golden_lbfgss[i], true);
}

TEST(golden, steps_of_f64_match_pytorch)
{
    for (int i = 0; i < GOLDEN; i++) follow(&golden_lbfgss[i], false);
}

TEST(golden, every_option_has_numbers)
{
    for (const wki_optim_option *option = wki_optim_kind_lbfgs.options; option->name; option++) {
        bool found = false;
        for (int i = 0; i < GOLDEN; i++) found |= strstr(golden_lbfgss[i].options, option->name) != NULL;
        wick_check(found, option->name, __FILE__, __LINE__);
    }
}

TEST(search, ends_in_rosenbrocks_valley)
{
    problem wolfe = problem_of("valley", WK_F64, "max_iter=100,tolerance_change=1e-14,strong_wolfe"),
            plain = problem_of("valley", WK_F64, "max_iter=200,lr=0.2");
    for (int t = 0; t < 4; t++) {
        step(&wolfe);
        step(&plain);
    }
    CHECK(wk_allclose(wk_detach(wolfe.p[0]), wk_ones(WK_SHAPE(2), WK_F64), 0, 1e-6));
    CHECK(wk_allclose(wk_detach(plain.p[0]), wk_ones(WK_SHAPE(2), WK_F64), 0, 1e-3));
}

/* ---- Other optimizers ---- */

TEST(closure, is_called_once_by_other_optimizers)
{
    problem a = problem_of("rows", WK_F32, ""), b = problem_of("rows", WK_F32, "");
    a.opt = wk_optim_adam(wk_params_new(a.p, NULL, 2));
    b.opt = wk_optim_adam(wk_params_new(b.p, NULL, 2));
    for (int t = 0; t < 3; t++) {
        WK_NO_GRAD(quiet);
        const double loss = step(&a);
        WK_ENABLE_GRAD(loud);
        CHECK(loss == wk_item(loss_of(&b)) && wk_step(b.opt) == WK_OK);
    }
    CHECK(a.evaluations == 3 && wk_steps(a.opt) == 3 && same_parameters(&a, &b));
}

static wk_tensor *no_loss(void *user) { return (void)user, NULL; }
static wk_tensor *wide_loss(void *user) { return (void)user, wk_ones(WK_SHAPE(3), WK_F32); }

TEST(closure, that_gives_no_loss_is_an_error)
{
    problem r = problem_of("valley", WK_F64, "");
    double loss = 1;
    CHECK(wk_step_closure(r.opt, NULL, &r, &loss) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "step_closure", "closure is NULL");
    CHECK(wk_step_closure(NULL, loss_of, &r, &loss) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "step_closure", "opt is NULL");
    CHECK(wk_step_closure(r.opt, no_loss, &r, &loss) == WK_E_INVALID && isnan(loss));
    CHECK_ERROR(WK_E_INVALID, "step_closure", "the closure gave NULL");
    CHECK(wk_step_closure(r.opt, wide_loss, &r, NULL) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "step_closure", "the closure gave [3]");
    CHECK(wk_step(r.opt) == WK_E_UNSUPPORTED);
    CHECK_ERROR(WK_E_UNSUPPORTED, "lbfgs asks for the loss", "wk_step_closure");
}

/* ---- Options ---- */

TEST(make, refuses_what_it_has_no_use_for)
{
    problem r = problem_of("valley", WK_F64, "");
    wk_params *params = wk_params_new(r.p, NULL, 1);
    CHECK_NULL(wk_optim_lbfgs(params, .max_iter = 0));
    CHECK_ERROR(WK_E_INVALID, "optim_lbfgs", "max_iter is 0", "from 1");
    CHECK_NULL(wk_optim_lbfgs(params, .history_size = 2.5));
    CHECK_ERROR(WK_E_INVALID, "history_size is 2.5", "whole number");
    CHECK_NULL(wk_optim_lbfgs(params, .lr = -1));
    CHECK_ERROR(WK_E_INVALID, "lr is -1");
    CHECK(wk_optim_add_group(r.opt, wk_params_new(&r.p[0], (const char *const[]){ "b" }, 1), "") == WK_E_UNSUPPORTED);
    CHECK_ERROR(WK_E_UNSUPPORTED, "optim_add_group", "lbfgs has one group");
    CHECK(!strcmp(wk_optim_describe(wk_optim_lbfgs(params, .strong_wolfe = true)),
                  "lbfgs lr=1 max_iter=20 max_eval=0 tolerance_grad=1e-07 tolerance_change=1e-09 history_size=100 "
                  "strong_wolfe"));
}

TEST(step, counts_what_has_no_gradient_as_flat)
{
    problem r = problem_of("rows", WK_F64, "max_iter=3");
    wk_tensor *bystander = wk_requires_grad(wk_ones(WK_SHAPE(4), WK_F32)); /* another dtype too */
    wk_tensor *const all[] = { r.p[0], bystander, r.p[1] };
    problem alone = problem_of("rows", WK_F64, "max_iter=3");
    r.opt = wk_optim_lbfgs(wk_params_new(all, NULL, 3), .max_iter = 3);
    for (int t = 0; t < 2; t++) {
        CHECK_NEAR(step(&r), step(&alone), 1e-12);
        CHECK(wk_allclose(wk_detach(r.p[0]), wk_detach(alone.p[0]), 0, 1e-12));
    }
    CHECK(wk_equal(wk_detach(bystander), wk_ones(WK_SHAPE(4), WK_F32)));
}

typedef struct net {
    wk_module *m;
    wk_optim *opt;
    wk_tensor *x;
} net;

static wk_tensor *loss_of_net(void *user)
{
    const net *n = user;
    wk_zero_grad(n->opt);
    wk_tensor *y = wk_forward(n->m, n->x), *loss = wk_mean(wk_mul(y, y));
    return wk_backward(loss) == WK_OK ? loss : NULL;
}

/* all: frozen parameters are among the optimizer's */
static net half_frozen(bool all)
{
    wk_manual_seed(4);
    net n = { .m = wk_nn_sequential(wk_nn_linear(3, 5), wk_nn_tanh(), wk_nn_linear(5, 2)) };
    n.x = wk_randn(WK_SHAPE(7, 3), WK_F32);
    wk_tensor *const last[] = { wk_parameter(n.m, "2.weight"), wk_parameter(n.m, "2.bias") };
    n.opt =
        wk_optim_lbfgs(all ? wk_parameters(n.m) : wk_params_new(last, NULL, 2), .max_iter = 4, .strong_wolfe = true);
    CHECK(wk_module_requires_grad(n.m, "0.", false) == WK_OK);
    return n;
}

TEST(step, leaves_frozen_parameters_and_moves_the_others_as_without_them)
{
    net n = half_frozen(true), alone = half_frozen(false);
    wk_state *before = wk_state_copy(wk_state_dict(n.m));
    for (int t = 0; t < 3; t++) {
        double a, b;
        CHECK(wk_step_closure(n.opt, loss_of_net, &n, &a) == WK_OK);
        CHECK(wk_step_closure(alone.opt, loss_of_net, &alone, &b) == WK_OK && fabs(a - b) <= 1e-6 * fabs(b));
    }
    wk_state *after = wk_state_dict(n.m), *other = wk_state_dict(alone.m);
    for (int i = 0; i < 4; i++) {
        const char *name = wk_state_name(after, i);
        CHECK(wk_equal(wk_state_at(after, i), wk_state_get(before, name)) == (name[0] == '0'));
        CHECK(wk_allclose(wk_state_at(after, i), wk_state_get(other, name), 1e-5, 1e-6));
    }
}

/* ---- State ---- */

TEST(state, goes_on_with_the_same_bits)
{
    static const char *const options[] = { "lr=0.5,max_iter=4,history_size=3",
                                           "max_iter=3,history_size=5,strong_wolfe" };
    for (int k = 0; k < 4; k++) {
        const wk_dtype dtype = k % 2 ? WK_F64 : WK_F32;
        problem straight = problem_of("rows", dtype, options[k / 2]), first = problem_of("rows", dtype, options[k / 2]),
                second = problem_of("rows", dtype, "");
        for (int stop = 0; stop < 4; stop++) {
            wk_state *s = wk_state_copy(wk_optim_state_dict(first.opt));
            WK_NO_GRAD(copying);
            for (int p = 0; p < 2; p++) CHECK(wk_copy_(second.p[p], first.p[p]) == WK_OK);
            CHECK(wk_optim_load_state_dict(second.opt, s) == WK_OK);
            CHECK(step(&straight) == step(&second) && same_parameters(&straight, &second));
            step(&first);
            CHECK(wk_steps(second.opt) == stop + 1);
        }
        wk_state *a = wk_optim_state_dict(straight.opt), *b = wk_optim_state_dict(second.opt);
        CHECK(wk_state_count(a) == wk_state_count(b) && wk_state_text_count(a) == wk_state_text_count(b));
        CHECK(wk_state_int(a, "lbfgs.func_evals") == straight.evaluations);
        for (int64_t i = 0; i < wk_state_count(a); i++)
            CHECK(wk_equal(wk_state_at(a, i), wk_state_get(b, wk_state_name(a, i))));
        for (int64_t i = 0; i < wk_state_text_count(a); i++)
            CHECK(!strcmp(wk_state_text(a, wk_state_text_key(a, i)), wk_state_text(b, wk_state_text_key(a, i))));
    }
}

TEST(state, keeps_no_more_pairs_than_asked_for)
{
    problem r = problem_of("rows", WK_F64, "max_iter=9,history_size=3");
    step(&r);
    wk_state *s = wk_optim_state_dict(r.opt);
    CHECK(wk_state_int(s, "lbfgs.pairs") == 3 && wk_state_int(s, "lbfgs.n_iter") == 9);
    CHECK(wk_state_has(s, "lbfgs.old_dirs.2") && !wk_state_has(s, "lbfgs.old_dirs.3"));
}

TEST(state, that_does_not_fit_is_refused_and_nothing_changes)
{
    problem r = problem_of("rows", WK_F64, "max_iter=3"), other = problem_of("valley", WK_F64, "");
    step(&r);
    wk_state *s = wk_state_copy(wk_optim_state_dict(r.opt));
    CHECK(wk_optim_load_state_dict(other.opt, s) != WK_OK);
    wk_error_clear();
    problem again = problem_of("rows", WK_F64, "");
    wk_state_set(s, "lbfgs.old_stps.0", wk_ones(WK_SHAPE(3), WK_F64));
    CHECK(wk_optim_load_state_dict(again.opt, s) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "optim_load_state_dict", "'lbfgs.old_stps.0' is f64 [3]", "18 elements");
    CHECK(wk_steps(again.opt) == 0 && wk_group_option(again.opt, 0, "max_iter") == 20);
    wk_state_set_int(s, "lbfgs.n_iter", -1);
    CHECK(wk_optim_load_state_dict(again.opt, s) != WK_OK);
    CHECK_ERROR(wk_error(), "\"lbfgs.n_iter\" is \"-1\"");
    CHECK_OK();
}

/* ---- Failures ---- */

static void check_untouched(const char *options, int fail_at, int nan_at, wk_nonfinite policy)
{
    problem r = problem_of("rows", WK_F64, options), like = problem_of("rows", WK_F64, options);
    step(&r);
    step(&like);
    wk_set_nonfinite(r.opt, policy);
    r.fail_at = fail_at ? r.evaluations + fail_at : 0;
    r.nan_at = nan_at ? r.evaluations + nan_at : 0;
    double first;
    const wk_status status = wk_step_closure(r.opt, loss_of, &r, &first);
    if (policy == WK_NONFINITE_SKIP) {
        CHECK(status == WK_OK && wk_steps_skipped(r.opt) == 1);
    } else if (fail_at) {
        CHECK(status == WK_E_IO);
        CHECK_ERROR(WK_E_IO, "the rows are gone");
    } else {
        CHECK(status == WK_E_STATE);
        CHECK_ERROR(WK_E_STATE, "step_closure",
                    policy == WK_NONFINITE_STOP ? "15 of 15 elements of the gradient of 'weight'" : "the loss is nan",
                    "nothing was updated");
    }
    CHECK(same_parameters(&r, &like) && wk_steps(r.opt) == 1);
    r.fail_at = r.nan_at = 0;
    CHECK(step(&r) == step(&like) && same_parameters(&r, &like)); /* what was remembered is as it was, too */
}

TEST(failure, of_the_closure_at_any_evaluation_leaves_all_as_it_was)
{
    for (int n = 1; n <= 5; n++) {
        check_untouched("max_iter=6,history_size=4", n, 0, WK_NONFINITE_KEEP);
        check_untouched("max_iter=6,history_size=4,strong_wolfe", n, 0, WK_NONFINITE_KEEP);
    }
}

TEST(failure, of_a_loss_that_is_not_finite_leaves_all_as_it_was)
{
    for (int n = 1; n <= 3; n++) {
        check_untouched("max_iter=6", 0, n, WK_NONFINITE_KEEP);
        check_untouched("max_iter=6", 0, n, WK_NONFINITE_STOP);
        check_untouched("max_iter=6", 0, n, WK_NONFINITE_SKIP);
    }
    check_untouched("max_iter=6,strong_wolfe", 0, 1, WK_NONFINITE_KEEP);
}

static wk_tensor *walled_loss(void *user)
{
    problem *r = user;
    r->evaluations++;
    wk_zero_grad(r->opt);
    wk_tensor *loss = wk_sum(wk_sub(r->p[0], wk_log(r->p[0]))); /* NaN below 0, least at 1 */
    wk_backward(loss);
    return loss;
}

TEST(search, comes_back_from_where_the_loss_is_not_finite)
{
    problem r = problem_of("valley", WK_F64, "");
    r.p[0] = wk_requires_grad(wk_full(WK_SHAPE(2), WK_F64, 4));
    r.opt = wk_optim_lbfgs(wk_params_new(r.p, NULL, 1), .lr = 1e4, .strong_wolfe = true);
    for (int t = 0; t < 4; t++) CHECK(wk_step_closure(r.opt, walled_loss, &r, NULL) == WK_OK);
    CHECK(wk_allclose(wk_detach(r.p[0]), wk_ones(WK_SHAPE(2), WK_F64), 0, 1e-5));
}

static wk_tensor *module_loss(void *user)
{
    wk_module *m = user;
    wk_module_zero_grad(m);
    wk_tensor *out = wk_forward(m, wk_ones(WK_SHAPE(1, 3), wk_dtype_of(wk_parameter(m, "weight"))));
    wk_tensor *loss = wk_sum(wk_mul(out, out));
    wk_backward(loss);
    return loss;
}

TEST(failure, of_a_step_after_a_change_of_dtype_is_told)
{
    wk_module *m = wk_nn_linear(3, 2);
    wk_optim *opt = wk_optim_lbfgs(wk_parameters(m), .max_iter = 2);
    CHECK(wk_step_closure(opt, module_loss, m, NULL) == WK_OK);
    CHECK(wk_module_to(m, wk_current_device(), WK_F64) != NULL);
    CHECK(wk_step_closure(opt, module_loss, m, NULL) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "step_closure", "the parameters are f64 [8]", "f32 [8]", "new optimizer");
}

WICK_TEST_MAIN
