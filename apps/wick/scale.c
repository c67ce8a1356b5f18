/* Scaling: constants from one pass over the training rows, or from a checkpoint, and the layers made of them. Columns
 * have a constant each; images and other rows of several axes one for each channel. Rests on wick/train.h. */
#include "scale.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = { "auto", "none", "standard", "minmax" };

bool scale_know(const char *name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], name)) return true;
    return false;
}

/* ---- Measuring ---- */

typedef struct gathered {
    wk_stats *x, *y; /* NULL: not wanted */
    bool bytes;      /* every value of x so far is a 255th */
    bool peek;       /* end after the first rows */
} gathered;

static bool all_bytes(wk_tensor *x)
{
    const float *at = wk_dtype_of(x) == WK_F32 ? wk_data(wk_to_device(x, WK_CPU)) : NULL;
    for (int64_t i = 0; at && i < wk_numel(x); i++)
        if (at[i] != roundf(at[i] * 255) / 255 || at[i] < 0 || at[i] > 1) return false;
    return at != NULL;
}

static bool gather(void *user, wk_tensor *const *fields)
{
    gathered *g = user;
    if (g->peek) g->bytes = all_bytes(fields[0]);
    if (g->peek) return false;
    if (g->x) wk_stats_add(g->x, fields[0]);
    if (g->y) wk_stats_add(g->y, fields[1]);
    return !wk_failed();
}

/* A row's numbers, of which element i belongs to part i / inner % parts. */
typedef struct parts {
    int64_t count, inner;
    int ndim;
    int64_t shape[WK_MAX_DIMS]; /* that broadcasts to the rows */
} parts;

static parts parts_of(const wk_field *f)
{
    enum { MOST_CHANNELS = 4 };
    parts p = { .count = 1, .inner = 1, .ndim = f->ndim };
    const int last = f->ndim - 1, axis = f->ndim == 1                                      ? 0
                                         : f->ndim == 3 && f->shape[0] <= MOST_CHANNELS    ? 0
                                         : f->ndim == 3 && f->shape[last] <= MOST_CHANNELS ? last
                                                                                           : -1;
    for (int d = 0; d < f->ndim; d++) p.shape[d] = d == axis ? f->shape[d] : 1;
    for (int d = axis + 1; axis >= 0 && d < f->ndim; d++) p.inner *= f->shape[d];
    if (axis >= 0) p.count = f->shape[axis];
    return p;
}

typedef struct numbers {
    double rows, mean, square, least, most;
} numbers;

/* Statistics of a part from those of its elements, of as many rows each. */
static void join(numbers *to, double mean, double std, double least, double most)
{
    const double off = mean - to->mean;
    to->rows++;
    to->mean += off / to->rows;
    to->square += std * std + off * (mean - to->mean);
    to->least = fmin(to->least, least);
    to->most = fmax(to->most, most);
}

static numbers *by_part(const wk_stats *s, const parts *p)
{
    WK_SCOPE(reading);
    wk_tensor *t[] = { wk_stats_mean(s), wk_stats_std(s), wk_stats_min(s), wk_stats_max(s) };
    for (int i = 0; i < 4; i++) t[i] = wk_to_device(t[i], WK_CPU);
    if (wk_failed()) return NULL;
    numbers *part = calloc((size_t)p->count, sizeof *part);
    if (!part) return wk_fail(WK_E_MEMORY, "no memory for %lld constants", (long long)p->count), NULL;
    const double *mean = wk_data(t[0]), *std = wk_data(t[1]), *least = wk_data(t[2]), *most = wk_data(t[3]);
    for (int64_t i = 0; i < p->count; i++) part[i] = (numbers){ .least = INFINITY, .most = -INFINITY };
    for (int64_t i = 0; i < wk_numel(t[0]); i++)
        join(&part[i / p->inner % p->count], mean[i], std[i], least[i], most[i]);
    return part;
}

