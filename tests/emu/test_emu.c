/* The kernel language on the emulator: what kernels may rely on, and which mistakes end them. Whatever is right gives
 * the same bits under all seeds. */
#include "emu_check.h"
#include "test_kernels.h"
#include <math.h>

#ifdef __has_feature
#define FEATURE(name) __has_feature(name)
#else
#define FEATURE(name) 0
#endif
#if defined(__SANITIZE_THREAD__) || FEATURE(thread_sanitizer)
enum { TSAN = 1, SANITIZED = 1 };
#elif defined(__SANITIZE_ADDRESS__) || FEATURE(address_sanitizer)
enum { TSAN = 0, SANITIZED = 1 };
#else
enum { TSAN = 0, SANITIZED = 0 };
#endif
#ifdef WKI_EMU_TRAPS /* kernels were built so that they stop there */
enum { TRAPS = 1 };
#else
enum { TRAPS = 0 };
#endif

enum { SEEDS = 8 };

static void setup(float **x, float **y, int n)
{
    float *host = malloc((size_t)n * sizeof(float));
    for (int i = 0; i < n; i++) host[i] = (float)(i * 2654435761u % 1000) / 7.0f;
    *x = on_device(host, (size_t)n * sizeof(float));
    *y = on_device(NULL, (size_t)n * sizeof(float));
    free(host);
}

static void leave(void *x, void *y)
{
    OK(cudaFree(x));
    OK(cudaFree(y));
}

TEST(language, every_thread_runs_once)
{
    static const unsigned shapes[][6] = { { 1, 1, 1, 1, 1, 1 },
                                          { 7, 1, 1, 33, 1, 1 },
                                          { 3, 4, 5, 4, 3, 2 },
                                          { 2, 1, 3, 1, 1, 64 },
                                          { 5, 2, 1, 1024, 1, 1 } };
    for (unsigned seed = 0; seed < SEEDS; seed++)
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
            const unsigned *h = shapes[s], n = h[0] * h[1] * h[2] * h[3] * h[4] * h[5];
            wki_emu_seed(seed);
            unsigned *counts = malloc(n * sizeof *counts), *at = on_device(NULL, n * sizeof *counts);
            OK(cudaMemset(at, 0, n * sizeof *counts));
            t_visit(at, h[0], h[1], h[2], h[3], h[4], h[5], NULL);
            fetch(counts, at, n * sizeof *counts);
            for (unsigned i = 0; i < n; i++) CHECK_INT(counts[i], 1);
            free(counts);
            OK(cudaFree(at));
        }
}

/* The same tree in plain C. */
static float tree(const float *x, int n, int block, int blocks)
{
    float s[256];
    for (int t = 0; t < 256; t++) {
        s[t] = 0;
        for (int i = block * 256 + t; i < n; i += blocks * 256) s[t] += x[i];
    }
    for (int k = 128; k; k /= 2)
        for (int t = 0; t < k; t++) s[t] += s[t + k];
    return s[0];
}

TEST(language, barriers_order_shared_memory)
{
    enum { N = 5000, BLOCKS = 5 };
    float *x, *y, host[N], got[BLOCKS];
    setup(&x, &y, N);
    fetch(host, x, sizeof host);
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        wki_emu_seed(seed);
        t_sum(x, y, N, BLOCKS, NULL);
        fetch(got, y, sizeof got);
        for (int b = 0; b < BLOCKS; b++) CHECK(got[b] == tree(host, N, b, BLOCKS));
    }
    leave(x, y);
}

TEST(language, kernels_that_wait_for_nothing_change_no_stacks)
{
    float *x, *y;
    setup(&x, &y, 10000);
    unsigned long before = wki_emu_live().switches;
    t_scale(x, y, 2, 10000, NULL);
    OK(cudaDeviceSynchronize());
    CHECK(SANITIZED || wki_emu_live().switches - before <= 2);
    leave(x, y);
}

