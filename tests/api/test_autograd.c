/* Differentiation as tensor.h promises it: the graph, accumulation, what is saved, what is refused. */
#include "wick/tensor.h"
#include "wick_check.h"

static wk_tensor *leaf(double value) { return wk_requires_grad(wk_full(WK_SHAPE(3), WK_F32, value)); }
static double first(wk_tensor *t) { return wk_item(wk_select(t, 0, 0)); }

TEST(backward, adds_into_the_grad_of_leaves)
{
    wk_tensor *w = leaf(3);
    CHECK_NULL(wk_grad(w));
    wk_backward(wk_sum(wk_square(w)));
    CHECK_NEAR(first(wk_grad(w)), 6, 0);
    wk_tensor *grad = wk_grad(w);
    wk_backward(wk_sum(wk_square(w)));
    CHECK(wk_grad(w) == grad);
    CHECK_NEAR(first(grad), 12, 0);
}

TEST(backward, a_cleared_grad_takes_the_next_one_and_shares_nothing)
{
    wk_tensor *w = leaf(3), *other = leaf(5);
    wk_backward(wk_sum(wk_square(w)));
    wk_tensor *grad = wk_grad(w);
    uint32_t version = wk_version_of(grad);
    wk_zero_(grad);
    wk_backward(wk_sum(wk_square(w)));
    CHECK(wk_grad(w) == grad && wk_version_of(grad) > version + 1);
    CHECK_NEAR(first(grad), 6, 0);
    wk_zero_(grad);
    wk_tensor *view = wk_detach(grad); /* somebody looks at it: the numbers must arrive there */
    wk_backward(wk_sum(wk_square(w)));
    CHECK_NEAR(first(view), 6, 0);
    wk_backward(wk_sum(wk_square(w)));
    CHECK_NEAR(first(grad), 12, 0);
    wk_zero_(grad);
    wk_tensor *given = wk_full(WK_SHAPE(3), WK_F32, 2);
    wk_backward_with(wk_mul_scalar(w, 1), .gradient = given);
    wk_backward_with(wk_mul_scalar(other, 1), .gradient = given);
    wk_zero_(grad);
    CHECK_NEAR(first(given), 2, 0);
    CHECK_NEAR(first(wk_grad(other)), 2, 0);
}

TEST(backward, a_leaf_used_twice_gets_both_parts)
{
    wk_tensor *w = leaf(2);
    wk_backward(wk_sum(wk_add(wk_mul(w, w), w)));
    CHECK_NEAR(first(wk_grad(w)), 5, 0);
}

TEST(backward, gradients_add_up_newest_first_as_in_torch)
{
    wk_tensor *w = wk_requires_grad(wk_scalar(1, WK_F32));
    wk_tensor *a = wk_mul_scalar(w, 1), *b = wk_mul_scalar(w, 1e8), *c = wk_mul_scalar(w, -1e8);
    wk_backward(wk_add(wk_add(a, b), c));
    CHECK_NEAR(wk_item(wk_grad(w)), 1, 0);
    wk_tensor *v = wk_requires_grad(wk_scalar(1, WK_F32));
    a = wk_mul_scalar(v, 1e8), b = wk_mul_scalar(v, 1), c = wk_mul_scalar(v, -1e8);
    wk_backward(wk_add(wk_add(a, b), c));
    CHECK_NEAR(wk_item(wk_grad(v)), 0, 0);
}

TEST(backward, a_second_time_needs_retain_graph_if_something_was_saved)
{
    wk_tensor *w = leaf(3), *y = wk_sum(wk_square(w));
    wk_backward_with(y, .retain_graph = true);
    wk_backward(y);
    CHECK_NEAR(first(wk_grad(w)), 12, 0);
    CHECK(wk_backward(y) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "square", "retain_graph");
    CHECK_NEAR(first(wk_grad(w)), 12, 0);
    wk_tensor *v = leaf(1), *z = wk_sum(wk_add(v, v)); /* nothing saved */
    wk_backward(z);
    CHECK(wk_backward(z) == WK_OK);
}

