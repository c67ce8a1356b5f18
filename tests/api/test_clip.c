/* Laws of what stands around a step: gradient norms, clipping, running averages and the statistics that fit them,
 * beside PyTorch's numbers. */
#include "golden_numbers.h"
#include "wick/average.h"
#include "wick/optim.h"
#include "wick/train.h"
#include "wick_check.h"

#include "../golden/clip.h"

enum { FIRST = 15, SECOND = 3, ALL = FIRST + SECOND, CLIPS = sizeof golden_clips / sizeof *golden_clips };

typedef struct two {
    wk_tensor *p[2];
    wk_params *params;
} two;

static two two_parameters(wk_dtype dtype)
{
    two t = { .p = { wk_requires_grad(wk_zeros(WK_SHAPE(5, 3), dtype)),
                     wk_requires_grad(wk_zeros(WK_SHAPE(3), dtype)) } };
    t.params = wk_params_new(t.p, (const char *const[]){ "a", "b" }, 2);
    return t;
}

static void next_pair(uint32_t *x, wk_dtype dtype, wk_tensor *pair[2])
{
    double numbers[ALL];
    for (int i = 0; i < ALL; i++) numbers[i] = golden_number(x);
    pair[0] = wk_to(wk_from(numbers, WK_SHAPE(5, 3), WK_F64), dtype);
    pair[1] = wk_to(wk_from(numbers + FIRST, WK_SHAPE(3), WK_F64), dtype);
}

static two with_gradients(wk_dtype dtype)
{
    uint32_t x = 1;
    wk_tensor *g[2];
    two t = two_parameters(dtype);
    next_pair(&x, dtype, g);
    for (int i = 0; i < 2; i++) wk_set_grad(t.p[i], g[i]);
    return t;
}

static void check_pair(wk_tensor *a, wk_tensor *b, const double *expected, double tolerance)
{
    double now[ALL];
    CHECK(wk_read(wk_to(wk_detach(a), WK_F64), now, FIRST * sizeof *now) == WK_OK);
    CHECK(wk_read(wk_to(wk_detach(b), WK_F64), now + FIRST, SECOND * sizeof *now) == WK_OK);
    for (int i = 0; i < ALL; i++) CHECK_NEAR(now[i], expected[i], tolerance);
}

/* ---- Clipping ---- */

TEST(clip, matches_pytorch)
{
    for (int k = 0; k < 2 * CLIPS; k++) {
        WK_SCOPE(one);
        const wk_dtype dtype = k % 2 ? WK_F64 : WK_F32;
        const double tolerance = dtype == WK_F32 ? 1e-6 : 1e-14, p = golden_clips[k / 2].p;
        two t = with_gradients(dtype);
        CHECK_NEAR(wk_grad_norm(t.params, p), golden_clips[k / 2].total, 50 * tolerance);
        const double total = wk_clip_grad_norm_(t.params, golden_clips[k / 2].max_norm, .norm_type = p);
        CHECK_NEAR(total, golden_clips[k / 2].total, 50 * tolerance);
        check_pair(wk_grad(t.p[0]), wk_grad(t.p[1]), golden_clips[k / 2].clipped, tolerance);
    }
}

TEST(clip, of_values_matches_pytorch)
{
    two t = with_gradients(WK_F32);
    CHECK(wk_clip_grad_value_(t.params, 0.75) == WK_OK);
    check_pair(wk_grad(t.p[0]), wk_grad(t.p[1]), golden_clipped_values, 0);
}

TEST(clip, leaves_out_what_has_no_gradient)
{
    two t = two_parameters(WK_F32);
    CHECK(wk_grad_norm(t.params, 2) == 0 && wk_clip_grad_norm_(t.params, 1) == 0);
    CHECK(wk_clip_grad_value_(t.params, 1) == WK_OK);
    wk_set_grad(t.p[1], wk_full(WK_SHAPE(3), WK_F32, 2));
    CHECK_NEAR(wk_grad_norm(t.params, 1), 6, 0);
    CHECK_NULL(wk_grad(t.p[0]));
    CHECK_OK();
}

