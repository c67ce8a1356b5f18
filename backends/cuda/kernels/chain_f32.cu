/* Chains of rows of f32. */
#define WKI_TYPE_f32
#include "backends/cuda/kernels/chains.h"
