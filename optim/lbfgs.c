/* L-BFGS (Nocedal and Wright 2006, algorithms 7.4 and 7.5), as torch.optim.LBFGS. All parameters are one long vector. A
 * step works on a copy of what the optimizer remembers, which takes the place of the old when all went well; until then
 * the parameters can go back. */
#include "autograd/state.h"
#include "base/alloc.h"
#include "optim/optim.h"
#include "optim/wolfe.h"
#include <stdio.h>
#include <string.h>

static const wk_lbfgs_opts defaults = { WK_LBFGS_DEFAULTS };

static const wki_optim_option options[] = {
    WKI_AT_LEAST_0(wk_lbfgs_opts, lr),
    WKI_AT_LEAST_0(wk_lbfgs_opts, max_iter),
    WKI_AT_LEAST_0(wk_lbfgs_opts, max_eval),
    WKI_AT_LEAST_0(wk_lbfgs_opts, tolerance_grad),
    WKI_AT_LEAST_0(wk_lbfgs_opts, tolerance_change),
    WKI_AT_LEAST_0(wk_lbfgs_opts, history_size),
    WKI_FLAG(wk_lbfgs_opts, strong_wolfe),
    WKI_FLAG(wk_lbfgs_opts, maximize),
    { 0 },
};

static wk_status whole(const char *name, double value, double least)
{
    wki_check(value >= least && value <= 1e9 && value == floor(value), WK_E_INVALID, WK_E_INVALID, "optim_lbfgs",
              "%s is %g; it must be a whole number from %g to 1e9", name, value, least);
    return WK_OK;
}

static wk_status check(const void *opts)
{
    const wk_lbfgs_opts *o = opts;
    if (whole("max_iter", o->max_iter, 1) || whole("max_eval", o->max_eval, 0)) return wk_error();
    return whole("history_size", o->history_size, 1);
}

static wki_optim_plan plan(const void *opts)
{
    (void)opts;
    return (wki_optim_plan){ .rule = -1 };
}

/* ---- What is remembered ---- */

typedef struct pair {
    wk_tensor *y, *s; /* how gradient and parameters changed; references */
    double ro, alpha; /* 1 / (y s); a place for the recursion */
} pair;

typedef struct memory {
    int64_t iterations, evaluations;
    wk_tensor *d, *g; /* the last direction, and the gradient from which it went; references */
    double t, h;      /* how far along d; the first guess of the inverse Hessian's diagonal */
    pair *pairs;      /* oldest first */
    int count, room;
} memory;

static void hold(wk_tensor **place, wk_tensor *t)
{
    wki_object_ref(t);
    wki_object_unref(*place);
    *place = t;
}

static void drop_pair(const pair *p)
{
    wki_object_unref(p->y);
    wki_object_unref(p->s);
}

static void drop(void *own)
{
    memory *m = own;
    if (!m) return;
    for (int i = 0; i < m->count; i++) drop_pair(&m->pairs[i]);
    wki_object_unref(m->d);
    wki_object_unref(m->g);
    wki_free(m->pairs);
    wki_free(m);
}

static int64_t vectors(const void *opts) { return 2 + 2 * (int64_t)((const wk_lbfgs_opts *)opts)->history_size; }

static wk_status make_room(memory *m, int room)
{
    if (room <= m->room) return WK_OK;
    pair *grown = wki_grow(m->pairs, (size_t)m->room * sizeof *grown, (size_t)room * sizeof *grown);
    if (!grown) return wk_error();
    m->pairs = grown;
    m->room = room;
    return WK_OK;
}

static wk_status remember(memory *m, pair p, int most)
{
    while (m->count >= most) {
        drop_pair(&m->pairs[0]);
        memmove(m->pairs, m->pairs + 1, (size_t)--m->count * sizeof p);
    }
    if (m->count == m->room && make_room(m, m->room ? 2 * m->room : 8)) return wk_error();
    wki_object_ref(p.y);
    wki_object_ref(p.s);
    m->pairs[m->count++] = p;
    return WK_OK;
}

