/* Which way a convolution goes, and what the ways share. */
#include "backends/cpu/conv_ways.h"
#include "backends/cpu/conv_tiles.h"
#include "backends/cpu/conv_winograd.h"
#include "backends/cpu/team.h"

bool wki_conv_leaves_plain(int op, const wki_view *w, const wki_conv_attrs *attrs, int64_t images)
{
    return wki_conv_tiles_take(op, w, attrs, images) || wki_winograd_takes(op, w, attrs, images);
}

const wki_kernel *wki_conv_way(int op, const wki_call *call)
{
    static const struct {
        const wki_kernel *tiles, *winograd;
    } ways[] = { [WKI_OP_conv] = { &wki_conv_by_tiles, &wki_conv_by_winograd },
                 [WKI_OP_conv_data] = { &wki_conv_by_tiles, &wki_conv_data_by_winograd },
                 [WKI_OP_conv_weight] = { &wki_conv_weight_by_tiles, &wki_conv_weight_by_winograd } };
    const wki_view *x = wki_conv_x(op, call->views), *y = wki_conv_y(op, call->views);
    if (op == WKI_OP_conv_weight && call->views[0]->size[0] != 1) return NULL;
    wki_view w = { .dtype = x->dtype,
                   .size = { y->size[1], x->size[1] / ((const wki_conv_attrs *)call->attrs)->groups } };
    if (wki_conv_tiles_take(op, &w, call->attrs, x->size[0])) return ways[op].tiles;
    return wki_winograd_takes(op, &w, call->attrs, x->size[0]) ? ways[op].winograd : NULL;
}

/* The call that makes images from `image` on. */
typedef struct part {
    wki_view views[2];
    const wki_view *all[4];
    wki_conv_attrs attrs;
    wki_call call;
} part;

static void part_of(part *x, const wki_call *call, int64_t image, int64_t images)
{
    x->call = *call;
    x->attrs = *(const wki_conv_attrs *)call->attrs;
    for (int i = 0; i < call->nviews; i++) x->all[i] = call->views[i];
    for (int i = 0; i < 2; i++) {
        const wki_view *v = call->views[i];
        x->views[i] = *v;
        x->views[i].size[0] = images;
        x->views[i].data = (float *)v->data + image * (wki_numel(v) / v->size[0]);
        x->all[i] = &x->views[i];
    }
    x->call.views = x->all, x->call.attrs = &x->attrs;
}

size_t wki_conv_images_scratch(const wki_kernel *plain, const wki_call *call, int64_t images)
{
    part x;
    part_of(&x, call, 0, images);
    return images > 0 ? wki_cpu_scratch(plain, &x.call) : 0;
}

wk_status wki_conv_images(const wki_kernel *plain, const wki_call *call, int64_t image, int64_t images, void *scratch)
{
    part x;
    part_of(&x, call, image, images);
    return plain->run(&x.call, 0, plain->units(&x.call), scratch);
}
