/* wick/nn.h: layers and losses (torch.nn, torch.nn.functional). x is [batch, ...] of a float dtype unless said.
 *
 *   wk_module *net = wk_nn_sequential(wk_nn_flatten(), wk_nn_linear(784, 128), wk_nn_relu(), wk_nn_linear(128, 10));
 *   wk_tensor *loss = wk_cross_entropy(wk_forward(net, x), y);
 *
 * A module owns its parameters, buffers and children; it takes children and gives them its own lifetime. A child passed as NULL
 * makes the parent NULL: check once, at the end. Names are torch's: "0.weight", "0.bias". */
#ifndef WICK_NN_H
#define WICK_NN_H
#include "wick/state.h"
#include <math.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct wk_module wk_module;

/* Use. */
WK_API wk_tensor *wk_forward(wk_module *m, wk_tensor *x);
/* Modules with several inputs or results, as recurrent layers: in[0 .. nin - 1] -> out[0 .. nout - 1]. Inputs left out are NULL or not
 * given, results left out are not asked for. One input and one result is wk_forward. WK_E_INVALID: more than the module has. */
WK_API wk_status wk_forward_many(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout);
WK_API wk_module *wk_train(wk_module *m, bool on);                    /* training (the default) or evaluation, children too; returns m */
WK_API bool wk_is_training(const wk_module *m);
WK_API wk_module *wk_module_to(wk_module *m, wk_device device, wk_dtype dtype); /* all to the device, floats to dtype; returns m */
WK_API wk_params *wk_parameters(wk_module *m);                        /* depth first, in order of creation; a shared one once */
WK_API wk_tensor *wk_parameter(wk_module *m, const char *name);       /* borrowed; "0.weight"; WK_E_NOT_FOUND lists the names there are */
WK_API wk_module *wk_module_child(wk_module *m, const char *name);    /* borrowed; "encoder.0" */
WK_API int64_t wk_parameter_count(wk_module *m);                      /* elements in all parameters, shared ones once */
WK_API void wk_module_zero_grad(wk_module *m);
/* Copies the values of `from`'s parameters and buffers into m: same names, shapes and dtypes, or nothing changes. */
WK_API wk_status wk_module_copy_(wk_module *m, wk_module *from);
WK_API int wk_module_child_count(const wk_module *m);
WK_API wk_module *wk_module_child_at(wk_module *m, int i);             /* borrowed, in order of creation; WK_E_RANGE */
WK_API const char *wk_module_child_name(const wk_module *m, int i);    /* borrowed */
WK_API const char *wk_module_type(const wk_module *m);                 /* "linear"; static */
/* Every module of the tree, m itself with the name "": children before their parent (torch's apply), once for each place. An fn that
 * fails ends it. */
typedef wk_status wk_module_fn(void *user, const char *name, wk_module *m);
WK_API wk_status wk_module_apply(wk_module *m, wk_module_fn *fn, void *user);
WK_API wk_state *wk_buffers(wk_module *m);                             /* named_buffers: the buffers themselves by name */
/* Parameters whose name begins with prefix ("": all) are trained, or no longer; wk_parameters leaves out those that are not, and their
 * gradients go (torch keeps them), so that no step of an optimizer that has them moves them. WK_E_NOT_FOUND: there is none. */
WK_API wk_status wk_module_requires_grad(wk_module *m, const char *prefix, bool on);
/* A module like m with tensors of its own, without gradients, hooks or a place in m's parent; what is shared within m is shared within
 * it. WK_E_UNSUPPORTED: a user's module whose state has a destroy, but no clone. */
WK_API wk_module *wk_module_clone(wk_module *m);
/* Hooks around m's forward: before may replace in[i], after may replace out[i]. Either may be NULL. Returns the number for removal, 0 on an
 * error. */
typedef wk_status wk_forward_pre_hook(void *user, wk_module *m, wk_tensor **in, int nin);
typedef wk_status wk_forward_hook(void *user, wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout);
WK_API int wk_module_hook(wk_module *m, wk_forward_pre_hook *before, wk_forward_hook *after, void *user);
WK_API wk_status wk_module_remove_hook(wk_module *m, int hook);

/* Summary: what forward(x) goes through, a row a call, and what training would need. Runs forward once, in evaluation mode and without
 * gradients; x [batch, ...]. */
typedef struct wk_summary_row {
    char path[96], type[32];                 /* "encoder.0", "linear" */
    int ndim;                                /* of the first result */
    int64_t shape[WK_MAX_DIMS];
    int64_t parameters;                      /* of the module itself, without children; at a second call 0 */
    double flops;                            /* of products and convolutions a sample, children's too */
    int depth;                               /* 0: the root */
    bool leaf;                               /* without children */
} wk_summary_row;
typedef struct wk_summary {
    wk_summary_row *rows;
    int count;
    int64_t parameters, trained;             /* shared ones once */
    int64_t weight_bytes, gradient_bytes;    /* of parameters and buffers; of what is trained */
    int64_t activation_bytes;                /* results of leaf modules, for x's batch */
    int64_t optimizer_bytes;                 /* 0: printed once you have put wk_optim_state_bytes(opt) here */
    double flops;                            /* a sample */
} wk_summary;
WK_API wk_status wk_module_summary(wk_module *m, wk_tensor *x, wk_summary *out); /* out is freed with wk_summary_free */
WK_API wk_status wk_summary_print(const wk_summary *s, FILE *out);     /* an aligned table */
WK_API void wk_summary_free(wk_summary *s);                            /* NULL and empty allowed */

/* State dict: parameters and buffers by name, sharing their memory; tied ones under all their names (torch's state_dict). Loading copies
 * the values of s into m: all of them or, on an error, which lists all that is missing, unexpected or of another shape, none. Floats
 * become the parameter's dtype. One name of tied parameters is enough; several must have the same values, or it is WK_E_INVALID.
 * num_batches_tracked may be missing. strict false: what only one side has is left alone. wk_save and wk_load do the same with a
 * safetensors file, where tied parameters are written once. */
typedef struct wk_load_opts {
    size_t size;
    bool strict; /* true */
} wk_load_opts;
WK_API wk_load_opts wk_load_opts_default(void);
WK_API wk_state *wk_state_dict(wk_module *m);
WK_API wk_status wk_load_state_dict(wk_module *m, const wk_state *s);
WK_API wk_status wk_load_state_dict_run(wk_module *m, const wk_state *s, const wk_load_opts *o); /* o NULL: the defaults */
WK_API wk_status wk_save(wk_module *m, const char *path);
WK_API wk_status wk_load(wk_module *m, const char *path);
#define wk_load_state_dict_with(m, s, ...)                                                                             \
    wk_load_state_dict_run(m, s, (const wk_load_opts[1]){ WK_WITH(wk_load_opts, .size = sizeof(wk_load_opts), .strict = true, __VA_ARGS__) })
WK_API wk_status wk_module_print(const wk_module *m, FILE *out);      /* the tree, a line a module, with options and parameters */

