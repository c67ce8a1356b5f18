/* The CPU as a backend: memory from base/alloc.h, kernels from a table by op, units shared out over the compute team,
 * and the choice of the instruction set. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/conv_ways.h"
#include "backends/cpu/onednn.h"
#include "backends/cpu/team.h"
#include "backends/cpu/walk.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/tiles.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* ---- Instruction sets ---- */

/* Tiles come on top of the last set, and no loop but products knows them. */
enum { TILES = WKI_ISA_COUNT, NAMES };
static const char *const isa_names[NAMES] = { "base", "avx2", "avx512", "amx" };
static atomic_int isa_chosen; /* the index and 1; 0: not yet */

static bool isa_works(int isa)
{
    if (isa == WKI_ISA_BASE) return true;
#ifdef __x86_64__
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return false;
    if (isa == WKI_ISA_AVX2) return true;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512vl") ||
        !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512bw"))
        return false;
    return isa == WKI_ISA_AVX512 || wki_tiles_work();
#else
    return false;
#endif
}

static int isa_named(const char *name)
{
    for (int i = 0; i < NAMES; i++)
        if (!strcmp(isa_names[i], name)) return i;
    return -1;
}

static int choose_isa(void)
{
    int best = TILES;
    while (!isa_works(best)) best--;
    const char *wish = getenv("WICK_ISA");
    if (wish && *wish) {
        int named = isa_named(wish);
        if (named >= 0 && isa_works(named))
            best = named;
        else
            wki_log(WK_LOG_WARNING, "WICK_ISA=%s is not to be had here; using %s", wish, isa_names[best]);
    }
    atomic_store_explicit(&isa_chosen, best + 1, memory_order_relaxed);
    return best;
}

static int chosen_isa(void)
{
    int chosen = atomic_load_explicit(&isa_chosen, memory_order_relaxed);
    return chosen ? chosen - 1 : choose_isa();
}

int wki_isa(void) { return (int)wki_least(chosen_isa(), WKI_ISA_COUNT - 1); }
bool wki_tiles_chosen(void) { return chosen_isa() == TILES; }

const char *wk_cpu_isa(void) { return isa_names[chosen_isa()]; }

wk_status wk_set_cpu_isa(const char *name)
{
    int isa = name ? isa_named(name) : -1;
    wki_check(isa >= 0, WK_E_INVALID, WK_E_INVALID, "set_cpu_isa",
              "no instruction set \"%s\"; base, avx2, avx512 or amx", name ? name : "(null)");
    wki_check(isa_works(isa), WK_E_UNSUPPORTED, WK_E_UNSUPPORTED, "set_cpu_isa", "this machine has no %s", name);
    atomic_store_explicit(&isa_chosen, isa + 1, memory_order_relaxed);
    return WK_OK;
}

/* ---- Memory ---- */

static wk_status get(int index, size_t bytes, void **block, size_t *got)
{
    (void)index;
    *block = wki_block_get(bytes, got);
    return *block ? WK_OK : WK_E_MEMORY;
}

static void put(int index, void *block, size_t got)
{
    (void)index;
    wki_block_put(block, got);
}

static wk_status copy(int index, void *to, const void *from, size_t bytes)
{
    (void)index;
    if (bytes) memcpy(to, from, bytes);
    return WK_OK;
}

static wk_status synchronize(int index)
{
    (void)index;
    return WK_OK;
}

/* ---- Calls ---- */

/* Elementary operations that are worth one more thread: handing over costs about a microsecond, in which one does this
 * many; multiply-adds of a product, unless memory holds them up because it is one line, four times as many. */
enum { GRAIN = 30000, PRODUCT_GRAIN = 4 * GRAIN };

typedef struct job {
    const wki_kernel *kernel;
    const wki_call *call;
    int64_t units;
    size_t scratch;   /* bytes a part needs */
    wki_meter *meter; /* NULL: nobody asks when parts worked */
    wki_failure failure;
} job;

size_t wki_cpu_scratch(const wki_kernel *kernel, const wki_call *call)
{
    return kernel->scratch ? kernel->scratch(call) : 0;
}

void wki_part_failed(wki_failure *f, int part, wk_status status)
{
    if (status == WK_OK) return;
    atomic_store(&f->any, true);
    if (part == 0) {
        f->status = status;
        return;
    }
    wki_error error;
    wki_error_take(&error);
    wki_lock(&f->lock);
    if (!f->part || part < f->part) {
        f->part = part;
        f->error = error;
    }
    wki_unlock(&f->lock);
}