TEST(language, barriers_count_votes)
{
    int x[96], out[96];
    for (int i = 0; i < 96; i++) x[i] = i % 5;
    for (int round = 0; round < 3; round++) {
        wki_emu_seed((unsigned)round * 3);
        int odd = 0, any = 0, all = 1;
        if (round == 1) x[50] = 7;
        if (round == 2) x[70] = -1;
        for (int i = 0; i < 96; i++) odd += x[i] & 1, any |= x[i] == 7, all &= x[i] >= 0;
        int *in = on_device(x, sizeof x), *at = on_device(NULL, sizeof out);
        t_votes(in, at, 96, NULL);
        fetch(out, at, sizeof out);
        for (int i = 0; i < 96; i++) CHECK_INT(out[i], any * 10000 + all * 1000 + odd);
        leave(in, at);
    }
}

TEST(language, shuffles_bring_the_named_lane)
{
    int64_t x[64], out[256];
    for (int i = 0; i < 64; i++) x[i] = (int64_t)i * 10000000001ll;
    int64_t *in = on_device(x, sizeof x), *at = on_device(NULL, sizeof out);
    for (unsigned seed = 0; seed < SEEDS; seed++)
        for (int width = 4; width <= 32; width *= 2) {
            wki_emu_seed(seed);
            t_shuffles(in, at, width, NULL);
            fetch(out, at, sizeof out);
            for (int i = 0; i < 64; i++) {
                int p = i % width, from = i - p;
                CHECK_INT(out[i * 4], x[p >= 3 ? i - 3 : i]);
                CHECK_INT(out[i * 4 + 1], x[p + 3 < width ? i + 3 : i]);
                CHECK_INT(out[i * 4 + 2], x[i ^ 3]);
                CHECK_INT(out[i * 4 + 3], x[from + 3]);
            }
        }
    leave(in, at);
}

TEST(language, warps_vote)
{
    int x[32];
    unsigned out[96], want = 0;
    for (int i = 0; i < 32; i++) {
        x[i] = i % 3 ? 0 : i;
        want |= (unsigned)(x[i] != 0) << i;
    }
    int *in = on_device(x, sizeof x);
    unsigned *at = on_device(NULL, sizeof out);
    t_warp_votes(in, at, NULL);
    fetch(out, at, sizeof out);
    for (int i = 0; i < 32; i++) CHECK(out[i * 3] == want && !out[i * 3 + 1] && out[i * 3 + 2]);
    leave(in, at);
}

TEST(language, parts_of_a_warp_meet_on_their_own)
{
    float *x, *y, host[32], got[32];
    setup(&x, &y, 32);
    for (int i = 0; i < 32; i++) host[i] = (float)i;
    OK(cudaMemcpy(x, host, sizeof host, cudaMemcpyHostToDevice));
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        wki_emu_seed(seed);
        t_half_warps(x, y, NULL);
        fetch(got, y, sizeof got);
        for (int i = 0; i < 32; i++) CHECK(got[i] == (i < 16 ? 120.0f : 376.0f * 16));
    }
    leave(x, y);
}

TEST(language, atomics_add_up)
{
    enum { N = 1000 };
    for (unsigned seed = 0; seed < 4; seed++) {
        wki_emu_seed(seed);
        long long out[12] = { [7] = 0xffffffffll }, *at = on_device(out, sizeof out);
        float single;
        double wide;
        t_atomics(at, N, NULL);
        fetch(out, at, sizeof out);
        memcpy(&single, &out[2], sizeof single);
        memcpy(&wide, &out[3], sizeof wide);
        CHECK_INT(out[0], N * (N - 1) / 2);
        CHECK_INT(out[1], (1ll << 33) * N);
        CHECK(single == N && wide == N * 0.5);
        CHECK_INT(out[4], (N - 1) * 5000000000ll);
        CHECK_INT(out[5], -(N - 1) * 5000000000ll);
        CHECK_INT(out[6], N - 1);
        CHECK_INT(out[7], 1);
        CHECK(out[8] == 1 && out[9] == 1 && out[10] == 1 && out[11] == 1);
        OK(cudaFree(at));
    }
}

TEST(language, dynamic_shared_memory_has_the_launch_s_size)
{
    int x[200], y[200];
    for (int i = 0; i < 200; i++) x[i] = i * i;
    int *in = on_device(x, sizeof x), *out = on_device(NULL, sizeof y);
    t_dynamic(in, out, 200, NULL);
    fetch(y, out, sizeof y);
    for (int i = 0; i < 200; i++) CHECK_INT(y[i], x[199 - i]);
    leave(in, out);
}