static memory *copy_of(const memory *from)
{
    memory *m = wki_alloc(sizeof *m);
    if (!m || !from) return m;
    if (make_room(m, from->count)) return drop(m), NULL;
    for (; m->count < from->count; m->count++) {
        m->pairs[m->count] = from->pairs[m->count];
        wki_object_ref(from->pairs[m->count].y);
        wki_object_ref(from->pairs[m->count].s);
    }
    hold(&m->d, from->d);
    hold(&m->g, from->g);
    m->iterations = from->iterations;
    m->evaluations = from->evaluations;
    m->t = from->t;
    m->h = from->h;
    return m;
}

/* ---- Parameters as one vector ---- */

/* A parameter's part of the vector, in the parameter's shape; *at moves on. */
static wki_view part_of(const wki_optim_slot *slot, const wk_tensor *all, int64_t *at)
{
    wki_view v = slot->p->v;
    v.data = (char *)all->v.data + (size_t)*at * wk_dtype_size((wk_dtype)all->v.dtype);
    v.storage = all->v.storage;
    v.dtype = all->v.dtype;
    *at += wki_numel(&v);
    return v;
}

static wk_dtype vector_of(const wk_optim *opt, int64_t *size)
{
    wk_dtype dtype = WK_F32;
    *size = 0;
    for (int i = 0; i < opt->count; i++) {
        *size += wki_numel(&opt->slots[i].p->v);
        if (opt->slots[i].p->v.dtype == WK_F64) dtype = WK_F64;
    }
    return dtype;
}

/* All parameters, or their gradients, 0 where there is none. */
static wk_tensor *gather(const wk_optim *opt, bool gradients)
{
    static const wki_fill_attrs zero = { 0 };
    int64_t size, at = 0;
    const wk_dtype dtype = vector_of(opt, &size);
    wk_tensor *all = wki_new("step_closure", opt->slots[0].p->v.device, 1, &size, dtype);
    for (int i = 0; all && i < opt->count; i++) {
        const wki_optim_slot *slot = &opt->slots[i];
        const wk_tensor *from = gradients ? slot->p->grad : slot->p;
        const wki_view part = part_of(slot, all, &at);
        if (from && gradients && wki_optim_gradient_ok(slot, "step_closure")) return NULL;
        if (from ? wki_do(WKI_OP_copy, 1, WKI_VIEWS(&part, &from->v), NULL, 0, wki_numel(&part))
                 : wki_do(WKI_OP_fill, 1, WKI_VIEWS(&part), &zero, sizeof zero, wki_numel(&part)))
            return NULL;
    }
    return all;
}

/* Needs no memory, so it cannot fail. */
static void put_parameters(wk_optim *opt, const wk_tensor *x)
{
    int64_t at = 0;
    for (int i = 0; i < opt->count; i++) {
        const wki_view part = part_of(&opt->slots[i], x, &at);
        wki_do(WKI_OP_copy, 1, WKI_VIEWS(&opt->slots[i].p->v, &part), NULL, 0, wki_numel(&part));
        wki_bump(opt->slots[i].p);
    }
}

static double dot(wk_tensor *a, wk_tensor *b) { return wk_item(wk_dot(a, b)); }

static double largest(wk_tensor *a) { return a->v.size[0] ? wk_item(wk_norm(a, (double)INFINITY)) : 0; }

/* ---- A step ---- */

typedef struct walk {
    wk_optim *opt;
    const wki_closure *closure;
    const wk_lbfgs_opts *o;
    memory *m;
    wk_tensor *x, *g;      /* where it stands, and the gradient there; references */
    double loss, steepest; /* the loss as what is to fall, the largest element of g */
    int64_t evaluations;
    bool lost; /* loss or gradient is not finite */
} walk;

static int64_t most_evaluations(const wk_lbfgs_opts *o)
{
    return (int64_t)(o->max_eval > 0 ? o->max_eval : o->max_iter * 5 / 4);
}

