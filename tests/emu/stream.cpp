/* Streams as queues that run late, and events that order them. A piece of work carries what must be done before it: the
 * work before it in its stream, and what it was told to wait for, as (stream, how many pieces of it). Nothing runs by
 * itself: the thread that waits runs what it waits for and what that waits for, and with a seed perhaps more. */
#include "emu_core.h"
#include <ctime>

namespace wki_emu
{

constexpr size_t longest_queue = 1024; /* a launch into a longer one waits, as on a device */
static std::shared_ptr<Stream> legacy[devices];
static std::vector<std::shared_ptr<Stream>> leaving; /* destroyed, with work left */

static std::shared_ptr<Stream> legacy_of(int device)
{
    if (!legacy[device]) {
        legacy[device] = std::make_shared<Stream>();
        legacy[device]->device = device;
        legacy[device]->legacy = true;
    }
    return legacy[device];
}

std::shared_ptr<Stream> stream_find(cudaStream_t handle)
{
    if (!handle || handle == cudaStreamLegacy) return legacy_of(current_device());
    auto found = state().streams.find(handle);
    return found == state().streams.end() ? nullptr : found->second;
}

bool is_done(const Dep &dep) { return !dep.stream || dep.stream->done >= dep.ticket; }

static double seconds()
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* What a stream's next piece still waits for, or NULL. */
static const Dep *blocker(const Stream &stream)
{
    for (const Dep &dep : stream.queue.front().deps)
        if (!is_done(dep)) return &dep;
    return nullptr;
}

static void step(Stream *stream)
{
    Queued next = std::move(stream->queue.front());
    stream->queue.pop_front();
    if (next.work && !state().sticky[next.work->device]) {
        cudaError_t error = next.work->run();
        if (error) set_sticky(next.work->device, error);
    }
    stream->done++;
}

/* One piece of whatever a stream needs to go on. */
static void advance(Stream *stream)
{
    while (const Dep *dep = blocker(*stream)) stream = dep->stream.get();
    step(stream);
}

static void advance_any()
{
    std::vector<Stream *> waiting;
    for (auto &s : legacy)
        if (s && !s->queue.empty()) waiting.push_back(s.get());
    for (auto &s : state().streams)
        if (!s.second->queue.empty()) waiting.push_back(s.second.get());
    for (auto &s : leaving)
        if (!s->queue.empty()) waiting.push_back(s.get());
    if (!waiting.empty()) advance(waiting[state().random.below((unsigned)waiting.size())]);
}

static void forget_left()
{
    for (size_t i = 0; i < leaving.size();)
        if (leaving[i]->queue.empty())
            leaving.erase(leaving.begin() + (long)i);
        else
            i++;
}

void run_until(const Dep &dep)
{
    if (is_done(dep)) return;
    while (!is_done(dep)) {
        if (state().seed && !(state().random.next() & 3))
            advance_any();
        else
            advance(dep.stream.get());
    }
    memory_close();
    forget_left();
}

void drain_device(int device)
{
    run_until({ legacy_of(device), legacy_of(device)->issued });
    auto streams = state().streams; /* what runs is behind the lock, but a stream may leave its list */
    for (auto &s : streams)
        if (s.second->device == device) run_until({ s.second, s.second->issued });
    auto rest = leaving;
    for (auto &s : rest)
        if (s->device == device) run_until({ s, s->issued });
}

/* How much of what waits runs already at a call that does not wait: by the seed nothing, now and then, often, or all at
 * once. */
static void perhaps_run(const std::shared_ptr<Stream> &stream)
{
    unsigned seed = state().seed, of_4 = seed % 4 == 1 ? 1 : seed % 4 == 2 ? 3 : seed % 4 == 3 ? 4 : 0;
    if (stream->queue.size() > longest_queue) run_until({ stream, stream->issued - longest_queue / 2 });
    if (!seed || !of_4) return;
    if (of_4 == 4)
        run_until({ stream, stream->issued });
    else if (state().random.below(16) < of_4)
        run_until({ stream, stream->done + state().random.below((unsigned)stream->queue.size() + 1) });
}

static cudaError_t queue_work(const std::shared_ptr<Stream> &stream, WorkPtr work, const Dep *also)
{
    Queued next;
    next.work = std::move(work);
    if (also && !is_done(*also)) next.deps.push_back(*also);
    if (stream->legacy) {
        for (auto &s : state().streams)
            if (s.second->blocking && s.second->device == stream->device && !s.second->queue.empty())
                next.deps.push_back({ s.second, s.second->issued });
        for (auto &s : leaving)
            if (s->blocking && s->device == stream->device && !s->queue.empty()) next.deps.push_back({ s, s->issued });
    } else if (stream->blocking && legacy[stream->device] && !legacy[stream->device]->queue.empty()) {
        next.deps.push_back({ legacy[stream->device], legacy[stream->device]->issued });
    }
    stream->queue.push_back(std::move(next));
    stream->issued++;
    perhaps_run(stream);
    return cudaSuccess;
}

cudaError_t issue(const std::shared_ptr<Stream> &stream, WorkPtr work)
{
    if (stream->capture) return capture_add(stream, std::move(work));
    if (stream->legacy) {
        cudaError_t error = capture_legacy(stream->device);
        if (error) return error;
    }
    return queue_work(stream, std::move(work), nullptr);
}

struct RecordWork : Work {
    std::shared_ptr<Record> record;
    cudaError_t run() override
    {
        record->time = seconds();
        return cudaSuccess;
    }
};

static Event *event_find(cudaEvent_t handle)
{
    return state().events.count(handle) ? (Event *)(void *)handle : nullptr;
}

/* A query tells the truth, and may leave a little done behind it, so that a host that asks again and again comes to an
 * end. */
static cudaError_t query(const Dep &dep)
{
    if (is_done(dep)) return cudaSuccess;
    uint64_t some = dep.stream->done + (state().seed ? state().random.below(3) : 1);
    run_until({ dep.stream, some < dep.ticket ? some : dep.ticket });
    return cudaErrorNotReady;
}

static cudaError_t capturing(const std::shared_ptr<Stream> &stream)
{
    stream->capture->invalid = true;
    return cudaErrorStreamCaptureUnsupported;
}

void streams_reset()
{
    for (auto &s : legacy)
        if (s) s->queue.clear(), s->done = s->issued;
    for (auto &s : state().streams) s.second->queue.clear(), s.second->done = s.second->issued;
    leaving.clear();
}

unsigned long streams_queued()
{
    unsigned long n = 0;
    for (auto &s : legacy) n += s ? s->queue.size() : 0;
    for (auto &s : state().streams) n += s.second->queue.size();
    for (auto &s : leaving) n += s->queue.size();
    return n;
}

} // namespace wki_emu
using namespace wki_emu;

