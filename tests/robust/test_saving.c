/* Saving a state while the disk fails, the process is killed or the power goes: the file that stands under the name is
 * the old or the new one, whole. */
#define _GNU_SOURCE 1
#include "bad_disk.h"
#include "wick/state.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LARGE = 20000 };
static char folder[64], path[128];

static void new_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/wick-test-XXXXXX");
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/net.safetensors", folder);
}

/* All files in the folder, or all that are temporaries, with their number. */
static int each_file(bool all, bool remove)
{
    DIR *d = opendir(folder);
    char name[512];
    int n = 0;
    for (struct dirent *e; (e = readdir(d));) {
        if (e->d_type != DT_REG || (!all && !strstr(e->d_name, ".tmp"))) continue;
        snprintf(name, sizeof name, "%s/%s", folder, e->d_name);
        if (remove) unlink(name);
        n++;
    }
    closedir(d);
    return n;
}

static void remove_folder(void)
{
    each_file(true, true);
    rmdir(folder);
}

/* The n-th state: all its numbers are n. */
static wk_status save(int n)
{
    WK_SCOPE(saving);
    wk_state *s = wk_state_new();
    wk_state_set(s, "weight", wk_full(WK_SHAPE(LARGE), WK_F32, n));
    wk_state_set(s, "bias", wk_full(WK_SHAPE(10 + n % 7), WK_F64, n));
    wk_state_set_int(s, "n", n);
    return wk_state_write(s, path);
}

/* Which state a file holds, whole; -1 with the error pending. */
static int whole(const char *file)
{
    WK_SCOPE(reading);
    const wk_state *s = wk_state_read(file);
    if (!s) return -1;
    const int n = (int)wk_state_int(s, "n");
    CHECK(wk_equal(wk_state_get(s, "weight"), wk_full(WK_SHAPE(LARGE), WK_F32, n)));
    CHECK(wk_equal(wk_state_get(s, "bias"), wk_full(WK_SHAPE(10 + n % 7), WK_F64, n)));
    return n;
}

/* Saves state 2 over state 1, the n-th call failing; true once none does. */
static bool survives_fault(int n, int error)
{
    CHECK(save(1) == WK_OK);
    faults.left = n;
    faults.error = error;
    faults.kill = false;
    wki_set_file_ops(&bad);
    const wk_status status = save(2);
    const bool done = faults.left >= 0;
    wki_set_file_ops(NULL);
    CHECK(status == wk_error() && (status == WK_OK || status == WK_E_IO || status == WK_E_NOT_FOUND));
    if (status) CHECK_ERROR(status, "state_write", "net.safetensors", strerror(error));
    const int found = whole(path);
    CHECK(status ? found == 1 || found == 2 : found == 2);
    CHECK(each_file(true, false) == 1);
    return done;
}

TEST(saving, a_disk_that_fails_at_any_call_leaves_the_old_or_the_new)
{
    static const int errors[] = { EIO, ENOSPC, EDQUOT, EROFS };
    new_folder();
    for (size_t e = 0; e < sizeof errors / sizeof *errors; e++) {
        int n = 0;
        while (!survives_fault(n, errors[e])) n++;
        CHECK(n > 12);
    }
    remove_folder();
}

static int writes;

static int without_room(int fd, off_t bytes)
{
    (void)fd;
    CHECK(bytes > (off_t)(LARGE * sizeof(float)));
    errno = faults.error;
    return -1;
}

static ssize_t counted_write(int fd, const void *from, size_t bytes)
{
    writes++;
    return write(fd, from, bytes);
}

/* And file systems that cannot tell whether there is room are written to. */
TEST(saving, a_full_disk_is_told_before_anything_is_written)
{
    static const struct {
        int error;
        bool full;
    } tried[] = { { ENOSPC, true }, { EDQUOT, true }, { EFBIG, true }, { EOPNOTSUPP, false }, { EINVAL, false } };
    wki_file_ops ops = *wki_set_file_ops(NULL);
    struct stat facts;
    ops.reserve = without_room;
    ops.write = counted_write;
    new_folder();
    CHECK(save(1) == WK_OK && stat(path, &facts) == 0);
    const off_t size = facts.st_size;
    for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
        CHECK(save(1) == WK_OK);
        writes = 0;
        faults.error = tried[i].error;
        wki_set_file_ops(&ops);
        const wk_status status = save(8);
        wki_set_file_ops(NULL);
        CHECK(tried[i].full == (status == WK_E_IO) && tried[i].full == (writes == 0));
        if (status) CHECK_ERROR(WK_E_IO, "state_write", "net.safetensors", strerror(tried[i].error));
        CHECK(whole(path) == (tried[i].full ? 1 : 8) && each_file(true, false) == 1);
        CHECK(stat(path, &facts) == 0 && facts.st_size == size);
    }
    remove_folder();
}

