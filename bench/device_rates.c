/* How fast bytes get to a device and back, and what it computes a second: the second half of device.c. */
#include "device.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KIB = 1024, MIB = 1024 * 1024 };

/* ---- Copies ---- */

typedef struct transfer {
    wk_tensor *there, *other;
    void *here;
    size_t bytes;
    wk_loader *loader;
} transfer;

static void write_there(void *user)
{
    const transfer *t = user;
    wk_write(t->there, t->here, t->bytes);
}

static void read_back(void *user)
{
    const transfer *t = user;
    wk_read(t->there, t->here, t->bytes);
}

static void copy_there(void *user)
{
    const transfer *t = user;
    wk_copy_(t->other, t->there);
}

static void next_batch(void *user)
{
    const transfer *t = user;
    WK_SCOPE(batch);
    if (!wk_loader_next(t->loader) && !wk_failed()) wk_loader_next(t->loader);
}

/* Rows that cost nothing to make: what is left is the way of the loader's pinned memory to the device. */
static wk_status leave(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    (void)self, (void)rows, (void)n, (void)fields;
    return WK_OK;
}

static wk_loader *loader_of_nothing(size_t bytes)
{
    static const wk_dataset_ops ops = { .size = sizeof ops, .name = "nothing", .get_many = leave };
    const wk_field field = { .name = "x", .dtype = WK_U8, .ndim = 1, .shape = { (int64_t)bytes } };
    wk_dataset_opts o = wk_dataset_opts_default();
    o.ops = &ops, o.rows = 1 << 20, o.fields = &field, o.nfields = 1;
    return wk_loader_new(wk_dataset_custom(&o), .batch_size = 1);
}

enum { WAYS = 6 };
typedef struct way {
    const char *name;
    bench_work *work; /* NULL: by CUDA's own calls */
    bool back;
    int counted; /* once, or read and written */
} way;
static const way ways[WAYS] = {
    { "to it, by CUDA from pinned memory", NULL, false, 1 },  { "to it, by the loader's slots", next_batch, false, 1 },
    { "to it, from ordinary memory", write_there, false, 1 }, { "back, by CUDA to pinned memory", NULL, true, 1 },
    { "back, to ordinary memory", read_back, true, 1 },       { "on it (read and written)", copy_there, false, 2 },
};

static double rate_of(const bench_device *b, const way *w, transfer *t)
{
    int calls = (int)((size_t)(b->small ? MIB : 256 * MIB) / t->bytes);
    calls = calls < 4 ? 4 : calls > 100 ? 100 : calls;
    if (!w->work) return bench_device_plain(b->device & 0xffffff, t->bytes, calls, w->back);
    const double us = bench_device_time(b, w->work, t, calls, true);
    return us > 0 ? 1e-3 * w->counted * (double)t->bytes / us : 0;
}

static bool begin(transfer *t, size_t bytes)
{
    *t = (transfer){ .bytes = bytes, .here = malloc(bytes) };
    if (!t->here) return wk_fail(WK_E_MEMORY, "copies of %zu bytes do not fit into memory", bytes), false;
    memset(t->here, 1, bytes);
    t->there = wk_zeros(WK_SHAPE((int64_t)bytes), WK_U8);
    t->other = wk_zeros(WK_SHAPE((int64_t)bytes), WK_U8);
    t->loader = loader_of_nothing(bytes);
    return !wk_failed();
}

void bench_device_copies(const bench_device *b)
{
    static const size_t big[] = { 64 * KIB, MIB, 16 * MIB, 256 * MIB },
                        small[] = { 4 * KIB, 64 * KIB, 128 * KIB, 256 * KIB };
    const size_t *sizes = b->small ? small : big;
    double rates[WAYS][4];
    for (int i = 0; i < 4 && !wk_failed(); i++) {
        WK_SCOPE(size);
        transfer t;
        if (begin(&t, sizes[i]))
            for (int k = 0; k < WAYS; k++) rates[k][i] = rate_of(b, &ways[k], &t);
        free(t.here);
    }
    bench_device_heading(b, "copies");
    for (int k = 0; k < WAYS && !wk_failed(); k++) {
        double most = 0;
        for (int i = 0; i < 4; i++) most = rates[k][i] > most ? rates[k][i] : most;
        for (int i = 0; i < 4 && most > 0; i++) {
            char what[96];
            snprintf(what, sizeof what, "%s, %zu KiB", ways[k].name, sizes[i] / KIB);
            bench_device_row(b, what, rates[k][i], "GB/s", rates[k][i] / most, "the most");
        }
    }
}

/* ---- Products, in replays, so that what a call costs the caller is no part of it ---- */

enum { IN_A_STEP = 10 };