/* A loss as what is to fall, and back. */
static double to_fall(const wk_lbfgs_opts *o, double loss) { return o->maximize ? -loss : loss; }

static wk_status evaluate(walk *s)
{
    s->evaluations++;
    if (wki_closure_call(s->closure, &s->loss)) return wk_error();
    wk_tensor *g = gather(s->opt, true);
    if (!g) return wk_error();
    s->loss = to_fall(s->o, s->loss);
    if (s->o->maximize && wk_neg_(g)) return wk_error();
    hold(&s->g, g);
    s->steepest = largest(g);
    s->lost = !isfinite(s->loss) || !isfinite(s->steepest);
    return wk_error();
}

/* The inverse Hessian that the pairs tell, times -g. */
static wk_tensor *by_recursion(const walk *s)
{
    memory *m = s->m;
    wk_tensor *q = wk_neg(s->g);
    for (int i = m->count - 1; i >= 0 && !wk_failed(); i--) {
        pair *p = &m->pairs[i];
        p->alpha = dot(p->s, q) * p->ro;
        wk_add_alpha_(q, p->y, -p->alpha);
    }
    wk_mul_scalar_(q, m->h);
    for (int i = 0; i < m->count && !wk_failed(); i++) {
        const pair *p = &m->pairs[i];
        wk_add_alpha_(q, p->s, p->alpha - dot(p->y, q) * p->ro);
    }
    return wk_failed() ? NULL : q;
}

static wk_status choose_direction(walk *s)
{
    static const double least_curvature = 1e-10;
    memory *m = s->m;
    if (m->iterations++ == 0) {
        hold(&m->d, wk_neg(s->g));
        m->h = 1;
        return wk_error();
    }
    const pair p = { .y = wk_sub(s->g, m->g), .s = wk_mul_scalar(m->d, m->t) };
    const double ys = dot(p.y, p.s);
    if (!wk_failed() && ys > least_curvature) {
        m->h = ys / dot(p.y, p.y);
        if (wk_failed() || remember(m, (pair){ p.y, p.s, 1 / ys, 0 }, (int)s->o->history_size)) return wk_error();
    }
    wk_tensor *d = by_recursion(s);
    if (d) hold(&m->d, d);
    return wk_error();
}

/* To x + t d, told in *x if that is wanted. */
static wk_status place(walk *s, double t, wk_tensor **x)
{
    WK_SCOPE(placing);
    wk_tensor *to = wk_add_alpha(s->x, s->m->d, t);
    if (!to) return wk_error();
    put_parameters(s->opt, to);
    if (x) hold(x, to);
    return WK_OK;
}

static wk_status attempt(void *user, wki_trial *trial)
{
    WK_SCOPE(attempting);
    walk *s = user;
    if (place(s, trial->t, NULL) || evaluate(s)) return wk_error();
    trial->loss = s->loss;
    trial->slope = dot(s->g, s->m->d);
    if (wk_failed()) return wk_error();
    hold(&trial->g, s->g);
    return WK_OK;
}

static wk_status move_by_search(walk *s, double slope)
{
    wki_line line = {
        .at = attempt, .user = s, .reach = largest(s->m->d), .most = most_evaluations(s->o) - s->evaluations
    };
    wki_trial best = { .loss = s->loss, .slope = slope };
    hold(&best.g, s->g);
    if (wki_strong_wolfe(&line, s->m->t, &best) == WK_OK && place(s, best.t, &s->x) == WK_OK) {
        s->m->t = best.t;
        s->loss = best.loss;
        hold(&s->g, best.g);
        s->steepest = largest(best.g);
        s->lost = false;
    }
    wki_object_unref(best.g);
    return wk_error();
}

