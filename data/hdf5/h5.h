/* How wick reads HDF5: libhdf5 is asked for metadata only, one call at a time, through a driver of ours that opens no
 * other file; elements are read and decoded here, so that a short read is an error and never zeros. library.c talks to
 * libhdf5, walk.c lists what a file holds, table.c describes a data set, chunks.c finds its chunks, decode.c undoes
 * filters, read.c keeps decoded blocks of rows, offsets.c makes rows of different lengths of them. Where a file is read apart, isolate.c has a process do what library.c,
 * table.c and names.c would do here. */
#ifndef WKI_H5_H
#define WKI_H5_H
#include "backends/cpu/lookup.h"
#include "base/file.h"
#include "base/thread.h"
#include "io/number.h"
#include "wick/hdf5.h"
#include "wick/io.h"
#include <hdf5.h>

/* Between enter and leave the calling thread owns libhdf5, which prints nothing. */
typedef struct wki_h5_quiet {
    H5E_auto2_t print;
    void *data;
} wki_h5_quiet;
wki_h5_quiet wki_h5_enter(void);
void wki_h5_leave(wki_h5_quiet quiet);
/* libhdf5's reason for the call that just failed; borrowed from `room`. */
const char *wki_h5_reason(char room[160]);

/* An open file. Armed, its driver notes where libhdf5 wants to read elements, and reads nothing. */
typedef struct wki_h5_file {
    const char *where;
    char *path;
    wki_file *bytes;
    uint64_t size;
    const unsigned char *map; /* the bytes in memory; NULL: they are not mapped */
    bool told;           /* the superblock tells whether somebody writes */
    unsigned char marks; /* of a writer that has it open, or died */
    hid_t id, driver;
    bool armed;
    int hits;
    uint64_t hit_address, hit_size;
    const char *allow; /* borrowed while tables are opened: filters that libhdf5 may undo, or NULL */
    struct wki_h5_reader *reader; /* a process that asks libhdf5 in our place, which never sees the file here; or NULL */
} wki_h5_file;
wki_h5_file *wki_h5_file_open(const char *path, const char *where); /* copies path */
wki_h5_file *wki_h5_file_over(wki_file *bytes, const char *path, const char *where); /* takes bytes, NULL: its error */
void wki_h5_file_close(wki_h5_file *file);                          /* NULL allowed */
const char *wki_h5_shown(const char *path);                         /* its last 120 characters: errors are one line */

enum { WKI_H5_WRITTEN = 1, WKI_H5_SWMR = 4 }; /* marks */

/* One chunk in the file; size 0: never written. Bit i of mask: filter i was skipped. */
typedef struct wki_h5_chunk {
    uint64_t address, size;
    uint32_t mask;
} wki_h5_chunk;

/* One of a grid of chunks, counted row by row, as it is listed and sent. A chunk of 4 GiB is one that nobody reads. */
typedef struct wki_h5_place {
    uint64_t cell, address;
    uint32_t size, mask;
} wki_h5_place;

enum { WKI_H5_FILTERS = 8, WKI_H5_CACHE = 256 << 20 }; /* bytes of decoded rows kept for each data set */
enum { WKI_H5_LZF = 32000 };                           /* h5py's filter, which libhdf5 lacks */
static inline bool wki_h5_packs(H5Z_filter_t id) { return id == H5Z_FILTER_DEFLATE || id == WKI_H5_LZF; }
typedef enum wki_h5_layout { WKI_H5_CONTIGUOUS, WKI_H5_CHUNKED, WKI_H5_COMPACT } wki_h5_layout;
typedef struct wki_h5_block wki_h5_block;

