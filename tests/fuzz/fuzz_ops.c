/* Bytes as programs: each instruction calls an op, or opens and closes scopes, lets tensors go, turns modes on and off,
 * hooks in, differentiates. Errors are part of the game; crashes, leaks, hangs and objects left alive are not. The
 * calls themselves are made from the headers by calls.py. A number chosen by bytes stands for the call whose hashed
 * name is next to it, so that inputs found earlier keep most of their meaning when ops are added. */
#include "autograd/op.h"
#include "backends/rows_table.h"
#include "wick/nn.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLOTS = 12,
    MOST_SCOPES = 6,
    MOST_STEPS = 48,
    MOST_ELEMENTS = 512,
    MOST_LIST = 8,
    RESULTS = 32,
    MOST_HELD = 4096
};
enum { ARENA_BYTES = 8192, MOST_BYTES = 16 << 20, MOST_CALLS = 2048 };

typedef struct program {
    const uint8_t *at, *end;
    wk_tensor *slots[SLOTS]; /* each owned by a wk_keep */
    wk_scope *scopes[MOST_SCOPES];
    int nscopes, narena, nheld;
    bool cyclic; /* gradients with history may hold their leaves: all is held until the end, and then cut */
    wk_tensor *held[MOST_HELD];
    wk_tensor *results[RESULTS];
    FILE *quiet;
    _Alignas(16) char arena[ARENA_BYTES]; /* arrays of one call */
} program;

/* What the library allocates with; `left` counts down to a failure, 0 is none. */
typedef struct memory {
    long left;
    bool sticky;
} memory;
static memory faults;
static bool tell; /* FUZZ_TELL in the environment: every call and error, on stderr */

static void *allocate(void *user, size_t bytes, size_t align)
{
    memory *m = user;
    if (bytes > MOST_BYTES) return NULL;
    if (m->left > 0 && --m->left == 0) {
        m->left = m->sticky;
        return NULL;
    }
    void *block = NULL;
    return posix_memalign(&block, align < sizeof(void *) ? sizeof(void *) : align, bytes ? bytes : 1) ? NULL : block;
}

static void release(void *user, void *block, size_t bytes)
{
    (void)user, (void)bytes;
    free(block);
}

/* ---- What arguments are drawn from: the bytes that are left, and zeros behind them ---- */
#define MAYBE_UNUSED __attribute__((unused))

static uint8_t draw_byte(program *p) { return p->at < p->end ? *p->at++ : 0; }
static bool draw_flag(program *p) { return draw_byte(p) & 1; }
static unsigned draw_word(program *p)
{
    unsigned low = draw_byte(p);
    return low | (unsigned)draw_byte(p) << 8;
}

static int64_t draw_whole(program *p)
{
    static const int64_t odd[] = { INT64_MAX, INT64_MIN, INT64_C(1) << 40, INT32_MAX, -100, 1000, 64, 17 };
    uint8_t b = draw_byte(p);
    return b >= 248 ? odd[b - 248] : b % 12 - 3;
}

static double draw_number(program *p)
{
    static const double odd[] = { NAN, INFINITY, -INFINITY, -0.0, 1e300, 1e-300, 1e10, -1e19, 9.3e18, 0.1, 1e-3, 256 };
    uint8_t b = draw_byte(p);
    return b >= 240 ? odd[(b - 240) % 12] : b % 24 / 4.0 - 2;
}

static int draw_dim(program *p) { return draw_byte(p) % 8 - 4; }
static int draw_count(program *p) { return draw_byte(p) % (MOST_LIST + 1) - (draw_byte(p) == 255); }
static int draw_rank(program *p)
{
    uint8_t b = draw_byte(p);
    return b >= 254 ? (b == 255 ? -1 : WK_MAX_DIMS + 1) : b >= 248 ? b - 244 : b % 5;
}
static wk_dtype draw_dtype(program *p)
{
    uint8_t b = draw_byte(p);
    return b < 128 ? (b & 1 ? WK_F32 : WK_F64) : (wk_dtype)(b % (WK_DTYPE_COUNT + (b == 255)));
}
static MAYBE_UNUSED const char *draw_equation(program *p)
{
    static const char *const texts[] = {
        "ij,jk->ik", "ij->ji",  "i,i->", "bij,bjk->bik", "ij,ij",        "...i,i",       "ii->i",
        "ii",        "i,j->ij", "ij->",  "a->a",         "ijk,ikl->ijl", "ij,k->ikj",    "->",
        "i->ii",     "i,",      "",      "i j -> j i",   "...,...->...", "ij,jk,kl->il", "?"
    };
    return texts[draw_byte(p) % (sizeof texts / sizeof *texts)];
}