TEST(backward, refuses_roots_that_cannot_start)
{
    wk_tensor *w = leaf(1);
    CHECK(wk_backward(wk_square(w)) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "backward", "[3]");
    CHECK(wk_backward(wk_scalar(1, WK_F32)) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "no history");
    CHECK(wk_backward_with(wk_square(w), .gradient = wk_ones(WK_SHAPE(2), WK_F32)) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "[2]", "[3]");
    CHECK(wk_backward_with(wk_square(w), .gradient = wk_ones(WK_SHAPE(3), WK_F32)) == WK_OK);
    CHECK_NEAR(first(wk_grad(w)), 2, 0);
    CHECK_NULL(wk_requires_grad(wk_zeros(WK_SHAPE(2), WK_I64)));
    CHECK_ERROR(WK_E_DTYPE, "requires_grad", "i64");
}

TEST(backward, a_leaf_root_gets_the_gradient_itself)
{
    wk_tensor *w = wk_requires_grad(wk_scalar(3, WK_F32));
    wk_backward(w);
    CHECK_NEAR(wk_item(wk_grad(w)), 1, 0);
}

TEST(in_place, a_saved_tensor_that_changed_is_an_error_never_a_wrong_gradient)
{
    wk_tensor *w = leaf(3), *x = wk_mul_scalar(w, 1), *y = wk_sum(wk_square(x));
    wk_add_scalar_(wk_detach(x), 1);
    CHECK(wk_backward(y) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "square", "changed in place");
    CHECK_NULL(wk_grad(w));
}

TEST(in_place, what_the_result_saves_may_change_the_input)
{
    wk_tensor *w = leaf(3), *x = wk_mul_scalar(w, 1), *y = wk_exp(x); /* exp keeps its result, not x */
    wk_zero_(wk_detach(x));
    CHECK(wk_backward(wk_sum(y)) == WK_OK);
    CHECK_NEAR(first(wk_grad(w)), exp(3), 1e-4);
}

TEST(in_place, history_is_rewritten)
{
    wk_tensor *w = leaf(3), *x = wk_mul_scalar(w, 2);
    wk_mul_scalar_(x, 5);
    wk_relu_(x); /* the other way round, relu's saved result would have changed */
    ck_assert_str_eq(wk_grad_fn(x), "relu");
    wk_backward(wk_sum(x));
    CHECK_NEAR(first(wk_grad(w)), 10, 0);
    wk_tensor *fresh = wk_zeros(WK_SHAPE(3), WK_F32);
    wk_add_(fresh, wk_square(w)); /* a plain tensor joins the graph */
    CHECK(wk_needs_grad(fresh));
    wk_tensor *bad = wk_mul_scalar(w, 2);
    wk_mul_(bad, bad);
    CHECK(wk_backward(wk_sum(bad)) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "mul", "changed in place");
}

TEST(in_place, a_view_from_before_a_history_is_refused_whether_it_needs_a_gradient_or_not)
{
    wk_tensor *w = leaf(3), *t = wk_ones(WK_SHAPE(3), WK_F32), *view = wk_narrow(t, 0, 0, 2), *numbers = wk_detach(t);
    CHECK(wk_mul_(t, w) == WK_OK);
    CHECK_NULL(wk_square(view));
    CHECK_ERROR(WK_E_STATE, "square", "[2] is a view from before its memory was changed", "make it again");
    CHECK(wk_zero_(view) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "zero_", "a view is changed in place while a gradient is wanted");
    CHECK(!wk_needs_grad(wk_square(wk_narrow(numbers, 0, 0, 2))) && first(numbers) == 3);
    CHECK(wk_backward(wk_sum(wk_mul(numbers, w))) == WK_OK && first(wk_grad(w)) == 3);
    WK_NO_GRAD(off);
    CHECK(wk_item(wk_sum(wk_square(view))) == 18);
}

TEST(in_place, leaves_change_only_without_gradients)
{
    wk_tensor *w = leaf(1);
    CHECK(wk_add_scalar_(w, 1) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "add_scalar_", "leaf", "WK_NO_GRAD");
    WK_NO_GRAD(update);
    CHECK(wk_add_scalar_(w, 1) == WK_OK);
    CHECK_NEAR(first(w), 2, 0);
}

TEST(modes, no_grad_records_nothing_and_ends_with_its_block)
{
    wk_tensor *w = leaf(1);
    {
        WK_NO_GRAD(off);
        CHECK(!wk_needs_grad(wk_square(w)));
    }
    CHECK(wk_needs_grad(wk_square(w)));
    wk_tensor *d = wk_detach(wk_square(w));
    CHECK(wk_is_leaf(d) && !wk_needs_grad(d));
}

