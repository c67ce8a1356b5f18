/* Metadata that a process of its own reads: the helper (helper/main.c), started for one file and ended when all is
 * known. What it says is checked as if the file itself said it, since a file that has taken it over could.
 * docs/design.md tells why it is a program and no fork. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include "data/hdf5/h5.h"
#include "data/hdf5/wire.h"
#include "data/hdf5/writer.h"
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct wki_h5_reader {
    wki_process *process; /* NULL: ended, with an error told */
    wki_wire wire;
    wki_h5_limits limits;
    int64_t left; /* of the time that may be waited for answers, in milliseconds */
} wki_h5_reader;

/* ---- Ends ---- */

static wk_status fail(const wki_h5_file *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
static wk_status fail(const wki_h5_file *f, const char *format, ...)
{
    char text[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return wki_fail(WK_E_FORMAT, f->where, "%s: %s", wki_h5_shown(f->path), text);
}

static wk_status late(const wki_h5_file *f)
{
    return fail(f, "reading its metadata took longer than %d s, its limit (.isolate_seconds)",
                f->reader->limits.seconds);
}

/* No answer came, or none that can be. */
static wk_status give_up(wki_h5_file *f, wki_heard heard)
{
    wki_h5_reader *r = f->reader;
    const int end = wki_process_end(r->process);
    r->process = NULL;
    if (heard == WKI_LATE || end == SIGXCPU) r->left = WKI_FAULT(79);
    if (!r->left) return late(f);
    if (end > 0) return fail(f, "libhdf5 crashed (signal %d) while reading its metadata", end);
    if (end < 0) return fail(f, "the process that read its metadata ended early (exit code %d)", -end);
    return fail(f, "the process that read its metadata gave an answer that makes no sense");
}

void wki_h5_file_settle(wki_h5_file *f)
{
    wki_h5_reader *r = f->reader;
    f->reader = NULL;
    if (!r) return;
    wki_process_end(r->process);
    wki_free(r->wire.bytes);
    wki_free(r);
}

/* ---- Asking ---- */

static wk_status start(wki_h5_file *f);

/* A process that has ended is followed by another, unless it took all the time there was. */
static wki_wire *request(wki_h5_file *f, wki_wire_kind kind)
{
    wki_wire *w = &f->reader->wire;
    if (!f->reader->process && f->reader->left && !wk_failed()) start(f);
    wki_wire_clear(w);
    wki_wire_put(w, kind);
    return w;
}

static void put_text(wki_wire *w, const char *text) { wki_wire_put_bytes(w, text, strlen(text)); }

static void take_clean_text(wki_wire *w, char *room, size_t size)
{
    wki_wire_take_text(w, room, size);
    for (char *c = room; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127) *c = '?'; /* could move a terminal's cursor */
}

/* The helper's error, which begins with the name that it was given for `where`. */
static wk_status take_error(wki_h5_file *f, uint64_t code)
{
    char text[sizeof(((wki_error *)0)->text)];
    take_clean_text(&f->reader->wire, text, sizeof text);
    if (f->reader->wire.bad || code >= WK_STATUS_COUNT) return give_up(f, WKI_GONE);
    if (code == WK_E_MEMORY)
        return fail(f, "reading its metadata wanted more than %d MiB of memory, its limit (.isolate_mib)",
                    f->reader->limits.mib);
    const size_t n = strlen(f->where);
    return wki_fail((wk_status)code, f->where, "%s",
                    strncmp(text, f->where, n) ? text : text + n + strspn(text + n, ": "));
}

static wk_status send_request(wki_h5_file *f)
{
    wki_h5_reader *r = f->reader;
    if (!r->process) return wk_failed() ? wk_error() : late(f);
    return wki_wire_send(&r->wire, r->process) ? WK_OK : give_up(f, WKI_GONE);
}

/* What comes next is in the wire, behind its code. */
static wk_status hear(wki_h5_file *f, uint64_t *code)
{
    wki_h5_reader *r = f->reader;
    const size_t most = (size_t)(r->limits.mib + WKI_WIRE_OWN_MIB) << 20; /* more than it can hold */
    const int64_t begin = wki_process_clock();
    const wki_heard heard = wki_wire_receive(&r->wire, r->process, most, begin + r->left);
    const int64_t waited = wki_process_clock() - begin;
    r->left = waited < r->left ? r->left - waited : 0;
    if (heard) return give_up(f, heard);
    *code = wki_wire_take(&r->wire);
    return WK_OK;
}

/* Sends the request and leaves what was asked for in the wire; errors are recorded. */
static wk_status ask(wki_h5_file *f)
{
    uint64_t code = 0;
    if (send_request(f) || hear(f, &code)) return wk_error();
    return code ? take_error(f, code) : WK_OK;
}

bool wki_h5_ask_is(wki_h5_file *f, const char *path, H5I_type_t kind)
{
    wki_wire *w = request(f, WKI_WIRE_IS);
    wki_wire_put(w, kind == H5I_GROUP);
    put_text(w, path);
    return ask(f) == WK_OK && wki_wire_take(w) == 1;
}

const char *wki_h5_ask_hint(wki_h5_file *f, const char *group, H5I_type_t kind, const char *near,
                            char room[WKI_H5_HINT])
{
    wki_wire *w = request(f, WKI_WIRE_HINT);
    wki_wire_put(w, kind == H5I_GROUP);
    put_text(w, group);
    put_text(w, near ? near : "");
    room[0] = 0;
    if (ask(f) == WK_OK) take_clean_text(w, room, WKI_H5_HINT);
    return room;
}

static char *take_name(wki_wire *w)
{
    size_t n;
    const void *text = wki_wire_take_bytes(w, &n);
    char *name = text ? wki_alloc(n + 1) : NULL;
    return name ? memcpy(name, text, n) : NULL;
}

wk_status wki_h5_ask_classes(wki_h5_file *f, const char *object, char ***names, int *n)
{
    wki_wire *w = request(f, WKI_WIRE_CLASSES);
    put_text(w, object);
    if (ask(f) != WK_OK) return wk_error();
    const uint64_t count = wki_wire_take(w);
    if (w->bad || count > WKI_H5_CLASSES) return give_up(f, WKI_GONE);
    char **list = count ? wki_alloc_array(count, sizeof *list) : NULL;
    if (count && !list) return wk_error();
    uint64_t have = 0;
    while (have < count && (list[have] = take_name(w))) have++;
    *names = list;
    *n = (int)count;
    if (have == count) return WK_OK;
    wki_h5_names_free(list, (int)have);
    *names = NULL;
    *n = 0;
    return w->bad ? give_up(f, WKI_GONE) : wk_error();
}

char *wki_h5_ask_text(wki_h5_file *f, const char *name)
{
    wki_wire *w = request(f, WKI_WIRE_TEXT_OF);
    put_text(w, name);
    if (ask(f) != WK_OK) return NULL;
    char *text = take_name(w);
    if (!text && w->bad) give_up(f, WKI_GONE);
    return text;
}

/* ---- What there is ---- */

/* A number under `most`, or the wire is bad. */
static int take_below(wki_wire *w, uint64_t most)
{
    const uint64_t number = wki_wire_take(w);
    w->bad = w->bad || (number >= most && !WKI_FAULT(80));
    return w->bad ? 0 : (int)number;
}

/* At most 2^63 - 1. */
static int64_t take_size(wki_wire *w)
{
    const uint64_t number = wki_wire_take(w);
    w->bad = w->bad || number > INT64_MAX;
    return w->bad ? 0 : (int64_t)number;
}

enum { INFO_LEAST = 8 * sizeof(uint64_t) }; /* of what is sent of one, however little it is */

static void take_info(wki_wire *w, wk_h5_info *info)
{
    wki_wire_take_text(w, info->path, sizeof info->path);
    wki_wire_take_text(w, info->type, sizeof info->type);
    wki_wire_take_text(w, info->filters, sizeof info->filters);
    wki_wire_take_text(w, info->fill, sizeof info->fill);
    info->ndim = take_below(w, WK_MAX_DIMS + 1);
    for (int k = 0; k < info->ndim; k++) {
        info->shape[k] = take_size(w);
        info->chunk[k] = take_size(w);
        w->bad = w->bad || (!info->chunk[k] != !info->chunk[0] && !WKI_FAULT(81));
    }
    info->bytes = take_size(w);
    info->stored_bytes = take_size(w);
    info->numeric = take_below(w, 2);
}

wk_status wki_h5_ask_infos(wki_h5_file *f, wk_h5_info **infos, int *n)
{
    wki_wire *w = request(f, WKI_WIRE_INFOS);
    if (ask(f) != WK_OK) return wk_error();
    const int count = take_below(w, w->size / INFO_LEAST + 1);
    *infos = w->bad ? NULL : wki_alloc_array((size_t)count + 1, sizeof **infos);
    for (int i = 0; *infos && i < count && !w->bad; i++) take_info(w, &(*infos)[i]);
    *n = w->bad ? 0 : count;
    return w->bad ? give_up(f, WKI_GONE) : wk_error();
}

/* ---- Tables ---- */

static void take_facts(wki_h5_table *t, wki_wire *w)
{
    size_t n;
    t->number = (wki_number)take_below(w, WKI_NUMBERS);
    t->item = wki_number_size(t->number);
    t->swapped = take_below(w, 2);
    t->layout = (wki_h5_layout)take_below(w, WKI_H5_COMPACT + 1);
    t->unwritten = take_below(w, 2);
    t->bare_edges = take_below(w, 2);
    t->address = wki_wire_take(w);
    const void *fill = wki_wire_take_bytes(w, &n);
    w->bad = w->bad || n != sizeof t->fill;
    if (!w->bad) memcpy(t->fill, fill, sizeof t->fill);
    t->rank = take_below(w, WK_MAX_DIMS + 1);
    w->bad = w->bad || (t->layout == WKI_H5_CHUNKED && !t->rank);
    for (int k = 0; k < t->rank; k++) {
        t->dims[k] = wki_wire_take(w);
        t->chunk[k] = wki_wire_take(w);
    }
    t->nfilters = take_below(w, WKI_H5_FILTERS + 1);
    for (int i = 0; i < t->nfilters; i++) {
        t->filters[i] = take_below(w, INT32_MAX);
        w->bad = w->bad || !wki_h5_undoes(t, i);
    }
}

static wk_status take_compact(wki_h5_table *t, wki_wire *w)
{
    size_t n;
    const void *bytes = wki_wire_take_bytes(w, &n);
    const size_t expected = t->layout == WKI_H5_COMPACT ? (size_t)(t->rows * t->row_bytes) : 0;
    w->bad = w->bad || n != expected;
    if (w->bad || t->layout != WKI_H5_COMPACT) return WK_OK;
    t->compact = wki_alloc(n + 1);
    if (!t->compact) return wk_error();
    memcpy(t->compact, bytes, n);
    return WK_OK;
}

/* Whether a place lies in the file and how much it may hold is seen when it is read, as ever. */
static wk_status take_places(wki_h5_table *t, wki_wire *w)
{
    size_t n;
    uint64_t cells;
    const void *bytes = wki_wire_take_bytes(w, &n);
    w->bad = w->bad || n % sizeof *t->places || (n && t->layout != WKI_H5_CHUNKED) || !wki_h5_count_cells(t, &cells);
    if (w->bad || !n) return WK_OK;
    t->places = wki_alloc(n);
    if (!t->places) return wk_error();
    memcpy(t->places, bytes, n);
    t->nplaces = n / sizeof *t->places;
    for (uint64_t i = 0; i < t->nplaces; i++) {
        const wki_h5_place *p = &t->places[i];
        w->bad = w->bad || p->cell >= cells || (i && p->cell <= p[-1].cell) || !p->size;
    }
    return WK_OK;
}

wk_status wki_h5_ask_table(wki_h5_table *t)
{
    wki_wire *w = request(t->file, WKI_WIRE_TABLE);
    put_text(w, t->name);
    wk_status status = ask(t->file);
    if (status) return status;
    take_facts(t, w);
    if (!w->bad) status = wki_h5_size_rows(t);
    if (!w->bad && !status) status = wki_h5_size_blocks(t);
    if (!w->bad && !status) status = take_compact(t, w);
    if (!w->bad && !status) status = take_places(t, w);
    return w->bad ? give_up(t->file, WKI_GONE) : status;
}

/* ---- Copies ---- */

/* The first one begins the copy: by then all that cannot be carried was told. */
static wk_status take_piece(wki_h5_file *f, const char *path, wki_writer **to)
{
    size_t n;
    wki_wire *w = &f->reader->wire;
    const uint64_t at = wki_wire_take(w);
    const void *bytes = wki_wire_take_bytes(w, &n);
    if (w->bad || (at > (uint64_t)INT64_MAX - n && !WKI_FAULT(100))) return give_up(f, WKI_GONE);
    if (!*to && !(*to = wki_writer_new(path, f->where))) return wk_error();
    return wki_writer_put_at(*to, (int64_t)at, bytes, n);
}

static wk_status take_news(wki_h5_file *f, uint64_t code, const wk_h5_repack_opts *o)
{
    char text[WKI_WIRE_TEXT];
    wki_wire *w = &f->reader->wire;
    take_clean_text(w, text, sizeof text);
    const int share = code == WKI_WIRE_SHARE ? take_below(w, WKI_WIRE_WHOLE + 1) : 0;
    if (w->bad || code > WKI_WIRE_SHARE || (code == WKI_WIRE_LEFT && !o->skip)) return give_up(f, WKI_GONE);
    if (code == WKI_WIRE_SHARE) return o->watch ? o->watch(o->user, text, (double)share / WKI_WIRE_WHOLE) : WK_OK;
    o->skip(o->user, text);
    return WK_OK;
}

wk_status wki_h5_ask_repack(wki_h5_file *f, const wk_h5_repack_opts *o)
{
    uint64_t code = 0;
    wki_writer *to = NULL;
    wki_wire *w = request(f, WKI_WIRE_REPACK);
    put_text(w, wki_h5_shown(o->to));
    put_text(w, o->allow ? o->allow : "");
    const uint64_t numbers[] = { (uint64_t)(o->deflate + 1), o->shuffle, (uint64_t)o->workers, (uint64_t)o->chunk_bytes,
                                 o->skip != NULL };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) wki_wire_put(w, numbers[i]);
    wk_status status = send_request(f);
    while (!status && !(status = hear(f, &code)) && code >= WKI_WIRE_PIECE)
        status = code == WKI_WIRE_PIECE ? take_piece(f, o->to, &to) : take_news(f, code, o);
    if (!status && code) status = take_error(f, code);
    if (!status && !to) status = give_up(f, WKI_GONE);
    if (!status) return wki_writer_commit(to);
    wki_writer_abandon(to);
    return status;
}

/* ---- Starting ---- */

static const char *helper(void)
{
    const char *path = secure_getenv("WICK_H5_HELPER");
    return path && *path ? path : WICK_H5_HELPER;
}

/* Nothing of the file is looked at before the helper has said who it is: what goes wrong till then is not the file's.
 */
static wk_status meet(wki_h5_file *f)
{
    uint64_t hello = 0;
    wki_h5_reader *r = f->reader;
    const int64_t until = wki_process_clock() + r->left;
    const wki_heard heard = wki_process_receive(r->process, &hello, sizeof hello, until);
    if (heard == WKI_HEARD && hello == WKI_WIRE_HELLO) return WK_OK;
    wki_process_end(r->process);
    r->process = NULL;
    if (heard == WKI_LATE && !WKI_FAULT(250))
        return wki_fail(WK_E_STATE, f->where, "%s has not begun within %d s, the limit (.isolate_seconds)", helper(),
                        r->limits.seconds);
    return wki_fail(WK_E_STATE, f->where, "%s is not the helper of wick %d.%d.%d, which .isolate needs", helper(),
                    WK_VERSION_MAJOR, WK_VERSION_MINOR, WK_VERSION_PATCH);
}

static wk_status start(wki_h5_file *f)
{
    char seconds[16], mib[16];
    wki_h5_reader *r = f->reader;
    snprintf(seconds, sizeof seconds, "%d", r->limits.seconds);
    snprintf(mib, sizeof mib, "%d", r->limits.mib);
    const char *const arguments[] = { helper(), wki_h5_shown(f->path), f->where, seconds, mib, NULL };
    r->process = wki_process_start(helper(), arguments, f->bytes, f->where);
    if (!r->process) return wk_error();
    const wk_status status = meet(f);
    if (status) return status;
    request(f, WKI_WIRE_OPEN);
    return ask(f);
}

wk_status wki_h5_reader_start(wki_h5_file *f, wki_h5_limits limits)
{
    f->reader = wki_alloc(sizeof *f->reader);
    if (!f->reader) return wk_error();
    f->reader->limits = limits;
    f->reader->left = 1000 * (int64_t)limits.seconds;
    return start(f);
}
