/* HDF5: rows of different lengths, by offsets, are those that the same numbers make in memory. */
#include "hdf5_check.h"
#include "wick/elementwise.h"
#include <hdf5.h>

WICK_ON_CPU("rows of files are the host's")

enum { ROWS = 57, WIDE = 3, MOST = 1000 };

typedef struct sequences {
    int64_t offsets[ROWS + 1], items;
    float x[MOST][WIDE];
    uint8_t bytes[MOST];
    int32_t tokens[MOST];
    int64_t tags[MOST], labels[ROWS];
} sequences;

static void make(sequences *s)
{
    memset(s, 0, sizeof *s);
    s->offsets[0] = 2;
    for (int r = 0; r < ROWS; r++) {
        s->offsets[r + 1] = s->offsets[r] + r * 11 % 23;
        s->labels[r] = r % 4;
    }
    s->items = s->offsets[ROWS] + 1;
    CHECK(s->items <= MOST);
    for (int i = 0; i < s->items; i++) {
        for (int k = 0; k < WIDE; k++) s->x[i][k] = (float)(i * WIDE + k) / 4;
        s->bytes[i] = (uint8_t)(i * 7);
        s->tokens[i] = 20000000 + i;
        s->tags[i] = i % 6;
    }
}

/* chunk: items of one; 0: contiguous */
static void write_file(const sequences *s, const char *name, hsize_t chunk)
{
    const hid_t f = create(name);
    const hsize_t n = (hsize_t)s->items;
    const int deflate = chunk ? 4 : 0;
    put(f, (spec){ "x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, { n, WIDE }, { chunk, WIDE }, deflate }, s->x);
    put(f, (spec){ "bytes", H5T_STD_U8LE, H5T_NATIVE_UINT8, 1, { n }, { chunk }, deflate }, s->bytes);
    put(f, (spec){ "tokens", H5T_STD_I32BE, H5T_NATIVE_INT32, 1, { n }, { chunk }, deflate }, s->tokens);
    put(f, (spec){ "tags", H5T_STD_I16LE, H5T_NATIVE_INT64, 1, { n }, { chunk }, deflate }, s->tags);
    put(f, (spec){ "labels", H5T_STD_I64LE, H5T_NATIVE_INT64, 1, { ROWS }, { 0 }, 0 }, s->labels);
    put(f, (spec){ "offsets", H5T_STD_U32LE, H5T_NATIVE_INT64, 1, { ROWS + 1 }, { 0 }, 0 }, s->offsets);
    H5Fclose(f);
}

static wk_dataset *in_memory(const sequences *s, wk_tensor *x, wk_tensor *y)
{
    wk_tensor *offsets = wk_from(s->offsets, WK_SHAPE(ROWS + 1), WK_I64);
    return wk_dataset_ragged((wk_tensor *[]){ x, y }, NULL, 2, offsets);
}

/* Every batch of the file against the same rows from memory, whose row 0 is the file's row `begin`. */
static void same(wk_dataset *read, wk_dataset *memory, int64_t begin, int64_t window)
{
    const int64_t rows = wk_dataset_len(read);
    for (int workers = 0; workers < 3; workers++) {
        WK_SCOPE(one);
        int seen[3 * ROWS] = { 0 };
        wk_loader *loader =
            wk_loader_new(read, .batch_size = 9, .shuffle = true, .num_workers = workers, .window = window, .pad = 7);
        while (wk_loader_epoch(loader) < 2 && !wk_failed())
            for (wk_batch *b; (b = wk_loader_next(loader));) {
                const int64_t *lengths = wk_data(wk_batch_lengths(b));
                for (int64_t i = 0; i < wk_batch_size(b); i++) {
                    WK_SCOPE(row);
                    wk_tensor *fields[2], *x = wk_select(wk_batch_x(b), 0, i), *y = wk_select(wk_batch_y(b), 0, i);
                    CHECK(wk_dataset_get(memory, (begin + wk_batch_rows(b)[i]) % ROWS, fields, 2) == WK_OK);
                    CHECK(lengths[i] == wk_size(fields[0], 0));
                    CHECK(wk_equal(wk_narrow(x, 0, 0, lengths[i]), fields[0]));
                    CHECK(wk_equal(wk_ndim(y) ? wk_narrow(y, 0, 0, lengths[i]) : y, fields[1]));
                    seen[wk_batch_rows(b)[i]]++;
                }
            }
        CHECK_OK();
        for (int64_t r = 0; r < rows; r++) CHECK(seen[r] == 2);
    }
}

TEST(hdf5_ragged, rows_are_those_of_the_same_numbers_in_memory)
{
    static sequences s;
    static const hsize_t chunks[] = { 0, 1, 5, 64, 500 };
    make(&s);
    wk_tensor *x = wk_from(s.x, WK_SHAPE(s.items, WIDE), WK_F32), *tags = wk_from(s.tags, WK_SHAPE(s.items), WK_I64);
    wk_tensor *tokens = wk_from(s.tokens, WK_SHAPE(s.items), WK_I32),
              *bytes = wk_from(s.bytes, WK_SHAPE(s.items), WK_U8);
    wk_tensor *labels = wk_from(s.labels, WK_SHAPE(ROWS), WK_I64);
    for (int c = 0; c < 5; c++) {
        WK_SCOPE(file_of_chunks);
        write_file(&s, "ragged.h5", chunks[c]);
        same(wk_dataset_h5(file, .offsets = "offsets", .y = "labels"), in_memory(&s, x, labels), 0, c * 8);
        same(wk_dataset_h5(file, .offsets = "offsets", .y = "tags"), in_memory(&s, x, tags), 0, 20);
        same(wk_dataset_h5(file, .offsets = "offsets", .x = "tokens", .y = "tags", .raw = true),
             in_memory(&s, tokens, tags), 0, 0);
        same(wk_dataset_h5(file, .offsets = "offsets", .x = "bytes", .y = "labels", .raw = true),
             in_memory(&s, bytes, labels), 0, 11);
        same(wk_dataset_h5(file, .offsets = "offsets", .x = "bytes", .y = "labels"),
             in_memory(&s, wk_div_scalar(wk_to(bytes, WK_F32), 255), labels), 0, 11);
        same(wk_dataset_h5(file, .offsets = "offsets", .y = "tags", .begin = 5, .end = 40), in_memory(&s, x, tags), 5,
             9);
        same(wk_dataset_cached(wk_dataset_h5(file, .offsets = "offsets", .y = "tags")), in_memory(&s, x, tags), 0, 0);
    }
    forget();
}

TEST(hdf5_ragged, lists_of_files_and_files_that_are_read_apart_have_them_too)
{
    static sequences s;
    make(&s);
    write_file(&s, "ragged.h5", 16);
    wk_tensor *x = wk_from(s.x, WK_SHAPE(s.items, WIDE), WK_F32), *labels = wk_from(s.labels, WK_SHAPE(ROWS), WK_I64);
    same(wk_dataset_h5(file, .offsets = "offsets", .y = "labels", .isolate = true), in_memory(&s, x, labels), 0, 8);
    FILE *list = fopen(scratch("all.txt"), "w");
    fprintf(list, "ragged.h5\nragged.h5\n");
    fclose(list);
    same(wk_dataset_h5_list(file, .offsets = "offsets", .y = "labels"), in_memory(&s, x, labels), 0, 8);
    forget();
}

TEST(hdf5_ragged, classes_belong_to_labels_of_rows_alone)
{
    static sequences s;
    make(&s);
    write_file(&s, "ragged.h5", 16);
    CHECK(wk_dataset_classes(wk_dataset_h5(file, .offsets = "offsets", .y = "labels"), NULL) == 4);
    CHECK(wk_dataset_classes(wk_dataset_h5(file, .offsets = "offsets", .y = "tags"), NULL) == 0);
    forget();
}

TEST(hdf5_ragged, offsets_that_are_none_are_refused)
{
    static sequences s;
    make(&s);
    s.offsets[7] = s.offsets[6] - 1;
    write_file(&s, "bad.h5", 16);
    CHECK_NULL(wk_dataset_h5(file, .offsets = "offsets", .y = "labels"));
    CHECK_ERROR(WK_E_RANGE, "bad.h5", "offsets", "number 7");
    make(&s);
    s.offsets[ROWS] = s.items + 1;
    write_file(&s, "bad.h5", 16);
    CHECK_NULL(wk_dataset_h5(file, .offsets = "offsets", .y = "labels"));
    CHECK_ERROR(WK_E_RANGE, "number 57", "items");
    make(&s);
    write_file(&s, "bad.h5", 16);
    CHECK_NULL(wk_dataset_h5(file, .offsets = "x", .y = "labels"));
    CHECK_ERROR(WK_E_SHAPE, "x", "rows + 1");
    CHECK_NULL(wk_dataset_h5(file, .offsets = "offset", .y = "labels"));
    CHECK_ERROR(WK_E_NOT_FOUND, "offset", "did you mean 'offsets'");
    CHECK_NULL(wk_dataset_h5(file, .offsets = "labels", .y = ""));
    CHECK_ERROR(WK_E_RANGE, "number 4");
    CHECK_NULL(wk_dataset_h5(file, .offsets = "offsets", .y = "offsets"));
    CHECK_ERROR(WK_E_SHAPE, "58 rows", "57 rows");
    CHECK_NULL(wk_dataset_h5(file, .offsets = "offsets", .y = "labels", .end = 58));
    CHECK_ERROR(WK_E_RANGE, "<= 57");
    forget();
}
WICK_TEST_MAIN
