/* conv_weight where a group has many channels: x is turned, so that channels lie side by side, and what all windows see
 * by one tap is a matrix whose product with y needs nothing packed. The same chains as in ops/conv_weight.c. */
#ifndef WKI_CPU_CONV_TURNED_H
#define WKI_CPU_CONV_TURNED_H
#include "backends/backend.h"

bool wki_turned_pays(const wki_call *call); /* by the call's shapes and dtype alone */

extern const wki_kernel wki_conv_turned; /* for such calls of conv_weight */
#endif
