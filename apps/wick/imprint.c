/* Hashing and measuring data in one pass over it, or over rows that lie evenly in it where reading all would take long.
 * Rests on sets.h. */
#include "imprint.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SAMPLE = 256, PICTURES = 16, MOST_PARTS = 256 };
static const double most_bytes = 64 << 20; /* of rows as they are read, to be hashed all */

static const uint64_t first_hash = UINT64_C(0xcbf29ce484222325);

/* FNV-1a's step over words of eight bytes, the last one filled up with zeros. */
static uint64_t mix(uint64_t hash, const void *data, size_t bytes)
{
    for (size_t i = 0; i < bytes; i += 8) {
        uint64_t word = 0;
        memcpy(&word, (const char *)data + i, bytes - i < 8 ? bytes - i : 8);
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
        hash ^= hash >> 32;
    }
    return hash;
}

static bool mix_tensor(uint64_t *hash, wk_tensor *read)
{
    wk_tensor *t = wk_to_device(read, WK_CPU);
    if (t) *hash = mix(*hash, wk_data(t), (size_t)wk_numel(t) * wk_dtype_size(wk_dtype_of(t)));
    return t;
}

typedef struct reading {
    uint64_t hash;
    int64_t done, total;
    int fields;
    void (*watch)(void *user, double share);
    void *user;
} reading;

static bool hash_block(void *user, wk_tensor *const *read)
{
    reading *p = user;
    for (int f = 0; f < p->fields; f++)
        if (!mix_tensor(&p->hash, read[f])) return false;
    p->done += wk_size(read[0], 0);
    p->watch(p->user, (double)p->done / (double)p->total);
    return true;
}

bool imprint_fingerprint(const sets *s, uint64_t *hash, void (*watch)(void *user, double share), void *user)
{
    const wk_field *fields;
    reading p = { .hash = first_hash, .watch = watch, .user = user };
    p.fields = wk_dataset_fields(s->all, &fields);
    p.total = wk_dataset_len(s->all) + (s->test_split_off ? 0 : s->test_rows);
    bool ok = sets_each(s->all, hash_block, &p) && (s->test_split_off || sets_each(s->test, hash_block, &p));
    *hash = p.hash;
    return ok;
}

/* ---- Of a run ---- */

typedef struct pass {
    imprint *of;
    uint64_t hash;
} pass;

/* NaN is neither less nor more than anything. */
static void widen(imprint *i, const float *at, int64_t n)
{
    if (i->parts == 1) {
        float least = (float)i->least[0], most = (float)i->most[0];
        for (int64_t k = 0; k < n; k++) {
            least = at[k] < least ? at[k] : least;
            most = at[k] > most ? at[k] : most;
        }
        i->least[0] = least;
        i->most[0] = most;
        return;
    }
    for (int64_t rows = n / i->parts; rows > 0; rows--)
        for (int k = 0; k < i->parts; k++, at++) {
            if (*at < i->least[k]) i->least[k] = *at;
            if (*at > i->most[k]) i->most[k] = *at;
        }
}

static bool measure(imprint *i, wk_tensor *x)
{
    wk_tensor *as = wk_contiguous(wk_to(wk_to_device(x, WK_CPU), WK_F32));
    if (as) widen(i, wk_data(as), wk_numel(as));
    return as;
}

static bool visit(void *user, wk_tensor *const *read)
{
    pass *p = user;
    for (int f = 0; f < 2; f++)
        if (read[f] && !mix_tensor(&p->hash, read[f])) return false;
    return measure(p->of, read[0]);
}

static double bytes_of(wk_dataset *set)
{
    const wk_field *fields;
    double bytes = 0;
    for (int f = wk_dataset_fields(set, &fields) - 1; f >= 0; f--) {
        double one = (double)wk_dtype_size(fields[f].dtype);
        for (int d = 0; d < fields[f].ndim; d++) one *= (double)fields[f].shape[d];
        bytes += one;
    }
    return bytes * (double)wk_dataset_len(set);
}

/* How many rows are looked at: pictures have to be decoded, but their files can be told apart without. */
static int64_t sample_of(wk_dataset *set, bool all)
{
    const int64_t n = wk_dataset_len(set), most = n && wk_dataset_file(set, 0) ? PICTURES : all ? n : SAMPLE;
    return n < most ? n : most;
}

/* Files by the ends of their paths, so that their folder may move, and by their sizes. */
static void look_at_files(pass *p, const wk_dataset *set)
{
    struct stat is;
    for (int64_t i = 0; i < wk_dataset_len(set); i++) {
        const char *path = wk_dataset_file(set, i), *slash = path ? strrchr(path, '/') : NULL;
        const int64_t size = path && stat(path, &is) == 0 ? (int64_t)is.st_size : -1;
        if (!path) return;
        p->hash = mix(p->hash, slash ? slash : path, strlen(slash ? slash : path));
        p->hash = mix(p->hash, &size, sizeof size);
    }
}

