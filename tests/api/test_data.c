/* Laws of wick/data.h: what every dataset and every loader over it promises. Faults are in robust/test_loader.c. */
#include "loader_check.h"

/* ---- The datasets that the laws are tried on ---- */

static wk_status counted_get_many(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    float *x = fields[0];
    int32_t *y = fields[1];
    (void)self;
    for (int64_t i = 0; i < n; i++) {
        for (int k = 0; k < 6; k++) x[i * 6 + k] = (float)(rows[i] * 6 + k);
        y[i] = (int32_t)(rows[i] % 10 < 6 ? 0 : rows[i] % 10 < 9 ? 1 : 2); /* shares 6 : 3 : 1 */
    }
    return WK_OK;
}

static int destroyed;
static void counted_destroy(void *self)
{
    (void)self;
    destroyed++;
}

static const wk_dataset_ops counted_ops = { sizeof counted_ops, "counted", counted_get_many, counted_destroy };
static const wk_field counted_fields[] = { { "x", WK_F32, 2, { 2, 3 } }, { "y", WK_I32, 0, { 0 } } };
static const char *const counted_classes[] = { "most", "some", "few" };

static wk_dataset_opts counted_opts(int64_t rows)
{
    wk_dataset_opts o = wk_dataset_opts_default();
    o.ops = &counted_ops;
    o.rows = rows;
    o.fields = counted_fields;
    o.nfields = 2;
    o.classes = counted_classes;
    o.nclasses = 3;
    return o;
}

static wk_dataset *counted(int64_t rows)
{
    const wk_dataset_opts o = counted_opts(rows);
    return wk_dataset_custom(&o);
}

static wk_dataset *in_memory(void)
{
    wk_tensor *fields[] = { wk_arange(0, 62, 1, WK_F64), wk_arange(0, 31, 1, WK_I64), wk_arange(0, 93, 1, WK_U8) };
    const char *names[] = { "a", "b", "c" };
    fields[0] = wk_reshape(fields[0], WK_SHAPE(31, 2));
    fields[2] = wk_reshape(fields[2], WK_SHAPE(31, 1, 3));
    return wk_dataset_tensors(fields, names, 3);
}

static wk_dataset *some_rows(void)
{
    return wk_dataset_subset(counted(40), (const int64_t[]){ 39, 0, 7, 7, 12, 3, 1 }, 7);
}
static wk_dataset *many_rows(void) { return counted(1000); }

static wk_dataset *a_part(void)
{
    wk_dataset *first, *rest;
    wk_dataset_split(wk_dataset_synth("spirals", 90, 5, 3), 0.7, true, 1, &first, &rest);
    return first;
}

static wk_dataset *synth_digits(void) { return wk_dataset_synth("digits", 25, 0, 7); }
static wk_dataset *synth_sine(void) { return wk_dataset_synth("sine", 25, 0, 7); }
static wk_dataset *joined(void)
{
    return wk_dataset_concat((wk_dataset *[]){ counted(17), counted(0), counted(1), some_rows() }, 4);
}
static wk_dataset *cached(void) { return wk_dataset_cached(joined()); }
static wk_dataset *one_row(void) { return counted(1); }

static wk_dataset *(*const all_sets[])(void) = { in_memory,  some_rows, many_rows, a_part, synth_digits,
                                                 synth_sine, joined,    cached,    one_row };
enum { SETS = sizeof all_sets / sizeof *all_sets };

static size_t bytes_of(const wk_tensor *t) { return (size_t)wk_numel(t) * wk_dtype_size(wk_dtype_of(t)); }

static bool same_bytes(const wk_tensor *a, const wk_tensor *b)
{
    return wk_dtype_of(a) == wk_dtype_of(b) && wk_ndim(a) == wk_ndim(b) && bytes_of(a) == bytes_of(b) &&
           !memcmp(wk_shape(a), wk_shape(b), (size_t)wk_ndim(a) * sizeof(int64_t)) &&
           !memcmp(host_data(a), host_data(b), bytes_of(a));
}

/* ---- Laws over all of them ---- */

