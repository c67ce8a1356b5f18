/* conv and conv_data on tiles, and which convolutions are made so. A unit is some of the channels made of 16 images:
 * rows of the plane that is read are packed when they are first seen, and kept as long as windows see them; weights are
 * packed once for a run of units. What is made of a few rows of all images is turned into planes then. */
#include "backends/cpu/conv_tiles.h"
#include "backends/cpu/conv_ways.h"
#include "backends/cpu/cpu.h"
#include "backends/cpu/onednn.h"
#include "backends/cpu/team.h"
#include "backends/cpu/walk.h"
#include "backends/cpu/windows.h"
#include "base/fault.h"

enum { SIDE = WKI_TILE_SIDE, WIDTH = WKI_TILE_WIDTH, AT_ONCE = 32 }; /* windows that are made at once, about */
enum { ROW = 2 * SIDE, WINDOW = (SIDE + 1) * ROW };                  /* their sums: no power of two apart */
enum { MOST_BYTES = 64 << 20 };                                      /* of a thread's tiles and sums */

/* ---- Which ---- */

static wk_matmul_mode mode_of(const wki_conv_attrs *a)
{
    return a->bf16 || a->rounds ? WK_MATMUL_BF16 : (wk_matmul_mode)a->matmul;
}

/* how much of tiles is not left empty by n of something that comes so many at once */
static double filled(int64_t n, int64_t at_once) { return (double)n / (double)(wki_blocks(n, at_once) * at_once); }

/* Cycles of a multiply-add by f32's units and on tiles, and of a number that is packed or turned, as measured. */
static bool pays(int op, const wki_conv_attrs *a, int64_t images, int64_t out, int64_t in)
{
    static const double by_f32 = 1.0 / 30, by_tiles[] = { 0, 0.0138, 0.0075, 0.003, 0 }, moved = 1.6;
    const double n = (double)images, taps = (double)in * (double)out * (double)wki_volume(a->window.kernel);
    const double x = n * (double)in * (double)wki_volume(a->window.in),
                 y = n * (double)out * (double)wki_volume(a->window.out);
    if (x == 0 || y == 0) return false;
    const double full =
        filled(images, op == WKI_OP_conv_weight ? WIDTH : SIDE) * filled(in, WIDTH) * filled(out, WIDTH);
    const double gain = by_f32 - by_tiles[mode_of(a)] / full, all = n * (double)wki_volume(a->window.out) * taps;
    return all * gain >= moved * (x + y + taps);
}

/* Rows are packed as a whole, and a row may be a long signal: what tiles of it and sums take, in bytes, about. */
static double packed_at_once(int op, const wki_conv_attrs *a, double out, double in)
{
    enum { LINES = 8, PARTS = 3 };
    const wki_window *w = &a->window;
    const double tile = sizeof(float) * PARTS * WKI_TILE_REALS, reach = (w->kernel[1] - 1.0) * w->dilation[1] + 1;
    const double seen = reach < w->in[1] ? reach : w->in[1], x = seen * w->in[2] * tile, y = (double)w->out[2] * tile;
    if (op == WKI_OP_conv_weight) return y * (out / SIDE + 1) + x * LINES;
    return op == WKI_OP_conv ? x * (in / WIDTH + 1) + y : y * seen * (out / WIDTH + 1) + x;
}

static const wki_tile_loops *loops_for(wk_matmul_mode mode)
{
#ifdef __x86_64__
    static const wki_tile_loops *const loops[] = { NULL, &wki_tiles_split_amx, &wki_tiles_split3_amx,
                                                   &wki_tiles_bf16_amx, NULL };
    return loops[mode] && wki_has_tiles() ? loops[mode] : NULL;
#else
    (void)mode;
    return NULL;
#endif
}

static const wki_tile_loops *choose(int op, const wki_conv_attrs *a, wk_dtype dtype, int64_t images, int64_t out,
                                    int64_t in)
{
    const wki_window *w = &a->window;
    const bool deep = w->in[0] != 1 || w->out[0] != 1 || w->kernel[0] != 1;
    if (mode_of(a) == WK_MATMUL_HIGHEST || dtype != WK_F32 || a->groups != 1 || a->sliced || deep) return NULL;
    if (packed_at_once(op, a, (double)out, (double)in) > MOST_BYTES) return NULL;
    return pays(op, a, images, out, in) && !wki_onednn_chosen() ? loops_for(mode_of(a)) : NULL;
}

