/* Batches on a device: those of a loader for the CPU, bit by bit, whoever fills them and however late copies and steps
 * run; kept ones, failures at any call, and an end at any moment. */
#include "cuda_check.h"
#include "data/loader.h"
#include "tests/emu/include/emu_control.h"
#include "wick/wick.h"

WICK_ON_CPU("it compares the CPU with the device")

enum { ROWS = 45, WIDTH = 33, ITEMS = 3, EPOCHS = 3, BATCH = 7, MOST = 256 };
typedef enum kind { PLAIN, PADDED, FLAT, KINDS } kind;
static const int worker_counts[] = { 0, 1, 2 };
enum { COUNTS = sizeof worker_counts / sizeof *worker_counts };

/* x [ROWS, WIDTH] f32, y [ROWS] i64, "picture" [ROWS, 4, 5] u8 */
static wk_dataset *plain_rows(void)
{
    float x[ROWS][WIDTH];
    uint8_t pictures[ROWS][4][5];
    int64_t y[ROWS];
    for (int r = 0; r < ROWS; r++) {
        for (int k = 0; k < WIDTH; k++) x[r][k] = (float)(r * 100 + k) / 64;
        for (int k = 0; k < 20; k++) pictures[r][k / 5][k % 5] = (uint8_t)(r * 7 + k);
        y[r] = r % 4;
    }
    wk_tensor *fields[] = { wk_from(x, WK_SHAPE(ROWS, WIDTH), WK_F32), wk_from(y, WK_SHAPE(ROWS), WK_I64),
                            wk_from(pictures, WK_SHAPE(ROWS, 4, 5), WK_U8) };
    return wk_dataset_tensors(fields, (const char *[]){ "x", "y", "picture" }, 3);
}

/* x [items, ITEMS] f32 and y [items] i64 by rows of 0 to 11 items, "row" [ROWS] i64 */
static wk_dataset *ragged_rows(void)
{
    float x[12 * ROWS][ITEMS];
    int64_t y[12 * ROWS], rows[ROWS], offsets[ROWS + 1] = { 0 };
    for (int r = 0; r < ROWS; r++) offsets[r + 1] = offsets[r] + r * 7 % 12, rows[r] = r;
    const int64_t n = offsets[ROWS];
    for (int64_t i = 0; i < n; i++) {
        for (int k = 0; k < ITEMS; k++) x[i][k] = (float)(i * 10 + k);
        y[i] = i % 5;
    }
    wk_tensor *fields[] = { wk_from(x, WK_SHAPE(n, ITEMS), WK_F32), wk_from(y, WK_SHAPE(n), WK_I64),
                            wk_from(rows, WK_SHAPE(ROWS), WK_I64) };
    return wk_dataset_ragged(fields, (const char *[]){ "x", "y", "row" }, 3,
                             wk_from(offsets, WK_SHAPE(ROWS + 1), WK_I64));
}

static wk_loader *loader_of(wk_dataset *set, kind k, wk_device device, int workers)
{
    return wk_loader_new(set, .batch_size = BATCH, .shuffle = true, .seed = 3, .seed_from_process = false,
                         .device = device, .num_workers = workers, .flat = k == FLAT);
}

static wk_dataset *rows_of(kind k) { return k == PLAIN ? plain_rows() : ragged_rows(); }

/* Before anything is on a device. Memory is not cached where none is to be used that was freed. */
static bool begin_with(const char *cache)
{
    setenv("WICK_CUDA_CACHE", cache, 1);
    return cuda_here();
}

static bool begin(void) { return begin_with("0"); }

static bool same(wk_tensor *here, wk_tensor *there)
{
    wk_tensor *t = wk_to_device(there, WK_CPU);
    if (!t || wk_numel(t) != wk_numel(here) || wk_dtype_of(t) != wk_dtype_of(here)) return false;
    for (int d = 0; d < wk_ndim(here); d++)
        if (wk_size(t, d) != wk_size(here, d)) return false;
    const size_t bytes = (size_t)wk_numel(t) * wk_dtype_size(wk_dtype_of(t));
    return bytes == 0 || !memcmp(wk_data(t), wk_data(here), bytes);
}

