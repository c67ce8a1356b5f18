/* Chains of rows of f64. */
#define WKI_TYPE_f64
#include "backends/cuda/kernels/chains.h"