TEST(saving, interrupted_calls_are_made_again)
{
    new_folder();
    for (int n = 0; n < 10; n++) { /* the opening and the writes */
        faults.left = n;
        faults.error = EINTR;
        faults.kill = false;
        wki_set_file_ops(&bad);
        CHECK(save(n) == WK_OK);
        wki_set_file_ops(NULL);
        CHECK(whole(path) == n);
    }
    remove_folder();
}

TEST(saving, a_disk_that_cannot_be_read_gives_no_state)
{
    new_folder();
    CHECK(save(1) == WK_OK);
    int n = 0;
    for (bool done = false; !done; n++) {
        faults.left = n;
        faults.error = EIO;
        faults.kill = false;
        wki_set_file_ops(&bad);
        const int found = whole(path);
        done = faults.left >= 0;
        wki_set_file_ops(NULL);
        if (found < 0) CHECK_ERROR(WK_E_IO, "state_read", "net.safetensors");
        CHECK(!done || found == 1);
    }
    CHECK(n > 10);
    remove_folder();
}

/* A process that is killed. */

static bool survives_kill(int n)
{
    CHECK(save(1) == WK_OK);
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        faults.left = n;
        faults.kill = true;
        wki_set_file_ops(&bad);
        _exit(save(2) != WK_OK);
    }
    const int status = wait_for(child), found = whole(path);
    CHECK(found == 1 || found == 2);
    const bool done = WIFEXITED(status);
    CHECK(done ? WEXITSTATUS(status) == 0 && found == 2 : WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    CHECK(each_file(false, true) <= 1);
    return done;
}

TEST(saving, a_kill_before_any_file_call_leaves_the_old_or_the_new)
{
    new_folder();
    int n = 0;
    while (!survives_kill(n)) n++;
    CHECK(n > 12);
    remove_folder();
}

/* A thousand, WICK_FUZZ times as many. */
TEST(saving, kills_at_random_moments_leave_a_whole_state)
{
    const int kills = 1000 * (getenv("WICK_FUZZ") ? atoi(getenv("WICK_FUZZ")) : 1);
    wk_rng rng = wki_rng_at(23, 0, 0);
    new_folder();
    CHECK(save(0) == WK_OK);
    for (int i = 0; i < kills; i++) {
        const int before = whole(path);
        CHECK(before >= 0);
        const pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0)
            for (int n = before;; n++) save(n);
        usleep((useconds_t)wki_rng_below(&rng, 8000));
        kill(child, SIGKILL);
        CHECK(WIFSIGNALED(wait_for(child)));
        CHECK(whole(path) >= before);
        each_file(false, true);
    }
    remove_folder();
}

