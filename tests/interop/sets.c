/* sets FOLDER: what wick reads of the files that sets.py has put there, as npy files NAME.x.npy and NAME.y.npy. */
#include <stdio.h>
#include <stdlib.h>
#include <wick/data.h>

static const char *folder;

static const char *in_folder(const char *name)
{
    static char paths[4][1024];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void save(const char *name, wk_dataset *set)
{
    const int64_t n = set ? wk_dataset_len(set) : 0;
    int64_t *rows = malloc((size_t)n * sizeof *rows + 1);
    wk_tensor *fields[2];
    const int count = set ? wk_dataset_fields(set, NULL) : 0;
    for (int64_t i = 0; rows && i < n; i++) rows[i] = i;
    if (rows && count) wk_dataset_get_many(set, rows, n, fields, count);
    for (int f = 0; f < count && !wk_failed(); f++) {
        char file[64];
        snprintf(file, sizeof file, "%s.%c.npy", name, f ? 'y' : 'x');
        wk_save_npy(fields[f], in_folder(file));
    }
    free(rows);
}

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    folder = argv[1];
    WK_SCOPE(all);
    save("idx", wk_dataset_idx(in_folder("mnist"), .split = "test", .raw = true));
    save("npy", wk_dataset_npy(in_folder("x.npy"), .y = in_folder("y.npy")));
    save("csv", wk_dataset_csv(in_folder("t.csv"), NULL));
    wk_dataset *probe = wk_dataset_images(in_folder("png"));
    if (!probe && wk_error() == WK_E_UNSUPPORTED) return 77;
    save("png", wk_dataset_images(in_folder("png"), .raw = true));
    save("grey", wk_dataset_images(in_folder("png"), .raw = true, .grey = true));
    save("jpeg", wk_dataset_images(in_folder("jpeg"), .raw = true));
    save("scaled", wk_dataset_images(in_folder("sizes"), .height = 24, .width = 31, .resize = true, .raw = true));
    if (wk_failed()) fprintf(stderr, "%s\n", wk_error_text());
    return wk_failed() ? 1 : 0;
}
