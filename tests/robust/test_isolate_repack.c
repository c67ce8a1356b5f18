/* Copies that a process of its own reads: the same bytes as without it, and whatever becomes of that process, or the
 * file makes of it, is an error that leaves nothing behind. The helper that misbehaves is this program itself. */
#define _GNU_SOURCE 1
#include "base/process.h"
#include "data/hdf5/wire.h"
#include "hdf5_check.h"
#include <errno.h>
#include <hdf5.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

WICK_ON_CPU("rows of files are the host's")

/* ---- A helper that misbehaves ---- */

static void take_request(wki_process *asker)
{
    char asked[4096];
    uint64_t size = 0;
    wki_process_receive(asker, &size, sizeof size, -1);
    if (size <= sizeof asked) wki_process_receive(asker, asked, size, -1);
}

/* The file is open, and the copy has begun. */
static _Noreturn void misbehave(const char *how)
{
    wki_process *asker = wki_process_starter();
    const uint64_t hello = WKI_WIRE_HELLO, open[] = { 8, WK_OK }, end[] = { 8, WK_OK };
    const uint64_t piece[] = { 32, WKI_WIRE_PIECE, 0, 8, 0x1a0a0d4648446489 }, left[] = { 24, WKI_WIRE_LEFT, 8, 'x' };
    uint64_t far[] = { 32, WKI_WIRE_PIECE, INT64_MAX - 3, 8, 0 }, share[] = { 24, WKI_WIRE_SHARE, 0, 1000001 };
    wki_process_limit(64 << 20, 1);
    wki_process_send(asker, &hello, sizeof hello);
    take_request(asker);
    wki_process_send(asker, open, sizeof open);
    take_request(asker);
    wki_process_send(asker, piece, sizeof piece);
    if (!strcmp(how, "crash")) {
        signal(SIGSEGV, SIG_DFL); /* a sanitizer would exit */
        raise(SIGSEGV);
    }
    if (!strcmp(how, "sleep")) sleep(100);
    if (!strcmp(how, "far")) wki_process_send(asker, far, sizeof far);
    if (!strcmp(how, "left")) wki_process_send(asker, left, sizeof left);
    if (!strcmp(how, "share")) wki_process_send(asker, share, sizeof share);
    if (!strcmp(how, "kind")) wki_process_send(asker, (uint64_t[]){ 16, WKI_WIRE_SHARE + 1, 0 }, 24);
    if (!strcmp(how, "error")) wki_process_send(asker, (uint64_t[]){ 24, WK_E_SHAPE, 3, 0x796568 }, 32);
    if (strcmp(how, "exit")) wki_process_send(asker, end, sizeof end);
    _exit(7);
}

__attribute__((constructor(101))) static void misbehave_if_asked(void)
{
    const char *how = getenv("WICK_TEST_HELPER"), *parent = getenv("WICK_TEST_PARENT");
    if (how && parent && atoi(parent) == getppid()) misbehave(how);
}

/* Helpers that misbehave, from here on; "": the real one. */
static void have_helper(const char *how)
{
    static char real[512], parent[16];
    if (!real[0]) snprintf(real, sizeof real, "%s", getenv("WICK_H5_HELPER"));
    snprintf(parent, sizeof parent, "%d", getpid());
    setenv("WICK_TEST_PARENT", parent, 1);
    setenv("WICK_TEST_HELPER", how, 1);
    setenv("WICK_H5_HELPER", how[0] ? "/proc/self/exe" : real, 1);
}

/* ---- Files ---- */

static char from[128];

/* Rows cut by chunks, in a group, with a fill value and a checksum; an attribute, two names, and text that cannot be
 * carried. */