TEST(data, every_row_comes_once_an_epoch)
{
    for (int s = 0; s < SETS * 4; s++) {
        WK_SCOPE(one);
        wk_dataset *set = all_sets[s / 4]();
        wk_loader *loader = wk_loader_new(set, .batch_size = 4, .shuffle = s % 2, .num_workers = s / 2 % 2 * 3);
        CHECK(loader);
        for (int epoch = 0; epoch < 3; epoch++) {
            int64_t rows[MOST_ROWS];
            CHECK(wk_loader_epoch(loader) == epoch);
            CHECK(epoch_rows(loader, rows) == wk_dataset_len(set) && once_each(rows, wk_dataset_len(set)));
        }
    }
}

TEST(data, batches_are_what_get_many_gives_for_any_number_of_workers)
{
    static const int workers[] = { 0, 1, 2, 5 };
    for (int s = 0; s < SETS * 4; s++) {
        WK_SCOPE(one);
        wk_dataset *set = all_sets[s / 4]();
        wk_loader *loader =
            wk_loader_new(set, .batch_size = 3, .shuffle = true, .num_workers = workers[s % 4], .seed = 5);
        wk_loader *plain = wk_loader_new(set, .batch_size = 3, .shuffle = true, .seed = 5);
        const int nfields = wk_dataset_fields(set, NULL);
        while (wk_loader_epoch(loader) < 2)
            for (wk_batch *b; (b = wk_loader_next(loader));) {
                WK_SCOPE(step);
                wk_tensor *fields[WK_MAX_FIELDS];
                wk_batch *p = wk_loader_next(plain);
                if (!p) p = wk_loader_next(plain);
                CHECK(same_rows(wk_batch_rows(b), wk_batch_rows(p), wk_batch_size(p)));
                wk_dataset_get_many(set, wk_batch_rows(b), wk_batch_size(b), fields, nfields);
                for (int f = 0; f < nfields; f++) {
                    CHECK(same_bytes(wk_batch_field(b, f), fields[f]));
                    CHECK(same_bytes(wk_batch_field(p, f), fields[f]));
                }
            }
    }
}

TEST(data, a_row_alone_is_what_it_is_among_others)
{
    for (int s = 0; s < SETS; s++) {
        WK_SCOPE(one);
        wk_dataset *set = all_sets[s]();
        const wk_field *described;
        const int nfields = wk_dataset_fields(set, &described);
        const int64_t rows[] = { wk_dataset_len(set) - 1, 0, wk_dataset_len(set) / 2 };
        wk_tensor *many[WK_MAX_FIELDS], *one_of[WK_MAX_FIELDS];
        CHECK(wk_dataset_get_many(set, rows, 3, many, nfields) == WK_OK);
        for (int i = 0; i < 3; i++) {
            CHECK(wk_dataset_get(set, rows[i], one_of, nfields) == WK_OK);
            for (int f = 0; f < nfields; f++) {
                const size_t bytes = bytes_of(one_of[f]);
                CHECK(wk_ndim(one_of[f]) == described[f].ndim && wk_dtype_of(one_of[f]) == described[f].dtype);
                CHECK(!memcmp((const char *)host_data(many[f]) + (size_t)i * bytes, host_data(one_of[f]), bytes));
            }
        }
    }
}

/* ---- Order ---- */

TEST(data, the_order_depends_on_seed_and_epoch_alone)
{
    int64_t a[3][1000], b[3][1000];
    wk_dataset *set = counted(1000);
    wk_loader *one = wk_loader_new(set, .batch_size = 3, .shuffle = true, .seed = 1);
    wk_loader *other =
        wk_loader_new(set, .batch_size = 64, .shuffle = true, .seed = 1, .num_workers = 3, .prefetch = 1);
    for (int e = 0; e < 3; e++) {
        epoch_rows(one, a[e]);
        epoch_rows(other, b[e]);
        CHECK(same_rows(a[e], b[e], 1000));
    }
    CHECK(!same_rows(a[0], a[1], 1000) && !same_rows(a[1], a[2], 1000));
    CHECK(wk_loader_reset(other, 1) == WK_OK && wk_loader_epoch(other) == 1);
    epoch_rows(other, b[1]);
    CHECK(same_rows(a[1], b[1], 1000));
    epoch_rows(wk_loader_new(set, .shuffle = true, .seed = 2), b[0]);
    CHECK(!same_rows(a[0], b[0], 1000));
}

