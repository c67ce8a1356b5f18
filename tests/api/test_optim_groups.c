/* Laws of an optimizer's groups and of its state dict: a training that goes on from a saved state has the same bits. */
#include "wick/optim.h"
#include "wick_check.h"

static wk_tensor *leaf(int64_t n, wk_dtype dtype, double value)
{
    return wk_requires_grad(wk_full(WK_SHAPE(1, n), dtype, value));
}

static wk_params *one(wk_tensor *p, const char *name) { return wk_params_new(&p, &name, 1); }

/* ---- Groups ---- */

TEST(groups, have_values_of_their_own)
{
    wk_tensor *a = leaf(1, WK_F64, 1), *b = leaf(1, WK_F64, 1);
    wk_optim *opt = wk_optim_sgd(one(a, "a"), .lr = 0.5, .weight_decay = 0.5);
    CHECK(wk_optim_add_group(opt, one(b, "b"), "lr=0.25,weight_decay=0") == WK_OK);
    CHECK(wk_optim_groups(opt) == 2 && wk_group_lr(opt, 0) == 0.5 && wk_group_lr(opt, 1) == 0.25);
    CHECK(wk_group_option(opt, 0, "weight_decay") == 0.5 && wk_group_option(opt, 1, "weight_decay") == 0);
    wk_set_grad(a, wk_ones(WK_SHAPE(1, 1), WK_F64));
    wk_set_grad(b, wk_ones(WK_SHAPE(1, 1), WK_F64));
    CHECK(wk_step(opt) == WK_OK);
    CHECK_NEAR(wk_item(a), 0.25, 0);
    CHECK_NEAR(wk_item(b), 0.75, 0);
    CHECK(wk_zero_grad(opt) == WK_OK && !wk_grad(a) && !wk_grad(b));
}

static bool begins_with(void *user, const char *name, const wk_tensor *p)
{
    if (!strcmp(name, "odd")) wk_fail(WK_E_INVALID, "%s [%d] is odd", name, (int)wk_size(p, 1));
    return !strncmp(name, user, strlen(user));
}

TEST(groups, are_parts_of_a_list_and_lists_together)
{
    wk_tensor *p[] = { leaf(1, WK_F32, 1), leaf(2, WK_F32, 1), leaf(3, WK_F32, 1) };
    wk_params *all = wk_params_new(p, (const char *[]){ "head.0", "body", "head.1" }, 3);
    wk_params *head = wk_params_where(all, begins_with, "head."), *body = wk_params_where(all, begins_with, "body");
    CHECK(wk_params_count(head) == 2 && wk_params_at(head, 1) == p[2] && !strcmp(wk_params_name(head, 1), "head.1"));
    CHECK(wk_params_count(body) == 1 && wk_params_count(wk_params_where(all, begins_with, "tail")) == 0);
    wk_params *again = wk_params_join((wk_params *[]){ body, head }, 2);
    CHECK(wk_params_count(again) == 3 && wk_params_at(again, 0) == p[1] && wk_params_at(again, 2) == p[2]);
    CHECK(wk_params_count(wk_params_join(NULL, 0)) == 0);
    CHECK(wk_optim_add_group(wk_optim_sgd(body), head, "lr=1") == WK_OK);
    CHECK_NULL(wk_params_where(all, NULL, NULL));
    CHECK_ERROR(WK_E_INVALID, "params_where", "keep is NULL");
    CHECK_NULL(wk_params_join((wk_params *[]){ body, NULL }, 2));
    CHECK_ERROR(WK_E_INVALID, "params_join", "NULL");
    CHECK_NULL(wk_params_where(wk_params_new(p, (const char *[]){ "odd", "a", "b" }, 3), begins_with, "a"));
    CHECK_ERROR(WK_E_INVALID, "odd [1] is odd");
}