/* Layers. Weights and biases start as torch's: Linear U(-1/sqrt(in), 1/sqrt(in)) for both. */
typedef struct wk_linear_opts {
    size_t size;
    int64_t in_features, out_features;
    bool bias;      /* true */
    wk_dtype dtype; /* WK_F32 */
} wk_linear_opts;
WK_API wk_linear_opts wk_linear_opts_default(void);
WK_API wk_module *wk_nn_linear_new(const wk_linear_opts *o);          /* [..., in] -> [..., out]; parameters weight [out, in], bias [out] */
static inline wk_module *wk_nn_linear_with(wk_linear_opts o) { return wk_nn_linear_new(&o); }
#define WK_LINEAR_DEFAULTS .size = sizeof(wk_linear_opts), .out_features = 0, .bias = true, .dtype = WK_F32
#define wk_nn_linear(in, ...)                                                                                          \
    wk_nn_linear_with(WK_WITH(wk_linear_opts, WK_LINEAR_DEFAULTS, .in_features = (in), .out_features = __VA_ARGS__))
WK_API wk_module *wk_nn_relu(void);
WK_API wk_module *wk_nn_tanh(void);
WK_API wk_module *wk_nn_sigmoid(void);
WK_API wk_module *wk_nn_dropout(double p);                            /* 0 <= p <= 1; scales by 1 / (1 - p) in training (p 1: x * 0), else passes */
WK_API wk_module *wk_nn_dropout1d(double p);                          /* whole channels: wk_dropout1d; p as above for all of these */
WK_API wk_module *wk_nn_dropout2d(double p);
WK_API wk_module *wk_nn_dropout3d(double p);
WK_API wk_module *wk_nn_alpha_dropout(double p);
WK_API wk_module *wk_nn_feature_alpha_dropout(double p);
WK_API wk_module *wk_nn_flatten(void);                                /* [batch, a, b, ...] -> [batch, a * b * ...] */
WK_API wk_module *wk_nn_identity(void);
WK_API wk_module *wk_nn_sequential_new(wk_module *const *children, int n); /* takes the children; named "0", "1", ... */
/* In C++ call wk_nn_sequential_new: a literal list has no address there. */
#define wk_nn_sequential(...) wk_nn_sequential_new(WK_LIST(wk_module *, __VA_ARGS__))

/* ModuleList and ModuleDict: children to be called one by one; without a forward of their own. */
WK_API wk_module *wk_nn_module_list_new(wk_module *const *children, int n); /* takes the children; named "0", "1", ... */
WK_API wk_module *wk_nn_module_dict_new(const char *const *names, wk_module *const *children, int n); /* takes the children */
WK_API wk_module *wk_module_append(wk_module *list, wk_module *child);      /* to a sequential or module_list; takes child, returns it */
#define wk_nn_module_list(...) wk_nn_module_list_new(WK_LIST(wk_module *, __VA_ARGS__))

/* Your own layer: a table of functions and some state; backward comes from the operators that forward calls.
 *
 *   static wk_tensor *forward(wk_module *m, wk_tensor *x) { return wk_mul(x, wk_parameter(m, "gain")); }
 *   static wk_status init(wk_module *m, void *state) { return wk_nn_param(m, "gain", wk_ones(WK_SHAPE(64), WK_F32)) ? WK_OK : wk_error(); }
 *   static const wk_module_ops gain = { .size = sizeof gain, .name = "gain", .init = init, .forward = forward };
 *   wk_module *m = wk_nn_custom(&gain, NULL); */
typedef struct wk_module_ops {
    size_t size;                                              /* sizeof(wk_module_ops) */
    const char *name;                                         /* "linear": shown in errors and summaries */
    size_t state_size;                                        /* bytes of state, zeroed, before init */
    wk_status (*init)(wk_module *m, void *state);             /* registers parameters and children; NULL: nothing to do */
    wk_tensor *(*forward)(wk_module *m, wk_tensor *x);
    void (*destroy)(void *state);                             /* NULL: nothing to do */
    void (*describe)(wk_module *m, char *text, size_t bytes); /* options for print and summary: "784, 128"; NULL: none */
    /* In place of forward or beside it; in[0] is x, in[1] .. may be NULL. Sets out[0 .. nout - 1], which are NULL before. */
    wk_status (*forward_many)(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout);
    /* For wk_module_clone, where state has a destroy: makes to's state from from's, of which it has the bytes, pointers to the module's
     * own tensors and children already being the clone's. */
    wk_status (*clone)(void *to, const void *from);
} wk_module_ops;
/* ops must outlive the module (usually static); options is passed through wk_nn_options during init only. */
WK_API wk_module *wk_nn_custom(const wk_module_ops *ops, const void *options);
WK_API const void *wk_nn_options(wk_module *m);
WK_API void *wk_nn_state(wk_module *m);
WK_API wk_module *wk_nn_child(wk_module *m, const char *name, wk_module *child);  /* m takes child; returns child */
WK_API wk_tensor *wk_nn_param(wk_module *m, const char *name, wk_tensor *init);   /* m takes init, which then requires grad; returns it */
WK_API wk_tensor *wk_nn_buffer(wk_module *m, const char *name, wk_tensor *init);  /* m takes init; saved, not trained; returns it */

/* The same without state; wk_linear, wk_relu ... are in tensor.h. */
WK_API wk_tensor *wk_dropout(wk_tensor *x, double p, bool training);               /* Srivastava et al. 2014, inverted; 0 <= p <= 1 (1: x * 0), as for those below */
/* Whole channels at once (Tompson et al. 2015): [n, c, l] or [c, l]; [n, c, h, w] or [n, c, l]; [n, c, d, h, w] or [c, d, h, w]. */
WK_API wk_tensor *wk_dropout1d(wk_tensor *x, double p, bool training);
WK_API wk_tensor *wk_dropout2d(wk_tensor *x, double p, bool training);
WK_API wk_tensor *wk_dropout3d(wk_tensor *x, double p, bool training);
/* Beside selu (Klambauer et al. 2017): mean 0 and variance 1 stay; feature: whole channels of [n, c, ...]. */
WK_API wk_tensor *wk_alpha_dropout(wk_tensor *x, double p, bool training);
WK_API wk_tensor *wk_feature_alpha_dropout(wk_tensor *x, double p, bool training);
/* Gated linear units (Dauphin et al. 2017): the first half of dim times the sigmoid of the second. */
WK_API wk_tensor *wk_glu(wk_tensor *x, int dim);                                   /* torch: -1 */
WK_API wk_tensor *wk_gumbel_softmax(wk_tensor *logits, double tau, bool hard, int dim); /* Jang et al. 2017: softmax((logits + Gumbel noise) / tau), tau > 0; hard: a 1 at its largest, with its gradient; torch: 1, false, -1 */
/* x, or below 0 slope * x (Xu et al. 2015); slope is drawn from [lower, upper) for each element in training, else their mean. torch:
 * 1/8, 1/3. */
WK_API wk_tensor *wk_rrelu(wk_tensor *x, double lower, double upper, bool training);
/* Rows of weight [n, dim] by number: index of any shape, WK_I64 (or WK_I32, WK_U8), in 0 .. n - 1 -> [index's shape, dim]. Equal
 * numbers add up their gradients in ascending order. Row padding_idx (negative: from the end) gets no gradient; WK_NO_PADDING: none. */