TEST(data, the_process_seed_is_mixed_in_unless_refused)
{
    int64_t a[100], b[100], c[100], d[100];
    wk_dataset *set = counted(100);
    wk_manual_seed(1);
    epoch_rows(wk_loader_new(set, .shuffle = true), a);
    epoch_rows(wk_loader_new(set, .shuffle = true, .seed_from_process = false), c);
    wk_manual_seed(2);
    epoch_rows(wk_loader_new(set, .shuffle = true), b);
    epoch_rows(wk_loader_new(set, .shuffle = true, .seed_from_process = false), d);
    CHECK(!same_rows(a, b, 100));
    CHECK(same_rows(c, d, 100));
}

TEST(data, every_order_is_equally_likely)
{
    enum { EPOCHS = 24000 };
    int count[256] = { 0 };
    wk_loader *loader = wk_loader_new(counted(4), .batch_size = 4, .shuffle = true, .seed = 9);
    for (int e = 0; e < EPOCHS; e++) {
        int64_t r[4];
        epoch_rows(loader, r);
        count[r[0] << 6 | r[1] << 4 | r[2] << 2 | r[3]]++;
    }
    double chi2 = 0, expected = EPOCHS / 24.0;
    int orders = 0;
    for (int i = 0; i < 256; i++) {
        if (count[i] == 0) continue;
        orders++;
        chi2 += (count[i] - expected) * (count[i] - expected) / expected;
    }
    CHECK(orders == 24);
    CHECK(chi2 < 49.7); /* 23 degrees of freedom: exceeded once in a thousand */
}

/* ---- Batches ---- */

TEST(data, the_last_batch_may_be_smaller_or_is_dropped)
{
    static const struct {
        int64_t rows, size;
        bool drop;
        int64_t batches, last;
    } cases[] = {
        { 10, 4, false, 3, 2 },  { 10, 4, true, 2, 4 },         { 8, 4, false, 2, 4 }, { 8, 4, true, 2, 4 },
        { 3, 100, false, 1, 3 }, { 3, INT64_MAX, false, 1, 3 }, { 4, 4, true, 1, 4 },  { 1, 1, false, 1, 1 },
    };
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        WK_SCOPE(one);
        wk_loader *loader = wk_loader_new(counted(cases[i / 2].rows), .batch_size = cases[i / 2].size,
                                          .drop_last = cases[i / 2].drop, .num_workers = (int)(i % 2) * 2);
        CHECK(wk_loader_batches(loader) == cases[i / 2].batches);
        int64_t batches = 0, last = 0;
        for (wk_batch *b; (b = wk_loader_next(loader)); batches++) {
            last = wk_batch_size(b);
            CHECK(wk_size(wk_batch_x(b), 0) == last && wk_size(wk_batch_y(b), 0) == last);
        }
        CHECK(batches == cases[i / 2].batches && last == cases[i / 2].last);
    }
}

TEST(data, x_and_y_are_found_by_name_or_else_by_place)
{
    wk_tensor *fields[] = { wk_arange(0, 3, 1, WK_I64), wk_arange(5, 8, 1, WK_F32) };
    wk_batch *b = wk_loader_next(wk_loader_new(wk_dataset_tensors(fields, (const char *[]){ "y", "x" }, 2)));
    CHECK(wk_batch_x(b) == wk_batch_field(b, 1) && wk_batch_y(b) == wk_batch_field(b, 0));
    b = wk_loader_next(wk_loader_new(wk_dataset_tensors(fields, (const char *[]){ "image", "label" }, 2)));
    CHECK(wk_batch_x(b) == wk_batch_field(b, 0) && wk_batch_y(b) == wk_batch_field(b, 1));
    b = wk_loader_next(wk_loader_new(wk_dataset_tensors(fields, NULL, 1)));
    CHECK(wk_batch_x(b));
    CHECK_NULL(wk_batch_y(b));
    CHECK_ERROR(WK_E_NOT_FOUND, "batch_y", "\"tensors\"", "\"x\"");
    CHECK_NULL(wk_batch_field(b, 1));
    CHECK_ERROR(WK_E_RANGE, "batch_field", "no field 1");
}