bool wki_conv_tiles_take(int op, const wki_view *w, const wki_conv_attrs *attrs, int64_t images)
{
    return choose(op, attrs, (wk_dtype)w->dtype, images, w->size[0], w->size[1]) != NULL;
}

const wki_tile_loops *wki_conv_tiles_for(const wki_call *call)
{
    const wki_view *x = wki_conv_x(call->op, call->views), *y = wki_conv_y(call->op, call->views);
    if (call->op == WKI_OP_conv_weight && call->views[0]->size[0] != 1) return NULL;
    return choose(call->op, call->attrs, (wk_dtype)x->dtype, x->size[0], y->size[1], x->size[1]);
}

/* ---- Plans ---- */

typedef struct plan {
    const wki_conv_attrs *attrs;
    const wki_window *w;
    bool data;
    int64_t n, from, to;               /* images; channels that are read, and that are made */
    int64_t height, width, rows, cols; /* of planes that are read, and that are made */
    int64_t taps, blocks, pairs;       /* blocks of channels read, pairs of groups of those made */
    int64_t tile;                      /* reals of a tile with all its parts */
    int64_t at_once, kept, block;      /* rows that are made at once; that are kept; reals of a block of channels */
    int64_t apart;                     /* columns that are made two by two */
    int64_t group;                     /* of weights, reals */
} plan;

static plan plan_of(const wki_call *call, const wki_tile_loops *loops)
{
    const wki_view *to = call->views[0], *from = call->views[1];
    plan p = { .attrs = call->attrs, .data = call->op == WKI_OP_conv_data, .n = from->size[0] };
    const wki_window *w = p.w = &p.attrs->window;
    const int32_t *read = p.data ? w->out : w->in, *made = p.data ? w->in : w->out;
    p.from = from->size[1], p.to = to->size[1];
    p.height = read[1], p.width = read[2], p.rows = made[1], p.cols = made[2];
    p.taps = wki_volume(w->kernel);
    p.blocks = wki_blocks(p.from, WIDTH), p.pairs = wki_blocks(p.to, 2 * SIDE);
    p.tile = WKI_TILE_REALS * loops->parts;
    p.at_once = wki_least(p.cols < AT_ONCE ? AT_ONCE / p.cols : 1, p.rows);
    const int64_t reach = (w->kernel[1] - 1) * (int64_t)w->dilation[1];
    const int64_t seen =
        p.data ? (p.at_once - 1 + reach) / w->stride[1] + 2 : (p.at_once - 1) * w->stride[1] + reach + 1;
    p.kept = wki_least(seen, p.height);
    p.block = (p.kept * p.width + 1) * p.tile; /* and a tile of zeros */
    p.apart = p.data ? wki_least(w->stride[2], p.cols) : 1;
    p.group = p.blocks * p.taps * p.tile;
    return p;
}

enum { SLICES = 4 }; /* of the channels made: units of 16 images, at most */

static int64_t slices_of(const wki_call *call) { return wki_least(SLICES, wki_blocks(call->views[0]->size[1], ROW)); }
static int64_t units(const wki_call *call) { return wki_blocks(call->views[0]->size[0], SIDE) * slices_of(call); }

/* What is made at once: pairs of groups of channels of 16 images from `image` on; whole: all of them. */
typedef struct share {
    int64_t image, pair, end;
    bool whole;
} share;

/* Two windows of a row: taps that one of them sees, at tiles of the first and of the second, and their weights. */
typedef struct couple {
    int64_t n, window[2]; /* in what is made at once */
    int64_t *at[2], *w_at;
} couple;

typedef struct scratch {
    float *zeros, *weights, *planes, *sums, *bias;
    couple *couples;
    int64_t *places;
    void *rest;
} scratch;

/* at most */
static int64_t couples_of(const plan *p)
{
    return p->at_once * p->apart * wki_blocks(wki_blocks(p->cols, p->apart), 2);
}

