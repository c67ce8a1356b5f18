/* Laws of updates in backward: the bits of a step after it, whatever the graph; what is left to wk_step; what is
 * refused. */
#include "wick/wick.h"
#include "wick_check.h"

enum { INPUTS = 5, HIDDEN = 7, ROWS = 4, WEIGHTS = 5, STEPS = 20 };

/* A net of matrices only, so that Muon may train it: the first is tied (used twice), the last is not used at all. */
typedef struct net {
    wk_tensor *w[WEIGHTS];
    wk_params *params;
    wk_optim *opt;
} net;

static net start(const char *name, const char *options, wk_dtype dtype)
{
    static const int64_t shape[WEIGHTS][2] = {
        { INPUTS, INPUTS }, { HIDDEN, INPUTS }, { 1, HIDDEN }, { 1, HIDDEN }, { 2, 2 }
    };
    net n;
    wk_manual_seed(7);
    for (int i = 0; i < WEIGHTS; i++) n.w[i] = wk_requires_grad(wk_randn(2, shape[i], dtype));
    n.params = wk_params_new(n.w, NULL, WEIGHTS);
    n.opt = wk_optim_by_name(name, n.params, options);
    CHECK_OK();
    return n;
}

static wk_tensor *loss_of(const net *n, int step)
{
    wk_tensor *x = wk_full(WK_SHAPE(ROWS, INPUTS), wk_dtype_of(n->w[0]), 0.25 + step / 16.0);
    x = wk_tanh(wk_linear(wk_tanh(wk_linear(x, n->w[0], NULL)), n->w[0], NULL));
    x = wk_mul(wk_linear(x, n->w[1], NULL), n->w[3]);
    return wk_mean(wk_tanh(wk_mul(wk_linear(wk_relu(x), n->w[2], NULL), wk_mean(wk_mul(n->w[3], n->w[3])))));
}

static wk_status step(net *n, int at)
{
    WK_SCOPE(one);
    wk_zero_grad(n->opt);
    wk_backward(loss_of(n, at));
    return wk_step(n->opt);
}

/* Equal, and finite: NaN would differ from itself. */
static void check_same(const net *a, const net *b, const char *what)
{
    for (int i = 0; i < WEIGHTS; i++) wick_check(wk_equal(a->w[i], b->w[i]), what, __FILE__, __LINE__);
}

static void check_bits(const char *name, const char *options, wk_dtype dtype)
{
    WK_SCOPE(both);
    net a = start(name, options, dtype), b = start(name, options, dtype);
    CHECK(wk_optim_in_backward(b.opt) == WK_OK);
    wk_schedule *sa = wk_schedule_by_name("exponential", a.opt, "gamma=0.9");
    wk_schedule *sb = wk_schedule_by_name("exponential", b.opt, "gamma=0.9");
    wk_tensor *unused = wk_clone(wk_detach(b.w[4]));
    for (int k = 0; k < STEPS; k++) {
        CHECK(step(&a, k) == WK_OK && step(&b, k) == WK_OK);
        CHECK(wk_schedule_advance(sa) == WK_OK && wk_schedule_advance(sb) == WK_OK);
        check_same(&a, &b, name);
    }
    CHECK(wk_steps(b.opt) == STEPS && wk_equal(b.w[4], unused) && wk_version_of(b.w[4]) == 0);
    CHECK(wk_version_of(b.w[0]) == STEPS); /* tied: one update a step */
}

TEST(bits, are_those_of_a_step_after_backward_for_every_optimizer)
{
    const char *const *names;
    const int n = wk_optim_names(&names);
    for (int i = 0; i < n; i++) {
        if (!strcmp(names[i], "lbfgs")) continue;
        check_bits(names[i], "", WK_F32);
        check_bits(names[i], "", WK_F64);
    }
    check_bits("sgd", "momentum=0.9,nesterov=1,weight_decay=0.1", WK_F32);
    check_bits("rmsprop", "centered=1,momentum=0.9", WK_F32);
    check_bits("adam", "amsgrad=1", WK_F32);
}

