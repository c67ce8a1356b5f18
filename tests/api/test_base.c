/* The laws of base: errors, scopes and objects, memory, files, random numbers, threads. Some are those of internal
 * functions, so the test links the static library. */
#define _GNU_SOURCE 1
#include "../wick_check.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/file.h"
#include "base/object.h"
#include "base/rng.h"
#include "base/thread.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct node {
    wki_object object;
    struct node *child;
    int number;
} node;

static int destroyed;

static void node_destroy(void *object)
{
    destroyed++;
    wki_object_unref(((node *)object)->child);
}

static const wki_type node_type = { "node", sizeof(node), node_destroy };
static const wki_type other_type = { "other", sizeof(wki_object), NULL };

static node *node_new(void) { return wki_object_new(&node_type, "node_new"); }
static bool is_live(const void *object) { return wki_object_check(object, &node_type, "use", "x"); }

static void check_dead(const void *object, const char *scope)
{
    CHECK(!is_live(object));
    CHECK_ERROR(WK_E_STATE, "use: x is dead", scope);
}

/* errors */

TEST(error, stays_the_first_until_cleared)
{
    CHECK(!wk_failed() && wk_error() == WK_OK && wk_error_text()[0] == 0);
    CHECK(wk_fail(WK_E_SHAPE, "first %d", 1) == WK_E_SHAPE);
    CHECK(wki_fail(WK_E_IO, "save", "second") == WK_E_IO);
    CHECK(wk_failed() && wk_error() == WK_E_SHAPE && strcmp(wk_error_text(), "first 1") == 0);
    wk_error_clear();
    CHECK(!wk_failed() && wk_error_text()[0] == 0);
    wki_fail(WK_E_IO, "save", "no room in %s", "x.h5");
    CHECK(strcmp(wk_error_text(), "save: no room in x.h5") == 0);
    wk_error_clear();
}

TEST(error, text_is_cut_at_a_whole_character)
{
    char word[1200] = "x";
    for (int i = 0; i < 500; i++) strcat(word, "\xC3\xA9");
    wk_fail(WK_E_INVALID, "%s", word);
    const size_t length = strlen(wk_error_text());
    CHECK(length >= 500 && length < 512);
    CHECK(strcmp(wk_error_text() + length - 5, "\xC3\xA9...") == 0);
    wk_error_clear();
    wki_fail(WK_E_INVALID, word, "never seen");
    CHECK(strlen(wk_error_text()) < 512);
    wk_error_clear();
}

TEST(error, of_ok_is_none)
{
    CHECK(wk_fail(WK_OK, "nothing") == WK_OK);
    CHECK_OK();
    CHECK(strcmp(wk_status_text(WK_E_SHAPE), "shapes do not fit") == 0);
    CHECK(wk_status_text((wk_status)-1) && wk_status_text(WK_STATUS_COUNT));
}

static void fail_on_its_own(void *out)
{
    wk_fail(WK_E_RANGE, "of the worker");
    wki_error_take(out);
}

TEST(error, belongs_to_its_thread_and_can_be_carried)
{
    wki_error carried;
    wki_thread_join(wki_thread_start(fail_on_its_own, &carried, "fails"));
    CHECK_OK();
    CHECK(wki_error_raise(&carried) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "of the worker");
}

TEST(error, null_argument_is_one_only_without_another)
{
    CHECK(!is_live(NULL));
    CHECK_ERROR(WK_E_INVALID, "use: x is NULL");
    wk_fail(WK_E_IO, "cause");
    CHECK(!is_live(NULL));
    CHECK_ERROR(WK_E_IO, "cause");
}

TEST(error, suggests_the_nearest_word)
{
    static const char *const names[] = { "sgd", "adagrad", "rmsprop", "adam", "adamw" };
    const struct {
        const char *word, *nearest;
    } cases[] = { { "adma", "adam" },    { "adagard", "adagrad" }, { "SGD", "sgd" }, { "rmsprp", "rmsprop" },
                  { "adamww", "adamw" }, { "lbfgs", NULL },        { "", NULL },     { "momentum", NULL } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *found = wki_nearest(cases[i].word, names, 5);
        CHECK(found == cases[i].nearest || (found && cases[i].nearest && strcmp(found, cases[i].nearest) == 0));
    }
}

static char logged[512];
static int times_logged;

