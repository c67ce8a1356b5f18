/* Bytes as a file that a data set is read from, the first of them telling which: IDX, npy, CSV, a picture, or npz. It
 * is refused with an error of the kind that a file may cause, or its last row is read. scripts/fuzz runs it; with
 * FUZZ_KIND=0 in the environment all are IDX, and so on, Z npz. */
#include "wick/data.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void demand(bool holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "%s; pending: %s\n", what, wk_error_text());
    abort();
}

static char file[64], pictures[64], class[96], picture[128];

static void clean(void)
{
    unlink(picture);
    rmdir(class);
    rmdir(pictures);
}

/* The file is a link to memory, in a folder of a class of pictures. */
static int start(void)
{
    const int memory = memfd_create("file", 0);
    snprintf(file, sizeof file, "/proc/%ld/fd/%d", (long)getpid(), memory);
    snprintf(pictures, sizeof pictures, "/dev/shm/wick-fuzz-files-%ld", (long)getpid());
    snprintf(class, sizeof class, "%s/a", pictures);
    snprintf(picture, sizeof picture, "%s/1.png", class);
    mkdir(pictures, 0777);
    mkdir(class, 0777);
    demand(atexit(clean) == 0 && symlink(file, picture) == 0, "no link");
    return memory;
}

enum { NPZ = 'Z', NPZ_ALONE = 'z' };
static bool is_npz(uint8_t kind) { return kind == NPZ || kind == NPZ_ALONE; }

static wk_dataset *open_as(uint8_t kind)
{
    wk_csv_opts o = wk_csv_opts_default();
    o.missing_as_nan = true;
    if (is_npz(kind)) return wk_dataset_npz(file, .y = kind == NPZ ? NULL : "");
    switch (kind % 4) {
    case 0: return wk_dataset_idx(file, .labels = kind & 4 ? file : "");
    case 1: return wk_dataset_npy(file, .y = kind & 4 ? file : NULL);
    case 2: return wk_dataset_csv(file, &o);
    default: return wk_dataset_images(pictures, .height = 5, .width = 7, .resize = true, .grey = kind & 4);
    }
}

/* The names in an archive may lead to nothing, or to two things. */
static bool is_of_a_file(wk_status status, uint8_t kind)
{
    if (is_npz(kind) && (status == WK_E_NOT_FOUND || status == WK_E_INVALID)) return true;
    return status == WK_E_FORMAT || status == WK_E_UNSUPPORTED || status == WK_E_RANGE || status == WK_E_SHAPE;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static int memory = -1;
    static const char *one;
    if (memory < 0) one = getenv("FUZZ_KIND");
    if (memory < 0) memory = start();
    if (!n) return 0;
    const uint8_t kind = one ? (uint8_t)*one : bytes[0];
    demand(ftruncate(memory, 0) == 0 && pwrite(memory, bytes + 1, n - 1, 0) == (ssize_t)n - 1,
           "no memory for the file");
    {
        WK_SCOPE(reading);
        wk_tensor *fields[2];
        wk_dataset *set = open_as(kind);
        const int64_t rows = set ? wk_dataset_len(set) : 0;
        if (rows) wk_dataset_get(set, rows - 1, fields, wk_dataset_fields(set, NULL));
        demand(set && !wk_failed() ? true : is_of_a_file(wk_error(), kind), "an error that no file may cause");
    }
    wk_error_clear();
    demand(wk_live_objects() == 0, "objects are left alive");
    return 0;
}
