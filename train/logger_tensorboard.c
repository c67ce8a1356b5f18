/* A log as TensorBoard's event files: records of a length, a sum, an Event in protobuf's wire format, a sum. Field
 * numbers are those of tensorboard's event.proto and summary.proto. */
#include "base/alloc.h"
#include "base/crc32c.h"
#include "base/error.h"
#include "base/file.h"
#include "train/logger.h"
#include <float.h>
#include <stdio.h>
#include <string.h>

typedef struct message {
    unsigned char *at;
    size_t used, room;
    bool failed;
} message;

/* ---- Wire format: a key of field and type, then the value, little-endian ---- */

static void put(message *m, const void *from, size_t bytes)
{
    if (bytes > m->room - m->used) {
        size_t room = 2 * m->room + bytes + 64;
        unsigned char *grown = wki_grow(m->at, m->room, room);
        m->failed = m->failed || !grown;
        if (!grown) return;
        m->at = grown;
        m->room = room;
    }
    if (bytes) memcpy(m->at + m->used, from, bytes);
    m->used += bytes;
}

static void put_varint(message *m, uint64_t value)
{
    do {
        unsigned char byte = (unsigned char)(value & 127);
        value >>= 7;
        if (value) byte |= 128;
        put(m, &byte, 1);
    } while (value);
}

static void put_little(message *m, uint64_t value, int bytes)
{
    unsigned char out[8];
    for (int i = 0; i < bytes; i++) out[i] = (unsigned char)(value >> 8 * i);
    put(m, out, (size_t)bytes);
}

static void put_int(message *m, int field, int64_t value)
{
    put_varint(m, (uint64_t)field << 3);
    put_varint(m, (uint64_t)value);
}

static void put_bytes(message *m, int field, const void *from, size_t bytes)
{
    put_varint(m, (uint64_t)field << 3 | 2);
    put_varint(m, bytes);
    put(m, from, bytes);
}

static void put_text(message *m, int field, const char *text) { put_bytes(m, field, text, strlen(text)); }

static uint64_t bits(double value)
{
    uint64_t b;
    memcpy(&b, &value, sizeof b);
    return b;
}

static void put_double(message *m, int field, double value)
{
    put_varint(m, (uint64_t)field << 3 | 1);
    put_little(m, bits(value), 8);
}

static void put_float(message *m, int field, float value)
{
    uint32_t b;
    memcpy(&b, &value, sizeof b);
    put_varint(m, (uint64_t)field << 3 | 5);
    put_little(m, b, 4);
}

static void put_message(message *m, int field, message *inside)
{
    put_bytes(m, field, inside->at, inside->used);
    m->failed = m->failed || inside->failed;
    wki_free(inside->at);
    *inside = (message){ 0 };
}

/* ---- Records and events ---- */

enum { EVENT_TIME = 1, EVENT_STEP = 2, EVENT_VERSION = 3, EVENT_SUMMARY = 5, EVENT_SESSION = 7 };
enum { VALUE_TAG = 1, VALUE_SIMPLE = 2, VALUE_HISTOGRAM = 5, VALUE_TENSOR = 8, VALUE_METADATA = 9 };

static uint32_t masked(uint32_t crc) { return (crc >> 15 | crc << 17) + 0xA282EAD8u; }

static wk_status put_record(wk_logger *log, message *event)
{
    message out = { 0 };
    put_little(&out, event->used, 8);
    put_little(&out, out.failed ? 0 : masked(wki_crc32c(0, out.at, 8)), 4);
    put(&out, event->at, event->used);
    put_little(&out, masked(wki_crc32c(0, event->at, event->used)), 4);
    const bool whole = !out.failed && !event->failed;
    wk_status status = whole ? wki_log_put(log, out.at, out.used) : WK_E_MEMORY;
    wki_free(out.at);
    wki_free(event->at);
    *event = (message){ 0 };
    return status;
}

static message event_at(int64_t step)
{
    message m = { 0 };
    put_double(&m, EVENT_TIME, wki_seconds());
    if (step) put_int(&m, EVENT_STEP, step);
    return m;
}

static wk_status put_summary(wk_logger *log, int64_t step, message *summary)
{
    message event = event_at(step);
    put_message(&event, EVENT_SUMMARY, summary);
    return put_record(log, &event);
}

static wk_status begin(wk_logger *log)
{
    message event = event_at(0);
    put_text(&event, EVENT_VERSION, "brain.Event:2");
    return put_record(log, &event);
}

static wk_status scalars(wk_logger *log, int64_t step, const wk_scalar_value *s, int n)
{
    message summary = { 0 };
    for (int i = 0; i < n; i++) {
        message value = { 0 };
        put_text(&value, VALUE_TAG, s[i].name);
        put_float(&value, VALUE_SIMPLE, (float)s[i].value);
        put_message(&summary, 1, &value);
    }
    return put_summary(log, step, &summary);
}

/* Text is a tensor of one string, shown by the text plug-in. */
static wk_status text(wk_logger *log, int64_t step, const char *name, const char *words)
{
    enum { STRING = 7, DATA_CLASS_TENSOR = 2 };
    message summary = { 0 }, value = { 0 }, metadata = { 0 }, plugin = { 0 }, tensor = { 0 }, shape = { 0 },
            dim = { 0 };
    put_text(&plugin, 1, "text");
    put_message(&metadata, 1, &plugin);
    put_int(&metadata, 4, DATA_CLASS_TENSOR);
    put_int(&dim, 1, 1);
    put_message(&shape, 2, &dim);
    put_int(&tensor, 1, STRING);
    put_message(&tensor, 2, &shape);
    put_text(&tensor, 8, words);
    put_text(&value, VALUE_TAG, name);
    put_message(&value, VALUE_TENSOR, &tensor);
    put_message(&value, VALUE_METADATA, &metadata);
    put_message(&summary, 1, &value);
    return put_summary(log, step, &summary);
}

static void put_doubles(message *m, int field, const double *values, int n)
{
    message packed = { 0 };
    for (int i = 0; i < n; i++) put_little(&packed, bits(values[i]), 8);
    put_message(m, field, &packed);
}

static wk_status histogram(wk_logger *log, int64_t step, const char *name, const wki_histogram *h)
{
    message summary = { 0 }, value = { 0 }, histo = { 0 };
    put_double(&histo, 1, h->min);
    put_double(&histo, 2, h->max);
    put_double(&histo, 3, (double)h->count);
    put_double(&histo, 4, h->sum);
    put_double(&histo, 5, h->sum_squares);
    put_doubles(&histo, 6, h->right, h->bins);
    put_doubles(&histo, 7, h->in, h->bins);
    put_text(&value, VALUE_TAG, name);
    put_message(&value, VALUE_HISTOGRAM, &histo);
    put_message(&summary, 1, &value);
    return put_summary(log, step, &summary);
}

/* Readers drop what earlier files of the folder have from this step on. */
static wk_status resume(wk_logger *log, int64_t step)
{
    enum { START = 1 };
    bool made;
    if (wki_file_start(log->path, false, &made, "logger_tensorboard") || begin(log)) return wk_error();
    message event = event_at(step), session = { 0 };
    put_int(&session, 1, START);
    put_message(&event, EVENT_SESSION, &session);
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