#define WK_NO_PADDING INT64_MIN
WK_API wk_tensor *wk_embedding(wk_tensor *index, wk_tensor *weight, int64_t padding_idx);
/* wk_embedding_with(index, weight, .max_norm = 1) */
typedef struct wk_embedding_opts {
    size_t size;
    int64_t padding_idx;     /* WK_NO_PADDING */
    double max_norm;         /* NAN: none; rows picked that are longer are scaled down to it, in place in weight */
    double norm_type;        /* 2: the p of max_norm's p-norm */
    bool scale_grad_by_freq; /* false; true: a row's gradient is divided by how often index has it */
} wk_embedding_opts;
WK_API wk_embedding_opts wk_embedding_opts_default(void);
WK_API wk_tensor *wk_embedding_run(wk_tensor *index, wk_tensor *weight, const wk_embedding_opts *o); /* NULL: defaults */
#define WK_EMBEDDING_DEFAULTS                                                                                          \
    .size = sizeof(wk_embedding_opts), .padding_idx = WK_NO_PADDING, .max_norm = NAN, .norm_type = 2, .scale_grad_by_freq = false
#define wk_embedding_with(index, weight, ...)                                                                          \
    wk_embedding_run(index, weight, (const wk_embedding_opts[1]){ WK_WITH(wk_embedding_opts, WK_EMBEDDING_DEFAULTS, __VA_ARGS__) })
/* Bags of rows of weight, each made into one: index [bags, length], offsets NULL; or index [n] and offsets [bags] (WK_I64, WK_I32), where
 * each bag starts, from 0 on, ascending -> [bags, dim]. A bag without rows gives 0. wk_embedding_bag(index, weight, offsets): the mean. */
typedef enum wk_bag_mode { WK_BAG_MEAN, WK_BAG_SUM, WK_BAG_MAX } wk_bag_mode; /* of equal largest ones the first has the gradient */
/* wk_embedding_bag_with(index, weight, offsets, .mode = WK_BAG_SUM) */
typedef struct wk_embedding_bag_opts {
    size_t size;
    wk_bag_mode mode;              /* WK_BAG_MEAN */
    wk_tensor *per_sample_weights; /* NULL; of index's shape and weight's dtype: rows are multiplied by them; sums alone */
    int64_t padding_idx;           /* WK_NO_PADDING; such numbers count in no bag */
    double max_norm, norm_type;    /* NAN: none, 2; as wk_embedding_opts */
    bool scale_grad_by_freq;       /* false; not WK_BAG_MAX */
    bool include_last_offset;      /* false; true: offsets [bags + 1], of which the last, index's end, is not looked at */
} wk_embedding_bag_opts;
WK_API wk_embedding_bag_opts wk_embedding_bag_opts_default(void);
WK_API wk_tensor *wk_embedding_bag(wk_tensor *index, wk_tensor *weight, wk_tensor *offsets);
WK_API wk_tensor *wk_embedding_bag_run(wk_tensor *index, wk_tensor *weight, wk_tensor *offsets, const wk_embedding_bag_opts *o); /* NULL: defaults */
#define WK_EMBEDDING_BAG_DEFAULTS                                                                                      \
    .size = sizeof(wk_embedding_bag_opts), .mode = WK_BAG_MEAN, .per_sample_weights = NULL, .padding_idx = WK_NO_PADDING, \
    .max_norm = NAN, .norm_type = 2, .scale_grad_by_freq = false, .include_last_offset = false
#define wk_embedding_bag_with(index, weight, offsets, ...)                                                             \
    wk_embedding_bag_run(index, weight, offsets, (const wk_embedding_bag_opts[1]){                                     \
        WK_WITH(wk_embedding_bag_opts, WK_EMBEDDING_BAG_DEFAULTS, __VA_ARGS__) })

/* Norms: [d] (x - mean) / sqrt(var + eps) * weight + bias, the variance biased; x floats, the others x's dtype, each may be NULL.
 * batch_norm: x [n, channels, ...], statistics over n and all behind (Ioffe and Szegedy 2015); weight, bias and the running tensors
 * [channels]. Training moves running_mean and running_var (unbiased) in place: (1 - momentum) running + momentum batch's; it needs
 * more than one value a channel. Without training the running ones are used. instance_norm: statistics for each n by itself. */
WK_API wk_tensor *wk_batch_norm(wk_tensor *x, wk_tensor *running_mean, wk_tensor *running_var, wk_tensor *weight, wk_tensor *bias,
                                bool training, double momentum, double eps);
WK_API wk_tensor *wk_instance_norm(wk_tensor *x, wk_tensor *running_mean, wk_tensor *running_var, wk_tensor *weight, wk_tensor *bias,
                                   bool use_input_stats, double momentum, double eps);
/* Over the last dims, which are `shape`, as weight's and bias's is (Ba et al. 2016): wk_layer_norm(x, WK_SHAPE(64), w, b, 1e-5). */
WK_API wk_tensor *wk_layer_norm(wk_tensor *x, int ndim, const int64_t *shape, wk_tensor *weight, wk_tensor *bias, double eps);
/* x / sqrt(mean(x^2) + eps) * weight (Zhang and Sennrich 2019); eps below 0: the dtype's machine epsilon, torch's default. */
WK_API wk_tensor *wk_rms_norm(wk_tensor *x, int ndim, const int64_t *shape, wk_tensor *weight, double eps);
/* x [n, channels, ...], over channels / groups neighbouring channels and all behind (Wu and He 2018); weight, bias [channels]. */
WK_API wk_tensor *wk_group_norm(wk_tensor *x, int64_t groups, wk_tensor *weight, wk_tensor *bias, double eps);
WK_API wk_tensor *wk_normalize(wk_tensor *x, double p, int dim, double eps);       /* [d] x / max(p-norm along dim, eps); torch: 2, 1, 1e-12 */

/* Distances: [d]; a and b broadcast. cosine_similarity: a b / (max(|a|, eps) max(|b|, eps)) along dim; torch: 1, 1e-8.
 * pairwise_distance: the p-norm of a - b + eps along the last dim; torch: 2, 1e-6, false. */
WK_API wk_tensor *wk_cosine_similarity(wk_tensor *a, wk_tensor *b, int dim, double eps);
WK_API wk_tensor *wk_pairwise_distance(wk_tensor *a, wk_tensor *b, double p, double eps, bool keepdim);
/* [d] a [..., n, d], b [..., m, d] -> [..., n, m]: the p-norm of each row of a less each of b, p at least 0; torch: 2. Takes n m d numbers. */
WK_API wk_tensor *wk_cdist(wk_tensor *a, wk_tensor *b, double p);

/* Attention (Vaswani et al. 2017): [d] softmax(q k^T scale + mask) v, q [..., l, e], k [..., s, e], v [..., s, f] -> [..., l, f]. */
typedef struct wk_attention_opts {
    size_t size;
    wk_tensor *attn_mask; /* broadcasts to [..., l, s]; WK_BOOL: true takes part; floats are added. A row without any gives 0 */
    double dropout_p;     /* 0; of the probabilities, whether training or not */
    bool is_causal;       /* row i sees 0 .. i; not with attn_mask */
    double scale;         /* NAN: 1 / sqrt(e) */
    bool enable_gqa;      /* k and v have fewer heads (dim -3), each serves a block of q's */
} wk_attention_opts;
WK_API wk_attention_opts wk_attention_opts_default(void);
WK_API wk_tensor *wk_scaled_dot_product_attention(wk_tensor *q, wk_tensor *k, wk_tensor *v); /* with the defaults */
WK_API wk_tensor *wk_scaled_dot_product_attention_run(wk_tensor *q, wk_tensor *k, wk_tensor *v, const wk_attention_opts *o); /* NULL: defaults */
#define WK_ATTENTION_DEFAULTS                                                                                          \
    .size = sizeof(wk_attention_opts), .attn_mask = NULL, .dropout_p = 0, .is_causal = false, .scale = NAN, .enable_gqa = false
