/* What Adam and AdamW have in common: everything but the way in which weights decay. */
#ifndef WKI_ADAM_H
#define WKI_ADAM_H
#include "optim/optim.h"

extern const wki_optim_option wki_adam_options[];
wki_optim_plan wki_adam_plan(const void *opts);
void wki_adam_prepare(const void *opts, int64_t t, double *scalars, double *numbers);
#endif
