/* Laws of the optimizers: PyTorch's numbers, step for step; what is refused; what a step touches and what it leaves
 * alone. */
#include "../golden/optim.h"
#include "golden_numbers.h"
#include "optim/optim.h"
#include "wick/elementwise.h"
#include "wick/schedule.h"
#include "wick_check.h"

enum { WEIGHTS = 15, BIASES = 3, ALL = WEIGHTS + BIASES };
enum { GOLDEN = sizeof golden_optims / sizeof *golden_optims };

/* ---- PyTorch's numbers: the start and the gradients of golden/optim.py ---- */

static wk_tensor *leaf_of(const double *values, int ndim, const int64_t *shape, wk_dtype dtype)
{
    return wk_requires_grad(golden_tensor(values, ndim, shape, dtype));
}

static void check_near_golden(wk_tensor *const p[2], const golden_optim *golden, int row, wk_dtype dtype)
{
    double now[ALL];
    /* Muon rounds its products to bfloat16, where a last bit may hang on the order of a sum. */
    const double by = dtype == WK_F32 || !strcmp(golden->name, "muon") ? 1e-5 : 1e-12;
    WK_SCOPE(look);
    CHECK(wk_read(wk_to(wk_detach(p[0]), WK_F64), now, WEIGHTS * sizeof *now) == WK_OK);
    CHECK(wk_read(wk_to(wk_detach(p[1]), WK_F64), now + WEIGHTS, BIASES * sizeof *now) == WK_OK);
    for (int i = 0; i < ALL; i++) {
        const double expected = dtype == WK_F32 ? (double)golden->f32[row][i] : golden->f64[row][i];
        wick_check_near(now[i], expected, by * fmax(fabs(expected), 1), golden->law, __FILE__, __LINE__);
    }
}

static void set_gradients(wk_tensor *const p[2], uint32_t *x, wk_dtype dtype, bool skip)
{
    double g[ALL];
    for (int i = 0; i < ALL; i++) g[i] = golden_number(x);
    wk_set_grad(p[0], golden_tensor(g, WK_SHAPE(5, 3), dtype));
    wk_set_grad(p[1], skip ? NULL : golden_tensor(g + WEIGHTS, wk_ndim(p[1]), wk_shape(p[1]), dtype));
}

static double jagged(void *user, int group, int64_t t)
{
    (void)user, (void)group;
    return 1 - (double)(t % 50) / 100;
}

static wk_schedule *schedule_of(const golden_optim *golden, wk_optim *opt)
{
    if (!*golden->schedule) return NULL;
    if (!strcmp(golden->schedule, "lambda")) return wk_schedule_lambda(opt, jagged, NULL);
    if (strcmp(golden->schedule, "sequential"))
        return wk_schedule_by_name(golden->schedule, opt, golden->schedule_options);
    wk_schedule *parts[] = { wk_schedule_linear(opt, 0.1, 1, 20), wk_schedule_cosine(opt, 180, 0) };
    return wk_schedule_sequential(parts, 2, (const int64_t[]){ 20 });
}

static void follow(const golden_optim *golden, wk_dtype dtype)
{
    WK_SCOPE(training);
    static const int steps[2][3] = { { 1, 10, 100 }, { 1, 50, 200 } };
    const int *step = steps[*golden->group != 0];
    double start[ALL];
    for (int i = 0; i < ALL; i++) start[i] = 2 + i / 16.0;
    const int64_t row[] = { 1, BIASES };
    const int dims = strcmp(golden->name, "muon") ? 1 : 2; /* Muon trains matrices */
    wk_tensor *p[2] = { leaf_of(start, WK_SHAPE(5, 3), dtype), leaf_of(start + WEIGHTS, dims, row + 2 - dims, dtype) };
    wk_params *first = wk_params_new(p, NULL, *golden->group ? 1 : 2);
    wk_optim *opt = wk_optim_by_name(golden->name, first, golden->options);
    if (*golden->group)
        CHECK(!wk_optim_add_group(opt, wk_params_new(p + 1, (const char *const[]){ "bias" }, 1), golden->group));
    wk_schedule *schedule = schedule_of(golden, opt);
    uint32_t x = 1;
    for (int t = 1, at = 0; t <= step[2]; t++) {
        WK_SCOPE(one);
        set_gradients(p, &x, dtype, golden->skips && t % 3 == 1);
        CHECK(wk_step(opt) == WK_OK && (!schedule || wk_schedule_advance(schedule) == WK_OK));
        if (t == step[at]) check_near_golden(p, golden, at++, dtype);
    }
    CHECK(wk_steps(opt) == step[2]);
}

