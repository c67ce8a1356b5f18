/* Which elements of a dim one of its resampled form takes, and with what weights: what the CPU and GPUs have in common. The
 * formulas are those of PyTorch's interpolate (ATen/native/UpSample.h); cubic ones: Keys 1981, with a = -0.75. */
#ifndef WKI_RESAMPLE_H
#define WKI_RESAMPLE_H
#include "backends/call.h"
#ifndef WKI_INLINE /* on a device math.h says it */
#define WKI_INLINE static inline __attribute__((always_inline))
#endif

enum { WKI_TAPS = 4 };

/* how many elements each takes */
WKI_INLINE int wki_taps_of(int mode) { return mode == WKI_RESAMPLE_CUBIC ? WKI_TAPS : mode == WKI_RESAMPLE_LINEAR ? 2 : 1; }

#define WKI_RESAMPLE(NAME, TYPE)                                                                                       \
    typedef struct wki_taps_##NAME {                                                                                   \
        int64_t at[WKI_TAPS];                                                                                          \
        TYPE weight[WKI_TAPS];                                                                                         \
    } wki_taps_##NAME;                                                                                                 \
    WKI_INLINE int64_t wki_floor_##NAME(TYPE x)                                                                        \
    {                                                                                                                  \
        const int64_t n = (int64_t)x;                                                                                  \
        return n - ((TYPE)n > x);                                                                                      \
    }                                                                                                                  \
    WKI_INLINE TYPE wki_cubic_near_##NAME(TYPE x) { return ((TYPE)1.25 * x - (TYPE)2.25) * x * x + 1; }                \
    WKI_INLINE TYPE wki_cubic_far_##NAME(TYPE x)                                                                       \
    {                                                                                                                  \
        return (((TYPE)-0.75 * x + (TYPE)3.75) * x - 6) * x + 3;                                                       \
    }                                                                                                                  \
    /* where i of the output lies in the input */                                                                      \
    WKI_INLINE TYPE wki_source_##NAME(const wki_resample_attrs *a, int64_t i)                                          \
    {                                                                                                                  \
        const TYPE scale = (TYPE)a->scale;                                                                             \
        if (a->align || a->mode == WKI_RESAMPLE_NEAREST) return scale * (TYPE)i;                                       \
        const TYPE x = scale * ((TYPE)i + (TYPE)0.5) - (TYPE)0.5;                                                      \
        return x < 0 && a->mode != WKI_RESAMPLE_CUBIC ? 0 : x;                                                         \
    }                                                                                                                  \
    WKI_INLINE wki_taps_##NAME wki_see_##NAME(const wki_resample_attrs *a, int64_t i)                                  \
    {                                                                                                                  \
        wki_taps_##NAME t = { { 0 }, { 1 } };                                                                          \
        const int64_t last = a->in - 1;                                                                                \
        const TYPE x = wki_source_##NAME(a, i);                                                                        \
        const int64_t floor = wki_floor_##NAME(a->mode == WKI_RESAMPLE_EXACT ? x + (TYPE)0.5 : x);                     \
        const int64_t first = floor < last ? floor : last;                                                             \
        const TYPE off = x - (TYPE)first, behind = off < 0 ? 0 : off > 1 ? 1 : off;                                    \
        t.at[0] = first;                                                                                               \
        if (a->mode == WKI_RESAMPLE_LINEAR) {                                                                          \
            t.at[1] = first < last ? first + 1 : last;                                                                 \
            t.weight[0] = 1 - behind;                                                                                  \
            t.weight[1] = behind;                                                                                      \
        } else if (a->mode == WKI_RESAMPLE_CUBIC) {                                                                    \
            for (int k = 0; k < WKI_TAPS; k++) {                                                                       \
                const int64_t at = first - 1 + k;                                                                      \
                t.at[k] = at < 0 ? 0 : at < last ? at : last;                                                          \
            }                                                                                                          \
            t.weight[0] = wki_cubic_far_##NAME(behind + 1);                                                            \
            t.weight[1] = wki_cubic_near_##NAME(behind);                                                               \
            t.weight[2] = wki_cubic_near_##NAME(1 - behind);                                                           \
            t.weight[3] = wki_cubic_far_##NAME(2 - behind);                                                            \
        }                                                                                                              \
        return t;                                                                                                      \
    }
WKI_RESAMPLE(f32, float)
WKI_RESAMPLE(f64, double)
#undef WKI_RESAMPLE
#endif