/* Of no elements PyTorch refuses to tell the largest. */
TEST(clip, leaves_out_what_has_no_elements)
{
    wk_tensor *p[] = { wk_requires_grad(wk_zeros(WK_SHAPE(2, 0), WK_F32)),
                       wk_requires_grad(wk_zeros(WK_SHAPE(2), WK_F32)) };
    wk_params *both = wk_params_new(p, NULL, 2), *none = wk_params_new(p, NULL, 1);
    wk_set_grad(p[0], wk_zeros(WK_SHAPE(2, 0), WK_F32));
    wk_set_grad(p[1], wk_from((const float[]){ 3, -4 }, WK_SHAPE(2), WK_F32));
    CHECK(wk_grad_norm(both, (double)INFINITY) == 4 && wk_grad_norm(both, 1) == 7 &&
          wk_grad_norm(none, (double)INFINITY) == 0);
    CHECK(wk_clip_grad_norm_(both, 2, .norm_type = (double)INFINITY) == 4);
    CHECK(wk_allclose(wk_grad(p[1]), wk_from((const float[]){ 1.5F, -2 }, WK_SHAPE(2), WK_F32), 0, 1e-6));
    CHECK_OK();
}

TEST(clip, mixes_dtypes)
{
    wk_tensor *p[] = { wk_requires_grad(wk_zeros(WK_SHAPE(1), WK_F32)),
                       wk_requires_grad(wk_zeros(WK_SHAPE(1), WK_F64)) };
    wk_set_grad(p[0], wk_full(WK_SHAPE(1), WK_F32, 3));
    wk_set_grad(p[1], wk_full(WK_SHAPE(1), WK_F64, 4));
    CHECK_NEAR(wk_grad_norm(wk_params_new(p, NULL, 2), 2), 5, 0);
}

TEST(clip, treats_what_is_not_finite_as_pytorch_does)
{
    two t = with_gradients(WK_F32);
    wk_set_grad(t.p[1], wk_full(WK_SHAPE(3), WK_F32, (double)INFINITY));
    CHECK(isnan(wk_clip_grad_norm_(t.params, 1, .error_if_nonfinite = true)));
    CHECK_ERROR(WK_E_STATE, "clip_grad_norm_", "inf");
    CHECK(isinf(wk_item(wk_sum(wk_grad(t.p[1])))) && wk_item(wk_sum(wk_abs(wk_grad(t.p[0])))) > 0);
    CHECK(isinf(wk_clip_grad_norm_(t.params, 1)));
    CHECK(isnan(wk_item(wk_sum(wk_grad(t.p[1])))) && wk_item(wk_sum(wk_abs(wk_grad(t.p[0])))) == 0);
    CHECK(isnan(wk_clip_grad_norm_(t.params, 1)) && isnan(wk_item(wk_sum(wk_grad(t.p[0])))));
    CHECK_OK();
}

TEST(clip, refuses_numbers_out_of_their_ranges)
{
    two t = with_gradients(WK_F32);
    CHECK(isnan(wk_grad_norm(NULL, 2)));
    CHECK_ERROR(WK_E_INVALID, "grad_norm", "params is NULL");
    CHECK(isnan(wk_grad_norm(t.params, 0.5)));
    CHECK_ERROR(WK_E_INVALID, "norm_type is 0.5");
    CHECK(isnan(wk_clip_grad_norm_(t.params, -1)));
    CHECK_ERROR(WK_E_INVALID, "clip_grad_norm_", "max_norm is -1");
    CHECK(wk_clip_grad_value_(t.params, (double)NAN) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "clip_grad_value_", "value is");
}

/* ---- Averages ---- */

static void set_to(two *t, uint32_t *x, wk_dtype dtype)
{
    WK_SCOPE(setting);
    WK_NO_GRAD(quiet);
    wk_tensor *next[2];
    next_pair(x, dtype, next);
    for (int i = 0; i < 2; i++) CHECK(wk_copy_(t->p[i], next[i]) == WK_OK);
}

