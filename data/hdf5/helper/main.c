/* wick-h5-metadata: asks libhdf5 about one file in the place of a program that does not trust it, within limits on
 * memory, time and files. Started by isolate.c, never by hand: wick-h5-metadata NAME WHERE SECONDS MIB, with the
 * channel as descriptor 0 and the file as 3. */
#include "base/alloc.h"
#include "base/error.h"
#include "data/hdf5/h5.h"
#include "data/hdf5/wire.h"
#include "data/hdf5/writer.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MOST = 4096, ASKED_MOST = 64 * 1024 };

typedef struct session {
    const char *name, *where;
    wki_h5_file *file;
    wki_process *asker;
    wki_wire asked, answer;
} session;

static H5I_type_t take_kind(wki_wire *w) { return wki_wire_take(w) ? H5I_GROUP : H5I_DATASET; }

static void put_text(wki_wire *w, const char *text) { wki_wire_put_bytes(w, text, strlen(text)); }

static void answer_hint(session *s)
{
    char group[NAME_MOST], near[NAME_MOST], room[WKI_H5_HINT];
    const H5I_type_t kind = take_kind(&s->asked);
    wki_wire_take_text(&s->asked, group, sizeof group);
    wki_wire_take_text(&s->asked, near, sizeof near);
    wki_h5_hint(s->file, group, kind, near[0] ? near : NULL, room);
    put_text(&s->answer, room);
}

static void answer_classes(session *s)
{
    char object[NAME_MOST], **names;
    int n;
    if (wki_h5_read_classes(s->file, wki_wire_take_text(&s->asked, object, sizeof object), &names, &n) != WK_OK) return;
    wki_wire_put(&s->answer, (uint64_t)n);
    for (int i = 0; i < n; i++) put_text(&s->answer, names[i]);
    wki_h5_names_free(names, n);
}

static void answer_text(session *s)
{
    char name[NAME_MOST];
    char *text = wki_h5_read_text(s->file, wki_wire_take_text(&s->asked, name, sizeof name));
    if (text) put_text(&s->answer, text);
    wki_free(text);
}

static void put_facts(wki_wire *w, const wki_h5_table *t)
{
    const uint64_t facts[] = { t->number, t->swapped, t->layout, t->unwritten, t->bare_edges, t->address };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) wki_wire_put(w, facts[i]);
    wki_wire_put_bytes(w, t->fill, sizeof t->fill);
    wki_wire_put(w, (uint64_t)t->rank);
    for (int k = 0; k < t->rank; k++) {
        wki_wire_put(w, t->dims[k]);
        wki_wire_put(w, t->chunk[k]);
    }
    wki_wire_put(w, (uint64_t)t->nfilters);
    for (int i = 0; i < t->nfilters; i++) wki_wire_put(w, (uint64_t)t->filters[i]);
}

static wk_status put_place(void *user, const wki_h5_place *place)
{
    wki_wire *w = user;
    wki_wire_put_raw(w, place, sizeof *place);
    return w->bad ? wk_error() : WK_OK;
}

static void put_places(wki_wire *w, wki_h5_table *t)
{
    const size_t before = w->size;
    wki_wire_put(w, 0);
    if (t->layout == WKI_H5_CHUNKED && !t->unwritten && wki_h5_each_chunk(t, put_place, w)) return;
    const uint64_t bytes = w->size - before - sizeof bytes;
    if (!w->bad) memcpy(w->bytes + before, &bytes, sizeof bytes);
}

static void answer_table(session *s)
{
    char name[NAME_MOST];
    wki_h5_table *t = wki_h5_table_open(s->file, wki_wire_take_text(&s->asked, name, sizeof name), s->where);
    if (!t) return;
    put_facts(&s->answer, t);
    wki_wire_put_bytes(&s->answer, t->compact, t->compact ? (size_t)(t->rows * t->row_bytes) : 0);
    put_places(&s->answer, t);
    wki_h5_table_close(t);
}

static void answer_infos(session *s)
{
    wk_h5_info *infos = NULL;
    int n = 0;
    if (wki_h5_infos(s->file, &infos, &n) == WK_OK) wki_wire_put(&s->answer, (uint64_t)n);
    for (int i = 0; i < n; i++) {
        const wk_h5_info *info = &infos[i];
        put_text(&s->answer, info->path);
        put_text(&s->answer, info->type);
        put_text(&s->answer, info->filters);
        put_text(&s->answer, info->fill);
        wki_wire_put(&s->answer, (uint64_t)info->ndim);
        for (int k = 0; k < info->ndim; k++) {
            wki_wire_put(&s->answer, (uint64_t)info->shape[k]);
            wki_wire_put(&s->answer, (uint64_t)info->chunk[k]);
        }
        wki_wire_put(&s->answer, (uint64_t)info->bytes);
        wki_wire_put(&s->answer, (uint64_t)info->stored_bytes);
        wki_wire_put(&s->answer, info->numeric);
    }
    wki_free(infos);
}

