/* What the two halves of the fake cuDNN share: dnn.cpp, which checks a convolution, and dnn_run.cpp, which computes it. */
#ifndef WKI_EMU_DNN_H
#define WKI_EMU_DNN_H
#include "emu_core.h"
#include "include/cudnn.h"

namespace wki_emu {

enum DnnKind { DNN_FORWARD, DNN_DATA };

/* One that has been checked. Sizes are those along three dims; of two dims the first is 1. */
struct Convolution {
    DnnKind kind;
    int64_t n, in, out; /* images; channels */
    int64_t x[3], y[3], taps[3], pad[3], stride[3], dilation[3];
    bool tf32, shuffles; /* operands are rounded; sums have another order each time */

    int64_t windows() const { return y[0] * y[1] * y[2]; }
    int64_t plane() const { return x[0] * x[1] * x[2]; }
    int64_t volume() const { return taps[0] * taps[1] * taps[2]; }
    int64_t x_count() const { return n * in * plane(); }
    int64_t y_count() const { return n * out * windows(); }
    int64_t w_count() const { return out * in * volume(); }
};

struct ConvolutionWork : Work {
    Convolution c;
    float alpha, beta;
    char *x, *y, *w, *workspace;
    size_t workspace_size;
    cudaError_t run() override;
};
} // namespace wki_emu
#endif