/* ---- Values ---- */

/* Reads each batch as soon as it is there. */
static void check_at_once(kind k, int workers)
{
    WK_SCOPE(one);
    wk_dataset *set = rows_of(k);
    wk_loader *here = loader_of(set, k, WK_CPU, 0), *there = loader_of(set, k, wk_cuda(0), workers);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        int n = 0;
        for (wk_batch *a, *b; (a = wk_loader_next(here)); n++) {
            WK_SCOPE(batch);
            CHECK((b = wk_loader_next(there)) && wk_batch_size(a) == wk_batch_size(b));
            CHECK(wk_device_of(wk_batch_x(b)) == wk_cuda(0));
            for (int f = 0; f < 3; f++) CHECK(same(wk_batch_field(a, f), wk_batch_field(b, f)));
            if (k != PLAIN) CHECK(same(wk_batch_lengths(a), wk_batch_lengths(b)));
            if (k == PADDED) CHECK(same(wk_batch_mask(a), wk_batch_mask(b)));
        }
        CHECK(n == (ROWS + BATCH - 1) / BATCH && !wk_loader_next(there) && !wk_failed());
    }
}

TEST(cuda_loader, has_the_bits_of_the_cpu_in_what_is_read_at_once)
{
    if (!begin()) return;
    for (unsigned seed = 0; seed < 3; seed++)
        for (int w = 0; w < COUNTS; w++)
            for (kind k = PLAIN; k < KINDS; k++) {
                sow(seed);
                check_at_once(k, worker_counts[w]);
            }
    sow(0);
}

/* Steps that nobody waits for: each takes copies of its batch, and all are looked at when the epochs are over. */
static void check_late(kind k, int workers)
{
    WK_SCOPE(one);
    wk_dataset *set = rows_of(k);
    wk_loader *here = loader_of(set, k, WK_CPU, 0), *there = loader_of(set, k, wk_cuda(0), workers);
    wk_tensor *want[MOST], *got[MOST];
    int n = 0;
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        for (wk_batch *a, *b; (a = wk_loader_next(here));) {
            CHECK(b = wk_loader_next(there));
            for (int f = 0; f < 3; f++, n++) {
                want[n] = wk_clone(wk_batch_field(a, f));
                got[n] = wk_clone(wk_batch_field(b, f));
            }
        }
        CHECK(!wk_loader_next(there) && !wk_failed());
    }
    for (int i = 0; i < n; i++) CHECK(same(want[i], got[i]));
}

TEST(cuda_loader, has_the_bits_of_the_cpu_in_what_late_steps_read)
{
    if (!begin()) return;
    for (unsigned seed = 0; seed < 4; seed++)
        for (int w = 0; w < COUNTS; w++)
            for (kind k = PLAIN; k < KINDS; k++) {
                sow(seed);
                check_late(k, worker_counts[w]);
            }
    sow(0);
}

TEST(cuda_loader, leaves_what_is_kept_of_a_batch_as_it_was)
{
    if (!begin()) return;
    for (int w = 0; w < COUNTS; w++) {
        WK_SCOPE(one);
        wk_dataset *set = plain_rows();
        wk_loader *here = loader_of(set, PLAIN, WK_CPU, 0),
                  *there = loader_of(set, PLAIN, wk_cuda(0), worker_counts[w]);
        wk_tensor *want[MOST], *got[MOST];
        int n = 0;
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            for (wk_batch *a, *b; (a = wk_loader_next(here)); n++) {
                CHECK(b = wk_loader_next(there));
                want[n] = wk_detach(wk_batch_x(a));
                got[n] = wk_detach(wk_batch_x(b)); /* another handle, the same memory */
            }
            CHECK(!wk_loader_next(there) && !wk_failed());
        }
        for (int i = 0; i < n; i++) CHECK(same(want[i], got[i]));
    }
}

