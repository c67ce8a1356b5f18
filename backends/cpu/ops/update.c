/* update: every optimizer, all its parameters in one pass. Units are blocks of elements; the rule itself is a row of
 * rules.def, compiled by isa/loops.c. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"
#include "base/fault.h"

static int64_t blocks_of(const wki_view *p) { return wki_blocks(wki_numel(p), WKI_BLOCK); }

/* Of at least so many blocks a run of units takes its share in each parameter, and not one parameter behind the other:
 * the products before and behind are cut so, and what a thread writes stays in its cache. */
enum { LARGE = 16 };

/* of the parameters with blocks from `least` to `most` */
static int64_t count_blocks(const wki_call *call, int64_t least, int64_t most)
{
    const wki_update_attrs *a = call->attrs;
    const int each = 1 + wki_rule_states(a->rule);
    int64_t all = 0;
    for (int k = 0; k < a->count; k++) {
        const int64_t blocks = blocks_of(call->views[k * each]);
        if (blocks >= least && blocks <= most) all += blocks;
    }
    return all;
}

static int64_t units(const wki_call *call) { return count_blocks(call, 0, INT64_MAX); }

/* How many of n blocks stand before unit u of all? */
static int64_t before(int64_t u, int64_t n, int64_t all) { return all > 0 ? (n * u + all / 2) / all : 0; }

/* blocks [begin, end) of parameter k */
static void update(const wki_call *call, const wki_loops *loops, int k, int64_t begin, int64_t end)
{
    if (begin >= end) return;
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
    const int64_t all = units(call), few = count_blocks(call, 0, LARGE - 1);
    int64_t from = before(begin, few, all), to = before(end, few, all); /* counted through the small parameters */
    for (int k = 0; k < a->count; k++) {
        const wki_view *p = call->views[k * each];
        const wki_loops *loops = wki_loops_for(isa, (wk_dtype)p->dtype);
        const int64_t blocks = blocks_of(p);
        if (blocks >= LARGE) {
            update(call, loops, k, before(begin, blocks, all), before(end - WKI_FAULT(206), blocks, all));
            continue;
        }
        update(call, loops, k, from > 0 ? from : 0, wki_least(to, blocks));
        from -= blocks;
        to -= blocks;
    }
    return WK_OK;
}

const wki_kernel wki_cpu_update = { "update", units, NULL, run };
