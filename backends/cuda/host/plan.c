/* A plan on a device: its calls become CUDA Graphs, cut where the host has to look at the device's values. What changes
 * from replay to replay, random keys and the numbers of updates, lies in one block on the device, which a copy from
 * pinned memory renews before a graph runs. */
#include "backends/cuda/host/chain.h"
#include "backends/cuda/host/device.h"
#include "backends/cuda/host/order.h"
#include "backends/cuda/kernels/small.h"
#include "backends/rules.h"
#include "base/alloc.h"
#include "base/fault.h"
#include <string.h>

enum { SLOTS = 2, ALIGN = 16, OWN_SCRATCH = 1 << 20, ALL_OWN_SCRATCH = 64 << 20 };
enum { SHARES_SCRATCH = 1, CONVOLVES = 2, FIRST_LANE = 4 }; /* what items may use alone, as bits */

/* Calls that run as one graph, and what the host does before them. */
typedef struct part {
    int first, last;           /* items [first, last) */
    int host_first, host_last; /* of the order of hosts */
    size_t begin, end;         /* of the block that changes */
    cudaGraphExec_t graph;     /* NULL: there are no calls */
} part;

typedef struct piece {
    size_t at, bytes;
} piece;

typedef struct ready {
    wki_device *device;
    unsigned moves; /* the plan's, when graphs were made */
    bool made;
    int nparts, nhosts;
    part *parts;
    int *hosts;     /* items of the host, in their order */
    size_t *places; /* of an item, in the block: 1 + where; 0: nothing of it changes */
    size_t changing_bytes, changing_got, scratch_bytes, scratch_got;
    piece *pieces;  /* an item's of scratch */
    unsigned *uses; /* what an item shares with others, as the bits above */
    char *changing, *scratch;
    char *pinned[SLOTS];
    cudaEvent_t copied[SLOTS]; /* the block has been copied from there */
    unsigned turn;
} ready;

static bool is_random(const wki_call *call) { return call->op == WKI_OP_random || call->op == WKI_OP_dropout; }

/* How much of it changes. */
static size_t changing_of(const wki_item *item)
{
    if (item->host) return 0;
    if (is_random(&item->call)) return sizeof(wki_random_key);
    return item->call.op == WKI_OP_update ? WKI_N_COUNT * sizeof(double) : 0;
}

static void write_changing(const wki_item *item, char *to)
{
    if (is_random(&item->call))
        memcpy(to, item->call.attrs, sizeof(wki_random_key)); /* the first member of both */
    else
        memcpy(to, ((const wki_update_attrs *)item->call.attrs)->numbers, WKI_N_COUNT * sizeof(double));
}

/* ---- Parts ---- */

static void close_part(ready *r, part *p, int last)
{
    p->last = last;
    p->host_last = r->nhosts;
    p->end = r->changing_bytes;
    r->nparts++;
}

/* What the host does may go before calls that came before it, if it looks at no tensor: what it makes for calls is its
 * item's own. So several updates, of many steps or in backward, are of one part. Else a new part begins behind them. */
static void cut(ready *r, const wki_plan *plan)
{
    part *p = r->parts;
    *p = (part){ 0 };
    bool calls = false;
    for (int i = 0; i < plan->nitems; i++) {
        const wki_item *item = plan->items[i];
        if (item->host && calls && (item->call.nviews > 0 || WKI_FAULT(186))) {
            close_part(r, p++, i);
            *p = (part){ .first = i, .host_first = r->nhosts, .begin = r->changing_bytes };
            calls = false;
        }
        if (item->host) {
            r->hosts[r->nhosts++] = i;
            continue;
        }
        calls = true;
        const size_t bytes = changing_of(item);
        if (bytes) r->places[i] = 1 + r->changing_bytes;
        r->changing_bytes += (bytes + ALIGN - 1) / ALIGN * ALIGN;
    }
    close_part(r, p, plan->nitems);
}

/* Small pieces are each item's own, so that items can run at once; large ones begin together. */
static void place_scratch(ready *r, const wki_plan *plan)
{
    size_t shared = 0, own = 0;
    for (int i = 0; i < plan->nitems; i++)
        if (r->uses[i] & SHARES_SCRATCH && r->pieces[i].bytes > shared) shared = r->pieces[i].bytes;
    shared = wki_scratch_up(shared);
    for (int i = 0; i < plan->nitems; i++) {
        const bool is_own = !(r->uses[i] & SHARES_SCRATCH);
        r->pieces[i].at = is_own ? shared + own : 0;
        if (is_own) own += wki_scratch_up(r->pieces[i].bytes);
    }
    r->scratch_bytes = shared + own;
}

