/* wick/layers.h: the layers of torch.nn beyond nn.h's first ones, by torch's names, shapes, defaults and initialisation; nn.h includes
 * it. A maker gives a module, or NULL: WK_E_INVALID names the option. */
#ifndef WICK_LAYERS_H
#define WICK_LAYERS_H
#include "wick/nn.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Recurrent layers (Elman 1990; Hochreiter and Schmidhuber 1997; Cho et al. 2014, in torch's form): x [t, n, input] (batch_first:
 * [n, t, input]; [t, input]: one sequence) -> y [t, n, hidden], both directions side by side. All weights and biases start as
 * U(-1/sqrt(hidden), 1/sqrt(hidden)); names are torch's: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, those of the way back
 * with _reverse. With wk_forward_many:
 *
 *   rnn, gru   x, h0, mask      -> y, h       h [layers * directions, n, hidden]; h0 and c0 NULL: zeros
 *   lstm       x, h0, c0, mask  -> y, h, c
 *
 * mask, WK_BOOL [t, n] ([n, t], [t]), tells where a sequence has values (NULL: everywhere); elsewhere x does not matter, y is 0 and
 * the state stays as it is, so that h and c are those of each sequence's own end, as with torch's packed sequences. */
typedef struct wk_rnn_opts {
    size_t size;
    int64_t input_size, hidden_size;
    int num_layers;                         /* 1 */
    bool bias, batch_first, bidirectional;  /* true, false, false */
    double dropout;                         /* 0; of the values between layers, in training */
    const char *nonlinearity;               /* "tanh", or "relu"; rnn alone */
    wk_dtype dtype;                         /* WK_F32 */
} wk_rnn_opts;
WK_API wk_rnn_opts wk_rnn_opts_default(void);
WK_API wk_module *wk_nn_rnn_new(const wk_rnn_opts *o);  /* h = tanh(W_ih x + b_ih + W_hh h + b_hh) */
WK_API wk_module *wk_nn_lstm_new(const wk_rnn_opts *o); /* gates i, f, g, o; c = f c + i g, h = o tanh(c) */
WK_API wk_module *wk_nn_gru_new(const wk_rnn_opts *o);  /* gates r, z, n; h = (1 - z) n + z h, n = tanh(W_in x + b_in + r (W_hn h + b_hn)) */
static inline wk_module *wk_nn_rnn_with(wk_rnn_opts o) { return wk_nn_rnn_new(&o); }
static inline wk_module *wk_nn_lstm_with(wk_rnn_opts o) { return wk_nn_lstm_new(&o); }
static inline wk_module *wk_nn_gru_with(wk_rnn_opts o) { return wk_nn_gru_new(&o); }
#define WK_RNN_DEFAULTS                                                                                                \
    .size = sizeof(wk_rnn_opts), .hidden_size = 0, .num_layers = 1, .bias = true, .batch_first = false,                \
    .bidirectional = false, .dropout = 0, .nonlinearity = "tanh", .dtype = WK_F32
#define WK_RNN_(in, ...) WK_WITH(wk_rnn_opts, WK_RNN_DEFAULTS, .input_size = (in), .hidden_size = __VA_ARGS__)
#define wk_nn_rnn(in, ...)  wk_nn_rnn_with(WK_RNN_(in, __VA_ARGS__))
#define wk_nn_lstm(in, ...) wk_nn_lstm_with(WK_RNN_(in, __VA_ARGS__))
#define wk_nn_gru(in, ...)  wk_nn_gru_with(WK_RNN_(in, __VA_ARGS__))

/* Their cells, one step, for loops of one's own over time: x [n, input] or [input] -> h [n, hidden] or [hidden]; h and c NULL: zeros.
 * Names are torch's: weight_ih, weight_hh, bias_ih, bias_hh, and start as above. With wk_forward_many:
 *
 *   rnn_cell, gru_cell   x, h    -> h
 *   lstm_cell            x, h, c -> h, c */
typedef struct wk_rnn_cell_opts {
    size_t size;
    int64_t input_size, hidden_size;
    bool bias;                /* true */
    const char *nonlinearity; /* "tanh", or "relu"; rnn_cell alone */
    wk_dtype dtype;           /* WK_F32 */
} wk_rnn_cell_opts;
WK_API wk_rnn_cell_opts wk_rnn_cell_opts_default(void);
WK_API wk_module *wk_nn_rnn_cell_new(const wk_rnn_cell_opts *o);
WK_API wk_module *wk_nn_lstm_cell_new(const wk_rnn_cell_opts *o);
WK_API wk_module *wk_nn_gru_cell_new(const wk_rnn_cell_opts *o);
static inline wk_module *wk_nn_rnn_cell_with(wk_rnn_cell_opts o) { return wk_nn_rnn_cell_new(&o); }
static inline wk_module *wk_nn_lstm_cell_with(wk_rnn_cell_opts o) { return wk_nn_lstm_cell_new(&o); }
static inline wk_module *wk_nn_gru_cell_with(wk_rnn_cell_opts o) { return wk_nn_gru_cell_new(&o); }
#define WK_RNN_CELL_DEFAULTS                                                                                           \
    .size = sizeof(wk_rnn_cell_opts), .hidden_size = 0, .bias = true, .nonlinearity = "tanh", .dtype = WK_F32
#define WK_RNN_CELL_(in, ...) WK_WITH(wk_rnn_cell_opts, WK_RNN_CELL_DEFAULTS, .input_size = (in), .hidden_size = __VA_ARGS__)
#define wk_nn_rnn_cell(in, ...)  wk_nn_rnn_cell_with(WK_RNN_CELL_(in, __VA_ARGS__))
#define wk_nn_lstm_cell(in, ...) wk_nn_lstm_cell_with(WK_RNN_CELL_(in, __VA_ARGS__))
#define wk_nn_gru_cell(in, ...)  wk_nn_gru_cell_with(WK_RNN_CELL_(in, __VA_ARGS__))