/* A whole training with the one or the other; extra is done before each backward. */
typedef void extra(net *n, int step);

static void check_with(extra *before, const char *what)
{
    net a = start("adam", "lr=0.1", WK_F32), b = start("adam", "lr=0.1", WK_F32);
    CHECK(wk_optim_in_backward(b.opt) == WK_OK);
    for (int k = 0; k < STEPS; k++) {
        before(&a, k);
        before(&b, k);
        CHECK(step(&a, k) == WK_OK && step(&b, k) == WK_OK);
    }
    check_same(&a, &b, what);
}

static void change_lr(net *n, int step) { wk_set_lr(n->opt, 0.1 / (1 + step)); }

static wk_tensor *halve(void *user, wk_tensor *g)
{
    (void)user;
    return wk_mul_scalar(g, 0.5);
}

static wk_status clip_leaf(void *user, wk_tensor *leaf)
{
    (void)user;
    WK_NO_GRAD(clipping);
    return wk_clamp_(wk_grad(leaf), -0.01, 0.01);
}

static void hook_once(net *n, int step)
{
    if (step != 3) return;
    wk_register_hook(n->w[0], halve, NULL);
    wk_register_post_accumulate_grad_hook(n->w[1], clip_leaf, NULL);
}

TEST(bits, follow_changes_of_the_lr) { check_with(change_lr, "lr"); }

TEST(bits, are_the_same_with_hooks_on_gradients_and_leaves) { check_with(hook_once, "hooks"); }

TEST(bits, are_those_of_clipping_by_value)
{
    net a = start("adam", "lr=0.1", WK_F32), b = start("adam", "lr=0.1", WK_F32);
    CHECK(wk_optim_in_backward(b.opt, .clip_value = 1e-3) == WK_OK);
    for (int k = 0; k < STEPS; k++) {
        WK_SCOPE(one);
        wk_zero_grad(a.opt);
        wk_backward(loss_of(&a, k));
        wk_clip_grad_value_(a.params, 1e-3);
        CHECK(wk_step(a.opt) == WK_OK && step(&b, k) == WK_OK);
    }
    check_same(&a, &b, "clipped");
}

static wk_tensor *inner(void *user, wk_tensor *const *in, int n)
{
    const net *net = user;
    (void)n;
    return wk_tanh(wk_linear(in[0], net->w[0], NULL));
}

/* w[0] is used in the part that is computed again, and behind it: there no edge tells of the first use. */
static wk_tensor *loss_with_a_part(net *n)
{
    wk_tensor *x = wk_requires_grad(wk_ones(WK_SHAPE(ROWS, INPUTS), WK_F32));
    x = wk_checkpoint(inner, n, &x, 1);
    return wk_mean(wk_tanh(wk_linear(wk_linear(wk_linear(x, n->w[0], NULL), n->w[1], NULL), n->w[2], NULL)));
}

TEST(bits, wait_for_parts_that_are_computed_again)
{
    net a = start("adam", "lr=0.1", WK_F32), b = start("adam", "lr=0.1", WK_F32);
    CHECK(wk_optim_in_backward(b.opt) == WK_OK);
    for (int k = 0; k < STEPS; k++) {
        WK_SCOPE(one);
        wk_zero_grad(a.opt);
        wk_backward(loss_with_a_part(&a));
        CHECK(wk_step(a.opt) == WK_OK);
        wk_zero_grad(b.opt);
        wk_backward(loss_with_a_part(&b));
        CHECK(wk_step(b.opt) == WK_OK);
    }
    check_same(&a, &b, "checkpoint");
}