static void update(two *t, wk_average *a, uint32_t *x, wk_dtype dtype, int times)
{
    for (int i = 0; i < times; i++) {
        set_to(t, x, dtype);
        CHECK(wk_average_update(a) == WK_OK);
    }
}

TEST(average, matches_pytorch)
{
    for (int k = 0; k < 4; k++) {
        const wk_dtype dtype = k % 2 ? WK_F64 : WK_F32;
        uint32_t x = 1;
        two t = two_parameters(dtype);
        wk_average *a = k < 2 ? wk_ema_new(t.params, 0.9) : wk_swa_new(t.params);
        update(&t, a, &x, dtype, 12);
        check_pair(wk_average_at(a, 0), wk_average_at(a, 1), k < 2 ? golden_ema : golden_swa,
                   dtype == WK_F32 ? 1e-6 : 1e-15);
        CHECK(wk_average_updates(a) == 12);
    }
}

/* [5, 3] is a parameter, [3] a buffer; beside it a count that is no float. */
TEST(average, takes_buffers_in_as_pytorch_does)
{
    uint32_t x = 1;
    two t = two_parameters(WK_F64);
    wk_tensor *count = wk_zeros(WK_SHAPE(1), WK_I64), *b = wk_zeros(WK_SHAPE(3), WK_F64);
    wk_state *buffers = wk_state_new();
    wk_state_set(buffers, "b", b);
    wk_state_set(buffers, "count", count);
    wk_average *a = wk_ema_new(wk_params_new(t.p, NULL, 1), 0.9);
    CHECK(wk_average_buffers(a, buffers) == WK_OK);
    for (int i = 0; i < 12; i++) {
        set_to(&t, &x, WK_F64);
        wk_copy_(b, wk_detach(t.p[1]));
        wk_fill_(count, i + 1);
        CHECK(wk_average_update(a) == WK_OK);
    }
    check_pair(wk_average_at(a, 0), wk_average_at(a, 1), golden_ema_of_buffers, 1e-15);
    CHECK(wk_item(wk_average_at(a, 2)) == 12);
    wk_state *s = wk_state_copy(wk_average_state_dict(a));
    CHECK(wk_state_has(s, "module.b") && wk_state_has(s, "module.count"));
    CHECK(wk_average_swap(a) == WK_OK && wk_equal(b, wk_state_get(s, "module.b")) && wk_item(count) == 12);
    CHECK(wk_average_load_state_dict(a, s) == WK_OK && wk_equal(wk_average_at(a, 1), wk_state_get(s, "module.b")));
    CHECK(wk_average_buffers(a, buffers) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "average_buffers", "after 12 updates");
    CHECK(wk_average_buffers(a, NULL) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "average_buffers", "buffers is NULL");
}

TEST(average, changes_places_with_the_parameters_and_back)
{
    uint32_t x = 1;
    two t = two_parameters(WK_F32);
    wk_average *a = wk_swa_new(t.params);
    update(&t, a, &x, WK_F32, 3);
    wk_tensor *p = wk_clone(wk_detach(t.p[0])), *m = wk_clone(wk_average_at(a, 0));
    CHECK(!wk_equal(p, m));
    CHECK(wk_average_swap(a) == WK_OK && wk_equal(wk_detach(t.p[0]), m) && wk_equal(wk_average_at(a, 0), p));
    CHECK(wk_average_swap(a) == WK_OK && wk_equal(wk_detach(t.p[0]), p) && wk_equal(wk_average_at(a, 0), m));
    CHECK(wk_average_apply(a) == WK_OK && wk_equal(wk_detach(t.p[0]), m) && wk_is_leaf(t.p[0]));
    CHECK_OK();
}

