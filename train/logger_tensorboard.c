/* A log as TensorBoard's event files: records of a length, a sum, an Event in protobuf's wire format, a sum. Field
 * numbers are those of tensorboard's event.proto and summary.proto. */
#include "base/alloc.h"
#include "base/crc32c.h"
#include "base/error.h"
#include "base/file.h"
#include "train/logger.h"
#include "train/protobuf.h"
#include <stdio.h>
#include <string.h>

/* ---- Records and events ---- */

enum { EVENT_TIME = 1, EVENT_STEP = 2, EVENT_VERSION = 3, EVENT_SUMMARY = 5, EVENT_SESSION = 7 };
enum { VALUE_TAG = 1, VALUE_SIMPLE = 2, VALUE_HISTOGRAM = 5, VALUE_TENSOR = 8, VALUE_METADATA = 9 };

static uint32_t masked(uint32_t crc) { return (crc >> 15 | crc << 17) + 0xA282EAD8u; }

static wk_status put_record(wk_logger *log, wki_message *event)
{
    wki_message out = { 0 };
    wki_put_little(&out, event->used, 8);
    wki_put_little(&out, out.failed ? 0 : masked(wki_crc32c(0, out.at, 8)), 4);
    wki_put(&out, event->at, event->used);
    wki_put_little(&out, masked(wki_crc32c(0, event->at, event->used)), 4);
    const bool whole = !out.failed && !event->failed;
    wk_status status = whole ? wki_log_put(log, out.at, out.used) : WK_E_MEMORY;
    wki_free(out.at);
    wki_free(event->at);
    *event = (wki_message){ 0 };
    return status;
}

static wki_message event_at(int64_t step)
{
    wki_message m = { 0 };
    wki_put_double(&m, EVENT_TIME, wki_seconds());
    if (step) wki_put_int(&m, EVENT_STEP, step);
    return m;
}

static wk_status put_summary(wk_logger *log, int64_t step, wki_message *summary)
{
    wki_message event = event_at(step);
    wki_put_message(&event, EVENT_SUMMARY, summary);
    return put_record(log, &event);
}

static wk_status begin(wk_logger *log)
{
    wki_message event = event_at(0);
    wki_put_text(&event, EVENT_VERSION, "brain.Event:2");
    return put_record(log, &event);
}

static wk_status scalars(wk_logger *log, int64_t step, const wk_scalar_value *s, int n)
{
    wki_message summary = { 0 };
    for (int i = 0; i < n; i++) {
        wki_message value = { 0 };
        wki_put_text(&value, VALUE_TAG, s[i].name);
        wki_put_float(&value, VALUE_SIMPLE, (float)s[i].value);
        wki_put_message(&summary, 1, &value);
    }
    return put_summary(log, step, &summary);
}

/* Text is a tensor of one string, shown by the text plug-in. */
static wk_status text(wk_logger *log, int64_t step, const char *name, const char *words)
{
    enum { STRING = 7, DATA_CLASS_TENSOR = 2 };
    wki_message summary = { 0 }, value = { 0 }, metadata = { 0 }, plugin = { 0 }, tensor = { 0 }, shape = { 0 },
                dim = { 0 };
    wki_put_text(&plugin, 1, "text");
    wki_put_message(&metadata, 1, &plugin);
    wki_put_int(&metadata, 4, DATA_CLASS_TENSOR);
    wki_put_int(&dim, 1, 1);
    wki_put_message(&shape, 2, &dim);
    wki_put_int(&tensor, 1, STRING);
    wki_put_message(&tensor, 2, &shape);
    wki_put_text(&tensor, 8, words);
    wki_put_text(&value, VALUE_TAG, name);
    wki_put_message(&value, VALUE_TENSOR, &tensor);
    wki_put_message(&value, VALUE_METADATA, &metadata);
    wki_put_message(&summary, 1, &value);
    return put_summary(log, step, &summary);
}

static wk_status histogram(wk_logger *log, int64_t step, const char *name, const wki_histogram *h)
{
    wki_message summary = { 0 }, value = { 0 }, histo = { 0 };
    wki_put_double(&histo, 1, h->min);
    wki_put_double(&histo, 2, h->max);
    wki_put_double(&histo, 3, (double)h->count);
    wki_put_double(&histo, 4, h->sum);
    wki_put_double(&histo, 5, h->sum_squares);
    wki_put_doubles(&histo, 6, h->right, h->bins);
    wki_put_doubles(&histo, 7, h->in, h->bins);
    wki_put_text(&value, VALUE_TAG, name);
    wki_put_message(&value, VALUE_HISTOGRAM, &histo);
    wki_put_message(&summary, 1, &value);
    return put_summary(log, step, &summary);
}

/* Readers drop what earlier files of the folder have from this step on. */
static wk_status resume(wk_logger *log, int64_t step)
{
    enum { START = 1 };
    bool made;
    if (wki_file_start(log->path, false, &made, "logger_tensorboard") || begin(log)) return wk_error();
    wki_message event = event_at(step), session = { 0 };
    wki_put_int(&session, 1, START);
    wki_put_message(&event, EVENT_SESSION, &session);
    return put_record(log, &event);
}

static const wki_log_kind tensorboard = { .name = "tensorboard",
                                          .where = "logger_tensorboard",
                                          .begin = begin,
                                          .resume = resume,
                                          .scalars = scalars,
                                          .text = text,
                                          .histogram = histogram };

wk_logger *wk_logger_tensorboard(const char *folder)
{
    static const char where[] = "logger_tensorboard";
    wki_check(folder && *folder, NULL, WK_E_INVALID, where, "folder is %s", folder ? "empty" : "NULL");
    if (wki_make_folder(folder, where)) return NULL;
    wk_logger *log = NULL;
    const long long second = (long long)wki_seconds();
    for (int n = 0; n < 1000 && !log && !wk_failed(); n++) { /* a name that no other run has */
        bool made = false;
        char *path = wki_sprintf("%s/events.out.tfevents.%010lld.wick.%d", folder, second, n);
        if (path && wki_file_start(path, true, &made, where) == WK_OK && made) log = wki_log_new(&tensorboard, path);
        wki_free(path);
    }
    wki_check(log || wk_failed(), NULL, WK_E_STATE, where, "%s has a thousand event files of this second", folder);
    return log;
}
