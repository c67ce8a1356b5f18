/* Chains of rows of i64. */
#define WKI_TYPE_i64
#include "backends/cuda/kernels/chains.h"
