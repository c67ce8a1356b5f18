/* Transforms that follow each other and go from bytes element by element become one table, worked out by running them
 * over all bytes when the loader is made, so the numbers are theirs bit for bit. Where nothing else is done to a field,
 * the dataset takes its bytes through the table as it reads: one pass from its memory to the batch. */
#include "base/alloc.h"
#include "base/error.h"
#include "data/transform.h"
#include "io/number.h"

enum { BYTES = 256, PART_LEAST = 256 /* elements of a part that are worth a table of its own */ };

/* How many steps from s on go element by element, and of how many parts a row is to them. */
static int run_of(const wki_pipeline *p, int s, int end, int64_t *channels)
{
    int n = 0;
    *channels = 1;
    for (; s + n < end && p->steps[s + n].of->channels > 0; n++)
        if (p->steps[s + n].of->channels > 1) *channels = p->steps[s + n].of->channels;
    return n;
}

/* The steps over a row of all bytes for each part; entries: room for two such rows of anything. */
static const void *work_out(const wki_step *steps, int n, int64_t channels, bool fractions, char *entries)
{
    wk_field now = { .name = steps->after.name, .dtype = WK_U8, .ndim = 2, .shape = { channels, BYTES } };
    const size_t all = (size_t)channels * BYTES;
    char *from = entries, *to = entries + all * sizeof(double);
    for (size_t i = 0; i < all; i++) from[i] = (char)(i % BYTES);
    for (int k = fractions ? -1 : 0; k < n; k++) {
        const wk_field before = now;
        wk_row row = { .number = 0 };
        now.dtype = k < 0 ? WK_F32 : steps[k].after.dtype;
        if (k < 0)
            wki_number_deliver(WKI_U8, from, all, WK_F32, true, to);
        else if (steps[k].of->ops->apply(steps[k].of->self, &row, &before, from, &now, to))
            return NULL;
        char *const was = from;
        from = to;
        to = was;
    }
    return from;
}

static wki_lookup *table_of(const wki_step *steps, int n, const wk_field *before, int64_t channels, bool fractions)
{
    char *entries = wki_alloc_array((size_t)channels * BYTES, 2 * sizeof(double));
    const void *worked_out = entries ? work_out(steps, n, channels, fractions, entries) : NULL;
    const int64_t elements = (int64_t)(wki_field_bytes(before) / wk_dtype_size(before->dtype));
    wki_lookup *lookup = NULL;
    if (worked_out)
        lookup = wki_lookup_new(channels, elements / channels, wk_dtype_size(steps[n - 1].after.dtype), worked_out);
    wki_free(entries);
    return lookup;
}

static bool pays(const wk_field *before, int64_t channels)
{
    const size_t each = wki_field_bytes(before) / wk_dtype_size(before->dtype) / (size_t)channels;
    return channels == 1 || each >= PART_LEAST;
}

/* The steps [s, end) of field f, fewer than they were or none, from *to on. */
static wk_status fuse_field(wki_pipeline *p, const wk_dataset *set, int f, int s, int end, int *to)
{
    const wk_field *before = &set->fields[f];
    int64_t channels;
    const bool ragged = wki_is_ragged(set, f);
    int n = run_of(p, s, end, &channels);
    if (n > 0 && s + n == end && !ragged && set->get_through && set->bytes[f] && pays(before, channels)) {
        p->through[f] = table_of(&p->steps[s], n, before, channels, set->bytes[f] == WKI_FRACTIONS);
        p->any_through = true;
        return wk_error();
    }
    wk_field was = *before;
    for (; s < end; s += n) {
        n = was.dtype == WK_U8 && !ragged ? run_of(p, s, end, &channels) : 0;
        const bool joined = n > 1 && pays(&was, channels);
        if (!joined) n = 1;
        wki_step step = p->steps[s + n - 1];
        if (joined && !(step.lookup = table_of(&p->steps[s], n, &was, channels, false))) return wk_error();
        was = step.after;
        p->steps[(*to)++] = step;
    }
    return WK_OK;
}

wk_status wki_pipeline_fuse(wki_pipeline *p, const wk_dataset *set)
{
    int to = 0, s = 0;
    for (int f = 0; f < WK_MAX_FIELDS; f++) {
        const int end = p->first[f + 1];
        p->first[f] = to;
        if (s < end && fuse_field(p, set, f, s, end, &to)) return wk_error();
        s = end;
    }
    p->first[WK_MAX_FIELDS] = p->nsteps = to;
    return WK_OK;
}