TEST(golden, steps_of_f32_match_pytorch)
{
    for (int i = 0; i < GOLDEN; i++) follow(&golden_optims[i], WK_F32);
}

TEST(golden, steps_of_f64_match_pytorch)
{
    for (int i = 0; i < GOLDEN; i++) follow(&golden_optims[i], WK_F64);
}

TEST(golden, every_optimizer_has_numbers_with_groups_and_without)
{
    const char *const *names;
    const int n = wk_optim_names(&names);
    CHECK(n >= 12);
    for (int k = 0; k < n; k++) {
        int found = 0;
        if (!strcmp(names[k], "lbfgs")) continue; /* in test_lbfgs.c */
        for (int i = 0; i < GOLDEN; i++)
            if (strcmp(golden_optims[i].name, names[k]) == 0) found |= *golden_optims[i].group ? 1 : 2;
        wick_check(found == 3, names[k], __FILE__, __LINE__);
    }
}

static bool names(const char *options, const char *name)
{
    const size_t n = strlen(name);
    for (const char *at = strstr(options, name); at; at = strstr(at + 1, name))
        if ((at == options || at[-1] == ',') && (!at[n] || strchr(",=", at[n]))) return true;
    return false;
}

TEST(golden, every_option_has_numbers)
{
    static const wki_optim_kind *const kinds[] = {
#define X(NAME) &wki_optim_kind_##NAME,
#include "wki_optim_list.h"
#undef X
    };
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (const wki_optim_option *option = kinds[k]->options; option->name && !kinds[k]->search; option++) {
            bool found = false;
            for (int i = 0; i < GOLDEN && !found; i++)
                found = !strcmp(golden_optims[i].name, kinds[k]->name) &&
                        (names(golden_optims[i].options, option->name) || names(golden_optims[i].group, option->name));
            ck_assert_msg(found, "no numbers for %s of %s", option->name, kinds[k]->name);
        }
}

/* ---- ASGD's average, which is the parameter until t0 ---- */

static wk_optim *averaging(wk_tensor *p) { return wk_optim_asgd(wk_params_new(&p, NULL, 1), .lr = 0.1, .t0 = 4); }

static void check_same_numbers(const wk_tensor *a, const wk_tensor *b)
{
    float x[BIASES], y[BIASES];
    CHECK(!wk_read((wk_tensor *)a, x, sizeof x) && !wk_read((wk_tensor *)b, y, sizeof y));
    CHECK(!memcmp(x, y, sizeof x));
}

/* One optimizer's average is looked at from the first step on and by torch's formula, the other's only now and then. */
TEST(asgd, average_is_the_same_whoever_looks_at_it_and_when)
{
    WK_SCOPE(training);
    static const double start[BIASES] = { 1, -2, 3 };
    wk_tensor *p[2], *ax = NULL;
    wk_optim *opt[2];
    for (int k = 0; k < 2; k++) opt[k] = averaging(p[k] = leaf_of(start, WK_SHAPE(BIASES), WK_F32));
    uint32_t x = 7;
    for (int t = 1; t <= 9; t++) {
        double g[BIASES];
        for (int i = 0; i < BIASES; i++) g[i] = golden_number(&x);
        for (int k = 0; k < 2; k++) {
            wk_set_grad(p[k], golden_tensor(g, WK_SHAPE(BIASES), WK_F32));
            CHECK(wk_step(opt[k]) == WK_OK);
        }
        if (!ax) ax = wk_optim_state(opt[0], 0, "ax");
        if (t <= 6) check_same_numbers(ax, p[0]);
        if (t == 3) check_same_numbers(wk_state_get(wk_optim_state_dict(opt[1]), "0.ax"), ax);
        if (t == 5 || t == 6) { /* what becomes of the parameter between steps is not the average's */
            WK_NO_GRAD(edit);
            for (int k = 0; k < 2; k++) wk_mul_scalar_(p[k], 2);
        }
    }
    check_same_numbers(wk_optim_state(opt[1], 0, "ax"), ax);
    check_same_numbers(p[1], p[0]);
    CHECK(wk_item(wk_max(wk_abs(wk_sub(ax, wk_detach(p[0]))))) > 1e-3);
}

/* ---- A step ---- */

static wk_tensor *ones_leaf(int64_t n, wk_dtype dtype) { return wk_requires_grad(wk_ones(WK_SHAPE(n), dtype)); }