TEST(language, shared_memory_starts_anew_in_each_block)
{
    unsigned out[50], *at = on_device(NULL, sizeof out);
    t_fresh_shared(at, 50, NULL);
    fetch(out, at, sizeof out);
    for (int i = 0; i < 50; i++) CHECK(out[i] == 0xffffffffu);
    OK(cudaFree(at));
}

TEST(language, device_functions_give_their_values)
{
    static const float want[] = { 22, 22, 3.14159274f, 1065353216, 8, 31, 4, 3, 5, -2, 1.5f, 4, 32, 10 };
    float out[14], *at = on_device(NULL, sizeof out);
    t_numbers(at, NULL);
    fetch(out, at, sizeof out);
    for (int i = 0; i < 14; i++) CHECK(out[i] == want[i]);
    OK(cudaFree(at));
}

TEST(language, arguments_are_copied_at_the_launch)
{
    float out[8];
    t_box box = { on_device(NULL, sizeof out), 8, 0.5 };
    float *at = box.at;
    t_box_fill(box, NULL);
    box = (t_box){ NULL, 0, 0 };
    fetch(out, at, sizeof out);
    for (int i = 0; i < 8; i++) CHECK(out[i] == 0.5f * (float)i);
    OK(cudaFree(at));
}

TEST(launch, refuses_shapes_that_no_device_has)
{
    static const unsigned one[3] = { 1, 1, 1 };
    static const unsigned blocks[][3] = { { 0, 1, 1 }, { 1025, 1, 1 }, { 1, 1, 65 }, { 32, 33, 1 }, { 1, 0, 1 } };
    static const unsigned grids[][3] = { { 0, 1, 1 }, { 1, 65536, 1 }, { 1, 1, 65536 }, { 0x80000000u, 1, 1 } };
    t_shape(one, one, NULL);
    OK(cudaGetLastError());
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        t_shape(one, blocks[i], NULL);
        CHECK_SAYS(cudaErrorInvalidConfiguration, cudaPeekAtLastError());
        CHECK_SAYS(cudaErrorInvalidConfiguration, cudaGetLastError());
        OK(cudaGetLastError());
    }
    for (size_t i = 0; i < sizeof grids / sizeof *grids; i++) {
        t_shape(grids[i], one, NULL);
        CHECK_SAYS(cudaErrorInvalidConfiguration, cudaGetLastError());
    }
    OK(cudaDeviceSynchronize());
}

TEST(launch, much_shared_memory_must_be_allowed_first)
{
    int *at = on_device(NULL, sizeof(int));
    t_shared_bytes(at, 48 * 1024, NULL);
    OK(cudaGetLastError());
    t_shared_bytes(at, 48 * 1024 + 1, NULL);
    CHECK_SAYS(cudaErrorInvalidValue, cudaGetLastError());
    CHECK_SAYS(cudaErrorInvalidValue, t_allow_shared(228 * 1024));
    CHECK_SAYS(cudaErrorInvalidValue, cudaGetLastError());
    OK(t_allow_shared(100 * 1024));
    t_shared_bytes(at, 100 * 1024, NULL);
    OK(cudaGetLastError());
    t_shared_bytes(at, 100 * 1024 + 1, NULL);
    CHECK_SAYS(cudaErrorInvalidValue, cudaGetLastError());
    OK(cudaFree(at));
}

TEST(launch, of_many_threads_is_for_kernels_that_are_made_for_them)
{
    float *x, *y;
    setup(&x, &y, 512);
    b_unbounded(x, 256, NULL);
    OK(cudaGetLastError());
    wki_emu_quiet(1);
    b_unbounded(x, 288, NULL);
    CHECK_SAYS(cudaErrorLaunchOutOfResources, cudaGetLastError());
    CHECK(strstr(wki_emu_last_fault(), "b_unbounded_kernel is launched with 288 threads"));
    OK(cudaDeviceSynchronize());
    leave(x, y);
}

TEST(launch, goes_to_streams_of_the_current_device_only)
{
    float *x, *y;
    setup(&x, &y, 10);
    cudaStream_t stream = new_stream();
    OK(cudaSetDevice(1));
    t_scale(x, y, 1, 10, stream);
    CHECK_SAYS(cudaErrorInvalidResourceHandle, cudaGetLastError());
    OK(cudaSetDevice(0));
    t_scale(x, y, 1, 10, (cudaStream_t)x);
    CHECK_SAYS(cudaErrorInvalidResourceHandle, cudaGetLastError());
    OK(cudaStreamDestroy(stream));
    leave(x, y);
}