static void *arena(program *p, size_t bytes)
{
    void *block = p->arena + p->narena;
    bytes = (bytes + 15) / 16 * 16;
    if (p->narena + bytes > ARENA_BYTES) return p->arena; /* more arrays than any call has */
    p->narena += (int)bytes;
    return block;
}
static int most(int n) { return n > MOST_LIST ? n : MOST_LIST + 1; } /* room for counts that are wrong by a few */

static MAYBE_UNUSED int *draw_dims(program *p, int n)
{
    int *a = arena(p, (size_t)most(n) * sizeof *a);
    for (int i = 0; i < n; i++) a[i] = draw_dim(p);
    return a;
}
static MAYBE_UNUSED int64_t *draw_sizes(program *p, int n)
{
    int64_t *a = arena(p, (size_t)most(n) * sizeof *a);
    for (int i = 0; i < n; i++) a[i] = n > 4 ? draw_byte(p) % 4 - 1 : draw_whole(p);
    return a;
}
static MAYBE_UNUSED double *draw_numbers(program *p, int n)
{
    double *a = arena(p, (size_t)most(n) * sizeof *a);
    for (int i = 0; i < n; i++) a[i] = draw_number(p);
    return a;
}
/* Small in all, but for a size that no memory holds. */
static int64_t *draw_shape(program *p, int n)
{
    int64_t *a = arena(p, (size_t)most(n) * sizeof *a), all = 1;
    static const int64_t some[] = { 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33, 64 };
    for (int i = 0; i < n; i++) {
        uint8_t b = draw_byte(p);
        a[i] = b >= 250 ? draw_whole(p) : b >= 240 ? 0 : b >= 232 ? -1 : some[b % 12];
        if (b < 232 && all * a[i] > MOST_ELEMENTS) a[i] = 1;
        if (b < 232) all *= a[i];
    }
    return a;
}

/* ---- Tensors ---- */

static wk_tensor *fresh(program *p)
{
    int n = draw_rank(p);
    const int64_t *size = draw_shape(p, n);
    wk_dtype type = draw_dtype(p);
    double low = draw_number(p), step = draw_number(p);
    wk_tensor *t = wk_full(n, size, type, low);
    if (!t || wk_numel(t) > MOST_ELEMENTS) return t;
    WK_NO_GRAD(filling);
    wk_tensor *ramp = wk_reshape(wk_arange(0, (double)wk_numel(t), 1, WK_F64), wk_ndim(t), wk_shape(t));
    wk_copy_(t, wk_to(wk_add_scalar(wk_mul_scalar(ramp, step), low), type));
    if (draw_flag(p)) wk_requires_grad(t);
    return t;
}

static void hold(program *p, wk_tensor *t)
{
    if (p->cyclic && p->nheld < MOST_HELD) p->held[p->nheld++] = wk_keep(t);
}

/* A slot's tensor, as it is or as a view of it; a fresh one where the slot is empty; now and then none. */
static wk_tensor *draw_tensor(program *p)
{
    uint8_t b = draw_byte(p);
    wk_tensor **slot = &p->slots[b % 16 % SLOTS];
    if (b == 255) return NULL;
    wk_tensor *t = *slot ? *slot : fresh(p);
    if (t && !*slot && wk_numel(t) <= MOST_ELEMENTS) {
        *slot = wk_keep(t);
        hold(p, t);
    }
    switch (b / 16) {
    case 12: return wk_transpose(t, 0, -1);
    case 13: return wk_slice(t, -1, 1, INT64_MAX, 2);
    case 14: return wk_unsqueeze(t, 0);
    case 15:
        return wk_expand(wk_unsqueeze(t, 0), wk_ndim(t) + 1,
                         (int64_t[WK_MAX_DIMS + 1]){ 3, -1, -1, -1, -1, -1, -1, -1, -1 });
    default: return t;
    }
}

/* One of the slots, or whole numbers that often are in range. */
static MAYBE_UNUSED wk_tensor *draw_indices(program *p)
{
    if (draw_flag(p)) return draw_tensor(p);
    int64_t values[MOST_LIST];
    int n = draw_byte(p) % (MOST_LIST + 1);
    for (int i = 0; i < n; i++) values[i] = draw_byte(p) % 8 - (draw_byte(p) > 200);
    wk_tensor *t = wk_from(values, 1, (int64_t[]){ n }, WK_I64);
    return draw_flag(p) && n % 2 == 0 ? wk_reshape(t, 2, (int64_t[]){ n / 2, 2 }) : t;
}
static MAYBE_UNUSED wk_tensor *draw_condition(program *p)
{
    return draw_flag(p) ? draw_tensor(p) : wk_gt(draw_tensor(p), draw_tensor(p));
}