#define wk_scaled_dot_product_attention_with(q, k, v, ...)                                                             \
    wk_scaled_dot_product_attention_run(q, k, v, (const wk_attention_opts[1]){                                         \
        WK_WITH(wk_attention_opts, WK_ATTENTION_DEFAULTS, __VA_ARGS__) })

/* Losses: [d] in input and float targets, of equal shapes unless said; the mean -> [] by default. Each has a form with options, of
 * which it takes those named in its line, others being WK_E_INVALID: wk_l1_loss_with(input, target, .reduction = WK_REDUCE_SUM). */
typedef enum wk_reduction { WK_REDUCE_MEAN, WK_REDUCE_SUM, WK_REDUCE_NONE, WK_REDUCE_BATCHMEAN } wk_reduction;
typedef struct wk_loss_opts {
    size_t size;
    wk_reduction reduction;      /* WK_REDUCE_MEAN; taken by all. WK_REDUCE_BATCHMEAN: the sum / size(0), for kl_div */
    wk_tensor *weight;           /* NULL */
    wk_tensor *pos_weight;       /* NULL */
    int64_t ignore_index;        /* -100 */
    double label_smoothing;      /* 0; 0 .. 1 */
    double beta, delta;          /* 1, 1 */
    double margin, p, eps;       /* NAN: the loss's own, named in its line */
    bool log_target, full, swap; /* false */
    bool log_input;              /* true */
    int64_t blank;               /* 0 */
    bool zero_infinity;          /* false */
} wk_loss_opts;
WK_API wk_loss_opts wk_loss_opts_default(void);
#define WK_LOSS_DEFAULTS                                                                                               \
    .size = sizeof(wk_loss_opts), .reduction = WK_REDUCE_MEAN, .weight = NULL, .pos_weight = NULL, .ignore_index = -100, \
    .label_smoothing = 0, .beta = 1, .delta = 1, .margin = NAN, .p = NAN, .eps = NAN, .log_target = false, .full = false, \
    .swap = false, .log_input = true, .blank = 0, .zero_infinity = false
#define WK_LOSS(...) (const wk_loss_opts[1]){ WK_WITH(wk_loss_opts, WK_LOSS_DEFAULTS, __VA_ARGS__) }

/* Windows that slide over the last dims: one, [n, c, w], two, [n, c, h, w], or three, [n, c, d, h, w]; n may be missing. f32
 * and f64, all [d]. Sizes of a window are WK_DIMS(k) for all dims or WK_DIMS(kh, kw) for each; left out, they are torch's:
 * stride 1 (pooling: kernel_size), padding 0, dilation 1. Bits do not depend on threads. On the CPU convolutions in f32 of 3x3 taps
 * at stride 1 with 16 or more channels, their transposes and gradients are made by Winograd's F(2x2, 3x3) (Lavin and Gray, CVPR 2016)
 * where that pays: its rounding is about that of sums one by one, and images with infinities, NaN or numbers from 2^125 on, which
 * it would spread, are made without it.
 *
 *   wk_conv2d(x, weight, bias, .stride = WK_DIMS(2), .padding = WK_DIMS(1, 2)); wk_max_pool2d(x, WK_DIMS(2)); */
typedef struct wk_dims {
    int n; /* of sizes given; 0: the default */
    int64_t size[3];
} wk_dims;
#define WK_DIMS(...)                                                                                                   \
    ((wk_dims){ (int)(sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)), { __VA_ARGS__ } })
#define WK_SAME ((wk_dims){ -1, { 0 } }) /* padding of a convolution: torch's "same" */

/* Correlation: x [n, c, ...], weight [o, c / groups, kernel ...], bias [o] or NULL -> [n, o, ...]; a size l becomes
 * (l + 2 padding - dilation (kernel - 1) - 1) / stride + 1, rounded down. conv_transpose is its gradient by x: x [n, c, ...],
 * weight [c, o / groups, kernel ...] -> [n, o, ...], l becomes (l - 1) stride - 2 padding + dilation (kernel - 1) +
 * output_padding + 1. WK_E_SHAPE names what does not fit. */
typedef struct wk_conv_opts {
    size_t size;
    wk_tensor *x, *weight, *bias;
    wk_dims stride, padding, dilation; /* padding WK_SAME: the result has x's sizes; stride 1 only, an odd one is 1 more behind */
    wk_dims output_padding; /* conv_transpose only: less than stride or dilation */
    int64_t groups;         /* 1; block i of the outputs sees block i of the inputs */
} wk_conv_opts;
WK_API wk_conv_opts wk_conv_opts_default(void);
WK_API wk_tensor *wk_conv1d_new(const wk_conv_opts *o);
WK_API wk_tensor *wk_conv2d_new(const wk_conv_opts *o);
WK_API wk_tensor *wk_conv3d_new(const wk_conv_opts *o);
WK_API wk_tensor *wk_conv_transpose1d_new(const wk_conv_opts *o);
WK_API wk_tensor *wk_conv_transpose2d_new(const wk_conv_opts *o);
WK_API wk_tensor *wk_conv_transpose3d_new(const wk_conv_opts *o);
static inline wk_tensor *wk_conv1d_with(wk_conv_opts o) { return wk_conv1d_new(&o); }
static inline wk_tensor *wk_conv2d_with(wk_conv_opts o) { return wk_conv2d_new(&o); }
static inline wk_tensor *wk_conv3d_with(wk_conv_opts o) { return wk_conv3d_new(&o); }
static inline wk_tensor *wk_conv_transpose1d_with(wk_conv_opts o) { return wk_conv_transpose1d_new(&o); }
static inline wk_tensor *wk_conv_transpose2d_with(wk_conv_opts o) { return wk_conv_transpose2d_new(&o); }
static inline wk_tensor *wk_conv_transpose3d_with(wk_conv_opts o) { return wk_conv_transpose3d_new(&o); }
#define WK_CONV_DEFAULTS                                                                                               \
    .size = sizeof(wk_conv_opts), .stride = { 0 }, .padding = { 0 }, .dilation = { 0 }, .output_padding = { 0 }, .groups = 1
#define WK_CONV_(t, w, ...) WK_WITH(wk_conv_opts, WK_CONV_DEFAULTS, .x = (t), .weight = (w), .bias = __VA_ARGS__)
#define wk_conv1d(t, w, ...) wk_conv1d_with(WK_CONV_(t, w, __VA_ARGS__))
#define wk_conv2d(t, w, ...) wk_conv2d_with(WK_CONV_(t, w, __VA_ARGS__))
#define wk_conv3d(t, w, ...) wk_conv3d_with(WK_CONV_(t, w, __VA_ARGS__))
#define wk_conv_transpose1d(t, w, ...) wk_conv_transpose1d_with(WK_CONV_(t, w, __VA_ARGS__))
#define wk_conv_transpose2d(t, w, ...) wk_conv_transpose2d_with(WK_CONV_(t, w, __VA_ARGS__))
#define wk_conv_transpose3d(t, w, ...) wk_conv_transpose3d_with(WK_CONV_(t, w, __VA_ARGS__))

