/* What gathers, scatters, selects and counts on a device, beside the CPU, to the bit. */
#include "cuda_bits.h"

WICK_ON_CPU("it compares the CPU with the device")

static const int64_t lengths[] = { 0, 1, 31, 33, 1025, 100003 };
enum { LENGTHS = sizeof lengths / sizeof *lengths };
static const wk_dtype dtypes[] = { WK_F32, WK_F64, WK_I64, WK_I32, WK_U8 };

static twin *numbers(wk_dtype dtype, int ndim, const int64_t *size)
{
    if (wki_is_float(dtype)) return reals(dtype, ndim, size);
    return wholes(dtype, ndim, size, dtype == WK_U8 ? 0 : -100, 100);
}

/* ---- gather ---- */

TEST(gather, takes_what_the_index_says)
{
    if (!cuda_here()) return;
    for (int i = 0; i < LENGTHS; i++)
        for (int d = 0; d < 5; d++) {
            const int64_t n = lengths[i], rows = 37;
            const wki_along_attrs attrs = { .dim = 0, .wrap = d % 2 };
            twin *const views[] = { numbers(dtypes[d], 1, &n), numbers(dtypes[d], 1, &rows),
                                    wholes(WK_I64, 1, &n, attrs.wrap ? -rows : 0, rows - 1) };
            same_as_cpu(WKI_OP_gather, 1, 3, views, &attrs, sizeof attrs, 0);
            drop_twins();
        }
}

TEST(gather, takes_rows_and_single_elements_of_any_strides)
{
    if (!cuda_here()) return;
    const int64_t size[] = { 129, 5 }, from[] = { 9, 5 }, turned[] = { 1, 131 }, repeated[] = { 1, 0 },
                  plain[] = { 5, 1 };
    for (int way = 0; way < 4; way++) {
        const wki_along_attrs attrs = { .dim = 0 };
        twin *y = keep_twin(twin_of(WK_F32, 2, size, way & 1 ? turned : plain, 20)), *x = reals(WK_F32, 2, from);
        twin *const views[] = { y, x, wholes_by(WK_I64, 2, size, way & 2 ? repeated : plain, 0, from[0] - 1) };
        same_as_cpu(WKI_OP_gather, 1, 3, views, &attrs, sizeof attrs, 0);
        drop_twins();
    }
}

/* ---- scatter ---- */

TEST(scatter, joins_in_ascending_order_however_many_meet)
{
    if (!cuda_here()) return;
    const int64_t places[] = { 1, 3, 1000, 70001 };
    for (int i = 0; i < LENGTHS; i++)
        for (int p = 0; p < 4; p++)
            for (int way = 0; way < 5 * 5; way++) {
                const wk_dtype dtype = dtypes[way / 5];
                const int64_t n = lengths[i], m = places[p];
                const wki_along_attrs attrs = { .dim = 0, .how = way % 5, .wrap = p % 2 };
                if (attrs.how > WKI_ADD_UP && !wki_is_float(dtype)) continue;
                if (n > 10000 && dtype != WK_F32 && p != 1) continue;
                twin *const views[] = { numbers(dtype, 1, &m), numbers(dtype, 1, &n),
                                        wholes(WK_I64, 1, &n, attrs.wrap ? -m : 0, m - 1) };
                same_as_cpu(WKI_OP_scatter, 1, 3, views, &attrs, sizeof attrs, 0);
                drop_twins();
            }
}

/* Rows that share an index, lines with indices of their own, and both at once. */
TEST(scatter, moves_rows_lines_and_planes_of_any_strides)
{
    if (!cuda_here()) return;
    const int64_t size[] = { 300, 5, 7 }, places[] = { 11, 6, 9 }, plain[] = { 35, 7, 1 }, turned[] = { 1, 301, 1600 };
    const int64_t rows[] = { 1, 0, 0 }, planes[] = { 5, 1, 0 }, *const by[] = { rows, planes, plain };
    for (int dim = 0; dim < 3; dim++)
        for (int way = 0; way < 12; way++) {
            const wki_along_attrs attrs = { .dim = dim, .how = way % 2 ? 1 + way / 2 % 4 : WKI_PUT };
            int64_t to[3] = { size[0] + 1, size[1], size[2] + 2 };
            to[dim] = places[dim];
            const int64_t by_rows[] = { to[1] * to[2], to[2], 1 }, by_planes[] = { 1, to[0] * to[2], to[0] };
            twin *y = keep_twin(twin_of(WK_F32, 3, to, way % 3 ? by_planes : by_rows, 20));
            twin *src = keep_twin(twin_of(WK_F32, 3, size, way / 2 % 2 ? turned : plain, 20));
            twin *const views[] = { y, src, wholes_by(WK_I64, 3, size, by[way / 4], 0, to[dim] - 1) };
            same_as_cpu(WKI_OP_scatter, 1, 3, views, &attrs, sizeof attrs, 0);
            drop_twins();
        }
}