static wk_status find_scratch(ready *r, const wki_plan *plan)
{
    size_t own = 0;
    unsigned products = 0;
    for (int i = 0; i < plan->nitems; i++) {
        const wki_call *call = &plan->items[i]->call;
        if (plan->items[i]->host) continue;
        const wki_cuda_kernel *kernel = wki_cuda_kernel_of(call);
        if (!kernel) return WK_E_UNSUPPORTED;
        const size_t bytes = r->pieces[i].bytes = wki_cuda_scratch(kernel, call);
        if (bytes > OWN_SCRATCH || own > ALL_OWN_SCRATCH)
            r->uses[i] = SHARES_SCRATCH;
        else
            own += bytes;
        const unsigned shares = kernel->shares ? kernel->shares(call) : 0;
        if (shares & WKI_SHARES_DNN) r->uses[i] |= CONVOLVES;
        if (shares & WKI_SHARES_LANE) r->uses[i] |= (unsigned)FIRST_LANE << products++ % WKI_PRODUCT_LANES;
    }
    place_scratch(r, plan);
    return WK_OK;
}

static wk_status get_memory(ready *r, int index)
{
    void *block = NULL;
    if (r->scratch_bytes) {
        if (wki_device_get(index, r->scratch_bytes, &block, &r->scratch_got)) return WK_E_MEMORY;
        r->scratch = block;
    }
    if (r->changing_bytes == 0) return WK_OK;
    if (wki_device_get(index, r->changing_bytes, &block, &r->changing_got)) return WK_E_MEMORY;
    r->changing = block;
    for (int s = 0; s < SLOTS; s++) {
        if (wki_cuda_check(cudaHostAlloc(&block, r->changing_bytes, cudaHostAllocDefault), index, "planning"))
            return WK_E_MEMORY;
        r->pinned[s] = block;
        if (wki_cuda_check(cudaEventCreateWithFlags(&r->copied[s], cudaEventDisableTiming), index, "planning"))
            return WK_E_DEVICE;
    }
    return WK_OK;
}

wk_status wki_cuda_prepare(wki_plan *plan)
{
    const int index = plan->device & 0xffffff;
    const size_t n = (size_t)plan->nitems + 1;
    wki_device *device = wki_device_at(index);
    ready *r = device ? wki_alloc(sizeof *r) : NULL;
    if (!r) return device ? WK_E_MEMORY : WK_E_DEVICE;
    plan->ready = r;
    r->device = device;
    r->parts = wki_alloc(n * sizeof *r->parts);
    r->hosts = wki_alloc(n * sizeof *r->hosts);
    r->places = wki_alloc(n * sizeof *r->places);
    r->pieces = wki_alloc(n * sizeof *r->pieces);
    r->uses = wki_alloc(n * sizeof *r->uses);
    if (!r->parts || !r->hosts || !r->places || !r->pieces || !r->uses) return WK_E_MEMORY;
    cut(r, plan);
    const wk_status status = find_scratch(r, plan);
    return status ? status : get_memory(r, index);
}

/* ---- Graphs ---- */

static void drop_graphs(ready *r)
{
    for (int i = 0; i < r->nparts; i++) {
        if (r->parts[i].graph) (void)cudaGraphExecDestroy(r->parts[i].graph);
        r->parts[i].graph = NULL;
    }
    (void)cudaGetLastError();
    r->made = false;
}

void wki_cuda_forget(wki_plan *plan)
{
    ready *r = plan->ready;
    const int index = plan->device & 0xffffff;
    (void)cudaStreamSynchronize(r->device->queue.stream); /* a graph may be running */
    if (r->parts) drop_graphs(r);
    wki_device_put(index, r->scratch, r->scratch_got);
    wki_device_put(index, r->changing, r->changing_got);
    for (int s = 0; s < SLOTS; s++) {
        if (r->copied[s]) (void)cudaEventDestroy(r->copied[s]);
        if (r->pinned[s]) (void)cudaFreeHost(r->pinned[s]);
    }
    if (!WKI_FAULT(181)) (void)cudaGetLastError(); /* what frees does not fail, nor does the next launch for it */
    wki_free(r->parts);
    wki_free(r->hosts);
    wki_free(r->places);
    wki_free(r->pieces);
    wki_free(r->uses);
    wki_free(r);
}