/* Pooling: the largest element or the mean of each window; l becomes (l + 2 padding - dilation (kernel_size - 1) - 1) / stride
 * + 1, rounded down, or up with ceil_mode as long as the window starts in x or its left padding. The largest is the first of
 * equals, and NaN before all; it alone gets the gradient. */
typedef struct wk_pool_opts {
    size_t size;
    wk_tensor *x;
    wk_dims kernel_size, stride, padding; /* padding: at most half of kernel_size */
    bool ceil_mode;
    wk_dims dilation;          /* max_pool only */
    wk_tensor **indices;       /* max_pool only: receives where the largest are, WK_I64, counted in x's last dims; or NULL */
    bool count_include_pad;    /* avg_pool only: true; false: the mean of what is in x */
    int64_t divisor_override;  /* avg_pool only: divides by it instead; 0: does not */
} wk_pool_opts;
WK_API wk_pool_opts wk_pool_opts_default(void);
WK_API wk_tensor *wk_max_pool1d_new(const wk_pool_opts *o);
WK_API wk_tensor *wk_max_pool2d_new(const wk_pool_opts *o);
WK_API wk_tensor *wk_max_pool3d_new(const wk_pool_opts *o);
WK_API wk_tensor *wk_avg_pool1d_new(const wk_pool_opts *o);
WK_API wk_tensor *wk_avg_pool2d_new(const wk_pool_opts *o);
WK_API wk_tensor *wk_avg_pool3d_new(const wk_pool_opts *o);
static inline wk_tensor *wk_max_pool1d_with(wk_pool_opts o) { return wk_max_pool1d_new(&o); }
static inline wk_tensor *wk_max_pool2d_with(wk_pool_opts o) { return wk_max_pool2d_new(&o); }
static inline wk_tensor *wk_max_pool3d_with(wk_pool_opts o) { return wk_max_pool3d_new(&o); }
static inline wk_tensor *wk_avg_pool1d_with(wk_pool_opts o) { return wk_avg_pool1d_new(&o); }
static inline wk_tensor *wk_avg_pool2d_with(wk_pool_opts o) { return wk_avg_pool2d_new(&o); }
static inline wk_tensor *wk_avg_pool3d_with(wk_pool_opts o) { return wk_avg_pool3d_new(&o); }
#define WK_POOL_DEFAULTS                                                                                               \
    .size = sizeof(wk_pool_opts), .stride = { 0 }, .padding = { 0 }, .ceil_mode = false, .dilation = { 0 },            \
    .indices = NULL, .count_include_pad = true, .divisor_override = 0
#define WK_POOL_(t, ...) WK_WITH(wk_pool_opts, WK_POOL_DEFAULTS, .x = (t), .kernel_size = __VA_ARGS__)
#define wk_max_pool1d(t, ...) wk_max_pool1d_with(WK_POOL_(t, __VA_ARGS__))
#define wk_max_pool2d(t, ...) wk_max_pool2d_with(WK_POOL_(t, __VA_ARGS__))
#define wk_max_pool3d(t, ...) wk_max_pool3d_with(WK_POOL_(t, __VA_ARGS__))
#define wk_avg_pool1d(t, ...) wk_avg_pool1d_with(WK_POOL_(t, __VA_ARGS__))
#define wk_avg_pool2d(t, ...) wk_avg_pool2d_with(WK_POOL_(t, __VA_ARGS__))
#define wk_avg_pool3d(t, ...) wk_avg_pool3d_with(WK_POOL_(t, __VA_ARGS__))
/* The p-norm of each window: [d] (sum of x^p)^(1/p), p = norm_type above 0; NaN where that sum is below 0, as in torch. Of the options
 * x, kernel_size, stride and ceil_mode alone: wk_lp_pool2d(x, 2, WK_DIMS(3), .stride = WK_DIMS(2)). */
WK_API wk_tensor *wk_lp_pool1d_new(double norm_type, const wk_pool_opts *o);
WK_API wk_tensor *wk_lp_pool2d_new(double norm_type, const wk_pool_opts *o);
WK_API wk_tensor *wk_lp_pool3d_new(double norm_type, const wk_pool_opts *o);
static inline wk_tensor *wk_lp_pool1d_with(double norm_type, wk_pool_opts o) { return wk_lp_pool1d_new(norm_type, &o); }
static inline wk_tensor *wk_lp_pool2d_with(double norm_type, wk_pool_opts o) { return wk_lp_pool2d_new(norm_type, &o); }
static inline wk_tensor *wk_lp_pool3d_with(double norm_type, wk_pool_opts o) { return wk_lp_pool3d_new(norm_type, &o); }
#define wk_lp_pool1d(t, norm_type, ...) wk_lp_pool1d_with(norm_type, WK_POOL_(t, __VA_ARGS__))
#define wk_lp_pool2d(t, norm_type, ...) wk_lp_pool2d_with(norm_type, WK_POOL_(t, __VA_ARGS__))
#define wk_lp_pool3d(t, norm_type, ...) wk_lp_pool3d_with(norm_type, WK_POOL_(t, __VA_ARGS__))
/* Back from max_pool: [d] x and its indices [n, c, ...] -> each element where it was found, zeros around. The size is (l - 1) stride -
 * 2 padding + kernel_size, or output_size, less than a stride away. Where windows found the same element each has its gradient, as in torch.
 * wk_max_unpool2d(y, indices, WK_DIMS(2)) */
typedef struct wk_unpool_opts {
    size_t size;
    wk_tensor *x, *indices; /* of one shape; indices WK_I64 */
    wk_dims kernel_size, stride, padding, output_size;
} wk_unpool_opts;
WK_API wk_unpool_opts wk_unpool_opts_default(void);
WK_API wk_tensor *wk_max_unpool1d_new(const wk_unpool_opts *o);
WK_API wk_tensor *wk_max_unpool2d_new(const wk_unpool_opts *o);
WK_API wk_tensor *wk_max_unpool3d_new(const wk_unpool_opts *o);
static inline wk_tensor *wk_max_unpool1d_with(wk_unpool_opts o) { return wk_max_unpool1d_new(&o); }
static inline wk_tensor *wk_max_unpool2d_with(wk_unpool_opts o) { return wk_max_unpool2d_new(&o); }
static inline wk_tensor *wk_max_unpool3d_with(wk_unpool_opts o) { return wk_max_unpool3d_new(&o); }
#define WK_UNPOOL_DEFAULTS .size = sizeof(wk_unpool_opts), .stride = { 0 }, .padding = { 0 }, .output_size = { 0 }
#define WK_UNPOOL_(t, at, ...)                                                                                         \
    WK_WITH(wk_unpool_opts, WK_UNPOOL_DEFAULTS, .x = (t), .indices = (at), .kernel_size = __VA_ARGS__)