static void remember(void *user, wk_log_level level, const char *text)
{
    CHECK(user == logged && level == WK_LOG_WARNING);
    times_logged++;
    snprintf(logged, sizeof logged, "%s", text);
}

TEST(log, warns_once_of_a_scope_with_ten_thousand_objects)
{
    wk_set_log(remember, logged);
    WK_SCOPE(crowded);
    for (int i = 0; i < 9999; i++) node_new();
    CHECK(times_logged == 0);
    for (int i = 0; i < 10001; i++) node_new();
    CHECK(times_logged == 1 && strstr(logged, "crowded") && strstr(logged, "10000"));
    wk_set_log(NULL, NULL);
}

/* scopes and objects */

static node *leave(int way)
{
    for (int i = 0; i < 1; i++) {
        WK_SCOPE(inside);
        node *made = node_new();
        if (way == 0) break;
        if (way == 1) continue;
        if (way == 2) return made;
        goto out;
    }
out:
    return NULL;
}

TEST(scope, closes_on_break_continue_return_and_goto)
{
    const int64_t before = wk_live_objects();
    const int depth = wki_scope_depth();
    for (int way = 0; way < 4; way++) {
        leave(way);
        CHECK(wk_live_objects() == before && wki_scope_depth() == depth);
    }
}

TEST(scope, closes_with_those_opened_inside_it)
{
    wk_scope *outer = wk_scope_open("outer");
    node *a = node_new();
    wk_scope_open("inner");
    node *b = node_new();
    wk_scope_close(outer);
    check_dead(a, "'outer'");
    check_dead(b, "'inner'");
    wk_scope_close(outer);
    CHECK_ERROR(WK_E_STATE, "scope_close");
    wk_scope_guard(&outer);
    CHECK_OK();
}

TEST(scope, nests_deeper_than_any_table)
{
    wk_scope *first = wk_scope_open("first");
    for (int i = 0; i < 200; i++) {
        CHECK(wk_scope_open("deeper") != NULL);
        CHECK(node_new() != NULL);
    }
    wk_scope_close(first);
}

static void make_without_scope(void *made) { *(void **)made = node_new(); }

static void fail_without_scope(void *carried)
{
    void *made;
    make_without_scope(&made);
    CHECK_NULL(made);
    wki_error_take(carried);
}

TEST(scope, is_needed_to_make_an_object)
{
    wki_error carried;
    wki_thread_join(wki_thread_start(fail_without_scope, &carried, "scopeless"));
    wki_error_raise(&carried);
    CHECK_ERROR(WK_E_STATE, "node_new: no scope is open", "WK_SCOPE");
}

static void leave_scope_open(void *unused)
{
    (void)unused;
    wk_scope_open("abandoned");
    node_new();
}

TEST(scope, dies_with_its_thread)
{
    const int64_t before = wk_live_objects();
    wki_thread_join(wki_thread_start(leave_scope_open, NULL, "leaves"));
    CHECK(wk_live_objects() == before);
}

TEST(object, that_died_is_told_with_its_scope)
{
    node *dead[40];
    {
        WK_SCOPE(step);
        for (int i = 0; i < 40; i++) dead[i] = node_new();
    }
    for (int i = 0; i < 30; i++) CHECK(node_new() != NULL);
    for (int i = 0; i < 40; i++) check_dead(dead[i], "it belonged to scope 'step', which has closed");
    CHECK_NULL(wk_keep(dead[0]));
    CHECK_ERROR(WK_E_STATE, "keep", "'step'");
    wk_release(dead[0]);
    CHECK_ERROR(WK_E_STATE, "release", "'step'");
    WK_SCOPE(again);
    CHECK_NULL(wk_escape(again, dead[0]));
    CHECK_ERROR(WK_E_STATE, "escape", "'step'");
}

TEST(object, of_another_type_is_told)
{
    CHECK(!is_live(wki_object_new(&other_type, "other_new")));
    CHECK_ERROR(WK_E_INVALID, "use: x is an other; expected a node");
}

static node *escaped(node *argument)
{
    WK_SCOPE(helper);
    node *made = argument ? argument : node_new();
    return wk_escape(helper, made);
}

TEST(object, that_escapes_lives_in_the_scope_around)
{
    node *far_out = node_new(), *made;
    {
        WK_SCOPE(middle);
        made = escaped(NULL);
        CHECK(is_live(made));
        CHECK(escaped(far_out) == far_out);
    }
    check_dead(made, "'middle'");
    CHECK(is_live(far_out));
    WK_SCOPE(lone);
    CHECK_NULL(wk_escape(lone, NULL));
}

