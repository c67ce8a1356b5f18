/* The ways that a convolution may go, each as a kernel's functions: on tiles of AMX, by Winograd's tiles, or, in ops/, the
 * plain way, which takes whatever comes. */
#ifndef WKI_CPU_CONV_WAYS_H
#define WKI_CPU_CONV_WAYS_H
#include "backends/backend.h"

/* The views of the planes that are convolved and of what this makes of them, which conv_data takes back. */
static inline const wki_view *wki_conv_x(int op, const wki_view *const *views)
{
    return views[op == WKI_OP_conv_data ? 0 : 1];
}
static inline const wki_view *wki_conv_y(int op, const wki_view *const *views)
{
    return views[op == WKI_OP_conv ? 0 : op == WKI_OP_conv_data ? 1 : 2];
}

/* The way of such a call; NULL: the plain one. Only one for tiles of AMX need say its op itself. */
const wki_kernel *wki_conv_way(int op, const wki_call *call);
/* Does a convolution with these attributes and so many images, of which w, [o, c, ...], are the weights, go another way? */
bool wki_conv_leaves_plain(int op, const wki_view *w, const wki_conv_attrs *attrs, int64_t images);

/* The kernel wki_cpu_NAME. */
#define WKI_CONV_KERNEL(name, plain)                                                                                   \
    static const wki_kernel *way_of(const wki_call *call)                                                              \
    {                                                                                                                  \
        const wki_kernel *way = wki_conv_way(WKI_OP_##name, call);                                                     \
        return way ? way : &plain;                                                                                     \
    }                                                                                                                  \
    static int64_t way_units(const wki_call *call) { return way_of(call)->units(call); }                               \
    static size_t way_scratch(const wki_call *call) { return way_of(call)->scratch(call); }                            \
    static wk_status way_run(const wki_call *call, int64_t begin, int64_t end, void *scratch)                          \
    {                                                                                                                  \
        return way_of(call)->run(call, begin, end, scratch);                                                           \
    }                                                                                                                  \
    const wki_kernel wki_cpu_##name = { #name, way_units, way_scratch, way_run };

extern const wki_kernel wki_conv_plain, wki_conv_data_plain;
/* What one part of conv_weight is for so many of x's channels from `channel` on, and y's from `out` on; of one group. */
size_t wki_conv_weight_channels_scratch(const wki_call *call);
void wki_conv_weight_channels(const wki_call *call, int64_t channel, int64_t channels, int64_t out, int64_t outs,
                              void *scratch);

/* Some images of conv or conv_data the plain way, for ways that meet numbers which they cannot take; and the scratch that
 * so many at once need. */
size_t wki_conv_images_scratch(const wki_kernel *plain, const wki_call *call, int64_t images);
wk_status wki_conv_images(const wki_kernel *plain, const wki_call *call, int64_t image, int64_t images, void *scratch);
#endif
