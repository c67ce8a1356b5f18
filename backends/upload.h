/* Batches on their way to a device, beside what its queue does: copies have a queue of their own, and events order the
 * two, so that the host waits for neither. Memory that is filled again and again has an upload of its own. */
#ifndef WKI_UPLOAD_H
#define WKI_UPLOAD_H
#include "wick/base.h"

typedef struct wki_upload wki_upload;

typedef struct wki_piece {
    void *to;
    const void *from;
    size_t bytes;
} wki_piece;

typedef struct wki_uploader {
    /* Memory of the host that copies run from without the host. NULL: there is none to be had; from any thread. */
    void *(*pin_get)(int index, size_t bytes);
    void (*pin_put)(void *memory);
    wki_upload *(*open)(int index); /* NULL with an error recorded */
    void (*close)(wki_upload *upload); /* waits for its copies; records no error; NULL allowed */
    wk_status (*offer)(wki_upload *upload); /* copies from now on come behind all that the device's queue has by now */
    wk_status (*copy)(wki_upload *upload, const wki_piece *pieces, int n);
    wk_status (*take)(wki_upload *upload); /* what the device's queue is given from now on comes behind the copies */
    wk_status (*finish)(wki_upload *upload); /* waits for the copies: what they read may be written over */
} wki_uploader;
#endif