TEST(groups, take_the_rest_from_what_the_optimizer_was_made_with)
{
    wk_optim *opt = wk_optim_adam(one(leaf(1, WK_F32, 1), "a"), .lr = 0.5, .beta1 = 0.25);
    wk_set_lr(opt, 2);
    CHECK(wk_optim_add_group(opt, one(leaf(1, WK_F32, 1), "b"), NULL) == WK_OK);
    CHECK(wk_group_lr(opt, 1) == 0.5 && wk_group_option(opt, 1, "beta1") == 0.25);
    CHECK(wk_lr(opt) == 2);
}

TEST(groups, change_alone_or_together)
{
    wk_optim *opt = wk_optim_sgd(one(leaf(1, WK_F32, 1), "a"), .lr = 1, .momentum = 0.5);
    wk_optim_add_group(opt, one(leaf(1, WK_F32, 1), "b"), "");
    CHECK(wk_set_group_lr(opt, 1, 3) == WK_OK && wk_group_lr(opt, 0) == 1 && wk_group_lr(opt, 1) == 3);
    CHECK(wk_set_lr(opt, 2) == WK_OK && wk_group_lr(opt, 0) == 2 && wk_group_lr(opt, 1) == 2);
    CHECK(wk_set_group_option(opt, 1, "momentum", 0.75) == WK_OK && wk_group_option(opt, 1, "momentum") == 0.75);
    CHECK(wk_set_group_option(opt, 1, "maximize", 1) == WK_OK && wk_group_option(opt, 1, "maximize") == 1);
    CHECK(wk_group_option(opt, 0, "momentum") == 0.5 && wk_group_option(opt, 0, "maximize") == 0);
}

TEST(groups, may_differ_in_their_states)
{
    wk_tensor *a = leaf(1, WK_F64, 1), *b = leaf(1, WK_F64, 1);
    wk_optim *opt = wk_optim_adam(one(a, "a"));
    CHECK(wk_optim_add_group(opt, one(b, "b"), "amsgrad") == WK_OK);
    wk_set_grad(a, wk_ones(WK_SHAPE(1, 1), WK_F64));
    wk_set_grad(b, wk_ones(WK_SHAPE(1, 1), WK_F64));
    CHECK(wk_step(opt) == WK_OK);
    CHECK(wk_optim_state(opt, 1, "max_exp_avg_sq") != NULL);
    CHECK_NULL(wk_optim_state(opt, 0, "max_exp_avg_sq"));
    CHECK_ERROR(WK_E_NOT_FOUND, "adam has no state");
}

TEST(groups, refuse_and_stay_as_they_were)
{
    wk_tensor *a = leaf(1, WK_F32, 1), *b = leaf(1, WK_F32, 1);
    wk_optim *opt = wk_optim_sgd(one(a, "a"));
    CHECK(wk_optim_add_group(opt, NULL, "") == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "optim_add_group", "params is NULL");
    CHECK(wk_optim_add_group(opt, one(a, "other"), "") == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "'a' and 'other' are one tensor");
    CHECK(wk_optim_add_group(opt, one(b, "a"), "") == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "'a' has the name of one in group 0");
    CHECK(wk_optim_add_group(opt, one(b, "b"), "lr=-1") == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "optim_add_group", "lr is -1");
    CHECK(wk_optim_add_group(opt, one(b, "b"), "rate=1") == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "optim_add_group", "sgd has no option 'rate'");
    CHECK(wk_optim_groups(opt) == 1);
    CHECK(isnan(wk_group_lr(opt, 1)));
    CHECK_ERROR(WK_E_RANGE, "group_lr", "group 1 of 1");
    CHECK(wk_set_group_lr(opt, -1, 1) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "set_group_lr", "group -1 of 1");
    CHECK(wk_set_group_option(opt, 0, "momentum", 0.9) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "set_group_option", "other states");
    CHECK(wk_set_group_option(opt, 0, "maximize", 2) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "maximize is 2");
    CHECK(isnan(wk_group_option(opt, 0, "momentun")));
    CHECK_ERROR(WK_E_NOT_FOUND, "did you mean 'momentum'?");
    CHECK(wk_optim_add_group(opt, one(b, "b"), "lr=1") == WK_OK && wk_optim_groups(opt) == 2);
}