/* Activations: the function of the same name. */
WK_API wk_module *wk_nn_relu6(void);
WK_API wk_module *wk_nn_logsigmoid(void);
WK_API wk_module *wk_nn_hardsigmoid(void);
WK_API wk_module *wk_nn_hardswish(void);
WK_API wk_module *wk_nn_silu(void);
WK_API wk_module *wk_nn_mish(void);
WK_API wk_module *wk_nn_gelu(void);
WK_API wk_module *wk_nn_gelu_tanh(void);
WK_API wk_module *wk_nn_selu(void);
WK_API wk_module *wk_nn_softsign(void);
WK_API wk_module *wk_nn_tanhshrink(void);
WK_API wk_module *wk_nn_hardshrink(double lambda);                    /* torch: 0.5 */
WK_API wk_module *wk_nn_softshrink(double lambda);                    /* torch: 0.5 */
WK_API wk_module *wk_nn_threshold(double threshold, double value);
WK_API wk_module *wk_nn_rrelu(double lower, double upper);            /* slopes are drawn in training; torch: 1/8, 1/3 */
WK_API wk_module *wk_nn_glu(int dim);                                 /* torch: -1 */
WK_API wk_module *wk_nn_leaky_relu(double negative_slope);            /* torch: 0.01 */
WK_API wk_module *wk_nn_elu(double alpha);                            /* torch: 1 */
WK_API wk_module *wk_nn_celu(double alpha);                           /* torch: 1 */
WK_API wk_module *wk_nn_hardtanh(double low, double high);            /* torch: -1, 1 */
WK_API wk_module *wk_nn_softplus(double beta, double threshold);      /* log(1 + exp(beta x)) / beta, x beyond threshold; torch: 1, 20 */
WK_API wk_module *wk_nn_softmax(int dim);
WK_API wk_module *wk_nn_log_softmax(int dim);
WK_API wk_module *wk_nn_softmin(int dim);
WK_API wk_module *wk_nn_softmax2d(void);                              /* over the channels: [n, c, h, w] or [c, h, w] */
WK_API wk_module *wk_nn_prelu(int64_t num_parameters);                /* x or weight * x at 0 and below; weight [1], or one for each channel (dim 1), 0.25 */
WK_API wk_module *wk_nn_unflatten(int dim, int n, const int64_t *sizes); /* dim becomes n dims; one size may be -1 */

/* Convolution: x [n, in, ...] -> [n, out, ...], n may be missing; see wk_conv1d. Parameters weight [out, in / groups, kernel ...]
 * (transposed: [in, out / groups, kernel ...]) and bias [out], both U(-b, b) with b = 1 / sqrt(size(1) of weight * kernel's elements).
 *
 *   wk_nn_conv2d(3, 16, WK_DIMS(3), .padding = WK_DIMS(1)) */
typedef struct wk_conv_layer_opts {
    size_t size;
    int64_t in_channels, out_channels;
    wk_dims kernel_size, stride, padding, dilation; /* left out: 1, 0, 1; padding may be WK_SAME */
    wk_dims output_padding;                         /* conv_transpose only */
    int64_t groups;                                 /* 1 */
    bool bias;                                      /* true */
    wk_dtype dtype;                                 /* WK_F32 */
} wk_conv_layer_opts;
WK_API wk_conv_layer_opts wk_conv_layer_opts_default(void);
WK_API wk_module *wk_nn_conv1d_new(const wk_conv_layer_opts *o);
WK_API wk_module *wk_nn_conv2d_new(const wk_conv_layer_opts *o);
WK_API wk_module *wk_nn_conv3d_new(const wk_conv_layer_opts *o);
WK_API wk_module *wk_nn_conv_transpose1d_new(const wk_conv_layer_opts *o);
WK_API wk_module *wk_nn_conv_transpose2d_new(const wk_conv_layer_opts *o);
WK_API wk_module *wk_nn_conv_transpose3d_new(const wk_conv_layer_opts *o);
static inline wk_module *wk_nn_conv1d_with(wk_conv_layer_opts o) { return wk_nn_conv1d_new(&o); }
static inline wk_module *wk_nn_conv2d_with(wk_conv_layer_opts o) { return wk_nn_conv2d_new(&o); }
static inline wk_module *wk_nn_conv3d_with(wk_conv_layer_opts o) { return wk_nn_conv3d_new(&o); }
static inline wk_module *wk_nn_conv_transpose1d_with(wk_conv_layer_opts o) { return wk_nn_conv_transpose1d_new(&o); }
static inline wk_module *wk_nn_conv_transpose2d_with(wk_conv_layer_opts o) { return wk_nn_conv_transpose2d_new(&o); }
static inline wk_module *wk_nn_conv_transpose3d_with(wk_conv_layer_opts o) { return wk_nn_conv_transpose3d_new(&o); }
#define WK_CONV_LAYER_DEFAULTS                                                                                         \
    .size = sizeof(wk_conv_layer_opts), .out_channels = 0, .stride = { 0 }, .padding = { 0 }, .dilation = { 0 },       \
    .output_padding = { 0 }, .groups = 1, .bias = true, .dtype = WK_F32
#define WK_CONV_LAYER_(in, out, ...)                                                                                   \
    WK_WITH(wk_conv_layer_opts, WK_CONV_LAYER_DEFAULTS, .in_channels = (in), .out_channels = (out), .kernel_size = __VA_ARGS__)
#define wk_nn_conv1d(in, out, ...) wk_nn_conv1d_with(WK_CONV_LAYER_(in, out, __VA_ARGS__))
#define wk_nn_conv2d(in, out, ...) wk_nn_conv2d_with(WK_CONV_LAYER_(in, out, __VA_ARGS__))
#define wk_nn_conv3d(in, out, ...) wk_nn_conv3d_with(WK_CONV_LAYER_(in, out, __VA_ARGS__))
#define wk_nn_conv_transpose1d(in, out, ...) wk_nn_conv_transpose1d_with(WK_CONV_LAYER_(in, out, __VA_ARGS__))
#define wk_nn_conv_transpose2d(in, out, ...) wk_nn_conv_transpose2d_with(WK_CONV_LAYER_(in, out, __VA_ARGS__))
#define wk_nn_conv_transpose3d(in, out, ...) wk_nn_conv_transpose3d_with(WK_CONV_LAYER_(in, out, __VA_ARGS__))