static void escape_from_the_outermost(void *carried)
{
    WK_SCOPE(outermost);
    CHECK_NULL(wk_escape(outermost, node_new()));
    wki_error_take(carried);
}

TEST(object, cannot_escape_the_outermost_scope)
{
    wki_error carried;
    wki_thread_join(wki_thread_start(escape_from_the_outermost, &carried, "outermost"));
    wki_error_raise(&carried);
    CHECK_ERROR(WK_E_STATE, "escape", "'outermost'");
}

TEST(object, that_is_kept_lives_until_released)
{
    node *kept;
    {
        WK_SCOPE(step);
        kept = wk_keep(node_new());
    }
    CHECK(is_live(kept));
    wk_fail(WK_E_IO, "pending");
    wk_release(kept);
    CHECK_ERROR(WK_E_IO, "pending");
    check_dead(kept, "last reference");
    wk_release(NULL);
    CHECK_NULL(wk_keep(NULL));
}

TEST(object, that_is_not_kept_cannot_be_released)
{
    node *owned = node_new();
    wk_release(owned);
    CHECK_ERROR(WK_E_STATE, "release", "node is not kept");
    CHECK(is_live(owned));
}

static void release_it(void *object) { wk_release(object); }

TEST(object, may_be_released_on_another_thread)
{
    const int64_t before = wk_live_objects();
    for (int i = 0; i < 50; i++) {
        node *kept;
        {
            WK_SCOPE(step);
            kept = wk_keep(node_new());
        }
        wki_thread_join(wki_thread_start(release_it, kept, "releases"));
        CHECK(wk_live_objects() == before);
    }
}

TEST(object, that_replaces_another_lives_where_that_one_did)
{
    node *state = node_new();
    const int64_t before = wk_live_objects();
    for (int i = 0; i < 100; i++) {
        WK_SCOPE(step);
        node *next = node_new();
        next->number = state->number + 1;
        wk_replace(&state, next);
        CHECK(state == next && wk_live_objects() == before);
    }
    CHECK(is_live(state) && state->number == 100);
    wk_replace(&state, state);
    CHECK(is_live(state));
}

TEST(object, that_replaces_a_kept_one_is_kept)
{
    node *state;
    {
        WK_SCOPE(first);
        state = wk_keep(node_new());
    }
    {
        WK_SCOPE(second);
        wk_replace(&state, node_new());
    }
    CHECK(is_live(state));
    wk_release(state);
    check_dead(state, "last reference");
}

TEST(object, is_not_replaced_by_the_null_of_an_error)
{
    node *state = node_new(), *none = NULL;
    wk_fail(WK_E_SHAPE, "pending");
    wk_replace(&state, NULL);
    CHECK_ERROR(WK_E_SHAPE, "pending");
    CHECK(is_live(state));
    wk_replace(&none, state);
    CHECK(none == state);
    wk_replace(&state, NULL);
    CHECK(state == NULL);
    check_dead(none, "last reference");
}

TEST(object, with_a_parent_lives_as_long)
{
    node *parent = node_new();
    {
        WK_SCOPE(build);
        parent->child = node_new();
        wki_object_adopt(parent->child);
    }
    CHECK(is_live(parent->child));
    node *shared = parent->child, *second = node_new();
    second->child = shared;
    wki_object_adopt(shared);
    wki_object_unref(second);
    CHECK(is_live(shared));
    wk_replace(&shared, node_new());
    CHECK_ERROR(WK_E_STATE, "replace", "parent");
    CHECK(shared == parent->child);
}

TEST(object, chain_of_a_million_is_destroyed_without_recursion)
{
    destroyed = 0;
    {
        WK_SCOPE(chain);
        node *head = NULL;
        for (int i = 0; i < 1000000; i++) {
            node *made = wki_object_new_unscoped(&node_type, "chain");
            made->child = head;
            head = made;
        }
        CHECK(wk_live_objects() >= 1000000);
        node *root = node_new();
        root->child = head;
    }
    CHECK(destroyed == 1000001);
}

static void destroy_with_error(void *object)
{
    (void)object;
    wk_fail(WK_E_INVALID, "from a destructor");
}

