/* Laws that only odd programs of calls try; tests/fuzz looks for more. */
#include "wick/tensor.h"
#include "wick_check.h"

static void *counting_allocate(void *user, size_t bytes, size_t align)
{
    void *memory = NULL;
    if (posix_memalign(&memory, align < sizeof(void *) ? sizeof(void *) : align, bytes)) return NULL;
    ++*(int *)user;
    return memory;
}

static void counting_release(void *user, void *memory, size_t bytes)
{
    (void)bytes;
    --*(int *)user;
    free(memory);
}

TEST_ON_CPU(memory, of_tensors_without_elements_is_given_back, "an allocator comes before all else")
{
    static int blocks; /* the allocator stays where laws share a process */
    const wk_allocator allocator = { counting_allocate, counting_release, &blocks };
    ck_assert_int_eq(wk_set_allocator(&allocator), WK_OK);
    int before;
    for (int round = 0; round < 2; round++) {
        if (round == 1) before = blocks;
        WK_SCOPE(work);
        for (int i = 0; i < 100; i++) wk_zeros(WK_SHAPE(0, 3), WK_F32);
    }
    wk_memory_trim();
    ck_assert_int_le(blocks, before);
    CHECK_OK();
}

TEST(grad, of_a_tensor_is_never_the_tensor_itself)
{
    wk_tensor *t = wk_ones(WK_SHAPE(2), WK_F32);
    ck_assert_int_eq(wk_set_grad(t, t), WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "set_grad", "its own gradient");
    CHECK_NULL(wk_grad(t));
}

TEST(backward, takes_a_leaf_among_several_roots)
{
    wk_tensor *w = wk_requires_grad(wk_ones(WK_SCALAR, WK_F64)), *v = wk_requires_grad(wk_scalar(2, WK_F64));
    ck_assert_int_eq(wk_backward_all((wk_tensor *[]){ wk_square(v), w }, NULL, 2, false, false), WK_OK);
    CHECK_NEAR(wk_item(wk_grad(w)), 1, 0);
    CHECK_NEAR(wk_item(wk_grad(v)), 4, 0);
}

static wk_tensor *as_it_is(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    return in[0];
}

TEST(checkpoint, of_a_function_that_returns_its_input_passes_the_gradient_on)
{
    wk_tensor *w = wk_requires_grad(wk_scalar(3, WK_F64));
    wk_backward(wk_square(wk_checkpoint(as_it_is, NULL, &w, 1)));
    CHECK_NEAR(wk_item(wk_grad(w)), 6, 0);
    CHECK_OK();
}

TEST(one_hot, refuses_numbers_that_no_memory_has_classes_for)
{
    const int64_t most[] = { INT64_MAX, 3 };
    wk_tensor *t = wk_from(most, WK_SHAPE(2), WK_I64);
    CHECK_NULL(wk_one_hot(t, -1));
    CHECK_ERROR(WK_E_RANGE, "one_hot", "9007199254740993 classes");
    CHECK_NULL(wk_one_hot(t, 4));
    CHECK_ERROR(WK_E_RANGE, "one_hot", "3 to 9223372036854775808; 4 classes");
}

static wk_tensor *squared(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    return wk_square(in[0]);
}
static wk_tensor *own_forward(wk_function *f, wk_tensor *const *in, int n)
{
    (void)n;
    wk_save_for_backward(f, in[0]);
    return wk_square(in[0]);
}
static wk_status own_backward(wk_function *f, wk_tensor *g, wk_tensor **d)
{
    d[0] = wk_mul(g, wk_saved(f, 0));
    return wk_error();
}

/* The graph of y keeps h, and h's new history is that graph: all of them die nevertheless. */
TEST(in_place, takes_what_was_made_of_the_tensor_itself)
{
    static const wk_function_ops own = { sizeof own, "own", 0, own_forward, own_backward, NULL };
    const int64_t before = wk_live_objects();
    for (int kind = 0; kind < 4; kind++) {
        WK_SCOPE(work);
        wk_tensor *w = wk_requires_grad(wk_ones(WK_SHAPE(2), WK_F64));
        wk_tensor *h = kind == 3 ? wk_zeros(WK_SHAPE(2), WK_F64) : wk_neg(w);
        wk_tensor *y = kind == 0   ? wk_mul(h, h)
                       : kind == 1 ? wk_checkpoint(squared, NULL, &h, 1)
                       : kind == 2 ? wk_apply(&own, &h, 1, NULL)
                                   : wk_mul(w, h);
        ck_assert_int_eq(wk_add_(h, y), WK_OK);
        ck_assert_int_eq(wk_backward(wk_sum(h)), WK_E_STATE);
        wk_error_clear();
    }
    ck_assert_int_eq(wk_live_objects(), before);
}

TEST(histogram, of_numbers_too_large_to_tell_apart_counts_all)
{
    wk_tensor *t = wk_full(WK_SHAPE(3), WK_F32, 1e19);
    CHECK_NEAR(wk_item(wk_sum(wk_histogram(t, 4, NULL))), 3, 0);
    CHECK_NEAR(wk_item(wk_sum(wk_histc(t, 4, 0, 0))), 3, 0);
    CHECK_OK();
    CHECK_NULL(wk_histogram(t, INT64_MAX, NULL));
    CHECK_ERROR(WK_E_RANGE, "histogram", "too many");
}

WICK_TEST_MAIN