/* The call does its work but for the bad index in the middle of the last view, of which the device tells once. */
static void reports(int op, int n, twin *const *views, const void *attrs, size_t size, int64_t bad)
{
    twin *const index = views[n - 1];
    int64_t *at = (int64_t *)index->cpu.data + index->cpu.size[0] / 2;
    char *after = malloc(views[0]->bytes), text[32];
    *at = bad;
    send(index);
    snprintf(text, sizeof text, "index %lld is", (long long)bad);
    CHECK(run_on(true, op, 1, n, views, attrs, size) == WK_OK);
    CHECK(device_backend()->synchronize(0) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, op == WKI_OP_offsets ? "index" : wki_op_name(op), text); /* as the CPU calls it */
    CHECK(device_backend()->copy_out(0, after, views[0]->block, views[0]->bytes) == WK_OK);
    CHECK(bytes_apart(views[0], views[0]->host, after) == 0);
    free(after);
}

TEST(scatter, and_gather_report_what_is_out_of_range_and_pass_it_over)
{
    if (!cuda_here()) return;
    const int64_t lines[] = { 20, 500 }, m = 7, bad[] = { 7, -1, INT64_MIN, INT64_MAX };
    for (int way = 0; way < 8; way++) {
        const int64_t n = lines[way / 4];
        const wki_along_attrs add = { .dim = 0, .how = WKI_ADD_UP }, plain = { .dim = 0 };
        twin *y = wholes(WK_F32, 1, &m, -9, 9), *src = wholes(WK_F32, 1, &n, -9, 9),
             *index = wholes(WK_I64, 1, &n, 0, m - 1);
        twin *const scattered[] = { y, src, index }, *const gathered[] = { wholes(WK_F32, 1, &n, 0, 9), src, index };
        const int64_t kept = ((int64_t *)index->cpu.data)[n / 2];
        CHECK(run_on(false, WKI_OP_scatter, 1, 3, scattered, &add, sizeof add) == WK_OK);
        ((float *)y->cpu.data)[kept] -= ((float *)src->cpu.data)[n / 2]; /* small whole numbers: exact */
        reports(WKI_OP_scatter, 3, scattered, &add, sizeof add, bad[way % 4]);
        if (bad[way % 4] == m) continue; /* src has more than that */
        const float before = ((float *)gathered[0]->cpu.data)[n / 2];
        ((int64_t *)index->cpu.data)[n / 2] = 0;
        CHECK(run_on(false, WKI_OP_gather, 1, 3, gathered, &plain, sizeof plain) == WK_OK);
        ((float *)gathered[0]->cpu.data)[n / 2] = before;
        reports(WKI_OP_gather, 3, gathered, &plain, sizeof plain, bad[way % 4]);
        drop_twins();
    }
    drop_twins();
}

/* ---- offsets ---- */

TEST(offsets, add_up_indices_of_any_strides)
{
    if (!cuda_here()) return;
    for (int n = 1; n <= 7; n++)
        for (int i = 0; i < LENGTHS - 1; i++) {
            const int64_t size[] = { lengths[i], 3 }, column[] = { 1, 0 }, row[] = { 0, 1 }, plain[] = { 3, 1 };
            const int64_t *const by[] = { plain, column, row };
            twin *views[8] = { wholes(WK_I64, 2, size, -9, 9) };
            wki_offsets_attrs attrs = { .size = { 0 } };
            for (int k = 0; k < n; k++) {
                attrs.size[k] = 4 + k, attrs.stride[k] = 100 * k + 1;
                views[k + 1] = wholes_by(WK_I64, 2, size, by[k % 3], -4 - k, 3 + k);
            }
            same_as_cpu(WKI_OP_offsets, 1, n + 1, views, &attrs, sizeof attrs, 0);
            drop_twins();
        }
}

