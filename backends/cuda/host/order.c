/* While a stream is captured, each call is told what it comes after: the calls before it that write bytes which it
 * touches, or touch bytes which it writes, and those that need the same other memory. Looking back ends at the first of
 * a group of calls, which comes after all of the group before, so that long steps take no long time. */
#include "backends/cuda/host/order.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"

enum { GROUP = 128, WORD = 64, ENDS = 16 };

typedef struct reach {
    wki_reach bytes;
    bool written;
} reach;

typedef struct place {
    const reach *reaches;
    int nreaches;
    unsigned uses;
    bool last;                     /* nothing comes after it yet */
    uint64_t before[GROUP / WORD]; /* which of the group come before it, directly or not */
    cudaGraphNode_t ends[ENDS];    /* its last ones */
    bool kernels[ENDS];            /* are they such? */
    int nends;
} place;

struct wki_order {
    place group[GROUP], now;
    int n;
    bool first; /* the group is */
    bool waits; /* the call at hand begins with a kernel that waits by itself (WKI_BEGIN) */
    size_t nreaches, ntold;
    cudaGraphNode_t told[GROUP * ENDS]; /* what the call at hand comes after */
    cudaGraphEdgeData edges[GROUP * ENDS];
    reach *reaches;
};

wki_order *wki_order_new(int64_t views)
{
    wki_order *o = wki_alloc(sizeof *o);
    reach *reaches = wki_alloc((size_t)(views + 1) * sizeof *reaches);
    if (!o || !reaches) {
        wki_free(o);
        wki_free(reaches);
        return NULL;
    }
    o->reaches = reaches;
    o->first = true;
    return o;
}

void wki_order_free(wki_order *o)
{
    if (!o) return;
    wki_free(o->reaches);
    wki_free(o);
}

static bool touch(const reach *a, const reach *b)
{
    const bool matters = a->written || (b->written && !WKI_FAULT(163));
    return matters && wki_meet(a->bytes, b->bytes);
}

/* Has `later` to come behind `earlier`? */
static bool meet(const place *earlier, const place *later)
{
    if (earlier->uses & later->uses) return true;
    for (int i = 0; i < later->nreaches; i++)
        for (int k = 0; k < earlier->nreaches; k++)
            if (touch(&earlier->reaches[k], &later->reaches[i])) return true;
    return false;
}

/* Between kernels of which the later waits by itself, it may be got ready while the earlier one runs. */
static cudaGraphEdgeData edge(const wki_order *o, bool is_kernel)
{
    const cudaGraphEdgeData plain = { 0 };
    const cudaGraphEdgeData early = { .from_port = cudaGraphKernelNodePortProgrammatic,
                                      .type = cudaGraphDependencyTypeProgrammatic };
    return (o->waits || WKI_FAULT(188)) && is_kernel ? early : plain;
}

static void tell_ends(wki_order *o, const place *p)
{
    for (int i = 0; i < p->nends; i++) {
        o->edges[o->ntold] = edge(o, p->kernels[i]);
        o->told[o->ntold++] = p->ends[i];
    }
}

static void come_after(wki_order *o, int i)
{
    const place *p = &o->group[i];
    for (int w = 0; w < GROUP / WORD; w++) o->now.before[w] |= p->before[w];
    o->now.before[i / WORD] |= UINT64_C(1) << i % WORD;
    tell_ends(o, p);
}

static void look_back(wki_order *o)
{
    for (int i = o->n - 1; i >= 0; i--) {
        const bool known = o->now.before[i / WORD] >> i % WORD & 1;
        if (!known && meet(&o->group[i], &o->now)) come_after(o, i);
    }
    if (o->ntold == 0 && !o->first && o->n > 0) come_after(o, 0);
}

static void come_after_all(wki_order *o)
{
    o->ntold = 0;
    for (int i = 0; i < o->n; i++)
        if (o->group[i].last) tell_ends(o, &o->group[i]);
}

static cudaError_t tell(wki_order *o, cudaStream_t stream)
{
    return cudaStreamUpdateCaptureDependencies(stream, o->ntold ? o->told : NULL, o->ntold ? o->edges : NULL, o->ntold,
                                               cudaStreamSetCaptureDependencies);
}

cudaError_t wki_order_begin(wki_order *o, cudaStream_t stream, const wki_call *call, unsigned uses, bool waits)
{
    reach *own = o->reaches + o->nreaches;
    for (int k = 0; k < call->nviews; k++) own[k] = (reach){ wki_reach_of(call->views[k]), k < call->nout };
    o->now = (place){ .reaches = own, .nreaches = call->nviews, .uses = uses, .last = true };
    o->ntold = 0;
    o->waits = waits;
    if (o->n == GROUP)
        come_after_all(o);
    else
        look_back(o);
    return tell(o, stream);
}

static bool is_told(const wki_order *o, cudaGraphNode_t node)
{
    size_t i = 0;
    while (i < o->ntold && o->told[i] != node) i++;
    return i < o->ntold;
}

/* A call that had nothing to do is nobody's predecessor; a library may end one on several queues of its own. */
cudaError_t wki_order_end(wki_order *o, cudaStream_t stream)
{
    enum cudaStreamCaptureStatus status;
    const cudaGraphNode_t *nodes;
    const cudaGraphEdgeData *edges;
    size_t n = 0, known = 0;
    cudaError_t error = cudaStreamGetCaptureInfo(stream, &status, NULL, NULL, &nodes, &edges, &n);
    if (error != cudaSuccess) return error;
    while (known < n && is_told(o, nodes[known])) known++;
    if (known == n) return cudaSuccess;
    if (n > ENDS) return cudaErrorNotSupported;
    o->now.nends = (int)n;
    for (size_t i = 0; i < n; i++) {
        enum cudaGraphNodeType type;
        error = cudaGraphNodeGetType(nodes[i], &type);
        if (error != cudaSuccess) return error;
        o->now.ends[i] = nodes[i];
        o->now.kernels[i] = type == cudaGraphNodeTypeKernel;
    }
    o->nreaches += (size_t)o->now.nreaches;
    if (o->n == GROUP) {
        o->n = 0;
        o->first = false;
    }
    for (int i = 0; i < o->n; i++)
        if (o->now.before[i / WORD] >> i % WORD & 1) o->group[i].last = false;
    o->group[o->n++] = o->now;
    return cudaSuccess;
}

cudaError_t wki_order_join(wki_order *o, cudaStream_t stream)
{
    o->waits = false;
    come_after_all(o);
    return tell(o, stream);
}
