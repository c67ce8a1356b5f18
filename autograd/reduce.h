/* What the files of reductions share: sets of dims, the call with its output's shape, the history of what was picked. */
#ifndef WKI_REDUCE_H
#define WKI_REDUCE_H
#include "autograd/op.h"

/* Of a node: what was reduced. number: the kind's own, such as a norm's p. */
typedef struct wki_reduction {
    wki_shape from;
    uint32_t dims; /* bit d: dim d was reduced */
    double number;
} wki_reduction;

/* The set of the n dims, all of them if dims is NULL; false with an error recorded. */
bool wki_dims_ok(const char *where, const wk_tensor *t, int n, const int *dims, uint32_t *set);
/* The same with the tensor checked first. */
bool wki_reduction_ok(const char *where, const wk_tensor *t, int n, const int *dims, wki_reduction *r);
bool wki_not_empty(const char *where, const wk_tensor *t, uint32_t dims); /* no reduced dim has size 0 */
int64_t wki_reduced_count(const wk_tensor *t, uint32_t dims);

wk_tensor *wki_reduced(const char *where, wk_tensor *t, wki_reduce_kind kind, uint32_t dims, double number,
                       bool keepdim, wk_dtype dtype);
wk_tensor *wki_kept_view(wk_tensor *y, const wki_reduction *r); /* y with the reduced dims as size 1 again */
wk_tensor *wki_sum_set(wk_tensor *t, uint32_t dims);            /* keeps dims */
wk_tensor *wki_mean_set(wk_tensor *t, uint32_t dims);

/* Between which edges [rows, m] of its row an element of x [rows, n] lies: see wki_bucket_attrs. */
wk_tensor *wki_bucket(const char *where, wk_tensor *x, wk_tensor *edges, wki_bucket_kind kind);

/* Gives y, picked from t along dim by index, its history; NULL on an error. */
wk_tensor *wki_picked(const wki_opdef *op, wk_tensor *y, wk_tensor *t, int dim, wk_tensor *index);
wk_status wki_picked_backward(wki_backward *b, wk_tensor **d);
#endif