static wk_status iterate(walk *s, bool last, bool *over)
{
    WK_SCOPE(iteration);
    memory *m = s->m;
    const double before = s->loss;
    if (choose_direction(s)) return wk_error();
    hold(&m->g, s->g);
    m->t = s->o->lr * (m->iterations == 1 ? fmin(1, 1 / wk_item(wk_norm(s->g, 1))) : 1);
    const double slope = dot(s->g, m->d);
    *over = !(slope <= -s->o->tolerance_change);
    if (wk_failed() || *over) return wk_error();
    if (s->o->strong_wolfe) {
        if (move_by_search(s, slope)) return wk_error();
    } else if (place(s, m->t, &s->x) || (!last && evaluate(s)))
        return wk_error();
    *over = last || s->lost || s->evaluations >= most_evaluations(s->o) || s->steepest <= s->o->tolerance_grad ||
            fabs(m->t) * largest(m->d) <= s->o->tolerance_change || fabs(s->loss - before) < s->o->tolerance_change;
    return wk_error();
}

static wk_status run(walk *s, double *first)
{
    if (evaluate(s)) return wk_error();
    *first = to_fall(s->o, s->loss);
    bool over = s->lost || s->steepest <= s->o->tolerance_grad;
    for (int64_t n = 1; !over; n++)
        if (iterate(s, (double)n >= s->o->max_iter, &over)) return wk_error();
    s->m->evaluations += s->evaluations;
    return WK_OK;
}

static wk_status give_up(const walk *s)
{
    if (s->opt->nonfinite == WK_NONFINITE_SKIP) return s->opt->skipped++, WK_OK;
    const bool named = isfinite(s->loss) || s->opt->nonfinite == WK_NONFINITE_STOP;
    const int i = named ? wki_optim_first_nonfinite(s->opt) : -1;
    if (i >= 0) return wki_optim_fail_nonfinite(s->opt, i, "step_closure");
    return wki_fail(WK_E_STATE, "step_closure",
                    "the loss is %g at evaluation %lld; L-BFGS needs finite ones; nothing was updated",
                    to_fall(s->o, s->loss), (long long)s->evaluations);
}

static void go_back(wk_optim *opt, const wk_tensor *start)
{
    wki_error why;
    wki_error_take(&why);
    put_parameters(opt, start);
    if (why.code != WK_OK) wki_error_raise(&why);
}

static wk_status ready(const wk_optim *opt, const wk_tensor *x)
{
    const memory *m = opt->own;
    wki_check(!m || !m->d || (m->d->v.size[0] == x->v.size[0] && m->d->v.dtype == x->v.dtype), WK_E_STATE, WK_E_STATE,
              "step_closure", "the parameters are %s %s, but were %s %s in the first step; make a new optimizer",
              wk_dtype_name((wk_dtype)x->v.dtype), wki_show(&x->v), wk_dtype_name((wk_dtype)m->d->v.dtype),
              wki_show(&m->d->v));
    return WK_OK;
}

static wk_status search(wk_optim *opt, const wki_closure *closure, double *first)
{
    WK_SCOPE(searching);
    WK_NO_GRAD(updating);
    wk_tensor *start = gather(opt, false);
    if (!start || ready(opt, start)) return wk_error();
    walk s = { .opt = opt, .closure = closure, .o = opt->groups[0].opts, .m = copy_of(opt->own) };
    hold(&s.x, start);
    const bool done = s.m && run(&s, first) == WK_OK && !s.lost;
    if (done) {
        drop(opt->own);
        opt->own = s.m;
        opt->steps++;
        for (int i = 0; i < opt->count; i++) opt->slots[i].t++;
    } else {
        drop(s.m);
        go_back(opt, start);
    }
    if (!done && !wk_failed()) give_up(&s);
    wki_object_unref(s.x);
    wki_object_unref(s.g);
    return wk_error();
}

/* ---- Its state ---- */

static const char *key_of(char key[64], const char *what, int i)
{
    snprintf(key, 64, "lbfgs.%s.%d", what, i);
    return key;
}