static size_t lay_out(const plan *p, void *from, scratch *s)
{
    wki_room r = { .begin = from };
    s->zeros = wki_room_take(&r, p->taps > p->kept * p->width ? p->taps : p->kept * p->width, sizeof(float));
    s->weights = wki_room_take(&r, 2 * p->pairs * p->group, sizeof(float));
    s->planes = wki_room_take(&r, p->blocks * p->block, sizeof(float));
    s->sums = wki_room_take(&r, (p->at_once * p->cols + 1) * WINDOW, sizeof(float));
    s->bias = wki_room_take(&r, p->pairs * 2 * SIDE, sizeof(float));
    s->couples = wki_room_take(&r, couples_of(p), sizeof(couple));
    s->places = wki_room_take(&r, 3 * p->taps * couples_of(p), sizeof *s->places);
    s->rest = wki_room_take(&r, 0, 0);
    return r.used;
}

/* what tiles cannot take is left to this */
static const wki_kernel *plain_of(const plan *p) { return p->data ? &wki_conv_data_plain : &wki_conv_plain; }

static size_t scratch_bytes(const wki_call *call, const wki_tile_loops *loops)
{
    scratch s;
    const plan p = plan_of(call, loops);
    const size_t its = wki_conv_images_scratch(plain_of(&p), call, wki_least(SIDE, p.n));
    const size_t last = wki_conv_images_scratch(plain_of(&p), call, p.n % SIDE);
    return lay_out(&p, NULL, &s) + (its > last ? its : last);
}

/* ---- Packing ---- */

/* lines of weights, 16 from `line` on, times 16 numbers from k on, as the rows of a tile for each tap */
static bool pack_group(const wki_call *call, const plan *p, const wki_tile_loops *loops, const scratch *s,
                       int64_t group, int64_t block)
{
    const float *w = call->views[2]->data;
    const int64_t line = p->data ? p->taps : p->from * p->taps, step = p->data ? p->to * p->taps : p->taps;
    float *const to = s->weights + group * p->group + block * p->taps * p->tile;
    bool odd = false;
    for (int64_t i = 0; i < SIDE; i++) {
        const float *rows[2][SIDE];
        for (int64_t h = 0; h < 2; h++)
            for (int64_t v = 0; v < SIDE; v++) {
                const int64_t k = block * WIDTH + h * SIDE + i, l = group * SIDE + v;
                rows[h][v] = k < p->from && l < p->to ? w + l * line + k * step : s->zeros;
            }
        odd = loops->pack(to + i * SIDE, p->tile, p->taps, rows[0], rows[1]) || odd;
    }
    return odd;
}

static bool pack_weights(const wki_call *call, const plan *p, const wki_tile_loops *loops, const scratch *s,
                         int64_t pair, int64_t end)
{
    bool odd = false;
    for (int64_t g = 2 * pair; g < 2 * end; g++)
        for (int64_t b = 0; b < p->blocks; b++) odd = pack_group(call, p, loops, s, g, b) || odd;
    return odd;
}

/* rows of planes, as many as are kept without going round */
static bool pack_rows(const wki_call *call, const plan *p, const wki_tile_loops *loops, const scratch *s, int64_t image,
                      int64_t row, int64_t end)
{
    const int64_t plane = p->height * p->width;
    const float *const x = (const float *)call->views[1]->data + row * p->width;
    bool odd = false;
    for (int64_t b = 0; b < p->blocks; b++)
        for (int64_t i = 0; i < SIDE; i++) {
            const float *rows[2][SIDE];
            for (int64_t h = 0; h < 2; h++)
                for (int64_t v = 0; v < SIDE; v++) {
                    const int64_t c = b * WIDTH + h * SIDE + v;
                    rows[h][v] = c < p->from && image + i < p->n ? x + ((image + i) * p->from + c) * plane : s->zeros;
                }
            float *const to = s->planes + b * p->block + row % p->kept * p->width * p->tile + i * SIDE;
            odd = loops->pack(to, p->tile, (end - row) * p->width, rows[0], rows[1]) || odd;
        }
    return odd;
}

/* ---- What taps see ---- */

/* where tap t of what is made at `at` lies along dim d; -1: outside, or nowhere */
static int64_t place_of(const plan *p, int d, int64_t at, int64_t t)
{
    const wki_window *w = p->w;
    if (!p->data) {
        const int64_t i = at * w->stride[d] - w->padding[d] + t * w->dilation[d];
        return i >= 0 && i < w->in[d] ? i : -1;
    }
    const int64_t i = at + w->padding[d] - t * w->dilation[d];
    return i >= 0 && i % w->stride[d] == 0 && i / w->stride[d] < w->out[d] ? i / w->stride[d] : -1;
}