TEST(cuda_loader, fills_two_places_in_turn_for_batches_that_nobody_keeps)
{
    if (!begin()) return;
    for (int w = 0; w < COUNTS; w++) {
        WK_SCOPE(one);
        wk_loader *loader = loader_of(plain_rows(), PLAIN, wk_cuda(0), worker_counts[w]);
        const void *at[2] = { NULL, NULL };
        for (int i = 0; i < 3 * ROWS / BATCH; i++) {
            wk_batch *b = wk_loader_next(loader);
            if (!b) b = wk_loader_next(loader);
            CHECK(b);
            const void *now = wk_batch_x(b)->v.data;
            if (!at[i % 2]) at[i % 2] = now;
            CHECK(at[i % 2] == now && at[0] != at[1]);
        }
    }
}

/* What was kept is read by a step behind the batch's end, and then let go of. */
TEST(cuda_loader, leaves_what_was_kept_for_a_while_until_it_has_been_read)
{
    if (!begin()) return;
    for (int w = 0; w < COUNTS; w++) {
        WK_SCOPE(all);
        wk_dataset *set = plain_rows();
        wk_loader *here = loader_of(set, PLAIN, WK_CPU, 0),
                  *there = loader_of(set, PLAIN, wk_cuda(0), worker_counts[w]);
        wk_tensor *want[MOST], *got[MOST];
        wk_batch *a = wk_loader_next(here), *b = wk_loader_next(there);
        for (int n = 0; n < ROWS / BATCH; n++) {
            WK_SCOPE(one);
            wk_tensor *kept = wk_detach(wk_batch_x(b));
            want[n] = wk_escape(one, wk_clone(wk_batch_x(a)));
            CHECK((a = wk_loader_next(here)) && (b = wk_loader_next(there)));
            got[n] = wk_escape(one, wk_clone(kept));
        }
        for (int i = 0; i < ROWS / BATCH; i++) CHECK(same(want[i], got[i]));
    }
}

/* Its places may be memory that was freed, and that late steps still read. */
TEST(cuda_loader, takes_memory_of_others_when_they_are_done)
{
    if (!begin_with("1")) return;
    for (int w = 0; w < COUNTS; w++) {
        WK_SCOPE(all);
        wk_loader *loader = loader_of(plain_rows(), PLAIN, wk_cuda(0), worker_counts[w]);
        wk_tensor *ones = wk_full(WK_SHAPE(BATCH, WIDTH), WK_F32, 1), *got[2 * WKI_UPLOAD_SETS];
        const void *at[2 * WKI_UPLOAD_SETS];
        bool met = false;
        {
            WK_SCOPE(freed);
            wk_tensor *there[2 * WKI_UPLOAD_SETS];
            for (int i = 0; i < 2 * WKI_UPLOAD_SETS; i++) {
                CHECK(there[i] = wk_to_device(ones, wk_cuda(0)));
                at[i] = there[i]->v.data;
            }
            CHECK(!wk_cuda_synchronize(wk_cuda(0)));
            for (int i = 0; i < 2 * WKI_UPLOAD_SETS; i++) got[i] = wk_escape(freed, wk_clone(there[i]));
        }
        for (int n = 0; n < 4; n++) {
            wk_batch *b = wk_loader_next(loader);
            CHECK(b);
            for (int i = 0; i < 2 * WKI_UPLOAD_SETS; i++) met |= at[i] == wk_batch_x(b)->v.data;
        }
        CHECK(met);
        for (int i = 0; i < 2 * WKI_UPLOAD_SETS; i++) CHECK(same(ones, got[i]));
    }
}

static void wait_until_filled(wk_loader *loader, int64_t batch)
{
    for (bool ready = false; !ready;) {
        wki_lock(&loader->lock);
        ready = loader->slots[batch % loader->nslots].ready;
        wki_unlock(&loader->lock);
    }
}