static wk_tensor **draw_tensors(program *p, int n)
{
    wk_tensor **list = arena(p, (size_t)most(n) * sizeof *list);
    for (int i = 0; i < n; i++) list[i] = draw_tensor(p);
    return list;
}
static wk_tensor **draw_results(program *p)
{
    memset(p->results, 0, sizeof p->results);
    return p->results;
}

static void put(program *p, wk_tensor *t)
{
    wk_tensor **slot = &p->slots[draw_byte(p) % SLOTS];
    if (!t || wk_numel(t) > MOST_ELEMENTS) return;
    wk_tensor *old = *slot;
    *slot = wk_keep(t);
    hold(p, t);
    wk_release(old);
}
static MAYBE_UNUSED void take_results(program *p)
{
    for (int i = 0; i < RESULTS; i++)
        if (p->results[i]) put(p, p->results[i]);
}

#include "fuzz_calls.h"

/* ---- What the headers do not tell how to call ---- */

static void call_new(program *p) { put(p, fresh(p)); }

static void call_row(program *p)
{
    int row = draw_byte(p) % WKI_ROW_COUNT, operands = wki_row_table[row].operands;
    wk_tensor *x = operands & WKI_HAS_X ? draw_tensor(p) : NULL, *a = operands & WKI_HAS_A ? draw_tensor(p) : NULL;
    wk_tensor *b = operands & WKI_HAS_B ? draw_tensor(p) : NULL;
    if (x && a) x = wk_gt(x, a);
    double s = draw_number(p), t = draw_number(p);
    put(p, wki_row_apply(row, x, a, b, s, t));
}

static void call_let_go(program *p)
{
    wk_tensor **slot = &p->slots[draw_byte(p) % SLOTS];
    wk_release(*slot);
    *slot = NULL;
}

static void call_open(program *p)
{
    if (p->nscopes == MOST_SCOPES) return;
    wk_scope *scope = wk_scope_open("fuzz");
    if (scope) p->scopes[p->nscopes++] = scope;
}

/* Any but the outermost, with those inside it. */
static void call_close(program *p)
{
    if (p->nscopes < 2) return;
    p->nscopes = 1 + draw_byte(p) % (p->nscopes - 1);
    wk_scope_close(p->scopes[p->nscopes]);
}

static void call_escape(program *p)
{
    wk_tensor *t = p->slots[draw_byte(p) % SLOTS];
    wk_escape(p->scopes[draw_byte(p) % p->nscopes], t);
}

static void call_replaced(program *p)
{
    wk_tensor *first = draw_tensor(p), *h = wk_neg(first);
    for (int i = draw_byte(p) % 4; i > 0 && h; i--) {
        WK_SCOPE(step);
        wk_replace(&h, draw_flag(p) ? wk_detach(wk_add(h, first)) : wk_add(h, first));
    }
    put(p, h);
}

static void call_wrap(program *p)
{
    static float values[64];
    int n = 2;
    int64_t *size = draw_shape(p, n);
    if (size[0] < 0 || size[1] < 0 || size[0] > 8 || size[1] > 8) return;
    put(p, wk_wrap(values, n, size, WK_F32, NULL, NULL));
}

static void call_read_and_write(program *p)
{
    wk_tensor *t = draw_tensor(p);
    char bytes[8 * MOST_ELEMENTS * 3] = { 0 };
    size_t size = t ? (size_t)wk_numel(t) * wk_dtype_size(wk_dtype_of(t)) : 0;
    if (size > sizeof bytes) return;
    wk_read(t, bytes, size);
    wk_write(draw_tensor(p), bytes, size);
    if (t) put(p, wk_from(bytes, wk_ndim(t), wk_shape(t), wk_dtype_of(t)));
}

static wk_tensor *halved(void *user, wk_tensor *grad) { return user ? wk_mul_scalar(grad, 0.5) : NULL; }
static wk_status leaf_seen(void *user, wk_tensor *leaf) { return user ? wk_set_grad(leaf, NULL) : WK_OK; }
static wk_status node_seen(void *user, const char *name, wk_tensor *grad, wk_tensor *const *sent, int n)
{
    (void)user, (void)name, (void)sent;
    return n > 3 ? wk_fail(WK_E_STATE, "%s", "enough") : grad && wk_numel(grad) == 5 ? wk_error() : WK_OK;
}
static void call_hook(program *p)
{
    wk_tensor *t = draw_tensor(p);
    void *user = draw_flag(p) ? p : NULL;
    uint8_t kind = draw_byte(p);
    int id = kind % 3 == 0   ? wk_register_hook(t, halved, user)
             : kind % 3 == 1 ? wk_register_post_accumulate_grad_hook(t, leaf_seen, user)
                             : wk_register_node_hook(t, draw_flag(p), node_seen, user);
    if (kind > 200) wk_remove_hook(t, id);
}