/* Pooling, as the functions of the same name: wk_nn_max_pool2d(WK_DIMS(2)). max_pool gives indices as a second result by
 * wk_forward_many; x and indices of the options stay NULL. */
WK_API wk_module *wk_nn_max_pool1d_new(const wk_pool_opts *o);
WK_API wk_module *wk_nn_max_pool2d_new(const wk_pool_opts *o);
WK_API wk_module *wk_nn_max_pool3d_new(const wk_pool_opts *o);
WK_API wk_module *wk_nn_avg_pool1d_new(const wk_pool_opts *o);
WK_API wk_module *wk_nn_avg_pool2d_new(const wk_pool_opts *o);
WK_API wk_module *wk_nn_avg_pool3d_new(const wk_pool_opts *o);
static inline wk_module *wk_nn_max_pool1d_with(wk_pool_opts o) { return wk_nn_max_pool1d_new(&o); }
static inline wk_module *wk_nn_max_pool2d_with(wk_pool_opts o) { return wk_nn_max_pool2d_new(&o); }
static inline wk_module *wk_nn_max_pool3d_with(wk_pool_opts o) { return wk_nn_max_pool3d_new(&o); }
static inline wk_module *wk_nn_avg_pool1d_with(wk_pool_opts o) { return wk_nn_avg_pool1d_new(&o); }
static inline wk_module *wk_nn_avg_pool2d_with(wk_pool_opts o) { return wk_nn_avg_pool2d_new(&o); }
static inline wk_module *wk_nn_avg_pool3d_with(wk_pool_opts o) { return wk_nn_avg_pool3d_new(&o); }
#define WK_POOL_LAYER_(...) WK_WITH(wk_pool_opts, WK_POOL_DEFAULTS, .x = NULL, .kernel_size = __VA_ARGS__)
#define wk_nn_max_pool1d(...) wk_nn_max_pool1d_with(WK_POOL_LAYER_(__VA_ARGS__))
#define wk_nn_max_pool2d(...) wk_nn_max_pool2d_with(WK_POOL_LAYER_(__VA_ARGS__))
#define wk_nn_max_pool3d(...) wk_nn_max_pool3d_with(WK_POOL_LAYER_(__VA_ARGS__))
#define wk_nn_avg_pool1d(...) wk_nn_avg_pool1d_with(WK_POOL_LAYER_(__VA_ARGS__))
#define wk_nn_avg_pool2d(...) wk_nn_avg_pool2d_with(WK_POOL_LAYER_(__VA_ARGS__))
#define wk_nn_avg_pool3d(...) wk_nn_avg_pool3d_with(WK_POOL_LAYER_(__VA_ARGS__))
WK_API wk_module *wk_nn_lp_pool1d_new(double norm_type, const wk_pool_opts *o); /* wk_nn_lp_pool1d(2, WK_DIMS(3)) */
WK_API wk_module *wk_nn_lp_pool2d_new(double norm_type, const wk_pool_opts *o);
WK_API wk_module *wk_nn_lp_pool3d_new(double norm_type, const wk_pool_opts *o);
static inline wk_module *wk_nn_lp_pool1d_with(double norm_type, wk_pool_opts o) { return wk_nn_lp_pool1d_new(norm_type, &o); }
static inline wk_module *wk_nn_lp_pool2d_with(double norm_type, wk_pool_opts o) { return wk_nn_lp_pool2d_new(norm_type, &o); }
static inline wk_module *wk_nn_lp_pool3d_with(double norm_type, wk_pool_opts o) { return wk_nn_lp_pool3d_new(norm_type, &o); }
#define wk_nn_lp_pool1d(norm_type, ...) wk_nn_lp_pool1d_with(norm_type, WK_POOL_LAYER_(__VA_ARGS__))
#define wk_nn_lp_pool2d(norm_type, ...) wk_nn_lp_pool2d_with(norm_type, WK_POOL_LAYER_(__VA_ARGS__))
#define wk_nn_lp_pool3d(norm_type, ...) wk_nn_lp_pool3d_with(norm_type, WK_POOL_LAYER_(__VA_ARGS__))
/* By wk_forward_many: x, indices. x and indices of the options stay NULL: wk_nn_max_unpool2d(WK_DIMS(2)). */
WK_API wk_module *wk_nn_max_unpool1d_new(const wk_unpool_opts *o);
WK_API wk_module *wk_nn_max_unpool2d_new(const wk_unpool_opts *o);
WK_API wk_module *wk_nn_max_unpool3d_new(const wk_unpool_opts *o);
static inline wk_module *wk_nn_max_unpool1d_with(wk_unpool_opts o) { return wk_nn_max_unpool1d_new(&o); }
static inline wk_module *wk_nn_max_unpool2d_with(wk_unpool_opts o) { return wk_nn_max_unpool2d_new(&o); }
static inline wk_module *wk_nn_max_unpool3d_with(wk_unpool_opts o) { return wk_nn_max_unpool3d_new(&o); }
#define wk_nn_max_unpool1d(...) wk_nn_max_unpool1d_with(WK_UNPOOL_(NULL, NULL, __VA_ARGS__))
#define wk_nn_max_unpool2d(...) wk_nn_max_unpool2d_with(WK_UNPOOL_(NULL, NULL, __VA_ARGS__))
#define wk_nn_max_unpool3d(...) wk_nn_max_unpool3d_with(WK_UNPOOL_(NULL, NULL, __VA_ARGS__))
WK_API wk_module *wk_nn_adaptive_avg_pool1d(wk_dims output_size);
WK_API wk_module *wk_nn_adaptive_avg_pool2d(wk_dims output_size);
WK_API wk_module *wk_nn_adaptive_avg_pool3d(wk_dims output_size);
WK_API wk_module *wk_nn_adaptive_max_pool1d(wk_dims output_size);
WK_API wk_module *wk_nn_adaptive_max_pool2d(wk_dims output_size);
WK_API wk_module *wk_nn_adaptive_max_pool3d(wk_dims output_size);