static wk_params *list(wk_tensor *a, wk_tensor *b)
{
    return wk_params_new((wk_tensor *const[]){ a, b }, (const char *const[]){ "a", "b" }, b ? 2 : 1);
}

TEST(step, leaves_parameters_without_gradient_alone)
{
    wk_tensor *a = ones_leaf(2, WK_F32), *b = ones_leaf(3, WK_F32);
    wk_optim *opt = wk_optim_adamw(list(a, b), .weight_decay = 0.5);
    wk_set_grad(a, wk_ones(WK_SHAPE(2), WK_F32));
    CHECK(wk_step(opt) == WK_OK);
    CHECK(!wk_equal(a, wk_ones(WK_SHAPE(2), WK_F32)));
    CHECK(wk_equal(b, wk_ones(WK_SHAPE(3), WK_F32)));
    CHECK(wk_version_of(b) == 0);
    CHECK(wk_optim_state(opt, 0, "exp_avg") != NULL);
    CHECK_NULL(wk_optim_state(opt, 1, "exp_avg"));
    CHECK_OK();
}

TEST(step, applies_momentum_and_decay_to_a_gradient_of_zeros)
{
    wk_tensor *a = ones_leaf(1, WK_F64);
    wk_optim *opt = wk_optim_sgd(list(a, NULL), .lr = 0.5, .weight_decay = 0.5);
    wk_set_grad(a, wk_zeros(WK_SHAPE(1), WK_F64));
    CHECK(wk_step(opt) == WK_OK);
    CHECK_NEAR(wk_item(a), 0.75, 0);
}

TEST(step, raises_the_versions_of_parameters)
{
    wk_tensor *a = ones_leaf(2, WK_F32);
    wk_optim *opt = wk_optim_sgd(list(a, NULL), .lr = 1);
    wk_tensor *loss = wk_sum(wk_mul(a, a));
    wk_set_grad(a, wk_ones(WK_SHAPE(2), WK_F32));
    CHECK(wk_step(opt) == WK_OK);
    CHECK(wk_version_of(a) == 1);
    CHECK(wk_backward(loss) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "in place");
}

TEST(step, works_in_any_grad_mode_and_leaves_it)
{
    wk_tensor *a = ones_leaf(2, WK_F32);
    wk_optim *opt = wk_optim_sgd(list(a, NULL), .lr = 0.25);
    wk_set_grad(a, wk_ones(WK_SHAPE(2), WK_F32));
    CHECK(wk_step(opt) == WK_OK && wk_grad_enabled());
    {
        WK_NO_GRAD(quiet);
        CHECK(wk_step(opt) == WK_OK && !wk_grad_enabled());
    }
    CHECK(wk_is_leaf(a) && wk_needs_grad(a));
    CHECK(wk_equal(wk_detach(a), wk_full(WK_SHAPE(2), WK_F32, 0.5)));
}

TEST(step, takes_gradients_with_any_strides)
{
    wk_tensor *a = wk_requires_grad(wk_zeros(WK_SHAPE(2, 3), WK_F32)), *b = ones_leaf(4, WK_F32);
    wk_optim *opt = wk_optim_sgd(list(a, b), .lr = 1);
    wk_tensor *g = wk_t(wk_reshape(wk_arange(0, 6, 1, WK_F32), WK_SHAPE(3, 2)));
    wk_set_grad(a, g);
    wk_set_grad(b, wk_expand(wk_scalar(2, WK_F32), WK_SHAPE(4)));
    CHECK(wk_step(opt) == WK_OK);
    CHECK(wk_equal(wk_neg(wk_detach(a)), g));
    CHECK(wk_equal(wk_detach(b), wk_full(WK_SHAPE(4), WK_F32, -1)));
}

TEST(step, takes_the_parameter_itself_as_its_gradient)
{
    wk_tensor *a = wk_requires_grad(wk_arange(0, 1000, 1, WK_F64));
    wk_optim *opt = wk_optim_sgd(list(a, NULL), .lr = 1);
    wk_set_grad(a, wk_detach(a));
    CHECK(wk_step(opt) == WK_OK);
    CHECK(wk_equal(wk_detach(a), wk_zeros(WK_SHAPE(1000), WK_F64)));
}

