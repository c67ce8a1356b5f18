/* Elementwise rows of u8. */
#define WKI_TYPE_u8
#include "backends/cuda/kernels/rows.h"
