/* wick/hdf5.h: datasets in HDF5 files, from the library wick-hdf5 (pkg-config wick-hdf5, CMake wick::hdf5).
 *
 *   wk_dataset *train = wk_dataset_h5("mnist.h5", .split = "train");
 *   wk_loader *loader = wk_loader_new(train, .batch_size = 64, .shuffle = true);
 *
 * A file holds rows along the first dimension of its data sets, in groups "train" and "test", or at its root. Without names
 * given, x and y are found by convention: x/y, data/label, images/labels, features/targets, X/Y, inputs/outputs. Integer and
 * float types of any size and byte order are read; u8 rows of x become f32 in 0 .. 1, other numbers f32 (f64 stays f64), integer
 * labels i64. Names of classes are strings in an attribute of y, its group or the root, "classes", "class_names" or "label_names", or the
 * members of y's enumeration; without any, labels below 1000 are counted. Every function is safe to call from any thread. */
#ifndef WICK_HDF5_H
#define WICK_HDF5_H
#include "wick/data.h"
#include "wick/state.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct wk_h5_opts {
    size_t size;
    const char *path;
    const char *split;  /* NULL: "train" if the file has such a group, else the root; "/": the root; else that group */
    const char *x, *y;  /* NULL: found by convention; names inside the group. y = "": no labels */
    bool raw;           /* false; true: u8 stays u8, 0 .. 255, and i32 and i64 stay what they are */
    int64_t begin, end; /* 0, -1: all rows; else rows [begin, end) */
    /* NULL: a row is one along the first size. Else a data set of n + 1 whole numbers: n rows of different lengths, row i being
     * offsets[i] .. offsets[i + 1] - 1 of x, and of y if it is as long as x; else y has a value for each row (wk_dataset_ragged) */
    const char *offsets;
    /* NULL: elements packed otherwise than by deflate, LZF, shuffle and fletcher32 are refused. Else filters that libhdf5 may undo, one
     * thread at a time and without wick's checks of what they unpack: "szip", "nbit", "scaleoffset", or "plugins" for all that it finds,
     * joined by commas. */
    const char *allow;
    /* false; true: libhdf5 reads the metadata in a process of its own, within these limits: on a file that makes it crash, hang or ask for
     * too much there is an error. Elements are read here, as ever, without libhdf5; so it cannot be joined with .allow. */
    bool isolate;
    int isolate_seconds, isolate_mib; /* 60, 1024 */
    /* false; true: another program may be adding rows. Those that are whole by now are read, perhaps none; for more: wk_dataset_refresh */
    bool growing;
    bool y_of_items; /* false; true: y has a value for each of x's items. With .offsets, and needed with .growing, where counts do not tell */
    /* false; true: the file is mapped into memory, and contiguous rows are copied from there, the fastest way for large rows of a file that
     * the page cache holds; others are read as ever. That it is as long as it was is looked at whenever rows are read, else it is an error;
     * but if somebody cuts it at that very moment, or its disk fails, the process is killed (SIGBUS), where without .map there is an error.
     * So it cannot be joined with .growing or .isolate. WK_E_IO: the file cannot be mapped. */
    bool map;
} wk_h5_opts;
WK_API wk_h5_opts wk_h5_opts_default(void);
WK_API wk_dataset *wk_dataset_h5_new(const wk_h5_opts *o);
static inline wk_dataset *wk_dataset_h5_with(wk_h5_opts o) { return wk_dataset_h5_new(&o); }
#define WK_H5_DEFAULTS                                                                                                 \
    .size = sizeof(wk_h5_opts), .split = NULL, .x = NULL, .y = NULL, .raw = false, .begin = 0, .end = -1,            \
    .offsets = NULL, .allow = NULL, .isolate = false, .isolate_seconds = 60, .isolate_mib = 1024, .growing = false, \
    .y_of_items = false, .map = false
#define wk_dataset_h5(...) wk_dataset_h5_with(WK_WITH(wk_h5_opts, WK_H5_DEFAULTS, .path = __VA_ARGS__))
/* Several files as one, as Caffe lists them: .path is a text file with the name of an HDF5 file a line, seen from the folder of the list;
 * empty lines and those that begin with # are passed over. The options hold for each file, .begin, .end and .growing must be left alone; fields must
 * be equal and the classes of one begin as those of another. */
WK_API wk_dataset *wk_dataset_h5_list_new(const wk_h5_opts *o);
static inline wk_dataset *wk_dataset_h5_list_with(wk_h5_opts o) { return wk_dataset_h5_list_new(&o); }
#define wk_dataset_h5_list(...) wk_dataset_h5_list_with(WK_WITH(wk_h5_opts, WK_H5_DEFAULTS, .path = __VA_ARGS__))

/* Write: a file that appears under its name only when committed; until then it grows on the disk under another one. Data sets are
 * chunked by whole rows. The same calls make the same bytes for any number of workers. After an error of the disk or of memory nothing
 * more can be written. */
