/* shards FOLDER: lists of files as wk_h5_shards writes them, for shards.py: NAME.txt and its files, of rows 0 .. 99. */
#include <stdio.h>
#include <wick/hdf5.h>

static const wk_field fields[] = {
    { "x", WK_F32, 2, { 2, 3 } }, { "y", WK_I64, 0, { 0 } }, { "bytes", WK_U8, 1, { 5 } }, { "exact", WK_F64, 0, { 0 } }
};

/* Element i of a row of any field is its number and i together. */
static void append(wk_h5_shards *s, int64_t r)
{
    float x[6];
    unsigned char bytes[5];
    const int64_t y = r % 3;
    const double exact = (double)r / 7;
    for (int i = 0; i < 6; i++) x[i] = (float)(10 * r + i);
    for (int i = 0; i < 5; i++) bytes[i] = (unsigned char)(2 * r + i);
    wk_h5_shards_append(s, (const void *[]){ x, &y, bytes, &exact }, 1);
}

static void write(const char *folder, const char *name, int64_t rows, int deflate, bool shuffle)
{
    static const char *const classes[] = { "a", "b", "\xc3\xa9" };
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.txt", folder, name);
    wk_h5_shards *s = wk_h5_shards_new(path, .fields = fields, .nfields = 4, .rows = rows, .deflate = deflate,
                                       .shuffle = shuffle, .classes = classes, .nclasses = 3);
    for (int64_t r = 0; r < 100 && !wk_failed(); r++) append(s, r);
    wk_h5_shards_flush(s);
}

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    WK_SCOPE(all);
    write(argv[1], "plain", 33, 0, false);
    write(argv[1], "packed", 17, 6, false);
    write(argv[1], "shuffled", 1, 1, true);
    if (wk_failed()) fprintf(stderr, "%s\n", wk_error_text());
    return wk_failed();
}
