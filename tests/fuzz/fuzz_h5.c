/* Bytes as what the HDF5 reader takes from others than libhdf5, the first of them telling which: a chunk behind
 * filters, answers of the process that asks libhdf5, or a list of files. It is an error, or rows are read; an accepted
 * chunk without deflate is what it was made of. scripts/fuzz runs it; with FUZZ_KIND=0 in the environment all are
 * chunks, and so on. */
#define WICK_H5_HELPER "" /* nothing is started */
#include "data/hdf5/isolate.c"
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void demand(bool holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "%s; pending: %s\n", what, wk_error_text());
    abort();
}

/* ---- Chunks ---- */

enum { HEAD = 5, CHUNK_MOST = 4096 };

/* Filters, mask, an element's size and the chunk's come first; the room is exactly as large as the chunk. */
static void try_chunk(const uint8_t *bytes, size_t n)
{
    static const H5Z_filter_t known[4] = { H5Z_FILTER_DEFLATE, H5Z_FILTER_SHUFFLE, H5Z_FILTER_FLETCHER32, WKI_H5_LZF };
    if (n < HEAD) return;
    wki_h5_table t = { .item = (size_t)1 << (bytes[2] & 3) };
    wki_h5_problem why = { WK_OK, "" };
    t.nfilters = bytes[0] & 3;
    for (int i = 0; i < t.nfilters; i++) {
        t.filters[i] = known[bytes[1] >> 2 * i & 3];
        if (!wki_h5_undoes(&t, i)) return;
    }
    t.chunk_bytes = (1 + (size_t)(bytes[3] | bytes[4] << 8) % (CHUNK_MOST / t.item)) * t.item;
    const wki_h5_chunk chunk = { .size = n - HEAD, .mask = bytes[2] >> 4 };
    unsigned char *stored = malloc(n - HEAD + 1), *to = malloc(t.chunk_bytes);
    demand(stored && to, "no memory");
    memcpy(stored, bytes + HEAD, n - HEAD);
    const bool done = wki_h5_decode(&t, &chunk, stored, to, &why);
    demand(done == !why.code && done == !why.text[0], "a problem that is none");
    if (done && !t.nfilters) demand(chunk.size == t.chunk_bytes && !memcmp(to, stored, t.chunk_bytes), "other bytes");
    free(stored);
    free(to);
}

/* ---- Answers ---- */

static wki_h5_file file;

static void read_rows(wki_h5_table *t)
{
    uint64_t cells = 1;
    const uint64_t block = t->block_rows * t->row_bytes;
    if (!t->rows || block > 1 << 16 || t->chunk_bytes > 1 << 20 ||
        (t->layout == WKI_H5_CHUNKED && (!wki_h5_count_cells(t, &cells) || cells > 4096)))
        return;
    double *row = malloc(t->row_items * sizeof *row);
    demand(row != NULL, "no memory");
    const int64_t rows[] = { 0, (int64_t)t->rows - 1 };
    for (int i = 0; i < 2; i++) {
        const wk_status status = wki_h5_read_rows(t, 0, &rows[i], 1, (wki_h5_cast){ .dtype = WK_F64 }, row);
        demand(!status == !wk_failed(), "an error that is not told, or told twice");
        wk_error_clear();
    }
    free(row);
}

static void ask_for(uint8_t what)
{
    char hint[WKI_H5_HINT], **names = NULL, *text;
    wk_h5_info *infos = NULL;
    int n = 0;
    wki_h5_table *t;
    switch (what % 5) {
    case 0: wki_h5_is(&file, "/x", H5I_GROUP); break;
    case 1: demand(strlen(wki_h5_hint(&file, "/", H5I_DATASET, "x", hint)) < WKI_H5_HINT, "a hint without end"); break;
    case 2:
        demand(!wki_h5_read_classes(&file, "/", &names, &n) == !wk_failed(), "classes or an error");
        for (int i = 0; i < n; i++) demand(names[i] != NULL, "a class without a name");
        wki_h5_names_free(names, n);
        text = wk_failed() ? NULL : wki_h5_read_text(&file, "columns");
        demand(!text == wk_failed(), "a text or an error");
        wki_free(text);
        break;
    case 3:
        demand(!wki_h5_infos(&file, &infos, &n) == !wk_failed(), "data sets or an error");
        for (int i = 0; i < n; i++) demand(strlen(infos[i].path) < sizeof infos[i].path, "a path without end");
        wki_free(infos);
        break;
    default:
        t = wki_h5_table_open(&file, "/x", "fuzz");
        demand(!t == wk_failed(), "a table or an error");
        if (t) read_rows(t);
        wki_h5_table_close(t);
    }
}