/* ---- Copies ---- */

static wk_status send_ahead(session *s)
{
    const bool sent = wki_wire_send(&s->answer, s->asker);
    return sent ? WK_OK : wki_fail(WK_E_IO, s->where, "nobody takes the copy");
}

static void begin_ahead(session *s, uint64_t code)
{
    wki_wire_clear(&s->answer);
    wki_wire_put(&s->answer, code);
}

static void put_short_text(wki_wire *w, const char *text)
{
    const size_t n = strlen(text);
    wki_wire_put_bytes(w, text, n < WKI_WIRE_TEXT ? n : WKI_WIRE_TEXT - 1);
}

static wk_status send_piece(void *user, uint64_t at, const void *from, size_t n)
{
    session *s = user;
    begin_ahead(s, WKI_WIRE_PIECE);
    wki_wire_put(&s->answer, at);
    wki_wire_put_bytes(&s->answer, from, n);
    return send_ahead(s);
}

static void send_left(void *user, const char *what)
{
    session *s = user;
    begin_ahead(s, WKI_WIRE_LEFT);
    put_short_text(&s->answer, what);
    send_ahead(s);
}

static wk_status send_share(void *user, const char *data_set, double share)
{
    session *s = user;
    begin_ahead(s, WKI_WIRE_SHARE);
    put_short_text(&s->answer, data_set);
    wki_wire_put(&s->answer, (uint64_t)(share * WKI_WIRE_WHOLE));
    return send_ahead(s);
}

static void answer_repack(session *s)
{
    char to[NAME_MOST], allow[NAME_MOST];
    wk_h5_repack_opts o = wk_h5_repack_opts_default();
    o.path = s->name;
    o.to = wki_wire_take_text(&s->asked, to, sizeof to);
    if (*wki_wire_take_text(&s->asked, allow, sizeof allow)) o.allow = allow;
    o.deflate = (int)wki_wire_take(&s->asked) - 1;
    o.shuffle = wki_wire_take(&s->asked);
    o.workers = (int)wki_wire_take(&s->asked);
    o.chunk_bytes = (int64_t)wki_wire_take(&s->asked);
    o.skip = wki_wire_take(&s->asked) ? send_left : NULL;
    o.watch = send_share;
    o.user = s;
    wki_h5_repack_file(s->file, &o, &(wki_h5_out){ send_piece, s });
    begin_ahead(s, WK_OK);
}

static void answer(session *s)
{
    char path[NAME_MOST];
    H5I_type_t kind;
    switch (wki_wire_take(&s->asked)) {
    case WKI_WIRE_OPEN: s->file = wki_h5_file_over(wki_process_file(s->name, s->where), s->name, s->where); return;
    case WKI_WIRE_IS:
        kind = take_kind(&s->asked);
        wki_wire_put(&s->answer, wki_h5_is(s->file, wki_wire_take_text(&s->asked, path, sizeof path), kind));
        return;
    case WKI_WIRE_HINT: answer_hint(s); return;
    case WKI_WIRE_CLASSES: answer_classes(s); return;
    case WKI_WIRE_TABLE: answer_table(s); return;
    case WKI_WIRE_INFOS: answer_infos(s); return;
    case WKI_WIRE_REPACK: answer_repack(s); return;
    case WKI_WIRE_TEXT_OF: answer_text(s); return;
    default: s->asked.bad = true;
    }
}

/* libhdf5 does not always tell that it had no memory. */
static void answer_error(session *s)
{
    wki_error error;
    const bool memory = errno == ENOMEM;
    wki_error_take(&error);
    wki_wire_clear(&s->answer);
    wki_wire_put(&s->answer, memory ? WK_E_MEMORY : error.code);
    wki_wire_put_bytes(&s->answer, error.text, strlen(error.text));
}

int main(int argc, char **argv)
{
    if (argc != 5) return 2;
    session s = { .name = argv[1], .where = argv[2], .asker = wki_process_starter() };
    wki_process *asker = s.asker;
    const uint64_t memory = (uint64_t)(WKI_WIRE_OWN_MIB + atoi(argv[4])) << 20, hello = WKI_WIRE_HELLO;
    if (!asker || !wki_process_limit(memory, atoi(argv[3])) || !wki_process_send(asker, &hello, sizeof hello)) return 1;
    while (wki_wire_receive(&s.asked, asker, ASKED_MOST, -1) == WKI_HEARD) {
        wki_wire_clear(&s.answer);
        wki_wire_put(&s.answer, WK_OK);
        errno = 0;
        answer(&s);
        if (wk_failed()) answer_error(&s);
        if (s.asked.bad || !wki_wire_send(&s.answer, asker)) return 1;
    }
    return 0;
}