/* A data set of numbers as rows of equal size; a scalar is one row. Immutable but for its cache, which has a lock. */
typedef struct wki_h5_table {
    wki_h5_file *file; /* borrowed */
    const char *where;
    char *name;
    hid_t set; /* -1: the file is read apart */
    wki_number number;
    size_t item; /* bytes of an element */
    bool swapped;
    int rank;
    uint64_t dims[WK_MAX_DIMS], chunk[WK_MAX_DIMS], grid[WK_MAX_DIMS]; /* grid: chunks along each dimension */
    uint64_t rows, row_items, row_bytes;
    uint64_t block_rows, blocks; /* a block: the rows that one row of chunks covers */
    wki_h5_layout layout;
    bool bare_edges;  /* partial chunks are stored without filters */
    uint64_t address; /* of contiguous elements */
    bool unwritten;   /* nothing but fill values */
    unsigned char fill[8];
    unsigned char *compact; /* the elements themselves */
    int nfilters;
    H5Z_filter_t filters[WKI_H5_FILTERS];
    bool by_library; /* libhdf5 undoes the filters */
    size_t chunk_bytes;
    wki_h5_place *places; /* of a file that is read apart: its chunks, by cell */
    uint64_t nplaces;
    wki_h5_chunk *index; /* of all chunks of the first rows, where libhdf5 is not to be asked again; NULL: it is asked */
    wki_h5_block *last;  /* kept loaded, and its elements */
    const unsigned char *last_rows;
    wki_mutex lock; /* guards what follows */
    wki_cond loaded;
    wki_h5_block **buckets, *newest, *oldest, *spare; /* spare: without elements */
    uint64_t nbuckets;
    size_t kept; /* bytes in the cache */
} wki_h5_table;
wki_h5_table *wki_h5_table_open(wki_h5_file *file, const char *name, const char *where); /* name: absolute */
void wki_h5_table_close(wki_h5_table *table);                                            /* NULL allowed */

wk_status wki_h5_fail(const wki_h5_table *table, wk_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));    /* names the file and the data set */
void wki_h5_drop_blocks(wki_h5_table *table); /* empties the cache */
/* Loads the block of this row, which stays until another is kept. */
wk_status wki_h5_keep_block(wki_h5_table *table, uint64_t row);

/* sizes.c: what follows from type and dims; from layout, chunk and address too. Errors where it cannot be read. */
wk_status wki_h5_size_rows(wki_h5_table *table);
wk_status wki_h5_size_blocks(wki_h5_table *table);
bool wki_h5_count_cells(const wki_h5_table *table, uint64_t *cells); /* of the grid; false: more than 2^64 */
bool wki_h5_undoes(const wki_h5_table *table, int filter);           /* can decode.c, behind those before it? */

/* chunks.c: where a chunk lies; size 0: nowhere. False: the index is damaged. */
bool wki_h5_find_chunk(wki_h5_table *table, const hsize_t *offset, wki_h5_chunk *chunk);
/* All chunks that were written, in order of cells; from the process that has the file open in libhdf5. */
wk_status wki_h5_each_chunk(wki_h5_table *table, wk_status (*visit)(void *user, const wki_h5_place *place), void *user);

/* Are all words of this list, or NULL, filters that .allow knows? */
wk_status wki_h5_check_allow(const char *allow, const char *where);

/* A data set's type: false unless it is an integer, float or enumeration that wki_number knows. */
bool wki_h5_number_of(hid_t type, wki_number *number, bool *swapped);

/* Fixes the table as it is now, in a file that is being written: *rows becomes how many rows it has that are whole and
 * will stay as they are. Afterwards libhdf5 is asked no more. */
wk_status wki_h5_freeze(wki_h5_table *table, uint64_t *rows);
/* Keeps the last of these rows in memory: its chunk may be written again. */
wk_status wki_h5_keep_last(wki_h5_table *table, uint64_t rows);
/* Do the first rows, whose last is kept in `before`, lie where they lay? Keeps another block of `after`. */
bool wki_h5_goes_on(const wki_h5_table *before, wki_h5_table *after, uint64_t rows);

/* What an element becomes: dtype, and u8 divided by 255 where asked; or u8 what a table has for it. */
typedef struct wki_h5_cast {
    wk_dtype dtype;
    bool unit;
    const wki_lookup *lookup;
} wki_h5_cast;
/* Rows base + rows[0 .. n), all inside the table, one behind the other into `to`. Safe from every thread. */
wk_status wki_h5_read_rows(wki_h5_table *table, uint64_t base, const int64_t *rows, int64_t n, wki_h5_cast cast,
                           void *to);

/* offsets.c: rows of different lengths. WK_E_FORMAT: so many numbers cannot be in a file of this size, since deflate packs at
 * most 1032 to 1; rows never written are behind it. */
wk_status wki_h5_check_claim(const wki_h5_table *table);
/* All of them, ascending within so many items, and how many rows they make; of a file that grows, rows whose items are
 * there. The caller's. */
int64_t *wki_h5_read_offsets(wki_h5_table *table, uint64_t items, bool growing, int64_t *rows);
/* Items offsets[rows[i]] .. offsets[rows[i] + 1] - 1 for each i, one behind the other. */
wk_status wki_h5_read_ragged(wki_h5_table *table, const int64_t *offsets, const int64_t *rows, int64_t n, wki_h5_cast cast,
                             void *to);
