/* Streams whose work becomes a graph instead of being done, and graphs. Each captured piece knows which pieces it comes
 * after; a replay runs them in an order that keeps to that, the seed choosing which, so that an edge that is missing
 * shows. */
#include "emu_core.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace wki_emu
{

std::vector<std::shared_ptr<Capture>> captures;
static thread_local cudaStreamCaptureMode thread_mode = cudaStreamCaptureModeGlobal;

static const cudaGraphEdgeData early_edge = {
    cudaGraphKernelNodePortProgrammatic, 0, cudaGraphDependencyTypeProgrammatic, {}
};
static const unsigned NO_NODE = ~0u;

/* A node's handle is where its work is. */
static cudaGraphNode_t handle_of(const Node &node) { return (cudaGraphNode_t)(void *)node.work.get(); }

static unsigned number_of(const Capture &capture, cudaGraphNode_t handle)
{
    const std::vector<Node> &nodes = capture.graph->nodes;
    for (size_t i = nodes.size(); i-- > 0;)
        if (handle_of(nodes[i]) == handle) return (unsigned)i;
    return NO_NODE;
}

static unsigned add_node(Capture *capture, WorkPtr work, const std::vector<unsigned> &after)
{
    capture->graph->nodes.push_back({ std::move(work), after });
    return (unsigned)capture->graph->nodes.size() - 1;
}

static cudaError_t spoil(Capture *a, Capture *b, cudaError_t error)
{
    if (a) a->invalid = true;
    if (b) b->invalid = true;
    return error;
}

cudaError_t capture_add(const std::shared_ptr<Stream> &stream, WorkPtr work)
{
    if (stream->capture->invalid) return cudaErrorStreamCaptureInvalidated;
    if (!stream->capture_early.empty()) {
        if (work->type() != cudaGraphNodeTypeKernel)
            return spoil(stream->capture.get(), nullptr, cudaErrorInvalidValue);
        work->begin_early();
    }
    stream->capture_last = { add_node(stream->capture.get(), std::move(work), stream->capture_last) };
    stream->capture_early.clear();
    return cudaSuccess;
}

cudaError_t capture_record(const std::shared_ptr<Stream> &stream, Event *event)
{
    if (stream->capture->invalid) return cudaErrorStreamCaptureInvalidated;
    event->capture = stream->capture;
    event->nodes = stream->capture_last;
    event->record = nullptr;
    return cudaSuccess;
}

cudaError_t capture_wait(const std::shared_ptr<Stream> &stream, Event *event)
{
    Capture *here = stream->capture.get(), *there = event->capture.get();
    if ((here && here->invalid) || (there && there->invalid)) return cudaErrorStreamCaptureInvalidated;
    if (!there) return event->record ? spoil(here, nullptr, cudaErrorStreamCaptureIsolation) : cudaSuccess;
    if (here && here != there) return spoil(here, there, cudaErrorStreamCaptureMerge);
    if (stream->legacy) return spoil(there, nullptr, cudaErrorStreamCaptureImplicit);
    if (!here) {
        stream->capture = event->capture;
        stream->capture_last.clear();
        there->streams.push_back(stream);
    }
    for (unsigned node : event->nodes) {
        bool known = false;
        for (unsigned last : stream->capture_last) known = known || last == node;
        if (!known) stream->capture_last.push_back(node);
    }
    return cudaSuccess;
}

cudaError_t capture_unsafe()
{
    if (thread_mode == cudaStreamCaptureModeRelaxed) return cudaSuccess;
    cudaError_t error = cudaSuccess;
    for (auto &capture : captures) {
        bool own = capture->thread == std::this_thread::get_id() && capture->mode != cudaStreamCaptureModeRelaxed;
        bool any = thread_mode == cudaStreamCaptureModeGlobal && capture->mode == cudaStreamCaptureModeGlobal;
        if (own || any) error = spoil(capture.get(), nullptr, cudaErrorStreamCaptureUnsupported);
    }
    return error;
}

cudaError_t capture_legacy(int device)
{
    for (auto &capture : captures)
        for (auto &stream : capture->streams)
            if (stream->blocking && stream->device == device)
                return spoil(capture.get(), nullptr, cudaErrorStreamCaptureImplicit);
    return cudaSuccess;
}

cudaError_t capture_device(int device)
{
    for (auto &capture : captures)
        for (auto &stream : capture->streams)
            if (stream->device == device) return spoil(capture.get(), nullptr, cudaErrorStreamCaptureUnsupported);
    return cudaSuccess;
}

static void leave(const std::shared_ptr<Capture> &capture)
{
    for (auto &stream : capture->streams) {
        stream->capture = nullptr;
        stream->capture_last.clear();
        stream->capture_early.clear();
    }
    capture->streams.clear();
    for (size_t i = 0; i < captures.size(); i++)
        if (captures[i] == capture) captures.erase(captures.begin() + (long)i--);
}

void capture_drop_all()
{
    while (!captures.empty()) leave(std::shared_ptr<Capture>(captures.back()));
}

/* All work reaches the origin: nothing was forked off it that it did not wait for again. */
static bool joined(const Capture &capture)
{
    const std::vector<Node> &nodes = capture.graph->nodes;
    std::vector<bool> seen(nodes.size());
    std::vector<unsigned> todo = capture.origin->capture_last;
    while (!todo.empty()) {
        unsigned node = todo.back();
        todo.pop_back();
        if (seen[node]) continue;
        seen[node] = true;
        todo.insert(todo.end(), nodes[node].after.begin(), nodes[node].after.end());
    }
    for (bool one : seen)
        if (!one) return false;
    for (auto &stream :
         capture.streams) /* a stream that joined the capture and was given nothing to do has left no mark */
        for (unsigned last : stream->capture_last)
            if (!seen[last]) return false;
    return true;
}

struct GraphWork : Work {
    std::shared_ptr<Graph> graph;
    cudaError_t run() override
    {
        if (!state().seed) {
            for (Node &node : graph->nodes)
                if (cudaError_t error = node.work->run()) return error;
            return cudaSuccess;
        }
        std::vector<Node> &nodes = graph->nodes;
        std::vector<unsigned> before(nodes.size()), ready;
        std::vector<std::vector<unsigned>> then(nodes.size());
        for (unsigned i = 0; i < nodes.size(); i++) {
            before[i] = (unsigned)nodes[i].after.size();
            for (unsigned after : nodes[i].after) then[after].push_back(i);
            if (!before[i]) ready.push_back(i);
        }
        while (!ready.empty()) {
            unsigned at = state().random.below((unsigned)ready.size()), node = ready[at];
            ready[at] = ready.back();
            ready.pop_back();
            if (cudaError_t error = nodes[node].work->run()) return error;
            for (unsigned next : then[node])
                if (!--before[next]) ready.push_back(next);
        }
        return cudaSuccess;
    }
};

/* WICK_EMU_GRAPHS=1: what a graph is made of, and how long its longest way from node to node is. */
static void describe(const Graph &graph)
{
    std::vector<unsigned> depth;
    unsigned deepest = 0;
    for (size_t i = 0; i < graph.nodes.size(); i++) {
        const Node &node = graph.nodes[i];
        unsigned before = 0;
        fprintf(stderr, "wick-emu: node %zu, %s, behind", i, node.work->name());
        for (unsigned after : node.after) {
            fprintf(stderr, " %u", after);
            before = depth[after] > before ? depth[after] : before;
        }
        depth.push_back(before + 1);
        deepest = deepest > before + 1 ? deepest : before + 1;
        fprintf(stderr, ": %u. in its row\n", before + 1);
    }
    fprintf(stderr, "wick-emu: a graph of %zu nodes, at most %u of them in a row\n", graph.nodes.size(), deepest);
}

struct Handle {
    std::shared_ptr<Graph> graph;
    int device;
};
static std::set<void *> graphs, execs;

template <class H> static Handle *find(const std::set<void *> &known, H handle)
{
    return known.count((void *)handle) ? (Handle *)(void *)handle : nullptr;
}

static Handle *open_handle(std::set<void *> *known, const std::shared_ptr<Graph> &graph, int device)
{
    Handle *handle = new Handle{ graph, device };
    known->insert(handle);
    return handle;
}

static cudaError_t finish(const std::shared_ptr<Stream> &stream, cudaGraph_t *out, cudaError_t given)
{
    auto capture = stream->capture;
    if (!capture) return cudaErrorIllegalState;
    if (capture->mode != cudaStreamCaptureModeRelaxed && capture->thread != std::this_thread::get_id())
        return cudaErrorStreamCaptureWrongThread;
    if (capture->origin != stream) return spoil(capture.get(), nullptr, cudaErrorStreamCaptureUnmatched);
    cudaError_t error = given              ? given
                        : capture->invalid ? cudaErrorStreamCaptureInvalidated
                        : joined(*capture) ? cudaSuccess
                                           : cudaErrorStreamCaptureUnjoined;
    leave(capture);
    *out = nullptr;
    if (!error) {
        *out = (cudaGraph_t)(void *)open_handle(&graphs, capture->graph, stream->device);
        state().graphs++;
    }
    return error;
}
} // namespace wki_emu
using namespace wki_emu;