TEST(object, that_dies_leaves_the_error_alone)
{
    static const wki_type clumsy = { "clumsy", sizeof(wki_object), destroy_with_error };
    wki_object_unref(wki_object_new(&clumsy, "clumsy"));
    CHECK_OK();
    wk_fail(WK_E_IO, "before");
    wki_object_unref(wki_object_new_unscoped(&clumsy, "clumsy"));
    CHECK_ERROR(WK_E_IO, "before");
}

/* memory */

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
    CHECK(wk_memory_stats(WK_CUDA, &after) == WK_E_DEVICE);
    CHECK_ERROR(WK_E_DEVICE, "memory_stats", "cuda:0");
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

/* files */

static char folder[64];

static const char *in_folder(const char *name)
{
    static char path[128];
    if (!folder[0]) {
        snprintf(folder, sizeof folder, "/tmp/wick-test-XXXXXX");
        CHECK(mkdtemp(folder) != NULL);
    }
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int files_in_folder(void)
{
    int n = 0;
    DIR *open = opendir(folder);
    for (struct dirent *entry; (entry = readdir(open));) n += entry->d_name[0] != '.';
    closedir(open);
    return n;
}

static void remove_folder(const char *name)
{
    if (name) unlink(in_folder(name));
    CHECK(rmdir(folder) == 0);
    folder[0] = 0;
}

static wk_status write_text(const char *path, const char *text, int times)
{
    wki_writer *writer = wki_writer_new(path, "save");
    if (!writer) return wk_error();
    for (int i = 0; i < times; i++) wki_writer_printf(writer, "%s", text);
    return wki_writer_commit(writer);
}

static bool holds(const char *path, const char *text, size_t times)
{
    size_t bytes, length = strlen(text);
    char *found = wki_file_slurp(path, 1 << 20, &bytes, "load");
    if (!found) return false;
    bool same = bytes == times * length && found[bytes] == 0;
    for (size_t i = 0; same && i < times; i++) same = memcmp(found + i * length, text, length) == 0;
    wki_free(found);
    return same;
}

TEST(file, reads_back_what_was_written)
{
    const char *path = in_folder("a.txt");
    CHECK(write_text(path, "line\n", 30000) == WK_OK);
    CHECK(holds(path, "line\n", 30000));
    CHECK(write_text(path, "other", 1) == WK_OK);
    CHECK(holds(path, "other", 1));
    CHECK(files_in_folder() == 1);
    CHECK_NULL(wki_file_slurp(path, 4, NULL, "load"));
    CHECK_ERROR(WK_E_RANGE, "load", "a.txt", "5 bytes");
    remove_folder("a.txt");
}

TEST(file, that_is_too_short_is_truncated)
{
    const char *path = in_folder("short");
    char to[16];
    write_text(path, "12345", 1);
    wki_file *file = wki_file_open(path, "load");
    CHECK(file && wki_file_size(file) == 5);
    CHECK(wki_file_read_at(file, 1, to, 4) == WK_OK && memcmp(to, "2345", 4) == 0);
    CHECK(wki_file_read_at(file, 2, to, 16) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "load", "short", "truncated", "expected 16 bytes at 2");
    wki_file_close(file);
    remove_folder("short");
}

TEST(file, that_cannot_be_opened_is_told_with_the_reason)
{
    CHECK_NULL(wki_file_open("/no/such.h5", "load"));
    CHECK_ERROR(WK_E_NOT_FOUND, "load", "/no/such.h5", "No such file");
    CHECK_NULL(wki_file_open("/tmp", "load"));
    CHECK_ERROR(WK_E_IO, "load", "/tmp is a folder");
    CHECK_NULL(wki_writer_new("/no/such.h5", "save"));
    CHECK_ERROR(WK_E_IO, "save", "/no/such.h5", "No such file");
    CHECK_NULL(wki_writer_new("/dev/null", "save"));
    CHECK_ERROR(WK_E_IO, "save", "/dev/null", "no regular file");
    CHECK_NULL(wki_file_open(NULL, "load"));
    CHECK_ERROR(WK_E_INVALID, "load: path is NULL");
}

TEST(file, abandoned_leaves_no_trace)
{
    const char *path = in_folder("gone");
    wki_writer *writer = wki_writer_new(path, "save");
    wki_writer_put(writer, "x", 1);
    wki_writer_abandon(writer);
    wki_writer_abandon(NULL);
    CHECK(files_in_folder() == 0);
    remove_folder(NULL);
}

static int calls_left;

static bool fails_now(void) { return calls_left-- == 0; }

static int failing(int error)
{
    errno = error;
    return -1;
}

static int try_open(const char *path, int flags, mode_t mode)
{
    return fails_now() ? failing(EACCES) : open(path, flags, mode);
}

static ssize_t try_pread(int fd, void *to, size_t bytes, off_t offset)
{
    return fails_now() ? failing(EIO) : pread(fd, to, bytes > 3 ? 3 : bytes, offset);
}

static ssize_t try_write(int fd, const void *from, size_t bytes)
{
    return fails_now() ? failing(ENOSPC) : write(fd, from, bytes > 40000 ? 40000 : bytes);
}

static int try_fsync(int fd) { return fails_now() ? failing(EIO) : fsync(fd); }
static int try_rename(const char *from, const char *to) { return fails_now() ? failing(EXDEV) : rename(from, to); }

static int try_close(int fd)
{
    const int closed = close(fd);
    return fails_now() ? failing(EIO) : closed;
}

static const wki_file_ops trying = { try_open, try_pread, try_write, try_fsync, try_rename, try_close };

TEST(file, failing_at_any_call_leaves_the_old_or_the_whole_new)
{
    const char *path = in_folder("model");
    int n = 0;
    for (bool whole = false; !whole; n++) {
        CHECK(n < 100);
        write_text(path, "old", 1);
        wki_set_file_ops(&trying);
        calls_left = n;
        const wk_status status = write_text(path, "new and longer\n", 9000);
        whole = calls_left > 0;
        wki_set_file_ops(NULL);
        CHECK(status == wk_error());
        wk_error_clear();
        CHECK(holds(path, "old", 1) != holds(path, "new and longer\n", 9000));
        CHECK(status != WK_OK || holds(path, "new and longer\n", 9000));
        CHECK(files_in_folder() == 1);
    }
    CHECK(n > 6);
    remove_folder("model");
}

TEST(file, on_a_full_disk_is_told_so)
{
    const char *path = in_folder("full");
    wki_set_file_ops(&trying);
    calls_left = 1;
    CHECK(write_text(path, "text", 1) == WK_E_IO);
    CHECK_ERROR(WK_E_IO, "save: cannot write", "full", "No space left");
    wki_set_file_ops(NULL);
    CHECK(files_in_folder() == 0);
    remove_folder(NULL);
}

TEST(file, reads_on_after_short_reads)
{
    const char *path = in_folder("pieces");
    write_text(path, "0123456789", 10);
    wki_set_file_ops(&trying);
    calls_left = 1000;
    CHECK(holds(path, "0123456789", 10));
    calls_left = 2;
    CHECK(!holds(path, "0123456789", 10));
    CHECK_ERROR(WK_E_IO, "load", "pieces");
    wki_set_file_ops(NULL);
    remove_folder("pieces");
}

TEST(file, of_another_library_is_renamed_durably)
{
    char path[128];
    snprintf(path, sizeof path, "%s", in_folder("data.h5"));
    char *temporary = wki_temporary_name(path);
    FILE *file = fopen(temporary, "w");
    fputs("whole", file);
    fclose(file);
    CHECK(wki_replace_file(temporary, path, "save") == WK_OK);
    CHECK(holds(path, "whole", 1) && files_in_folder() == 1);
    CHECK(wki_replace_file(temporary, path, "save") == WK_E_IO);
    CHECK_ERROR(WK_E_IO, "save", "data.h5");
    wki_free(temporary);
    remove_folder("data.h5");
}

/* random numbers */

TEST(rng, philox_gives_the_known_answers)
{
    /* Random123, kat_vectors, philox4x32 10 */
    static const struct {
        uint32_t counter[4], key[2], answer[4];
    } known[] = {
        { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
        { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
          { 0xffffffff, 0xffffffff },
          { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
        { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
          { 0xa4093822, 0x299f31d0 },
          { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        wki_philox(known[i].counter, known[i].key, out);
        CHECK(memcmp(out, known[i].answer, sizeof out) == 0);
    }
}

TEST(rng, streams_repeat_and_differ)
{
    wk_rng a = wki_rng_at(7, 1, 5), b = wki_rng_at(7, 1, 5), c = wki_rng_at(7, 2, 5), d = wki_rng_at(7, 1, 6);
    int same = 0;
    for (int i = 0; i < 1000; i++) {
        const uint32_t x = wki_rng_u32(&a);
        CHECK(x == wki_rng_u32(&b));
        same += (x == wki_rng_u32(&c)) + (x == wki_rng_u32(&d));
    }
    CHECK(same == 0);
}

TEST(rng, numbers_have_their_distributions)
{
    wk_rng rng = wki_rng_at(1, 0, 0);
    double sum = 0, squares = 0, flat = 0;
    int counts[7] = { 0 };
    const int n = 200000;
    for (int i = 0; i < n; i++) {
        const double x = wki_rng_normal(&rng), u = wki_rng_uniform(&rng);
        CHECK(u >= 0 && u < 1);
        sum += x;
        squares += x * x;
        flat += u;
        counts[wki_rng_below(&rng, 7)]++;
    }
    CHECK_NEAR(sum / n, 0, 0.01);
    CHECK_NEAR(squares / n, 1, 0.02);
    CHECK_NEAR(flat / n, 0.5, 0.005);
    for (int i = 0; i < 7; i++) CHECK_NEAR(counts[i] * 7.0 / n, 1, 0.03);
    CHECK(wki_rng_below(&rng, 0) == 0 && wki_rng_below(&rng, 1) == 0);
}

static void next_of_a_thread(void *key) { *(wki_random_key *)key = wki_random_next(); }

TEST(rng, operations_are_numbered_from_the_seed)
{
    wk_manual_seed(42);
    CHECK(wk_initial_seed() == 42);
    const wki_random_key first = wki_random_next(), second = wki_random_next();
    CHECK(first.seed == 42 && first.op == 0 && second.op == 1 && first.stream == second.stream);
    wki_random_key other;
    wki_thread_join(wki_thread_start(next_of_a_thread, &other, "draws"));
    CHECK(other.seed == 42 && other.op == 0 && other.stream != first.stream);
    wk_manual_seed(42);
    const wki_random_key again = wki_random_next();
    CHECK(again.op == 0 && again.stream == first.stream);
}

TEST(rng, goes_on_from_a_place_that_was_kept)
{
    wk_manual_seed(7);
    wki_random_next();
    const wk_rng_place place = wk_rng_state();
    const wki_random_key key = wki_random_next();
    wki_random_next();
    wk_set_rng_state(place);
    const wki_random_key same = wki_random_next();
    CHECK(same.seed == key.seed && same.op == key.op && same.stream == key.stream);
    wk_manual_seed(8);
    wk_set_rng_state(place);
    const wki_random_key again = wki_random_next();
    CHECK(again.seed == 7 && again.op == key.op && again.stream == key.stream && wk_initial_seed() == 7);
    wki_random_key other;
    wki_thread_join(wki_thread_start(next_of_a_thread, &other, "draws"));
    CHECK(other.seed == 7 && other.op == 0 && other.stream != key.stream);
}

/* devices and versions */

TEST(device, cuda_is_refused_with_advice)
{
    CHECK(!wk_cuda_is_available());
    CHECK(wk_set_device(wk_cuda(1)) == WK_E_DEVICE);
    CHECK_ERROR(WK_E_DEVICE, "set_device: cuda is not part of this build; use cpu");
    CHECK(wk_set_device(WK_CPU) == WK_OK && wk_current_device() == WK_CPU);
    CHECK(strcmp(wk_device_name(WK_CPU), "cpu") == 0 && strcmp(wk_device_name(wk_cuda(3)), "cuda:3") == 0);
    CHECK(wk_set_device(5) == WK_E_DEVICE);
    CHECK_ERROR(WK_E_DEVICE, "set_device", "use cpu");
}

TEST(version, is_that_of_the_header)
{
    char expected[32];
    snprintf(expected, sizeof expected, "%d.%d.%d", WK_VERSION_MAJOR, WK_VERSION_MINOR, WK_VERSION_PATCH);
    CHECK(strcmp(wk_version(), expected) == 0);
}

TEST(dtype, has_a_name_and_a_size)
{
    CHECK(strcmp(wk_dtype_name(WK_F32), "f32") == 0 && wk_dtype_size(WK_F32) == sizeof(float));
    CHECK(strcmp(wk_dtype_name(WK_BOOL), "bool") == 0 && wk_dtype_size(WK_BOOL) == 1);
    CHECK(strcmp(wk_dtype_name(WK_DTYPE_COUNT), "?") == 0 && wk_dtype_size((wk_dtype)-1) == 0);
}
WICK_TEST_MAIN