TEST(data, refuses_a_batch_that_is_over)
{
    wk_loader *loader = wk_loader_new(counted(1));
    wk_batch *b = wk_keep(wk_loader_next(loader));
    CHECK_NULL(wk_loader_next(loader));
    CHECK_OK();
    CHECK_NULL(wk_batch_x(b));
    CHECK_ERROR(WK_E_STATE, "batch_x", "over");
    CHECK(wk_batch_size(b) == 0);
    CHECK_ERROR(WK_E_STATE, "batch_size", "over");
    wk_release(b);
}

TEST(data, refuses_loader_options_that_make_no_sense)
{
    wk_dataset *set = counted(5);
    CHECK_NULL(wk_loader_new(counted(0)));
    CHECK_ERROR(WK_E_INVALID, "loader_new", "\"counted\"", "no rows");
    CHECK_NULL(wk_loader_new(set, .batch_size = 6, .drop_last = true));
    CHECK_ERROR(WK_E_INVALID, "loader_new", "batch_size 6", "5 rows", "drop_last");
    CHECK_NULL(wk_loader_new(set, .batch_size = 0));
    CHECK_ERROR(WK_E_INVALID, "loader_new", "batch_size is 0");
    CHECK_NULL(wk_loader_new(set, .num_workers = 65));
    CHECK_ERROR(WK_E_INVALID, "loader_new", "num_workers is 65", "0 to 64");
    CHECK_NULL(wk_loader_new(set, .num_workers = -1));
    CHECK_ERROR(WK_E_INVALID, "loader_new", "num_workers is -1");
    CHECK_NULL(wk_loader_new(set, .num_workers = 1, .prefetch = 0));
    CHECK_ERROR(WK_E_INVALID, "loader_new", "prefetch is 0");
    CHECK_NULL(wk_loader_new(set, .device = wk_cuda(9)));
    CHECK_ERROR(WK_E_DEVICE, "cuda:9");
    CHECK_NULL(wk_loader_new(NULL));
    CHECK_ERROR(WK_E_INVALID, "loader_new", "set is NULL");
    CHECK(wk_loader_reset(wk_loader_new(set), -1) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "loader_reset", "epoch is -1");
    CHECK_NULL(wk_loader_next((wk_loader *)set));
    CHECK_ERROR(WK_E_INVALID, "loader_next", "dataset", "expected a loader");
}

TEST(data, an_older_options_struct_gets_the_defaults_for_the_rest)
{
    wk_loader_opts o;
    memset(&o, 0xFF, sizeof o);
    o.size = offsetof(wk_loader_opts, shuffle);
    o.set = counted(5);
    o.batch_size = 2;
    wk_loader *loader = wk_loader_new_opts(&o);
    CHECK(wk_loader_batches(loader) == 3);
    CHECK(wk_batch_rows(wk_loader_next(loader))[0] == 0);
}

/* ---- Datasets ---- */

TEST(data, takes_self_also_when_making_fails)
{
    const int before = destroyed;
    wk_dataset_opts o = counted_opts(-1);
    CHECK_NULL(wk_dataset_custom(&o));
    CHECK_ERROR(WK_E_INVALID, "dataset_custom", "rows is -1");
    CHECK(destroyed == before + 1);
    {
        WK_SCOPE(held);
        counted(3);
    }
    CHECK(destroyed == before + 2);
}