/* Resizing, as wk_interpolate: wk_nn_upsample(.scale_factor = 2). x of the options stays NULL. */
WK_API wk_module *wk_nn_upsample_new(const wk_interpolate_opts *o);
static inline wk_module *wk_nn_upsample_with(wk_interpolate_opts o) { return wk_nn_upsample_new(&o); }
#define wk_nn_upsample(...) wk_nn_upsample_with(WK_WITH(wk_interpolate_opts, WK_INTERPOLATE_DEFAULTS, .x = NULL, __VA_ARGS__))

/* Windows as columns and back, as wk_unfold and wk_fold: wk_nn_unfold(WK_DIMS(3)), wk_nn_fold(WK_DIMS(8, 8), WK_DIMS(3)). x of the options
 * stays NULL. */
WK_API wk_module *wk_nn_unfold_new(const wk_unfold_opts *o);
WK_API wk_module *wk_nn_fold_new(const wk_unfold_opts *o);
static inline wk_module *wk_nn_unfold_with(wk_unfold_opts o) { return wk_nn_unfold_new(&o); }
static inline wk_module *wk_nn_fold_with(wk_unfold_opts o) { return wk_nn_fold_new(&o); }
#define wk_nn_unfold(...)                                                                                              \
    wk_nn_unfold_with(WK_WITH(wk_unfold_opts, WK_UNFOLD_DEFAULTS, .x = NULL, .kernel_size = __VA_ARGS__))
#define wk_nn_fold(to, ...)                                                                                            \
    wk_nn_fold_with(WK_WITH(wk_unfold_opts, WK_UNFOLD_DEFAULTS, .x = NULL, .output_size = to, .kernel_size = __VA_ARGS__))

/* Padding, as wk_pad of the last one, two or three dims: padding is one number for all sides, or a pair (before, behind) for each dim,
 * the last first, below 0 to cut: wk_nn_zero_pad2d(WK_SHAPE(1)), wk_nn_reflection_pad2d(WK_SHAPE(1, 1, 0, 2)). Reflections and what goes
 * around reach at most into x's own size. */
WK_API wk_module *wk_nn_constant_pad1d(int n, const int64_t *padding, double value);
WK_API wk_module *wk_nn_constant_pad2d(int n, const int64_t *padding, double value);
WK_API wk_module *wk_nn_constant_pad3d(int n, const int64_t *padding, double value);
WK_API wk_module *wk_nn_zero_pad1d(int n, const int64_t *padding);
WK_API wk_module *wk_nn_zero_pad2d(int n, const int64_t *padding);
WK_API wk_module *wk_nn_zero_pad3d(int n, const int64_t *padding);
WK_API wk_module *wk_nn_reflection_pad1d(int n, const int64_t *padding);
WK_API wk_module *wk_nn_reflection_pad2d(int n, const int64_t *padding);
WK_API wk_module *wk_nn_reflection_pad3d(int n, const int64_t *padding);
WK_API wk_module *wk_nn_replication_pad1d(int n, const int64_t *padding);
WK_API wk_module *wk_nn_replication_pad2d(int n, const int64_t *padding);
WK_API wk_module *wk_nn_replication_pad3d(int n, const int64_t *padding);
WK_API wk_module *wk_nn_circular_pad1d(int n, const int64_t *padding);
WK_API wk_module *wk_nn_circular_pad2d(int n, const int64_t *padding);
WK_API wk_module *wk_nn_circular_pad3d(int n, const int64_t *padding);

WK_API wk_module *wk_nn_pixel_shuffle(int64_t upscale_factor);     /* the functions of the same name */
WK_API wk_module *wk_nn_pixel_unshuffle(int64_t downscale_factor);
WK_API wk_module *wk_nn_channel_shuffle(int64_t groups);

/* Norms. BatchNorm and InstanceNorm: parameters weight and bias, buffers running_mean, running_var, num_batches_tracked (WK_I64 []);
 * in evaluation the running statistics are used where they are tracked. x [n, num_features, ...] with 0 or 1 (1d), 2, 3 dims more. */
typedef struct wk_batch_norm_opts {
    size_t size;
    int64_t num_features;
    double eps;               /* 1e-5 */
    double momentum;          /* 0.1; the share of a batch in the running statistics; NAN, BatchNorm alone: each batch counts the same (torch: None) */
    bool affine;              /* true; instance_norm: false */
    bool track_running_stats; /* true; instance_norm: false */
    wk_dtype dtype;           /* WK_F32 */
    bool bias;                /* true; false: affine has a weight alone */
} wk_batch_norm_opts;
WK_API wk_batch_norm_opts wk_batch_norm_opts_default(void);
WK_API wk_batch_norm_opts wk_instance_norm_opts_default(void);
WK_API wk_module *wk_nn_batch_norm1d_new(const wk_batch_norm_opts *o);
WK_API wk_module *wk_nn_batch_norm2d_new(const wk_batch_norm_opts *o);
WK_API wk_module *wk_nn_batch_norm3d_new(const wk_batch_norm_opts *o);
WK_API wk_module *wk_nn_instance_norm1d_new(const wk_batch_norm_opts *o);
WK_API wk_module *wk_nn_instance_norm2d_new(const wk_batch_norm_opts *o);
WK_API wk_module *wk_nn_instance_norm3d_new(const wk_batch_norm_opts *o);
static inline wk_module *wk_nn_batch_norm1d_with(wk_batch_norm_opts o) { return wk_nn_batch_norm1d_new(&o); }
static inline wk_module *wk_nn_batch_norm2d_with(wk_batch_norm_opts o) { return wk_nn_batch_norm2d_new(&o); }
static inline wk_module *wk_nn_batch_norm3d_with(wk_batch_norm_opts o) { return wk_nn_batch_norm3d_new(&o); }
static inline wk_module *wk_nn_instance_norm1d_with(wk_batch_norm_opts o) { return wk_nn_instance_norm1d_new(&o); }
static inline wk_module *wk_nn_instance_norm2d_with(wk_batch_norm_opts o) { return wk_nn_instance_norm2d_new(&o); }
static inline wk_module *wk_nn_instance_norm3d_with(wk_batch_norm_opts o) { return wk_nn_instance_norm3d_new(&o); }
#define WK_BATCH_NORM_DEFAULTS                                                                                         \
    .size = sizeof(wk_batch_norm_opts), .eps = 1e-5, .momentum = 0.1, .affine = true, .track_running_stats = true,     \
    .dtype = WK_F32, .bias = true