/* Of like sizes already: rows of several axes within -1 .. 1. */
static bool is_image(const parts *p, const numbers *part)
{
    for (int64_t i = 0; i < p->count; i++)
        if (!(part[i].least >= -1 && part[i].most <= 1)) return false;
    return p->ndim > 1;
}

typedef struct constants {
    wk_tensor *offset, *scale;
} constants;

static constants make(const parts *p, const numbers *part, bool minmax)
{
    constants made = { NULL, NULL };
    double *offset = calloc(2 * (size_t)p->count, sizeof *offset), *scale = offset ? offset + p->count : NULL;
    if (!offset) return wk_fail(WK_E_MEMORY, "no memory for %lld constants", (long long)p->count), made;
    for (int64_t i = 0; i < p->count; i++) {
        const numbers *n = &part[i];
        offset[i] = minmax ? n->least : n->mean;
        scale[i] = minmax ? n->most - n->least : sqrt(n->square / n->rows);
        if ((float)scale[i] == 0) scale[i] = 1; /* what does not vary stays as it is */
    }
    made.offset = wk_to(wk_from(offset, p->ndim, p->shape, WK_F64), WK_F32);
    made.scale = wk_to(wk_from(scale, p->ndim, p->shape, WK_F64), WK_F32);
    free(offset);
    return made;
}

static constants choose(const char *name, const wk_stats *s, const parts *p, bool input, const char **kind)
{
    constants made = { NULL, NULL };
    numbers *part = by_part(s, p);
    if (!part) return made;
    const bool minmax = !strcmp(name, "minmax");
    if (!(input && !strcmp(name, "auto") && is_image(p, part))) {
        made = make(p, part, minmax);
        *kind = minmax ? "minmax" : "standard";
    }
    free(part);
    return made;
}

bool scale_measure(scales *s, const char *name, const sets *data, const models_image *image)
{
    *s = (scales){ .x_offset = NULL };
    if (!strcmp(name, "none")) return true;
    gathered g = { .peek = true };
    if (!strcmp(name, "auto") && !sets_each(data->train, gather, &g) && wk_failed()) return false;
    g = (gathered){ .x = g.bytes ? NULL : wk_stats_new(), .y = data->classes ? NULL : wk_stats_new() };
    if (wk_failed() || ((g.x || g.y) && !sets_each(data->train, gather, &g))) return false;
    parts x = parts_of(&data->x), y = parts_of(&data->y);
    if (image) x = (parts){ x.count, x.inner, 3, { image->channels, 1, 1 } };
    if (g.x) {
        const constants made = choose(name, g.x, &x, true, &s->x_kind);
        s->x_offset = made.offset;
        s->x_scale = made.scale;
    }
    if (y.ndim > 1) y = (parts){ 1, 1, 0, { 0 } }; /* a field, which the model gives flat */
    if (g.y) {
        const constants made = choose(name, g.y, &y, false, &s->y_kind);
        s->y_offset = made.offset;
        s->y_scale = made.scale;
    }
    return !wk_failed();
}

/* ---- Layers ---- */

static wk_tensor *recalled(const wk_state *saved, const char *name)
{
    return wk_to_device(wk_state_get(saved, name), wk_current_device());
}

bool scale_recall(scales *s, const wk_state *saved)
{
    static const char *const results[] = { "model.1.", "model.2." };
    char name[32];
    *s = (scales){ .x_offset = NULL };
    if (wk_state_has(saved, "model.0.offset")) {
        s->x_offset = recalled(saved, "model.0.offset");
        s->x_scale = recalled(saved, "model.0.scale");
    }
    for (int i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "%soffset", results[i]);
        if (!wk_state_has(saved, name)) continue;
        s->y_offset = recalled(saved, name);
        snprintf(name, sizeof name, "%sscale", results[i]);
        s->y_scale = recalled(saved, name);
    }
    return !wk_failed();
}