TEST(data, refuses_descriptions_that_make_no_sense)
{
    wk_field fields[2] = { counted_fields[0], counted_fields[1] };
    wk_dataset_opts o = counted_opts(5);
    o.fields = fields;
    fields[1].name = "x";
    CHECK_NULL(wk_dataset_custom(&o));
    CHECK_ERROR(WK_E_INVALID, "dataset_custom", "0 and 1", "\"x\"");
    fields[1].name = "z";
    CHECK_NULL(wk_dataset_custom(&o));
    CHECK_ERROR(WK_E_INVALID, "dataset_custom", "no field \"y\"");
    fields[1] = (wk_field){ "y", WK_F32, 0, { 0 } };
    CHECK_NULL(wk_dataset_custom(&o));
    CHECK_ERROR(WK_E_DTYPE, "dataset_custom", "y", "f32", "integer");
    fields[1] = counted_fields[1];
    fields[0].shape[1] = -3;
    CHECK_NULL(wk_dataset_custom(&o));
    CHECK_ERROR(WK_E_SHAPE, "dataset_custom", "\"x\"", "-3");
    fields[0].shape[0] = fields[0].shape[1] = INT64_MAX / 4;
    CHECK_NULL(wk_dataset_custom(&o));
    CHECK_ERROR(WK_E_SHAPE, "dataset_custom", "\"x\"", "memory");
    fields[0].ndim = WK_MAX_DIMS;
    CHECK_NULL(wk_dataset_custom(&o));
    CHECK_ERROR(WK_E_SHAPE, "dataset_custom", "8 dimensions", "0 to 7");
    o.fields = counted_fields;
    o.nfields = 0;
    CHECK_NULL(wk_dataset_custom(&o));
    CHECK_ERROR(WK_E_INVALID, "dataset_custom", "0 fields", "1 to 8");
    o.ops = NULL;
    CHECK_NULL(wk_dataset_custom(&o));
    CHECK_ERROR(WK_E_INVALID, "dataset_custom", "ops");
    CHECK_NULL(wk_dataset_custom(NULL));
    CHECK_ERROR(WK_E_INVALID, "dataset_custom", "options are NULL");
}

TEST(data, refuses_rows_that_are_not_there)
{
    wk_tensor *fields[2];
    wk_dataset *set = counted(5);
    CHECK(wk_dataset_get(set, 5, fields, 2) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "dataset_get", "row 5", "\"counted\"", "5 rows");
    CHECK(!fields[0] && !fields[1]);
    CHECK(wk_dataset_get_many(set, (const int64_t[]){ 0, -1 }, 2, fields, 2) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "dataset_get_many", "row -1");
    CHECK(wk_dataset_get(set, 0, fields, 1) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "dataset_get", "1 fields", "has 2");
    CHECK_NULL(wk_dataset_subset(set, (const int64_t[]){ 1, 5 }, 2));
    CHECK_ERROR(WK_E_RANGE, "dataset_subset", "rows[1] is 5");
}

TEST(data, a_subset_reads_any_number_of_rows_at_once)
{
    enum { N = 2000 };
    int64_t backwards[N], straight[N];
    for (int64_t i = 0; i < N; i++) backwards[straight[i] = i] = N - 1 - i;
    wk_tensor *fields[2];
    wk_dataset *set = wk_dataset_subset(wk_dataset_subset(counted(N), backwards, N), backwards, N / 2);
    CHECK(wk_dataset_get_many(set, straight, N / 2, fields, 2) == WK_OK);
    const float *x = host_data(fields[0]);
    for (int k = 0; k < 6 * N / 2; k++) CHECK(x[k] == (float)k);
}

/* counted() has the number of a row in its elements: six a row. */
TEST(data, a_part_tells_which_rows_it_has)
{
    wk_dataset *set = counted(40), *parts[2];
    wk_tensor *fields[2];
    CHECK(wk_dataset_split(set, 0.3, true, 7, &parts[0], &parts[1]) == WK_OK);
    for (int p = 0; p < 2; p++) {
        const int64_t *rows = wk_dataset_indices(parts[p]);
        for (int64_t i = 0; i < wk_dataset_len(parts[p]); i++) {
            CHECK(wk_dataset_get(parts[p], i, fields, 2) == WK_OK);
            CHECK(((const float *)host_data(fields[0]))[0] == (float)(6 * rows[i]));
        }
    }
    CHECK_NULL(wk_dataset_indices(set));
    CHECK_OK();
    CHECK_NULL(wk_dataset_indices(NULL));
    CHECK_ERROR(WK_E_INVALID, "dataset_indices");
}