#define WK_INSTANCE_NORM_DEFAULTS                                                                                      \
    .size = sizeof(wk_batch_norm_opts), .eps = 1e-5, .momentum = 0.1, .affine = false, .track_running_stats = false,   \
    .dtype = WK_F32, .bias = true
#define wk_nn_batch_norm1d(...) wk_nn_batch_norm1d_with(WK_WITH(wk_batch_norm_opts, WK_BATCH_NORM_DEFAULTS, .num_features = __VA_ARGS__))
#define wk_nn_batch_norm2d(...) wk_nn_batch_norm2d_with(WK_WITH(wk_batch_norm_opts, WK_BATCH_NORM_DEFAULTS, .num_features = __VA_ARGS__))
#define wk_nn_batch_norm3d(...) wk_nn_batch_norm3d_with(WK_WITH(wk_batch_norm_opts, WK_BATCH_NORM_DEFAULTS, .num_features = __VA_ARGS__))
#define wk_nn_instance_norm1d(...) wk_nn_instance_norm1d_with(WK_WITH(wk_batch_norm_opts, WK_INSTANCE_NORM_DEFAULTS, .num_features = __VA_ARGS__))
#define wk_nn_instance_norm2d(...) wk_nn_instance_norm2d_with(WK_WITH(wk_batch_norm_opts, WK_INSTANCE_NORM_DEFAULTS, .num_features = __VA_ARGS__))
#define wk_nn_instance_norm3d(...) wk_nn_instance_norm3d_with(WK_WITH(wk_batch_norm_opts, WK_INSTANCE_NORM_DEFAULTS, .num_features = __VA_ARGS__))
typedef struct wk_group_norm_opts {
    size_t size;
    int64_t num_groups, num_channels; /* groups divide channels */
    double eps;                       /* 1e-5 */
    bool affine;                      /* true: parameters weight and, with bias, bias [num_channels] */
    wk_dtype dtype;                   /* WK_F32 */
    bool bias;                        /* true */
} wk_group_norm_opts;
WK_API wk_group_norm_opts wk_group_norm_opts_default(void);
WK_API wk_module *wk_nn_group_norm_new(const wk_group_norm_opts *o); /* wk_group_norm: wk_nn_group_norm(4, 32, .eps = 1e-6) */
static inline wk_module *wk_nn_group_norm_with(wk_group_norm_opts o) { return wk_nn_group_norm_new(&o); }
#define WK_GROUP_NORM_DEFAULTS                                                                                         \
    .size = sizeof(wk_group_norm_opts), .num_channels = 0, .eps = 1e-5, .affine = true, .dtype = WK_F32, .bias = true
#define wk_nn_group_norm(groups, ...)                                                                                  \
    wk_nn_group_norm_with(                                                                                             \
        WK_WITH(wk_group_norm_opts, WK_GROUP_NORM_DEFAULTS, .num_groups = (groups), .num_channels = __VA_ARGS__))
typedef struct wk_layer_norm_opts {
    size_t size;
    wk_dims normalized_shape; /* the last dims of x; 1 to 3 */
    double eps;               /* 1e-5; rms_norm: below 0, the dtype's machine epsilon */
    bool elementwise_affine;  /* true: parameters weight and, with bias, bias, of that shape */
    bool bias;                /* true; rms_norm has none */
    wk_dtype dtype;           /* WK_F32 */
} wk_layer_norm_opts;
WK_API wk_layer_norm_opts wk_layer_norm_opts_default(void);
WK_API wk_layer_norm_opts wk_rms_norm_opts_default(void);
WK_API wk_module *wk_nn_layer_norm_new(const wk_layer_norm_opts *o); /* wk_layer_norm: wk_nn_layer_norm(WK_DIMS(64), .eps = 1e-6) */
WK_API wk_module *wk_nn_rms_norm_new(const wk_layer_norm_opts *o);   /* wk_rms_norm: wk_nn_rms_norm(WK_DIMS(64)) */
static inline wk_module *wk_nn_layer_norm_with(wk_layer_norm_opts o) { return wk_nn_layer_norm_new(&o); }
static inline wk_module *wk_nn_rms_norm_with(wk_layer_norm_opts o) { return wk_nn_rms_norm_new(&o); }
#define WK_LAYER_NORM_DEFAULTS                                                                                         \
    .size = sizeof(wk_layer_norm_opts), .eps = 1e-5, .elementwise_affine = true, .bias = true, .dtype = WK_F32
#define WK_RMS_NORM_DEFAULTS                                                                                           \
    .size = sizeof(wk_layer_norm_opts), .eps = -1, .elementwise_affine = true, .bias = false, .dtype = WK_F32
#define wk_nn_layer_norm(...)                                                                                          \
    wk_nn_layer_norm_with(WK_WITH(wk_layer_norm_opts, WK_LAYER_NORM_DEFAULTS, .normalized_shape = __VA_ARGS__))
