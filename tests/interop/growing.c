/* growing FILE ROWS: follows FILE, which growing.py writes, until it has so many rows: x[r] is 3 r + 1, 3 r + 2, 3 r +
 * 3, y[r] is r mod 7. Prints how often new rows were seen. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <wick/hdf5.h>
#include <wick/tensor.h>

static bool row_ok(wk_dataset *set, int64_t r)
{
    WK_SCOPE(looking);
    wk_tensor *row[2];
    if (wk_dataset_get(set, r, row, 2) != WK_OK) return false;
    const double *x = wk_data(row[0]);
    const double base = (double)(3 * r);
    const bool ok = x[0] == base + 1 && x[1] == base + 2 && x[2] == base + 3 && wk_item(row[1]) == (double)(r % 7);
    if (!ok) fprintf(stderr, "row %lld of %lld is wrong\n", (long long)r, (long long)wk_dataset_len(set));
    return ok;
}

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    WK_SCOPE(all);
    const int64_t rows = atoll(argv[2]);
    int64_t seen = 0, times = 0;
    wk_dataset *set = wk_dataset_h5(argv[1], .growing = true);
    for (int i = 0; i < 20000 && set && wk_dataset_len(set) < rows; i++) {
        set = wk_dataset_refresh(set);
        times += set && wk_dataset_len(set) > seen;
        for (; set && seen < wk_dataset_len(set); seen++)
            if (!row_ok(set, seen)) return 1;
        nanosleep(&(struct timespec){ .tv_nsec = 3000000 }, NULL);
    }
    for (int64_t r = 0; set && r < wk_dataset_len(set); r++)
        if (!row_ok(set, r)) return 1;
    if (wk_failed()) fprintf(stderr, "%s\n", wk_error_text());
    printf("%lld\n", (long long)times);
    return wk_failed() || !set || wk_dataset_len(set) != rows;
}