#define wk_max_unpool1d(t, at, ...) wk_max_unpool1d_with(WK_UNPOOL_(t, at, __VA_ARGS__))
#define wk_max_unpool2d(t, at, ...) wk_max_unpool2d_with(WK_UNPOOL_(t, at, __VA_ARGS__))
#define wk_max_unpool3d(t, at, ...) wk_max_unpool3d_with(WK_UNPOOL_(t, at, __VA_ARGS__))
/* Adaptive: window i of o along a dim of size l is [i l / o, (i + 1) l / o), rounded outwards; o of -1 keeps l. indices as
 * above, or NULL. */
WK_API wk_tensor *wk_adaptive_avg_pool1d(wk_tensor *x, wk_dims output_size);
WK_API wk_tensor *wk_adaptive_avg_pool2d(wk_tensor *x, wk_dims output_size);
WK_API wk_tensor *wk_adaptive_avg_pool3d(wk_tensor *x, wk_dims output_size);
WK_API wk_tensor *wk_adaptive_max_pool1d(wk_tensor *x, wk_dims output_size, wk_tensor **indices);
WK_API wk_tensor *wk_adaptive_max_pool2d(wk_tensor *x, wk_dims output_size, wk_tensor **indices);
WK_API wk_tensor *wk_adaptive_max_pool3d(wk_tensor *x, wk_dims output_size, wk_tensor **indices);

/* unfold: x [n, c, h, w] -> [n, c * taps, windows], what each window sees, channel by channel. fold, its transpose: x
 * [n, c * taps, windows] -> [n, c, output_size], what overlaps is added. n may be missing. */
typedef struct wk_unfold_opts {
    size_t size;
    wk_tensor *x;
    wk_dims output_size; /* fold only: h, w */
    wk_dims kernel_size, dilation, padding, stride;
} wk_unfold_opts;
WK_API wk_unfold_opts wk_unfold_opts_default(void);
WK_API wk_tensor *wk_unfold_new(const wk_unfold_opts *o);
WK_API wk_tensor *wk_fold_new(const wk_unfold_opts *o);
static inline wk_tensor *wk_unfold_with(wk_unfold_opts o) { return wk_unfold_new(&o); }
static inline wk_tensor *wk_fold_with(wk_unfold_opts o) { return wk_fold_new(&o); }
#define WK_UNFOLD_DEFAULTS                                                                                             \
    .size = sizeof(wk_unfold_opts), .output_size = { 0 }, .dilation = { 0 }, .padding = { 0 }, .stride = { 0 }
#define wk_unfold(t, ...)                                                                                              \
    wk_unfold_with(WK_WITH(wk_unfold_opts, WK_UNFOLD_DEFAULTS, .x = (t), .kernel_size = __VA_ARGS__))
#define wk_fold(t, to, ...)                                                                                            \
    wk_fold_with(WK_WITH(wk_unfold_opts, WK_UNFOLD_DEFAULTS, .x = (t), .output_size = to, .kernel_size = __VA_ARGS__))

/* Resizing of planes, torch.nn.functional.interpolate: x [n, c, w], [n, c, h, w] or [n, c, d, h, w], f32 or f64 -> [n, c, sizes ...]. Sizes
 * are output_size, or floor(size * factor), whose factor then is the step, too, unless recompute_scale_factor. Linear takes two elements
 * along each dim (torch's linear, bilinear, trilinear), bicubic four (Keys 1981, a = -0.75; h and w only), area is
 * wk_adaptive_avg_pool. Dims are resized one after the other. WK_E_INVALID, WK_E_SHAPE: what does not fit.
 *
 *   wk_interpolate(x, .scale_factor = 2, .mode = WK_INTERPOLATE_LINEAR) */
typedef enum wk_interpolate_mode {
    WK_INTERPOLATE_NEAREST,
    WK_INTERPOLATE_NEAREST_EXACT,
    WK_INTERPOLATE_LINEAR,
    WK_INTERPOLATE_BICUBIC,
    WK_INTERPOLATE_AREA
} wk_interpolate_mode;
typedef struct wk_interpolate_opts {
    size_t size;
    wk_tensor *x;
    wk_dims output_size;         /* one for all dims or one for each; this or a factor */
    double scale_factor;         /* of all dims */
    double scale_factors[3];     /* of each: { 2, 1 } */
    wk_interpolate_mode mode;    /* WK_INTERPOLATE_NEAREST */
    bool align_corners;          /* linear and bicubic: the first and last elements keep their values; false */
    bool recompute_scale_factor; /* false */
} wk_interpolate_opts;
WK_API wk_interpolate_opts wk_interpolate_opts_default(void);
WK_API wk_tensor *wk_interpolate_new(const wk_interpolate_opts *o);
static inline wk_tensor *wk_interpolate_with(wk_interpolate_opts o) { return wk_interpolate_new(&o); }
#define WK_INTERPOLATE_DEFAULTS                                                                                        \
    .size = sizeof(wk_interpolate_opts), .output_size = { 0 }, .scale_factor = 0, .scale_factors = { 0 },              \
    .mode = WK_INTERPOLATE_NEAREST, .align_corners = false, .recompute_scale_factor = false
#define wk_interpolate(t, ...)                                                                                         \
    wk_interpolate_with(WK_WITH(wk_interpolate_opts, WK_INTERPOLATE_DEFAULTS, .x = (t), __VA_ARGS__))

/* Values at places between elements, torch.nn.functional.grid_sample: [d] x [n, c, h, w] and grid [n, ho, wo, 2] of (x, y), or
 * x [n, c, d, h, w] and grid [n, do, ho, wo, 3] of (x, y, z), both f32 or f64 -> [n, c, ho, wo] or [n, c, do, ho, wo]. A coordinate goes
 * from -1 to 1 over the dim, between the middles of its first and last elements (align_corners) or between their outer edges; of
 * NaN comes NaN, of nearest's 0. Nearest gives grid no gradient, bicubic is of h and w only. Padding: 0, the nearest, or the image mirrored. */
typedef enum wk_grid_padding { WK_GRID_ZEROS, WK_GRID_BORDER, WK_GRID_REFLECTION } wk_grid_padding;
typedef struct wk_grid_sample_opts {
    size_t size;
    wk_tensor *x, *grid;
    wk_interpolate_mode mode; /* WK_INTERPOLATE_LINEAR; or _NEAREST, _BICUBIC */
    wk_grid_padding padding;  /* WK_GRID_ZEROS */
    bool align_corners;       /* false */
} wk_grid_sample_opts;
WK_API wk_grid_sample_opts wk_grid_sample_opts_default(void);
WK_API wk_tensor *wk_grid_sample_run(const wk_grid_sample_opts *o); /* wk_grid_sample(x, grid, .padding = WK_GRID_BORDER) */
static inline wk_tensor *wk_grid_sample_with(wk_grid_sample_opts o) { return wk_grid_sample_run(&o); }
#define WK_GRID_SAMPLE_DEFAULTS                                                                                        \
    .size = sizeof(wk_grid_sample_opts), .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_ZEROS, .align_corners = false
#define wk_grid_sample(x_, ...)                                                                                        \
    wk_grid_sample_with(WK_WITH(wk_grid_sample_opts, WK_GRID_SAMPLE_DEFAULTS, .x = (x_), .grid = __VA_ARGS__))
/* [d] the grid that theta [n, 2, 3] makes of the (x, y, 1) of an output [n, c, h, w], or [n, 3, 4] of (x, y, z, 1); size: the output's. */
WK_API wk_tensor *wk_affine_grid(wk_tensor *theta, int ndim, const int64_t *size, bool align_corners);

