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

#ifdef __cplusplus
}
#endif
#endif
