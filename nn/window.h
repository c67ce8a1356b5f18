/* Windows as users describe them, checked and turned into the backend's three dims: what convolution, pooling and
 * unfold have in common. */
#ifndef WKI_WINDOW_H
#define WKI_WINDOW_H
#include "autograd/op.h"
#include "wick/nn.h"

typedef struct wki_slide {
    const char *where;
    int n;        /* dims that the window slides over: 1 to 3, the last ones of w's three */
    wki_window w; /* kernel, stride and dilation 1, padding 0 where there is no dim */
} wki_slide;
wki_slide wki_slide_over(const char *where, int n);

/* What was given into the last dims of `to`, one size for all or one for each; nothing given leaves `to` as it is.
 * Sizes are at least `least`. False with an error recorded. */
bool wki_slide_take(const wki_slide *s, const char *argument, const wk_dims *given, int64_t least, int32_t to[3]);
/* x as [n, c, ...], contiguous, its sizes in `spatial`; *single: n was missing, and is to go again. NULL with an error.
 */
wk_tensor *wki_slide_enter(const wki_slide *s, wk_tensor *x, int32_t spatial[3], bool *single);
wk_tensor *wki_slide_see(const wki_slide *s, wk_tensor *x, int32_t spatial[3], bool *single); /* strides as they are */
wk_tensor *wki_slide_leave(wk_tensor *y, bool single);
/* w.out from the other members. False with an error if the kernel does not fit. */
bool wki_slide_count(wki_slide *s, bool ceil_mode);
/* A pool's kernel, stride and padding, and the number of its windows. */
bool wki_slide_take_pool(wki_slide *s, const wk_pool_opts *o);
/* output_size into w.out. Where windows come out alike, and small, kernel and stride say so. */
bool wki_slide_take_adaptive(wki_slide *s, const wk_dims *output_size);
static inline bool wki_slide_is_even(const wki_slide *s) /* do they? */ { return s->w.kernel[0] > 0; }

/* "[3, 5]": sizes of the dims there are */
const char *wki_slide_show(const wki_slide *s, const int32_t sizes[3]);
/* A new tensor [first, second, spatial ...] like t. */
wk_tensor *wki_slide_new(const wki_slide *s, const wk_tensor *t, int64_t first, int64_t second,
                         const int32_t spatial[3]);
#endif