static wk_tensor *cubed(void *user, wk_tensor *const *in, int n)
{
    (void)user;
    wk_tensor *y = n > 0 ? wk_mul(in[0], wk_square(in[0])) : NULL;
    for (int i = 1; i < n; i++) y = wk_add(y, wk_sigmoid(in[i]));
    return y;
}
static void call_checkpoint(program *p)
{
    int n = draw_count(p);
    put(p, wk_checkpoint(cubed, NULL, draw_tensors(p, n), n));
}
static void call_gradcheck(program *p)
{
    wk_tensor *in[] = { draw_tensor(p), draw_tensor(p) };
    int n = 1 + draw_flag(p);
    if (in[0] && wk_numel(in[0]) > 8) return;
    if (draw_flag(p))
        wk_gradcheck(cubed, NULL, in, n, 1e-5, 1e-5);
    else
        wk_gradgradcheck(cubed, NULL, in, n, 1e-5, 1e-5);
}

typedef struct own {
    int calls;
} own;
static wk_tensor *own_forward(wk_function *f, wk_tensor *const *in, int n)
{
    own *state = wk_function_state(f);
    state->calls = n;
    wk_save_for_backward(f, in[0]);
    return wk_exp(in[0]);
}
static wk_status own_backward(wk_function *f, wk_tensor *g, wk_tensor **d)
{
    own *state = wk_function_state(f);
    state->calls++;
    if (wk_needs_input_grad(f, 0)) d[0] = wk_mul(g, wk_exp(wk_saved(f, 0)));
    return wk_error();
}
static void call_own(program *p)
{
    static const wk_function_ops ops = { sizeof ops, "own", sizeof(own), own_forward, own_backward, NULL };
    wk_tensor *in[] = { draw_tensor(p), draw_tensor(p) };
    put(p, wk_apply(&ops, in, 1 + draw_flag(p), NULL));
}

static void call_gradients(program *p)
{
    wk_autograd_grad_opts o = wk_autograd_grad_opts_default();
    wk_tensor *gradients[1];
    o.noutputs = 1;
    o.outputs = draw_tensors(p, 1);
    o.ninputs = draw_byte(p) % 4;
    o.inputs = draw_tensors(p, o.ninputs);
    o.retain_graph = draw_flag(p);
    o.create_graph = draw_flag(p);
    o.materialize = draw_flag(p);
    wk_tensor *y = o.outputs[0];
    gradients[0] = y && draw_flag(p) ? wk_ones_like(y) : NULL;
    o.gradients = gradients;
    wk_autograd_grad_run(&o, draw_results(p));
    take_results(p);
}

/* The way most programs go: a number from a tensor, backwards, and the gradient of one that may have one. */
static void call_differentiate(program *p)
{
    wk_tensor *t = draw_tensor(p), *loss = draw_flag(p) ? t : wk_sum(t);
    if (!loss || !wk_needs_grad(loss)) return;
    wk_tensor *gradient = draw_flag(p) ? wk_ones_like(loss) : NULL;
    bool retain = draw_flag(p), create = draw_flag(p) && p->cyclic;
    if (draw_flag(p))
        wk_backward_all((wk_tensor *[]){ loss, draw_tensor(p) },
                        draw_flag(p) ? (wk_tensor *[]){ gradient, NULL } : NULL, 2, retain, create);
    else
        wk_backward_with(loss, .gradient = gradient, .retain_graph = retain, .create_graph = create);
    for (int i = 0; i < SLOTS; i++) {
        wk_tensor *grad = p->slots[i] ? wk_grad(p->slots[i]) : NULL;
        if (!grad || !draw_flag(p)) continue;
        put(p, p->cyclic ? grad : wk_detach(grad));
        break;
    }
}

static void call_set_grad(program *p)
{
    wk_tensor *t = draw_tensor(p);
    wk_set_grad(t, draw_flag(p) ? wk_clone(wk_detach(draw_tensor(p))) : draw_flag(p) ? t : NULL);
}

static void call_params(program *p)
{
    int n = draw_count(p);
    wk_params *params = wk_params_new(draw_tensors(p, n), NULL, n);
    for (int i = -1; params && i <= wk_params_count(params); i++)
        if (wk_params_at(params, i)) wk_params_name(params, i);
    wk_graph_dot(draw_tensor(p), params, p->quiet);
}

