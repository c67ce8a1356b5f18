/* What is done about a plan's products before its memory gets its places, each by a file of its own. */
#ifndef WKI_CPU_ARRANGE_H
#define WKI_CPU_ARRANGE_H
#include "backends/cpu/cpu.h"

wk_status wki_merge_sums(wki_plan *plan); /* neighbours that add to one sum become one */
wk_status wki_pack_once(wki_plan *plan);  /* a call that packs comes before the first of several that read the same */
#endif