/* the first row that is not seen by those before row `end` of what is made */
static int64_t seen_by(const plan *p, int64_t end)
{
    const wki_window *w = p->w;
    const int64_t last = p->data
                             ? (end - 1 + w->padding[1]) / w->stride[1]
                             : (end - 1) * w->stride[1] - w->padding[1] + (w->kernel[1] - 1) * (int64_t)w->dilation[1];
    return last < 0 ? 0 : wki_least(last + 1, p->height);
}

static void find_taps(const plan *p, couple *c, int64_t row, int64_t first, int64_t second)
{
    const int64_t zeros = p->kept * p->width * p->tile;
    c->n = 0;
    for (int64_t i = 0; i < p->w->kernel[1]; i++) {
        const int64_t h = place_of(p, 1, row, i);
        for (int64_t j = 0; h >= 0 && j < p->w->kernel[2]; j++) {
            const int64_t at[] = { place_of(p, 2, first, j),
                                   second < p->cols ? place_of(p, 2, WKI_FAULT(197) ? first : second, j) : -1 };
            if (at[0] < 0 && at[1] < 0) continue;
            for (int x = 0; x < 2; x++) c->at[x][c->n] = at[x] < 0 ? zeros : (h % p->kept * p->width + at[x]) * p->tile;
            c->w_at[c->n++] = (i * p->w->kernel[2] + j) * p->tile;
        }
    }
}

/* those of rows from `row` to end; behind the last of them */
static const couple *find_couples(const plan *p, const scratch *s, int64_t row, int64_t end)
{
    couple *c = s->couples;
    int64_t *at = s->places;
    for (int64_t r = row; r < end; r++)
        for (int64_t first = 0; first < p->apart; first++)
            for (int64_t x = first; x < p->cols; x += 2 * p->apart, c++, at += 3 * p->taps) {
                const int64_t second = x + p->apart;
                c->at[0] = at, c->at[1] = at + p->taps, c->w_at = at + 2 * p->taps;
                c->window[0] = (r - row) * p->cols + x;
                c->window[1] = second < p->cols ? (r - row) * p->cols + second : p->at_once * p->cols; /* to spare */
                find_taps(p, c, r, x, second);
            }
    return c;
}

/* ---- Making ---- */

static void add_up(const plan *p, const wki_tile_loops *loops, const scratch *s, int64_t pair, const couple *end)
{
    const float *const w = s->weights + 2 * pair * p->group;
    wki_tile_sums t = { .p = { s->planes, s->planes }, .q = { w, w + p->group }, .blocks = p->blocks };
    t.p_next = p->block, t.q_next = p->taps * p->tile, t.row = ROW;
    for (const couple *c = s->couples; c < end; c++) {
        t.n = c->n, t.q_at = c->w_at;
        for (int i = 0; i < 2; i++) {
            t.p_at[i] = c->at[i];
            t.to[i][0] = s->sums + c->window[i] * WINDOW;
            t.to[i][1] = t.to[i][0] + SIDE;
        }
        loops->add(&t);
    }
}

static void deliver(const wki_call *call, const plan *p, const scratch *s, int64_t pair, int64_t image, int64_t row,
                    int64_t rows)
{
    const int64_t plane = p->rows * p->cols, channel = pair * 2 * SIDE;
    float *const y = (float *)call->views[0]->data + channel * plane + row * p->cols;
    for (int64_t i = image; i < wki_least(image + SIDE, p->n); i++)
        wki_moves_for(wki_isa(), sizeof *y)
            ->turn(wki_least(2 * SIDE, p->to - channel), rows * p->cols, y + i * p->to * plane, plane,
                   s->sums + (i - image) * ROW, WINDOW);
}

/* false: a number is odd, and nothing is to be kept */
static bool make_images(const wki_call *call, const plan *p, const wki_tile_loops *loops, const scratch *s,
                        const share *u)
{
    int64_t packed = 0;
    for (int64_t end, row = 0; row < p->rows; row = end) {
        end = wki_least(row + p->at_once, p->rows);
        const int64_t seen = seen_by(p, end) - WKI_FAULT(196);
        for (int64_t next; packed < seen; packed = next) {
            next = wki_least(seen, (packed / p->kept + 1) * p->kept);
            if (pack_rows(call, p, loops, s, u->image, packed, next)) return false;
        }
        const couple *const last = find_couples(p, s, row, end);
        for (int64_t pair = u->pair; pair < u->end; pair++) {
            add_up(p, loops, s, pair, last);
            const float *const bias = p->attrs->bias ? s->bias + pair * 2 * SIDE : NULL;
            if (bias || p->attrs->relu)
                loops->finish(s->sums, (end - row) * p->cols * (WINDOW / ROW), bias, p->attrs->relu);
            deliver(call, p, s, pair, u->image, row, end - row);
        }
    }
    return true;
}