static wk_status put_state(const wk_optim *opt, wk_state *s)
{
    const memory *m = opt->own;
    char key[64];
    if (!m) return WK_OK;
    wk_state_set_int(s, "lbfgs.n_iter", m->iterations);
    wk_state_set_int(s, "lbfgs.func_evals", m->evaluations);
    if (!m->d) return wk_error();
    wk_state_set_int(s, "lbfgs.pairs", m->count);
    wk_state_set_number(s, "lbfgs.t", m->t);
    wk_state_set_number(s, "lbfgs.H_diag", m->h);
    wk_state_set(s, "lbfgs.d", m->d);
    wk_state_set(s, "lbfgs.prev_flat_grad", m->g);
    for (int i = 0; i < m->count && !wk_failed(); i++) {
        wk_state_set(s, key_of(key, "old_dirs", i), m->pairs[i].y);
        wk_state_set(s, key_of(key, "old_stps", i), m->pairs[i].s);
        wk_state_set_number(s, key_of(key, "ro", i), m->pairs[i].ro);
    }
    return wk_error();
}

static wk_tensor *read_vector(const wk_optim *opt, const wk_state *s, const char *key)
{
    const char *where = "optim_load_state_dict";
    wk_tensor *t = wk_state_get(s, key);
    int64_t size;
    const wk_dtype dtype = vector_of(opt, &size);
    if (!t) return NULL;
    wki_check(t->v.ndim == 1 && t->v.size[0] == size && wki_is_float((wk_dtype)t->v.dtype), NULL, WK_E_SHAPE, where,
              "'%s' is %s %s; the parameters have %lld elements", key, wk_dtype_name((wk_dtype)t->v.dtype),
              wki_show(&t->v), (long long)size);
    return wk_contiguous(wk_clone(wk_to_device(wk_to(t, dtype), opt->slots[0].p->v.device)));
}

static wk_status read_pairs(const wk_optim *opt, const wk_state *s, memory *m)
{
    char key[64];
    const int64_t n = wki_state_times(s, "lbfgs.pairs");
    if (wk_failed()) return wk_error();
    wki_check(n <= 1000000000, WK_E_FORMAT, WK_E_FORMAT, "optim_load_state_dict", "lbfgs.pairs is %lld", (long long)n);
    for (int i = 0; i < n; i++) {
        const pair p = { .y = read_vector(opt, s, key_of(key, "old_dirs", i)),
                         .s = read_vector(opt, s, key_of(key, "old_stps", i)),
                         .ro = wk_state_number(s, key_of(key, "ro", i)) };
        if (wk_failed() || remember(m, p, (int)n)) return wk_error();
    }
    return WK_OK;
}

static wk_status read_last(const wk_optim *opt, const wk_state *s, memory *m)
{
    m->t = wk_state_number(s, "lbfgs.t");
    m->h = wk_state_number(s, "lbfgs.H_diag");
    hold(&m->d, read_vector(opt, s, "lbfgs.d"));
    hold(&m->g, read_vector(opt, s, "lbfgs.prev_flat_grad"));
    return wk_failed() ? wk_error() : read_pairs(opt, s, m);
}

static void *read_state(const wk_optim *opt, const wk_state *s)
{
    memory *m = wki_alloc(sizeof *m);
    if (!m || !wk_state_text(s, "lbfgs.n_iter")) return m; /* of before the first step */
    m->iterations = wki_state_times(s, "lbfgs.n_iter");
    m->evaluations = wki_state_times(s, "lbfgs.func_evals");
    if (m->iterations > 0) read_last(opt, s, m);
    if (!wk_failed()) return m;
    drop(m);
    return NULL;
}

const wki_optim_kind wki_optim_kind_lbfgs = {
    .name = "lbfgs",
    .where = "optim_lbfgs",
    .opts_size = sizeof(wk_lbfgs_opts),
    .defaults = &defaults,
    .options = options,
    .check = check,
    .plan = plan,
    .search = search,
    .put = put_state,
    .read = read_state,
    .drop = drop,
    .vectors = vectors,
};

wk_lbfgs_opts wk_lbfgs_opts_default(void) { return defaults; }

wk_optim *wk_optim_lbfgs_new(const wk_lbfgs_opts *o) { return wki_optim_new(&wki_optim_kind_lbfgs, o); }
