/* Elementwise rows of i32. */
#define WKI_TYPE_i32
#include "backends/cuda/kernels/rows.h"