typedef struct wk_h5_writer wk_h5_writer;
typedef struct wk_h5_writer_opts {
    size_t size;
    const char *path;
    bool shuffle;        /* false: HDF5's byte shuffle before deflate, of elements of more than one byte */
    int deflate;         /* 0: none; 1 .. 9 */
    int workers;         /* 0: the caller deflates; else that many threads do, and the caller while it would wait for them */
    int64_t chunk_bytes; /* 256 KiB: of a chunk, about; a row at least */
} wk_h5_writer_opts;
WK_API wk_h5_writer_opts wk_h5_writer_opts_default(void);
WK_API wk_h5_writer *wk_h5_writer_new_opts(const wk_h5_writer_opts *o);
static inline wk_h5_writer *wk_h5_writer_with(wk_h5_writer_opts o) { return wk_h5_writer_new_opts(&o); }
#define WK_H5_WRITER_DEFAULTS                                                                                           \
    .size = sizeof(wk_h5_writer_opts), .shuffle = false, .deflate = 0, .workers = 0, .chunk_bytes = 256 * 1024
#define wk_h5_writer_new(...) wk_h5_writer_with(WK_WITH(wk_h5_writer_opts, WK_H5_WRITER_DEFAULTS, .path = __VA_ARGS__))
/* Appends n rows to the data set `name` ("train/x"), which the first call creates with this row shape and dtype. */
WK_API wk_status wk_h5_append(wk_h5_writer *w, const char *name, const void *rows, int64_t n, int ndim, const int64_t *row_shape, wk_dtype dtype);
WK_API wk_status wk_h5_classes(wk_h5_writer *w, const char *const *names, int n);          /* class names of the labels; attribute "classes" of the root */
WK_API wk_status wk_h5_attribute(wk_h5_writer *w, const char *name, const char *text);     /* a text attribute of the root: "source" */
WK_API wk_status wk_h5_commit(wk_h5_writer *w);  /* writes, syncs, renames; without it nothing remains */

/* Rows of a running simulation, as files of a list that wk_dataset_h5_list reads at any time: rows wait in memory until a file is full or
 * flushed, and a file appears whole and synced before its name does in the list. A kill at any moment loses the rows that waited and
 * nothing else; a list that is there already is gone on with. A list has one writer at a time: one that finds it changed by another is
 * told so (WK_E_STATE).
 *
 *   const wk_field fields[] = { { "x", WK_F32, 1, { 64 } }, { "y", WK_F32, 0, { 0 } } };
 *   wk_h5_shards *out = wk_h5_shards_new("run/rows.txt", .fields = fields, .nfields = 2, .rows = 4096);   rows-000001.h5 ...
 *   ... wk_h5_shards_append(out, (const void *[]){ x, y }, 1); ...   wk_h5_shards_flush(out); */
typedef struct wk_h5_shards wk_h5_shards;
typedef struct wk_h5_shards_opts {
    size_t size;
    const char *path;            /* of the list */
    const wk_field *fields;      /* copies */
    int nfields;
    int64_t rows;                /* of a file; 0: some 64 MiB of them */
    bool shuffle;                /* as of wk_h5_writer_opts */
    int deflate;
    const char *const *classes;  /* copies; NULL: none */
    int nclasses;
    int workers;                 /* as of wk_h5_writer_opts */
} wk_h5_shards_opts;
WK_API wk_h5_shards_opts wk_h5_shards_opts_default(void);
WK_API wk_h5_shards *wk_h5_shards_new_opts(const wk_h5_shards_opts *o);
static inline wk_h5_shards *wk_h5_shards_with(wk_h5_shards_opts o) { return wk_h5_shards_new_opts(&o); }
#define WK_H5_SHARDS_DEFAULTS                                                                                          \
    .size = sizeof(wk_h5_shards_opts), .fields = NULL, .nfields = 0, .rows = 0, .shuffle = false, .deflate = 0,        \
    .classes = NULL, .nclasses = 0, .workers = 0
#define wk_h5_shards_new(...) wk_h5_shards_with(WK_WITH(wk_h5_shards_opts, WK_H5_SHARDS_DEFAULTS, .path = __VA_ARGS__))
/* n rows of every field, row-major. On an error of the disk no row is lost: wk_h5_shards_rows tells how many were taken, and they wait
 * for the next call. */
WK_API wk_status wk_h5_shards_append(wk_h5_shards *s, const void *const *fields, int64_t n);
WK_API wk_status wk_h5_shards_flush(wk_h5_shards *s);             /* those that wait become a file; without it, the last are lost with s */
WK_API int64_t wk_h5_shards_rows(const wk_h5_shards *s);          /* taken so far, by this object */

/* A copy that loads fast: chunks of whole rows, deflated where the file had them packed. Data sets of numbers keep path, type, shape and
 * elements, fill value and checksums (fletcher32), contiguous ones their layout unless .deflate is given; groups, attributes and links within the file are kept. Anything else -
 * data sets of text or records, named types, links to other files, attributes of references - is refused by name (WK_E_UNSUPPORTED) before
 * anything is written, or left out and told to skip. One row of the old file's chunks is in memory at a time; the new file appears whole
 * or not at all.
 *
 *   wk_h5_repack("slow.h5", .to = "fast.h5", .deflate = 4); */