/* ---- The table ---- */

#define BY_HAND(X)                                                                                                     \
    X(new)                                                                                                             \
    X(row)                                                                                                             \
    X(let_go)                                                                                                          \
    X(open)                                                                                                            \
    X(close)                                                                                                           \
    X(escape)                                                                                                          \
    X(replaced)                                                                                                        \
    X(wrap)                                                                                                            \
    X(read_and_write)                                                                                                  \
    X(hook)                                                                                                            \
    X(checkpoint)                                                                                                      \
    X(gradcheck)                                                                                                       \
    X(own)                                                                                                             \
    X(gradients)                                                                                                       \
    X(set_grad)                                                                                                        \
    X(differentiate)                                                                                                   \
    X(params)

typedef struct entry {
    const char *name;
    void (*call)(program *p);
    unsigned place; /* of its hash, 0 .. 65535 */
} entry;

static entry table[] = {
#define X(NAME) { #NAME, call_##NAME, 0 },
    FUZZ_CALLS(X) BY_HAND(X)
#undef X
};
enum { CALLS = sizeof table / sizeof *table };

static int by_place(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    return x->place != y->place ? (x->place > y->place) - (x->place < y->place) : strcmp(x->name, y->name);
}

static const entry *chosen(unsigned place)
{
    int low = 0, high = CALLS;
    while (low < high) {
        int middle = (low + high) / 2;
        if (table[middle].place < place)
            low = middle + 1;
        else
            high = middle;
    }
    return &table[low % CALLS];
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
const char *__asan_default_options(void);

const char *__asan_default_options(void) { return "allocator_may_return_null=1:detect_leaks=1"; }

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    tell = getenv("FUZZ_TELL") != NULL;
    static const wk_allocator allocator = { allocate, release, &faults };
    if (wk_set_allocator(&allocator)) abort();
    for (int i = 0; i < CALLS; i++) {
        uint32_t hash = 2166136261u; /* FNV-1a */
        for (const char *c = table[i].name; *c; c++) hash = (hash ^ (uint8_t)*c) * 16777619u;
        table[i].place = hash >> 16 ^ (hash & 0xffff);
    }
    qsort(table, CALLS, sizeof *table, by_place);
    return 0;
}

static void run(program *p)
{
    static const entry often[] = {
        { "new", call_new, 0 },       { "row", call_row, 0 },   { "differentiate", call_differentiate, 0 },
        { "let_go", call_let_go, 0 }, { "open", call_open, 0 }, { "close", call_close, 0 }
    };
    for (int step = 0; step < MOST_STEPS && p->at < p->end; step++) {
        unsigned place = draw_word(p);
        const entry *e = place % 4 == 3 ? &often[place / 4 % (sizeof often / sizeof *often)] : chosen(place);
        p->narena = 0;
        if (tell) fprintf(stderr, "%s\n", e->name);
        e->call(p);
        if (tell && wk_failed()) fprintf(stderr, "    %s\n", wk_error_text());
        if (place & 0x3000) wk_error_clear(); /* else it stays pending for the next */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static program p;
    static FILE *quiet;
    if (!quiet && !(quiet = fopen("/dev/null", "w"))) abort();
    p = (program){ .at = bytes, .end = bytes + n, .quiet = quiet };
    static const char *const isas[] = { "avx512", "avx2", "base" };
    wk_set_cpu_isa(isas[draw_byte(&p) % 3]);
    wk_error_clear();
    wk_manual_seed(1);
    const int64_t before = wk_live_objects();
    uint8_t fault = draw_byte(&p);
    faults = (memory){ fault < 192 ? 0 : draw_word(&p) % 512 + 1, fault & 1 };
    p.cyclic = fault & 2;
    call_open(&p);
    if (p.nscopes) run(&p);
    wk_error_clear();
    for (int i = 0; i < p.nheld; i++) wk_set_grad(p.held[i], NULL);
    for (int i = 0; i < p.nheld; i++) wk_release(p.held[i]);
    for (int i = 0; i < SLOTS; i++) wk_release(p.slots[(i * 5) % SLOTS]);
    if (p.nscopes) wk_scope_close(p.scopes[0]);
    wk_error_clear();
    wk_set_grad_enabled(true);
    wk_set_inference_mode(false);
    wk_set_detect_anomaly(false);
    if (wk_live_objects() != before) {
        fprintf(stderr, "%lld objects left alive\n", (long long)(wk_live_objects() - before));
        abort();
    }
    return 0;
}