TEST(step, mixes_dtypes)
{
    wk_tensor *a = ones_leaf(2, WK_F32), *b = ones_leaf(2, WK_F64);
    wk_optim *opt = wk_optim_adam(list(a, b), .lr = 0.5);
    wk_set_grad(a, wk_ones(WK_SHAPE(2), WK_F32));
    wk_set_grad(b, wk_ones(WK_SHAPE(2), WK_F64));
    CHECK(wk_step(opt) == WK_OK);
    CHECK(wk_allclose(wk_detach(a), wk_full(WK_SHAPE(2), WK_F32, 0.5), 0, 1e-6));
    CHECK(wk_allclose(wk_detach(b), wk_full(WK_SHAPE(2), WK_F64, 0.5), 0, 1e-7));
    CHECK(wk_dtype_of(wk_optim_state(opt, 1, "exp_avg_sq")) == WK_F64);
}

TEST(step, takes_parameters_without_elements)
{
    wk_tensor *a = ones_leaf(0, WK_F32), *b = ones_leaf(1, WK_F32);
    wk_optim *opt = wk_optim_rmsprop(list(a, b));
    wk_set_grad(a, wk_ones(WK_SHAPE(0), WK_F32));
    CHECK(wk_step(opt) == WK_OK);
    CHECK(wk_steps(opt) == 1);
}

TEST(step, refuses_and_changes_nothing_while_an_error_is_pending)
{
    wk_tensor *a = ones_leaf(2, WK_F32);
    wk_optim *opt = wk_optim_sgd(list(a, NULL), .lr = 1);
    wk_tensor *g = wk_ones(WK_SHAPE(2), WK_F32);
    wk_set_grad(a, g);
    wk_fail(WK_E_IO, "the disk is gone");
    CHECK(wk_step(opt) == WK_E_IO);
    CHECK(wk_zero_grad(opt) == WK_E_IO);
    CHECK(wk_set_lr(opt, 2) == WK_E_IO);
    CHECK_ERROR(WK_E_IO, "the disk is gone");
    CHECK(wk_equal(wk_detach(a), wk_ones(WK_SHAPE(2), WK_F32)));
    CHECK(wk_grad(a) == g && wk_steps(opt) == 0 && wk_lr(opt) == 1);
}

TEST(step, without_an_optimizer_is_an_error)
{
    CHECK(wk_step(NULL) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "step", "opt is NULL");
    wk_optim *opt;
    {
        WK_SCOPE(inner);
        opt = wk_optim_sgd(list(ones_leaf(1, WK_F32), NULL));
    }
    CHECK(wk_step(opt) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "step: opt is dead", "inner");
}

TEST(step, keeps_its_parameters_alive)
{
    WK_SCOPE(program);
    wk_optim *opt;
    {
        WK_SCOPE(inner);
        wk_tensor *a = ones_leaf(2, WK_F32);
        wk_set_grad(a, wk_ones(WK_SHAPE(2), WK_F32));
        opt = wk_escape(inner, wk_optim_adam(list(a, NULL)));
    }
    CHECK(wk_step(opt) == WK_OK);
    CHECK(wk_step(opt) == WK_OK);
}

/* ---- Gradients that are not finite ---- */

static wk_state *everything(wk_optim *opt, wk_tensor *a, wk_tensor *b)
{
    wk_state *s = wk_state_new();
    wk_state_set(s, "a", wk_detach(a));
    wk_state_set(s, "b", wk_detach(b));
    wk_state_add(s, "optim.", wk_optim_state_dict(opt));
    wk_state_set_int(s, "optim.skipped", 0);
    return wk_state_copy(s);
}

static void check_same(const wk_state *a, const wk_state *b, const char *name)
{
    wick_check(wk_state_count(a) == wk_state_count(b), name, __FILE__, __LINE__);
    for (int64_t i = 0; i < wk_state_count(a); i++)
        wick_check(wk_equal(wk_state_at(a, i), wk_state_get(b, wk_state_name(a, i))), name, __FILE__, __LINE__);
    for (int64_t i = 0; i < wk_state_text_count(a); i++) {
        const char *key = wk_state_text_key(a, i);
        wick_check(!strcmp(wk_state_text(a, key), wk_state_text(b, key)), key, __FILE__, __LINE__);
    }
}

static wk_status step_with(wk_optim *opt, wk_tensor *a, wk_tensor *b, double value)
{
    wk_tensor *g = wk_ones(WK_SHAPE(2, 3), WK_F32);
    wk_fill_(wk_select(g, 0, 1), value);
    wk_set_grad(a, wk_ones(WK_SHAPE(2, 2), WK_F32));
    wk_set_grad(b, g);
    return wk_step(opt);
}