typedef struct wk_h5_repack_opts {
    size_t size;
    const char *path, *to;
    int deflate;            /* -1: 4 for data sets that are packed, none for others; 0: none; 1 .. 9: for all */
    bool shuffle;           /* true: bytes of wider numbers are shuffled before they are deflated */
    int workers;            /* this and the next as of wk_h5_writer_opts */
    int64_t chunk_bytes;
    const char *allow;      /* as of wk_h5_opts */
    void (*skip)(void *user, const char *what);                                  /* NULL, or what is left out: "/names: holds no numbers ..." */
    wk_status (*watch)(void *user, const char *data_set, double share);          /* NULL; a status other than WK_OK stops and is returned */
    void *user;
    /* false; true: a process of its own reads the file, elements too, and sends the copy's bytes, which are the same. So .allow may be given,
     * but for plugins. The copy is to be trusted no more than the file. */
    bool isolate;
    int isolate_seconds, isolate_mib; /* 3600, of the whole copy; 1024 */
} wk_h5_repack_opts;
WK_API wk_h5_repack_opts wk_h5_repack_opts_default(void);
WK_API wk_status wk_h5_repack_new_opts(const wk_h5_repack_opts *o);
static inline wk_status wk_h5_repack_with(wk_h5_repack_opts o) { return wk_h5_repack_new_opts(&o); }
#define WK_H5_REPACK_DEFAULTS                                                                                          \
    .size = sizeof(wk_h5_repack_opts), .to = NULL, .deflate = -1, .shuffle = true, .workers = 0,                      \
    .chunk_bytes = 256 * 1024, .allow = NULL, .skip = NULL, .watch = NULL, .user = NULL, .isolate = false,  \
    .isolate_seconds = 3600, .isolate_mib = 1024
#define wk_h5_repack(...) wk_h5_repack_with(WK_WITH(wk_h5_repack_opts, WK_H5_REPACK_DEFAULTS, .path = __VA_ARGS__))

/* A state as a file: each tensor a data set of its shape, bool as u8, at the path that its name spells, "encoder.0.weight" at
 * /encoder/0/weight; text as attributes of the root. WK_E_INVALID: a name that has an empty part or lies where a tensor's does, as "a.b"
 * beside "a". */
WK_API wk_status wk_state_write_h5(const wk_state *s, const char *path);

/* Look: one record a data set of the file, in order of names. */
typedef struct wk_h5_info {
    char path[256];                              /* "/train/x" */
    char type[32];                               /* "u8", "f32", "i16 (big-endian)", "string", ... */
    int ndim;
    int64_t shape[WK_MAX_DIMS], chunk[WK_MAX_DIMS]; /* chunk[0] = 0: contiguous */
    char filters[96];                            /* "shuffle, deflate 4"; "" without */
    char fill[32];                               /* what elements that were never written are, "-1"; "": 0 */
    int64_t bytes, stored_bytes;                 /* of all elements; in the file */
    bool numeric;
} wk_h5_info;
/* Calls visit for each data set; a status other than WK_OK stops and is returned. */
WK_API wk_status wk_h5_each(const char *path, wk_status (*visit)(void *user, const wk_h5_info *info), void *user);
/* Reads elements [first, first + n) of a numeric data set in row-major order, as doubles. */
WK_API wk_status wk_h5_read_doubles(const char *path, const char *name, int64_t first, int64_t n, double *to);

/* The same of a file that stays open, one thread at a time. Isolated, a crash of libhdf5 costs the one call, while the time that all of
 * them wait for the process is one sum. */
typedef struct wk_h5_view wk_h5_view;
typedef struct wk_h5_view_opts {
    size_t size;
    const char *path;
    bool isolate; /* this and the next as of wk_h5_opts; the process lives as long as the view */
    int isolate_seconds, isolate_mib;
} wk_h5_view_opts;
WK_API wk_h5_view_opts wk_h5_view_opts_default(void);
WK_API wk_h5_view *wk_h5_view_new_opts(const wk_h5_view_opts *o);
static inline wk_h5_view *wk_h5_view_with(wk_h5_view_opts o) { return wk_h5_view_new_opts(&o); }
#define WK_H5_VIEW_DEFAULTS .size = sizeof(wk_h5_view_opts), .isolate = false, .isolate_seconds = 60, .isolate_mib = 1024
#define wk_h5_view_new(...) wk_h5_view_with(WK_WITH(wk_h5_view_opts, WK_H5_VIEW_DEFAULTS, .path = __VA_ARGS__))
WK_API wk_status wk_h5_view_each(wk_h5_view *v, wk_status (*visit)(void *user, const wk_h5_info *info), void *user);
WK_API wk_status wk_h5_view_text(wk_h5_view *v, const char *name, char *to, size_t size); /* the root's attribute, as of wk_h5_attribute; "": it has no such text */
WK_API wk_status wk_h5_view_read_doubles(wk_h5_view *v, const char *name, int64_t first, int64_t n, double *to);

#ifdef __cplusplus
}
#endif
#endif