/* What is asked for, then a stream of answers, which also are the file. */
static void try_answers(const uint8_t *bytes, size_t n, int memory)
{
    char path[64];
    int ends[2];
    if (n < 1 || n > 1 << 16) return;
    demand(ftruncate(memory, 0) == 0 && pwrite(memory, bytes, n, 0) == (ssize_t)n, "no memory for the file");
    snprintf(path, sizeof path, "/proc/self/fd/%d", memory);
    demand(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "no channel");
    if (ends[0]) demand(dup2(ends[0], 0) == 0 && close(ends[0]) == 0, "no channel"); /* it is 0 where that is free */
    demand(write(ends[1], bytes + 1, n - 1) == (ssize_t)n - 1 && shutdown(ends[1], SHUT_WR) == 0,
           "no room for answers");
    file = (wki_h5_file){ .where = "fuzz", .path = path, .bytes = wki_file_open(path, "fuzz"), .size = n, .id = -1 };
    file.reader = wki_alloc(sizeof *file.reader);
    demand(file.bytes && file.reader, "no file");
    *file.reader = (wki_h5_reader){ .process = wki_process_starter(), .limits = { 1, 1 }, .left = 1000 };
    for (int i = 0; i < 4 && file.reader->process && !wk_failed(); i++) ask_for((uint8_t)(bytes[0] + i));
    wk_error_clear();
    wki_h5_file_settle(&file);
    wki_file_close(file.bytes);
    close(ends[1]);
}

/* ---- Lists ---- */

static char folder[64], member[96], list[96];

static void clean(void)
{
    unlink(member);
    unlink(list);
    rmdir(folder);
}

static void write_member(void)
{
    WK_SCOPE(writing);
    const float x[2] = { 1, 2 };
    snprintf(folder, sizeof folder, "/dev/shm/wick-fuzz-h5-%ld", (long)getpid());
    snprintf(member, sizeof member, "%s/a", folder);
    snprintf(list, sizeof list, "%s/list", folder);
    demand(mkdir(folder, 0777) == 0 && atexit(clean) == 0, "no folder");
    wk_h5_writer *w = wk_h5_writer_new(member);
    wk_h5_append(w, "x", x, 2, 0, NULL, WK_F32);
    demand(wk_h5_commit(w) == WK_OK, "no file of a list");
}

/* Slashes would lead out of the folder. */
static void try_list(const uint8_t *bytes, size_t n)
{
    if (memchr(bytes, '/', n)) return;
    FILE *out = fopen(list, "wb");
    demand(out && fwrite(bytes, 1, n, out) == n && fclose(out) == 0, "no list");
    {
        WK_SCOPE(reading);
        wk_dataset *set = wk_dataset_h5_list(list, .y = "");
        demand(!set == wk_failed() && (!set || wk_dataset_len(set) % 2 == 0), "rows or an error");
    }
    wk_error_clear();
    demand(wk_live_objects() == 0, "objects are left alive");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static int memory = -1;
    static const char *one;
    if (memory < 0) {
        memory = memfd_create("file", 0);
        one = getenv("FUZZ_KIND");
        write_member();
    }
    if (!n) return 0;
    switch ((one ? (uint8_t)*one : bytes[0]) % 3) {
    case 0: try_chunk(bytes + 1, n - 1); break;
    case 1: try_answers(bytes + 1, n - 1, memory); break;
    default: try_list(bytes + 1, n - 1);
    }
    return 0;
}
