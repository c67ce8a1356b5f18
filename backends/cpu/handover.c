/* A product that goes from part to part, see handover.h. It is run as ordinary calls on pieces of its views. */
#include "backends/cpu/handover.h"
#include "backends/cpu/once.h"
#include "backends/cpu/team.h"
#include "backends/cpu/walk.h"
#include "base/fault.h"

/* Of a piece: a band of tiles, and few enough of them that the last part begins soon. Nowhere is one row or column
 * left, whose sum would be another. */
enum { ROWS = 16, COLUMNS = 32, STRIP = 16 };

/* What is handed over has to be small beside the weight, and the product worth the waiting for its first piece. */
enum { FLAT = 8, LEAST_WORK = 1 << 20, LEAST_PIECES = 4 };

static int64_t row_pieces(const wki_view *c) { return wki_blocks(c->size[0], ROWS); }
static int64_t column_pieces(const wki_view *c) { return (c->size[1] + COLUMNS - 2) / COLUMNS; }

/* Is the weight written by a call that is cut by its rows, and read by no other product that would be cut otherwise? */
static bool stays_by_rows(const wki_step *steps, int nsteps, int i, const wki_view *weight)
{
    bool stays = false;
    for (int k = 0; k < nsteps; k++) {
        const wki_call *call = &steps[k].item->call;
        for (int v = 0; v < call->nviews; v++) {
            if (k == i || !wki_meet(wki_reach_of(call->views[v]), wki_reach_of(weight))) continue;
            if (!steps[k].kernel || call->op == WKI_OP_product) return false;
            stays = stays || (v < call->nout && steps[k].threads > 1 && steps[k].kernel->units == wki_element_units);
        }
    }
    return stays;
}

int64_t wki_handover_pieces(const wki_step *s)
{
    const wki_view *c = s->item->call.views[0];
    return row_pieces(c) * column_pieces(c);
}

bool wki_handover_pays(const wki_step *steps, int nsteps, int i)
{
    const wki_step *s = &steps[i];
    if (s->kernel != &wki_cpu_product || s->threads < 2 || !wki_product_goes_on(&s->item->call)) return false;
    const wki_view *c = s->item->call.views[0], *b = s->item->call.views[2];
    if (b->size[0] < FLAT * c->size[0] || !wki_is_contiguous(b) || s->item->call.work < LEAST_WORK) return false;
    if (wki_handover_pieces(s) < LEAST_PIECES * s->threads || b->size[0] < STRIP * s->threads) return false;
    return stays_by_rows(steps, nsteps, i, b);
}

/* A part of a matrix. */
static wki_view piece_of(const wki_view *v, int64_t row, int64_t rows, int64_t column, int64_t columns)
{
    wki_view w = *v;
    const int64_t offset = row * v->stride[0] + column * v->stride[1];
    w.data = (char *)v->data + offset * (int64_t)wk_dtype_size((wk_dtype)v->dtype);
    w.size[0] = rows;
    w.size[1] = columns;
    return w;
}

typedef struct range {
    int64_t begin, end;
} range;

static wk_status run_piece(const wki_step *s, range rows, range columns, range k, void *scratch)
{
    const wki_call *whole = &s->item->call;
    wki_product_attrs attrs = *(const wki_product_attrs *)whole->attrs;
    const int64_t m = rows.end - rows.begin, n = columns.end - columns.begin, all = whole->views[1]->size[1];
    wki_view piece[5];
    const wki_view *views[5];
    int count = 3, from = 3;
    piece[0] = piece_of(whole->views[0], rows.begin, m, columns.begin, n);
    piece[1] = piece_of(whole->views[1], rows.begin, m, k.begin, k.end - k.begin);
    piece[2] = piece_of(whole->views[2], k.begin, k.end - k.begin, columns.begin, n);
    const bool last = k.end == all || WKI_FAULT(204);
    if (attrs.bias) {
        piece[3] = *whole->views[from++];
        piece[3].data = (char *)piece[3].data +
                        columns.begin * piece[3].stride[0] * (int64_t)wk_dtype_size((wk_dtype)piece[3].dtype);
        piece[3].size[0] = n;
        count += last;
    }
    if (attrs.mask && last) piece[count++] = piece_of(whole->views[from], rows.begin, m, columns.begin, n);
    for (int v = 0; v < count; v++) views[v] = &piece[v];
    attrs.bias = attrs.bias && last;
    attrs.mask = attrs.mask && last;
    attrs.relu = attrs.relu && last;
    attrs.accumulate = attrs.accumulate || k.begin > 0;
    wki_call call = *whole;
    call.nviews = count;
    call.views = views;
    call.attrs = &attrs;
    return s->kernel->run(&call, 0, s->kernel->units(&call), scratch);
}

static int64_t boundary(int64_t size, int64_t pieces, int64_t i) { return size * i / pieces; }

wk_status wki_hand_over(const wki_step *s, int part, int parts, void *scratch, wki_progress *progress,
                        const atomic_bool *stop)
{
    const wki_view *const *views = s->item->call.views;
    const int64_t m = views[0]->size[0], n = views[0]->size[1], all = views[1]->size[1];
    const int64_t strips = wki_blocks(all, STRIP), bands = row_pieces(views[0]), panels = column_pieces(views[0]);
    const range k = { wki_cpu_share(strips, part, parts) * STRIP,
                      wki_least(wki_cpu_share(strips, part + 1, parts) * STRIP, all) };
    int64_t done = s->pieces;
    wk_status status = WK_OK;
    for (int64_t p = 0; p < panels; p++)
        for (int64_t b = 0; b < bands && status == WK_OK; b++) {
            const range rows = { boundary(m, bands, b), boundary(m, bands, b + 1) };
            const range columns = { p * COLUMNS, p + 1 < panels ? (p + 1) * COLUMNS : n };
            if (part > 0 && !WKI_FAULT(205)) wki_team_await(&progress[part - 1].pieces, done, stop);
            status = run_piece(s, rows, columns, k, scratch);
            atomic_store_explicit(&progress[part].pieces, ++done, memory_order_release);
        }
    return status;
}
