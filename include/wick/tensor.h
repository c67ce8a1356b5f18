/* wick/tensor.h: arrays that remember how they were computed (torch.Tensor, torch.autograd).
 *
 *   WK_SCOPE(work);
 *   wk_tensor *w = wk_requires_grad(wk_randn(WK_SHAPE(3, 2), WK_F32));
 *   wk_backward(wk_sum(wk_mul(w, w)));                        d/dw sum(w * w) = 2 w, now in wk_grad(w)
 *
 * Shapes are int64_t, row-major, at most WK_MAX_DIMS long; sizes of 0 are allowed; dim -1 is the last. "[]" is a shape of no
 * dimensions, one element. "view": shares storage and version with its source. "[d]": differentiable.
 *
 * How operands broadcast and dtypes promote is told in elementwise.h; means, products and losses want floats. */
#ifndef WICK_TENSOR_H
#define WICK_TENSOR_H
#include "wick/base.h"
#include "wick/elementwise.h"
#include <stdio.h>
#ifdef __cplusplus
extern "C" {
#endif

enum { WK_MAX_DIMS = 8 };
typedef struct wk_tensor wk_tensor;
typedef struct wk_params wk_params; /* a list of named leaves: what an optimizer trains */

/* A shape literal: wk_zeros(WK_SHAPE(2, 3), WK_F32); WK_SCALAR is the shape []. */
#define WK_SHAPE(...) (int)(sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)), (const int64_t[]){ __VA_ARGS__ }
#define WK_SCALAR     0, NULL

/* Make: on the thread's current device, contiguous, without history. A number that an integer dtype cannot hold is WK_E_RANGE. */
WK_API wk_tensor *wk_empty(int ndim, const int64_t *shape, wk_dtype dtype);               /* contents undefined */
WK_API wk_tensor *wk_zeros(int ndim, const int64_t *shape, wk_dtype dtype);
WK_API wk_tensor *wk_ones(int ndim, const int64_t *shape, wk_dtype dtype);
WK_API wk_tensor *wk_full(int ndim, const int64_t *shape, wk_dtype dtype, double value);
WK_API wk_tensor *wk_scalar(double value, wk_dtype dtype);                                /* [] */
WK_API wk_tensor *wk_arange(double start, double end, double step, wk_dtype dtype);       /* start + i * step, ceil((end - start) / step) of them */
WK_API wk_tensor *wk_linspace(double start, double end, int64_t steps, wk_dtype dtype);   /* both ends included */
WK_API wk_tensor *wk_eye(int64_t n, wk_dtype dtype);                                      /* [n, n] */
WK_API wk_tensor *wk_rand(int ndim, const int64_t *shape, wk_dtype dtype);                /* uniform in [0, 1); float dtypes */
WK_API wk_tensor *wk_randn(int ndim, const int64_t *shape, wk_dtype dtype);               /* normal, mean 0, variance 1; float dtypes */
WK_API wk_tensor *wk_randint(int64_t low, int64_t high, int ndim, const int64_t *shape);  /* WK_I64, uniform in [low, high) */
WK_API wk_tensor *wk_randperm(int64_t n);                                                 /* WK_I64 [n], a permutation of 0 .. n - 1 */
WK_API wk_tensor *wk_zeros_like(const wk_tensor *t);                                      /* of t's shape and dtype, on its device; so are the next five */
WK_API wk_tensor *wk_ones_like(const wk_tensor *t);
WK_API wk_tensor *wk_full_like(const wk_tensor *t, double value);
WK_API wk_tensor *wk_rand_like(const wk_tensor *t);                                       /* float dtypes */
WK_API wk_tensor *wk_randn_like(const wk_tensor *t);
WK_API wk_tensor *wk_bernoulli(wk_tensor *p);                                             /* 1 with the chance p of each element, else 0; float dtypes; no gradient */
/* WK_I64 [draws], or [rows, draws] for weights [rows, n]: places drawn with chances in proportion to weights [n], which need no sum of 1; floats, finite,
 * as their sum is, not negative (WK_E_RANGE). Without replacement each place at most once. Drawn on the host: in a recorded step WK_E_STATE. torch: false. */
WK_API wk_tensor *wk_multinomial(wk_tensor *weights, int64_t draws, bool replacement);
WK_API wk_tensor *wk_from(const void *data, int ndim, const int64_t *shape, wk_dtype dtype);    /* copies row-major host data */
/* Borrows host memory as a CPU tensor, without a copy, until done(user) says that nothing uses it any more; done may be NULL. */
WK_API wk_tensor *wk_wrap(void *data, int ndim, const int64_t *shape, wk_dtype dtype, void (*done)(void *user), void *user);

/* Look. A NULL or dead tensor is an error; the answer is then 0, NULL or NaN. */
WK_API int wk_ndim(const wk_tensor *t);
WK_API int64_t wk_size(const wk_tensor *t, int dim);
WK_API const int64_t *wk_shape(const wk_tensor *t);          /* borrowed */
WK_API const int64_t *wk_stride(const wk_tensor *t);         /* borrowed; in elements */
WK_API int64_t wk_numel(const wk_tensor *t);
WK_API wk_dtype wk_dtype_of(const wk_tensor *t);
WK_API wk_device wk_device_of(const wk_tensor *t);
WK_API bool wk_is_contiguous(const wk_tensor *t);
WK_API bool wk_same_storage(const wk_tensor *a, const wk_tensor *b);
WK_API uint32_t wk_version_of(const wk_tensor *t);           /* changes in place so far; shared by views */
WK_API double wk_item(const wk_tensor *t);                   /* the only element, as a double */
WK_API wk_status wk_read(const wk_tensor *t, void *to, size_t bytes);      /* row-major copy to host memory; bytes must be exact */
WK_API wk_status wk_write(wk_tensor *t, const void *from, size_t bytes);   /* the other way, in place */
WK_API const void *wk_data(const wk_tensor *t);              /* the first element of a CPU tensor; see wk_stride; until t changes its memory (a .grad: until the next backward) */
WK_API wk_status wk_print(const wk_tensor *t, FILE *out);    /* as torch prints it; large ones shortened */
WK_API bool wk_equal(const wk_tensor *a, const wk_tensor *b);                            /* same shape, dtype and values; NaN equals nothing */
WK_API bool wk_allclose(const wk_tensor *a, const wk_tensor *b, double rtol, double atol); /* |a - b| <= atol + rtol |b| everywhere */

/* Convert. */
WK_API wk_tensor *wk_to(wk_tensor *t, wk_dtype dtype);                /* [d] t itself if nothing changes; floats saturate into integers, NaN gives 0 */
WK_API wk_tensor *wk_to_device(wk_tensor *t, wk_device device);       /* [d] t itself if nothing changes */
WK_API wk_tensor *wk_clone(wk_tensor *t);                             /* [d] a copy; dense memory keeps its order */
WK_API wk_tensor *wk_contiguous(wk_tensor *t);                        /* [d] t itself if it is */

/* Rearrange: [d], views wherever strides allow; reshape and flatten copy otherwise. */
WK_API wk_tensor *wk_reshape(wk_tensor *t, int ndim, const int64_t *shape);              /* one size may be -1 */
WK_API wk_tensor *wk_view(wk_tensor *t, int ndim, const int64_t *shape);                 /* WK_E_SHAPE where a copy would be needed */
WK_API wk_tensor *wk_flatten(wk_tensor *t, int first_dim, int last_dim);                 /* merges the dims first..last */
WK_API wk_tensor *wk_transpose(wk_tensor *t, int dim0, int dim1);
WK_API wk_tensor *wk_t(wk_tensor *t);                                                    /* [a, b] -> [b, a]; rank at most 2 */
WK_API wk_tensor *wk_permute(wk_tensor *t, int ndim, const int *dims);                   /* each dim once */
WK_API wk_tensor *wk_squeeze(wk_tensor *t, int dim);                                     /* drops dim if its size is 1 */
WK_API wk_tensor *wk_unsqueeze(wk_tensor *t, int dim);                                   /* a size of 1 before dim; dim may be ndim */
WK_API wk_tensor *wk_expand(wk_tensor *t, int ndim, const int64_t *shape);               /* broadcasts; -1 keeps a size */
WK_API wk_tensor *wk_narrow(wk_tensor *t, int dim, int64_t start, int64_t length);       /* [start, start + length) of dim */
WK_API wk_tensor *wk_select(wk_tensor *t, int dim, int64_t index);                       /* drops dim; negative counts from the end */
WK_API wk_tensor *wk_slice(wk_tensor *t, int dim, int64_t start, int64_t end, int64_t step); /* clamped bounds, step > 0 */
WK_API wk_tensor *wk_cat(wk_tensor *const *ts, int n, int dim);                          /* copies; equal sizes but in dim; dtypes promote */
WK_API wk_tensor *wk_stack(wk_tensor *const *ts, int n, int dim);                        /* copies; equal shapes, a new dim; dtypes promote */
WK_API wk_tensor *wk_index_select(wk_tensor *t, int dim, wk_tensor *index);              /* copies rows of dim; index WK_I64 [n], in range */

/* More views. Parts go to out, an array of the caller's; split and unbind are refused where out has no room for them all,
 * and return how many there are, 0 on error, when out holds NULLs. */
WK_API wk_tensor *wk_unflatten(wk_tensor *t, int dim, int n, const int64_t *sizes);      /* [d] dim becomes n dims; one size may be -1 */
WK_API int wk_split(wk_tensor *t, int64_t size, int dim, wk_tensor **out, int room);     /* [d] parts of `size`, the last may be shorter */
WK_API wk_status wk_split_sizes(wk_tensor *t, int n, const int64_t *sizes, int dim, wk_tensor **out); /* [d] out[n]; sizes add up to dim's */
WK_API int wk_chunk(wk_tensor *t, int chunks, int dim, wk_tensor **out);                 /* [d] out[chunks]; wk_split by ceil(size / chunks): may give fewer */
WK_API wk_status wk_tensor_split(wk_tensor *t, int n, int dim, wk_tensor **out);         /* [d] out[n], sizes differing by at most 1 */
WK_API wk_status wk_tensor_split_at(wk_tensor *t, int n, const int64_t *at, int dim, wk_tensor **out); /* [d] out[n + 1]: [0, at[0]), [at[0], at[1]) ... */
WK_API int wk_unbind(wk_tensor *t, int dim, wk_tensor **out, int room);                  /* [d] one select for each index of dim */
WK_API wk_tensor *wk_movedim(wk_tensor *t, int from, int to);                            /* [d] */
WK_API wk_tensor *wk_movedim_dims(wk_tensor *t, int n, const int *from, const int *to);  /* [d] several at once, the others keep their order */
WK_API wk_tensor *wk_swapaxes(wk_tensor *t, int dim0, int dim1);                         /* [d] wk_transpose */
WK_API wk_tensor *wk_broadcast_to(wk_tensor *t, int ndim, const int64_t *shape);         /* [d] wk_expand */
WK_API wk_tensor *wk_expand_as(wk_tensor *t, const wk_tensor *like);                     /* [d] */
WK_API wk_status wk_meshgrid(wk_tensor *const *ts, int n, bool xy, wk_tensor **out);     /* [d] out[n]: n tensors [a], [b] .. as [a, b, ..]; xy: [b, a, ..] */
WK_API wk_tensor *wk_diagonal(wk_tensor *t, int64_t offset, int dim1, int dim2);         /* [d] view; the diagonal is the last dim; offset > 0: above */

/* Copies, [d]. Index tensors are WK_I64 or WK_I32 (WK_E_DTYPE), each index checked (WK_E_RANGE); negative ones are refused but
 * where said. Equal indices: sums add up in ascending order; without a sum the last one written stays, and in backward each
 * gets its gradient, as in torch. */
WK_API wk_tensor *wk_diag(wk_tensor *t, int64_t offset);                                 /* [n] -> a matrix with that diagonal; a matrix -> its diagonal */
WK_API wk_tensor *wk_trace(wk_tensor *t);                                               /* [d] of a matrix: the sum of its diagonal */
WK_API wk_tensor *wk_tril(wk_tensor *t, int64_t diagonal);                               /* [.., n, m]: keeps column - row <= diagonal */
WK_API wk_tensor *wk_triu(wk_tensor *t, int64_t diagonal);                               /* keeps column - row >= diagonal */
WK_API wk_tensor *wk_repeat(wk_tensor *t, int n, const int64_t *counts);                 /* as many counts as dims, or more; 0 allowed */
WK_API wk_tensor *wk_repeat_interleave(wk_tensor *t, int64_t count, int dim);             /* each row of dim count times, one behind the other */
WK_API wk_tensor *wk_repeat_interleave_by(wk_tensor *t, wk_tensor *counts, int dim);      /* counts WK_I64 (WK_I32) [rows]; a step that calls it is not replayed */
WK_API wk_tensor *wk_flip(wk_tensor *t, int n, const int *dims);
WK_API wk_tensor *wk_roll(wk_tensor *t, int64_t by);                                     /* of the flattened elements */
WK_API wk_tensor *wk_roll_dims(wk_tensor *t, int n, const int64_t *by, const int *dims);
typedef enum wk_pad_mode { WK_PAD_CONSTANT, WK_PAD_REFLECT, WK_PAD_REPLICATE, WK_PAD_CIRCULAR } wk_pad_mode;
/* F.pad: by[n] are pairs (before, behind), the last dim first; negative ones cut, but for WK_PAD_CIRCULAR. value: for WK_PAD_CONSTANT. */
WK_API wk_tensor *wk_pad(wk_tensor *t, int n, const int64_t *by, wk_pad_mode mode, double value);
WK_API wk_tensor *wk_gather(wk_tensor *t, int dim, wk_tensor *index);                    /* t[i][index[i][j]] (dim 1) -> index's shape */
WK_API wk_tensor *wk_take_along_dim(wk_tensor *t, wk_tensor *index, int dim);            /* the same; other dims broadcast; negative allowed */
WK_API wk_tensor *wk_take_along_dim_all(wk_tensor *t, wk_tensor *index);                 /* t and index flattened -> [n]; torch's without dim */
WK_API wk_tensor *wk_scatter(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *src);   /* y = t; y[i][index[i][j]] = src[i][j] (dim 1) */
WK_API wk_tensor *wk_scatter_value(wk_tensor *t, int dim, wk_tensor *index, double value);
WK_API wk_tensor *wk_scatter_add(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *src); /* += */
/* [d] As scatter_add, of what meets at y[index[i][j]][j] (dim 0): the sum, mean, largest, smallest or product; include_self: with t's own. Equal
 * ones share the gradient; that of products is right with zeros. Floats. wk_scatter_reduce(t, 0, index, src, WK_SCATTER_AMAX, .include_self = false) */
typedef enum wk_scatter_mode { WK_SCATTER_SUM, WK_SCATTER_MEAN, WK_SCATTER_AMAX, WK_SCATTER_AMIN, WK_SCATTER_PROD } wk_scatter_mode;
typedef struct wk_scatter_opts {
    size_t size;
    bool include_self; /* true */
} wk_scatter_opts;
WK_API wk_scatter_opts wk_scatter_opts_default(void);
WK_API wk_tensor *wk_scatter_reduce_run(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *src, wk_scatter_mode mode, const wk_scatter_opts *o); /* NULL: defaults */
#define WK_SCATTER_DEFAULTS .size = sizeof(wk_scatter_opts), .include_self = true
#define wk_scatter_reduce(t, dim, index, src, ...)                                                                     \
    WK_SCATTER_(t, dim, index, src, __VA_ARGS__, .size = sizeof(wk_scatter_opts))
#define WK_SCATTER_(t, dim, index, src, mode, ...)                                                                     \
    wk_scatter_reduce_run(t, dim, index, src, mode, (const wk_scatter_opts[1]){ WK_WITH(wk_scatter_opts, WK_SCATTER_DEFAULTS, __VA_ARGS__) })
WK_API wk_tensor *wk_index_add(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *source, double alpha); /* y = t; y[index[i]] += alpha source[i] (dim 0) */
WK_API wk_tensor *wk_index_copy(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *source); /* y[index[i]] = source[i] */
WK_API wk_tensor *wk_index_fill(wk_tensor *t, int dim, wk_tensor *index, double value);  /* y[index[i]] = value */
WK_API wk_tensor *wk_index_fill_tensor(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *value); /* value [] of t's dtype */
/* t[i, :, j ..]: n at most t's rank; NULL is a whole dim. The indices broadcast; their dims stand in place if adjacent, else first. Negative
 * allowed. A WK_BOOL tensor is a mask of as many dims as it has, whose sizes must be theirs: the indices of what is true. */
WK_API wk_tensor *wk_index(wk_tensor *t, int n, wk_tensor *const *indices);
WK_API wk_tensor *wk_index_put(wk_tensor *t, int n, wk_tensor *const *indices, wk_tensor *values, bool accumulate); /* y = t; y[..] = or += values, which broadcast */
WK_API wk_tensor *wk_masked_select(wk_tensor *t, wk_tensor *mask);                       /* -> 1-d; mask WK_BOOL; both broadcast */
WK_API wk_tensor *wk_masked_scatter(wk_tensor *t, wk_tensor *mask, wk_tensor *source);   /* the n true places of t get the first n of source, row-major; t and mask broadcast */
WK_API wk_tensor *wk_nonzero(wk_tensor *t);                                              /* WK_I64 [n, rank]: where t is not 0, in row-major order; no gradient */
WK_API wk_tensor *wk_one_hot(wk_tensor *t, int64_t classes);                             /* WK_I64 [..] -> WK_I64 [.., classes]; -1: the largest of t and 1 */

/* Element by element: wick/elementwise.h, which this header includes. */

/* Write over, in place; the rules are those of elementwise.h. */
WK_API wk_status wk_zero_(wk_tensor *t);
WK_API wk_status wk_fill_(wk_tensor *t, double value);
WK_API wk_status wk_copy_(wk_tensor *t, wk_tensor *from);
WK_API wk_status wk_uniform_(wk_tensor *t, double low, double high);                      /* in [low, high), whose width is a number of t's dtype: else WK_E_RANGE */
WK_API wk_status wk_normal_(wk_tensor *t, double mean, double std);

/* Written into by index: what the ops of these names give, in t's memory and [d]. src and what is like it must be of t's dtype; it may
 * share t's memory, being copied first. On error nothing changed, and indices out of range are found before. */
WK_API wk_status wk_scatter_(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *src);
WK_API wk_status wk_scatter_value_(wk_tensor *t, int dim, wk_tensor *index, double value);
WK_API wk_status wk_scatter_add_(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *src);
WK_API wk_status wk_index_add_(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *source, double alpha);
WK_API wk_status wk_index_copy_(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *source);
WK_API wk_status wk_index_fill_(wk_tensor *t, int dim, wk_tensor *index, double value);
WK_API wk_status wk_index_fill_tensor_(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *value);
WK_API wk_status wk_index_put_(wk_tensor *t, int n, wk_tensor *const *indices, wk_tensor *values, bool accumulate);
WK_API wk_status wk_masked_scatter_(wk_tensor *t, wk_tensor *mask, wk_tensor *source); /* the mask broadcasts to t's shape */

/* Reduce. Sums follow a tree that the shape alone fixes: the same bits for any number of threads. Of a list of dims NULL means
 * all, and an empty one is WK_E_INVALID; keepdim leaves what was reduced as size 1. A 0-dimensional tensor takes dim 0 and -1. */
WK_API wk_tensor *wk_sum(wk_tensor *t);                                   /* [d] of all elements -> []; integers add up in WK_I64 */
WK_API wk_tensor *wk_mean(wk_tensor *t);                                  /* [d] of all -> []; of none: NaN */
WK_API wk_tensor *wk_sum_dim(wk_tensor *t, int dim, bool keepdim);        /* [d] */
WK_API wk_tensor *wk_mean_dim(wk_tensor *t, int dim, bool keepdim);       /* [d] */
WK_API wk_tensor *wk_sum_dims(wk_tensor *t, int n, const int *dims, bool keepdim); /* [d] over a set of dims */
WK_API wk_tensor *wk_mean_dims(wk_tensor *t, int n, const int *dims, bool keepdim); /* [d] */
WK_API wk_tensor *wk_nansum(wk_tensor *t);                                /* [d] wk_sum with 0 for NaN, which gets no gradient */
WK_API wk_tensor *wk_nansum_dim(wk_tensor *t, int dim, bool keepdim);     /* [d] */
WK_API wk_tensor *wk_nansum_dims(wk_tensor *t, int n, const int *dims, bool keepdim); /* [d] */
WK_API wk_tensor *wk_nanmean(wk_tensor *t);                               /* [d] the mean of floats that are not NaN; of none: NaN */
WK_API wk_tensor *wk_nanmean_dim(wk_tensor *t, int dim, bool keepdim);    /* [d] */
WK_API wk_tensor *wk_nanmean_dims(wk_tensor *t, int n, const int *dims, bool keepdim); /* [d] */
WK_API wk_tensor *wk_prod(wk_tensor *t);                                  /* [d] of none: 1; integers multiply in WK_I64; right with zeros */
WK_API wk_tensor *wk_prod_dim(wk_tensor *t, int dim, bool keepdim);       /* [d] */
WK_API wk_tensor *wk_prod_dims(wk_tensor *t, int n, const int *dims, bool keepdim); /* [d] */
WK_API wk_tensor *wk_var(wk_tensor *t, double correction);                /* [d] sum (t - mean)^2 / max(0, n - correction); torch's default: 1 */
WK_API wk_tensor *wk_var_dim(wk_tensor *t, int dim, double correction, bool keepdim); /* [d] */
WK_API wk_tensor *wk_var_dims(wk_tensor *t, int n, const int *dims, double correction, bool keepdim); /* [d] */
WK_API wk_tensor *wk_std(wk_tensor *t, double correction);                /* [d] its root; gradient 0 where it is 0 */
WK_API wk_tensor *wk_std_dim(wk_tensor *t, int dim, double correction, bool keepdim); /* [d] */
WK_API wk_tensor *wk_std_dims(wk_tensor *t, int n, const int *dims, double correction, bool keepdim); /* [d] */
/* The same, and the mean -> *mean (NULL: unwanted). */
WK_API wk_tensor *wk_var_mean(wk_tensor *t, double correction, wk_tensor **mean); /* [d] */
WK_API wk_tensor *wk_var_mean_dim(wk_tensor *t, int dim, double correction, bool keepdim, wk_tensor **mean); /* [d] */
WK_API wk_tensor *wk_var_mean_dims(wk_tensor *t, int n, const int *dims, double correction, bool keepdim, wk_tensor **mean); /* [d] */
WK_API wk_tensor *wk_std_mean(wk_tensor *t, double correction, wk_tensor **mean); /* [d] */
WK_API wk_tensor *wk_std_mean_dim(wk_tensor *t, int dim, double correction, bool keepdim, wk_tensor **mean); /* [d] */
WK_API wk_tensor *wk_std_mean_dims(wk_tensor *t, int n, const int *dims, double correction, bool keepdim, wk_tensor **mean); /* [d] */
WK_API wk_tensor *wk_norm(wk_tensor *t, double p);                        /* [d] (sum |t|^p)^(1/p); 0: what is not 0; +-INFINITY: most, least |t|; gradient 0 at 0 */
WK_API wk_tensor *wk_norm_dim(wk_tensor *t, double p, int dim, bool keepdim); /* [d] */
WK_API wk_tensor *wk_norm_dims(wk_tensor *t, double p, int n, const int *dims, bool keepdim); /* [d] */
WK_API wk_tensor *wk_logsumexp(wk_tensor *t, int dim, bool keepdim);      /* [d] log(sum exp(t)) */
WK_API wk_tensor *wk_logsumexp_dims(wk_tensor *t, int n, const int *dims, bool keepdim); /* [d] */
WK_API wk_tensor *wk_max(wk_tensor *t);                                   /* [d] of all; NaN wins, equals share the gradient; of none: WK_E_SHAPE */
WK_API wk_tensor *wk_min(wk_tensor *t);                                   /* [d] */
WK_API wk_tensor *wk_amax(wk_tensor *t, int dim, bool keepdim);           /* [d] equal maxima share the gradient */
WK_API wk_tensor *wk_amin(wk_tensor *t, int dim, bool keepdim);           /* [d] */
WK_API wk_tensor *wk_amax_dims(wk_tensor *t, int n, const int *dims, bool keepdim); /* [d] */
WK_API wk_tensor *wk_amin_dims(wk_tensor *t, int n, const int *dims, bool keepdim); /* [d] */
WK_API wk_tensor *wk_max_dim(wk_tensor *t, int dim, bool keepdim, wk_tensor **indices); /* [d] values; WK_I64 indices (NULL: unwanted) of the first of equals, which gets the gradient */
WK_API wk_tensor *wk_min_dim(wk_tensor *t, int dim, bool keepdim, wk_tensor **indices); /* [d] */
WK_API wk_tensor *wk_argmax(wk_tensor *t, int dim, bool keepdim);         /* WK_I64; the first of equals; NaN wins */
WK_API wk_tensor *wk_argmin(wk_tensor *t, int dim, bool keepdim);
WK_API wk_tensor *wk_argmax_all(wk_tensor *t);                            /* WK_I64 [], the place in row-major order */
WK_API wk_tensor *wk_argmin_all(wk_tensor *t);
WK_API wk_tensor *wk_any(wk_tensor *t);                                   /* WK_BOOL []: is one not 0 (NaN is not)? of none: false */
WK_API wk_tensor *wk_any_dim(wk_tensor *t, int dim, bool keepdim);
WK_API wk_tensor *wk_any_dims(wk_tensor *t, int n, const int *dims, bool keepdim);
WK_API wk_tensor *wk_all(wk_tensor *t);                                   /* WK_BOOL []: is none 0? of none: true */
WK_API wk_tensor *wk_all_dim(wk_tensor *t, int dim, bool keepdim);
WK_API wk_tensor *wk_all_dims(wk_tensor *t, int n, const int *dims, bool keepdim);
WK_API wk_tensor *wk_count_nonzero(wk_tensor *t);                         /* WK_I64 */
WK_API wk_tensor *wk_count_nonzero_dim(wk_tensor *t, int dim);
WK_API wk_tensor *wk_count_nonzero_dims(wk_tensor *t, int n, const int *dims);
WK_API wk_tensor *wk_softmax(wk_tensor *t, int dim);                      /* [d] exp(t - max) / sum */
WK_API wk_tensor *wk_log_softmax(wk_tensor *t, int dim);                  /* [d] t - logsumexp(t) */
WK_API wk_tensor *wk_softmin(wk_tensor *t, int dim);                      /* [d] softmax(-t) */

/* Run, order, count. Orders are stable both ways: equals keep their order, NaN is the largest; indices are WK_I64 (NULL: unwanted). */
WK_API wk_tensor *wk_cumsum(wk_tensor *t, int dim);                       /* [d] running sums; integers in WK_I64, floats add up in double */
WK_API wk_tensor *wk_cumprod(wk_tensor *t, int dim);                      /* [d] running products; gradients are right with zeros */
WK_API wk_tensor *wk_diff(wk_tensor *t, int64_t n, int dim);              /* [d] each element less the one before it, n times over: n shorter along dim; bools: which differ */
WK_API wk_tensor *wk_sort(wk_tensor *t, int dim, bool descending, wk_tensor **indices); /* [d] */
WK_API wk_tensor *wk_argsort(wk_tensor *t, int dim, bool descending);     /* WK_I64 */
WK_API wk_tensor *wk_topk(wk_tensor *t, int64_t k, int dim, bool largest, wk_tensor **indices); /* [d] the k first in order; k from 0 to the size: else WK_E_RANGE */
typedef struct wk_topk_opts {
    size_t size;
    wk_tensor *t;
    int64_t k;
    int dim;             /* -1 */
    bool largest;        /* true */
    bool sorted;         /* true; false: in any order, which is faster */
    wk_tensor **indices; /* NULL: unwanted */
} wk_topk_opts;
WK_API wk_topk_opts wk_topk_opts_default(void);
WK_API wk_tensor *wk_topk_run(const wk_topk_opts *o); /* [d] wk_topk_with(t, k, .sorted = false) */
/* A value at a place in order, of a dim that has elements (else WK_E_SHAPE); indices: where it lies. The gradient goes to that element. */
WK_API wk_tensor *wk_kthvalue(wk_tensor *t, int64_t k, int dim, bool keepdim, wk_tensor **indices); /* [d] the k-th smallest, k from 1 to the size: else WK_E_RANGE; NaN is the largest */
WK_API wk_tensor *wk_median(wk_tensor *t);                                /* [d] of all -> []: of an even number the lower of the two in the middle; NaN if there is one */
WK_API wk_tensor *wk_median_dim(wk_tensor *t, int dim, bool keepdim, wk_tensor **indices); /* [d] */
WK_API wk_tensor *wk_nanmedian(wk_tensor *t);                             /* [d] the same of what is not NaN; NaN if nothing is */
WK_API wk_tensor *wk_nanmedian_dim(wk_tensor *t, int dim, bool keepdim, wk_tensor **indices); /* [d] */
typedef enum wk_quantile_kind {   /* q (size - 1) is a place in order, from 0; where it is none, of its two neighbours: */
    WK_QUANTILE_LINEAR,   /* their mean, weighted by nearness */
    WK_QUANTILE_LOWER,
    WK_QUANTILE_HIGHER,
    WK_QUANTILE_MIDPOINT, /* their mean */
    WK_QUANTILE_NEAREST   /* the nearer one, halfway the one of even place */
} wk_quantile_kind;
/* Of floats along dim, q from 0 to 1: else WK_E_RANGE. A line with NaN gives NaN, but for nan..., which pass NaN over. [d] */
WK_API wk_tensor *wk_quantile(wk_tensor *t, double q, int dim, bool keepdim); /* linear */
WK_API wk_tensor *wk_nanquantile(wk_tensor *t, double q, int dim, bool keepdim);
WK_API wk_tensor *wk_quantiles(wk_tensor *t, int n, const double *q, int dim, bool keepdim, wk_quantile_kind interpolation); /* n of them, side by side in a new first dim */
WK_API wk_tensor *wk_nanquantiles(wk_tensor *t, int n, const double *q, int dim, bool keepdim, wk_quantile_kind interpolation);
WK_API wk_tensor *wk_unique(wk_tensor *t, wk_tensor **inverse, wk_tensor **counts); /* [n] the values that occur, ascending; inverse (t's shape): which of them each element is; counts [n]: how often each occurs; WK_I64 (NULL: unwanted). Every NaN counts for itself */
WK_API wk_tensor *wk_unique_consecutive(wk_tensor *t, wk_tensor **inverse, wk_tensor **counts); /* the same of runs of equal neighbours, in row-major order */
/* WK_I64, of values' shape: how many of the sorted ones are less than each value (right: or equal to it), so that it may be put in there.
 * sorted: [m], or [.., m] with the dims of values but the last; along m ascending, which nobody checks, and of values' dtype; NaN is the largest. */
WK_API wk_tensor *wk_searchsorted(wk_tensor *sorted, wk_tensor *values, bool right);
WK_API wk_tensor *wk_bucketize(wk_tensor *t, wk_tensor *boundaries, bool right); /* the same, with boundaries [m] */
WK_API wk_tensor *wk_bincount(wk_tensor *t, wk_tensor *weights, int64_t minlength); /* of integers [n] >= 0: WK_I64 [max(max + 1, minlength)]; sums of weights (NULL: none) in f32 or else f64 */
WK_API wk_tensor *wk_histc(wk_tensor *t, int64_t bins, double min, double max); /* counts in equal parts of [min, max], in t's float dtype; min == max: t's range */
WK_API wk_tensor *wk_histogram(wk_tensor *t, int64_t bins, wk_tensor **edges); /* the same over t's range; edges [bins + 1] (NULL: unwanted) */
typedef struct wk_histogram_opts {
    size_t size;
    wk_tensor *t, *weight;  /* weight: what each element counts, of t's shape and dtype; NULL: 1 */
    int64_t bins;
    double low, high;       /* equal: the range of t */
    bool density;           /* divide by the sum and the width of a bin */
    wk_tensor **edges;      /* NULL: unwanted */
    wk_tensor *at;          /* [bins + 1] of t's dtype, ascending: edges of your own instead of bins, low and high; NULL: none */
} wk_histogram_opts;
WK_API wk_histogram_opts wk_histogram_opts_default(void);
WK_API wk_tensor *wk_histogram_run(const wk_histogram_opts *o);

/* Multiply: f32 or f64, both operands of one dtype; transposed operands need no copy. Each element is one chain of fused
 * multiply-adds over k, so neither threads nor the instruction set (with fma) change a bit. A result of one row or one
 * column is summed in sixteen lanes instead, alike on every instruction set: its last bits may differ from those of the
 * same row in a larger product, so one sample alone and in a batch agree to rounding, not to the bit. */
WK_API wk_tensor *wk_mm(wk_tensor *a, wk_tensor *b);                      /* [d] [n, k] x [k, m] -> [n, m] */
WK_API wk_tensor *wk_matmul(wk_tensor *a, wk_tensor *b);                  /* [d] torch.matmul: ranks 1 and up, leading dims broadcast */
WK_API wk_tensor *wk_bmm(wk_tensor *a, wk_tensor *b);                     /* [d] [b, n, k] x [b, k, m] -> [b, n, m] */
WK_API wk_tensor *wk_mv(wk_tensor *a, wk_tensor *x);                      /* [d] [n, k] x [k] -> [n] */
WK_API wk_tensor *wk_dot(wk_tensor *a, wk_tensor *b);                     /* [d] [k] x [k] -> []; sums as wk_sum does */
WK_API wk_tensor *wk_cross(wk_tensor *a, wk_tensor *b, int dim);           /* [d] the cross product along dim, of size 3; as many dims, the others broadcast */
WK_API wk_tensor *wk_outer(wk_tensor *a, wk_tensor *b);                   /* [d] [n] x [m] -> [n, m] */
WK_API wk_tensor *wk_addmm(wk_tensor *c, wk_tensor *a, wk_tensor *b, double beta, double alpha); /* [d] beta c + alpha a b; c broadcasts; beta 0 ignores c */
WK_API wk_tensor *wk_baddbmm(wk_tensor *c, wk_tensor *a, wk_tensor *b, double beta, double alpha); /* [d] the same of batches */
WK_API wk_tensor *wk_tensordot(wk_tensor *a, wk_tensor *b, int n, const int *dims_a, const int *dims_b); /* [d] sums over n pairs of dims; NULLs: a's last n, b's first n */
/* [d] torch.einsum: "bij,bjk->bik", "...ij,jk", "ii->i". Operands are taken from the left to the right, two at a time. */
WK_API wk_tensor *wk_einsum(const char *equation, int n, wk_tensor *const *operands);
WK_API wk_tensor *wk_linear(wk_tensor *x, wk_tensor *weight, wk_tensor *bias); /* [d] x weight^T + bias: [..., in], [out, in], [out] or NULL */

/* Factor and solve, as torch.linalg does: matrices [.., n, n] of f32 or f64, one by one over the leading dims, which broadcast. What has no
 * result is WK_E_RANGE, and tells which matrix it was, counted over all leading dims; recorded steps look at each replay. */
WK_API wk_tensor *wk_cholesky(wk_tensor *t, bool upper);                  /* [d] L with L L^T = t, of which the lower triangle is read; upper: U with U^T U = t */
typedef struct wk_triangular_opts {
    size_t size;
    bool left;          /* true; false: x a = b */
    bool unitriangular; /* the diagonal is taken for ones */
} wk_triangular_opts;
WK_API wk_triangular_opts wk_triangular_opts_default(void);
WK_API wk_tensor *wk_solve_triangular_run(wk_tensor *a, wk_tensor *b, bool upper, const wk_triangular_opts *o); /* NULL: defaults */
/* [d] x [.., n, k] with a x = b, of a the upper or lower triangle; a 0 in its diagonal gives infinities, and no error.
 * wk_solve_triangular(a, b, false, .left = false) */
#define WK_TRIANGULAR_DEFAULTS .size = sizeof(wk_triangular_opts), .left = true
#define wk_solve_triangular(a, b, ...) WK_TRIANGULAR_(a, b, __VA_ARGS__, .size = sizeof(wk_triangular_opts))
#define WK_TRIANGULAR_(a, b, upper, ...)                                                                               \
    wk_solve_triangular_run(a, b, upper, (const wk_triangular_opts[1]){ WK_WITH(wk_triangular_opts, WK_TRIANGULAR_DEFAULTS, __VA_ARGS__) })
WK_API wk_tensor *wk_solve(wk_tensor *a, wk_tensor *b);                   /* [d] x with a x = b; b [.., n, k], or vectors: [n], or a's shape without its last dim */
WK_API wk_tensor *wk_inv(wk_tensor *t);                                   /* [d] */
WK_API wk_tensor *wk_det(wk_tensor *t);                                   /* [d] [..]; of a singular matrix 0 */
WK_API wk_tensor *wk_slogdet(wk_tensor *t, wk_tensor **sign);             /* [d] [..] log |det|, of a singular matrix -INFINITY; sign (NULL: unwanted): 1, -1 or 0 */

/* Differentiate. */
WK_API wk_tensor *wk_requires_grad(wk_tensor *leaf);           /* asks for gradients; returns leaf; float dtypes only */
WK_API bool wk_is_leaf(const wk_tensor *t);                    /* made by the user, or without history */
WK_API bool wk_needs_grad(const wk_tensor *t);                 /* torch's .requires_grad */
WK_API const char *wk_grad_fn(const wk_tensor *t);             /* "mm"; NULL for a leaf; static */
WK_API wk_status wk_retain_grad(wk_tensor *t);                 /* keeps the gradient of a non-leaf in wk_grad(t) */
/* Sends d loss backwards from a one-element loss, adds into the .grad of leaves, and frees what the graph had saved. */
WK_API wk_status wk_backward(wk_tensor *loss);
typedef struct wk_backward_opts {
    size_t size;
    wk_tensor *root, *gradient; /* gradient: of the root's shape; NULL: 1, for one element */
    bool retain_graph;          /* false: a second backward is WK_E_STATE if something had been saved */
    bool create_graph;          /* false; true: gradients can be differentiated again. Each leaf's .grad then holds the graph, and
                                   the graph the leaf: both live until wk_set_grad(leaf, NULL); wk_autograd_grad ties nothing. */
} wk_backward_opts;
WK_API wk_backward_opts wk_backward_opts_default(void);
WK_API wk_status wk_backward_run(const wk_backward_opts *o);
/* Several roots at once, each with a gradient of its shape (NULL, or an array with NULL for one-element roots). */
WK_API wk_status wk_backward_all(wk_tensor *const *roots, wk_tensor *const *gradients, int n, bool retain_graph,
                                 bool create_graph);
/* d outputs / d inputs without touching any .grad: results into grads[ninputs], NULL where an output does not depend on the
 * input. Inputs may be leaves or results; outputs need one element each. The graph is kept if create_graph is set. */
WK_API wk_status wk_autograd_grad(wk_tensor *const *outputs, int noutputs, wk_tensor *const *inputs, int ninputs,
                                  bool create_graph, wk_tensor **grads);
typedef struct wk_autograd_grad_opts {
    size_t size;
    wk_tensor *const *outputs;
    int noutputs;
    wk_tensor *const *inputs;
    int ninputs;
    wk_tensor *const *gradients; /* of the outputs; NULL: 1, for outputs of one element */
    bool retain_graph, create_graph, materialize; /* false; materialize: zeros instead of NULL */
} wk_autograd_grad_opts;
WK_API wk_autograd_grad_opts wk_autograd_grad_opts_default(void);
WK_API wk_status wk_autograd_grad_run(const wk_autograd_grad_opts *o, wk_tensor **grads);
WK_API wk_tensor *wk_grad(const wk_tensor *t);                 /* borrowed from t; NULL before the first backward */
WK_API wk_status wk_set_grad(wk_tensor *t, wk_tensor *grad);   /* holds grad; NULL: none */
WK_API wk_tensor *wk_detach(wk_tensor *t);                     /* view without history */
WK_API bool wk_grad_enabled(void);
WK_API bool wk_set_grad_enabled(bool on);                      /* per thread; returns the old setting */
WK_API void wk_grad_guard(bool *old);                          /* restores *old: the macro's other half */
#define WK_NO_GRAD(name) bool name WK_CLEANUP(wk_grad_guard) = wk_set_grad_enabled(false) /* until the block ends */

/* Lists of named leaves. Holds the leaves; names are copied, and NULL names become "0", "1", ... */
WK_API wk_params *wk_params_new(wk_tensor *const *leaves, const char *const *names, int n);
WK_API int wk_params_count(const wk_params *params);
WK_API wk_tensor *wk_params_at(const wk_params *params, int i);           /* borrowed */
WK_API const char *wk_params_name(const wk_params *params, int i);        /* borrowed */
/* Those of params for which keep is true, by their names: the biases, say, for a group of their own. An error of keep's ends it. */
typedef bool wk_params_fn(void *user, const char *name, const wk_tensor *leaf);
WK_API wk_params *wk_params_where(const wk_params *params, wk_params_fn *keep, void *user);
WK_API wk_params *wk_params_join(wk_params *const *lists, int n);         /* all of several lists, by their names */

#define WK_ENABLE_GRAD(name) bool name WK_CLEANUP(wk_grad_guard) = wk_set_grad_enabled(true) /* inside WK_NO_GRAD */
/* Inference mode: no history, and results that can never take part in one (WK_E_STATE); per thread, returns the old setting.
 * Outside it such tensors are read freely, but neither changed in place nor saved for a backward; clone them for that. */
WK_API bool wk_set_inference_mode(bool on);
WK_API void wk_inference_guard(bool *old);
#define WK_INFERENCE_MODE(name) bool name WK_CLEANUP(wk_inference_guard) = wk_set_inference_mode(true)
/* Autocast: the f32 operands of matrix products (mm bmm mv matmul addmm baddbmm linear einsum tensordot, attention) and convolutions
 * are rounded to bfloat16, to nearest even, then multiplied and summed in f32; parameters, biases, results and all other ops stay
 * f32, and f64 stays as it is. Backward and wk_checkpoint run each op as it was recorded, wherever they are called. Per thread.
 * Where the processor has AVX512-BF16, it does this at up to twice the speed of f32, with the same bits (AVX-512's or AVX2's), and
 * products and convolutions by AMX, where it has that, at several times that speed, adding in another order; but denormal numbers, smaller than
 * 2^-126, count as zeros there: in operands, in sums and in what a sum is added to. */
WK_API bool wk_autocast_enabled(void);
WK_API bool wk_set_autocast_enabled(bool on); /* returns the old setting */
WK_API void wk_autocast_guard(bool *old);
#define WK_AUTOCAST(name)    bool name WK_CLEANUP(wk_autocast_guard) = wk_set_autocast_enabled(true)  /* until the block ends */
#define WK_NO_AUTOCAST(name) bool name WK_CLEANUP(wk_autocast_guard) = wk_set_autocast_enabled(false) /* inside WK_AUTOCAST */

/* Hooks. All give an id above 0 (0 on error) for wk_remove_hook and run in the order of registration, in the thread of the
 * backward; `user` is borrowed. The gradient handed over is borrowed for the call. */
/* On the complete gradient of t, before it goes on or into .grad: returns its replacement, or NULL to leave it. */
typedef wk_tensor *wk_grad_hook(void *user, wk_tensor *grad);
WK_API int wk_register_hook(wk_tensor *t, wk_grad_hook *hook, void *user);
/* After the gradient of a leaf has been added to its .grad. */
typedef wk_status wk_leaf_hook(void *user, wk_tensor *leaf);
WK_API int wk_register_post_accumulate_grad_hook(wk_tensor *leaf, wk_leaf_hook *hook, void *user);
/* Around the node (grad_fn) that made t: before with its gradient only, after also with the n gradients it sends on (or NULL). */
typedef wk_status wk_node_hook(void *user, const char *name, wk_tensor *grad, wk_tensor *const *sent, int n);
WK_API int wk_register_node_hook(wk_tensor *t, bool before, wk_node_hook *hook, void *user);
WK_API wk_status wk_remove_hook(wk_tensor *t, int id); /* WK_E_NOT_FOUND if t has no such hook (any more) */

/* Anomaly mode, per thread: a backward that makes NaN is WK_E_STATE naming the op and the modules it was called in. */
WK_API bool wk_set_detect_anomaly(bool on); /* returns the old setting */
/* The graph behind root in Graphviz's language: leaves as boxes with the names that params gives them (NULL: none). */
WK_API wk_status wk_graph_dot(wk_tensor *root, const wk_params *params, FILE *out);

/* Your own op: forward makes the result from the inputs, outside the graph; backward sends the gradient g of the result to the
 * inputs that need it, d[i], of their shape and dtype, written with ops (so that it can be differentiated again); NULL: none.
 *
 *   static wk_tensor *cube_forward(wk_function *f, wk_tensor *const *in, int n)
 *   { wk_save_for_backward(f, in[0]); return wk_pow_scalar(in[0], 3); }
 *   static wk_status cube_backward(wk_function *f, wk_tensor *g, wk_tensor **d)
 *   { d[0] = wk_mul(g, wk_mul_scalar(wk_square(wk_saved(f, 0)), 3)); return wk_error(); }
 *   static const wk_function_ops cube = { sizeof cube, "cube", 0, cube_forward, cube_backward, NULL };
 *   wk_tensor *y = wk_apply(&cube, &x, 1, NULL); */
typedef struct wk_function wk_function;
typedef struct wk_function_ops {
    size_t size;                /* sizeof(wk_function_ops) */
    const char *name;           /* the grad_fn's name */
    size_t state_size;          /* bytes of state, zeroed before forward, kept until the graph goes */
    wk_tensor *(*forward)(wk_function *f, wk_tensor *const *in, int n);
    wk_status (*backward)(wk_function *f, wk_tensor *g, wk_tensor **d); /* NULL: not differentiable */
    void (*destroy)(void *state);                                       /* NULL: nothing to do */
} wk_function_ops;
/* ops must outlive the graph (usually static); options is passed through wk_function_options during forward only. */
WK_API wk_tensor *wk_apply(const wk_function_ops *ops, wk_tensor *const *in, int n, const void *options);
WK_API const void *wk_function_options(wk_function *f);
WK_API void *wk_function_state(wk_function *f);
WK_API wk_status wk_save_for_backward(wk_function *f, wk_tensor *t); /* holds t; in forward */
WK_API wk_tensor *wk_saved(wk_function *f, int i);                   /* borrowed; in backward; WK_E_STATE if t was changed in place */
WK_API bool wk_needs_input_grad(const wk_function *f, int i);

/* fn(user, in, n) without keeping what is inside it: backward computes it again (Chen et al. 2016). Random numbers repeat. */
typedef wk_tensor *wk_checkpoint_fn(void *user, wk_tensor *const *in, int n);
WK_API wk_tensor *wk_checkpoint(wk_checkpoint_fn *fn, void *user, wk_tensor *const *in, int n);

/* Do the gradients of fn agree with differences? in: f64 leaves that require grad, changed and put back. |difference| at most
 * atol + rtol |gradient| (five points, step 1e-3); else WK_E_STATE naming input, element and both values. */
WK_API wk_status wk_gradcheck(wk_checkpoint_fn *fn, void *user, wk_tensor *const *in, int n, double rtol, double atol);
WK_API wk_status wk_gradgradcheck(wk_checkpoint_fn *fn, void *user, wk_tensor *const *in, int n, double rtol, double atol);

/* wk_backward_with(loss, .retain_graph = true) */
static inline wk_status wk_backward_by(wk_backward_opts o) { return wk_backward_run(&o); }
#define WK_BACKWARD_DEFAULTS                                                                                           \
    .size = sizeof(wk_backward_opts), .gradient = NULL, .retain_graph = false, .create_graph = false
#define wk_backward_with(...) wk_backward_by(WK_WITH(wk_backward_opts, WK_BACKWARD_DEFAULTS, .root = __VA_ARGS__))

static inline wk_tensor *wk_topk_by(wk_topk_opts o) { return wk_topk_run(&o); }
#define WK_TOPK_DEFAULTS                                                                                               \
    .size = sizeof(wk_topk_opts), .dim = -1, .largest = true, .sorted = true, .indices = NULL
#define wk_topk_with(t_, ...) wk_topk_by(WK_WITH(wk_topk_opts, WK_TOPK_DEFAULTS, .t = (t_), .k = __VA_ARGS__))

/* wk_histogram_with(t, .bins = 20, .low = -1, .high = 1, .edges = &edges) */
static inline wk_tensor *wk_histogram_by(wk_histogram_opts o) { return wk_histogram_run(&o); }
#define WK_HISTOGRAM_DEFAULTS                                                                                          \
    .size = sizeof(wk_histogram_opts), .weight = NULL, .bins = 100, .low = 0, .high = 0, .density = false, .edges = NULL, \
    .at = NULL
#define wk_histogram_with(...) wk_histogram_by(WK_WITH(wk_histogram_opts, WK_HISTOGRAM_DEFAULTS, .t = __VA_ARGS__))

#ifdef __cplusplus
}
#endif
#endif
