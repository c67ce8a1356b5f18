/* Views made of other views: a dim cut into parts or into dims, dims moved, operands stretched. All are recorded as the
 * slices, permutations and expansions they consist of. */
#include "autograd/op.h"

static wk_tensor *sample_split(wk_tensor *const *in)
{
    wk_tensor *part[3];
    return wk_split(in[0], 2, 1, part, 3) == 3 ? wk_add(wk_mul(part[0], part[1]), part[2]) : NULL;
}

static wk_tensor *sample_unbind(wk_tensor *const *in)
{
    wk_tensor *row[3];
    return wk_unbind(in[0], 0, row, 3) == 3 ? wk_mul(wk_mul(row[0], row[0]), row[2]) : NULL;
}

static wk_tensor *sample_meshgrid(wk_tensor *const *in)
{
    wk_tensor *grid[2];
    return wk_meshgrid(in, 2, true, grid) ? NULL : wk_mul(grid[0], wk_square(grid[1]));
}

static wk_tensor *sample_unflatten(wk_tensor *const *in)
{
    return wk_movedim(wk_unflatten(wk_square(in[0]), -1, WK_SHAPE(-1, 2)), 0, 2);
}
static const wki_sample split_samples[] = { { sample_split, 1, { { 2, { 3, 5 }, -2, 2 } } },
                                            { sample_unbind, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                            { sample_meshgrid, 2, { { 1, { 3 }, -2, 2 }, { 1, { 2 }, -2, 2 } } },
                                            { sample_unflatten, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                            { 0 } };
static const wki_opdef split_op = { "split", NULL, split_samples }; /* for its samples: parts are slices */

wk_tensor *wk_unflatten(wk_tensor *t, int dim, int n, const int64_t *sizes)
{
    if (!wki_tensor_ok(t, "unflatten", "t") || !wki_dim_ok("unflatten", "dim", t->v.ndim, &dim)) return NULL;
    wki_check(t->v.ndim > 0, NULL, WK_E_SHAPE, "unflatten", "a tensor of shape [] has no dim to cut");
    wki_check(n > 0 && sizes && t->v.ndim - 1 + n <= WK_MAX_DIMS, NULL, WK_E_SHAPE, "unflatten",
              "dim %d of %s cannot become %d dims; 1 or more, %d in all", dim, wki_show(&t->v), n, WK_MAX_DIMS);
    wki_shape to = { .ndim = 0 };
    int64_t known = 1, size = t->v.size[dim];
    int unknown = -1;
    for (int i = 0; i < t->v.ndim; i++) {
        if (i != dim) to.size[to.ndim++] = t->v.size[i];
        for (int k = 0; i == dim && k < n; k++) {
            bool fits = sizes[k] >= 0 && !__builtin_mul_overflow(known, sizes[k], &known);
            wki_check(fits || (sizes[k] == -1 && unknown < 0), NULL, WK_E_SHAPE, "unflatten",
                      "sizes %s: 0 and up, and one may be -1", wki_show_shape(n, sizes));
            if (sizes[k] == -1) unknown = to.ndim;
            to.size[to.ndim++] = sizes[k];
        }
    }
    if (unknown >= 0 && known > 0 && size % known == 0) {
        to.size[unknown] = size / known;
        known = size;
    }
    wki_check(known == size && (unknown < 0 || to.size[unknown] >= 0), NULL, WK_E_SHAPE, "unflatten",
              "sizes %s do not multiply to %lld, dim %d of %s", wki_show_shape(n, sizes), (long long)size, dim,
              wki_show(&t->v));
    return wk_view(t, to.ndim, to.size);
}

/* ---- Cut into parts ---- */

/* So that what has failed is passed on as NULL. */
static void clear(wk_tensor **out, int n)
{
    for (int i = 0; out && i < n; i++) out[i] = NULL;
}

static bool cut_ok(const char *where, const wk_tensor *t, int *dim, wk_tensor **out, int n)
{
    clear(out, n);
    if (!wki_tensor_ok(t, where, "t")) return false;
    wki_check(out, false, WK_E_INVALID, where, "out is NULL; it takes the parts");
    wki_check(t->v.ndim > 0, false, WK_E_SHAPE, where, "a tensor of shape [] cannot be cut");
    return wki_dim_ok(where, "dim", t->v.ndim, dim);
}

static bool room_ok(const char *where, const wk_tensor *t, int64_t parts, int room)
{
    wki_check(parts <= room, false, WK_E_RANGE, where, "%s gives %lld parts; out has room for %d", wki_show(&t->v),
              (long long)parts, room);
    return true;
}

/* Parts of one length; the last may be shorter. */
static int equal_parts(wk_tensor *t, int dim, int64_t length, int parts, wk_tensor **out)
{
    for (int i = 0; i < parts; i++) {
        int64_t start = i * length, left = t->v.size[dim] - start;
        if (!(out[i] = wk_narrow(t, dim, start, left < length ? left : length))) return 0;
    }
    return parts;
}

int wk_split(wk_tensor *t, int64_t size, int dim, wk_tensor **out, int room)
{
    if (!cut_ok("split", t, &dim, out, room)) return 0;
    int64_t whole = t->v.size[dim];
    wki_check(size > 0 || (size == 0 && whole == 0), 0, WK_E_INVALID, "split", "size is %lld; it must be 1 or more",
              (long long)size);
    int64_t parts = whole ? (whole - 1) / size + 1 : 1;
    return room_ok("split", t, parts, room) ? equal_parts(t, dim, size, (int)parts, out) : 0;
}

wk_status wk_split_sizes(wk_tensor *t, int n, const int64_t *sizes, int dim, wk_tensor **out)
{
    if (!cut_ok("split_sizes", t, &dim, out, n)) return wk_error();
    int64_t left = t->v.size[dim];
    wki_check(n > 0 && sizes, WK_E_INVALID, WK_E_INVALID, "split_sizes", "no sizes were given");
    for (int i = 0; i < n && left >= 0; i++) left = sizes[i] >= 0 && sizes[i] <= left ? left - sizes[i] : -1;
    wki_check(left == 0, WK_E_SHAPE, WK_E_SHAPE, "split_sizes", "sizes %s do not add up to %lld, dim %d of %s",
              n <= WK_MAX_DIMS ? wki_show_shape(n, sizes) : "given", (long long)t->v.size[dim], dim, wki_show(&t->v));
    for (int64_t start = 0, i = 0; i < n; start += sizes[i++])
        if (!(out[i] = wk_narrow(t, dim, start, sizes[i]))) return wk_error();
    return WK_OK;
}

int wk_chunk(wk_tensor *t, int chunks, int dim, wk_tensor **out)
{
    if (!cut_ok("chunk", t, &dim, out, chunks)) return 0;
    wki_check(chunks > 0, 0, WK_E_INVALID, "chunk", "chunks is %d; it must be 1 or more", chunks);
    int64_t whole = t->v.size[dim], size = (whole + chunks - 1) / chunks;
    return equal_parts(t, dim, size, whole ? (int)((whole - 1) / size + 1) : chunks, out);
}

wk_status wk_tensor_split(wk_tensor *t, int n, int dim, wk_tensor **out)
{
    if (!cut_ok("tensor_split", t, &dim, out, n)) return wk_error();
    wki_check(n > 0, WK_E_INVALID, WK_E_INVALID, "tensor_split", "n is %d; it must be 1 or more", n);
    int64_t whole = t->v.size[dim], start = 0;
    for (int i = 0; i < n; i++) {
        int64_t length = whole / n + (i < whole % n);
        if (!(out[i] = wk_narrow(t, dim, start, length))) return wk_error();
        start += length;
    }
    return WK_OK;
}

wk_status wk_tensor_split_at(wk_tensor *t, int n, const int64_t *at, int dim, wk_tensor **out)
{
    if (!cut_ok("tensor_split_at", t, &dim, out, n + 1)) return wk_error();
    wki_check(n >= 0 && (at || !n), WK_E_INVALID, WK_E_INVALID, "tensor_split_at", "no places were given");
    for (int i = 0; i <= n; i++)
        if (!(out[i] = wk_slice(t, dim, i ? at[i - 1] : 0, i < n ? at[i] : INT64_MAX, 1))) return wk_error();
    return WK_OK;
}

int wk_unbind(wk_tensor *t, int dim, wk_tensor **out, int room)
{
    if (!cut_ok("unbind", t, &dim, out, room) || !room_ok("unbind", t, t->v.size[dim], room)) return 0;
    for (int i = 0; i < (int)t->v.size[dim]; i++)
        if (!(out[i] = wk_select(t, dim, i))) return 0;
    return (int)t->v.size[dim];
}

/* ---- Dims moved ---- */

wk_tensor *wk_movedim_dims(wk_tensor *t, int n, const int *from, const int *to)
{
    if (!wki_tensor_ok(t, "movedim", "t")) return NULL;
    wki_check(n >= 0 && n <= WK_MAX_DIMS && (!n || (from && to)), NULL, WK_E_INVALID, "movedim",
              "%d dims are to be moved of %s", n, wki_show(&t->v));
    int order[WK_MAX_DIMS];
    unsigned moved = 0, taken = 0;
    for (int i = 0; i < n; i++) {
        int source = from[i], place = to[i];
        if (!wki_dim_ok("movedim", "from", t->v.ndim, &source) || !wki_dim_ok("movedim", "to", t->v.ndim, &place))
            return NULL;
        wki_check(!(moved >> source & 1) && !(taken >> place & 1), NULL, WK_E_INVALID, "movedim",
                  "a dim is named twice (from %d, to %d)", source, place);
        moved |= 1u << source;
        taken |= 1u << place;
        order[place] = source;
    }
    for (int place = 0, source = 0; place < t->v.ndim; place++) {
        if (taken >> place & 1) continue;
        while (moved >> source & 1) source++;
        order[place] = source++;
    }
    return wk_permute(t, t->v.ndim, order);
}

wk_tensor *wk_movedim(wk_tensor *t, int from, int to) { return wk_movedim_dims(t, 1, &from, &to); }
wk_tensor *wk_swapaxes(wk_tensor *t, int dim0, int dim1) { return wk_transpose(t, dim0, dim1); }

/* ---- Stretched ---- */

wk_tensor *wk_broadcast_to(wk_tensor *t, int ndim, const int64_t *shape) { return wk_expand(t, ndim, shape); }

wk_tensor *wk_expand_as(wk_tensor *t, const wk_tensor *like)
{
    return wki_tensor_ok(like, "expand_as", "like") ? wk_expand(t, like->v.ndim, like->v.size) : NULL;
}

static wk_status meshgrid(wk_tensor *const *ts, int n, bool xy, wk_tensor **out)
{
    wki_check(n > 0 && n <= WK_MAX_DIMS && ts && out, WK_E_INVALID, WK_E_INVALID, "meshgrid",
              "%d tensors; from 1 to %d are possible", n, WK_MAX_DIMS);
    wki_shape grid = { .ndim = n };
    for (int i = 0; i < n; i++) {
        if (!wki_tensor_ok(ts[i], "meshgrid", "a tensor")) return wk_error();
        wki_check(ts[i]->v.ndim <= 1, WK_E_SHAPE, WK_E_SHAPE, "meshgrid", "tensor %d is %s; one dim is needed", i,
                  wki_show(&ts[i]->v));
        wki_check(ts[i]->v.dtype == ts[0]->v.dtype, WK_E_DTYPE, WK_E_DTYPE, "meshgrid",
                  "tensor %d is %s, the first %s; convert with wk_to", i, wk_dtype_name(ts[i]->v.dtype),
                  wk_dtype_name(ts[0]->v.dtype));
        grid.size[i] = wki_numel(&ts[i]->v);
    }
    for (int i = 0; i < n; i++) {
        int64_t one[WK_MAX_DIMS];
        for (int k = 0; k < n; k++) one[k] = k == i ? grid.size[i] : 1;
        wk_tensor *full = wk_expand(wk_view(ts[i], n, one), n, grid.size);
        if (!(out[i] = full && xy && n > 1 ? wk_transpose(full, 0, 1) : full)) return wk_error();
    }
    return WK_OK;
}

wk_status wk_meshgrid(wk_tensor *const *ts, int n, bool xy, wk_tensor **out)
{
    const wk_status status = meshgrid(ts, n, xy, out);
    if (status) clear(out, n); /* only now: out may be ts */
    return status;
}

static wk_tensor *wrong_sizes(void)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(2, 3), WK_F32), *part[2];
    return wk_split_sizes(t, 2, (int64_t[]){ 1, 1 }, 1, part) ? NULL : t;
}
static wk_tensor *wrong_unflatten(void) { return wk_unflatten(wk_zeros(WK_SHAPE(2, 3), WK_F32), 1, WK_SHAPE(2, 2)); }
const wki_error_sample wki_errors_split[] = {
    { "split_sizes", wrong_sizes, WK_E_SHAPE, "sizes [1, 1] do not add up to 3, dim 1 of [2, 3]" },
    { "unflatten", wrong_unflatten, WK_E_SHAPE, "sizes [2, 2] do not multiply to 3, dim 1 of [2, 3]" },
    { 0 },
};

const wki_family wki_family_split = { &split_op, NULL };