cudaError_t cudaStreamBeginCapture(cudaStream_t handle, cudaStreamCaptureMode mode)
{
    Api api;
    auto stream = stream_find(handle);
    if (api.error) return api.end(api.error);
    if (!stream) return api.end(cudaErrorInvalidResourceHandle);
    if (mode > cudaStreamCaptureModeRelaxed) return api.end(cudaErrorInvalidValue);
    if (stream->legacy) return api.end(cudaErrorStreamCaptureUnsupported);
    if (stream->capture) return api.end(spoil(stream->capture.get(), nullptr, cudaErrorIllegalState));
    auto capture = std::make_shared<Capture>();
    capture->mode = mode;
    capture->thread = std::this_thread::get_id();
    capture->origin = stream;
    capture->streams.push_back(stream);
    stream->capture = capture;
    stream->capture_last.clear();
    stream->capture_early.clear();
    captures.push_back(capture);
    return api.end(cudaSuccess);
}

cudaError_t cudaStreamEndCapture(cudaStream_t handle, cudaGraph_t *out)
{
    Api api(API_ANYWAY);
    auto stream = stream_find(handle);
    if (!stream) return api.end(cudaErrorInvalidResourceHandle);
    if (!out) return api.end(cudaErrorInvalidValue);
    return api.end(finish(stream, out, api.error));
}