TEST(nonfinite, gradients_leave_everything_untouched_if_so_wished)
{
    const char *const *names;
    const double bad[] = { (double)NAN, (double)INFINITY, -(double)INFINITY };
    for (int i = wk_optim_names(&names); i-- > 0;) {
        if (!strcmp(names[i], "lbfgs")) continue;
        WK_SCOPE(one);
        wk_tensor *a = wk_requires_grad(wk_ones(WK_SHAPE(2, 2), WK_F32));
        wk_tensor *b = wk_requires_grad(wk_ones(WK_SHAPE(2, 3), WK_F32));
        wk_optim *opt = wk_optim_by_name(names[i], list(a, b), "");
        for (int t = 0; t < 3; t++) {
            wk_state *was = everything(opt, a, b);
            wk_set_nonfinite(opt, WK_NONFINITE_SKIP);
            CHECK(step_with(opt, a, b, bad[t]) == WK_OK && wk_steps_skipped(opt) == t + 1);
            wk_set_nonfinite(opt, WK_NONFINITE_STOP);
            CHECK(step_with(opt, a, b, bad[t]) == WK_E_STATE);
            CHECK_ERROR(WK_E_STATE, "step: 3 of 6 elements of the gradient of 'b' are not finite; nothing was updated");
            check_same(was, everything(opt, a, b), names[i]);
            CHECK(step_with(opt, a, b, 2) == WK_OK && wk_steps(opt) == t + 1 && wk_steps_skipped(opt) == t + 1);
        }
    }
}

TEST(nonfinite, gradients_count_for_what_they_are_by_default)
{
    wk_tensor *a = wk_requires_grad(wk_ones(WK_SHAPE(2, 2), WK_F32));
    wk_tensor *b = wk_requires_grad(wk_ones(WK_SHAPE(2, 3), WK_F32));
    wk_optim *opt = wk_optim_sgd(list(a, b), .lr = 1);
    CHECK(step_with(opt, a, b, (double)NAN) == WK_OK && wk_steps(opt) == 1 && wk_steps_skipped(opt) == 0);
    CHECK(wk_item(wk_sum(wk_isfinite(b))) == 3);
    wk_set_nonfinite(opt, WK_NONFINITE_STOP);
    CHECK(step_with(opt, a, b, 3e38) == WK_OK); /* large is not infinite */
    CHECK(wk_set_nonfinite(opt, (wk_nonfinite)7) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "set_nonfinite", "policy is 7", "WK_NONFINITE_SKIP");
}

TEST(nonfinite, steps_are_counted_in_the_state_dict)
{
    wk_tensor *a = ones_leaf(2, WK_F32);
    wk_optim *opt = wk_optim_sgd(list(a, NULL)), *again = wk_optim_sgd(list(a, NULL));
    wk_set_nonfinite(opt, WK_NONFINITE_SKIP);
    wk_set_grad(a, wk_full(WK_SHAPE(2), WK_F32, (double)NAN));
    CHECK(wk_step(opt) == WK_OK && wk_step(opt) == WK_OK);
    CHECK(wk_optim_load_state_dict(again, wk_optim_state_dict(opt)) == WK_OK && wk_steps_skipped(again) == 2);
}

TEST(zero_grad, leaves_no_gradients)
{
    wk_tensor *a = ones_leaf(2, WK_F32), *b = ones_leaf(3, WK_F32);
    wk_optim *opt = wk_optim_sgd(list(a, b));
    wk_backward(wk_add(wk_sum(a), wk_sum(b)));
    CHECK(wk_grad(a) && wk_grad(b));
    CHECK(wk_zero_grad(opt) == WK_OK);
    CHECK(!wk_grad(a) && !wk_grad(b));
}

/* ---- Refusals ---- */

TEST(make, refuses_negative_infinite_and_nan_numbers)
{
    wk_params *params = list(ones_leaf(1, WK_F32), NULL);
    CHECK_NULL(wk_optim_sgd(params, .lr = -0.1));
    CHECK_ERROR(WK_E_INVALID, "optim_sgd", "lr is -0.1", "at least 0");
    CHECK_NULL(wk_optim_sgd(params, .momentum = (double)NAN));
    CHECK_ERROR(WK_E_INVALID, "optim_sgd", "momentum is", "nan");
    CHECK_NULL(wk_optim_adagrad(params, .initial_accumulator_value = -1));
    CHECK_ERROR(WK_E_INVALID, "optim_adagrad", "initial_accumulator_value is -1");
    CHECK_NULL(wk_optim_rmsprop(params, .eps = (double)INFINITY));
    CHECK_ERROR(WK_E_INVALID, "optim_rmsprop", "eps is inf", "finite");
    CHECK_NULL(wk_optim_adam(params, .beta1 = 1));
    CHECK_ERROR(WK_E_INVALID, "optim_adam", "beta1 is 1", "below 1");
    CHECK_NULL(wk_optim_adamw(params, .weight_decay = -1e-2));
    CHECK_ERROR(WK_E_INVALID, "optim_adamw", "weight_decay is -0.01");
    CHECK_NULL(wk_optim_sgd(params, .nesterov = true));
    CHECK_ERROR(WK_E_INVALID, "optim_sgd", "nesterov", "momentum");
    CHECK_NULL(wk_optim_sgd(params, .nesterov = true, .momentum = 0.9, .dampening = 0.1));
    CHECK_ERROR(WK_E_INVALID, "optim_sgd", "nesterov", "dampening 0.1");
}