TEST(cuda_loader, sends_the_next_batch_ahead_where_it_is_there)
{
    if (!begin()) return;
    for (int w = 0; w < COUNTS; w++) {
        WK_SCOPE(one);
        wk_loader *loader = loader_of(plain_rows(), PLAIN, wk_cuda(0), worker_counts[w]);
        for (int64_t batch = 0; batch < ROWS / BATCH; batch++) {
            for (int ahead = 0; worker_counts[w] && ahead < 2; ahead++) wait_until_filled(loader, batch + ahead);
            CHECK(wk_loader_next(loader));
            CHECK(loader->uploads[batch % 2].batch == batch);
            CHECK(loader->uploads[(batch + 1) % 2].batch == (worker_counts[w] ? batch + 1 : -1));
        }
    }
}

/* Two of them, one of which is sent elsewhere in between: each has its own batches. */
TEST(cuda_loader, shares_a_device_and_goes_where_it_is_sent)
{
    if (!begin()) return;
    for (int w = 0; w < COUNTS; w++) {
        WK_SCOPE(one);
        wk_dataset *set = plain_rows();
        wk_loader *here = loader_of(set, PLAIN, WK_CPU, 0),
                  *first = loader_of(set, PLAIN, wk_cuda(0), worker_counts[w]),
                  *second = loader_of(set, PLAIN, wk_cuda(0), worker_counts[w]);
        wk_tensor *want[MOST], *got[MOST];
        int n = 0;
        for (int i = 0; i < 30; i++) {
            const int64_t epoch = below(EPOCHS), batch = below(ROWS / BATCH);
            CHECK(!wk_loader_seek(here, epoch, batch) && !wk_loader_seek(first, epoch, batch));
            if (i % 3 == 0) CHECK(!wk_loader_seek(second, epoch, batch));
            wk_batch *a = wk_loader_next(here), *b = wk_loader_next(first), *c = wk_loader_next(second);
            CHECK(a && b && (c || !wk_failed()));
            want[n] = wk_clone(wk_batch_x(a)), got[n++] = wk_clone(wk_batch_x(b));
            if (i % 3) continue;
            want[n] = wk_clone(wk_batch_x(a)), got[n++] = wk_clone(wk_batch_x(c));
        }
        for (int i = 0; i < n; i++) CHECK(same(want[i], got[i]));
    }
}

/* ---- Steps ---- */

typedef struct learner {
    wk_module *net;
    wk_optim *opt;
} learner;

static wk_tensor *step(void *user, wk_tensor *const *in, int n)
{
    learner *m = user;
    (void)n;
    wk_zero_grad(m->opt);
    wk_tensor *loss = wk_cross_entropy(wk_forward(m->net, in[0]), in[1]);
    wk_backward(loss);
    wk_step(m->opt);
    return loss;
}

static learner learner_there(void)
{
    wk_manual_seed(5);
    learner m = { .net = wk_nn_linear(WIDTH, 4) };
    CHECK(wk_module_to(m.net, wk_cuda(0), WK_F32));
    m.opt = wk_optim_by_name("sgd", wk_parameters(m.net), "lr=0.01");
    CHECK(m.opt);
    return m;
}

TEST(cuda_loader, teaches_a_captured_step_what_tensors_sent_one_by_one_teach)
{
    if (!begin()) return;
    for (unsigned seed = 0; seed < 3; seed++) {
        WK_SCOPE(one);
        sow(seed);
        wk_dataset *set = plain_rows();
        wk_loader *here = loader_of(set, PLAIN, WK_CPU, 0), *there = loader_of(set, PLAIN, wk_cuda(0), 2);
        learner plain = learner_there(), planned = learner_there();
        wk_plan *plan = wk_capture(step, &planned);
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            for (wk_batch *a, *b; (a = wk_loader_next(here));) {
                WK_SCOPE(batch);
                wk_tensor *sent[] = { wk_to_device(wk_batch_x(a), wk_cuda(0)),
                                      wk_to_device(wk_batch_y(a), wk_cuda(0)) };
                CHECK(step(&plain, sent, 2));
                CHECK(b = wk_loader_next(there));
                CHECK(wk_plan_run(plan, (wk_tensor *[]){ wk_batch_x(b), wk_batch_y(b) }, 2));
            }
            CHECK(!wk_loader_next(there) && !wk_failed());
        }
        wk_params *p = wk_parameters(plain.net), *q = wk_parameters(planned.net);
        for (int i = 0; i < wk_params_count(p); i++)
            CHECK(same(wk_to_device(wk_params_at(p, i), WK_CPU), wk_params_at(q, i)));
        CHECK(wk_plan_stats_of(plan).replays >= 2 * ROWS / BATCH);
    }
    sow(0);
}