TEST(bits, of_a_kept_graph_are_those_of_the_sum)
{
    net a = start("sgd", "lr=0.1,momentum=0.9", WK_F32), b = start("sgd", "lr=0.1,momentum=0.9", WK_F32);
    CHECK(wk_optim_in_backward(b.opt) == WK_OK);
    net *both[] = { &a, &b };
    for (int k = 0; k < 2 * STEPS; k++) {
        WK_SCOPE(one);
        net *n = both[k % 2];
        wk_zero_grad(n->opt);
        wk_tensor *loss = loss_of(n, k / 2);
        CHECK(wk_backward_with(loss, .retain_graph = true) == WK_OK && wk_grad(n->w[0]));
        CHECK(wk_backward(loss) == WK_OK && !wk_grad(b.w[0]) && wk_step(n->opt) == WK_OK);
    }
    check_same(&a, &b, "retain_graph");
}

TEST(bits, of_accumulated_gradients_need_it_off_but_for_the_last)
{
    net a = start("adam", "lr=0.1", WK_F32), b = start("adam", "lr=0.1", WK_F32);
    for (int k = 0; k < 3 * STEPS; k += 3) {
        for (int part = 0; part < 3; part++) {
            WK_SCOPE(one);
            wk_optim_in_backward(b.opt, .on = part == 2);
            CHECK(wk_backward(loss_of(&a, k + part)) == WK_OK && wk_backward(loss_of(&b, k + part)) == WK_OK);
        }
        CHECK(wk_step(a.opt) == WK_OK && wk_step(b.opt) == WK_OK);
        wk_zero_grad(a.opt);
    }
    check_same(&a, &b, "accumulated");
}

TEST(bits, of_a_state_dict_go_on)
{
    net a = start("nadam", "", WK_F32), b = start("nadam", "", WK_F32);
    CHECK(wk_optim_in_backward(a.opt) == WK_OK);
    for (int k = 0; k < 5; k++) CHECK(step(&a, k) == WK_OK);
    CHECK(wk_optim_load_state_dict(b.opt, wk_state_copy(wk_optim_state_dict(a.opt))) == WK_OK);
    for (int i = 0; i < WEIGHTS; i++) {
        WK_NO_GRAD(take);
        wk_copy_(b.w[i], a.w[i]);
    }
    for (int k = 5; k < 10; k++) CHECK(step(&a, k) == WK_OK && step(&b, k) == WK_OK);
    check_same(&a, &b, "state dict");
    CHECK(wk_steps(b.opt) == 10);
}

/* ---- When, and what is left ---- */

typedef struct watch {
    const net *n;
    bool later_done, own_done;
} watch;

/* At w[1]'s gradient: w[2], behind it, has been updated; w[1] has not. */
static wk_tensor *look(void *user, wk_tensor *g)
{
    watch *w = user;
    (void)g;
    w->later_done = wk_version_of(w->n->w[2]) == 1 && !wk_grad(w->n->w[2]);
    w->own_done = wk_version_of(w->n->w[1]) == 1;
    return NULL;
}

TEST(update, comes_while_backward_still_runs_and_drops_the_gradient)
{
    net n = start("sgd", "", WK_F32);
    CHECK(wk_optim_in_backward(n.opt) == WK_OK);
    watch w = { .n = &n };
    CHECK(wk_register_hook(n.w[1], look, &w) > 0);
    CHECK(wk_backward(loss_of(&n, 0)) == WK_OK);
    CHECK(w.later_done && !w.own_done);
    for (int i = 0; i < WEIGHTS; i++) CHECK_NULL(wk_grad(n.w[i]));
    CHECK(wk_steps(n.opt) == 0 && wk_step(n.opt) == WK_OK && wk_steps(n.opt) == 1);
    CHECK(wk_version_of(n.w[0]) == 1);
}