static int lane_of(unsigned uses)
{
    int lane = 0;
    while (lane < WKI_PRODUCT_LANES && !(uses & (unsigned)FIRST_LANE << lane)) lane++;
    return lane % WKI_PRODUCT_LANES;
}

static wk_status capture_unit(const ready *r, const wki_unit *unit, cudaStream_t stream, wki_order *order)
{
    const wki_call *call = &unit->call;
    const int i = unit->item;
    wki_queue queue = r->device->queue;
    queue.stream = stream;
    queue.changing = r->places[i] ? r->changing + r->places[i] - 1 : NULL;
    queue.lane = lane_of(r->uses[i]);
    queue.scratch = r->pieces[i].bytes;
    const wki_cuda_kernel *kernel = unit->chain ? NULL : wki_cuda_kernel_of(call);
    const bool is_own = !kernel || !kernel->shares || !kernel->shares(call); /* else a library may begin */
    if (wki_cuda_check(wki_order_begin(order, stream, call, r->uses[i], r->device->waits && is_own), queue.index,
                       "planning"))
        return WK_E_DEVICE;
    char *scratch = r->scratch ? r->scratch + r->pieces[i].at : NULL;
    wk_status status = WK_OK;
    if (kernel)
        status = kernel->run(&queue, call, scratch);
    else if (unit->product)
        status = wki_small_run(&queue, unit->product, unit->chain);
    else
        status = wki_chain_run(&queue, call, unit->chain);
    return status ? status : wki_cuda_check(wki_order_end(order, stream), queue.index, "planning");
}

static wk_status capture_calls(const ready *r, const wki_plan *plan, const part *p, cudaStream_t stream)
{
    wki_units units;
    int64_t views = 0;
    wk_status status = wki_units_of(plan, p->first, p->last, &units);
    for (int i = 0; i < units.n; i++) views += units.all[i].call.nviews;
    wki_order *order = status ? NULL : wki_order_new(views);
    if (status == WK_OK && !order) status = WK_E_MEMORY;
    for (int i = 0; i < units.n && status == WK_OK; i++) status = capture_unit(r, &units.all[i], stream, order);
    if (status == WK_OK) status = wki_cuda_check(wki_order_join(order, stream), r->device->queue.index, "planning");
    wki_order_free(order);
    wki_units_free(&units);
    return status;
}

static bool has_calls(const wki_plan *plan, const part *p)
{
    int i = p->first;
    while (i < p->last && plan->items[i]->host) i++;
    return i < p->last;
}

static wk_status make_graph(ready *r, const wki_plan *plan, part *p, cudaStream_t stream)
{
    const int index = r->device->queue.index;
    if (!has_calls(plan, p)) return WK_OK;
    if (wki_cuda_check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), index, "planning"))
        return WK_E_DEVICE;
    wk_status status = capture_calls(r, plan, p, stream);
    cudaGraph_t graph = NULL;
    const cudaError_t ended = cudaStreamEndCapture(stream, &graph);
    if (status == WK_OK) status = wki_cuda_check(ended, index, "planning");
    if (status == WK_OK) status = wki_cuda_check(cudaGraphInstantiate(&p->graph, graph, 0), index, "planning");
    if (graph) (void)cudaGraphDestroy(graph);
    (void)cudaGetLastError(); /* told already, or a consequence of it, or of what frees */
    return status == WK_OK ? wki_cuda_check(cudaGraphUpload(p->graph, stream), index, "planning") : status;
}

/* On a stream of its own, so that what other threads have to do meanwhile is not taken for a part of it. */
static wk_status make_graphs(ready *r, wki_plan *plan)
{
    const int index = r->device->queue.index;
    cudaStream_t stream;
    drop_graphs(r);
    if (wki_cuda_check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), index, "planning"))
        return WK_E_DEVICE;
    wk_status status = WK_OK;
    for (int i = 0; i < r->nparts && status == WK_OK; i++) status = make_graph(r, plan, &r->parts[i], stream);
    if (status == WK_OK) status = wki_cuda_check(cudaStreamSynchronize(stream), index, "planning");
    (void)cudaStreamDestroy(stream);
    (void)cudaGetLastError();
    r->made = status == WK_OK;
    r->moves = plan->moves;
    return status;
}