cudaError_t cudaDeviceSynchronize(void)
{
    Api api(API_UNSAFE);
    if (!api.error) api.error = capture_device(current_device());
    if (api.error) return api.end(api.error);
    drain_device(current_device());
    return api.end(state().sticky[current_device()]);
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *out, unsigned flags)
{
    Api api;
    if (api.error) return api.end(api.error);
    if (!out || flags > cudaStreamNonBlocking) return api.end(cudaErrorInvalidValue);
    auto stream = std::make_shared<Stream>();
    stream->device = current_device();
    stream->blocking = flags == cudaStreamDefault;
    *out = (cudaStream_t)(void *)stream.get();
    state().streams[*out] = stream;
    return api.end(cudaSuccess);
}

cudaError_t cudaStreamCreate(cudaStream_t *out) { return cudaStreamCreateWithFlags(out, cudaStreamDefault); }

cudaError_t cudaStreamDestroy(cudaStream_t handle)
{
    Api api(API_ANYWAY);
    auto stream = handle && handle != cudaStreamLegacy ? stream_find(handle) : nullptr;
    if (!stream) return api.end(cudaErrorInvalidResourceHandle);
    if (stream->capture) return api.end(capturing(stream));
    if (!stream->queue.empty()) leaving.push_back(stream);
    state().streams.erase(handle);
    return api.end(api.error);
}

cudaError_t cudaStreamSynchronize(cudaStream_t handle)
{
    Api api;
    auto stream = stream_find(handle);
    if (api.error) return api.end(api.error);
    if (!stream) return api.end(cudaErrorInvalidResourceHandle);
    if (stream->capture) return api.end(capturing(stream));
    cudaError_t error = stream->legacy ? capture_legacy(stream->device) : cudaSuccess;
    if (error) return api.end(error);
    if (stream->legacy) queue_work(stream, nullptr, nullptr);
    run_until({ stream, stream->issued });
    return api.end(state().sticky[stream->device]);
}

