/* The one op under every norm: functional/batch_norm.c and functional/layer_norm.c call it. */
#ifndef WKI_NORM_H
#define WKI_NORM_H
#include "autograd/op.h"

/* x - mean over its standard deviation, times weight, plus bias; see backends/backend.h. affine_dims: weight and bias
 * have the shape of that many last dims of x; 0: one number a channel. Without `given`, *mean and *var are made. */
wk_tensor *wki_norm(const wki_opdef *op, wk_tensor *x, wk_tensor *weight, wk_tensor *bias, wki_norm_attrs attrs,
                    int affine_dims, wk_tensor **mean, wk_tensor **var);
wk_status wki_norm_backward(wki_backward *b, wk_tensor **d);
/* Is the affine tensor, if there is one, of x's dtype and device and of this shape? */
bool wki_affine_ok(const char *where, const char *argument, wk_tensor *t, const wk_tensor *x, const wki_shape *shape);
#endif
