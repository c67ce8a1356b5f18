/* Bytes as a safetensors file: it is refused with an error of the kind that a file may cause, or read, and then written
 * and read again to the same. Those that begin as JSON are an index of files, too. scripts/fuzz runs it. */
#include "io/safetensors.h"
#include "wick/state.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void demand(bool holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "%s; pending: %s\n", what, wk_error_text());
    abort();
}

static bool same(wk_tensor *a, wk_tensor *b)
{
    const size_t bytes = (size_t)wk_numel(a) * wk_dtype_size(wk_dtype_of(a));
    return b && wk_ndim(a) == wk_ndim(b) && wk_dtype_of(a) == wk_dtype_of(b) &&
           !memcmp(wk_shape(a), wk_shape(b), sizeof(int64_t) * (size_t)wk_ndim(a)) &&
           (!bytes || !memcmp(wk_data(a), wk_data(b), bytes));
}

static void comes_back(const wk_state *s, int foreign)
{
    char path[64];
    snprintf(path, sizeof path, "/dev/shm/wick-fuzz-%ld", (long)getpid());
    if (foreign) {
        demand(wk_state_write(s, path) == WK_E_UNSUPPORTED, "what wick lacks is written");
        return;
    }
    demand(wk_state_write(s, path) == WK_OK, "what was read cannot be written");
    const wk_state *again = wk_state_read(path);
    demand(again && wk_state_count(again) == wk_state_count(s), "what was written cannot be read");
    demand(wk_state_text_count(again) == wk_state_text_count(s), "text is lost");
    for (int64_t i = 0; i < wk_state_count(s); i++)
        demand(same(wk_state_at(s, i), wk_state_get(again, wk_state_name(s, i))), "a tensor has changed");
    for (int64_t i = 0; i < wk_state_text_count(s); i++) {
        const char *key = wk_state_text_key(s, i);
        demand(!strcmp(wk_state_text(s, key), wk_state_text(again, key)), "text has changed");
    }
    unlink(path);
}

static wk_status count_foreign(void *user, const wk_state_info *info)
{
    *(int *)user += info->dtype == WK_DTYPE_COUNT;
    return WK_OK;
}

static void is_no_index_or_one(const char *bytes, size_t n)
{
    wki_st_index index;
    const wk_status status = wki_st_parse_index(bytes, n, "bytes", "fuzz", &index);
    demand(status == WK_OK || status == WK_E_FORMAT, "an error that no index may cause");
    wki_st_index_free(&index);
    wk_error_clear();
}

static bool is_of_a_file(wk_status status)
{
    return status == WK_E_FORMAT || status == WK_E_UNSUPPORTED || status == WK_E_RANGE || status == WK_E_SHAPE;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static int file = -1;
    static char path[64];
    static unsigned runs;
    if (file < 0) {
        file = memfd_create("state", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    demand(ftruncate(file, 0) == 0 && pwrite(file, bytes, n, 0) == (ssize_t)n, "no memory for the file");
    {
        WK_SCOPE(reading);
        const wk_state *s = wk_state_read(path);
        demand(s ? !wk_failed() : is_of_a_file(wk_error()), "an error that no file may cause");
        int foreign = 0;
        demand(!s || wk_state_list(path, count_foreign, &foreign) == WK_OK, "what was read cannot be listed");
        if (s && runs++ % 16 == 0) comes_back(s, foreign);
    }
    wk_error_clear();
    if (n && bytes[0] == '{') is_no_index_or_one((const char *)bytes, n);
    demand(wk_live_objects() == 0, "objects are left alive");
    return 0;
}