TEST(make, refuses_what_cannot_be_trained)
{
    wk_tensor *a = ones_leaf(2, WK_F32);
    CHECK_NULL(wk_optim_sgd(NULL));
    CHECK_ERROR(WK_E_INVALID, "optim_sgd", "params is NULL");
    CHECK_NULL(wk_optim_adam_new(NULL));
    CHECK_ERROR(WK_E_INVALID, "optim_adam", "o is NULL");
    CHECK_NULL(wk_optim_sgd(list(a, a)));
    CHECK_ERROR(WK_E_INVALID, "optim_sgd", "'a' and 'b' are one tensor");
    CHECK_NULL(wk_optim_sgd(wk_params_new(NULL, NULL, 0)));
    CHECK_ERROR(WK_E_INVALID, "optim_sgd", "no parameters");
    wk_params *turned = list(wk_requires_grad(wk_t(wk_ones(WK_SHAPE(2, 3), WK_F32))), NULL);
    CHECK_NULL(wk_optim_sgd(turned));
    CHECK_ERROR(WK_E_INVALID, "optim_sgd", "parameter 'a' [3, 2]", "wk_contiguous");
}

TEST(make, refuses_what_an_algorithm_has_no_use_for)
{
    wk_params *params = list(ones_leaf(2, WK_F32), NULL);
    CHECK_NULL(wk_optim_muon(params));
    CHECK_ERROR(WK_E_SHAPE, "optim_muon", "parameter 'a' is [2]", "matrices");
    wk_params *matrix = list(wk_requires_grad(wk_ones(WK_SHAPE(2, 2), WK_F32)), NULL);
    CHECK_NULL(wk_optim_muon(matrix, .match_rms_adamw = true, .spectral_unclamped = true));
    CHECK_ERROR(WK_E_INVALID, "optim_muon", "match_rms_adamw and spectral_unclamped", "one way");
    CHECK_NULL(wk_optim_muon(matrix, .ns_steps = 2.5));
    CHECK_ERROR(WK_E_INVALID, "optim_muon", "ns_steps is 2.5", "below 100");
    CHECK_NULL(wk_optim_muon(matrix, .ns_b = -(double)INFINITY));
    CHECK_ERROR(WK_E_INVALID, "optim_muon", "ns_b is -inf; it must be a number, and finite");
    CHECK_NULL(wk_optim_rprop(params, .etaplus = 1));
    CHECK_ERROR(WK_E_INVALID, "optim_rprop", "etaplus 1", "above 1");
    CHECK_NULL(wk_optim_rprop(params, .step_min = 2, .step_max = 1));
    CHECK_ERROR(WK_E_INVALID, "step_min 2 is above step_max 1");
    CHECK_NULL(wk_optim_nadam(params, .momentum_decay = -1));
    CHECK_ERROR(WK_E_INVALID, "optim_nadam", "momentum_decay is -1");
}

TEST(make, gives_short_structs_the_defaults_for_the_rest)
{
    wk_adamw_opts o;
    memset(&o, 0xff, sizeof o);
    o.size = offsetof(wk_adamw_opts, beta2);
    o.params = list(ones_leaf(1, WK_F32), NULL);
    o.lr = 0.5;
    o.beta1 = 0.25;
    wk_optim *opt = wk_optim_adamw_new(&o);
    CHECK(opt && !strcmp(wk_optim_describe(opt), "adamw lr=0.5 beta1=0.25 beta2=0.999 eps=1e-08 weight_decay=0.01"));
    o.size = 0;
    CHECK_NULL(wk_optim_adamw_new(&o));
    CHECK_ERROR(WK_E_INVALID, "optim_adamw", "size is 0", "wk_adamw_opts_default");
}