/* ---- Replays ---- */

/* *last: the end of the part, or the item that failed. */
static wk_status run_hosts(const ready *r, const wki_plan *plan, const part *p, int *last)
{
    wk_status status = WK_OK;
    *last = p->last;
    for (int i = p->host_first; i < p->host_last && status == WK_OK; i++) {
        const wki_item *item = plan->items[r->hosts[i]];
        status = item->host(item->object, item->memory, item->call.views);
        if (status) *last = r->hosts[i];
    }
    return status;
}

/* What came before the host's work that failed, which went ahead of it. */
static void run_before(const wki_plan *plan, const part *p, int last)
{
    wk_status status = WK_OK;
    for (int i = p->first; i < last && status == WK_OK; i++)
        if (!plan->items[i]->host) status = wki_device_run(plan->device & 0xffffff, &plan->items[i]->call);
}

static wk_status renew(ready *r, const wki_plan *plan, const part *p, char *pinned)
{
    if (p->begin == p->end) return WK_OK;
    for (int i = p->first; i < p->last; i++)
        if (r->places[i]) write_changing(plan->items[i], pinned + r->places[i] - 1);
    return wki_cuda_check(cudaMemcpyAsync(r->changing + p->begin, pinned + p->begin, p->end - p->begin,
                                          cudaMemcpyHostToDevice, r->device->queue.stream),
                          r->device->queue.index, "replaying a step");
}

static wk_status run_parts(ready *r, wki_plan *plan, char *pinned)
{
    const int index = r->device->queue.index;
    wk_status status = WK_OK;
    for (int i = 0; i < r->nparts && status == WK_OK; i++) {
        const part *p = &r->parts[i];
        int last;
        status = run_hosts(r, plan, p, &last);
        if (status && !WKI_FAULT(187)) run_before(plan, p, last);
        if (status == WK_OK) status = renew(r, plan, p, pinned);
        if (status == WK_OK && p->graph)
            status = wki_cuda_check(cudaGraphLaunch(p->graph, r->device->queue.stream), index, "replaying a step");
    }
    return status;
}

/* Call by call, waiting for each, so that a profile sees how long it takes. */
static wk_status run_metered(wki_plan *plan, wki_meter *meter)
{
    const int index = plan->device & 0xffffff;
    wk_status status = WK_OK;
    for (int i = 0; i < plan->nitems && status == WK_OK; i++) {
        const wki_item *item = plan->items[i];
        const wki_stage stage = { item->phase, *item->stage ? item->stage : NULL };
        const double from = wki_clock();
        status =
            item->host ? item->host(item->object, item->memory, item->call.views) : wki_device_run(index, &item->call);
        if (status == WK_OK) status = wki_device_wait(index);
        const wki_span span = { from, wki_clock() };
        meter->ran(meter, item->host ? NULL : &item->call, &stage, 1, &span);
    }
    return status;
}

static wk_status replay(wki_plan *plan)
{
    ready *r = plan->ready;
    const int index = plan->device & 0xffffff;
    wki_meter *meter = wki_cuda_core_here->meter();
    if (!wki_device_at(index)) return WK_E_DEVICE;
    if (meter) return run_metered(plan, meter);
    if (!r->made || r->moves != plan->moves) {
        if (wki_cuda_check(cudaStreamSynchronize(r->device->queue.stream), index, "planning")) return WK_E_DEVICE;
        const wk_status status = make_graphs(r, plan);
        if (status) return status;
    }
    const unsigned slot = r->turn++ % SLOTS;
    if (!r->changing_bytes) return run_parts(r, plan, NULL);
    if (wki_cuda_check(cudaEventSynchronize(r->copied[slot]), index, "replaying a step")) return WK_E_DEVICE;
    const wk_status status = run_parts(r, plan, r->pinned[slot]);
    const cudaError_t noted = cudaEventRecord(r->copied[slot], r->device->queue.stream);
    if (status) (void)cudaGetLastError(); /* told already, or a consequence of it */
    return status ? status : wki_cuda_check(noted, index, "replaying a step");
}

wk_status wki_cuda_replay(wki_plan *plan)
{
    const wk_status status = replay(plan);
    return status == WK_OK && wki_cuda_waits() ? wki_device_wait(plan->device & 0xffffff) : status;
}