/* ---- State dicts ---- */

enum { SIZE = 37 };
typedef struct run {
    wk_tensor *p[2];
    wk_optim *opt;
} run;

static run start(const char *name, wk_dtype dtype)
{
    run r = { .p = { leaf(SIZE, dtype, 1), leaf(SIZE, dtype, 2) } };
    r.opt = wk_optim_by_name(name, one(r.p[0], "weight"), "lr=0.01");
    CHECK(wk_optim_add_group(r.opt, one(r.p[1], "bias"), "lr=0.003") == WK_OK);
    return r;
}

/* The second parameter has no gradient in every third step. */
static void train(run *r, int from, int to)
{
    for (int t = from; t < to; t++) {
        WK_SCOPE(step);
        for (int i = 0; i < 2; i++) {
            const wk_dtype dtype = wk_dtype_of(r->p[i]);
            wk_tensor *x = wk_reshape(wk_arange(0, SIZE, 1, dtype), WK_SHAPE(1, SIZE));
            wk_set_grad(r->p[i], i == 1 && t % 3 == 0 ? NULL : wk_sin(wk_add_scalar(wk_mul_scalar(x, 1.7), t)));
        }
        wk_set_group_lr(r->opt, 1, 0.003 / (1 + t));
        CHECK(wk_step(r->opt) == WK_OK);
    }
}

TEST(state, of_every_optimizer_goes_on_with_the_same_bits)
{
    const char *const *names;
    for (int i = wk_optim_names(&names), k = 0; k < 2 * i; k++) {
        if (!strcmp(names[k / 2], "lbfgs")) continue; /* has one group: test_lbfgs.c */
        WK_SCOPE(one_of_them);
        const wk_dtype dtype = k % 2 ? WK_F64 : WK_F32;
        run straight = start(names[k / 2], dtype), first = start(names[k / 2], dtype),
            second = start(names[k / 2], dtype);
        train(&straight, 0, 17);
        train(&first, 0, 7);
        wk_state *s = wk_state_copy(wk_optim_state_dict(first.opt));
        {
            WK_NO_GRAD(copying);
            for (int p = 0; p < 2; p++) CHECK(wk_copy_(second.p[p], first.p[p]) == WK_OK);
        }
        CHECK(wk_optim_load_state_dict(second.opt, s) == WK_OK);
        train(&second, 7, 17);
        for (int p = 0; p < 2; p++) wick_check(wk_equal(straight.p[p], second.p[p]), names[k / 2], __FILE__, __LINE__);
        CHECK(wk_steps(second.opt) == 17 && wk_group_lr(second.opt, 1) == wk_group_lr(straight.opt, 1));
    }
    CHECK_OK();
}

TEST(state, is_kept_by_the_parameters_names)
{
    run r = start("nadam", WK_F32);
    train(&r, 0, 2);
    wk_state *s = wk_optim_state_dict(r.opt);
    CHECK(wk_state_get(s, "weight.exp_avg") == wk_optim_state(r.opt, 0, "exp_avg"));
    CHECK(wk_state_has(s, "bias.exp_avg_sq") && wk_state_count(s) == 4);
    CHECK(wk_state_int(s, "weight.step") == 2 && wk_state_int(s, "bias.step") == 1 && wk_state_int(s, "groups") == 2);
    CHECK(wk_state_number(s, "group.0.lr") == 0.01 && wk_state_number(s, "weight.mu_product") < 1);
}