TEST(make, takes_long_structs_of_newer_headers)
{
    struct {
        wk_sgd_opts known;
        double unknown;
    } o = { wk_sgd_opts_default(), 1 };
    o.known.size = sizeof o;
    o.known.params = list(ones_leaf(1, WK_F32), NULL);
    CHECK(wk_optim_sgd_new(&o.known) != NULL);
}

/* ---- By name ---- */

TEST(by_name, reads_the_options_of_each_optimizer)
{
    wk_params *params = list(ones_leaf(1, WK_F32), NULL);
    wk_optim *opt = wk_optim_by_name("adam", params, "lr=1e-2,beta2=0.99, amsgrad");
    CHECK(opt && !strcmp(wk_optim_name(opt), "adam") && wk_lr(opt) == 0.01);
    CHECK(!strcmp(wk_optim_describe(opt),
                  wk_optim_describe(wk_optim_adam(params, .lr = 1e-2, .beta2 = 0.99, .amsgrad = true))));
    opt = wk_optim_by_name("sgd", params, "momentum=0.9,nesterov=true,maximize=0");
    CHECK(opt && !strcmp(wk_optim_describe(opt), "sgd lr=0.001 momentum=0.9 dampening=0 weight_decay=0 nesterov"));
    const char *const *names;
    wk_params *matrix = list(wk_requires_grad(wk_ones(WK_SHAPE(2, 2), WK_F32)), NULL);
    for (int i = wk_optim_names(&names); i-- > 0;) CHECK(wk_optim_by_name(names[i], matrix, NULL) != NULL);
}

TEST(by_name, reads_what_describe_tells)
{
    wk_params *params = list(ones_leaf(1, WK_F32), NULL);
    const char *told = wk_optim_describe(wk_optim_rmsprop(params, .lr = 1e-9, .alpha = 0.123456789, .centered = true));
    wk_optim *again = wk_optim_by_name("rmsprop", params, told + strlen("rmsprop"));
    CHECK(again && !strcmp(wk_optim_describe(again), told));
    wk_params *matrix = list(wk_requires_grad(wk_ones(WK_SHAPE(2, 2), WK_F32)), NULL);
    told = wk_optim_describe(wk_optim_muon(matrix, .nesterov = false));
    again = wk_optim_by_name("muon", matrix, told + strlen("muon"));
    CHECK(again && strstr(told, " nesterov=false") && !strcmp(wk_optim_describe(again), told));
}

TEST(by_name, suggests_what_was_meant)
{
    wk_params *params = list(ones_leaf(1, WK_F32), NULL);
    CHECK_NULL(wk_optim_by_name("adm", params, ""));
    CHECK_ERROR(WK_E_NOT_FOUND, "optim_by_name", "'adm'", "did you mean 'adam'?");
    CHECK_NULL(wk_optim_by_name("shampoo", params, ""));
    CHECK_ERROR(WK_E_NOT_FOUND, "'shampoo'", "adadelta, adagrad, adam, adamax, adamw, asgd, lamb, lbfgs, lion");
    CHECK_NULL(wk_optim_by_name("adam", params, "lr=0.1,bta1=0.5"));
    CHECK_ERROR(WK_E_NOT_FOUND, "adam has no option 'bta1'", "did you mean 'beta1'?");
    CHECK_NULL(wk_optim_by_name("sgd", params, "warmth=2"));
    CHECK_ERROR(WK_E_NOT_FOUND, "sgd has no option 'warmth'", "lr, momentum, dampening");
}

TEST(by_name, refuses_values_that_are_none)
{
    wk_params *params = list(ones_leaf(1, WK_F32), NULL);
    CHECK_NULL(wk_optim_by_name("adam", params, "lr=fast"));
    CHECK_ERROR(WK_E_INVALID, "lr is 'fast'", "a number");
    CHECK_NULL(wk_optim_by_name("adam", params, "lr=0.1x"));
    CHECK_ERROR(WK_E_INVALID, "lr is '0.1x'");
    CHECK_NULL(wk_optim_by_name("adam", params, "lr="));
    CHECK_ERROR(WK_E_INVALID, "lr is ''");
    CHECK_NULL(wk_optim_by_name("adam", params, "lr"));
    CHECK_ERROR(WK_E_INVALID, "lr has no value");
    CHECK_NULL(wk_optim_by_name("sgd", params, "nesterov=perhaps"));
    CHECK_ERROR(WK_E_INVALID, "nesterov is 'perhaps'", "true or false");
    CHECK_NULL(wk_optim_by_name("sgd", params, "lr=-1"));
    CHECK_ERROR(WK_E_INVALID, "optim_sgd", "lr is -1");
    CHECK_NULL(wk_optim_by_name(NULL, params, ""));
    CHECK_ERROR(WK_E_INVALID, "name is NULL");
    CHECK_NULL(wk_optim_by_name("sgd", NULL, ""));
    CHECK_ERROR(WK_E_INVALID, "params is NULL");
}