static void begin(const wki_call *call, const plan *p, const scratch *s)
{
    memset(s->zeros, 0, (size_t)((char *)s->weights - (char *)s->zeros));
    for (int64_t b = 0; b < p->blocks; b++)
        memset(s->planes + (b + 1) * p->block - p->tile, 0, sizeof(float) * (size_t)p->tile);
    if (!p->attrs->bias) return;
    memset(s->bias, 0, sizeof(float) * (size_t)(p->pairs * 2 * SIDE));
    memcpy(s->bias, call->views[3]->data, sizeof(float) * (size_t)p->to);
}

static bool any_odd(const float *x, int64_t n)
{
    int32_t odd = 0;
    for (int64_t i = 0; i < n; i++) {
        int32_t bits;
        memcpy(&bits, x + i, sizeof bits);
        odd |= (bits & INT32_C(0x7fffffff)) >= INT32_C(0x7f7f8000);
    }
    return odd;
}

/* Does one of 16 images have an odd number? Asked ahead where others make their other channels. */
static bool images_odd(const wki_call *call, const plan *p, int64_t image)
{
    const float *const x = call->views[1]->data;
    const int64_t plane = p->height * p->width, end = wki_least(image + SIDE, p->n) * p->from;
    bool odd = false;
    for (int64_t c = image * p->from; c < end; c++) odd = any_odd(x + c * plane, seen_by(p, p->rows) * p->width) || odd;
    return odd;
}

/* odd: the weights are. What is left to the kernel without tiles is made with the first of the channels. */
static wk_status make_share(const wki_call *call, const plan *p, const wki_tile_loops *loops, const scratch *s,
                            const share *u, bool odd)
{
    if (!odd && !u->whole) odd = images_odd(call, p, u->image);
    if (!odd && make_images(call, p, loops, s, u)) return WK_OK;
    return u->pair == 0 ? wki_conv_images(plain_of(p), call, u->image, wki_least(SIDE, p->n - u->image), s->rest)
                        : WK_OK;
}

static wk_status run(const wki_call *call, const wki_tile_loops *loops, int64_t first, int64_t end, void *memory)
{
    const plan p = plan_of(call, loops);
    const int64_t slices = slices_of(call);
    scratch s;
    if (first >= end) return WK_OK;
    lay_out(&p, memory, &s);
    begin(call, &p, &s);
    loops->begin();
    const bool few = first / slices == (end - 1) / slices;
    const int64_t pair = few ? p.pairs * (first % slices) / slices : 0;
    const int64_t last = few ? p.pairs * ((end - 1) % slices + 1) / slices : p.pairs;
    const bool packed = pack_weights(call, &p, loops, &s, pair, last);
    const bool odd = (packed || (few && any_odd(call->views[2]->data, wki_numel(call->views[2])))) && !WKI_FAULT(195);
    wk_status status = WK_OK;
    for (int64_t n, at = first; at < end && status == WK_OK; at += n) {
        const int64_t slice = at % slices;
        n = wki_least(slices - slice, end - at);
        const share u = { .image = at / slices * SIDE,
                          .pair = p.pairs * slice / slices,
                          .end = p.pairs * (slice + n) / slices,
                          .whole = n == slices };
        status = make_share(call, &p, loops, &s, &u, odd);
    }
    loops->end();
    return status;
}

const wki_tile_way wki_conv_tile_way = { units, scratch_bytes, run };

static size_t scratch_here(const wki_call *call) { return scratch_bytes(call, wki_conv_tiles_for(call)); }
static wk_status run_here(const wki_call *call, int64_t first, int64_t end, void *memory)
{
    return run(call, wki_conv_tiles_for(call), first, end, memory);
}
const wki_kernel wki_conv_by_tiles = { "conv", units, scratch_here, run_here };
