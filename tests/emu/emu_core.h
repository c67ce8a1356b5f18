/* What the emulator's own files share: fibers, blocks, memory, streams and the entry of an API call. One lock stands over all of it: host
 * threads take turns, and the thread that waits for a stream is the one that runs its work. These files are built without sanitizers (they
 * switch stacks and touch what kernels race on); what a sanitizer must know of them is said to it by name. */
#ifndef WKI_EMU_CORE_H
#define WKI_EMU_CORE_H
#include "include/cuda_runtime_api.h"
#include "include/emu.h"
#include "include/emu_control.h"
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#undef threadIdx
#undef blockIdx
#undef blockDim
#undef gridDim

#if !defined(__x86_64__) && !defined(WKI_EMU_UCONTEXT)
#define WKI_EMU_UCONTEXT
#endif

extern "C" {
void wki_emu_jump(void **save, void *load) __attribute__((visibility("hidden")));
/* Sanitizers of the program that this is linked to. */
#ifdef WKI_EMU_ASAN
void __asan_poison_memory_region(const volatile void *at, size_t size);
void __asan_unpoison_memory_region(const volatile void *at, size_t size);
void __sanitizer_start_switch_fiber(void **save, const void *bottom, size_t size);
void __sanitizer_finish_switch_fiber(void *save, const void **bottom, size_t *size);
#endif
#ifdef WKI_EMU_TSAN
void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void *fiber);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);
void __tsan_acquire(void *tag);
void __tsan_release(void *tag);
void AnnotateIgnoreWritesBegin(const char *file, int line);
void AnnotateIgnoreWritesEnd(const char *file, int line);
#endif
}

