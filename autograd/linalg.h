/* What the ops on square matrices share: checks, batches, triangular systems, and the look at values that a
 * factorization fails at. */
#ifndef WKI_LINALG_H
#define WKI_LINALG_H
#include "autograd/op.h"

static inline wk_tensor *wki_turned(wk_tensor *t) { return wk_transpose(t, -2, -1); }
bool wki_square_ok(const char *where, const wk_tensor *t, const char *argument); /* [.., n, n], floats */
/* a [.., n, n] and b [.., n, k] (across: [.., k, n]) of one float dtype, their leading dims made those that they
 * broadcast to; false with an error. */
bool wki_systems_ok(const char *where, wk_tensor **a, wk_tensor **b, bool across);
/* x with a x = b, a the lower or upper triangle (unit: with a diagonal of ones); no history. */
wk_tensor *wki_triangular(const char *where, wk_tensor *a, wk_tensor *b, bool upper, bool unit);

/* The error `what` if an element of bad (WK_BOOL [.., n]) is true, now and at each replay: it tells which matrix of t
 * the first of them belongs to, and its place there, counted from 1. */
bool wki_none_bad(const char *where, wk_tensor *bad, const wk_tensor *t, const char *what);

/* For samples: of drawn numbers, matrices far from singular ones */
static inline wk_tensor *wki_firm(wk_tensor *t)
{
    if (!t || !t->v.ndim) return t;
    return wk_add(t, wk_mul_scalar(wk_eye(t->v.size[t->v.ndim - 1], (wk_dtype)t->v.dtype), 6));
}
#endif
