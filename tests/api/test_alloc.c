/* The laws of memory: host structures, cached blocks, and a host's own allocator, which may fail. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/process.h"
#include "base/thread.h"
#include "base_node.h"
#include <stdatomic.h>
#include <unistd.h>

WICK_ON_CPU("its subject is the host's memory")

TEST(alloc, is_zeroed_and_grows_with_its_contents)
{
    char *memory = wki_alloc(100);
    for (int i = 0; i < 100; i++) CHECK(memory[i] == 0);
    memset(memory, 7, 100);
    memory = wki_grow(memory, 100, 1000);
    for (int i = 0; i < 1000; i++) CHECK(memory[i] == (i < 100 ? 7 : 0));
    wki_free(memory);
    wki_free(NULL);
    wki_free(wki_alloc(0));
    char *text = wki_sprintf("%s %d", "batch", 64);
    CHECK(strcmp(text, "batch 64") == 0);
    wki_free(text);
}

TEST(alloc, refuses_sizes_that_overflow)
{
    CHECK_NULL(wki_alloc_array(SIZE_MAX / 2, 3));
    CHECK_ERROR(WK_E_MEMORY, "memory: cannot allocate");
    CHECK_NULL(wki_alloc(SIZE_MAX - 3));
    CHECK_ERROR(WK_E_MEMORY, "memory");
    size_t got;
    CHECK_NULL(wki_block_get(SIZE_MAX - 3, &got));
    CHECK_ERROR(WK_E_MEMORY, "memory");
}

TEST(block, is_aligned_and_loses_little)
{
    for (size_t bytes = 0; bytes < 3000000; bytes += 1 + bytes / 7) {
        size_t got;
        char *block = wki_block_get(bytes, &got);
        CHECK(block && (uintptr_t)block % 64 == 0 && got >= bytes);
        if (bytes > 256) CHECK(got - bytes <= got / 4);
        if (bytes > 0) block[0] = block[bytes - 1] = 1;
        wki_block_put(block, got);
    }
}

TEST(block, statistics_follow_use)
{
    wk_memory before, during, after;
    CHECK(wk_memory_stats(WK_CPU, &before) == WK_OK);
    size_t got[3], sizes[3] = { 100, 70000, 5000000 }, sum = 0;
    void *blocks[3];
    for (int i = 0; i < 3; i++) {
        blocks[i] = wki_block_get(sizes[i], &got[i]);
        sum += got[i];
    }
    wk_memory_stats(WK_CPU, &during);
    for (int i = 0; i < 3; i++) wki_block_put(blocks[i], got[i]);
    wk_memory_stats(WK_CPU, &after);
    CHECK(during.used == before.used + sum && during.peak >= during.used);
    CHECK(during.allocations == before.allocations + 3);
    CHECK(after.used == before.used && after.peak == during.peak);
    wk_memory_trim();
    wk_memory_stats(WK_CPU, &after);
    CHECK(after.cached == 0);
    CHECK(wk_memory_stats(5, &after) == WK_E_DEVICE);
    CHECK_ERROR(WK_E_DEVICE, "memory_stats", "there is no device 0:5");
}

TEST(block, warm_calls_never_reach_the_system)
{
#if defined(__SANITIZE_ADDRESS__)
    return;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
    return;
#endif
#endif
    wk_memory cold, warm;
    for (int step = 0; step < 100; step++) {
        size_t got[60];
        void *blocks[60];
        for (int i = 0; i < 60; i++) blocks[i] = wki_block_get((size_t)(i * i * 512), &got[i]);
        for (int i = 0; i < 60; i++) wki_block_put(blocks[i], got[i]);
        if (step == 0) wk_memory_stats(WK_CPU, &cold);
    }
    wk_memory_stats(WK_CPU, &warm);
    CHECK(warm.from_system == cold.from_system && warm.allocations == cold.allocations + 99 * 60);
    CHECK(warm.peak == cold.peak);
}

/* Every block tells where it begins and how long it is; whoever wrote into another one's shows. */
static void mark(unsigned *block, size_t bytes, unsigned number)
{
    for (size_t i = 0; i < bytes / sizeof *block; i++) block[i] = number + (unsigned)i;
}

static void check_mark(const unsigned *block, size_t bytes, unsigned number)
{
    for (size_t i = 0; i < bytes / sizeof *block; i++)
        if (block[i] != number + (unsigned)i)
            ck_abort_msg("block %u of %zu bytes, at %zu: %u", number, bytes, i, block[i]);
}

TEST(block, of_middle_size_keep_what_they_hold_while_others_come_and_go)
{
    enum { BLOCKS = 40, ROUNDS = 400 };
    static const size_t sizes[] = { 65536, 70000, 131072, 300000, 1048576, 1605632, 2097152, 4194303 };
    unsigned *blocks[BLOCKS] = { NULL };
    size_t got[BLOCKS] = { 0 }, bytes[BLOCKS] = { 0 };
    for (unsigned round = 0; round < ROUNDS; round++) {
        const unsigned at = round * 7 % BLOCKS;
        if (blocks[at]) {
            check_mark(blocks[at], bytes[at], at);
            wki_block_put(blocks[at], got[at]);
            if (round % 3 == 0) wk_memory_trim();
        }
        bytes[at] = sizes[(round * round + round / 5) % (sizeof sizes / sizeof *sizes)];
        blocks[at] = wki_block_get(bytes[at], &got[at]);
        CHECK(blocks[at] && (uintptr_t)blocks[at] % 64 == 0);
        mark(blocks[at], bytes[at], at);
    }
    for (unsigned i = 0; i < BLOCKS; i++) {
        check_mark(blocks[i], bytes[i], i);
        wki_block_put(blocks[i], got[i]);
    }
}

