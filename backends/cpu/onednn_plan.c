/* Plans, made and run, and the table that keeps them: without a lock, so that a forked process finds it whole. Scratch
 * is the caller's, so a plan may run in another thread than it was made in. */
#include "backends/cpu/onednn_plan.h"
#include "backends/cpu/windows.h"
#include "base/alloc.h"
#include <stdatomic.h>
#include <string.h>

/* ---- The table ---- */

enum { SLOTS = 512, WAYS = 8 }; /* plans kept; slots where one may lie */
static _Atomic(wki_onednn_plan *) slots[SLOTS];

/* oneDNN's primitives are made for a number of threads, and wrong with another. A build of it without OpenMP has none
 * of these. */
extern int omp_get_max_threads(void) __attribute__((weak));
extern int omp_in_parallel(void) __attribute__((weak));
static int threads_here(void)
{
    if (!omp_get_max_threads || !omp_in_parallel) return 0;
    return omp_in_parallel() ? 1 : omp_get_max_threads();
}

/* number `way` of the slots where a plan may lie */
static _Atomic(wki_onednn_plan *) *slot_of(const wki_onednn_plan_key *key, unsigned way)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < sizeof *key; i++) hash = (hash ^ ((const unsigned char *)key)[i]) * 1099511628211u;
    return &slots[((hash >> 32) + way) % SLOTS];
}

static void clear(wki_onednn_plan *plan)
{
    for (int i = 0; i < plan->nargs; i++) {
        wki_onednn_plan_arg *a = &plan->args[i];
        if (a->memory) dnnl_memory_destroy(a->memory);
        if (a->copy) dnnl_memory_destroy(a->copy);
        if (a->reorder) dnnl_primitive_destroy(a->reorder);
    }
    if (plan->pad) dnnl_memory_destroy(plan->pad);
    if (plan->stream) dnnl_stream_destroy(plan->stream);
    if (plan->run) dnnl_primitive_destroy(plan->run);
    *plan = (wki_onednn_plan){ .key = plan->key };
}

static void destroy(wki_onednn_plan *plan)
{
    if (plan) clear(plan);
    wki_free(plan);
}

static bool lay(_Atomic(wki_onednn_plan *) *slot, wki_onednn_plan *plan)
{
    wki_onednn_plan *none = NULL;
    return atomic_compare_exchange_strong(slot, &none, plan);
}

static wki_onednn_plan *find(const wki_onednn_plan_key *key)
{
    for (unsigned way = 0; way < WAYS; way++) {
        _Atomic(wki_onednn_plan *) *const slot = slot_of(key, way);
        wki_onednn_plan *plan = atomic_exchange(slot, NULL);
        if (plan && !memcmp(&plan->key, key, sizeof *key)) return plan;
        if (plan && !lay(slot, plan)) destroy(plan);
    }
    return NULL;
}

wki_onednn_plan *wki_onednn_plan_take(const wki_onednn_plan_key *wanted, wki_onednn_plan_maker *make)
{
    wki_onednn_plan_key key = *wanted;
    key.threads = threads_here();
    wki_onednn_plan *plan = find(&key);
    if (plan || !(plan = wki_alloc(sizeof *plan))) return plan;
    plan->key = key;
    if (!make(plan)) clear(plan); /* kept all the same: not to be asked again */
    return plan;
}

void wki_onednn_plan_give(wki_onednn_plan *plan)
{
    static atomic_uint turn;
    for (unsigned way = 0; way < WAYS; way++)
        if (lay(slot_of(&plan->key, way), plan)) return;
    destroy(atomic_exchange(slot_of(&plan->key, atomic_fetch_add(&turn, 1) % WAYS), plan));
}

__attribute__((destructor)) static void end(void)
{
    for (size_t i = 0; i < SLOTS; i++) destroy(atomic_exchange(&slots[i], NULL));
}

/* ---- Making ---- */

static size_t room(wki_onednn_plan *plan, const dnnl_memory_desc_t *md)
{
    const size_t at = plan->scratch;
    plan->scratch += wki_up(dnnl_memory_desc_get_size(md));
    return at;
}

static bool make_reorder(wki_onednn_plan_arg *a, const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to,
                         dnnl_engine_t engine, dnnl_primitive_attr_t attr)
{
    dnnl_primitive_desc_t desc = NULL;
    if (dnnl_reorder_primitive_desc_create(&desc, from, engine, to, engine, attr)) return false;
    const dnnl_memory_desc_t *pad = dnnl_primitive_desc_query_md(desc, dnnl_query_scratchpad_md, 0);
    const bool made = dnnl_memory_desc_get_size(pad) == 0 && !dnnl_primitive_create(&a->reorder, desc);
    dnnl_primitive_desc_destroy(desc);
    return made;
}