/* ---- Ends and failures, which the emulator alone can arrange ---- */

typedef struct control {
    void (*plan)(wki_emu_fail_kind kind, unsigned long nth, int error);
    wki_emu_live_t (*live)(void);
    const char *(*last_fault)(void);
} control;

static bool emulated(control *c)
{
    if (!begin()) return false;
    CHECK(!wk_cuda_synchronize(wk_cuda(0)));
    c->plan = (void (*)(wki_emu_fail_kind, unsigned long, int))(uintptr_t)emulator("wki_emu_fail");
    c->live = (wki_emu_live_t(*)(void))(uintptr_t)emulator("wki_emu_live");
    c->last_fault = (const char *(*)(void))(uintptr_t)emulator("wki_emu_last_fault");
    if (!c->plan) printf("no emulator here: nothing was tested\n");
    return c->plan && c->live && c->last_fault;
}

static void take_batches(wk_dataset *set, int workers, int n)
{
    WK_SCOPE(one);
    wk_loader *loader = loader_of(set, PLAIN, wk_cuda(0), workers);
    for (int i = 0; i < n; i++) CHECK(wk_loader_next(loader));
}

static void check_nothing_left(const control *c, const wki_emu_live_t *before)
{
    const wki_emu_live_t now = c->live();
    ck_assert_msg(now.device_blocks == before->device_blocks && now.pinned_blocks == before->pinned_blocks,
                  "%zu blocks of the device instead of %zu, %zu of pinned memory instead of %zu", now.device_blocks,
                  before->device_blocks, now.pinned_blocks, before->pinned_blocks);
    ck_assert_msg(now.events == before->events && now.streams == before->streams,
                  "%zu events instead of %zu, %zu streams instead of %zu", now.events, before->events, now.streams,
                  before->streams);
}

TEST(cuda_loader, ends_at_any_batch_and_leaves_nothing)
{
    control c;
    if (!emulated(&c)) return;
    wk_dataset *set = plain_rows();
    take_batches(set, 0, 1); /* makes what devices keep */
    const wki_emu_live_t before = c.live();
    for (unsigned seed = 0; seed < 2; seed++)
        for (int w = 0; w < COUNTS; w++)
            for (int n = 0; n < 6; n++) {
                sow(seed);
                take_batches(set, worker_counts[w], n);
                check_nothing_left(&c, &before);
                ck_assert_msg(!wk_cuda_synchronize(wk_cuda(0)) && !*c.last_fault(), "%s", c.last_fault());
            }
    sow(0);
}

/* The host waits for a copy, the copy for the step that had its place before: two steps lie ahead. */
TEST(cuda_loader, lets_the_host_go_ahead_of_the_steps)
{
    control c;
    if (!emulated(&c)) return;
    sow(0);
    for (int w = 0; w < COUNTS; w++) {
        WK_SCOPE(one);
        wk_loader *loader = loader_of(plain_rows(), PLAIN, wk_cuda(0), worker_counts[w]);
        CHECK(!wk_cuda_synchronize(wk_cuda(0)));
        const unsigned long before = c.live().kernels;
        for (int n = 0; n < ROWS / BATCH; n++) {
            wk_batch *b = wk_loader_next(loader);
            const unsigned long most = n > 2 ? (unsigned long)n - 2 : 1; /* 1: new memory waits for all */
            CHECK(b && c.live().kernels - before <= most);
            wk_square(wk_batch_x(b)); /* a step of one kernel */
        }
        CHECK(!wk_cuda_synchronize(wk_cuda(0)) && c.live().kernels - before == ROWS / BATCH);
    }
}