TEST(average, goes_on_from_its_state_with_the_same_bits)
{
    for (int k = 0; k < 2; k++) {
        uint32_t x = 1, y = 1;
        two t = two_parameters(WK_F32), u = two_parameters(WK_F32);
        wk_average *a = k ? wk_swa_new(t.params) : wk_ema_new(t.params, 0.99);
        wk_average *b = k ? wk_swa_new(u.params) : wk_ema_new(u.params, 0.99);
        update(&t, a, &x, WK_F32, 5);
        wk_state *s = wk_state_copy(wk_average_state_dict(a));
        CHECK(wk_state_int(s, "n_averaged") == 5 && wk_state_has(s, "module.b"));
        update(&t, a, &x, WK_F32, 5);
        for (int i = 0; i < 5; i++) set_to(&u, &y, WK_F32);
        CHECK(wk_average_load_state_dict(b, s) == WK_OK);
        update(&u, b, &y, WK_F32, 5);
        for (int i = 0; i < 2; i++) CHECK(wk_equal(wk_average_at(a, i), wk_average_at(b, i)));
        CHECK(wk_average_updates(b) == 10);
    }
}

TEST(average, refuses_what_does_not_fit)
{
    two t = two_parameters(WK_F32);
    CHECK_NULL(wk_ema_new(NULL, 0.9));
    CHECK_ERROR(WK_E_INVALID, "ema_new", "params is NULL");
    CHECK_NULL(wk_ema_new(t.params, 1.5));
    CHECK_ERROR(WK_E_INVALID, "decay is 1.5");
    wk_average *a = wk_ema_new(t.params, 0.9);
    CHECK(wk_average_swap(a) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "average_swap", "wk_average_update");
    CHECK_NULL(wk_average_at(a, 2));
    CHECK_ERROR(WK_E_RANGE, "parameter 2 of 2");
    wk_state *s = wk_state_new();
    wk_state_set_int(s, "n_averaged", 1);
    wk_state_set(s, "module.a", wk_ones(WK_SHAPE(5, 3), WK_F32));
    CHECK(wk_average_load_state_dict(a, s) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "module.b");
    wk_state_set(s, "module.b", wk_ones(WK_SHAPE(4), WK_F32));
    CHECK(wk_average_load_state_dict(a, s) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "1 of another shape or dtype: module.b f32 ", "(given: f32 [4])");
    wk_state *uncounted = wk_state_copy(wk_average_state_dict(a));
    wk_state_set_int(uncounted, "n_averaged", -1);
    CHECK(wk_average_load_state_dict(a, uncounted) != WK_OK);
    CHECK_ERROR(wk_error(), "\"n_averaged\" is \"-1\"");
    wk_state *astray = wk_state_new();
    wk_state_set(astray, "n_averaged", wk_full(WK_SCALAR, WK_F32, (double)NAN));
    wk_state_set(astray, "module.a", wk_average_at(a, 0));
    wk_state_set(astray, "module.b", wk_average_at(a, 1));
    CHECK(wk_average_load_state_dict(a, astray) != WK_OK);
    CHECK_ERROR(wk_error(), "n_averaged is nan; expected a whole number");
    CHECK(wk_average_updates(a) == 0 && wk_item(wk_sum(wk_average_at(a, 0))) == 0);
}

/* ---- BatchNorm's statistics ---- */

static wk_tensor *numbers(uint32_t *x, int64_t rows, int64_t columns)
{
    double all[64];
    for (int i = 0; i < rows * columns; i++) all[i] = golden_number(x);
    return columns > 1 ? wk_from(all, WK_SHAPE(rows, columns), WK_F64) : wk_from(all, WK_SHAPE(rows), WK_F64);
}

/* Rows in batches of 4, 4 and 2, and the layers of tests/golden/clip.py, their running statistics all 5. */
static wk_module *norms_and_rows(wk_loader **loader)
{
    WK_NO_GRAD(making);
    uint32_t x = 1;
    wk_tensor *rows = numbers(&x, 10, 3);
    *loader = wk_loader_new(wk_dataset_tensors(&rows, NULL, 1), .batch_size = 4);
    wk_module *net = wk_nn_sequential(wk_nn_batch_norm1d(3, .dtype = WK_F64), wk_nn_linear(3, 4, .dtype = WK_F64),
                                      wk_nn_relu(), wk_nn_batch_norm1d(4, .dtype = WK_F64, .momentum = 0.75));
    wk_copy_(wk_parameter(net, "1.weight"), numbers(&x, 4, 3));
    wk_copy_(wk_parameter(net, "1.bias"), numbers(&x, 4, 1));
    wk_state *buffers = wk_buffers(net);
    for (int i = 0; i < wk_state_count(buffers); i++) wk_fill_(wk_state_at(buffers, i), 5);
    return net;
}

