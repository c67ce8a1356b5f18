/* What a process that reads metadata and the one that started it say to each other: numbers of 8 bytes, and bytes
 * behind their length. A request is a kind and its arguments; an answer is a status and what was asked for, or why not. */
#ifndef WKI_H5_WIRE_H
#define WKI_H5_WIRE_H
#include "base/process.h"
#include "wick/base.h"

/* The first number that the started process sends: both must be of one version. */
#define WKI_WIRE_HELLO                                                                                                 \
    (UINT64_C(0x77696b01) << 32 | WK_VERSION_MAJOR << 20 | WK_VERSION_MINOR << 10 | WK_VERSION_PATCH)
enum { WKI_WIRE_OWN_MIB = 32 }; /* what the helper and libhdf5 need for themselves, beside what it may use for a file */
typedef enum wki_wire_kind {
    WKI_WIRE_OPEN,
    WKI_WIRE_IS,
    WKI_WIRE_HINT,
    WKI_WIRE_CLASSES,
    WKI_WIRE_TABLE,
    WKI_WIRE_INFOS,
    WKI_WIRE_REPACK,
    WKI_WIRE_TEXT_OF
} wki_wire_kind;
/* What a copy sends ahead of its end, instead of a status: bytes of the new file and where they stand, what is left out,
 * and how much of a data set is done, in millionths. */
enum { WKI_WIRE_PIECE = 1 << 16, WKI_WIRE_LEFT, WKI_WIRE_SHARE };
enum { WKI_WIRE_TEXT = 1024, WKI_WIRE_WHOLE = 1000000 }; /* bytes of such texts, at most */

typedef struct wki_wire {
    unsigned char *bytes; /* freed with wki_free */
    size_t size, room, at;
    bool bad; /* more was put than there is memory for, or taken than was sent */
} wki_wire;

void wki_wire_clear(wki_wire *w);
void wki_wire_put(wki_wire *w, uint64_t number);
void wki_wire_put_raw(wki_wire *w, const void *from, size_t n);   /* without their length */
void wki_wire_put_bytes(wki_wire *w, const void *from, size_t n);
uint64_t wki_wire_take(wki_wire *w);                          /* 0 where nothing is left */
/* Borrowed, not aligned; NULL where n are not left. */
const void *wki_wire_take_bytes(wki_wire *w, size_t *n);
/* Ended by 0; "" where it does not fit. */
const char *wki_wire_take_text(wki_wire *w, char *room, size_t size);

bool wki_wire_send(wki_wire *w, wki_process *to);
/* Room is asked for as bytes come, not by what they claim to be; more than `most` of them is WKI_GONE. */
wki_heard wki_wire_receive(wki_wire *w, wki_process *from, size_t most, int64_t until);
#endif
