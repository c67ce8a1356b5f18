/* State dicts in memory: tables of names with tensors and with text. What may fail, which is memory, comes before the
 * first change. */
#include "autograd/state.h"
#include "autograd/op.h"
#include "base/alloc.h"
#include "base/differences.h"
#include "base/options.h"
#include "io/json.h"
#include "io/safetensors.h"
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char own_keys[] = "wick.file.";

static void put_tensor(wk_state *s, char *name, wk_tensor *t)
{
    wki_named *entry = wki_names_put(&s->tensors, name);
    wki_object_ref(t);
    wki_object_unref(entry->is.tensor);
    entry->is.tensor = t;
}

static void put_text(wki_names *n, char *key, char *text)
{
    wki_named *entry = wki_names_put(n, key);
    wki_free(entry->is.text);
    entry->is.text = text;
}

static void free_texts(wki_names *n)
{
    for (int64_t i = 0; i < n->count; i++) {
        wki_free(n->entries[i].name);
        wki_free(n->entries[i].is.text);
    }
    wki_free(n->entries);
    wki_free(n->slots);
}

static void destroy(void *object)
{
    wk_state *s = object;
    for (int64_t i = 0; i < s->tensors.count; i++) {
        wki_free(s->tensors.entries[i].name);
        wki_object_unref(s->tensors.entries[i].is.tensor);
    }
    wki_free(s->tensors.entries);
    wki_free(s->tensors.slots);
    free_texts(&s->texts);
    free_texts(&s->foreign);
}

static const wki_type state_type = { "state", sizeof(wk_state), destroy };

bool wki_state_ok(const wk_state *s, const char *where, const char *argument)
{
    return wki_object_check(s, &state_type, where, argument);
}

static bool word_ok(const char *text, const char *where, const char *argument)
{
    wki_check(text, false, WK_E_INVALID, where, "%s is NULL; expected text", argument);
    wki_check(wki_utf8_ok(text, strlen(text)), false, WK_E_INVALID, where, "%s is not UTF-8", argument);
    return true;
}

static bool name_ok(const char *name, const char *where)
{
    if (!word_ok(name, where, "name")) return false;
    wki_check(*name && strcmp(name, "__metadata__") != 0, false, WK_E_INVALID, where,
              "name is \"%s\"; expected any other", name);
    return true;
}

static bool key_ok(const char *key, const char *where)
{
    char quoted[WKI_QUOTE];
    if (!word_ok(key, where, "key")) return false;
    wki_check(strncmp(key, own_keys, sizeof own_keys - 1) != 0, false, WK_E_INVALID, where,
              "key is %s; what begins with \"%s\" is the file's own", wki_quote(key, quoted), own_keys);
    return true;
}

wk_state *wk_state_new(void) { return wki_object_new(&state_type, "state_new"); }

wk_status wk_state_set(wk_state *s, const char *name, wk_tensor *t)
{
    static const char where[] = "state_set";
    if (wk_failed() || !wki_state_ok(s, where, "s") || !name_ok(name, where) || !wki_tensor_ok(t, where, "t"))
        return wk_error();
    char *copy = wki_strdup(name);
    if (!copy || wki_names_reserve(&s->tensors, 1)) {
        wki_free(copy);
        return wk_error();
    }
    put_tensor(s, copy, t);
    return WK_OK;
}

static wk_status copy_text(wki_names *n, const char *key, const char *text)
{
    char *copy = wki_strdup(key), *value = wki_strdup(text);
    if (!copy || !value || wki_names_reserve(n, 1)) {
        wki_free(copy);
        wki_free(value);
        return wk_error();
    }
    put_text(n, copy, value);
    return WK_OK;
}

static wk_status set_text(wk_state *s, const char *key, const char *text, const char *where)
{
    if (wk_failed() || !wki_state_ok(s, where, "s") || !key_ok(key, where) || !word_ok(text, where, "text"))
        return wk_error();
    return copy_text(&s->texts, key, text);
}

wk_status wki_state_set_foreign(wk_state *s, const char *name, const char *shown)
{
    return copy_text(&s->foreign, name, shown);
}

const char *wki_state_foreign(const wk_state *s, const char *name)
{
    const wki_named *entry = wki_names_find(&s->tensors, name) ? NULL : wki_names_find(&s->foreign, name);
    return entry ? entry->is.text : NULL;
}