/* Images of more pixels from channels, and back (Shi et al. 2016): [d] x [..., c r r, h, w] -> [..., c, h r, w r] for r = upscale_factor,
 * and x [..., c, h r, w r] -> [..., c r r, h, w]. channel_shuffle: [d] x [n, c, ...], channel i of group k becomes i * groups + k. All dtypes. */
WK_API wk_tensor *wk_pixel_shuffle(wk_tensor *x, int64_t upscale_factor);
WK_API wk_tensor *wk_pixel_unshuffle(wk_tensor *x, int64_t downscale_factor);
WK_API wk_tensor *wk_channel_shuffle(wk_tensor *x, int64_t groups);

/* Losses: the mean over the batch -> []. */
/* logits [n, c], or [n, c, ...] or [c]; target class numbers [n], [n, ...] or [] (WK_I64, WK_I32, WK_U8), or of logits' shape,
 * probabilities: -log softmax(logits)[target]. The usual [n, c] with WK_I64 [n] is a kernel of its own, for which labels are 0 .. c - 1. */
WK_API wk_tensor *wk_cross_entropy(wk_tensor *logits, wk_tensor *target);
/* The same with options: weight [c] (the mean divides by the sum of the targets' weights; with probabilities by n), ignore_index (class
 * numbers that are left out, of the mean too; without options -100, but for the usual ones above), label_smoothing. */
WK_API wk_tensor *wk_cross_entropy_run(wk_tensor *logits, wk_tensor *target, const wk_loss_opts *o);
WK_API wk_tensor *wk_nll_loss(wk_tensor *logp, wk_tensor *target);                 /* -logp[target]; weight, ignore_index as above */
WK_API wk_tensor *wk_nll_loss_run(wk_tensor *logp, wk_tensor *target, const wk_loss_opts *o);
WK_API wk_tensor *wk_mse_loss(wk_tensor *input, wk_tensor *target);                /* (input - target)^2; weight, whose sum the mean divides by */
WK_API wk_tensor *wk_mse_loss_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *o);
WK_API wk_tensor *wk_l1_loss(wk_tensor *input, wk_tensor *target);                 /* |input - target|; weight, as mse_loss */
WK_API wk_tensor *wk_l1_loss_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *o);
WK_API wk_tensor *wk_smooth_l1_loss(wk_tensor *input, wk_tensor *target);          /* wk_smooth_error; beta (0: l1_loss) */
WK_API wk_tensor *wk_smooth_l1_loss_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *o);
WK_API wk_tensor *wk_huber_loss(wk_tensor *input, wk_tensor *target);              /* wk_huber_error; delta > 0; weight (the mean divides by n) */
WK_API wk_tensor *wk_huber_loss_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *o);
WK_API wk_tensor *wk_binary_cross_entropy(wk_tensor *input, wk_tensor *target);                /* wk_bernoulli_error, both in 0 .. 1; weight, broadcast */
WK_API wk_tensor *wk_binary_cross_entropy_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *o);
WK_API wk_tensor *wk_binary_cross_entropy_with_logits(wk_tensor *input, wk_tensor *target);         /* wk_logistic_error; weight, pos_weight (of the positive term), broadcast */
WK_API wk_tensor *wk_binary_cross_entropy_with_logits_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *o);
WK_API wk_tensor *wk_kl_div(wk_tensor *input, wk_tensor *target);                  /* wk_divergence, the mean over elements; log_target: wk_log_divergence */
WK_API wk_tensor *wk_kl_div_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *o);
WK_API wk_tensor *wk_poisson_nll_loss(wk_tensor *input, wk_tensor *target);        /* exp(x) - t x; log_input false: x - t log(x + eps), eps 1e-8; full: Stirling's term */
WK_API wk_tensor *wk_poisson_nll_loss_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *o);
/* (log(var) + (input - target)^2 / var) / 2, var at least eps (1e-6), its gradient passing; var [..., d], [..., 1] or [...]; full: + log(2 pi) / 2 */
WK_API wk_tensor *wk_gaussian_nll_loss(wk_tensor *input, wk_tensor *target, wk_tensor *var);
WK_API wk_tensor *wk_gaussian_nll_loss_run(wk_tensor *input, wk_tensor *target, wk_tensor *var, const wk_loss_opts *o);
WK_API wk_tensor *wk_soft_margin_loss(wk_tensor *input, wk_tensor *target);        /* log(1 + exp(-y x)), y of 1 and -1 */
WK_API wk_tensor *wk_soft_margin_loss_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *o);
WK_API wk_tensor *wk_hinge_embedding_loss(wk_tensor *input, wk_tensor *target);    /* y 1: x; y -1: max(0, margin - x); margin 1 */
WK_API wk_tensor *wk_hinge_embedding_loss_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *o);
/* input [n, c] or [c], target class numbers [n] or []: sum over the other classes of max(0, margin - x[y] + x)^p weight[y] / c; margin 1, p 1 or 2 (1) */
WK_API wk_tensor *wk_multi_margin_loss(wk_tensor *input, wk_tensor *target);
WK_API wk_tensor *wk_multi_margin_loss_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *o);
WK_API wk_tensor *wk_margin_ranking_loss(wk_tensor *a, wk_tensor *b, wk_tensor *target); /* max(0, -y (a - b) + margin); margin 0 */
WK_API wk_tensor *wk_margin_ranking_loss_run(wk_tensor *a, wk_tensor *b, wk_tensor *target, const wk_loss_opts *o);
/* a, b [n, d] or [d], target [n] or []: y 1: 1 - cos; y -1: max(0, cos - margin); margin 0 */
WK_API wk_tensor *wk_cosine_embedding_loss(wk_tensor *a, wk_tensor *b, wk_tensor *target);
WK_API wk_tensor *wk_cosine_embedding_loss_run(wk_tensor *a, wk_tensor *b, wk_tensor *target, const wk_loss_opts *o);
/* max(0, d(anchor, positive) - d(anchor, negative) + margin), d the pairwise_distance of p (2) and eps (1e-6); margin 1; swap: or d(positive, negative) if less */
WK_API wk_tensor *wk_triplet_margin_loss(wk_tensor *anchor, wk_tensor *positive, wk_tensor *negative);
WK_API wk_tensor *wk_triplet_margin_loss_run(wk_tensor *anchor, wk_tensor *positive, wk_tensor *negative, const wk_loss_opts *o);
/* Connectionist temporal classification (Graves et al. 2006): -log of the probability of all alignments of a target with the frames.
 * log_probs [t, n, c] from log_softmax, or [t, c]; targets [n, s], padded, or [sum of target_lengths], one after the other; lengths [n]
 * (for [t, c]: [] or [1]); all three WK_I64 or WK_I32. Labels are 0 .. c - 1 without blank (0). The mean divides each loss by its target's
 * length (at least 1) first. Where no alignment fits the loss is infinite and its gradient NaN, with zero_infinity both are 0. As in
 * torch the gradient is that behind log_softmax: exp(log_probs) minus the posterior; 0 where log_probs is -inf (torch: NaN). */
WK_API wk_tensor *wk_ctc_loss(wk_tensor *log_probs, wk_tensor *targets, wk_tensor *input_lengths, wk_tensor *target_lengths);
WK_API wk_tensor *wk_ctc_loss_run(wk_tensor *log_probs, wk_tensor *targets, wk_tensor *input_lengths, wk_tensor *target_lengths,
                                  const wk_loss_opts *o);