cudaError_t cudaStreamIsCapturing(cudaStream_t handle, cudaStreamCaptureStatus *status)
{
    Api api;
    auto stream = stream_find(handle);
    if (api.error) return api.end(api.error);
    if (!stream) return api.end(cudaErrorInvalidResourceHandle);
    if (!status) return api.end(cudaErrorInvalidValue);
    cudaError_t error = stream->legacy ? capture_legacy(stream->device) : cudaSuccess;
    *status = !stream->capture           ? cudaStreamCaptureStatusNone
              : stream->capture->invalid ? cudaStreamCaptureStatusInvalidated
                                         : cudaStreamCaptureStatusActive;
    return api.end(error);
}

cudaError_t cudaStreamGetCaptureInfo(cudaStream_t handle, cudaStreamCaptureStatus *status, unsigned long long *id,
                                     cudaGraph_t *graph, const cudaGraphNode_t **nodes, const cudaGraphEdgeData **edges,
                                     size_t *count)
{
    Api api;
    auto stream = stream_find(handle);
    if (api.error) return api.end(api.error);
    if (!stream) return api.end(cudaErrorInvalidResourceHandle);
    if (!status || id || graph || !nodes != !count) return api.end(cudaErrorInvalidValue);
    if (stream->legacy) return api.end(cudaErrorStreamCaptureImplicit);
    *status = !stream->capture           ? cudaStreamCaptureStatusNone
              : stream->capture->invalid ? cudaStreamCaptureStatusInvalidated
                                         : cudaStreamCaptureStatusActive;
    if (!nodes || *status != cudaStreamCaptureStatusActive) return api.end(cudaSuccess);
    if (!edges && !stream->capture_early.empty()) return api.end(cudaErrorLossyQuery);
    stream->capture_told.clear();
    stream->capture_edges.clear();
    for (unsigned node : stream->capture_last) {
        stream->capture_told.push_back(handle_of(stream->capture->graph->nodes[node]));
        bool early = false;
        for (unsigned one : stream->capture_early) early = early || one == node;
        stream->capture_edges.push_back(early ? early_edge : cudaGraphEdgeData{});
    }
    *nodes = stream->capture_told.data();
    if (edges) *edges = stream->capture_edges.data();
    *count = stream->capture_told.size();
    return api.end(cudaSuccess);
}