wk_status wki_part_raise(const wki_failure *f)
{
    if (f->status) return f->status;
    return f->part ? wki_error_raise(&f->error) : WK_OK;
}

int64_t wki_element_units(const wki_call *call) { return wki_blocks(wki_numel(call->views[0]), WKI_BLOCK); }

static wk_status run_alone(const wki_kernel *kernel, const wki_call *call, int64_t units)
{
    const size_t bytes = wki_cpu_scratch(kernel, call);
    void *scratch = bytes ? wki_thread_scratch(bytes) : NULL;
    return bytes && !scratch ? WK_E_MEMORY : kernel->run(call, 0, units, scratch);
}

int64_t wki_cpu_share(int64_t units, int part, int parts)
{
    int64_t rest = units % parts;
    return units / parts * part + (part < rest ? part : rest);
}

/* No part writes before all have their scratch, so that a lack of memory leaves what is changed in place as it was. */
void *wki_part_scratch(wki_failure *f, size_t bytes, int part)
{
    void *scratch = bytes ? wki_thread_scratch(bytes) : NULL;
    if (bytes && !scratch) wki_part_failed(f, part, WK_E_MEMORY);
    if (bytes) wki_team_barrier();
    return scratch;
}

static void run_part(void *argument, int part, int parts)
{
    job *j = argument;
    void *scratch = wki_part_scratch(&j->failure, j->scratch, part);
    if (j->scratch && atomic_load(&j->failure.any)) return;
    const int64_t begin = wki_cpu_share(j->units, part, parts), end = wki_cpu_share(j->units, part + 1, parts);
    const double from = j->meter ? wki_clock() : 0;
    if (begin < end) wki_part_failed(&j->failure, part, j->kernel->run(j->call, begin, end, scratch));
    if (!j->meter) return;
    j->meter->spans[part] = (wki_span){ from, wki_clock() };
    if (part == 0) j->meter->parts = parts;
}

static wk_status run_team(const wki_kernel *kernel, const wki_call *call, int64_t units, int threads)
{
    job j = { .kernel = kernel, .call = call, .units = units, .scratch = wki_cpu_scratch(kernel, call) };
    j.meter = wki_meter_here;
    j.failure.lock = (wki_mutex)WKI_MUTEX_INIT;
    wki_team_run(run_part, &j, threads);
    return wki_part_raise(&j.failure);
}

const wki_kernel *wki_cpu_kernel(int op)
{
    static const wki_kernel *const kernels[WKI_OP_COUNT] = {
#define X(NAME) [WKI_OP_##NAME] = &wki_cpu_##NAME,
#include "wki_kernel_list.h"
#undef X
    };
    return op < WKI_ROW_COUNT ? &wki_cpu_row : kernels[op];
}

static int64_t grain_of(const wki_call *call)
{
    const wki_view *c = call->views[0];
    const bool lines = call->op == WKI_OP_product && c->size[c->ndim - 2] > 1 && c->size[c->ndim - 1] > 1;
    return lines ? PRODUCT_GRAIN : GRAIN;
}

static int threads_for(int64_t work, int64_t grain, int64_t units)
{
    if (work < 2 * grain || units <= 1) return 1;
    return (int)wki_least(wki_least(wk_num_threads(), work / grain), units);
}

int wki_cpu_threads(const wki_call *call, int64_t units) { return threads_for(call->work, grain_of(call), units); }
int wki_cpu_element_threads(int64_t work, int64_t units) { return threads_for(work, GRAIN, units); }

static wk_status run(int index, const wki_call *call)
{
    (void)index;
    const wki_kernel *kernel = wki_cpu_kernel(call->op);
    const int64_t units = kernel->units ? kernel->units(call) : 1;
    if (units == 0) return WK_OK;
    wk_status status;
    if (wki_onednn_chosen() && wki_onednn_run(call, &status)) return status;
    const int threads = wki_cpu_threads(call, units);
    return threads > 1 ? run_team(kernel, call, units, threads) : run_alone(kernel, call, units);
}

static bool takes_plain(int op, const wki_view *weights, const wki_conv_attrs *attrs, int64_t images)
{
    return wki_onednn_takes(op, weights, attrs) || wki_conv_leaves_plain(op, weights, attrs, images);
}

const wki_backend wki_cpu_backend = {
    "cpu",
    get,
    put,
    copy,
    copy,
    synchronize,
    takes_plain,
    wki_cpu_rounds,
    run,
    wki_cpu_in_place,
    wki_cpu_prepare,
    wki_cpu_replay,
    wki_cpu_forget,
    NULL,
    wki_cpu_arrange,
    false,
};
