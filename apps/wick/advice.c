/* What could be better about a file, in sentences. The limits are rules of thumb: a chunk should hold whole rows and
 * some tens of KiB to a few MiB, features should be about as large as 1, classes about as frequent as one another. */
#include "args.h"
#include "look.h"
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

enum { SMALL_CHUNK = 16 << 10, LARGE_CHUNK = 4 << 20, WORTH_IT = 1 << 20, FEW_STEPS = 64 };

void look_tell(look *l, const char *format, ...)
{
    if (l->nadvice == LOOK_ADVICE) return;
    va_list args;
    va_start(args, format);
    vsnprintf(l->advice[l->nadvice], LOOK_ADVICE_TEXT, format, args);
    say_clean(l->advice[l->nadvice++]);
    va_end(args);
}

/* Is that filter among "shuffle, deflate 4"? */
static bool has_filter(const wk_h5_info *i, const char *name)
{
    const char *at = strstr(i->filters, name);
    const size_t n = strlen(name);
    return at && (at == i->filters || at[-1] == ' ') && (!at[n] || at[n] == ',' || at[n] == ' ');
}

/* The command that mends the layout; the file beside it is named after it. */
static void mend(look *l, const char *allow)
{
    const char *dot = strrchr(l->path, '.'), *slash = strrchr(l->path, '/');
    const int stem = dot && (!slash || dot > slash + 1) ? (int)(dot - l->path) : (int)strlen(l->path);
    char *given = strstr(l->mend, " --allow "), *end = l->mend + strlen(l->mend);
    if (l->mend[0] && (!allow || (given && strstr(given, allow)))) return;
    char from[1100], to[1100], other[1024];
    if (given) {
        snprintf(end, sizeof l->mend - (size_t)(end - l->mend), ",%s", allow);
        return;
    }
    snprintf(other, sizeof other, "%.*s-repacked.h5", stem, l->path);
    snprintf(l->mend, sizeof l->mend, "wick repack %s %s%s%s", args_word(from, sizeof from, l->path),
             args_word(to, sizeof to, other), allow ? " --allow " : "", allow ? allow : "");
}

/* The first filter that wick leaves to libhdf5, as --allow names it; NULL: there is none. */
static const char *left_to_library(const wk_h5_info *i)
{
    static const char *const named[] = { "szip", "nbit", "scaleoffset" };
    static const char *const ours[] = { "shuffle", "fletcher32", "lzf", "deflate" };
    for (int k = 0; k < 3; k++)
        if (has_filter(i, named[k])) return named[k];
    for (const char *at = i->filters; *at; at += strcspn(at, ","), at += strspn(at, ", ")) {
        bool known = false;
        for (int k = 0; k < 4; k++) known = known || !strncmp(at, ours[k], strlen(ours[k]));
        if (!known) return "plugins";
    }
    return NULL;
}

static void advise_filters(look *l, const look_set *s)
{
    const wk_h5_info *i = &s->info;
    const char *allow = i->numeric ? left_to_library(i) : NULL;
    if (allow) {
        look_tell(l,
                  "%s: packed by %s, which wick leaves to libhdf5, one thread at a time and only where it is allowed; "
                  "deflate loads in all threads",
                  i->path, i->filters);
        mend(l, allow);
    }
    if (has_filter(i, "shuffle") && (!strcmp(i->type, "u8") || !strcmp(i->type, "i8"))) {
        look_tell(l, "%s: shuffle does nothing for single bytes", i->path);
        mend(l, NULL);
    }
}

static void advise_chunks(look *l, const look_set *s)
{
    const wk_h5_info *i = &s->info;
    say_room size;
    const int64_t elements = look_elements(i);
    double chunk = 1, pieces = 1; /* sizes that a file claims may be any */
    if (!i->chunk[0] || i->bytes < WORTH_IT || !i->numeric || elements <= 0) return;
    for (int d = 0; d < i->ndim; d++) {
        chunk *= (double)i->chunk[d];
        if (d) pieces *= ceil((double)i->shape[d] / (double)i->chunk[d]);
    }
    const int64_t rows = i->chunk[0], row = i->bytes / i->shape[0];
    chunk = fmin(chunk * (double)(i->bytes / elements), 1e18);
    if (pieces > 1)
        look_tell(
            l, "%s: a row is spread over %.0f chunks, each of which has to be read; chunks of whole rows load faster",
            i->path, pieces);
    else if (chunk < SMALL_CHUNK)
        look_tell(l, "%s: chunks of %s are small; 64 KiB to 1 MiB cost less to find and unpack", i->path,
                  say_bytes(size, (int64_t)chunk));
    else if (chunk > LARGE_CHUNK && (rows > 1 || chunk > (double)row))
        look_tell(l, "%s: chunks of %s are large for reading in random order; 64 KiB to 1 MiB load faster", i->path,
                  say_bytes(size, (int64_t)chunk));
    else
        return;
    mend(l, NULL);
}

static void advise_values(look *l, const look_set *s)
{
    say_room count;
    const bool is_float = s->info.type[0] == 'f';
    const double largest = fmax(fabs(s->least), fabs(s->most));
    if (s->strange)
        look_tell(l, "%s: %s of the %lld values looked at are not finite; a loss becomes nan from them", s->info.path,
                  say_count(count, s->strange), (long long)s->count);
    else if (s->count && is_float && largest > FLT_MAX)
        look_tell(l, "%s: values reach %.3g; rows are read as f32, which ends at %.3g", s->info.path, largest, FLT_MAX);
    else if (s->most > s->least && s->most - s->least < FEW_STEPS * FLT_EPSILON * largest)
        look_tell(
            l,
            "%s: values lie so near to %.6g that f32, as which rows are read, hardly tells them apart; subtract it "
            "in the file",
            s->info.path, s->least);
    else if (s->count && is_float && largest > 100 && strncmp(s->info.path, "/test/", 6) != 0)
        look_tell(l, "%s: values reach %.3g; about -1 .. 1 trains better, to which wick train scales by itself",
                  s->info.path, largest);
}

static void advise_classes(look *l)
{
    int least = 0, most = 0, missing = 0;
    for (int c = 0; c < l->data.classes; c++) {
        if (l->counts[0][c] < l->counts[0][least]) least = c;
        if (l->counts[0][c] > l->counts[0][most]) most = c;
        missing += l->counts[1] && l->counts[1][c] == 0 && l->counts[0][c] > 0;
    }
    const int64_t few = l->counts[0][least], many = l->counts[0][most];
    if (few == 0)
        look_tell(l, "class \"%.40s\" has no training rows", l->data.names[least]);
    else if (many > 3 * few)
        look_tell(l, "classes are unbalanced: \"%.40s\" has %.1f times the rows of \"%.40s\"; look beyond the accuracy",
                  l->data.names[most], (double)many / (double)few, l->data.names[least]);
    if (missing) look_tell(l, "%d of %d classes have no test rows", missing, l->data.classes);
}

void look_advise(look *l)
{
    for (int i = 0; i < l->nsets; i++) {
        advise_chunks(l, &l->sets[i]);
        advise_filters(l, &l->sets[i]);
        advise_values(l, &l->sets[i]);
    }
    if (l->counts[0]) advise_classes(l);
    if (l->trainable && !l->data.test) look_tell(l, "no test group: wick train takes a fifth of the rows for it");
    if (!l->nsets) look_tell(l, "the file holds no data sets");
}
