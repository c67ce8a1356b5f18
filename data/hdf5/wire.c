/* Numbers and bytes in one growing piece of memory, sent behind its length. What is taken is checked against what is
 * there: the other end may say anything. */
#include "data/hdf5/wire.h"
#include "base/alloc.h"
#include <string.h>

enum { PIECE = 1 << 20 };

void wki_wire_clear(wki_wire *w)
{
    w->size = w->at = 0;
    w->bad = false;
}

static bool have_room(wki_wire *w, size_t more)
{
    unsigned char *bytes = w->bad ? NULL : wki_grow_bytes(w->bytes, w->size, more, &w->room);
    w->bad = !bytes;
    if (bytes) w->bytes = bytes;
    return !w->bad;
}

void wki_wire_put_raw(wki_wire *w, const void *from, size_t n)
{
    if (!have_room(w, n)) return;
    if (n) memcpy(w->bytes + w->size, from, n);
    w->size += n;
}

void wki_wire_put(wki_wire *w, uint64_t number) { wki_wire_put_raw(w, &number, sizeof number); }

void wki_wire_put_bytes(wki_wire *w, const void *from, size_t n)
{
    wki_wire_put(w, n);
    wki_wire_put_raw(w, from, n);
}

static const void *take_raw(wki_wire *w, size_t n)
{
    if (n > w->size - w->at) w->bad = true;
    if (w->bad) return NULL;
    w->at += n;
    return w->bytes + w->at - n;
}

uint64_t wki_wire_take(wki_wire *w)
{
    uint64_t number = 0;
    const void *from = take_raw(w, sizeof number);
    return from ? memcpy(&number, from, sizeof number), number : 0;
}

const void *wki_wire_take_bytes(wki_wire *w, size_t *n)
{
    *n = (size_t)wki_wire_take(w);
    return take_raw(w, *n);
}

const char *wki_wire_take_text(wki_wire *w, char *room, size_t size)
{
    size_t n;
    const void *text = wki_wire_take_bytes(w, &n);
    w->bad = w->bad || n >= size;
    if (w->bad) n = 0;
    if (n) memcpy(room, text, n);
    room[n] = 0;
    return room;
}

bool wki_wire_send(wki_wire *w, wki_process *to)
{
    const uint64_t size = w->size;
    return !w->bad && wki_process_send(to, &size, sizeof size) && wki_process_send(to, w->bytes, w->size);
}

wki_heard wki_wire_receive(wki_wire *w, wki_process *from, size_t most, int64_t until)
{
    uint64_t size = 0;
    wki_wire_clear(w);
    wki_heard heard = wki_process_receive(from, &size, sizeof size, until);
    if (!heard && size > most) heard = WKI_GONE;
    while (!heard && w->size < size) {
        const size_t left = (size_t)size - w->size, piece = left < PIECE ? left : PIECE;
        if (!have_room(w, piece)) return WKI_GONE;
        heard = wki_process_receive(from, w->bytes + w->size, piece, until);
        if (!heard) w->size += piece;
    }
    return heard;
}