cudaError_t cudaStreamQuery(cudaStream_t handle)
{
    Api api;
    auto stream = stream_find(handle);
    if (api.error) return api.end(api.error);
    if (!stream) return api.end(cudaErrorInvalidResourceHandle);
    if (stream->capture) return api.end(capturing(stream));
    cudaError_t error = stream->legacy ? capture_legacy(stream->device) : cudaSuccess;
    if (!error) error = query({ stream, stream->issued });
    return api.end(state().sticky[stream->device] ? state().sticky[stream->device] : error);
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *out, unsigned flags)
{
    Api api;
    if (api.error) return api.end(api.error);
    if (!out || flags & ~3u) return api.end(cudaErrorInvalidValue);
    Event *event = new Event{ current_device(), !(flags & cudaEventDisableTiming), nullptr, nullptr, {} };
    *out = (cudaEvent_t)(void *)event;
    state().events.insert(*out);
    return api.end(cudaSuccess);
}

cudaError_t cudaEventCreate(cudaEvent_t *out) { return cudaEventCreateWithFlags(out, cudaEventDefault); }

cudaError_t cudaEventDestroy(cudaEvent_t handle)
{
    Api api(API_ANYWAY);
    Event *event = event_find(handle);
    if (!event) return api.end(cudaErrorInvalidResourceHandle);
    state().events.erase(handle);
    delete event;
    return api.end(api.error);
}

cudaError_t cudaEventRecord(cudaEvent_t handle, cudaStream_t on)
{
    Api api;
    auto stream = stream_find(on);
    Event *event = event_find(handle);
    if (api.error) return api.end(api.error);
    if (!stream || !event || event->device != stream->device) return api.end(cudaErrorInvalidResourceHandle);
    if (stream->capture) return api.end(capture_record(stream, event));
    auto work = std::make_shared<RecordWork>();
    auto record = std::make_shared<Record>();
    work->device = stream->device;
    work->record = record;
    record->at = { stream, stream->issued + 1 };
    cudaError_t error = issue(stream, work);
    if (error) return api.end(error);
    event->record = record;
    event->capture = nullptr;
    return api.end(cudaSuccess);
}

static cudaError_t captured(Event *event)
{
    event->capture->invalid = true;
    return cudaErrorCapturedEvent;
}

cudaError_t cudaEventQuery(cudaEvent_t handle)
{
    Api api(API_UNSAFE);
    Event *event = event_find(handle);
    if (api.error) return api.end(api.error);
    if (!event) return api.end(cudaErrorInvalidResourceHandle);
    if (event->capture) return api.end(captured(event));
    cudaError_t error = event->record ? query(event->record->at) : cudaSuccess, sticky = state().sticky[event->device];
    return api.end(sticky ? sticky : error);
}

cudaError_t cudaEventSynchronize(cudaEvent_t handle)
{
    Api api;
    Event *event = event_find(handle);
    if (api.error) return api.end(api.error);
    if (!event) return api.end(cudaErrorInvalidResourceHandle);
    if (event->capture) return api.end(captured(event));
    if (event->record) run_until(event->record->at);
    return api.end(state().sticky[event->device]);
}

cudaError_t cudaEventElapsedTime(float *ms, cudaEvent_t a, cudaEvent_t b)
{
    Api api;
    Event *start = event_find(a), *end = event_find(b);
    if (api.error) return api.end(api.error);
    if (!ms) return api.end(cudaErrorInvalidValue);
    if (!start || !end || !start->timing || !end->timing || !start->record || !end->record ||
        start->device != end->device)
        return api.end(cudaErrorInvalidResourceHandle);
    if (start->capture || end->capture) return api.end(cudaErrorCapturedEvent);
    if (!is_done(start->record->at) || !is_done(end->record->at)) return api.end(cudaErrorNotReady);
    *ms = (float)((end->record->time - start->record->time) * 1e3);
    return api.end(cudaSuccess);
}

cudaError_t cudaStreamWaitEvent(cudaStream_t handle, cudaEvent_t which, unsigned flags)
{
    Api api;
    auto stream = stream_find(handle);
    Event *event = event_find(which);
    if (api.error) return api.end(api.error);
    if (!stream || !event) return api.end(cudaErrorInvalidResourceHandle);
    if (flags) return api.end(cudaErrorInvalidValue);
    if (stream->capture || event->capture) return api.end(capture_wait(stream, event));
    cudaError_t error = stream->legacy ? capture_legacy(stream->device) : cudaSuccess;
    if (!error && event->record) error = queue_work(stream, nullptr, &event->record->at);
    return api.end(error);
}