#define wk_nn_rms_norm(...)                                                                                            \
    wk_nn_rms_norm_with(WK_WITH(wk_layer_norm_opts, WK_RMS_NORM_DEFAULTS, .normalized_shape = __VA_ARGS__))

/* Embedding: numbers of any shape -> [..., embedding_dim], rows of weight [num_embeddings, embedding_dim], N(0, 1); row padding_idx
 * starts as 0 and gets no gradient. */
typedef struct wk_embedding_layer_opts {
    size_t size;
    int64_t num_embeddings, embedding_dim;
    int64_t padding_idx;         /* WK_NO_PADDING; negative: from the end */
    double max_norm, norm_type;  /* NAN: none, 2; as wk_embedding_opts */
    bool scale_grad_by_freq;     /* false */
    wk_dtype dtype;              /* WK_F32 */
} wk_embedding_layer_opts;
WK_API wk_embedding_layer_opts wk_embedding_layer_opts_default(void);
WK_API wk_module *wk_nn_embedding_new(const wk_embedding_layer_opts *o); /* wk_nn_embedding(1000, 64) */
static inline wk_module *wk_nn_embedding_with(wk_embedding_layer_opts o) { return wk_nn_embedding_new(&o); }
#define WK_EMBEDDING_LAYER_DEFAULTS                                                                                    \
    .size = sizeof(wk_embedding_layer_opts), .embedding_dim = 0, .padding_idx = WK_NO_PADDING, .max_norm = NAN,        \
    .norm_type = 2, .scale_grad_by_freq = false, .dtype = WK_F32
#define wk_nn_embedding(n, ...)                                                                                        \
    wk_nn_embedding_with(                                                                                              \
        WK_WITH(wk_embedding_layer_opts, WK_EMBEDDING_LAYER_DEFAULTS, .num_embeddings = (n), .embedding_dim = __VA_ARGS__))

/* EmbeddingBag, as wk_embedding_bag: x [bags, length] -> [bags, embedding_dim]; wk_forward_many: x, offsets, per_sample_weights. weight is
 * Embedding's. */
typedef struct wk_embedding_bag_layer_opts {
    size_t size;
    int64_t num_embeddings, embedding_dim;
    wk_bag_mode mode;            /* WK_BAG_MEAN */
    int64_t padding_idx;         /* WK_NO_PADDING; negative: from the end */
    double max_norm, norm_type;  /* NAN: none, 2 */
    bool scale_grad_by_freq;     /* false */
    bool include_last_offset;    /* false */
    wk_dtype dtype;              /* WK_F32 */
} wk_embedding_bag_layer_opts;
WK_API wk_embedding_bag_layer_opts wk_embedding_bag_layer_opts_default(void);
WK_API wk_module *wk_nn_embedding_bag_new(const wk_embedding_bag_layer_opts *o); /* wk_nn_embedding_bag(1000, 64, .mode = WK_BAG_SUM) */
static inline wk_module *wk_nn_embedding_bag_with(wk_embedding_bag_layer_opts o) { return wk_nn_embedding_bag_new(&o); }
#define WK_EMBEDDING_BAG_LAYER_DEFAULTS                                                                                \
    .size = sizeof(wk_embedding_bag_layer_opts), .embedding_dim = 0, .mode = WK_BAG_MEAN, .padding_idx = WK_NO_PADDING, \
    .max_norm = NAN, .norm_type = 2, .scale_grad_by_freq = false, .include_last_offset = false, .dtype = WK_F32
#define wk_nn_embedding_bag(n, ...)                                                                                    \
    wk_nn_embedding_bag_with(WK_WITH(wk_embedding_bag_layer_opts, WK_EMBEDDING_BAG_LAYER_DEFAULTS, .num_embeddings = (n), \
                                     .embedding_dim = __VA_ARGS__))

/* Bilinear: two inputs [..., in1], [..., in2] -> [..., out], a W b + bias for each output; weight [out, in1, in2] and bias [out] start
 * as U(-1/sqrt(in1), 1/sqrt(in1)). By wk_forward_many. */
typedef struct wk_bilinear_opts {
    size_t size;
    int64_t in1_features, in2_features, out_features;
    bool bias;      /* true */
    wk_dtype dtype; /* WK_F32 */
} wk_bilinear_opts;
WK_API wk_bilinear_opts wk_bilinear_opts_default(void);
WK_API wk_module *wk_nn_bilinear_new(const wk_bilinear_opts *o); /* wk_nn_bilinear(20, 30, 40) */
static inline wk_module *wk_nn_bilinear_with(wk_bilinear_opts o) { return wk_nn_bilinear_new(&o); }
#define WK_BILINEAR_DEFAULTS .size = sizeof(wk_bilinear_opts), .out_features = 0, .bias = true, .dtype = WK_F32
#define wk_nn_bilinear(in1, in2, ...)                                                                                  \
    wk_nn_bilinear_with(WK_WITH(wk_bilinear_opts, WK_BILINEAR_DEFAULTS, .in1_features = (in1), .in2_features = (in2),  \
                                .out_features = __VA_ARGS__))

/* Scaling that belongs to the model: (x - offset) / scale, and back, x * scale + offset. The constants are copied, as WK_F32, and become the
 * buffers offset and scale; they broadcast to x. A scale of 0 counts as 1. wk_stats gives them; see docs/training.md. */
WK_API wk_module *wk_nn_scale(wk_tensor *offset, wk_tensor *scale);
WK_API wk_module *wk_nn_unscale(wk_tensor *offset, wk_tensor *scale);

/* Losses: by wk_forward_many, on the inputs of the function of the same name, in its order, with its options; weight and pos_weight
 * are copied and become buffers. wk_nn_cross_entropy_loss(.label_smoothing = 0.1). */
