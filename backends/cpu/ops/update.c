/* update: every optimizer, all its parameters in one pass. Units are blocks of elements, counted through the parameters
 * one after the other; the rule itself is a row of rules.def, compiled by isa/loops.c. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"

static int64_t blocks_of(const wki_view *p) { return wki_blocks(wki_numel(p), WKI_BLOCK); }

static int64_t units(const wki_call *call)
{
    const wki_update_attrs *a = call->attrs;
    const int each = 1 + wki_rule_states(a->rule);
    int64_t all = 0;
    for (int k = 0; k < a->count; k++) all += blocks_of(call->views[k * each]);
    return all;
}

/* blocks [begin, end) of parameter k */
static void update(const wki_call *call, const wki_loops *loops, int k, int64_t begin, int64_t end)
{
    const wki_update_attrs *a = call->attrs;
    const int each = 1 + wki_rule_states(a->rule);
    const wki_view *const *views = call->views + k * each, *gradient = call->views[a->count * each + k];
    const int64_t first = begin * WKI_BLOCK, n = wki_least(end * WKI_BLOCK, wki_numel(views[0])) - first;
    const int64_t offset = first * (int64_t)wk_dtype_size((wk_dtype)views[0]->dtype);
    void *state[1 + WKI_MAX_STATES] = { NULL };
    for (int s = 0; s < each; s++) state[s] = (char *)views[s]->data + offset;
    loops->update[a->rule](n, state, (const char *)gradient->data + offset, a->numbers);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    const wki_update_attrs *a = call->attrs;
    const int each = 1 + wki_rule_states(a->rule), isa = wki_isa();
    for (int k = 0; k < a->count && begin < end; k++) {
        const wki_view *p = call->views[k * each];
        const int64_t blocks = blocks_of(p);
        if (begin < blocks) update(call, wki_loops_for(isa, (wk_dtype)p->dtype), k, begin, wki_least(end, blocks));
        begin = begin < blocks ? 0 : begin - blocks;
        end -= blocks;
    }
    return WK_OK;
}

const wki_kernel wki_cpu_update = { "update", units, NULL, run };