typedef struct product {
    wk_tensor *a, *b, *results[IN_A_STEP]; /* a plan leaves out what nobody could look at */
    wk_plan *plan;
    bool bf16;
} product;

static wk_tensor *multiply(void *user, wk_tensor *const *in, int n)
{
    product *p = user;
    (void)in, (void)n;
    for (int i = 0; i < IN_A_STEP; i++) {
        WK_SCOPE(once);
        bool old WK_CLEANUP(wk_autocast_guard) = wk_set_autocast_enabled(p->bf16);
        (void)old;
        wk_replace(&p->results[i], wk_mm(p->a, p->b));
    }
    return NULL;
}

static void replay(void *user) { wk_plan_run(((const product *)user)->plan, NULL, 0); }

static void time_product(const bench_device *b, const int64_t size[3], const char *kind)
{
    WK_SCOPE(all);
    WK_NO_GRAD(plain);
    product p = { .bf16 = !strcmp(kind, "bf16") };
    p.a = wk_randn(WK_SHAPE(size[0], size[1]), WK_F32);
    p.b = wk_randn(WK_SHAPE(size[1], size[2]), WK_F32);
    for (int i = 0; i < IN_A_STEP; i++) p.results[i] = wk_scalar(0, WK_F32);
    p.plan = wk_capture(multiply, &p);
    if (!strcmp(kind, "tf32")) wk_set_matmul_precision(WK_MATMUL_TF32);
    for (int i = 0; i < 3; i++) replay(&p);
    if (!wk_failed() && wk_plan_stats_of(p.plan).replays == 0)
        wk_fail(WK_E_STATE, "products are not replayed: %s", wk_plan_why(p.plan));
    const double flop = 2.0 * (double)size[0] * (double)size[1] * (double)size[2];
    const int calls = b->small || flop > 1e11 ? 1 : flop > 1e9 ? 5 : 20;
    const double us = bench_device_time(b, replay, &p, calls, true) / IN_A_STEP;
    wk_set_matmul_precision(WK_MATMUL_HIGHEST);
    char what[96];
    snprintf(what, sizeof what, "%s, %lld x %lld x %lld (%.2f us)", kind, (long long)size[0], (long long)size[1],
             (long long)size[2], us);
    bench_device_row(b, what, us > 0 ? 1e-6 * flop / us : 0, "TFLOP/s", 0, "");
}

/* ---- What memory's speed bounds ---- */

static void add(void *user)
{
    WK_SCOPE(call);
    wk_add(((wk_tensor **)user)[0], ((wk_tensor **)user)[1]);
}

static void sum(void *user)
{
    WK_SCOPE(call);
    wk_sum(((wk_tensor **)user)[0]);
}

static void softmax(void *user)
{
    WK_SCOPE(call);
    wk_softmax(((wk_tensor **)user)[0], 1);
}

static void time_memory(const bench_device *b)
{
    static const struct {
        const char *what;
        bench_work *work;
        int arrays; /* that it reads and writes at least */
    } rows[] = { { "add", add, 3 }, { "sum", sum, 1 }, { "softmax of rows of 1024", softmax, 2 } };
    WK_NO_GRAD(plain);
    const int64_t columns = 1024, lines = b->small ? 16 : 16 * KIB;
    wk_tensor *operands[] = { wk_randn(WK_SHAPE(lines, columns), WK_F32), wk_randn(WK_SHAPE(lines, columns), WK_F32) };
    for (size_t i = 0; i < sizeof rows / sizeof *rows && !wk_failed(); i++) {
        const double us = bench_device_time(b, rows[i].work, operands, b->small ? 3 : 20, true);
        char what[96];
        snprintf(what, sizeof what, "%s, arrays of %lld KiB", rows[i].what, (long long)(lines * columns * 4 / KIB));
        bench_device_row(b, what, us > 0 ? 1e-3 * rows[i].arrays * 4.0 * (double)(lines * columns) / us : 0, "GB/s", 0,
                         "");
    }
}

void bench_device_rates(const bench_device *b)
{
    static const int64_t big[4][3] = {
        { 128, 784, 512 }, { 512, 512, 512 }, { 1024, 1024, 1024 }, { 4096, 4096, 4096 }
    };
    static const int64_t small[4][3] = { { 8, 49, 32 }, { 16, 16, 16 }, { 24, 24, 24 }, { 32, 32, 32 } };
    static const char *const kinds[] = { "f32", "tf32", "bf16" };
    bench_device_heading(
        b, "products, ten to a replay, side by side where they can be (bf16: autocast of operands that are f32)");
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < 4 && !wk_failed(); i++) time_product(b, b->small ? small[i] : big[i], kinds[k]);
    bench_device_heading(b, "bytes read and written");
    if (!wk_failed()) time_memory(b);
}
