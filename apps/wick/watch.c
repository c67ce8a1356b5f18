/* A training's steps watched: see watch.h. Rests on wick/profile.h. */
#include "watch.h"
#include "json.h"
#include "say.h"
#include <stdlib.h>

enum { FIRST = 10 };

wk_status watch_make(watch *w, int64_t steps)
{
    w->first = steps / 2 < FIRST ? steps / 2 : FIRST;
    w->p = wk_profile_new(.most_events = w->trace ? 2000000 : 0);
    return w->trace ? wk_profile_write_trace(w->p, w->trace) : wk_error(); /* can it be written? */
}

bool watch_begin(watch *w)
{
    if (!w || !w->p) return false;
    const int64_t at = w->seen++ - w->first;
    return at >= 0 && at < w->steps && wk_profile_begin(w->p) == WK_OK;
}

void watch_end(watch *w) { wk_profile_end(w->p); }

wk_status watch_finish(watch *w)
{
    wk_peak peak;
    if (wk_measure_peak(&peak) || wk_profile_set_peak(w->p, &peak) || !w->trace) return wk_error();
    return wk_profile_write_trace(w->p, w->trace);
}

static int64_t steps_watched(const watch *w)
{
    const int64_t behind = w->seen - w->first;
    return behind < w->steps ? behind : w->steps;
}

void watch_print(const watch *w)
{
    say_room steps, before;
    printf("\n%s behind the first %s:\n", say_plural(steps, steps_watched(w), "step"), say_count(before, w->first));
    wk_profile_print(w->p, stdout);
    if (w->trace) printf("trace: %s, for ui.perfetto.dev or chrome://tracing\n", w->trace);
    printf("\n");
}

static void put_row(json *j, const wk_profile_row *row)
{
    json_open(j, NULL, '{');
    json_text(j, "name", row->name);
    json_whole(j, "calls", row->calls);
    json_number(j, "seconds", row->seconds);
    json_number(j, "share", row->share);
    if (row->kind != WK_PROFILE_OF_RANGE) {
        json_number(j, "flops", row->flops);
        json_number(j, "bytes", row->bytes);
        json_number(j, "of_peak", row->of_peak);
    }
    json_close(j);
}

static int put_rows(json *j, const char *key, const wk_profile_row *rows, int n, bool ranges)
{
    json_open(j, key, '[');
    int i = 0;
    for (; i < n && (rows[i].kind == WK_PROFILE_OF_RANGE) == ranges; i++) put_row(j, &rows[i]);
    json_close(j);
    return i;
}

bool watch_put_json(const watch *w)
{
    int n = wk_profile_rows(w->p, NULL, 0);
    wk_profile_row *rows = n > 0 ? malloc((size_t)n * sizeof *rows) : NULL;
    n = rows ? wk_profile_rows(w->p, rows, n) : 0;
    const wk_profile_totals t = wk_profile_total(w->p);
    json j = json_on(stdout);
    json_open(&j, NULL, '{');
    json_text(&j, "event", "profile");
    json_whole(&j, "steps", steps_watched(w));
    json_number(&j, "watched", t.watched);
    json_number(&j, "seconds", t.seconds);
    json_whole(&j, "threads", t.threads);
    const int ops = put_rows(&j, "ops", rows, n, false);
    put_rows(&j, "ranges", rows + ops, n - ops, true);
    json_text(&j, "trace", w->trace);
    json_close(&j);
    free(rows);
    return json_end_line(&j);
}