TEST(state, of_others_is_refused_and_nothing_changes)
{
    run r = start("adam", WK_F32), other = start("adam", WK_F32);
    train(&r, 0, 3);
    wk_state *s = wk_state_copy(wk_optim_state_dict(r.opt));
    wk_optim *alone = wk_optim_adam(one(leaf(SIZE, WK_F32, 1), "weight"));
    CHECK(wk_optim_load_state_dict(alone, s) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "the state has 2 groups; this has 1");
    wk_optim *adamw = wk_optim_adamw(one(leaf(SIZE, WK_F32, 1), "weight"));
    CHECK(wk_optim_load_state_dict(adamw, s) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "the state is of adam; this is adamw");
    wk_state_set_number(s, "group.1.lr", -1);
    CHECK(wk_optim_load_state_dict(other.opt, s) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "lr is -1");
    wk_state_set_number(s, "group.1.lr", 1);
    wk_state_set(s, "bias.exp_avg", wk_zeros(WK_SHAPE(3), WK_F32));
    CHECK(wk_optim_load_state_dict(other.opt, s) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "1 of another shape or dtype: bias.exp_avg f32 [", "(given: f32 [3])");
    CHECK(wk_steps(other.opt) == 0 && wk_lr(other.opt) == 0.01 && !wk_optim_state(other.opt, 0, "exp_avg"));
}

/* Stepped once. */
static wk_optim *adam_of(const char *const *names, int n, bool amsgrad)
{
    wk_tensor *all[4];
    for (int i = 0; i < n; i++) all[i] = wk_requires_grad(wk_ones(WK_SHAPE(2), WK_F32));
    wk_optim *opt = wk_optim_adam(wk_params_new(all, names, n), .amsgrad = amsgrad);
    for (int i = 0; i < n; i++) wk_backward(wk_sum(all[i]));
    wk_step(opt);
    return opt;
}

TEST(state, of_parameters_that_are_not_there_is_refused)
{
    static const char *const names[] = { "a", "b", "c" };
    wk_optim *two = adam_of(names, 2, false), *three = adam_of(names, 3, false);
    CHECK(wk_optim_load_state_dict(two, wk_optim_state_dict(three)) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "3 unexpected: c.exp_avg, c.exp_avg_sq, c.step");
    CHECK(wk_optim_load_state_dict(three, wk_optim_state_dict(two)) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "1 missing: c.step");
    wk_state *s = wk_state_copy(wk_optim_state_dict(two));
    wk_state_set(s, "b.momentum_buffer", wk_ones(WK_SHAPE(2), WK_F32));
    wk_state_set_number(s, "b.mu_product", 1);
    wk_state_set(s, "a.exp_avg", wk_ones(WK_SHAPE(3), WK_F32));
    CHECK(wk_optim_load_state_dict(two, s) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "2 unexpected: b.momentum_buffer, b.mu_product; ", "a.exp_avg f32 [2] (given: f32 [3])");
    CHECK(wk_optim_load_state_dict(two, wk_optim_state_dict(adam_of(names, 2, true))) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "2 unexpected: a.max_exp_avg_sq, b.max_exp_avg_sq", "of adam with other states");
    CHECK(wk_steps(two) == 1 && wk_optim_load_state_dict(two, wk_optim_state_dict(two)) == WK_OK);
}

TEST(state, that_lacks_a_hundred_parameters_tells_their_number_and_the_other_differences)
{
    static char text[100][32];
    const char *names[101] = { "other" };
    wk_tensor *all[100];
    for (int i = 0; i < 100; i++) snprintf(text[i], sizeof text[i], "encoder.layers.%d.weight", i);
    for (int i = 0; i < 100; i++) names[i + 1] = text[i], all[i] = leaf(1, WK_F32, 1);
    wk_optim *of_all = wk_optim_adam(wk_params_new(all, names + 1, 100)), *of_one = adam_of(names, 1, false);
    CHECK(wk_optim_load_state_dict(of_all, wk_optim_state_dict(of_one)) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "100 missing: encoder.layers.0.weight.step, encoder.layers.1.weight.step, ",
                ".step, ...; 3 unexpected: other.exp_avg, other.exp_avg_sq, other.step");
}

WICK_TEST_MAIN