/* The first row of each block in which rows begin, and `rows` behind the last: [n + 1], the caller's. */
int64_t *wki_h5_ragged_blocks(const wki_h5_table *table, const int64_t *offsets, int64_t rows, int64_t *n);

/* Rows [first, first + n) as the file has them, but in this machine's byte order. */
wk_status wki_h5_read_raw(wki_h5_table *table, uint64_t first, uint64_t n, void *to);

/* Why a block of rows cannot be had. */
typedef struct wki_h5_problem {
    wk_status code;
    char text[160];
} wki_h5_problem;
/* Stored bytes of one chunk into its chunk_bytes elements at `to`; false with the reason otherwise. */
bool wki_h5_decode(const wki_h5_table *table, const wki_h5_chunk *chunk, const unsigned char *stored, unsigned char *to,
                   wki_h5_problem *why);
uint32_t wki_h5_fletcher32(const unsigned char *bytes, size_t size);

/* names.c: is this absolute path a group (H5I_GROUP) or a data set (H5I_DATASET)? */
bool wki_h5_is(wki_h5_file *file, const char *path, H5I_type_t kind);
/* The members of that kind for an error's text: "it has 'x', 'y'; did you mean 'x'?"; near: the word looked for, or
 * NULL. */
enum { WKI_H5_HINT = 240, WKI_H5_CLASSES = 65536 /* at most */ };
const char *wki_h5_hint(wki_h5_file *file, const char *group, H5I_type_t kind, const char *near,
                        char room[WKI_H5_HINT]);
/* walk.c: what the groups of a file hold, itself first with the path "". What two names lead to is met twice, the second
 * time as the same as an object before it; so are the members of such a group. */
typedef enum wki_h5_kind { WKI_H5_GROUP, WKI_H5_SET, WKI_H5_SOFT, WKI_H5_OTHER } wki_h5_kind;
typedef struct wki_h5_object {
    char *path;
    wki_h5_kind kind;
    const char *what; /* an object that is nothing else is: "a named type" */
    char *target;     /* of a soft link */
    int same_as;      /* the index of that object, or -1 */
    bool several;     /* it has more names than one */
} wki_h5_object;
typedef struct wki_h5_catalog {
    wki_h5_object *objects;
    int count, links;
} wki_h5_catalog;
wk_status wki_h5_walk(wki_h5_file *file, const char *where, wki_h5_catalog *catalog);
void wki_h5_catalog_free(wki_h5_catalog *catalog);

/* info.c: all data sets, in order of names; freed with wki_free. */
wk_status wki_h5_infos(wki_h5_file *file, wk_h5_info **infos, int *n);

/* What an object's attribute "classes", "class_names" or "label_names" says, or its own enumeration; *n = 0 if it has none.
 * Freed with wki_h5_names_free. */
wk_status wki_h5_read_classes(wki_h5_file *file, const char *object, char ***names, int *n);
void wki_h5_names_free(char **names, int n);
/* The root's attribute of that name, if it is one string, else ""; freed with wki_free; NULL after an error. */
char *wki_h5_read_text(wki_h5_file *file, const char *name);

/* isolate.c: a file whose metadata is read by a process of its own, within these limits, until it is settled: then no
 * more can be asked, and the process is ended. */
typedef struct wki_h5_limits {
    int seconds, mib;
} wki_h5_limits;
wki_h5_file *wki_h5_file_open_apart(const char *path, wki_h5_limits limits, const char *where);
wk_status wki_h5_reader_start(wki_h5_file *file, wki_h5_limits limits);
void wki_h5_file_settle(wki_h5_file *file);
/* What wki_h5_is, wki_h5_hint, wki_h5_read_classes, wki_h5_read_text, wki_h5_table_open and wki_h5_infos do with such a file. */
bool wki_h5_ask_is(wki_h5_file *file, const char *path, H5I_type_t kind);
const char *wki_h5_ask_hint(wki_h5_file *file, const char *group, H5I_type_t kind, const char *near,
                            char room[WKI_H5_HINT]);
wk_status wki_h5_ask_classes(wki_h5_file *file, const char *object, char ***names, int *n);
char *wki_h5_ask_text(wki_h5_file *file, const char *name);
wk_status wki_h5_ask_table(wki_h5_table *table);
wk_status wki_h5_ask_infos(wki_h5_file *file, wk_h5_info **infos, int *n);
#endif
