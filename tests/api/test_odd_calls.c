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

TEST(memory, of_tensors_without_elements_is_given_back)
{
    int blocks = 0;
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

WICK_TEST_MAIN
