/* A kernel from its first block to its last. A fiber runs one thread of the grid after the other until one must wait;
 * the fiber then goes to sleep with it, and another carries on: a kernel that never waits never changes stacks. What is
 * wrong ends the kernel, not the process: its fibers are given up and begin anew with the next kernel. */
#include "emu_core.h"
#include <cstdarg>
#include <cstdio>

namespace wki_emu
{

Now now;

enum { NOT_WAITING, AT_BARRIER, AT_MEETING };
struct alignas(64) Thread {
    uint3 index;
    unsigned fiber;
    int waits;
    bool begun; /* it has waited for what the kernel comes behind */
    unsigned mask, source, meetings;
    Meeting what;
    unsigned long long word, result;
};
struct Warp {
    unsigned waiting, gone, present; /* a bit a lane */
};
/* The numbers below count, each once, in an order that a step and a start give. */
struct Order {
    uint64_t count, step, start;
    void set(uint64_t n, Random *random);
    uint64_t at(uint64_t i) const
    {
        return step == 1 && !start ? i : (uint64_t)(((wki_emu_u128)i * step + start) % count);
    }
};

static Thread threads[max_threads];
static Warp warps[max_threads / 32];
static Fiber *fibers[max_threads + 1], host;
static unsigned fiber_count, idle[max_threads + 1], idle_count, current;
static unsigned ready[max_threads], ready_count;
static const Kernel *running;
static bool shuffled, any_begun;
static Random *random_order; /* the emulator's, within a kernel */
static unsigned thread_count, started, done, at_barrier, barrier_generation;
static int barrier_site, barrier_count, barrier_answer;
static unsigned barrier_first;
static Reduce barrier_reduce;
static uint64_t block_count, blocks_begun;
static Order block_order, thread_order;
static cudaError_t failure;
static unsigned long changes;
static char launch_tag, end_tag, barrier_tag[2], meeting_tag[max_threads / 32][2];

unsigned long switches() { return changes; }
bool kernel_running() { return running != nullptr; }
char *kernel_stack_top() { return fibers[current]->stack + fibers[current]->size; }

void Order::set(uint64_t n, Random *random)
{
    count = n, step = 1, start = 0;
    if (!random || n < 2) return;
    start = ((uint64_t)random->next() << 32 | random->next()) % n;
    for (;;) {
        step = ((uint64_t)random->next() << 32 | random->next()) % n;
        uint64_t a = step, b = n;
        while (b) {
            uint64_t rest = a % b;
            a = b, b = rest;
        }
        if (a == 1) return;
    }
}

void kernel_fault(cudaError_t error, const char *what, ...)
{
    char text[400];
    va_list list;
    va_start(list, what);
    vsnprintf(text, sizeof text, what, list);
    va_end(list);
    tell("kernel %s, block (%u,%u,%u), thread (%u,%u,%u): %s", running->name, now.block.x, now.block.y, now.block.z,
         now.thread.x, now.thread.y, now.thread.z, text);
    failure = error;
    release(&end_tag);
    fiber_switch(fibers[current], &host);
    __builtin_unreachable();
}

void begin()
{
    threads[now.linear].begun = true;
    if (running->early && !any_begun) memory_open(1u << running->device);
    any_begun = true;
}

bool kernel_has_begun() { return !running->early || any_begun; }

void trap(const char *what) { kernel_fault(cudaErrorLaunchFailure, "%s", what); }

static void go(unsigned to)
{
    unsigned from = current;
    if (from == to) return;
    current = to;
    changes++;
    fiber_switch(fibers[from], fibers[to]);
}

static void body();
static unsigned take_fiber()
{
    if (idle_count) return idle[--idle_count];
    fibers[fiber_count] = fiber_new(fiber_count, body);
    return fiber_count++;
}

/* The fiber that goes on when this one cannot. */
static unsigned pick()
{
    Random &random = *random_order;
    bool fresh = started < thread_count;
    if (ready_count && !(fresh && shuffled && random.next() & 1)) {
        unsigned i = shuffled ? random.below(ready_count) : ready_count - 1, thread = ready[i];
        ready[i] = ready[--ready_count];
        return threads[thread].fiber;
    }
    if (fresh) return take_fiber();
    for (unsigned i = 0; i < thread_count; i++)
        if (threads[i].waits) {
            now.thread = threads[i].index;
            kernel_fault(cudaErrorLaunchTimeout, "deadlock: it waits at %s, and all others wait elsewhere or have left",
                         threads[i].waits == AT_BARRIER ? "__syncthreads" : "a warp's call for lanes of its mask");
        }
    kernel_fault(cudaErrorLaunchTimeout, "deadlock");
}

static void wait_as(Thread *self, int how)
{
    unsigned linear = now.linear;
    self->waits = how;
    release(&end_tag); /* it may never come back */
    go(pick());
    self->waits = NOT_WAITING;
    now.linear = linear;
    now.thread = self->index;
}

static void begin_block()
{
    uint64_t at = block_order.at(blocks_begun++);
    now.block = { (unsigned)(at % now.grid_dim.x), (unsigned)(at / now.grid_dim.x % now.grid_dim.y),
                  (unsigned)(at / now.grid_dim.x / now.grid_dim.y) };
    if (shuffled) thread_order.start = random_order->below(thread_count);
    for (unsigned i = 0; i * 32 < thread_count; i++) warps[i].waiting = warps[i].gone = 0;
    started = done = at_barrier = ready_count = 0;
    shared_begin(running->shared);
}

static void end_block()
{
    const char *array = shared_end();
    if (array) kernel_fault(cudaErrorIllegalAddress, "shared array %s: something was written beyond its ends", array);
}

/* The next thread of this block, or of the next one if this is over; false if there is none to begin. */
static bool begin_thread()
{
    if (done == thread_count && blocks_begun < block_count) {
        end_block();
        begin_block();
    }
    if (started == thread_count) return false;
    unsigned i = (unsigned)thread_order.at(started++);
    Thread *self = &threads[i];
    const dim3 &b = now.block_dim;
    if (b.y == 1 && b.z == 1)
        self->index = { i, 0, 0 };
    else
        self->index = { i % b.x, i / b.x % b.y, i / b.x / b.y };
    self->fiber = current;
    self->waits = NOT_WAITING;
    self->begun = false;
    self->meetings = 0;
    now.linear = i;
    now.thread = self->index;
    return true;
}

static void end_thread()
{
    unsigned i = now.linear, lane = i & 31;
    Warp *warp = &warps[i / 32];
    if (running->early && !threads[i].begun)
        kernel_fault(cudaErrorLaunchFailure, "it did not wait for the kernels that it comes behind");
    if (at_barrier)
        kernel_fault(cudaErrorLaunchFailure,
                     "it leaves the kernel, and thread (%u,%u,%u) waits for it at __syncthreads",
                     threads[barrier_first].index.x, threads[barrier_first].index.y, threads[barrier_first].index.z);
    for (unsigned others = warp->waiting; others; others &= others - 1) {
        unsigned other = (i & ~31u) + (unsigned)__builtin_ctz(others);
        if (threads[other].mask >> lane & 1)
            kernel_fault(cudaErrorLaunchFailure, "it leaves the kernel, and lane %u waits for it in a warp's call",
                         other & 31);
    }
    warp->gone |= 1u << lane;
    done++;
}

static void body()
{
    unsigned self = current;
    fiber_entered(fibers[self]);
    for (;;) {
        while (begin_thread()) {
            acquire(&launch_tag);
            running->run(running->kernel, running->args);
            release(&end_tag);
            end_thread();
            if (tsan) break; /* races are seen between fibers: one for each thread of a block */
        }
        if (done == thread_count && blocks_begun == block_count) {
            end_block();
            idle[idle_count++] = self;
            fiber_switch(fibers[self], &host);
        } else {
            if (done == thread_count) {
                end_block();
                begin_block();
            }
            unsigned next = pick();
            idle[idle_count++] = self;
            go(next);
        }
    }
}

int block_barrier(int site, Reduce reduce, int predicate)
{
    Thread *self = &threads[now.linear];
    if (done)
        kernel_fault(cudaErrorLaunchFailure, "it waits at __syncthreads, and other threads of its block have left");
    if (!at_barrier) {
        barrier_site = site, barrier_reduce = reduce, barrier_count = 0, barrier_first = now.linear;
    } else if (site != barrier_site) {
        kernel_fault(cudaErrorLaunchFailure, "it waits at another __syncthreads than thread (%u,%u,%u)",
                     threads[barrier_first].index.x, threads[barrier_first].index.y, threads[barrier_first].index.z);
    }
    void *tag = &barrier_tag[barrier_generation & 1];
    release(tag);
    barrier_count += predicate != 0;
    self->waits = AT_BARRIER;
    if (++at_barrier == thread_count) {
        int all = barrier_count == (int)thread_count;
        barrier_answer = barrier_reduce == REDUCE_COUNT ? barrier_count
                         : barrier_reduce == REDUCE_AND ? all
                                                        : barrier_count != 0;
        at_barrier = 0;
        barrier_generation++;
        for (unsigned i = 0; i < thread_count; i++)
            if (i != now.linear || shuffled) ready[ready_count++] = i;
        if (shuffled) wait_as(self, AT_BARRIER);
        self->waits = NOT_WAITING;
    } else {
        wait_as(self, AT_BARRIER);
    }
    acquire(tag);
    return barrier_answer;
}

/* All lanes of the mask are there: each gets its answer and may go on. */
static void meet(unsigned first, unsigned mask, Meeting what)
{
    unsigned long long votes = 0;
    for (unsigned lanes = mask; lanes; lanes &= lanes - 1) {
        unsigned lane = (unsigned)__builtin_ctz(lanes);
        Thread *thread = &threads[first + lane];
        if (thread->mask != mask)
            kernel_fault(cudaErrorLaunchFailure, "lane %u came to the same call with mask %08x, this one with %08x",
                         lane, thread->mask, mask);
        if (thread->what != what)
            kernel_fault(cudaErrorLaunchFailure, "lane %u of its mask is in another kind of call", lane);
        if (thread->word) votes |= 1ull << lane;
    }
    for (unsigned lanes = mask; lanes; lanes &= lanes - 1) {
        unsigned lane = (unsigned)__builtin_ctz(lanes);
        Thread *thread = &threads[first + lane];
        bool there = thread->source < 32 && mask >> thread->source & 1;
        thread->result = what == MEET_BALLOT ? votes : there ? threads[first + thread->source].word : ~0ull;
        if (first + lane != now.linear) ready[ready_count++] = first + lane;
    }
    warps[first / 32].waiting &= ~mask;
}

unsigned long long warp_meet(unsigned mask, Meeting what, unsigned long long word, unsigned source)
{
    unsigned i = now.linear, lane = i & 31, first = i & ~31u;
    Thread *self = &threads[i];
    Warp *warp = &warps[i / 32];
    if (!(mask >> lane & 1))
        kernel_fault(cudaErrorLaunchFailure, "lane %u calls with a mask, %08x, that it is not of", lane, mask);
    if (mask & ~warp->present)
        kernel_fault(cudaErrorLaunchFailure, "the mask %08x names lanes that the block does not have (%08x)", mask,
                     warp->present);
    if (mask & warp->gone)
        kernel_fault(cudaErrorLaunchFailure, "the mask %08x names lanes that have left the kernel (%08x)", mask,
                     warp->gone);
    void *tag = &meeting_tag[i / 32][self->meetings++ & 1];
    release(tag);
    self->mask = mask, self->what = what, self->word = word, self->source = source;
    warp->waiting |= 1u << lane;
    if ((warp->waiting & mask) == mask)
        meet(first, mask, what);
    else
        wait_as(self, AT_MEETING);
    acquire(tag);
    return self->result;
}

/* Pointers among the arguments must be the device's, pinned, or null: the host's memory is none of a kernel's business.
 */
static bool pointers_are_right(const Kernel &kernel)
{
    for (unsigned i = 0; i < kernel.pointer_count; i++) {
        char *at;
        memcpy(&at, &kernel.args[kernel.pointers[i]], sizeof at);
        if (!at) continue;
        Place place = memory_find(at, 0);
        if (place.kind == Place::PINNED || (place.kind == Place::DEVICE && place.device == kernel.device)) continue;
        const char *what = place.kind == Place::HOST   ? "memory of the host"
                           : place.kind == Place::LOST ? "freed or foreign device memory"
                                                       : "the other device's memory";
        tell("kernel %s: pointer argument %u (%p) is %s", kernel.name, i + 1, (void *)at, what);
        return false;
    }
    return true;
}

/* Nor is there any inside of a struct among them. */
static bool structs_are_right(const Kernel &kernel)
{
    for (size_t at = 0; at + sizeof(char *) <= kernel.args_size; at += sizeof(char *)) {
        char *word;
        memcpy(&word, kernel.args + at, sizeof word);
        if (!memory_is_host(word)) continue;
        tell("kernel %s: byte %zu of its arguments begins an address of the host's memory (%p)", kernel.name, at,
             (void *)word);
        return false;
    }
    return true;
}

cudaError_t kernel_run(const Kernel &kernel)
{
    if (!pointers_are_right(kernel) || !structs_are_right(kernel)) return cudaErrorIllegalAddress;
    Random *random = state().seed ? &state().random : nullptr;
    shuffled = random != nullptr;
    random_order = &state().random;
    running = &kernel;
    now.grid_dim = kernel.grid;
    now.block_dim = kernel.block;
    thread_count = kernel.block.x * kernel.block.y * kernel.block.z;
    block_count = (uint64_t)kernel.grid.x * kernel.grid.y * kernel.grid.z;
    blocks_begun = 0;
    failure = cudaSuccess;
    any_begun = false;
    block_order.set(block_count, random);
    thread_order.set(thread_count, random);
    for (unsigned i = 0; i * 32 < thread_count; i++) {
        unsigned lanes = thread_count - i * 32;
        warps[i].present = lanes < 32 ? (1u << lanes) - 1 : ~0u;
    }
    fiber_host(&host);
    /* To TSan who makes a fiber is ordered before it, and threads of a block are not ordered: the host makes all. */
    for (; tsan && fiber_count <= thread_count && fiber_count <= max_threads; fiber_count++) {
        fibers[fiber_count] = fiber_new(fiber_count, body);
        idle[idle_count++] = fiber_count;
    }
    release(&launch_tag);
    begin_block();
    current = take_fiber();
    changes++;
    fiber_switch(&host, fibers[current]);
    acquire(&end_tag);
    running = nullptr;
    state().kernels++;
    if (failure) {
        shared_end();
        for (idle_count = 0; idle_count < fiber_count; idle_count++) {
            fiber_prepare(fibers[idle_count], body);
            idle[idle_count] = idle_count;
        }
    }
    return failure;
}
} // namespace wki_emu