/* What is out of range counts as 0, so that whoever follows them stays inside. */
TEST(offsets, report_what_is_out_of_range)
{
    if (!cuda_here()) return;
    const int64_t n = 301, bad[] = { 5, -6, INT64_MAX, INT64_MIN };
    for (int way = 0; way < 4; way++) {
        const wki_offsets_attrs attrs = { .size = { 4, 5 }, .stride = { 10, 1 } };
        twin *const views[] = { wholes(WK_I64, 1, &n, 0, 9), wholes(WK_I64, 1, &n, 0, 3), wholes(WK_I64, 1, &n, 0, 4) };
        ((int64_t *)views[2]->cpu.data)[n / 2] = 0;
        CHECK(run_on(false, WKI_OP_offsets, 1, 3, views, &attrs, sizeof attrs) == WK_OK);
        reports(WKI_OP_offsets, 3, views, &attrs, sizeof attrs, bad[way]);
        drop_twins();
    }
}

/* ---- masked ---- */

static int64_t trues(const twin *mask)
{
    const wki_view *v = &mask->cpu;
    int64_t count = 0;
    for (int64_t i = 0; i < v->size[0]; i++)
        for (int64_t j = 0; j < v->size[1]; j++)
            count += ((uint8_t *)v->data)[i * v->stride[0] + j * v->stride[1]] != 0;
    return count;
}

TEST(masked, selects_and_spreads_in_order)
{
    if (!cuda_here()) return;
    for (int i = 0; i < LENGTHS; i++)
        for (int way = 0; way < 8; way++) {
            const wk_dtype dtype = dtypes[way / 2 + (way > 3)];
            const int64_t size[] = { lengths[i], 3 }, turned[] = { 1, lengths[i] + 2 }, plain[] = { 3, 1 };
            const wki_masked_attrs attrs = { .spread = way % 2 };
            twin *mask = wholes_by(WK_BOOL, 2, size, way & 2 ? turned : plain, 0, 1);
            const int64_t count = trues(mask);
            twin *whole = numbers(dtype, 2, size), *packed = numbers(dtype, 1, &count);
            twin *const views[] = { attrs.spread ? whole : packed, attrs.spread ? packed : whole, mask };
            same_as_cpu(WKI_OP_masked, 1, 3, views, &attrs, sizeof attrs, 0);
            const wki_masked_attrs places = { .places = true };
            same_as_cpu(WKI_OP_masked, 1, 3, (twin *[]){ wholes(WK_I64, 1, &count, 0, 9), mask, mask }, &places,
                        sizeof places, 0);
            drop_twins();
        }
}

/* More tiles than are summed up at once */
TEST(masked, selects_from_very_many)
{
    if (!cuda_here()) return;
    const int64_t n = 270 * 2048 + 5, size[] = { n, 1 }, plain[] = { 1, 1 };
    const wki_masked_attrs attrs = { .spread = false };
    twin *mask = wholes_by(WK_BOOL, 2, size, plain, 0, 1);
    const int64_t count = trues(mask);
    twin *const views[] = { wholes(WK_U8, 1, &count, 0, 9), wholes(WK_U8, 2, size, 0, 200), mask };
    same_as_cpu(WKI_OP_masked, 1, 3, views, &attrs, sizeof attrs, 0);
    drop_twins();
}

/* ---- Counts ---- */

TEST(bincount, counts_and_adds_weights_in_their_order)
{
    if (!cuda_here()) return;
    const int64_t many[] = { 1, 5, 4097 };
    const wk_dtype kinds[] = { WK_I64, WK_F32, WK_F64 };
    for (int i = 0; i < LENGTHS; i++)
        for (int b = 0; b < 3; b++)
            for (int way = 0; way < 4; way++) {
                const int64_t n = lengths[i], bins = many[b], twice = 2;
                const wk_dtype dtype = kinds[way % 3];
                twin *y = numbers(dtype, 1, &bins), *x = wholes_by(WK_I64, 1, &n, &twice, 0, bins - 1);
                twin *const views[] = { y, x, numbers(dtype, 1, &n) };
                same_as_cpu(WKI_OP_bincount, 1, way ? 3 : 2, views, NULL, 0, 0);
                drop_twins();
            }
}

TEST(bincount, reports_what_has_no_bin)
{
    if (!cuda_here()) return;
    const int64_t n = 301, bins = 9, bad[] = { 9, -1, INT64_MAX, INT64_MIN };
    for (int way = 0; way < 4; way++) {
        twin *const views[] = { wholes(WK_I64, 1, &bins, 0, 9), wholes(WK_I64, 1, &n, 0, bins - 1) };
        const int64_t kept = ((int64_t *)views[1]->cpu.data)[n / 2];
        CHECK(run_on(false, WKI_OP_bincount, 1, 2, views, NULL, 0) == WK_OK);
        ((int64_t *)views[0]->cpu.data)[kept]--;
        reports(WKI_OP_bincount, 2, views, NULL, 0, bad[way]);
        drop_twins();
    }
}