static void check_buffers(wk_module *net, const double *expected, double tolerance)
{
    wk_state *buffers = wk_buffers(net);
    CHECK(wk_state_count(buffers) == 6);
    for (int i = 0; i < 6; i++) {
        wk_tensor *t = wk_to(wk_state_at(buffers, i), WK_F64);
        double values[4];
        wk_read(t, values, (size_t)wk_numel(t) * sizeof *values);
        for (int64_t k = 0; k < wk_numel(t); k++) CHECK_NEAR(values[k], *expected++, tolerance);
    }
}

TEST(update_bn, matches_pytorch_whatever_came_before)
{
    wk_loader *loader;
    wk_module *net = norms_and_rows(&loader);
    for (int again = 0; again < 2; again++) {
        CHECK(wk_update_bn(net, loader) == WK_OK && wk_loader_epoch(loader) == again + 1);
        check_buffers(net, golden_update_bn, 1e-14);
    }
}

TEST(update_bn, puts_modes_and_momenta_back_and_makes_no_graph)
{
    wk_loader *loader;
    wk_module *net = norms_and_rows(&loader);
    wk_train(net, false);
    wk_train(wk_module_child_at(net, 3), true);
    CHECK(wk_update_bn(net, loader) == WK_OK);
    for (int i = 0; i < 4; i++) CHECK(wk_is_training(wk_module_child_at(net, i)) == (i == 3));
    CHECK(!wk_is_training(net) && !wk_grad(wk_parameter(net, "1.weight")));
    wk_tensor *mean = wk_state_get(wk_state_dict(net), "3.running_mean"); /* next: a quarter of it, and of the batch */
    wk_tensor *x = wk_ones(WK_SHAPE(2, 4), WK_F64), *expected = wk_add_scalar(wk_mul_scalar(mean, 0.25), 0.75);
    wk_forward(wk_module_child_at(net, 3), x);
    CHECK(wk_allclose(mean, expected, 1e-14, 1e-14));
}

static wk_status stop(void *user, wk_module *m, wk_tensor **in, int nin)
{
    (void)m, (void)in, (void)nin;
    return ++*(int *)user == 2 ? wk_fail(WK_E_RANGE, "enough") : WK_OK;
}

TEST(update_bn, leaves_all_as_it_was_after_an_error)
{
    static const double fives[16] = { 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5 };
    wk_loader *loader;
    wk_module *net = norms_and_rows(&loader);
    int calls = 0;
    const int hook = wk_module_hook(wk_module_child_at(net, 2), stop, NULL, &calls);
    CHECK(wk_update_bn(net, loader) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "enough");
    check_buffers(net, fives, 0);
    wk_module_remove_hook(wk_module_child_at(net, 2), hook);
    CHECK(wk_loader_seek(loader, 0, 0) == WK_OK && wk_update_bn(net, loader) == WK_OK);
    check_buffers(net, golden_update_bn, 1e-14);
    CHECK(wk_update_bn(NULL, loader) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "update_bn");
    CHECK(wk_update_bn(net, NULL) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "loader");
    check_buffers(net, golden_update_bn, 1e-14);
}

TEST(update_bn, of_a_model_without_statistics_reads_nothing)
{
    wk_loader *loader;
    norms_and_rows(&loader);
    wk_module *net =
        wk_nn_sequential(wk_nn_batch_norm1d(3, .track_running_stats = false), wk_nn_layer_norm(WK_DIMS(3)));
    CHECK(wk_update_bn(net, loader) == WK_OK && wk_loader_batch(loader) == 0);
}

WICK_TEST_MAIN