/* The fault stays with the device, for every thread and call, until the emulator is reset. */
static void broken(cudaError_t error, const char *kernel, const char *says)
{
    void *at;
    check_fault(NULL, error, kernel, says);
    CHECK_SAYS(error, cudaGetLastError());
    CHECK_SAYS(error, cudaGetLastError());
    CHECK_SAYS(error, cudaMalloc(&at, 10));
    wki_emu_reset();
    OK(cudaGetLastError());
}

typedef struct {
    void (*run)(float *out, cudaStream_t stream);
    cudaError_t error;
    const char *kernel, *says;
} mistake;

TEST(faults, mistakes_of_threads_that_wait_are_named)
{
    static const mistake mistakes[] = {
        { b_two_barriers, cudaErrorLaunchFailure, "b_two_barriers", "another __syncthreads" },
        { b_mask_without_self, cudaErrorLaunchFailure, "b_mask_without_self", "lane 0 calls with a mask" },
        { b_mask_of_gone, cudaErrorLaunchFailure, "b_mask_of_gone", "the kernel" },
        { b_mask_of_absent, cudaErrorLaunchFailure, "b_mask_of_absent", "does not have" },
        { b_masks_differ, cudaErrorLaunchFailure, "b_masks_differ", "mask 000000ff" },
        { b_deadlock, cudaErrorLaunchTimeout, "b_deadlock", "deadlock" },
        { b_trap, cudaErrorLaunchFailure, "b_trap", "trap" },
    };
    wki_emu_quiet(1);
    float *x, *y, got[4];
    setup(&x, &y, 256);
    for (unsigned seed = 0; seed < SEEDS; seed++)
        for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
            const mistake *m = &mistakes[i];
            wki_emu_seed(seed);
            m->run(y, NULL);
            broken(m->error, m->kernel,
                   m->run == b_masks_differ || (m->run == b_mask_without_self && seed) ? "mask" : m->says);
            t_sum(x, y, 256, 1, NULL); /* and kernels go on after it as if nothing had been */
            fetch(got, y, sizeof *got);
            CHECK(got[0] > 0);
        }
    leave(x, y);
}

TEST(faults, lanes_that_have_left_are_missed_at_the_call)
{
    wki_emu_quiet(1);
    float *y = on_device(NULL, 32 * sizeof *y);
    b_mask_of_gone(y, NULL);
    broken(cudaErrorLaunchFailure, "b_mask_of_gone", "names lanes that have left the kernel");
    OK(cudaFree(y));
}

TEST(faults, what_was_queued_behind_one_does_not_run)
{
    wki_emu_quiet(1);
    float *x = on_device(NULL, 32 * sizeof *x), one = 1, got;
    OK(cudaMemcpy(x, &one, sizeof one, cudaMemcpyHostToDevice));
    b_trap(x, NULL);
    t_add(x, 1, 1, NULL);
    broken(cudaErrorLaunchFailure, "b_trap", "trap");
    fetch(&got, x, sizeof got);
    CHECK(got == 1);
    OK(cudaFree(x));
}

TEST(faults, threads_that_leave_before_a_barrier_are_named)
{
    wki_emu_quiet(1);
    float *x, *y;
    setup(&x, &y, 64);
    for (unsigned seed = 0; seed < SEEDS; seed++)
        for (int late = 0; late < 2; late++) {
            wki_emu_seed(seed);
            if (late)
                b_late_exit(y, 63, NULL);
            else
                b_early_exit(y, 1, NULL);
            broken(cudaErrorLaunchFailure, "b_exit_kernel", "__syncthreads");
        }
    leave(x, y);
}

TEST(faults, a_missing_barrier_reads_what_nobody_wrote)
{
    float *x, *y, got;
    setup(&x, &y, 256);
    if (!SANITIZED)
        for (unsigned seed = 0; seed < SEEDS; seed++) {
            wki_emu_seed(seed);
            b_missing_barrier(x, y, 256, NULL);
            fetch(&got, y, sizeof got);
            CHECK(got != got);
        }
    leave(x, y);
}