wk_module *scale_around(const scales *s, wk_module *net)
{
    wk_module *layers[3];
    int n = 0;
    if (!s->x_offset && !s->y_offset) return net;
    if (s->x_offset) layers[n++] = wk_nn_scale(s->x_offset, s->x_scale);
    layers[n++] = net;
    if (s->y_offset) layers[n++] = wk_nn_unscale(s->y_offset, s->y_scale);
    return wk_nn_sequential_new(layers, n);
}

wk_tensor *scale_forward(const scales *s, wk_module *model, wk_tensor *x)
{
    if (!s->y_offset) return wk_forward(model, x);
    for (int i = 0; i < wk_module_child_count(model) - 1; i++) x = wk_forward(wk_module_child_at(model, i), x);
    return x;
}

wk_tensor *scale_targets(const scales *s, wk_tensor *y)
{
    return s->y_offset ? wk_to(wk_div(wk_sub(y, s->y_offset), s->y_scale), WK_F32) : y;
}

wk_tensor *scale_results(const scales *s, wk_tensor *out)
{
    return s->y_offset ? wk_add(wk_mul(out, s->y_scale), s->y_offset) : out;
}

const char *scale_describe(const scales *s, char *text, size_t size)
{
    snprintf(text, size, "inputs %s, targets %s", s->x_offset ? s->x_kind : "as they are",
             s->y_offset ? s->y_kind : "as they are");
    return text;
}

void scale_score_add(scale_score *s, int64_t row, double wanted, double got)
{
    const double off = wanted - s->mean;
    s->squared += (got - wanted) * (got - wanted);
    s->mean += off / (double)row;
    s->spread += off * (wanted - s->mean);
}

double scale_score_r2(const scale_score *s, int64_t rows)
{
    if (rows < 2) return (double)NAN;
    if (s->spread == 0 && !isnan(s->squared)) return s->squared == 0;
    return 1 - s->squared / s->spread;
}

static void add_scores(scale_scores *s, wk_tensor *out, wk_tensor *y)
{
    out = wk_contiguous(wk_to(wk_to_device(out, WK_CPU), WK_F64));
    y = wk_contiguous(wk_to(wk_to_device(y, WK_CPU), WK_F64));
    if (wk_failed()) return;
    const double *got = wk_data(out), *wanted = wk_data(y);
    for (int64_t rows = wk_numel(y) / s->outputs; rows > 0; rows--) {
        s->rows++;
        for (int64_t c = 0; c < s->outputs; c++) scale_score_add(&s->each[c], s->rows, *wanted++, *got++);
    }
}

double scale_rmse(const scale_scores *s)
{
    double sum = 0;
    for (int64_t c = 0; c < s->outputs; c++) sum += s->each[c].squared;
    return sqrt(sum / (double)(s->rows * s->outputs));
}

double scale_r2(const scale_scores *s)
{
    double sum = 0;
    for (int64_t c = 0; c < s->outputs; c++) sum += scale_score_r2(&s->each[c], s->rows);
    return sum / (double)s->outputs;
}

wk_status scale_evaluate(const scales *s, wk_module *net, wk_loader *rows, wk_metrics *of, scale_scores *scores)
{
    WK_NO_GRAD(evaluation);
    *of = (wk_metrics){ .accuracy = NAN };
    double sum = 0;
    wk_train(net, false);
    for (wk_batch *b; !wk_failed() && (b = wk_loader_next(rows));) {
        WK_SCOPE(batch);
        wk_tensor *y = wk_batch_y(b), *out = wk_forward(net, wk_batch_x(b));
        sum += (double)wk_batch_size(b) * wk_item(wk_loss(out, scale_targets(s, y)));
        of->rows += wk_batch_size(b);
        if (scores && out) add_scores(scores, scale_results(s, out), y);
    }
    wk_train(net, true);
    of->loss = sum / (double)of->rows;
    return wk_error();
}