TEST(update, keeps_gradients_on_request)
{
    net n = start("sgd", "", WK_F32);
    CHECK(wk_optim_in_backward(n.opt, .keep_grads = true) == WK_OK);
    CHECK(wk_backward(loss_of(&n, 0)) == WK_OK);
    CHECK(wk_grad(n.w[0]) && wk_grad_norm(n.params, 2) > 0 && wk_step(n.opt) == WK_OK);
    CHECK(wk_version_of(n.w[0]) == 1 && wk_grad(n.w[0]));
}

TEST(update, of_a_gradient_set_by_hand_is_left_to_the_step)
{
    net n = start("sgd", "lr=1", WK_F32);
    CHECK(wk_optim_in_backward(n.opt, .clip_value = 0.5) == WK_OK);
    wk_tensor *before = wk_clone(wk_detach(n.w[4]));
    wk_backward(loss_of(&n, 0));
    wk_set_grad(n.w[4], wk_ones(WK_SHAPE(2, 2), WK_F32));
    CHECK(wk_step(n.opt) == WK_OK);
    CHECK(wk_equal(n.w[4], wk_sub_scalar(before, 0.5)));
}

TEST(update, is_never_done_by_autograd_grad)
{
    net n = start("sgd", "", WK_F32);
    CHECK(wk_optim_in_backward(n.opt) == WK_OK);
    wk_tensor *loss = loss_of(&n, 0), *g = NULL;
    CHECK(wk_autograd_grad(&loss, 1, n.w, 1, false, &g) == WK_OK && g);
    CHECK(wk_version_of(n.w[0]) == 0 && wk_version_of(n.w[1]) == 0);
}

TEST(update, holds_for_groups_that_join_and_ends_when_switched_off)
{
    net n = start("sgd", "", WK_F32);
    wk_tensor *w = wk_requires_grad(wk_ones(WK_SHAPE(2), WK_F32));
    CHECK(wk_optim_in_backward(n.opt) == WK_OK);
    wk_params *more = wk_params_new(&w, (const char *const[]){ "more" }, 1);
    CHECK(wk_optim_add_group(n.opt, more, "lr=1") == WK_OK);
    CHECK(wk_backward(wk_sum(w)) == WK_OK && wk_version_of(w) == 1 && wk_step(n.opt) == WK_OK);
    CHECK(wk_equal(w, wk_zeros(WK_SHAPE(2), WK_F32)));
    CHECK(wk_optim_in_backward(n.opt, .on = false) == WK_OK);
    CHECK(wk_backward(wk_sum(w)) == WK_OK && wk_version_of(w) == 1 && wk_grad(w));
}

TEST(update, ends_with_its_optimizer)
{
    wk_tensor *w = wk_requires_grad(wk_ones(WK_SHAPE(2), WK_F32));
    {
        WK_SCOPE(optimizer);
        CHECK(wk_optim_in_backward(wk_optim_sgd(wk_params_new(&w, NULL, 1))) == WK_OK);
    }
    CHECK(wk_backward(wk_sum(w)) == WK_OK && wk_version_of(w) == 0 && wk_grad(w));
}

/* ---- Refused ---- */

TEST(refuses, a_second_gradient_in_one_step)
{
    net n = start("sgd", "", WK_F32);
    CHECK(wk_optim_in_backward(n.opt) == WK_OK);
    CHECK(wk_backward(loss_of(&n, 0)) == WK_OK);
    CHECK(wk_backward(loss_of(&n, 1)) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "a second gradient for", "updated in this step already");
    CHECK(wk_version_of(n.w[2]) == 1);
    wk_zero_grad(n.opt);
    CHECK(wk_step(n.opt) == WK_OK && wk_steps(n.opt) == 1);
}

TEST(refuses, gradients_that_change_after_the_update)
{
    net n = start("sgd", "", WK_F32);
    CHECK(wk_optim_in_backward(n.opt, .keep_grads = true) == WK_OK);
    CHECK(wk_backward(loss_of(&n, 0)) == WK_OK);
    wk_mul_scalar_(wk_grad(n.w[1]), 2);
    CHECK(wk_step(n.opt) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "the gradient of '1'", "after backward had updated it");
}