static void age(const char *name)
{
    struct timespec old[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
    CHECK(utimensat(AT_FDCWD, name, old, 0) == 0);
}

static void leave(const char *name, bool old)
{
    char file[160];
    snprintf(file, sizeof file, "%s/%s", folder, name);
    FILE *f = fopen(file, "w");
    CHECK(f && fclose(f) == 0);
    if (old) age(file);
}

static bool is_there(const char *name)
{
    char file[160];
    snprintf(file, sizeof file, "%s/%s", folder, name);
    return access(file, F_OK) == 0;
}

TEST(saving, what_killed_processes_left_is_swept_and_nothing_else)
{
    new_folder();
    leave("net.safetensors.12-0.tmp", true);
    leave("net.safetensors.12-1.tmp", false);
    leave("net.safetensors.12.tmp", true);
    leave("net.safetensors.x-1.tmp", true);
    leave("net.safetensors.1-2.tmp.txt", true);
    leave("other.safetensors.12-0.tmp", true);
    leave(".tmp", true);
    CHECK(save(1) == WK_OK && whole(path) == 1);
    CHECK(!is_there("net.safetensors.12-0.tmp") && is_there("net.safetensors.12-1.tmp"));
    CHECK(is_there("net.safetensors.12.tmp") && is_there("net.safetensors.x-1.tmp"));
    CHECK(is_there("net.safetensors.1-2.tmp.txt") && is_there("other.safetensors.12-0.tmp") && is_there(".tmp"));
    remove_folder();
}

/* Half a file is written, by a process that waits for an answer before it goes on. */
TEST(saving, what_another_process_is_writing_is_not_swept)
{
    int ready[2], go[2];
    char c = 0;
    new_folder();
    CHECK(pipe(ready) == 0 && pipe(go) == 0);
    const pid_t child = fork();
    if (child == 0) {
        wki_writer *writer = wki_writer_new(path, "test");
        wki_writer_put(writer, "half", 4);
        if (write(ready[1], &c, 1) != 1 || read(go[0], &c, 1) != 1) _exit(2);
        _exit(wki_writer_put(writer, " and half", 9) || wki_writer_commit(writer));
    }
    CHECK(read(ready[0], &c, 1) == 1 && each_file(false, false) == 1);
    DIR *d = opendir(folder);
    char name[512];
    for (struct dirent *e; (e = readdir(d));)
        if (snprintf(name, sizeof name, "%s/%s", folder, e->d_name) > 0 && strstr(e->d_name, ".tmp")) age(name);
    closedir(d);
    CHECK(save(1) == WK_OK && each_file(false, false) == 1);
    CHECK(write(go[1], &c, 1) == 1 && wait_for(child) == 0);
    CHECK(each_file(true, false) == 1);
    for (int i = 0; i < 2; i++) close(ready[i]), close(go[i]);
    remove_folder();
}

/* A machine that loses power. */

enum { SAVES = 8 };

static void record_saves(void)
{
    wki_set_file_ops(&recording);
    for (int n = 0; n < SAVES; n++) {
        CHECK(save(n) == WK_OK);
        record(SAVED, n, -1);
    }
    wki_set_file_ops(NULL);
}

/* The file that the name may stand for after `calls` calls: -1, none, or one of those since the last sync. */
static int file_after(int calls, wk_rng *rng)
{
    int file = -1;
    for (int i = calls - 1; i >= 0 && disk.calls[i].kind != INSIDE_SYNCED; i--)
        if (disk.calls[i].kind == RENAMED && wki_rng_below(rng, 2)) return disk.calls[i].file;
    bool durable = false;
    for (int i = calls - 1; i >= 0; i--) {
        durable |= disk.calls[i].kind == INSIDE_SYNCED;
        if (durable && disk.calls[i].kind == RENAMED) return disk.calls[i].file;
    }
    return file;
}

static void lose_power(int calls, unsigned char *bytes, wk_rng *rng)
{
    const int file = file_after(calls, rng), at = last_of(calls, SAVED), saved = at < 0 ? -1 : disk.calls[at].file;
    if (file < 0) {
        CHECK(saved < 0);
        return;
    }
    const size_t n = bytes_after(calls, file, bytes, rng);
    FILE *f = fopen(path, "wb");
    CHECK(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
    const int found = whole(path);
    if (found < 0 || found < saved) ck_abort_msg("after call %d: state %d was saved, %d is there", calls, saved, found);
}

/* WICK_FUZZ times as many. */
TEST(saving, ten_thousand_losses_of_power_lose_no_saved_state)
{
    const int losses = 10000 * (getenv("WICK_FUZZ") ? atoi(getenv("WICK_FUZZ")) : 1);
    wk_rng rng = wki_rng_at(29, 0, 0);
    new_folder();
    record_saves();
    unsigned char *bytes = malloc(2 * LARGE * sizeof(float));
    for (int i = 0; i < losses; i++) lose_power((int)wki_rng_below(&rng, (uint64_t)disk.count + 1), bytes, &rng);
    free(bytes);
    forget_calls();
    remove_folder();
}

WICK_TEST_MAIN