TEST(data, joined_sets_lie_one_after_the_other)
{
    enum { A = 700, B = 3, ALL = A + B + A };
    wk_dataset *sets[] = { counted(A), counted(B), counted(A) }, *all = wk_dataset_concat(sets, 3);
    static int64_t rows[ALL], back[ALL];
    for (int i = 0; i < ALL; i++) rows[i] = i, back[i] = ALL - 1 - i;
    wk_tensor *x[2], *y[2], *part[2];
    CHECK(wk_dataset_len(all) == ALL && wk_dataset_classes(all, NULL) == 3);
    CHECK(wk_dataset_get_many(all, rows, ALL, x, 2) == WK_OK && wk_dataset_get_many(all, back, ALL, y, 2) == WK_OK);
    CHECK(wk_dataset_get_many(sets[1], rows, B, part, 2) == WK_OK);
    CHECK(wk_equal(wk_narrow(x[0], 0, A, B), part[0]) &&
          wk_equal(wk_narrow(x[1], 0, 0, A), wk_narrow(x[1], 0, A + B, A)));
    CHECK(wk_equal(wk_flip(y[0], 1, (int[]){ 0 }), x[0]) && wk_equal(wk_flip(y[1], 1, (int[]){ 0 }), x[1]));
}

TEST(data, refuses_to_join_sets_of_other_fields_or_classes)
{
    wk_tensor *x = wk_zeros(WK_SHAPE(4, 2), WK_F32), *wide = wk_zeros(WK_SHAPE(4, 3), WK_F32);
    wk_tensor *y = wk_zeros(WK_SHAPE(4), WK_I32), *xy[] = { wk_zeros(WK_SHAPE(4, 2, 3), WK_F32), y };
    wk_dataset *one = wk_dataset_tensors(&x, NULL, 1), *other = wk_dataset_tensors(&wide, NULL, 1);
    CHECK_NULL(wk_dataset_concat((wk_dataset *[]){ one, other }, 2));
    CHECK_ERROR(WK_E_SHAPE, "dataset_concat", "f32 [2] in sets[0] and f32 [3] in sets[1]");
    CHECK_NULL(wk_dataset_concat((wk_dataset *[]){ one, counted(4) }, 2));
    CHECK_ERROR(WK_E_SHAPE, "dataset_concat", "1 fields and sets[1] 2");
    CHECK_NULL(wk_dataset_concat((wk_dataset *[]){ one, wk_dataset_tensors(&x, (const char *[]){ "z" }, 1) }, 2));
    CHECK_ERROR(WK_E_INVALID, "dataset_concat", "\"z\" in sets[1]");
    CHECK_NULL(wk_dataset_concat((wk_dataset *[]){ counted(4), wk_dataset_tensors(xy, NULL, 2) }, 2));
    CHECK_ERROR(WK_E_INVALID, "dataset_concat", "3 classes and sets[1] none");
    CHECK_NULL(wk_dataset_concat(NULL, 1));
    CHECK_ERROR(WK_E_INVALID, "dataset_concat", "sets");
    CHECK_NULL(wk_dataset_concat(&one, 0));
    CHECK_ERROR(WK_E_INVALID, "dataset_concat", "n is 0");
}

static int reads;
static wk_status reads_once(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    reads += (int)n;
    return counted_get_many(self, rows, n, fields);
}
static const wk_dataset_ops reads_once_ops = { sizeof reads_once_ops, "reads once", reads_once, NULL };

TEST(data, a_cached_set_is_read_once)
{
    enum { ROWS = 2500 };
    wk_dataset_opts o = counted_opts(ROWS);
    o.ops = &reads_once_ops;
    wk_dataset *cached = wk_dataset_cached(wk_dataset_custom(&o));
    CHECK(cached && reads == ROWS && wk_dataset_classes(cached, NULL) == 3);
    wk_tensor *a[2], *b[2];
    const int64_t rows[] = { ROWS - 1, 0, 1024, 1023 };
    CHECK(wk_dataset_get_many(cached, rows, 4, a, 2) == WK_OK && reads == ROWS);
    CHECK(wk_dataset_get_many(counted(ROWS), rows, 4, b, 2) == WK_OK);
    CHECK(wk_equal(a[0], b[0]) && wk_equal(a[1], b[1]));
}