TEST(refuses, clipping_that_would_come_too_late)
{
    net n = start("sgd", "", WK_F32);
    CHECK(wk_optim_in_backward(n.opt) == WK_OK);
    CHECK(isnan(wk_clip_grad_norm_(n.params, 1)));
    CHECK_ERROR(WK_E_STATE, "clip_grad_norm_: '0' is updated in backward");
    CHECK(wk_clip_grad_value_(n.params, 1) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, ".clip_value");
    CHECK(isnan(wk_grad_norm(n.params, 2)));
    CHECK_ERROR(WK_E_STATE, ".keep_grads");
    CHECK(wk_optim_in_backward(n.opt, .clip_value = -1) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "clip_value is -1");
}

TEST(refuses, what_needs_all_gradients_before_a_step)
{
    net n = start("sgd", "", WK_F32), searching = start("lbfgs", "", WK_F32);
    CHECK(wk_optim_in_backward(searching.opt) == WK_E_UNSUPPORTED);
    CHECK_ERROR(WK_E_UNSUPPORTED, "optim_in_backward: an update of lbfgs");
    CHECK(wk_set_nonfinite(n.opt, WK_NONFINITE_SKIP) == WK_OK);
    CHECK(wk_optim_in_backward(n.opt) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "need WK_NONFINITE_KEEP");
    CHECK(wk_set_nonfinite(n.opt, WK_NONFINITE_KEEP) == WK_OK && wk_optim_in_backward(n.opt) == WK_OK);
    CHECK(wk_set_nonfinite(n.opt, WK_NONFINITE_STOP) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "WK_NONFINITE_STOP looks at all gradients");
    CHECK(step(&n, 0) == WK_OK);
}

TEST(refuses, two_optimizers_of_one_parameter)
{
    net n = start("sgd", "", WK_F32);
    wk_optim *other = wk_optim_adam(n.params);
    CHECK(wk_optim_in_backward(n.opt) == WK_OK && wk_optim_in_backward(n.opt, .clip_value = 1) == WK_OK);
    CHECK(wk_optim_in_backward(other) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "'0' is updated in backward by another optimizer");
    CHECK(step(&n, 0) == WK_OK);
}

TEST(refuses, a_value_that_a_later_node_still_needs)
{
    wk_tensor *w = wk_requires_grad(wk_ones(WK_SHAPE(2), WK_F32)), *v = wk_requires_grad(wk_ones(WK_SHAPE(2), WK_F32));
    wk_optim *opt = wk_optim_sgd(wk_params_new((wk_tensor *const[]){ w }, NULL, 1));
    CHECK(wk_optim_in_backward(opt) == WK_OK);
    wk_tensor *hidden = wk_mul(v, wk_detach(w)); /* no edge to w tells of this use */
    CHECK(wk_backward(wk_sum(wk_mul(hidden, w))) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "changed in place");
}

TEST(failure, leaves_updated_what_it_had_come_to_and_the_step_ends_it)
{
    net n = start("adam", "", WK_F32);
    CHECK(wk_optim_in_backward(n.opt) == WK_OK);
    wk_tensor *loss = loss_of(&n, 0);
    WK_NO_GRAD(spoil);
    wk_mul_scalar_(n.w[0], 2);
    wk_set_grad_enabled(true);
    CHECK(wk_backward(loss) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "changed in place");
    CHECK(wk_version_of(n.w[2]) == 1 && wk_version_of(n.w[0]) == 1 && !wk_grad(n.w[0]));
    CHECK(wk_step(n.opt) == WK_OK && wk_steps(n.opt) == 1);
    CHECK(step(&n, 1) == WK_OK && wk_version_of(n.w[2]) == 2 && wk_version_of(n.w[0]) == 2);
}

WICK_TEST_MAIN