cudaError_t cudaStreamUpdateCaptureDependencies(cudaStream_t handle, cudaGraphNode_t *nodes,
                                                const cudaGraphEdgeData *edges, size_t count, unsigned flags)
{
    Api api;
    auto stream = stream_find(handle);
    if (api.error) return api.end(api.error);
    if (!stream) return api.end(cudaErrorInvalidResourceHandle);
    if (flags > cudaStreamSetCaptureDependencies || (count && !nodes)) return api.end(cudaErrorInvalidValue);
    if (!stream->capture) return api.end(cudaErrorIllegalState);
    if (stream->capture->invalid) return api.end(cudaErrorStreamCaptureInvalidated);
    const bool adds = flags != cudaStreamSetCaptureDependencies;
    std::vector<unsigned> after = adds ? stream->capture_last : std::vector<unsigned>();
    std::vector<unsigned> early = adds ? stream->capture_early : std::vector<unsigned>();
    for (size_t i = 0; i < count; i++) {
        const unsigned node = number_of(*stream->capture, nodes[i]);
        if (node == NO_NODE) return api.end(cudaErrorInvalidValue);
        after.push_back(node);
        const cudaGraphEdgeData plain = {}, &edge = edges ? edges[i] : plain;
        if (!memcmp(&edge, &plain, sizeof edge)) continue;
        const bool right = !memcmp(&edge, &early_edge, sizeof edge) &&
                           stream->capture->graph->nodes[node].work->type() == cudaGraphNodeTypeKernel;
        if (!right) return api.end(cudaErrorInvalidValue);
        early.push_back(node);
    }
    stream->capture_last = after;
    stream->capture_early = early;
    return api.end(cudaSuccess);
}

/* Of graphs that are being captured */
cudaError_t cudaGraphNodeGetType(cudaGraphNode_t node, cudaGraphNodeType *type)
{
    Api api;
    if (api.error) return api.end(api.error);
    for (auto &capture : captures) {
        const unsigned number = number_of(*capture, node);
        if (number == NO_NODE || !type) continue;
        *type = capture->graph->nodes[number].work->type();
        return api.end(cudaSuccess);
    }
    return api.end(cudaErrorInvalidValue);
}

cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode *mode)
{
    Api api;
    if (api.error) return api.end(api.error);
    if (!mode || *mode > cudaStreamCaptureModeRelaxed) return api.end(cudaErrorInvalidValue);
    std::swap(thread_mode, *mode);
    return api.end(cudaSuccess);
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t *out, cudaGraph_t of, unsigned long long flags)
{
    Api api;
    Handle *graph = find(graphs, of);
    if (api.error) return api.end(api.error);
    if (!out || !graph || flags & ~3ull) return api.end(cudaErrorInvalidValue);
    const char *told = getenv("WICK_EMU_GRAPHS");
    if (told && *told == '1') describe(*graph->graph);
    *out = (cudaGraphExec_t)(void *)open_handle(&execs, graph->graph, graph->device);
    state().graph_execs++;
    return api.end(cudaSuccess);
}

static cudaError_t launch_graph(cudaGraphExec_t handle, cudaStream_t on, bool run)
{
    Api api;
    auto stream = stream_find(on);
    Handle *exec = find(execs, handle);
    if (api.error) return api.end(api.error);
    if (!exec) return api.end(cudaErrorInvalidValue);
    if (!stream) return api.end(cudaErrorInvalidResourceHandle);
    cudaError_t error = run ? planned(WKI_EMU_FAIL_LAUNCH) : cudaSuccess;
    if (error >= 700 && error < 800) set_sticky(stream->device, error);
    if (error) return api.end(error);
    if (!run && stream->capture)
        return api.end(spoil(stream->capture.get(), nullptr, cudaErrorStreamCaptureUnsupported));
    if (!run) return api.end(cudaSuccess);
    auto work = std::make_shared<GraphWork>();
    work->device = stream->device;
    work->graph = exec->graph;
    return api.end(issue(stream, work));
}

cudaError_t cudaGraphUpload(cudaGraphExec_t exec, cudaStream_t stream) { return launch_graph(exec, stream, false); }
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) { return launch_graph(exec, stream, true); }

cudaError_t cudaGraphDestroy(cudaGraph_t handle)
{
    Api api(API_ANYWAY);
    Handle *graph = find(graphs, handle);
    if (!graph) return api.end(cudaErrorInvalidValue);
    graphs.erase(graph);
    delete graph;
    state().graphs--;
    return api.end(api.error);
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t handle)
{
    Api api(API_ANYWAY);
    Handle *exec = find(execs, handle);
    if (!exec) return api.end(cudaErrorInvalidValue);
    execs.erase(exec);
    delete exec;
    state().graph_execs--;
    return api.end(api.error);
}
