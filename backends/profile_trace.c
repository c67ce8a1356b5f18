/* A profile as a trace: JSON of the Trace Event Format, which Perfetto and chrome://tracing read. */
#include "backends/profile.h"
#include "base/error.h"
#include "base/file.h"
#include <string.h>

/* How many bytes the UTF-8 character at s has; 0: it is none. */
static int utf8_length(const unsigned char *s)
{
    const int length = s[0] < 0x80                   ? 1
                       : s[0] >= 0xC2 && s[0] < 0xE0 ? 2
                       : s[0] >= 0xE0 && s[0] < 0xF0 ? 3
                       : s[0] >= 0xF0 && s[0] < 0xF5 ? 4
                                                     : 0;
    for (int i = 1; i < length; i++)
        if ((s[i] & 0xC0) != 0x80) return 0;
    const bool wrong = (s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F) ||
                       (s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F);
    return wrong ? 0 : length;
}

static void put_text(wki_writer *w, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    wki_writer_put(w, "\"", 1);
    while (*s) {
        const int length = utf8_length(s);
        if (*s == '"' || *s == '\\' || *s < ' ')
            wki_writer_printf(w, "\\u%04x", *s);
        else
            wki_writer_put(w, length ? (const char *)s : "?", length ? (size_t)length : 1);
        s += length ? length : 1;
    }
    wki_writer_put(w, "\"", 1);
}

static void put_thread(wki_writer *w, int thread)
{
    wki_writer_printf(w,
                      ",\n{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":1,\"tid\":%d,\"args\":{\"name\":\"%s %d\"}}",
                      thread, thread < WKI_TEAM_THREAD ? "thread" : "team member", thread % WKI_TEAM_THREAD);
    wki_writer_printf(
        w, ",\n{\"ph\":\"M\",\"name\":\"thread_sort_index\",\"pid\":1,\"tid\":%d,\"args\":{\"sort_index\":%d}}", thread,
        thread);
}

/* Nanoseconds from where the profile began. Both ends are rounded, so that what followed one another still does. */
static int64_t place_of(const wk_profile *p, double clock)
{
    const double ns = 1e9 * (clock - p->first);
    return ns > 0 ? (int64_t)(ns + 0.5) : 0;
}

static void put_event(wki_writer *w, const wk_profile *p, const wki_event *e)
{
    static const char *const categories[] = { "forward", "backward", "update" };
    const wki_profile_entry *entry = &p->entries[e->entry];
    const wki_profile_key *key = &entry->key;
    char text[160];
    wki_profile_name(key, text, sizeof text);
    wki_writer_printf(w, ",\n{\"ph\":\"X\",\"name\":");
    put_text(w, text);
    const long long from = place_of(p, e->begin), lasted = place_of(p, e->end) - from;
    wki_writer_printf(w, ",\"cat\":\"%s\",\"pid\":1,\"tid\":%d,\"ts\":%lld.%03lld,\"dur\":%lld.%03lld",
                      key->op == WKI_PROFILE_RANGE ? "range" : categories[key->phase], e->thread, from / 1000,
                      from % 1000, lasted / 1000, lasted % 1000);
    wki_profile_shapes(key, text, sizeof text);
    if (*text)
        wki_writer_printf(w, ",\"args\":{\"shapes\":\"%s\",\"flops\":%.0f,\"bytes\":%.0f}", text,
                          entry->flops / (double)entry->calls, entry->bytes / (double)entry->calls);
    wki_writer_put(w, "}", 1);
}

wk_status wk_profile_write_trace(const wk_profile *p, const char *path)
{
    static const char where[] = "profile_write_trace";
    if (!wki_profile_ok(p, where) || wk_failed()) return wk_error();
    if (!path) return wki_null_argument(where, "path"), wk_error();
    wki_check(p->opts.most_events, WK_E_STATE, WK_E_STATE, where,
              "this profile keeps no events (most_events 0); wk_profile_new(.most_events = n) does");
    wki_writer *w = wki_writer_new(path, where);
    if (!w) return wk_error();
    wki_profile_lock(p);
    wki_writer_printf(w,
                      "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"wick\":\"%s\",\"isa\":\"%s\",\"events_left_out\":%"
                      "lld},\n\"traceEvents\":[\n",
                      wk_version(), wk_cpu_isa(), (long long)p->left_out);
    wki_writer_printf(w, "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":1,\"tid\":0,\"args\":{\"name\":\"wick\"}}");
    for (int i = 0; i < (int)p->nwatched; i++) put_thread(w, i);
    for (int i = 1; i < p->team; i++) put_thread(w, WKI_TEAM_THREAD + i);
    wk_status status = WK_OK;
    for (int64_t i = 0; i < p->nevents && status == WK_OK; i++) {
        put_event(w, p, &p->events[i]);
        status = wki_writer_put(w, "", 0);
    }
    wki_profile_unlock(p);
    wki_writer_printf(w, "\n]}\n");
    return wki_writer_commit(w);
}