static bool make_arg(wki_onednn_plan *plan, wki_onednn_plan_arg *a, const dnnl_memory_desc_t *plain,
                     const dnnl_memory_desc_t *wanted, dnnl_engine_t engine, dnnl_primitive_attr_t attr)
{
    if (!wanted || dnnl_memory_create(&a->memory, plain, engine, DNNL_MEMORY_NONE)) return false;
    if (dnnl_memory_desc_equal(plain, wanted)) return true;
    a->at = room(plan, wanted);
    return !dnnl_memory_create(&a->copy, wanted, engine, DNNL_MEMORY_NONE) &&
           make_reorder(a, a->written ? wanted : plain, a->written ? plain : wanted, engine, attr);
}

/* Not one of the plain loops that oneDNN has for everything: ours are faster. */
static bool is_compiled(const_dnnl_primitive_desc_t desc)
{
    const char *name;
    return !dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, &name) && strstr(name, "jit");
}

static bool make_all(wki_onednn_plan *plan, const_dnnl_primitive_desc_t desc, const dnnl_memory_desc_t *plain,
                     dnnl_engine_t engine, dnnl_primitive_attr_t attr)
{
    const dnnl_memory_desc_t *pad = dnnl_primitive_desc_query_md(desc, dnnl_query_scratchpad_md, 0);
    plan->pad_at = room(plan, pad);
    bool made = is_compiled(desc) && !dnnl_primitive_create(&plan->run, desc) &&
                !dnnl_stream_create(&plan->stream, engine, dnnl_stream_default_flags) &&
                !dnnl_memory_create(&plan->pad, pad, engine, DNNL_MEMORY_NONE);
    for (int i = 0; i < plan->nargs && made; i++) {
        wki_onednn_plan_arg *a = &plan->args[i];
        made = make_arg(plan, a, &plain[i], dnnl_primitive_desc_query_md(desc, dnnl_query_exec_arg_md, a->name), engine,
                        attr);
    }
    return made;
}

bool wki_onednn_plan_make(wki_onednn_plan *plan, const void *description, const dnnl_memory_desc_t *plain)
{
    dnnl_engine_t engine = NULL;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t desc = NULL;
    const bool made = !dnnl_engine_create(&engine, dnnl_cpu, 0) && !dnnl_primitive_attr_create(&attr) &&
                      !dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user) &&
                      !dnnl_primitive_desc_create(&desc, description, attr, engine, NULL) &&
                      make_all(plan, desc, plain, engine, attr);
    if (desc) dnnl_primitive_desc_destroy(desc);
    if (attr) dnnl_primitive_attr_destroy(attr);
    if (engine) dnnl_engine_destroy(engine);
    return made;
}

/* ---- Running ---- */

static bool reorder(const wki_onednn_plan *plan, const wki_onednn_plan_arg *a)
{
    const dnnl_exec_arg_t args[] = { { DNNL_ARG_FROM, a->written ? a->copy : a->memory },
                                     { DNNL_ARG_TO, a->written ? a->memory : a->copy } };
    return !a->reorder || !dnnl_primitive_execute(a->reorder, plan->stream, 2, args);
}

static bool place(const wki_onednn_plan *plan, void *const *data, char *scratch)
{
    for (int i = 0; i < plan->nargs; i++) {
        const wki_onednn_plan_arg *a = &plan->args[i];
        if (dnnl_memory_set_data_handle(a->memory, data[i])) return false;
        if (a->copy && dnnl_memory_set_data_handle(a->copy, scratch + a->at)) return false;
    }
    return !dnnl_memory_set_data_handle(plan->pad, scratch + plan->pad_at);
}

bool wki_onednn_plan_run(const wki_onednn_plan *plan, void *const *data, void *scratch)
{
    dnnl_exec_arg_t args[WKI_PLAN_ARGS + 1];
    bool fine = place(plan, data, scratch);
    for (int i = 0; i < plan->nargs && fine; i++) {
        const wki_onednn_plan_arg *a = &plan->args[i];
        args[i] = (dnnl_exec_arg_t){ a->name, a->copy ? a->copy : a->memory };
        if (!a->written) fine = reorder(plan, a);
    }
    args[plan->nargs] = (dnnl_exec_arg_t){ DNNL_ARG_SCRATCHPAD, plan->pad };
    fine = fine && !dnnl_primitive_execute(plan->run, plan->stream, plan->nargs + 1, args);
    for (int i = 0; i < plan->nargs && fine; i++)
        if (plan->args[i].written) fine = reorder(plan, &plan->args[i]);
    return fine && !dnnl_stream_wait(plan->stream);
}