/* An epoch of right batches, up to a failure if there is one: of the loader, or of what reads its batches. */
typedef enum outcome { RIGHT, LOADER_FAILED, READER_FAILED } outcome;

static outcome take_epoch(wk_loader *here, wk_loader *there, wk_status expected)
{
    WK_SCOPE(one);
    wk_tensor *want[MOST], *got[MOST];
    int n = 0;
    outcome is = RIGHT;
    for (wk_batch *a, *b; is == RIGHT && (a = wk_loader_next(here)); n++) {
        want[n] = wk_clone(wk_batch_x(a));
        if (!(b = wk_loader_next(there))) {
            CHECK_ERROR(expected, "batch");
            is = LOADER_FAILED;
        } else if (!(got[n] = wk_clone(wk_batch_x(b)))) {
            is = READER_FAILED;
        }
    }
    wk_error_clear();
    for (int i = 0; i < (is == RIGHT ? n : n - 1); i++) {
        if (same(want[i], got[i])) continue;
        CHECK(wk_failed()); /* else the values are wrong */
        wk_error_clear();
        is = is == RIGHT ? READER_FAILED : is;
    }
    return is;
}

static outcome fail_once(const control *c, wk_dataset *set, int workers, wki_emu_fail_kind kind, unsigned long nth)
{
    WK_SCOPE(one);
    const bool memory = kind == WKI_EMU_FAIL_MALLOC;
    const wk_status expected = memory ? WK_E_MEMORY : WK_E_DEVICE;
    wk_loader *here = loader_of(set, PLAIN, WK_CPU, 0);
    c->plan(kind, nth, memory ? 2 : 999);
    wk_loader *there = loader_of(set, PLAIN, wk_cuda(0), workers);
    outcome is = LOADER_FAILED;
    if (there) {
        is = take_epoch(here, there, expected);
        c->plan(kind, 0, 0);
        CHECK(!wk_loader_reset(here, 0) && !wk_loader_reset(there, 0));
        CHECK(take_epoch(here, there, WK_OK) == RIGHT);
        return is;
    }
    c->plan(kind, 0, 0);
    CHECK_ERROR(expected, "cuda:0");
    return LOADER_FAILED;
}

static void fail_at_each(wki_emu_fail_kind kind)
{
    control c;
    if (!emulated(&c)) return;
    unsigned long (*const count)(wki_emu_fail_kind) =
        (unsigned long (*)(wki_emu_fail_kind))(uintptr_t)emulator("wki_emu_count");
    wk_dataset *set = plain_rows();
    take_batches(set, 0, 1);
    for (int w = 0; w < COUNTS; w++) {
        int met[3] = { 0 };
        const unsigned long from = count(kind);
        CHECK(fail_once(&c, set, worker_counts[w], kind, 0) == RIGHT);
        const unsigned long calls = count(kind) - from; /* of two epochs, of which the first alone may fail */
        for (unsigned long nth = 1; nth <= calls; nth++) {
            const wki_emu_live_t before = c.live();
            met[fail_once(&c, set, worker_counts[w], kind, nth)]++;
            check_nothing_left(&c, &before);
        }
        CHECK(met[LOADER_FAILED] > 0 && met[RIGHT] > 0); /* right: memory that is not pinned serves, too */
    }
}

TEST(cuda_loader, tells_of_memory_that_is_not_there_and_starts_anew) { fail_at_each(WKI_EMU_FAIL_MALLOC); }
TEST(cuda_loader, tells_of_any_call_that_fails_and_starts_anew) { fail_at_each(WKI_EMU_FAIL_CALL); }
WICK_TEST_MAIN