WK_API wk_module *wk_nn_cross_entropy_loss_new(const wk_loss_opts *o);
WK_API wk_module *wk_nn_nll_loss_new(const wk_loss_opts *o);
WK_API wk_module *wk_nn_mse_loss_new(const wk_loss_opts *o);
WK_API wk_module *wk_nn_l1_loss_new(const wk_loss_opts *o);
WK_API wk_module *wk_nn_smooth_l1_loss_new(const wk_loss_opts *o);
WK_API wk_module *wk_nn_huber_loss_new(const wk_loss_opts *o);
WK_API wk_module *wk_nn_bce_loss_new(const wk_loss_opts *o);
WK_API wk_module *wk_nn_bce_with_logits_loss_new(const wk_loss_opts *o);
WK_API wk_module *wk_nn_kl_div_loss_new(const wk_loss_opts *o);
WK_API wk_module *wk_nn_poisson_nll_loss_new(const wk_loss_opts *o);
WK_API wk_module *wk_nn_soft_margin_loss_new(const wk_loss_opts *o);
WK_API wk_module *wk_nn_hinge_embedding_loss_new(const wk_loss_opts *o);
WK_API wk_module *wk_nn_multi_margin_loss_new(const wk_loss_opts *o);
WK_API wk_module *wk_nn_gaussian_nll_loss_new(const wk_loss_opts *o);
WK_API wk_module *wk_nn_margin_ranking_loss_new(const wk_loss_opts *o);
WK_API wk_module *wk_nn_cosine_embedding_loss_new(const wk_loss_opts *o);
WK_API wk_module *wk_nn_triplet_margin_loss_new(const wk_loss_opts *o);
WK_API wk_module *wk_nn_ctc_loss_new(const wk_loss_opts *o);
#define wk_nn_cross_entropy_loss(...) wk_nn_cross_entropy_loss_new(WK_LOSS(__VA_ARGS__))
#define wk_nn_nll_loss(...) wk_nn_nll_loss_new(WK_LOSS(__VA_ARGS__))
#define wk_nn_mse_loss(...) wk_nn_mse_loss_new(WK_LOSS(__VA_ARGS__))
#define wk_nn_l1_loss(...) wk_nn_l1_loss_new(WK_LOSS(__VA_ARGS__))
#define wk_nn_smooth_l1_loss(...) wk_nn_smooth_l1_loss_new(WK_LOSS(__VA_ARGS__))
#define wk_nn_huber_loss(...) wk_nn_huber_loss_new(WK_LOSS(__VA_ARGS__))
#define wk_nn_bce_loss(...) wk_nn_bce_loss_new(WK_LOSS(__VA_ARGS__))
#define wk_nn_bce_with_logits_loss(...) wk_nn_bce_with_logits_loss_new(WK_LOSS(__VA_ARGS__))
#define wk_nn_kl_div_loss(...) wk_nn_kl_div_loss_new(WK_LOSS(__VA_ARGS__))
#define wk_nn_poisson_nll_loss(...) wk_nn_poisson_nll_loss_new(WK_LOSS(__VA_ARGS__))
#define wk_nn_soft_margin_loss(...) wk_nn_soft_margin_loss_new(WK_LOSS(__VA_ARGS__))
#define wk_nn_hinge_embedding_loss(...) wk_nn_hinge_embedding_loss_new(WK_LOSS(__VA_ARGS__))
#define wk_nn_multi_margin_loss(...) wk_nn_multi_margin_loss_new(WK_LOSS(__VA_ARGS__))
#define wk_nn_gaussian_nll_loss(...) wk_nn_gaussian_nll_loss_new(WK_LOSS(__VA_ARGS__))
#define wk_nn_margin_ranking_loss(...) wk_nn_margin_ranking_loss_new(WK_LOSS(__VA_ARGS__))
#define wk_nn_cosine_embedding_loss(...) wk_nn_cosine_embedding_loss_new(WK_LOSS(__VA_ARGS__))
#define wk_nn_triplet_margin_loss(...) wk_nn_triplet_margin_loss_new(WK_LOSS(__VA_ARGS__))
#define wk_nn_ctc_loss(...) wk_nn_ctc_loss_new(WK_LOSS(__VA_ARGS__))

/* Attention (Vaswani et al. 2017). query [l, n, embed] (batch_first: [n, l, embed]; [l, embed]: no batch), key [s, n, kdim], value
 * [s, n, vdim]. wk_forward attends to x itself; with wk_forward_many:
 *
 *   query, key, value, key_padding_mask, attn_mask -> output [l, n, embed], weights [n, l, s] (of all heads the mean)
 *
 * key NULL: query; value NULL: key. Masks as torch's: WK_BOOL, true is left out, or floats that are added; key_padding_mask [n, s],
 * attn_mask [l, s] or [n * heads, l, s]. Names: in_proj_weight, in_proj_bias, out_proj.weight, out_proj.bias; with other sizes of
 * key or value q_proj_weight, k_proj_weight, v_proj_weight. Weights start by wk_init_xavier_uniform_, biases as 0. */
typedef struct wk_multihead_attention_opts {
    size_t size;
    int64_t embed_dim, num_heads; /* num_heads divides embed_dim */
    double dropout;               /* 0; of the weights, in training */
    bool bias, batch_first;       /* true, false */
    bool is_causal;               /* false; true: row i sees 0 .. i, besides what masks leave */
    int64_t kdim, vdim;           /* 0: embed_dim */
    wk_dtype dtype;               /* WK_F32 */
} wk_multihead_attention_opts;
WK_API wk_multihead_attention_opts wk_multihead_attention_opts_default(void);
WK_API wk_module *wk_nn_multihead_attention_new(const wk_multihead_attention_opts *o); /* as above */
static inline wk_module *wk_nn_multihead_attention_with(wk_multihead_attention_opts o) { return wk_nn_multihead_attention_new(&o); }
#define WK_MULTIHEAD_ATTENTION_DEFAULTS                                                                                \
    .size = sizeof(wk_multihead_attention_opts), .num_heads = 0, .dropout = 0, .bias = true, .batch_first = false,     \
    .is_causal = false, .kdim = 0, .vdim = 0, .dtype = WK_F32
