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
 * mask, WK_BOOL [t, n] ([n, t], [t]), tells where a sequence has values (NULL: everywhere); elsewhere y is 0 and the state stays as
 * it is, so that h and c are those of each sequence's own end, as with torch's packed sequences. */
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

/* Norms. */
typedef struct wk_layer_norm_opts {
    size_t size;
    wk_dims normalized_shape; /* the last dims of x; 1 to 3 */
    double eps;               /* 1e-5 */
    bool elementwise_affine;  /* true: parameters weight and, with bias, bias, of that shape */
    bool bias;                /* true */
    wk_dtype dtype;           /* WK_F32 */
} wk_layer_norm_opts;
WK_API wk_layer_norm_opts wk_layer_norm_opts_default(void);
WK_API wk_module *wk_nn_layer_norm_new(const wk_layer_norm_opts *o); /* wk_layer_norm; wk_nn_layer_norm(WK_DIMS(64), .eps = 1e-6) */
static inline wk_module *wk_nn_layer_norm_with(wk_layer_norm_opts o) { return wk_nn_layer_norm_new(&o); }
#define WK_LAYER_NORM_DEFAULTS                                                                                         \
    .size = sizeof(wk_layer_norm_opts), .eps = 1e-5, .elementwise_affine = true, .bias = true, .dtype = WK_F32
#define wk_nn_layer_norm(...)                                                                                          \
    wk_nn_layer_norm_with(WK_WITH(wk_layer_norm_opts, WK_LAYER_NORM_DEFAULTS, .normalized_shape = __VA_ARGS__))

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
 * start with equal weights, as torch's copies do, and, with final_norm, norm. */
typedef struct wk_transformer_opts {
    size_t size;
    int64_t d_model, nhead;
    int num_layers;                         /* the encoder's alone */
    int64_t dim_feedforward;                /* 2048 */
    double dropout;                         /* 0.1 */
    const char *activation;                 /* "relu", or "gelu" */
    double layer_norm_eps;                  /* 1e-5 */
    bool batch_first, norm_first, bias;     /* false, false, true */
    bool is_causal;                         /* false; true: position i sees 0 .. i */
    bool final_norm;                        /* false; the encoder's alone */
    wk_dtype dtype;                         /* WK_F32 */
} wk_transformer_opts;
WK_API wk_transformer_opts wk_transformer_opts_default(void);
WK_API wk_module *wk_nn_transformer_encoder_layer_new(const wk_transformer_opts *o); /* num_layers 1, without final_norm */
WK_API wk_module *wk_nn_transformer_encoder_new(const wk_transformer_opts *o);       /* as above */
static inline wk_module *wk_nn_transformer_encoder_layer_with(wk_transformer_opts o) { return wk_nn_transformer_encoder_layer_new(&o); }
static inline wk_module *wk_nn_transformer_encoder_with(wk_transformer_opts o) { return wk_nn_transformer_encoder_new(&o); }
#define WK_TRANSFORMER_DEFAULTS                                                                                        \
    .size = sizeof(wk_transformer_opts), .num_layers = 1, .dim_feedforward = 2048, .dropout = 0.1, .activation = "relu", \
    .layer_norm_eps = 1e-5, .batch_first = false, .norm_first = false, .bias = true, .is_causal = false,               \
    .final_norm = false, .dtype = WK_F32
/* wk_nn_transformer_encoder_layer(256, 4, .batch_first = true); wk_nn_transformer_encoder(256, 4, 6, .batch_first = true) */
#define wk_nn_transformer_encoder_layer(model, ...)                                                                    \
    wk_nn_transformer_encoder_layer_with(                                                                              \
        WK_WITH(wk_transformer_opts, WK_TRANSFORMER_DEFAULTS, .d_model = (model), .nhead = __VA_ARGS__))
#define wk_nn_transformer_encoder(model, heads, ...)                                                                   \
    wk_nn_transformer_encoder_with(WK_WITH(wk_transformer_opts, WK_TRANSFORMER_DEFAULTS, .d_model = (model),           \
                                           .nhead = (heads), .num_layers = __VA_ARGS__))

#ifdef __cplusplus
}
#endif
#endif