TEST(modes, retain_grad_keeps_that_of_a_result)
{
    wk_tensor *w = leaf(3), *x = wk_mul_scalar(w, 2);
    wk_retain_grad(x);
    wk_backward(wk_sum(wk_square(x)));
    CHECK_NEAR(first(wk_grad(x)), 12, 0);
    CHECK_NEAR(first(wk_grad(w)), 24, 0);
}

TEST(autograd_grad, leaves_grad_alone_and_gives_null_for_strangers)
{
    wk_tensor *w = leaf(3), *v = leaf(1), *x = wk_square(w), *y = wk_sum(wk_square(x)), *grads[3];
    ck_assert_int_eq(wk_autograd_grad(&y, 1, (wk_tensor *[]){ w, x, v }, 3, false, grads), WK_OK);
    CHECK_NEAR(first(grads[0]), 4 * 27, 0);
    CHECK_NEAR(first(grads[1]), 18, 0);
    CHECK_NULL(grads[2]);
    CHECK_NULL(wk_grad(w));
}

/* So J v comes from two backwards: u is any vector, J' u is linear in it. */
TEST(autograd_grad, of_what_came_through_unchanged_leads_to_what_was_given)
{
    wk_tensor *x = leaf(3), *c = leaf(1), *u = leaf(2), *y = wk_add(x, c), *through[2], *g;
    wk_autograd_grad_opts o = wk_autograd_grad_opts_default();
    o.outputs = &y;
    o.noutputs = 1;
    o.inputs = (wk_tensor *[]){ x, c };
    o.ninputs = 2;
    o.gradients = &u;
    o.create_graph = true;
    ck_assert_int_eq(wk_autograd_grad_run(&o, through), WK_OK);
    wk_tensor *sum = wk_sum(wk_add(wk_mul_scalar(through[0], 5), through[1]));
    ck_assert_int_eq(wk_autograd_grad(&sum, 1, &u, 1, false, &g), WK_OK);
    CHECK_NEAR(first(g), 6, 0);
}

TEST(autograd_grad, of_any_order)
{
    wk_tensor *x = wk_requires_grad(wk_scalar(2, WK_F64)), *y = wk_mul(wk_square(wk_square(x)), x); /* x^5 */
    const double expected[] = { 80, 160, 240, 240, 120 };
    for (int order = 0; order < 5; order++) {
        wk_tensor *g;
        ck_assert_int_eq(wk_autograd_grad(&y, 1, &x, 1, true, &g), WK_OK);
        CHECK_NEAR(wk_item(g), expected[order], 1e-9);
        y = g;
    }
}

TEST_ON_CPU(graph, a_million_nodes_do_not_overflow_the_stack,
            "two million launches, one after the other, are of no interest")
{
    wk_tensor *w = wk_requires_grad(wk_scalar(1, WK_F32));
    wk_tensor *x = wk_mul_scalar(w, 1);
    for (int i = 0; i < 1000000; i++) {
        WK_SCOPE(link);
        wk_tensor *next = wk_add_scalar(x, 0);
        wk_replace(&x, next);
    }
    CHECK(wk_backward(x) == WK_OK);
    CHECK_NEAR(wk_item(wk_grad(w)), 1, 0);
}

TEST(graph, scopes_free_what_a_step_makes)
{
    wk_tensor *w = leaf(1);
    int64_t before = -1;
    for (int i = 0; i < 5; i++) {
        {
            WK_SCOPE(step);
            wk_backward(wk_sum(wk_tanh(wk_mul(w, w))));
        }
        if (i == 1) before = wk_live_objects();
    }
    ck_assert_int_eq(wk_live_objects(), before);
}

TEST(graph, a_warm_step_allocates_nothing)
{
    wk_tensor *w = wk_requires_grad(wk_randn(WK_SHAPE(8, 8), WK_F32)), *x = wk_randn(WK_SHAPE(4, 8), WK_F32);
    wk_memory before, after;
    for (int i = 0; i < 20; i++) {
        WK_SCOPE(step);
        if (i == 10) wk_memory_stats(WK_CPU, &before);
        wk_backward(wk_sum(wk_relu(wk_mm(x, w))));
        wk_set_grad(w, NULL);
    }
    wk_memory_stats(WK_CPU, &after);
    if (after.cached)
        ck_assert_uint_eq(after.from_system, before.from_system); /* under AddressSanitizer nothing is cached */
    ck_assert_uint_eq(after.used, before.used);
}

WICK_TEST_MAIN