bool wki_state_whole(const wk_state *s, const char *where)
{
    if (!s->foreign.count) return true;
    wki_differences lacking = { 0 };
    for (int64_t i = 0; i < s->foreign.count; i++) {
        const char *name = s->foreign.entries[i].name, *shown = wki_state_foreign(s, name);
        if (shown) wki_differ(&lacking, WKI_FOREIGN, "%s %s", name, shown);
    }
    return wki_differences_fail(&lacking, where) == WK_OK;
}

wk_status wk_state_set_text(wk_state *s, const char *key, const char *text)
{
    return set_text(s, key, text, "state_set_text");
}

wk_status wk_state_set_int(wk_state *s, const char *key, int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, value);
    return set_text(s, key, text, "state_set_int");
}

/* A NaN is told by its bits, anything else by decimal digits. */
wk_status wk_state_set_number(wk_state *s, const char *key, double value)
{
    char text[WKI_DOUBLE_TEXT];
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (isnan(value))
        snprintf(text, sizeof text, "nan:%016" PRIx64, bits);
    else
        wki_double_exact(value, text);
    return set_text(s, key, text, "state_set_number");
}

/* Records that there is no such name, and the nearest of the first ones. */
static void miss(const wki_names *n, const char *name, const char *kind, const char *where)
{
    enum { LOOKED_AT = 10000 };
    char quoted[WKI_QUOTE], meant[WKI_QUOTE];
    const int most = n->count < LOOKED_AT ? (int)n->count : LOOKED_AT;
    const char **names = wki_alloc_array((size_t)most, sizeof *names);
    if (!names) return;
    for (int i = 0; i < most; i++) names[i] = n->entries[i].name;
    const char *nearest = wki_nearest(name, names, most);
    wki_quote(name, quoted);
    if (nearest)
        wki_fail(WK_E_NOT_FOUND, where, "there is no %s %s; did you mean %s?", kind, quoted, wki_quote(nearest, meant));
    else
        wki_fail(WK_E_NOT_FOUND, where, "there is no %s %s among %" PRId64, kind, quoted, n->count);
    wki_free(names);
}

wk_tensor *wk_state_get(const wk_state *s, const char *name)
{
    static const char where[] = "state_get";
    if (!wki_state_ok(s, where, "s") || !word_ok(name, where, "name")) return NULL;
    const wki_named *entry = wki_names_find(&s->tensors, name);
    if (entry) return entry->is.tensor;
    const char *shown = wki_state_foreign(s, name);
    wki_differences lacking = { 0 };
    if (shown) wki_differ(&lacking, WKI_FOREIGN, "%s %s", name, shown);
    if (wki_differences_fail(&lacking, where) == WK_OK) miss(&s->tensors, name, "tensor", where);
    return NULL;
}

bool wk_state_has(const wk_state *s, const char *name)
{
    return s && name && wki_state_ok(s, "state_has", "s") && wki_names_find(&s->tensors, name);
}

static const wki_named *entry_at(const wki_names *n, int64_t i, const char *where)
{
    wki_check(i >= 0 && i < n->count, NULL, WK_E_RANGE, where, "i is %" PRId64 "; there are %" PRId64, i, n->count);
    return &n->entries[i];
}

int64_t wk_state_count(const wk_state *s) { return wki_state_ok(s, "state_count", "s") ? s->tensors.count : 0; }
int64_t wk_state_text_count(const wk_state *s) { return wki_state_ok(s, "state_text_count", "s") ? s->texts.count : 0; }

const char *wk_state_name(const wk_state *s, int64_t i)
{
    const wki_named *entry = wki_state_ok(s, "state_name", "s") ? entry_at(&s->tensors, i, "state_name") : NULL;
    return entry ? entry->name : NULL;
}

const char *wk_state_text_key(const wk_state *s, int64_t i)
{
    const wki_named *entry = wki_state_ok(s, "state_text_key", "s") ? entry_at(&s->texts, i, "state_text_key") : NULL;
    return entry ? entry->name : NULL;
}

wk_tensor *wk_state_at(const wk_state *s, int64_t i)
{
    const wki_named *entry = wki_state_ok(s, "state_at", "s") ? entry_at(&s->tensors, i, "state_at") : NULL;
    return entry ? entry->is.tensor : NULL;
}

const char *wk_state_text(const wk_state *s, const char *key)
{
    if (!wki_state_ok(s, "state_text", "s") || !word_ok(key, "state_text", "key")) return NULL;
    const wki_named *entry = wki_names_find(&s->texts, key);
    return entry ? entry->is.text : NULL;
}

static const char *number_text(const wk_state *s, const char *key, const char *where)
{
    if (!wki_state_ok(s, where, "s") || !word_ok(key, where, "key")) return NULL;
    const wki_named *entry = wki_names_find(&s->texts, key);
    if (!entry) miss(&s->texts, key, "text", where);
    return entry ? entry->is.text : NULL;
}