/* There are bins up to the largest number: of negative ones alone, none. */
TEST(bincount, of_negative_numbers_says_what_they_must_be)
{
    if (!cuda_here()) return;
    for (int64_t last = -3; last <= 2; last += 5) {
        wk_tensor *t = wk_to_device(wk_from((int64_t[]){ last, -4, last }, WK_SHAPE(3), WK_I64), WK_CUDA);
        wk_bincount(t, NULL, 0);
        CHECK(wk_failed() || wk_cuda_synchronize(WK_CUDA) == WK_E_RANGE);
        CHECK(strstr(wk_error_text(), last < 0 ? "index -" : "index -4 is"));
        CHECK_ERROR(WK_E_RANGE, "expected 0 or more");
        wk_tensor *counts = wk_bincount(t, NULL, 3);
        CHECK(counts && wk_cuda_synchronize(WK_CUDA) == WK_E_RANGE);
        CHECK_ERROR(WK_E_RANGE, "expected 0 or more");
        CHECK(wk_item(wk_sum(counts)) == (last < 0 ? 0 : 2));
    }
}

static twin *edges_of(wk_dtype dtype, int64_t parts, double low, double high)
{
    const int64_t n = parts + 1;
    twin *t = reals(dtype, 1, &n);
    const int64_t first = ((char *)t->cpu.data - t->host) / (int64_t)wk_dtype_size(dtype);
    for (int64_t i = 0; i <= parts; i++) set_number(t, first + i, low + (high - low) * (double)i / (double)parts);
    send(t);
    return t;
}

TEST(histogram, finds_the_same_bins)
{
    if (!cuda_here()) return;
    for (int i = 0; i < LENGTHS; i++)
        for (int way = 0; way < 8; way++) {
            const wk_dtype dtype = way & 1 ? WK_F64 : WK_F32;
            const int64_t n = lengths[i], bins = 10 + 5000 * (way == 0);
            const wki_histogram_attrs attrs = { .low = -0.75, .high = 0.5, .edges = way & 2 };
            twin *views[4] = { reals(dtype, 1, &bins), reals(dtype, 1, &n) };
            int at = 2;
            if (attrs.edges) views[at++] = edges_of(dtype, bins, attrs.low, attrs.high);
            if (way & 4) views[at++] = reals(dtype, 1, &n);
            if (n > 3) {
                const double odd[] = { NAN, attrs.high, attrs.low };
                const int64_t first = ((char *)views[1]->cpu.data - views[1]->host) / (int64_t)wk_dtype_size(dtype);
                for (int k = 0; k < 3; k++) set_number(views[1], first + k, odd[k]);
                send(views[1]);
            }
            same_as_cpu(WKI_OP_histogram, 1, at, views, &attrs, sizeof attrs, 0);
            drop_twins();
        }
}

static void as_row(wki_view *line)
{
    line->ndim = 2;
    line->size[1] = line->size[0];
    line->stride[1] = line->stride[0];
    line->size[0] = 1;
}

TEST(bucket, finds_the_same_parts)
{
    if (!cuda_here()) return;
    for (int i = 0; i < LENGTHS; i++)
        for (int way = 0; way < 6; way++) {
            const wk_dtype dtype = way & 1 ? WK_F64 : WK_F32;
            const int64_t size[] = { 1, lengths[i] }, parts = 17;
            const wki_bucket_attrs attrs = { way / 2 };
            twin *edges = edges_of(dtype, parts, -0.5, 0.75);
            as_row(&edges->cpu);
            as_row(&edges->gpu);
            twin *const views[] = { wholes(WK_I64, 2, size, 0, 9), reals(dtype, 2, size), edges };
            same_as_cpu(WKI_OP_bucket, 1, 3, views, &attrs, sizeof attrs, 0);
            drop_twins();
        }
}

TEST(bucket, finds_the_same_places_in_rows_of_integers)
{
    if (!cuda_here()) return;
    const int64_t size[] = { 3, 401 }, edge[] = { 3, 20 }, turned[] = { 1, 5 };
    for (int kind = 0; kind < 2; kind++) {
        const wki_bucket_attrs attrs = { kind };
        twin *edges = wholes_by(WK_I64, 2, edge, turned, 0, 9);
        twin *const views[] = { wholes(WK_I64, 2, size, 0, 9), wholes(WK_I64, 2, size, -1, 10), edges };
        same_as_cpu(WKI_OP_bucket, 1, 3, views, &attrs, sizeof attrs, 0);
        drop_twins();
    }
}

WICK_TEST_MAIN