static bool look(pass *p, wk_dataset *set, bool all)
{
    WK_SCOPE(looking);
    int64_t rows[SAMPLE];
    const int64_t n = wk_dataset_len(set), some = sample_of(set, all);
    p->hash = mix(p->hash, &n, sizeof n);
    look_at_files(p, set);
    if (some == n) return sets_each(set, visit, p);
    for (int64_t i = 0; i < some; i++) rows[i] = (int64_t)((double)i * (double)(n - 1) / (double)(some - 1));
    wk_dataset *sample = wk_dataset_subset(set, rows, some);
    return sample && sets_each(sample, visit, p);
}

static bool begin(imprint *i, const wk_field *x)
{
    *i = (imprint){ .parts = x->ndim == 1 && x->shape[0] <= MOST_PARTS ? (int)x->shape[0] : 1 };
    i->least = malloc(2 * (size_t)i->parts * sizeof *i->least);
    if (!i->least) return wk_fail(WK_E_MEMORY, "no memory for %d columns", i->parts), false;
    i->most = i->least + i->parts;
    for (int k = 0; k < i->parts; k++) i->least[k] = INFINITY, i->most[k] = -INFINITY;
    return true;
}

bool imprint_take(imprint *i, const sets *s)
{
    wk_dataset *sets[] = { s->all, s->test_split_off ? NULL : s->test };
    pass p = { i, first_hash };
    double bytes = 0;
    int64_t looked = 0, rows = 0;
    if (!begin(i, &s->x)) return false;
    for (int k = 0; k < 2; k++) bytes += sets[k] ? bytes_of(sets[k]) : 0;
    const bool all = bytes <= most_bytes;
    for (int c = 0; c < s->classes && s->names; c++) p.hash = mix(p.hash, s->names[c], strlen(s->names[c]));
    for (int k = 0; k < 2; k++) {
        if (sets[k] && !look(&p, sets[k], all)) return false;
        looked += sets[k] ? sample_of(sets[k], all) : 0;
        rows += sets[k] ? wk_dataset_len(sets[k]) : 0;
    }
    snprintf(i->hash, sizeof i->hash, "%016llx, by %lld of %lld rows", (unsigned long long)p.hash, (long long)looked,
             (long long)rows);
    return true;
}

void imprint_free(imprint *i)
{
    free(i->least);
    i->least = i->most = NULL;
}

/* ---- As text ---- */

wk_status imprint_put(const imprint *i, wk_state *data)
{
    enum { NUMBER = 26 };
    wk_state_set_text(data, "imprint", i->hash);
    char *text = malloc(2 * (size_t)i->parts * NUMBER + 1), *to = text;
    if (!text) return wk_fail(WK_E_MEMORY, "no memory for %d columns", i->parts);
    for (int k = 0; k < i->parts; k++)
        to += snprintf(to, 2 * NUMBER, "%s%.9g %.9g", k ? " " : "", i->least[k], i->most[k]);
    wk_state_set_text(data, "range", text);
    free(text);
    return wk_error();
}

bool imprint_same(const imprint *i, const wk_state *checkpoint)
{
    const char *was = wk_state_text(checkpoint, "data.imprint");
    return !was || !strcmp(was, i->hash);
}

const char *imprint_rows(const char *hash)
{
    const char *of = hash ? strstr(hash, " of ") : NULL;
    return of ? of + 4 : "";
}

/* ---- Other rows ---- */

typedef struct range {
    double least, most;
} range;

/* All of them beyond the run's, or one very far out; elements that are all alike, as pixels are, in another unit, too.
 */
static bool is_far(range run, range is, bool alike)
{
    const double span = run.most - run.least;
    if (!(span > 0) || !isfinite(span) || !(is.most >= is.least)) return false;
    if (is.least > run.most + span / 2 || is.most < run.least - span / 2) return true;
    if (is.most > run.most + 10 * span || is.least < run.least - 10 * span) return true;
    return alike && is.most > is.least && (is.most - is.least) * 50 < span;
}

static void tell(const sets *s, const about *known, int part, int parts, range run, range is, char *text, size_t size)
{
    char what[128] = "x";
    if (parts > 1) snprintf(what, sizeof what, "column %d", part);
    if (part < known->ncolumns) snprintf(what, sizeof what, "column '%.100s'", known->columns[part].at[0]);
    snprintf(text, size,
             "%s of %s goes from %g to %g, but from %g to %g where the run was trained; is it in another unit?", what,
             s->path, is.least, is.most, run.least, run.most);
}

bool imprint_far(const sets *s, const about *known, const wk_state *checkpoint, char *text, size_t size)
{
    imprint is;
    bool far = false;
    const char *at = wk_state_text(checkpoint, "data.range");
    pass p = { &is, 0 };
    if (!at) return false;
    if (begin(&is, &known->x) && look(&p, s->test, false)) {
        for (int k = 0; k < is.parts && !far; k++) {
            char *end;
            range run;
            const range now = { is.least[k], is.most[k] };
            run.least = strtod(at, &end);
            run.most = strtod(end, &end);
            far = is_far(run, now, known->x.ndim > 1);
            if (far) tell(s, known, k, is.parts, run, now, text, size);
            at = end;
        }
    }
    imprint_free(&is);
    wk_error_clear(); /* what is wrong with these rows shows where they are read for good */
    return far;
}