static void no_number(const char *key, const char *text, const char *kind, const char *where)
{
    char quoted[WKI_QUOTE], found[WKI_QUOTE];
    wki_fail(WK_E_FORMAT, where, "%s is %s; expected %s", wki_quote(key, quoted), wki_quote(text, found), kind);
}

int64_t wk_state_int(const wk_state *s, const char *key)
{
    const char *text = number_text(s, key, "state_int");
    if (!text) return 0;
    char *end = NULL;
    const int saved = errno;
    errno = 0;
    const long long value = strtoll(text, &end, 10);
    const bool good = end > text && *end == 0 && errno == 0 && strchr("-0123456789", *text);
    errno = saved;
    if (!good) no_number(key, text, "a whole number", "state_int");
    return good ? value : 0;
}

int64_t wki_state_times(const wk_state *s, const char *key)
{
    const int64_t value = wk_state_int(s, key);
    if (value >= 0 && value < INT64_MAX / 2) return value;
    no_number(key, wk_state_text(s, key), "a whole number from 0 on, below 2^62", "state_int");
    return 0;
}

double wk_state_number(const wk_state *s, const char *key)
{
    const char *text = number_text(s, key, "state_number");
    double value;
    uint64_t bits;
    int end = 0;
    if (!text) return (double)NAN;
    if (sscanf(text, "nan:%16" SCNx64 "%n", &bits, &end) == 1 && end && !text[end]) {
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    if (wki_double_of(text, strlen(text), &value)) return value;
    no_number(key, text, "a number", "state_number");
    return (double)NAN;
}

typedef struct shared {
    const wki_named *entry;
    int64_t number;
} shared;

static int compare_elements(const wk_tensor *a, const wk_tensor *b)
{
    const uintptr_t x = (uintptr_t)a->v.data, y = (uintptr_t)b->v.data;
    if (x != y) return x < y ? -1 : 1;
    if (a->storage != b->storage) return (uintptr_t)a->storage < (uintptr_t)b->storage ? -1 : 1;
    if (a->v.dtype != b->v.dtype) return a->v.dtype < b->v.dtype ? -1 : 1;
    if (a->v.ndim != b->v.ndim) return a->v.ndim < b->v.ndim ? -1 : 1;
    const size_t bytes = (size_t)a->v.ndim * sizeof *a->v.size;
    const int sizes = memcmp(a->v.size, b->v.size, bytes);
    return sizes ? sizes : memcmp(a->v.stride, b->v.stride, bytes);
}

static int by_elements_and_name(const void *a, const void *b)
{
    const wki_named *x = ((const shared *)a)->entry, *y = ((const shared *)b)->entry;
    const int order = compare_elements(x->is.tensor, y->is.tensor);
    return order ? order : strcmp(x->name, y->name);
}

wk_status wki_state_share(const wk_state *s, int64_t *first)
{
    const int64_t n = s->tensors.count;
    shared *all = wki_alloc_array((size_t)n, sizeof *all);
    if (!all) return WK_E_MEMORY;
    for (int64_t i = 0; i < n; i++) all[i] = (shared){ &s->tensors.entries[i], i };
    if (n > 1) qsort(all, (size_t)n, sizeof *all, by_elements_and_name);
    for (int64_t i = 0; i < n; i++) {
        const wk_tensor *t = all[i].entry->is.tensor;
        const bool same = i && wki_numel(&t->v) && !compare_elements(t, all[i - 1].entry->is.tensor);
        first[all[i].number] = same ? first[all[i - 1].number] : all[i].number;
    }
    wki_free(all);
    return WK_OK;
}

/* Tensors under several names stay one. */
static void copy_tensors(const wk_state *s, wk_state *copy)
{
    const int64_t n = s->tensors.count;
    int64_t *first = wki_alloc_array((size_t)n, sizeof *first);
    wk_tensor **made = wki_alloc_array((size_t)n, sizeof *made);
    if (first && made && !wki_state_share(s, first))
        for (int64_t i = 0; i < n && !wk_failed(); i++) {
            wk_tensor **twin = &made[first[i]];
            if (!*twin) *twin = wk_detach(wk_clone(s->tensors.entries[i].is.tensor));
            wk_state_set(copy, s->tensors.entries[i].name, *twin);
        }
    wki_free(first);
    wki_free(made);
}

/* Those texts whose names begin with prefix and go on. */
static wk_status part_of(const wki_names *texts, const char *prefix, wki_names *to)
{
    const size_t n = strlen(prefix);
    for (int64_t i = 0; i < texts->count; i++) {
        const wki_named *entry = &texts->entries[i];
        if (!strncmp(entry->name, prefix, n) && entry->name[n] && copy_text(to, entry->name + n, entry->is.text))
            return wk_error();
    }
    return WK_OK;
}

wk_state *wk_state_copy(const wk_state *s)
{
    if (!wki_state_ok(s, "state_copy", "s")) return NULL;
    WK_SCOPE(work);
    WK_NO_GRAD(copying);
    wk_state *copy = wk_state_new();
    if (copy) copy_tensors(s, copy);
    for (int64_t i = 0; copy && i < s->texts.count && !wk_failed(); i++)
        wk_state_set_text(copy, s->texts.entries[i].name, s->texts.entries[i].is.text);
    if (copy && !wk_failed()) part_of(&s->foreign, "", &copy->foreign);
    return wk_failed() ? NULL : wk_escape(work, copy);
}

wk_state *wk_state_part(const wk_state *s, const char *prefix)
{
    if (!wki_state_ok(s, "state_part", "s") || !word_ok(prefix, "state_part", "prefix")) return NULL;
    WK_SCOPE(work);
    const size_t n = strlen(prefix);
    wk_state *part = wk_state_new();
    for (int64_t i = 0; part && i < s->tensors.count && !wk_failed(); i++)
        if (!strncmp(s->tensors.entries[i].name, prefix, n) && s->tensors.entries[i].name[n])
            wk_state_set(part, s->tensors.entries[i].name + n, s->tensors.entries[i].is.tensor);
    for (int64_t i = 0; part && i < s->texts.count && !wk_failed(); i++)
        if (!strncmp(s->texts.entries[i].name, prefix, n))
            wk_state_set_text(part, s->texts.entries[i].name + n, s->texts.entries[i].is.text);
    if (part && !wk_failed()) part_of(&s->foreign, prefix, &part->foreign);
    return wk_failed() ? NULL : wk_escape(work, part);
}

/* New names, and copies of the text, that wk_state_add is going to put. */
typedef struct addition {
    char **names, **keys, **texts;
} addition;

static bool prepare(addition *a, const char *prefix, const wk_state *part)
{
    a->names = wki_alloc_array((size_t)part->tensors.count, sizeof *a->names);
    a->keys = wki_alloc_array((size_t)part->texts.count, sizeof *a->keys);
    a->texts = wki_alloc_array((size_t)part->texts.count, sizeof *a->texts);
    if (!a->names || !a->keys || !a->texts) return false;
    for (int64_t i = 0; i < part->tensors.count; i++)
        if (!(a->names[i] = wki_sprintf("%s%s", prefix, part->tensors.entries[i].name)) ||
            !name_ok(a->names[i], "state_add"))
            return false;
    for (int64_t i = 0; i < part->texts.count; i++)
        if (!(a->keys[i] = wki_sprintf("%s%s", prefix, part->texts.entries[i].name)) ||
            !key_ok(a->keys[i], "state_add") || !(a->texts[i] = wki_strdup(part->texts.entries[i].is.text)))
            return false;
    return true;
}

static void drop(addition *a, int64_t tensors, int64_t texts, bool all)
{
    for (int64_t i = 0; all && a->names && i < tensors; i++) wki_free(a->names[i]);
    for (int64_t i = 0; all && a->keys && i < texts; i++) wki_free(a->keys[i]);
    for (int64_t i = 0; all && a->texts && i < texts; i++) wki_free(a->texts[i]);
    wki_free(a->names);
    wki_free(a->keys);
    wki_free(a->texts);
}

wk_status wk_state_add(wk_state *s, const char *prefix, const wk_state *part)
{
    static const char where[] = "state_add";
    if (wk_failed() || !wki_state_ok(s, where, "s") || !word_ok(prefix, where, "prefix") ||
        !wki_state_ok(part, where, "part") || !wki_state_whole(part, where))
        return wk_error();
    const int64_t tensors = part->tensors.count, texts = part->texts.count;
    addition a = { 0 };
    const bool ready =
        prepare(&a, prefix, part) && !wki_names_reserve(&s->tensors, tensors) && !wki_names_reserve(&s->texts, texts);
    for (int64_t i = 0; ready && i < tensors; i++) put_tensor(s, a.names[i], part->tensors.entries[i].is.tensor);
    for (int64_t i = 0; ready && i < texts; i++) put_text(&s->texts, a.keys[i], a.texts[i]);
    drop(&a, tensors, texts, !ready);
    return wk_error();
}