/* ---- Ask ---- */

TEST(state, has_torchs_names)
{
    wk_tensor *a = ones_leaf(2, WK_F64);
    wk_optim *opt = wk_optim_sgd(list(a, NULL), .momentum = 0.9);
    CHECK_NULL(wk_optim_state(opt, 0, "momentum_buffer"));
    CHECK_OK();
    wk_set_grad(a, wk_full(WK_SHAPE(2), WK_F64, 3));
    wk_step(opt);
    CHECK(wk_equal(wk_optim_state(opt, 0, "momentum_buffer"), wk_full(WK_SHAPE(2), WK_F64, 3)));
    CHECK_NULL(wk_optim_state(opt, 0, "momentum_bufer"));
    CHECK_ERROR(WK_E_NOT_FOUND, "sgd has no state 'momentum_bufer'", "did you mean 'momentum_buffer'?");
    CHECK_NULL(wk_optim_state(opt, 1, "momentum_buffer"));
    CHECK_ERROR(WK_E_RANGE, "parameter 1 of 1");
}

/* After a step with a gradient of 1e6, by which it rounds to nothing if the way there is added. */
static void check_forgets(const char *name, const char *options, const char *state, wk_dtype dtype)
{
    WK_SCOPE(steps);
    wk_tensor *a = ones_leaf(40, dtype), *last = wk_full(WK_SHAPE(40), dtype, 1e-11);
    wk_optim *opt = wk_optim_by_name(name, list(a, NULL), options);
    wk_set_grad(a, wk_full(WK_SHAPE(40), dtype, 1e6));
    CHECK(wk_step(opt) == WK_OK);
    wk_set_grad(a, last);
    CHECK(wk_step(opt) == WK_OK);
    wick_check(wk_equal(wk_optim_state(opt, 0, state), last), name, __FILE__, __LINE__);
}

TEST(state, that_remembers_nothing_is_the_last_gradient)
{
    for (int i = 0; i < 2; i++) {
        const wk_dtype dtype = i ? WK_F64 : WK_F32;
        check_forgets("adam", "beta1=0", "exp_avg", dtype);
        check_forgets("adam", "beta1=0,amsgrad", "exp_avg", dtype);
        check_forgets("adamw", "beta1=0", "exp_avg", dtype);
        check_forgets("adamax", "beta1=0", "exp_avg", dtype);
        check_forgets("nadam", "beta1=0", "exp_avg", dtype);
        check_forgets("radam", "beta1=0", "exp_avg", dtype);
        check_forgets("lamb", "beta1=0", "exp_avg", dtype);
        check_forgets("lion", "beta2=0", "exp_avg", dtype);
        check_forgets("rmsprop", "alpha=0,centered", "grad_avg", dtype);
        check_forgets("rmsprop", "alpha=0,centered,momentum=0.5", "grad_avg", dtype);
    }
}

TEST(state, of_adagrad_exists_from_the_start)
{
    wk_optim *opt = wk_optim_adagrad(list(ones_leaf(2, WK_F32), NULL), .initial_accumulator_value = 0.5);
    CHECK(wk_equal(wk_optim_state(opt, 0, "sum"), wk_full(WK_SHAPE(2), WK_F32, 0.5)));
}

TEST(lr, can_be_changed)
{
    wk_tensor *a = ones_leaf(1, WK_F64);
    wk_optim *opt = wk_optim_sgd(list(a, NULL), .lr = 0.5);
    CHECK(wk_set_lr(opt, 0.25) == WK_OK);
    CHECK(wk_lr(opt) == 0.25 && strstr(wk_optim_describe(opt), "lr=0.25 "));
    wk_set_grad(a, wk_ones(WK_SHAPE(1), WK_F64));
    wk_step(opt);
    CHECK_NEAR(wk_item(a), 0.75, 0);
    CHECK(wk_set_lr(opt, -1) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "set_lr", "lr is -1");
    CHECK(wk_set_lr(opt, (double)NAN) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "set_lr", "lr is");
    CHECK(wk_lr(opt) == 0.25);
}

WICK_TEST_MAIN