TEST(data, tensors_are_held_and_may_have_any_layout)
{
    wk_dataset *set;
    {
        WK_SCOPE(work);
        wk_tensor *x = wk_reshape(wk_arange(0, 6, 1, WK_F32), WK_SHAPE(2, 3)),
                  *fields[] = { wk_t(x), wk_arange(0, 3, 1, WK_I64) };
        set = wk_escape(work, wk_dataset_tensors(fields, NULL, 2));
    }
    wk_tensor *row[2];
    CHECK(wk_dataset_len(set) == 3);
    CHECK(wk_dataset_get(set, 2, row, 2) == WK_OK);
    CHECK(((const float *)host_data(row[0]))[0] == 2 && ((const float *)host_data(row[0]))[1] == 5);
    CHECK(wk_item(row[1]) == 2);
}

TEST(data, refuses_tensors_that_are_no_rows)
{
    wk_tensor *fields[] = { wk_zeros(WK_SHAPE(3, 2), WK_F32), wk_zeros(WK_SHAPE(4), WK_I64), NULL };
    CHECK_NULL(wk_dataset_tensors(fields, NULL, 2));
    CHECK_ERROR(WK_E_SHAPE, "dataset_tensors", "[3, 2]", "[4]");
    CHECK_NULL(wk_dataset_tensors(fields, NULL, 3));
    CHECK_ERROR(WK_E_INVALID, "dataset_tensors", "names");
    fields[1] = wk_zeros(WK_SCALAR, WK_F32);
    CHECK_NULL(wk_dataset_tensors(fields, NULL, 2));
    CHECK_ERROR(WK_E_SHAPE, "dataset_tensors", "tensor 1", "single value");
    CHECK_NULL(wk_dataset_tensors(fields + 2, NULL, 1));
    CHECK_ERROR(WK_E_INVALID, "dataset_tensors", "NULL");
}

TEST(data, every_synthetic_set_is_a_dataset_with_labels_below_its_classes)
{
    const char *const *names, *const *classes;
    const int n = wk_synth_names(&names);
    CHECK(n >= 5);
    for (int i = 0; i < n; i++) {
        WK_SCOPE(one);
        wk_dataset *set = wk_dataset_synth(names[i], 50, 100, 3);
        wk_dataset *same = wk_dataset_synth(names[i], 60, 90, 3);
        CHECK(wk_dataset_len(set) == 50);
        const int nclasses = wk_dataset_classes(set, &classes);
        for (int64_t row = 0; row < 50; row++) {
            WK_SCOPE(step);
            wk_tensor *a[2], *b[2];
            CHECK(wk_dataset_get(set, row, a, 2) == WK_OK && wk_dataset_get(same, row + 10, b, 2) == WK_OK);
            CHECK(same_bytes(a[0], b[0]) && same_bytes(a[1], b[1]));
            if (nclasses > 0)
                CHECK(wk_item(a[1]) >= 0 && wk_item(a[1]) < nclasses &&
                      atoi(classes[(int)wk_item(a[1])]) == wk_item(a[1]));
        }
    }
}

TEST(data, digits_are_f32_between_0_and_1)
{
    wk_tensor *row[2];
    CHECK(wk_dataset_get(wk_dataset_synth("digits", 1, 0, 0), 0, row, 2) == WK_OK);
    CHECK(wk_dtype_of(row[0]) == WK_F32 && wk_ndim(row[0]) == 2 && wk_size(row[0], 0) == 28 &&
          wk_size(row[0], 1) == 28);
    const float *x = host_data(row[0]);
    float low = 1, high = 0;
    for (int i = 0; i < 784; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    CHECK(low >= 0 && low < 0.2f && high <= 1 && high > 0.5f);
}

TEST(data, an_unknown_synthetic_set_brings_a_suggestion)
{
    CHECK_NULL(wk_dataset_synth("digit", 5, 0, 0));
    CHECK_ERROR(WK_E_NOT_FOUND, "dataset_synth", "\"digit\"", "did you mean \"digits\"", "spirals");
    CHECK_NULL(wk_dataset_synth(NULL, 5, 0, 0));
    CHECK_ERROR(WK_E_INVALID, "dataset_synth", "kind");
    CHECK_NULL(wk_dataset_synth("moons", -1, 0, 0));
    CHECK_ERROR(WK_E_INVALID, "dataset_synth", "rows is -1");
}

WICK_TEST_MAIN
