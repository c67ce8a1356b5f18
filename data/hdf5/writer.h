/* How wick writes HDF5: libhdf5 says where everything lies, chunks are filtered here, in threads. sink.c is the file that
 * libhdf5 writes to, pack.c filters chunks, writer.c makes data sets of rows of them, repack.c copies a file by it. */
#ifndef WKI_H5_WRITER_H
#define WKI_H5_WRITER_H
#include "data/hdf5/h5.h"

/* A file that appears when it is committed. A write that fails is not told to libhdf5, which does not survive it, but
 * kept as the sink's status. */
typedef struct wki_h5_sink wki_h5_sink;
/* Where the bytes go, if not into a file of that name. */
typedef struct wki_h5_out {
    wk_status (*put_at)(void *user, uint64_t at, const void *from, size_t bytes);
    void *user;
} wki_h5_out;
wki_h5_sink *wki_h5_sink_new(const char *path, const wki_h5_out *out, const char *where); /* out: NULL allowed */
hid_t wki_h5_sink_file(const wki_h5_sink *sink);
wk_status wki_h5_sink_status(const wki_h5_sink *sink);
wk_status wki_h5_sink_commit(wki_h5_sink *sink); /* ends it, also on error */
void wki_h5_sink_abandon(wki_h5_sink *sink);     /* ends it without a trace; NULL allowed */

typedef struct wki_h5_room {
    unsigned char *bytes;
    size_t size;
} wki_h5_room;
/* At least that many bytes, of which the old ones are lost. */
wk_status wki_h5_room_for(wki_h5_room *room, size_t size);

enum { WKI_H5_SUM = 4 }; /* bytes of fletcher32's checksum */

/* One chunk on its way into the file. */
typedef struct wki_h5_job {
    void *owner;
    int64_t first, rows;
    bool shuffle, deflate, checksum;
    size_t item, bytes;  /* of an element; of the chunk, which is in `raw`, with WKI_H5_SUM bytes of room behind it */
    wki_h5_room raw, other;
    const unsigned char *packed; /* what to write, in one of the rooms */
    size_t packed_bytes;
    uint32_t mask; /* filters that were left out */
    bool done;
} wki_h5_job;

/* Chunks packed by threads, or by the caller while it would wait, given back in the order they came. */
typedef struct wki_h5_packer wki_h5_packer;
wki_h5_packer *wki_h5_packer_new(int level, int workers); /* level 0: nothing is deflated, no threads */
void wki_h5_packer_free(wki_h5_packer *packer);           /* NULL allowed */
bool wki_h5_packer_is_elsewhere(const wki_h5_packer *packer);
bool wki_h5_packer_is_full(const wki_h5_packer *packer);
wki_h5_job *wki_h5_packer_next(wki_h5_packer *packer); /* to fill in and submit; the packer is not full */
void wki_h5_packer_submit(wki_h5_packer *packer);
wki_h5_job *wki_h5_packer_take(wki_h5_packer *packer); /* the oldest, packed; NULL: there is none. Then drop it */
void wki_h5_packer_drop(wki_h5_packer *packer);

/* A data set to be: its rows have `ndim` dimensions. `type` is that of the elements in memory and in the file. */
typedef struct wki_h5_plan {
    const char *name;
    hid_t type;
    size_t item;
    int ndim;
    int64_t shape[WK_MAX_DIMS - 1];
    const hsize_t *most; /* sizes that it may grow to; NULL: any number of rows */
    bool shuffle, deflate, checksum;
    hid_t like; /* creation properties whose fill value it has, until it is made; 0: none */
} wki_h5_plan;
/* The fill value of one list of creation properties, of this type, for another list. */
bool wki_h5_keep_fill(hid_t from, hid_t type, hid_t to);
typedef struct wki_h5_stream wki_h5_stream;
wki_h5_stream *wki_h5_stream_new(wk_h5_writer *w, const wki_h5_plan *plan, const char *where);
wk_status wki_h5_stream_put(wk_h5_writer *w, wki_h5_stream *s, const void *rows, int64_t n, const char *where);
/* All its rows go into the file, and s is no more: the data set, which the caller closes, or -1 with the error recorded. */
hid_t wki_h5_stream_end(wk_h5_writer *w, wki_h5_stream *s, const char *where);
wk_h5_writer *wki_h5_writer_over(const wk_h5_writer_opts *o, const wki_h5_out *out); /* out: as above */
hid_t wki_h5_writer_file(const wk_h5_writer *w);
/* With the lock held, after libhdf5 wrote: is all well with it and with the disk? Else the error, and w is done for. */
wk_status wki_h5_settle(wk_h5_writer *w, bool done, const char *name, const char *verb, const char *where);

/* repack.c: what wk_h5_repack does, from a file that is open. isolate.c: the same by the process that has it open, whose
 * bytes become the copy here. */
wk_status wki_h5_repack_file(wki_h5_file *file, const wk_h5_repack_opts *o, const wki_h5_out *out);
wk_status wki_h5_ask_repack(wki_h5_file *file, const wk_h5_repack_opts *o);

/* A data set of its own in a file that is being written, all at once. WK_E_INVALID: nothing can stand at this path. */
wk_status wki_h5_put(wk_h5_writer *w, const char *name, const wk_array *array, const char *where);
#endif