#define wk_nn_multihead_attention(embed, ...)                                                                          \
    wk_nn_multihead_attention_with(                                                                                    \
        WK_WITH(wk_multihead_attention_opts, WK_MULTIHEAD_ATTENTION_DEFAULTS, .embed_dim = (embed), .num_heads = __VA_ARGS__))

/* Transformer encoder: x [l, n, d_model] (or as above) -> the same shape; wk_forward_many: x, mask, key_padding_mask, as attention's.
 * A layer has self_attn, linear1, linear2, norm1, norm2: norm1(x + self_attn(x)), then norm2(x + linear2(activation(linear1(x)))),
 * with dropout at three places; norm_first: x + self_attn(norm1(x)) and so on. The encoder has num_layers of them, layers.0 ..., which
 * start with equal weights, as torch's copies do, and, with final_norm, norm.
 *
 * Transformer decoder: tgt [l, n, d_model] and memory [s, n, d_model] (or as above) -> tgt's shape, with wk_forward_many:
 *
 *   tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask -> y
 *
 * memory must be there. A layer is the encoder's with multihead_attn, which looks at memory, and its norm in between: norm1(x +
 * self_attn(x)), norm2(x + multihead_attn(x, memory)), norm3(x + linear2(activation(linear1(x)))).
 *
 * Transformer: an encoder and a decoder, both with their norm, whose matrices start by wk_init_xavier_uniform_; is_causal is the decoder's.
 *
 *   src, tgt, src_mask, tgt_mask, memory_mask, src_key_padding_mask, tgt_key_padding_mask, memory_key_padding_mask -> y */
typedef struct wk_transformer_opts {
    size_t size;
    int64_t d_model, nhead;
    int num_layers;                         /* 1; of stacks, transformer_encoder and transformer_decoder */
    int64_t dim_feedforward;                /* 2048 */
    double dropout;                         /* 0.1 */
    const char *activation;                 /* "relu", or "gelu" */
    double layer_norm_eps;                  /* 1e-5 */
    bool batch_first, norm_first, bias;     /* false, false, true */
    bool is_causal;                         /* false; true: in self_attn position i sees 0 .. i */
    bool final_norm;                        /* false; of stacks */
    wk_dtype dtype;                         /* WK_F32 */
    int num_encoder_layers, num_decoder_layers; /* 6, 6; of nn_transformer */
} wk_transformer_opts;
WK_API wk_transformer_opts wk_transformer_opts_default(void);
WK_API wk_module *wk_nn_transformer_encoder_layer_new(const wk_transformer_opts *o); /* num_layers 1, without final_norm */
WK_API wk_module *wk_nn_transformer_encoder_new(const wk_transformer_opts *o);       /* as above */
WK_API wk_module *wk_nn_transformer_decoder_layer_new(const wk_transformer_opts *o);
WK_API wk_module *wk_nn_transformer_decoder_new(const wk_transformer_opts *o);
WK_API wk_module *wk_nn_transformer_new(const wk_transformer_opts *o);
static inline wk_module *wk_nn_transformer_encoder_layer_with(wk_transformer_opts o) { return wk_nn_transformer_encoder_layer_new(&o); }
static inline wk_module *wk_nn_transformer_encoder_with(wk_transformer_opts o) { return wk_nn_transformer_encoder_new(&o); }
static inline wk_module *wk_nn_transformer_decoder_layer_with(wk_transformer_opts o) { return wk_nn_transformer_decoder_layer_new(&o); }
static inline wk_module *wk_nn_transformer_decoder_with(wk_transformer_opts o) { return wk_nn_transformer_decoder_new(&o); }
static inline wk_module *wk_nn_transformer_with(wk_transformer_opts o) { return wk_nn_transformer_new(&o); }
#define WK_TRANSFORMER_DEFAULTS                                                                                        \
    .size = sizeof(wk_transformer_opts), .num_layers = 1, .dim_feedforward = 2048, .dropout = 0.1, .activation = "relu", \
    .layer_norm_eps = 1e-5, .batch_first = false, .norm_first = false, .bias = true, .is_causal = false,               \
    .final_norm = false, .dtype = WK_F32, .num_encoder_layers = 6, .num_decoder_layers = 6
/* wk_nn_transformer_encoder_layer(256, 4, .batch_first = true); wk_nn_transformer_encoder(256, 4, 6, .batch_first = true), and of decoders the same;
 * wk_nn_transformer(512, 8, .num_decoder_layers = 3) */
#define wk_nn_transformer_encoder_layer(model, ...)                                                                    \
    wk_nn_transformer_encoder_layer_with(                                                                              \
        WK_WITH(wk_transformer_opts, WK_TRANSFORMER_DEFAULTS, .d_model = (model), .nhead = __VA_ARGS__))
#define wk_nn_transformer_encoder(model, heads, ...)                                                                   \
    wk_nn_transformer_encoder_with(WK_WITH(wk_transformer_opts, WK_TRANSFORMER_DEFAULTS, .d_model = (model),           \
                                           .nhead = (heads), .num_layers = __VA_ARGS__))
#define wk_nn_transformer_decoder_layer(model, ...)                                                                    \
    wk_nn_transformer_decoder_layer_with(                                                                              \
        WK_WITH(wk_transformer_opts, WK_TRANSFORMER_DEFAULTS, .d_model = (model), .nhead = __VA_ARGS__))
#define wk_nn_transformer_decoder(model, heads, ...)                                                                   \
    wk_nn_transformer_decoder_with(WK_WITH(wk_transformer_opts, WK_TRANSFORMER_DEFAULTS, .d_model = (model),           \
                                           .nhead = (heads), .num_layers = __VA_ARGS__))
#define wk_nn_transformer(model, ...)                                                                                  \
    wk_nn_transformer_with(WK_WITH(wk_transformer_opts, WK_TRANSFORMER_DEFAULTS, .d_model = (model), .nhead = __VA_ARGS__))

#ifdef __cplusplus
}
#endif
#endif