TEST(faults, writes_beyond_a_shared_array_are_seen_at_the_block_s_end)
{
    wki_emu_quiet(1);
    float *x, *y;
    setup(&x, &y, 64);
    if (!SANITIZED) {
        for (int by = -1; by <= 1; by += 2) {
            b_shared_write(y, by, NULL);
            broken(cudaErrorIllegalAddress, "b_shared_write", "shared array s");
        }
        float got[32];
        b_shared_read(y, NULL);
        fetch(got, y, sizeof got);
        CHECK(got[30] == 1 && got[31] != 1);
    }
    leave(x, y);
}

TEST(faults, addresses_outside_the_device_are_illegal)
{
    wki_emu_quiet(1);
    float *x, *y, host[4] = { 0 };
    setup(&x, &y, 100);
    if (!SANITIZED) {
        t_add(x, 1, 100000, NULL);
        broken(cudaErrorIllegalAddress, "k_add", "beyond an allocation");
        b_deep(x, NULL);
        broken(cudaErrorIllegalAddress, "b_deep", "no memory");
        b_divide((int *)x, 0, NULL);
        broken(cudaErrorLaunchFailure, "b_divide", "zero");
    }
    t_add(host, 1, 4, NULL);
    broken(cudaErrorIllegalAddress, "k_add", "memory of the host");
    float *gone = on_device(NULL, 16);
    OK(cudaFree(gone));
    t_add(gone, 1, 4, NULL);
    broken(cudaErrorIllegalAddress, "k_add", "freed");
    OK(cudaSetDevice(1));
    t_add(x, 1, 4, NULL);
    CHECK_SAYS(cudaErrorIllegalAddress, cudaDeviceSynchronize());
    OK(cudaSetDevice(0));
    OK(cudaDeviceSynchronize()); /* that was the other device's error */
    wki_emu_reset();
    leave(x, y);
}

TEST(faults, addresses_of_the_host_are_found_inside_of_structs)
{
    static float fixed[8];
    float *x, *y, host[8], *many = malloc(sizeof host);
    setup(&x, &y, 8);
    wki_emu_quiet(1);
    for (int i = 0; i < 3 && t_clears_gaps(); i++) {
        t_box_fill((t_box){ i == 0 ? host : i == 1 ? fixed : many, 8, 0.5 }, NULL);
        broken(cudaErrorIllegalAddress, "k_box_fill", "byte 0 of its arguments begins an address of the host");
    }
    t_box_fill((t_box){ NULL, 0, 0.5 }, NULL); /* is none */
    t_box_fill((t_box){ x, 8, 0.5 }, NULL);
    OK(cudaDeviceSynchronize());
    free(many);
    leave(x, y);
}

TEST(faults, what_the_host_does_and_a_gpu_does_otherwise_is_named)
{
    static const struct {
        double x;
        int by;
    } wrong[] = { { 3e9, 0 }, { -3e9, 0 }, { NAN, 0 }, { 1, 32 }, { 1, -1 } };
    float *x, *y, got;
    setup(&x, &y, 16);
    wki_emu_quiet(1);
    b_misaligned(x, 4, NULL);
    b_convert(x, 2147483647, 0, NULL);
    b_convert(x, 1, 30, NULL);
    fetch(&got, x, sizeof got);
    CHECK(got == 0x1p30f);
    if (TRAPS) {
        b_misaligned(x, 1, NULL);
        broken(cudaErrorMisalignedAddress, "b_misaligned", "multiple of what is read there");
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
            b_convert(x, wrong[i].x, wrong[i].by, NULL);
            broken(cudaErrorMisalignedAddress, "b_convert", "does not fit its integer type");
        }
    }
    leave(x, y);
}

TEST(faults, blocks_that_race_on_a_word_show_under_several_seeds)
{
    int *at = on_device(NULL, sizeof(int)), first = -1, got;
    bool differ = false;
    for (unsigned seed = 0; seed < 8 && !TSAN; seed++) { /* there the sanitizer may stop it first */
        wki_emu_seed(seed);
        b_blocks_race(at, 10, NULL);
        fetch(&got, at, sizeof got);
        CHECK(got >= 0 && got < 10);
        differ = differ || (seed && got != first);
        first = seed ? first : got;
    }
    CHECK(differ || TSAN);
    OK(cudaFree(at));
}

EMU_TEST_MAIN("emu")
