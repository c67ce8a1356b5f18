/* conv where images and channels are many: sums come straight from x, or from a copy of it with its padding, without
 * columns. The same chains as in ops/conv.c, which is as fast where vectors are shorter. */
#ifndef WKI_CPU_CONV_DIRECT_H
#define WKI_CPU_CONV_DIRECT_H
#include "backends/backend.h"

bool wki_direct_pays(const wki_call *call); /* by the call's shapes and the instruction set alone */

extern const wki_kernel wki_conv_direct; /* for such calls of conv */
#endif