#ifdef __linux__
static size_t resident(void)
{
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%*u %zu", &pages) != 1) pages = 0;
    if (file) fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* among blocks that stay */
TEST(block, of_middle_size_go_back_to_the_system)
{
    enum { BLOCKS = 64, KEPT = 8, BYTES = 1 << 20 };
    if (WKI_SANITIZED) return;
    void *blocks[BLOCKS];
    size_t got[BLOCKS];
    wk_memory_trim();
    const size_t before = resident();
    for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = wki_block_get(BYTES, &got[i]);
        memset(blocks[i], 1, BYTES);
    }
    const size_t full = resident();
    for (int i = 0; i < BLOCKS; i++)
        if (i % KEPT != 0) wki_block_put(blocks[i], got[i]);
    wk_memory_trim();
    const size_t rest = resident();
    for (int i = 0; i < BLOCKS; i += KEPT) wki_block_put(blocks[i], got[i]);
    CHECK(full >= before + (BLOCKS - 2) * BYTES);
    CHECK(rest <= before + (BLOCKS / KEPT + 2) * BYTES);
}
#endif

typedef struct pipe_of_blocks {
    wki_mutex lock;
    void *blocks[64];
    size_t got[64];
    int filled;
    bool ended;
} pipe_of_blocks;

static void give_blocks_back(void *argument)
{
    pipe_of_blocks *pipe = argument;
    for (bool ended = false; !ended;) {
        wki_lock(&pipe->lock);
        while (pipe->filled > 0) {
            pipe->filled--;
            wki_block_put(pipe->blocks[pipe->filled], pipe->got[pipe->filled]);
        }
        ended = pipe->ended;
        wki_unlock(&pipe->lock);
    }
}

TEST(block, may_be_given_back_on_another_thread)
{
    pipe_of_blocks pipe = { .lock = WKI_MUTEX_INIT };
    wk_memory before, after;
    wk_memory_stats(WK_CPU, &before);
    wki_thread *other = wki_thread_start(give_blocks_back, &pipe, "gives");
    for (int i = 0; i < 20000;) {
        wki_lock(&pipe.lock);
        if (pipe.filled < 64) {
            char *block = wki_block_get((size_t)(i % 5) * 3000 + 1, &pipe.got[pipe.filled]);
            block[0] = (char)i++;
            pipe.blocks[pipe.filled++] = block;
        }
        wki_unlock(&pipe.lock);
    }
    wki_lock(&pipe.lock);
    pipe.ended = true;
    wki_unlock(&pipe.lock);
    wki_thread_join(other);
    wk_memory_stats(WK_CPU, &after);
    CHECK(after.used == before.used);
    wk_memory_trim();
    wk_memory_stats(WK_CPU, &after);
    CHECK(after.cached == 0);
}

static struct faults {
    int left; /* calls before the one that fails; negative: none does */
    int64_t pieces, bytes;
} faults;

static void *faulty_allocate(void *user, size_t bytes, size_t align)
{
    struct faults *f = user;
    if (f->left == 0) return NULL;
    if (f->left > 0) f->left--;
    f->pieces++;
    f->bytes += (int64_t)bytes;
    void *memory = NULL;
    return posix_memalign(&memory, align < sizeof(void *) ? sizeof(void *) : align, bytes) == 0 ? memory : NULL;
}

static void faulty_release(void *user, void *memory, size_t bytes)
{
    struct faults *f = user;
    f->pieces--;
    f->bytes -= (int64_t)bytes;
    free(memory);
}

static const wk_allocator faulty = { faulty_allocate, faulty_release, &faults };

static bool work_with_memory(void)
{
    WK_SCOPE(work);
    size_t got;
    char *text = wki_strdup("a piece of text"), *grown = NULL;
    void *block = text ? wki_block_get(100000, &got) : NULL;
    if (block) wki_block_put(block, got);
    for (int i = 0; block && i < 30; i++) wk_scope_open("deep");
    node *made = block ? node_new() : NULL;
    if (made) grown = wki_grow(text, 16, 1000);
    wki_free(grown ? grown : text);
    return grown != NULL;
}

TEST(allocator, failing_at_any_call_is_an_error_and_leaks_nothing)
{
    int n = 0;
    for (bool whole = false; !whole; n++) {
        CHECK(n < 100);
        faults = (struct faults){ .left = -1 };
        CHECK(wk_set_allocator(&faulty) == WK_OK);
        faults.left = n;
        whole = work_with_memory();
        if (!whole) CHECK_ERROR(WK_E_MEMORY, "memory");
        CHECK(wk_set_allocator(NULL) == WK_OK);
        CHECK(faults.pieces == 0 && faults.bytes == 0);
    }
    CHECK(n > 5);
}

TEST(allocator, cannot_change_while_in_use)
{
    node *made = node_new();
    CHECK(wk_set_allocator(&faulty) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "set_allocator", "1 objects");
    wki_object_unref(made);
    void *memory = wki_alloc(10);
    CHECK(wk_set_allocator(&faulty) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "set_allocator", "1 allocations");
    wki_free(memory);
    CHECK(wk_set_allocator(&(wk_allocator){ faulty_allocate, NULL, NULL }) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "set_allocator", "release");
    faults = (struct faults){ .left = -1 };
    CHECK(wk_set_allocator(&faulty) == WK_OK);
    wki_object_unref(node_new());
    CHECK(faults.pieces > 0);
    CHECK(wk_set_allocator(NULL) == WK_OK);
    CHECK(faults.pieces == 0);
}

WICK_TEST_MAIN
