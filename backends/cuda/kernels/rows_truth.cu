/* Elementwise rows of bools. */
#define WKI_TYPE_truth
#include "backends/cuda/kernels/rows.h"