#define wk_cross_entropy_with(logits, target, ...)         wk_cross_entropy_run(logits, target, WK_LOSS(__VA_ARGS__))
#define wk_nll_loss_with(logp, target, ...)                wk_nll_loss_run(logp, target, WK_LOSS(__VA_ARGS__))
#define wk_mse_loss_with(input, target, ...)               wk_mse_loss_run(input, target, WK_LOSS(__VA_ARGS__))
#define wk_l1_loss_with(input, target, ...)                wk_l1_loss_run(input, target, WK_LOSS(__VA_ARGS__))
#define wk_smooth_l1_loss_with(input, target, ...)         wk_smooth_l1_loss_run(input, target, WK_LOSS(__VA_ARGS__))
#define wk_huber_loss_with(input, target, ...)             wk_huber_loss_run(input, target, WK_LOSS(__VA_ARGS__))
#define wk_binary_cross_entropy_with(input, target, ...)               wk_binary_cross_entropy_run(input, target, WK_LOSS(__VA_ARGS__))
#define wk_binary_cross_entropy_with_logits_with(input, target, ...)        wk_binary_cross_entropy_with_logits_run(input, target, WK_LOSS(__VA_ARGS__))
#define wk_kl_div_with(input, target, ...)                 wk_kl_div_run(input, target, WK_LOSS(__VA_ARGS__))
#define wk_poisson_nll_loss_with(input, target, ...)       wk_poisson_nll_loss_run(input, target, WK_LOSS(__VA_ARGS__))
#define wk_gaussian_nll_loss_with(input, target, var, ...) wk_gaussian_nll_loss_run(input, target, var, WK_LOSS(__VA_ARGS__))
#define wk_soft_margin_loss_with(input, target, ...)       wk_soft_margin_loss_run(input, target, WK_LOSS(__VA_ARGS__))
#define wk_hinge_embedding_loss_with(input, target, ...)   wk_hinge_embedding_loss_run(input, target, WK_LOSS(__VA_ARGS__))
#define wk_multi_margin_loss_with(input, target, ...)      wk_multi_margin_loss_run(input, target, WK_LOSS(__VA_ARGS__))
#define wk_margin_ranking_loss_with(a, b, target, ...)     wk_margin_ranking_loss_run(a, b, target, WK_LOSS(__VA_ARGS__))
#define wk_cosine_embedding_loss_with(a, b, target, ...)   wk_cosine_embedding_loss_run(a, b, target, WK_LOSS(__VA_ARGS__))
#define wk_triplet_margin_loss_with(anchor, positive, negative, ...)                                                   \
    wk_triplet_margin_loss_run(anchor, positive, negative, WK_LOSS(__VA_ARGS__))
#define wk_ctc_loss_with(log_probs, targets, input_lengths, target_lengths, ...)                                       \
    wk_ctc_loss_run(log_probs, targets, input_lengths, target_lengths, WK_LOSS(__VA_ARGS__))

/* Initialisation in place, under no_grad (torch.nn.init). fan_in is size(1), fan_out size(0), each times the sizes behind them; they need
 * two dims. t without elements is left alone. On an error t is as it was. */
typedef enum wk_fan_mode { WK_FAN_IN, WK_FAN_OUT } wk_fan_mode;
typedef struct wk_kaiming_opts {
    size_t size;
    double a;                 /* 0; the negative slope, for "leaky_relu" */
    wk_fan_mode mode;         /* WK_FAN_IN: variances of values stay; WK_FAN_OUT: those of gradients */
    const char *nonlinearity; /* "leaky_relu"; of wk_calculate_gain */
} wk_kaiming_opts;
WK_API wk_kaiming_opts wk_kaiming_opts_default(void);
/* linear, conv1d .. conv_transpose3d and sigmoid 1, tanh 5/3, relu sqrt 2, leaky_relu sqrt(2 / (1 + param^2)), param NAN being 0.01, selu
 * 3/4; of another name NAN and WK_E_INVALID. */
WK_API double wk_calculate_gain(const char *nonlinearity, double param);
WK_API wk_status wk_init_uniform_(wk_tensor *t, double a, double b);                /* torch: 0, 1 */
WK_API wk_status wk_init_normal_(wk_tensor *t, double mean, double std);            /* torch: 0, 1 */
WK_API wk_status wk_init_constant_(wk_tensor *t, double value);
WK_API wk_status wk_init_ones_(wk_tensor *t);
WK_API wk_status wk_init_zeros_(wk_tensor *t);
WK_API wk_status wk_init_eye_(wk_tensor *t);                                        /* [n, m]: 1 where row and column are the same */
WK_API wk_status wk_init_dirac_(wk_tensor *t, int64_t groups);                      /* a convolution that passes its input on, group by group; torch: 1 */
WK_API wk_status wk_init_xavier_uniform_(wk_tensor *t, double gain);                /* Glorot and Bengio 2010: bound gain sqrt(6 / (fan_in + fan_out)) */
WK_API wk_status wk_init_xavier_normal_(wk_tensor *t, double gain);                 /* std gain sqrt(2 / (fan_in + fan_out)) */
WK_API wk_status wk_init_kaiming_uniform_(wk_tensor *t, double a);                  /* He et al. 2015: bound gain sqrt(3 / fan) */
WK_API wk_status wk_init_kaiming_normal_(wk_tensor *t, double a);                   /* std gain / sqrt(fan) */
WK_API wk_status wk_init_kaiming_uniform_run(wk_tensor *t, const wk_kaiming_opts *o); /* NULL: defaults */
WK_API wk_status wk_init_kaiming_normal_run(wk_tensor *t, const wk_kaiming_opts *o);
/* Saxe et al. 2014: t as [size(0), the others] has orthonormal rows or columns, whichever are fewer, times gain. */
WK_API wk_status wk_init_orthogonal_(wk_tensor *t, double gain);
WK_API wk_status wk_init_trunc_normal_(wk_tensor *t, double mean, double std, double a, double b); /* N(mean, std^2) within a .. b; torch: 0, 1, -2, 2 */
WK_API wk_status wk_init_sparse_(wk_tensor *t, double sparsity, double std);        /* Martens 2010: [n, m], in each column a share of zeros, the rest N(0, std^2) */
#define WK_KAIMING_DEFAULTS .size = sizeof(wk_kaiming_opts), .a = 0, .mode = WK_FAN_IN, .nonlinearity = "leaky_relu"
#define WK_KAIMING_(...)    (const wk_kaiming_opts[1]){ WK_WITH(wk_kaiming_opts, WK_KAIMING_DEFAULTS, __VA_ARGS__) }
/* wk_init_kaiming_normal_with(weight, .mode = WK_FAN_OUT, .nonlinearity = "relu") */
#define wk_init_kaiming_uniform_with(t, ...) wk_init_kaiming_uniform_run(t, WK_KAIMING_(__VA_ARGS__))
#define wk_init_kaiming_normal_with(t, ...)  wk_init_kaiming_normal_run(t, WK_KAIMING_(__VA_ARGS__))

#ifdef __cplusplus
}
#endif
#include "wick/layers.h"
#endif