static void write_old(bool newest)
{
    enum { ROWS = 900, WIDE = 6 };
    static double rows[ROWS * WIDE];
    for (int i = 0; i < ROWS * WIDE; i++) rows[i] = i / 3;
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (newest) H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    const hid_t f = H5Fcreate(scratch("old.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, access), string = H5Tcopy(H5T_C_S1);
    put(f, (spec){ "a/x", H5T_IEEE_F64BE, H5T_NATIVE_DOUBLE, 2, { ROWS, WIDE }, { 100, 4 }, 4 }, rows);
    put_pair(f, "x", "y", 300, 5);
    H5Lcreate_hard(f, "/a/x", f, "again", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/y", f, "soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Tset_size(string, H5T_VARIABLE);
    const hid_t space = H5Screate(H5S_SCALAR), note = H5Acreate2(f, "note", string, space, H5P_DEFAULT, H5P_DEFAULT);
    CHECK(H5Awrite(note, string, &(const char *){ "of any length" }) >= 0);
    put(f, (spec){ "text", string, string, 1, { 3 }, { 0 }, 0 }, NULL);
    H5Aclose(note);
    H5Sclose(space);
    H5Tclose(string);
    H5Fclose(f);
    H5Pclose(access);
    snprintf(from, sizeof from, "%s", file);
}

static long slurp(const char *path, unsigned char *to, long most)
{
    FILE *f = fopen(path, "rb");
    const long n = f ? (long)fread(to, 1, (size_t)most, f) : -1;
    if (f) fclose(f);
    return n;
}

typedef struct told {
    char left[200];
    int pieces;
    double share;
} told;

static void note_left(void *user, const char *what) { snprintf(((told *)user)->left, 200, "%s", what); }

static wk_status note_share(void *user, const char *data_set, double share)
{
    told *t = user;
    CHECK(data_set[0] == '/' && share >= 0 && share <= 1);
    t->share = share;
    return t->pieces-- == 0 ? WK_E_INTERRUPTED : WK_OK;
}

/* ---- Laws ---- */

TEST(isolate_repack, the_copy_has_the_bytes_that_it_has_without)
{
    enum { MOST = 1 << 20 };
    static unsigned char bytes[2][MOST];
    for (int round = 0; round < 8; round++) {
        long n[2];
        write_old(round & 1);
        for (int apart = 0; apart < 2; apart++) {
            told t = { .pieces = 1000 };
            const wk_status status =
                wk_h5_repack(from, .to = scratch(apart ? "apart.h5" : "here.h5"), .deflate = round / 4 ? 6 : -1,
                             .workers = round & 2, .shuffle = round / 2 % 2, .chunk_bytes = 4000, .skip = note_left,
                             .watch = note_share, .user = &t, .isolate = apart);
            ck_assert_msg(status == WK_OK, "%s", wk_error_text());
            CHECK(!strncmp(t.left, "/text: ", 7) && t.pieces < 1000 && t.share == 1);
            n[apart] = slurp(file, bytes[apart], MOST);
        }
        CHECK(n[0] == n[1] && n[0] > 4000 && n[0] < MOST && !memcmp(bytes[0], bytes[1], (size_t)n[0]));
        CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
    }
    CHECK(wk_h5_repack(from, .to = scratch("no.h5"), .isolate = true) == WK_E_UNSUPPORTED);
    CHECK_ERROR(WK_E_UNSUPPORTED, "h5_repack: ", "old.h5, /text: ", ".skip leaves such things out");
    told t = { .pieces = 2 };
    CHECK(wk_h5_repack(from, .to = file, .skip = note_left, .watch = note_share, .user = &t, .isolate = true) ==
          WK_E_INTERRUPTED);
    wk_error_clear();
    CHECK(access(file, F_OK) && files_in_folder() == 3 && waitpid(-1, NULL, WNOHANG) < 0);
    forget();
}

TEST(isolate_repack, whatever_becomes_of_the_helper_leaves_no_file)
{
    static const struct {
        const char *how, *tells;
        wk_status code;
    } ends[] = {
        { "crash", "libhdf5 crashed (signal 11)", WK_E_FORMAT },
        { "sleep", "took longer than 3 s", WK_E_FORMAT },
        { "exit", "ended early (exit code 7)", WK_E_FORMAT },
        { "far", "", WK_E_FORMAT },
        { "left", "", WK_E_FORMAT },
        { "share", "", WK_E_FORMAT },
        { "kind", "", WK_E_FORMAT },
        { "error", "hey", WK_E_SHAPE },
    };
    write_old(false);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        have_helper(ends[i].how);
        CHECK(wk_h5_repack(from, .to = scratch("new.h5"), .isolate = true,
                           .isolate_seconds = *ends[i].tells == 't' ? 3 : 60) == ends[i].code);
        CHECK_ERROR(ends[i].code, "h5_repack: ", ends[i].code == WK_E_FORMAT ? "old.h5" : "", ends[i].tells);
        CHECK(files_in_folder() == 1 && waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
    }
    have_helper("");
    CHECK(wk_h5_repack("/nonexistent/file.h5", .to = scratch("new.h5"), .isolate = true) == WK_E_NOT_FOUND);
    wk_error_clear();
    CHECK(wk_h5_repack(from, .to = "/nonexistent/new.h5", .isolate = true) != WK_OK);
    wk_error_clear();
    CHECK(files_in_folder() == 1 && waitpid(-1, NULL, WNOHANG) < 0);
    forget();
}

/* Each byte of the metadata in turn: this process lives, and there is a copy or an error. */
TEST(isolate_repack, no_byte_of_metadata_harms_the_caller)
{
    const int step = getenv("WICK_FUZZ") ? 1 : 61;
    int copied = 0, refused = 0;
    for (int newest = 0; newest < 2; newest++) {
        write_old(newest);
        FILE *bytes = fopen(from, "r+b");
        CHECK(bytes && fseek(bytes, 0, SEEK_END) == 0);
        const long size = ftell(bytes) < 8192 ? ftell(bytes) : 8192;
        for (long at = newest; at < size; at += at < 2048 ? step / 3 + 1 : step) {
            told t = { .pieces = 100000 };
            fseek(bytes, at, SEEK_SET);
            const int old = fgetc(bytes);
            fseek(bytes, at, SEEK_SET);
            fputc(old ^ 0x41, bytes);
            fflush(bytes);
            const wk_status status =
                wk_h5_repack(from, .to = scratch("new.h5"), .skip = note_left, .watch = note_share, .user = &t,
                             .isolate = true, .isolate_seconds = 2, .isolate_mib = 128);
            copied += !status;
            refused += status != WK_OK;
            CHECK(status == wk_error() && !access(file, F_OK) == !status && files_in_folder() == 1 + !status);
            wk_error_clear();
            unlink(file);
            fseek(bytes, at, SEEK_SET);
            fputc(old, bytes);
            fflush(bytes);
        }
        fclose(bytes);
    }
    CHECK(copied > 20 && refused > 20 && waitpid(-1, NULL, WNOHANG) < 0);
    forget();
}

WICK_TEST_MAIN
