/* Device memory: for each device a range of addresses without access rights, of which the live allocations are opened
 * while the device runs: a host that follows a device pointer meets SIGSEGV. An address is given out once (until the
 * range is used up), what is fresh is full of NaNs, an allocation ends where the next page has no rights, and ASan is
 * told of what lies around it. Pinned memory is the host's. */
#include "emu_core.h"
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

namespace wki_emu
{

constexpr size_t page = 4096, gap = 16 * page, range = (size_t)(tsan ? 16 : 64) << 30, tile = (size_t)4 << 20;
struct Block {
    size_t size;
    char *first; /* of its pages */
    size_t pages_size;
};
struct Range {
    char *start;
    size_t cursor, used;
    bool open;
    std::map<char *, Block> blocks;
};
static Range ranges[devices];
static std::map<char *, size_t> pinned;
static size_t pinned_total;
static int nans = -1;

static size_t up(size_t n, size_t to) { return (n + to - 1) / to * to; }

/* A file of ones bits, mapped privately over and over: pages are copied when they are written, so that a large
 * allocation costs nothing. */
static bool nans_ready()
{
    if (nans >= 0) return true;
    nans = memfd_create("wick-emu", MFD_CLOEXEC);
    if (nans < 0 || ftruncate(nans, tile)) return false;
    void *at = mmap(nullptr, tile, PROT_READ | PROT_WRITE, MAP_SHARED, nans, 0);
    if (at == MAP_FAILED) return false;
    memset(at, 0xFF, tile);
    munmap(at, tile);
    return true;
}

static bool cover(char *at, size_t size)
{
    for (size_t done = 0; done < size; done += tile) {
        size_t part = size - done < tile ? size - done : tile;
        int flags = MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE;
        if (mmap(at + done, part, PROT_NONE, flags, nans, 0) == MAP_FAILED) return false;
    }
    return true;
}

static bool uncover(char *at, size_t size)
{
    return mmap(at, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) != MAP_FAILED;
}

/* Where the next `size` bytes of pages may lie: behind all that was given out, from the start again at the range's end.
 */
static char *room(Range *r, size_t size)
{
    size_t at = r->cursor;
    for (int wrapped = 0; wrapped < 2;) {
        if (at + size + gap > range) {
            at = 0;
            wrapped++;
            continue;
        }
        auto next = r->blocks.lower_bound(r->start + at);
        if (next != r->blocks.begin() &&
            std::prev(next)->second.first + std::prev(next)->second.pages_size + gap > r->start + at) {
            const Block &before = std::prev(next)->second;
            at = (size_t)(before.first - r->start) + before.pages_size + gap;
        } else if (next != r->blocks.end() && next->second.first < r->start + at + size + gap) {
            at = (size_t)(next->second.first - r->start) + next->second.pages_size + gap;
        } else {
            r->cursor = at + size + gap;
            return r->start + at;
        }
    }
    return nullptr;
}

cudaError_t memory_get(int device, size_t size, void **out)
{
    Range *r = &ranges[device];
    if (!r->start) {
        void *at = mmap(nullptr, range, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (at == MAP_FAILED || !nans_ready()) return cudaErrorMemoryAllocation;
        r->start = (char *)at;
        r->cursor = gap;
    }
    size_t rounded = up(size, 256);
    if (size > state().memory || r->used + rounded > state().memory) return cudaErrorMemoryAllocation;
    size_t pages_size = up(rounded, page);
    char *first = room(r, pages_size);
    if (!first || !cover(first, pages_size)) return cudaErrorMemoryAllocation;
    /* Its end is where rights end. */
    char *at = first + pages_size - rounded;
    r->blocks[at] = Block{ size, first, pages_size };
    r->used += rounded;
    poison(first, pages_size);
    unpoison(at, size);
    *out = at;
    return cudaSuccess;
}

bool memory_put(void *where)
{
    for (Range &r : ranges) {
        auto at = r.blocks.find((char *)where);
        if (at == r.blocks.end()) continue;
        uncover(at->second.first, at->second.pages_size);
        poison(at->second.first, at->second.pages_size);
        r.used -= up(at->second.size, 256);
        r.blocks.erase(at);
        return true;
    }
    return false;
}

size_t memory_used(int device) { return ranges[device].used; }
size_t memory_limit() { return state().memory; }

cudaError_t pinned_get(size_t size, void **out)
{
    void *at = nullptr;
    if (posix_memalign(&at, 256, size)) return cudaErrorMemoryAllocation;
    pinned[(char *)at] = size;
    pinned_total += size;
    *out = at;
    return cudaSuccess;
}

bool pinned_put(void *where)
{
    auto at = pinned.find((char *)where);
    if (at == pinned.end()) return false;
    pinned_total -= at->second;
    pinned.erase(at);
    free(where);
    return true;
}

/* The allocation that begins at or before an address, if the address is inside it or at its end. */
template <class M> static auto around(M &blocks, char *at, size_t (*size)(const typename M::mapped_type &))
{
    auto next = blocks.upper_bound(at);
    if (next == blocks.begin()) return blocks.end();
    --next;
    return at <= next->first + size(next->second) ? next : blocks.end();
}

Place memory_find(const void *where, size_t size)
{
    char *at = (char *)where;
    for (int device = 0; device < devices; device++) {
        Range &r = ranges[device];
        if (!r.start || at < r.start || at >= r.start + range) continue;
        auto found = around(
            r.blocks, at, +[](const Block &b) { return b.size; });
        if (found == r.blocks.end() || size > (size_t)(found->first + found->second.size - at))
            return { Place::LOST, device, nullptr, 0 };
        return { Place::DEVICE, device, found->first, found->second.size };
    }
    auto found = around(
        pinned, at, +[](const size_t &n) { return n; });
    if (found != pinned.end() && (at < found->first + found->second || !size)) {
        bool inside = size <= (size_t)(found->first + found->second - at);
        return { inside ? Place::PINNED : Place::LOST, 0, found->first, found->second };
    }
    return { Place::HOST, 0, nullptr, 0 };
}

bool memory_is_host(const void *at)
{
    const uintptr_t low = (uintptr_t)1 << 44, high = (uintptr_t)1 << 47; /* smaller numbers are numbers */
    unsigned char there;
    if ((uintptr_t)at < low || (uintptr_t)at >= high || memory_find(at, 0).kind != Place::HOST) return false;
    return !mincore((void *)((uintptr_t)at & ~(page - 1)), 1, &there);
}

static void rights(int device, bool open)
{
    Range &r = ranges[device];
    if (r.open == open) return;
    for (auto &block : r.blocks)
        mprotect(block.second.first, block.second.pages_size, open ? PROT_READ | PROT_WRITE : PROT_NONE);
    r.open = open;
}

/* In the thread that runs the device a bad address is the kernel's fault: it goes on in `fell`, at the top of a stack
 * that is given up. */
static thread_local bool on_device;
static const int signals[] = { SIGSEGV, SIGFPE, SIGILL };
static struct sigaction before[3];
static char *volatile bad_address;
static volatile int bad_signal;

static void fell()
{
    if (bad_signal == SIGFPE) kernel_fault(cudaErrorLaunchFailure, "an integer is divided by zero");
    if (bad_signal == SIGILL)
        kernel_fault(cudaErrorMisalignedAddress,
                     "it does what a GPU does otherwise: an address is not a multiple of what is read there, a number "
                     "does not fit its integer type, a shift is too far, or an index is outside its array");
    Place place = memory_find(bad_address, 1);
    const char *what = place.kind == Place::LOST     ? "freed, or beyond an allocation"
                       : !kernel_has_begun()         ? "touched before it waits for the kernels that it comes behind"
                       : place.kind == Place::DEVICE ? "the other device's memory"
                                                     : "no memory";
    kernel_fault(cudaErrorIllegalAddress, "address %p is %s", (void *)bad_address, what);
}

#if defined(__x86_64__) && !defined(WKI_EMU_ASAN) && !defined(WKI_EMU_TSAN)
static void caught(int number, siginfo_t *info, void *context)
{
    if (!on_device || !kernel_running()) {
        /* Not ours: it happens again, and finds whoever was there before. */
        for (size_t i = 0; i < 3; i++)
            if (signals[i] == number) sigaction(number, &before[i], nullptr);
        return;
    }
    /* what the processor itself finds misaligned has no address */
    bad_signal = number == SIGSEGV && info->si_code == SI_KERNEL ? SIGILL : number;
    bad_address = (char *)info->si_addr;
    ucontext_t *at = (ucontext_t *)context;
    at->uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)fell;
    at->uc_mcontext.gregs[REG_RSP] = (greg_t)(((uintptr_t)kernel_stack_top() & ~(uintptr_t)15) - 8);
}

/* The handler needs a stack that is whole even where the kernel's has run over. */
struct SignalStack {
    void *at = nullptr;
    ~SignalStack()
    {
        stack_t none = {};
        none.ss_flags = SS_DISABLE;
        if (at) sigaltstack(&none, nullptr);
        free(at);
    }
};
static thread_local SignalStack signal_stack;

static void watch()
{
    static bool installed;
    if (!signal_stack.at) {
        stack_t stack = {};
        stack.ss_size = 64 * 1024;
        stack.ss_sp = signal_stack.at = malloc(stack.ss_size);
        sigaltstack(&stack, nullptr);
    }
    if (installed) return;
    struct sigaction action = {};
    action.sa_sigaction = caught;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    installed = true;
    for (size_t i = 0; i < 3; i++) installed = !sigaction(signals[i], &action, &before[i]) && installed;
}
#else
static void watch()
{
    (void)fell;
    (void)before;
    (void)signals;
}
#endif

void memory_open(unsigned which)
{
    watch();
    on_device = true;
    for (int device = 0; device < devices; device++) rights(device, which >> device & 1);
}

void memory_close()
{
    for (int device = 0; device < devices; device++) rights(device, false);
    on_device = false;
}

void memory_live(wki_emu_live_t *live)
{
    for (Range &r : ranges) {
        live->device_blocks += r.blocks.size();
        for (auto &block : r.blocks) live->device_bytes += block.second.size;
    }
    live->pinned_bytes = pinned_total;
    live->pinned_blocks = pinned.size();
}
} // namespace wki_emu