namespace wki_emu {

#ifdef WKI_EMU_ASAN
inline void poison(const void *at, size_t size) { __asan_poison_memory_region(at, size); }
inline void unpoison(const void *at, size_t size) { __asan_unpoison_memory_region(at, size); }
constexpr bool asan = true;
#else
inline void poison(const void *, size_t) {}
inline void unpoison(const void *, size_t) {}
constexpr bool asan = false;
#endif
#ifdef WKI_EMU_TSAN
inline void acquire(void *tag) { __tsan_acquire(tag); }
inline void release(void *tag) { __tsan_release(tag); }
constexpr bool tsan = true;
#else
inline void acquire(void *) {}
inline void release(void *) {}
constexpr bool tsan = false;
#endif

constexpr int devices = 2;
constexpr unsigned max_threads = 1024;
constexpr size_t shared_limit = 48 * 1024, shared_optin = 227 * 1024;

/* Small, fast, and the same on every machine. */
struct Random {
    uint64_t state = 1;
    void seed(uint64_t s) { state = (s + 1) * 0x9e3779b97f4a7c15ull; }
    unsigned next()
    {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        return (unsigned)(state >> 32);
    }
    unsigned below(unsigned n) { return (unsigned)((uint64_t)next() * n >> 32); }
};

/* fiber.cpp: a stack of its own, and changes between them. */
struct Fiber {
    void *sp = nullptr;     /* where it goes on, while it does not run */
    void *context = nullptr; /* the same, where there is no switch of our own */
    char *stack = nullptr;
    size_t size = 0;
    void *fake = nullptr, *tsan = nullptr; /* the sanitizers' */
};
Fiber *fiber_new(unsigned number, void (*body)());
/* (Re)starts it at its body: what it was doing is given up. */
void fiber_prepare(Fiber *fiber, void (*body)());
/* Where no sanitizer wants to know of it, a change is the jump alone. */
#if !defined(WKI_EMU_UCONTEXT) && !defined(WKI_EMU_ASAN) && !defined(WKI_EMU_TSAN)
#define WKI_EMU_BARE
inline void fiber_switch(Fiber *from, Fiber *to) { wki_emu_jump(&from->sp, to->sp); }
inline void fiber_entered(Fiber *) {}
#else
void fiber_switch(Fiber *from, Fiber *to);
/* A fiber's first words, told where it came from. */
void fiber_entered(Fiber *self);
#endif
/* The stack that the calling thread is on becomes `host`. */
void fiber_host(Fiber *host);

/* block.cpp: a kernel from the first block to the last. */
struct Kernel {
    const char *name; /* a literal of the launch */
    const void *kernel;
    void (*run)(const void *kernel, const void *args);
    const char *args;
    size_t args_size; /* 0: they may hold what is none */
    const unsigned short *pointers;
    unsigned pointer_count;
    dim3 grid, block;
    size_t shared;
    int device;
    bool early = false; /* it may have begun before what it comes behind has ended */
};
cudaError_t kernel_run(const Kernel &kernel);
/* The running kernel's fault, from outside its threads (a signal). */
bool kernel_running();
char *kernel_stack_top();
/* Has it waited for what it comes behind, if that is its own to do? */
bool kernel_has_begun();
[[noreturn]] void kernel_fault(cudaError_t error, const char *what, ...) __attribute__((format(printf, 2, 3)));
unsigned long switches();

/* shared.cpp: a block's shared arrays. */
void shared_begin(size_t dynamic);
/* NULL, or the name of an array beyond whose ends was written. */
const char *shared_end();

/* memory.cpp: device and pinned memory. */
struct Place {
    enum Kind { HOST, PINNED, DEVICE, LOST } kind; /* LOST: in a device's range, but in no allocation, or over the end of one */
    int device;
    char *base;
    size_t size;
};
Place memory_find(const void *at, size_t size);
/* Is it, where allocators, stacks and libraries lie, memory that a device knows nothing of? */
bool memory_is_host(const void *at);
cudaError_t memory_get(int device, size_t size, void **out);
bool memory_put(void *at);
cudaError_t pinned_get(size_t size, void **out);
bool pinned_put(void *at);
size_t memory_used(int device);
size_t memory_limit();
/* From open to close the calling thread may touch the memory of these devices (bits). */
void memory_open(unsigned which);
void memory_close();

/* stream.cpp: work in order. */
struct Stream;
struct Capture;
struct Work {
    int device = 0;
    virtual ~Work() {}
    virtual cudaGraphNodeType type() const { return cudaGraphNodeTypeGraph; }
    virtual const char *name() const { return "a library's"; }
    virtual void begin_early() {} /* a kernel, which then has to wait by itself for what it comes behind */
    virtual cudaError_t run() = 0;
};
using WorkPtr = std::shared_ptr<Work>;
struct Dep {
    std::shared_ptr<Stream> stream;
    uint64_t ticket;
};
struct Queued {
    WorkPtr work; /* none: only waits */
    std::vector<Dep> deps;
};
struct Stream {
    int device = 0;
    bool blocking = true, legacy = false;
    uint64_t issued = 0, done = 0;
    std::deque<Queued> queue;
    std::shared_ptr<Capture> capture;
    std::vector<unsigned> capture_last; /* the nodes that its next captured work comes after */
    std::vector<unsigned> capture_early; /* those of them that the next work, a kernel, waits for by itself */
    std::vector<cudaGraphNode_t> capture_told; /* the same, as last told by cudaStreamGetCaptureInfo */
    std::vector<cudaGraphEdgeData> capture_edges;
};
struct Record {
    Dep at;
    double time = 0;
};
struct Event {
    int device;
    bool timing;
    std::shared_ptr<Record> record;
    std::shared_ptr<Capture> capture; /* last recorded in a capturing stream: */
    std::vector<unsigned> nodes;
};
std::shared_ptr<Stream> stream_find(cudaStream_t handle);
/* Queues or captures; may run some of what waits. */
cudaError_t issue(const std::shared_ptr<Stream> &stream, WorkPtr work);
void run_until(const Dep &dep);
void drain_device(int device);
bool is_done(const Dep &dep);
cudaError_t issue_copy(const std::shared_ptr<Stream> &stream, void *dst, const void *src, size_t size, cudaMemcpyKind kind);

/* capture.cpp: streams whose work becomes a graph. */
struct Node {
    WorkPtr work;
    std::vector<unsigned> after;
};
struct Graph {
    std::vector<Node> nodes;
};
struct Capture {
    cudaStreamCaptureMode mode;
    std::thread::id thread;
    bool invalid = false;
    std::shared_ptr<Stream> origin;
    std::shared_ptr<Graph> graph = std::make_shared<Graph>();
    std::vector<std::shared_ptr<Stream>> streams;
};
cudaError_t capture_add(const std::shared_ptr<Stream> &stream, WorkPtr work);
cudaError_t capture_record(const std::shared_ptr<Stream> &stream, Event *event);
cudaError_t capture_wait(const std::shared_ptr<Stream> &stream, Event *event);
/* What an unsafe call (one that may wait for the device) gets while something is captured. */
cudaError_t capture_unsafe();
/* What use of the legacy stream gets. */
cudaError_t capture_legacy(int device);
/* What a wait for the whole device gets. */
cudaError_t capture_device(int device);
void capture_drop_all();
extern std::vector<std::shared_ptr<Capture>> captures;

/* device.cpp: devices, errors, the control calls. */
struct State {
    std::mutex lock;
    cudaError_t sticky[devices] = {};
    unsigned seed = 0;
    size_t memory = (size_t)4 << 30;
    bool quiet = false, host_tables = false; /* copies read ordinary memory when their turn comes */
    std::string last_fault;
    unsigned long counts[WKI_EMU_FAIL_KINDS] = {}, fail_at[WKI_EMU_FAIL_KINDS] = {};
    int fail_with[WKI_EMU_FAIL_KINDS] = {};
    size_t graphs = 0, graph_execs = 0, blas = 0, dnn = 0;
    unsigned long kernels = 0;
    Random random;
    std::map<cudaStream_t, std::shared_ptr<Stream>> streams;
    std::set<cudaEvent_t> events;
    std::map<const void *, int> dynamic_shared; /* what cudaFuncSetAttribute allowed a kernel */
    std::set<int> blas_refused;
    std::set<const void *> objects; /* of libraries */
    State();
};
State &state();
int current_device();
/* The planned failure of a kind, or cudaSuccess. */
cudaError_t planned(wki_emu_fail_kind kind);
void set_sticky(int device, cudaError_t error);
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* An API call: the lock, the planned failures, the sticky error of the current device, rules of capture. */
enum { API_UNSAFE = 1, API_ANYWAY = 2 };
class Api
{
    std::unique_lock<std::mutex> hold;

  public:
    cudaError_t error;
    explicit Api(unsigned flags = 0);
    cudaError_t end(cudaError_t result);
};
} // namespace wki_emu
#endif
