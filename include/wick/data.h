/* wick/data.h: datasets and the loader (torch.utils.data). A dataset is rows of equal fields, usually x [n, ...] and y [n].
 *
 *   wk_loader *train = wk_loader_new(wk_dataset_h5("mnist.h5"), .batch_size = 64, .shuffle = true);
 *   while (wk_loader_epoch(train) < 5 && !wk_failed())
 *       for (wk_batch *b; (b = wk_loader_next(train));) {
 *           WK_SCOPE(step);
 *           ... wk_batch_x(b), wk_batch_y(b) ...
 *       }
 *
 * Datasets are immutable, shared by reference and usable from many threads; a loader belongs to one thread. The order of rows
 * depends on (seed, epoch) alone, never on workers or timing, and every row comes exactly once an epoch unless a sampler draws. */
#ifndef WICK_DATA_H
#define WICK_DATA_H
#include "wick/io.h"
#include "wick/state.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct wk_dataset wk_dataset;
typedef struct wk_loader wk_loader;
typedef struct wk_batch wk_batch;
typedef struct wk_transform wk_transform;

/* One field of every row. */
enum { WK_MAX_FIELDS = 8 };
typedef struct wk_field {
    const char *name;             /* "x"; borrowed from the dataset */
    wk_dtype dtype;               /* as the dataset delivers it */
    int ndim;                     /* of one row: 0 for a label */
    int64_t shape[WK_MAX_DIMS];
} wk_field;

/* Your own dataset: how many rows, what a row is, and how to fill rows. The functions run in worker threads, several at once. */
typedef struct wk_dataset_ops {
    size_t size;                                              /* sizeof(wk_dataset_ops) */
    const char *name;                                         /* "h5": shown in errors */
    /* rows[0 .. n) into fields[f] (row-major, n rows each); errors by wk_fail */
    wk_status (*get_many)(void *self, const int64_t *rows, int64_t n, void *const *fields);
    void (*destroy)(void *self);                              /* NULL: nothing to do */
} wk_dataset_ops;
typedef struct wk_dataset_opts {
    size_t size;
    const wk_dataset_ops *ops;    /* must outlive the dataset (usually static) */
    void *self;                   /* taken: destroyed with the dataset, also when making it fails */
    int64_t rows;
    const wk_field *fields;       /* copies */
    int nfields;
    const char *const *classes;   /* copies; names of the classes of the field "y"; NULL: it is no class */
    int nclasses;
    int64_t block_rows;           /* 0: rows stand alone; else rows that are decoded together, as the chunks of a file are */
    int64_t block_lead;           /* 0; rows of the first block, where the set begins inside of one */
    int64_t kept_blocks;          /* 0: all; how many blocks stay decoded: sets that have more are shuffled by windows */
    unsigned ragged;              /* 0; bit f: rows of field f differ in their first size, of which shape[0] is the largest. get_many writes
                                   * such rows one behind the other, each as long as it is */
    wk_status (*lengths)(void *self, const int64_t *rows, int64_t n, int64_t *lengths); /* of ragged rows, alike in all such fields; any thread */
} wk_dataset_opts;
WK_API wk_dataset_opts wk_dataset_opts_default(void);
WK_API wk_dataset *wk_dataset_custom(const wk_dataset_opts *o);

/* Make. */
WK_API wk_dataset *wk_dataset_tensors(wk_tensor *const *fields, const char *const *names, int n); /* equal first sizes; holds them; NULL names: x, y */
/* Rows of different lengths, such as sequences, from items that lie one behind the other: row i is items offsets[i] .. offsets[i + 1] - 1 of
 * fields[0], and of every other field that has as many; others have one value a row. offsets: i64 or i32 [rows + 1]. Batches are filled up
 * to their longest row (.pad, .flat), wk_batch_lengths and wk_batch_mask tell which items are there. A transform sees each row as long as
 * it is; to, scaled, normalize with n = 1 and your own may stand on such fields. */
WK_API wk_dataset *wk_dataset_ragged(wk_tensor *const *fields, const char *const *names, int n, wk_tensor *offsets);
WK_API wk_dataset *wk_dataset_synth(const char *kind, int64_t rows, uint64_t first_row, uint64_t seed); /* "digits", "spirals", "moons", "blobs", "sine" */
WK_API int wk_synth_names(const char *const **names);                                             /* how many; *names is static */
/* Arrays in IDX files, as MNIST's: a file of images and one of labels, or a folder with the usual names. Plain files are read a row at a
 * time, gzip is unpacked into memory. As in all files, u8 rows of x become f32 in 0 .. 1, other numbers f32 (f64 stays f64), whole numbers
 * of y, one a row, i64; these are classes if none is negative and they are named, or less than 1000. */
typedef struct wk_idx_opts {
    size_t size;
    const char *path;            /* of the images, or of the folder if labels is NULL */
    const char *labels;          /* NULL: in the folder; "": none; else their file */
    const char *split;           /* of a folder: NULL, "train" or "test" (t10k-..) */
    bool raw;                    /* false; true: u8 stays u8, 0 .. 255 */
    const char *const *classes;  /* copies; names of the classes; NULL: "0", "1" .. */
    int nclasses;
} wk_idx_opts;
WK_API wk_idx_opts wk_idx_opts_default(void);
WK_API wk_dataset *wk_dataset_idx_new(const wk_idx_opts *o);
static inline wk_dataset *wk_dataset_idx_with(wk_idx_opts o) { return wk_dataset_idx_new(&o); }
#define WK_IDX_DEFAULTS                                                                                                \
    .size = sizeof(wk_idx_opts), .labels = NULL, .split = NULL, .raw = false, .classes = NULL, .nclasses = 0
#define wk_dataset_idx(...) wk_dataset_idx_with(WK_WITH(wk_idx_opts, WK_IDX_DEFAULTS, .path = __VA_ARGS__))
/* Arrays in NumPy's files: rows along the first size. In C order they are read a row at a time, in Fortran order all at once. */
typedef struct wk_npy_opts {
    size_t size;
    const char *path;            /* of x */
    const char *y;               /* NULL: none */
    bool raw;                    /* as in wk_idx_opts, and so on */
    const char *const *classes;
    int nclasses;
} wk_npy_opts;
WK_API wk_npy_opts wk_npy_opts_default(void);
WK_API wk_dataset *wk_dataset_npy_new(const wk_npy_opts *o);
static inline wk_dataset *wk_dataset_npy_with(wk_npy_opts o) { return wk_dataset_npy_new(&o); }
#define WK_NPY_DEFAULTS .size = sizeof(wk_npy_opts), .y = NULL, .raw = false, .classes = NULL, .nclasses = 0
#define wk_dataset_npy(...) wk_dataset_npy_with(WK_WITH(wk_npy_opts, WK_NPY_DEFAULTS, .path = __VA_ARGS__))
/* Arrays in a file of NumPy's savez or savez_compressed: x and y by the names that wk_dataset_h5 knows, with the split in them
 * (x_train, train_images, test/y) or without. Stored members in C order are read a row at a time, unlike others without a look at their
 * checksums. Objects (pickle) are never read. WK_E_UNSUPPORTED: a deflated member, and the library was built without zlib. */
typedef struct wk_npz_opts {
    size_t size;
    const char *path;
    const char *split;           /* NULL: names without one, else of "train"; "test", "val" .. */
    const char *x, *y;           /* NULL: by convention; members without ".npy". y = "": no labels */
    bool raw;                    /* as in wk_idx_opts, and so on */
    const char *const *classes;
    int nclasses;
} wk_npz_opts;
WK_API wk_npz_opts wk_npz_opts_default(void);
WK_API wk_dataset *wk_dataset_npz_new(const wk_npz_opts *o);
static inline wk_dataset *wk_dataset_npz_with(wk_npz_opts o) { return wk_dataset_npz_new(&o); }
#define WK_NPZ_DEFAULTS                                                                                                \
    .size = sizeof(wk_npz_opts), .split = NULL, .x = NULL, .y = NULL, .raw = false, .classes = NULL, .nclasses = 0
#define wk_dataset_npz(...) wk_dataset_npz_with(WK_WITH(wk_npz_opts, WK_NPZ_DEFAULTS, .path = __VA_ARGS__))
/* A CSV file in memory: x [nfeatures] f32, y a class (i64) or a number (f32), or no y; categories among the features are their index in
 * order of names, as wk_read_csv tells them. o NULL: the defaults. */
WK_API wk_dataset *wk_dataset_csv(const char *path, const wk_csv_opts *o);
WK_API wk_dataset *wk_dataset_of_csv(wk_csv *table); /* the same of what wk_read_csv gave; takes all that table holds, and leaves it empty */
WK_API const wk_csv *wk_dataset_table(const wk_dataset *set); /* columns and categories; borrowed from the set. NULL: it is none of a table */
/* A folder of folders of pictures, PNG and JPEG: each folder a class, in order of names. x [channels, height, width] is f32 in 0 .. 1; rows
 * are decoded when they are asked for, so in the loader's threads. WK_E_UNSUPPORTED: the library was built without libpng or libjpeg. */
typedef struct wk_images_opts {
    size_t size;
    const char *path;
    int64_t height, width;       /* 0, 0: of the first picture */
    bool resize;                 /* false: a picture of another size is an error; true: it is scaled (bilinear, antialiased) */
    bool grey;                   /* false: red, green and blue; true: one channel */
    bool raw;                    /* false; true: u8, 0 .. 255 */
    bool unlabelled;             /* false; true: pictures in the folder itself, in order of names, and no y */
} wk_images_opts;
WK_API wk_images_opts wk_images_opts_default(void);
WK_API wk_dataset *wk_dataset_images_new(const wk_images_opts *o);
static inline wk_dataset *wk_dataset_images_with(wk_images_opts o) { return wk_dataset_images_new(&o); }
#define WK_IMAGES_DEFAULTS                                                                                             \
    .size = sizeof(wk_images_opts), .height = 0, .width = 0, .resize = false, .grey = false, .raw = false,             \
    .unlabelled = false
#define wk_dataset_images(...) wk_dataset_images_with(WK_WITH(wk_images_opts, WK_IMAGES_DEFAULTS, .path = __VA_ARGS__))
WK_API wk_dataset *wk_dataset_subset(wk_dataset *set, const int64_t *rows, int64_t n);            /* holds set; copies rows */
WK_API wk_dataset *wk_dataset_concat(wk_dataset *const *sets, int n);                              /* one after the other; holds them; WK_E_SHAPE, WK_E_INVALID: other fields, or classes that differ where both have them */
WK_API const int64_t *wk_dataset_indices(const wk_dataset *set);                                  /* which rows of the other a subset, or a part of a split, has; borrowed. NULL: it is neither */
/* What the set is by now: one with the rows that came since, where its source grows (wk_dataset_h5 with .growing, wk_dataset_h5_list), else
 * set itself, and also where nothing came. set stays as it is. WK_E_STATE: the source was replaced, or has lost rows. */
WK_API wk_dataset *wk_dataset_refresh(wk_dataset *set);
WK_API wk_dataset *wk_dataset_cached(wk_dataset *set);                                            /* all its rows, read now into memory; set is read no more */
/* Random split: first gets round(fraction * len) rows, rest the others. Stratified: each class keeps its share (needs classes). */
WK_API wk_status wk_dataset_split(wk_dataset *set, double fraction, bool stratified, uint64_t seed, wk_dataset **first, wk_dataset **rest);

/* Look. */
WK_API int64_t wk_dataset_len(const wk_dataset *set);
WK_API int wk_dataset_fields(const wk_dataset *set, const wk_field **fields);                     /* how many; *fields is borrowed */
WK_API int wk_dataset_classes(const wk_dataset *set, const char *const **names);                  /* 0 if y is no class; *names is borrowed */
WK_API bool wk_dataset_of_bytes(const wk_dataset *set, int f);                                     /* field f is u8 where it comes from, delivered as it is or as f32 in 0 .. 1 */
WK_API const char *wk_dataset_file(const wk_dataset *set, int64_t row);                            /* that the row alone is from, as a picture's; borrowed. NULL: it has none */
WK_API wk_status wk_dataset_get(wk_dataset *set, int64_t row, wk_tensor **fields, int n);         /* one row, as new tensors */
WK_API wk_status wk_dataset_get_many(wk_dataset *set, const int64_t *rows, int64_t n, wk_tensor **fields, int nfields); /* ragged rows are filled up with 0 */
WK_API wk_status wk_dataset_lengths(wk_dataset *set, const int64_t *rows, int64_t n, int64_t *lengths); /* WK_E_STATE: all are as long as each other */

/* Tensors in NumPy's files: see wk_read_npy for the types. */
WK_API wk_tensor *wk_load_npy(const char *path);
WK_API wk_status wk_save_npy(wk_tensor *t, const char *path); /* replaces path at once or not at all */

/* Order: which rows an epoch has and how they come, where it is neither all in turn nor all shuffled. Samplers are immutable and
 * shared by reference. */
typedef struct wk_sampler wk_sampler;
typedef struct wk_sampler_ops {
    size_t size;                                              /* sizeof(wk_sampler_ops) */
    const char *name;                                         /* shown in errors */
    /* An epoch's draws into rows: the same for the same seed and epoch, so that a training can go on. In any thread. */
    wk_status (*order)(void *self, uint64_t seed, int64_t epoch, int64_t draws, int64_t *rows);
    void (*destroy)(void *self);                              /* NULL: nothing to do */
} wk_sampler_ops;
WK_API wk_sampler *wk_sampler_custom(const wk_sampler_ops *ops, void *self, int64_t draws); /* ops must outlive it; self is taken, also on error */
/* Rows drawn with chances in proportion to weights [n], for a dataset of n rows; 0 is never drawn. Without replacement every row at most once. */
WK_API wk_sampler *wk_sampler_weighted(const double *weights, int64_t n, int64_t draws, bool replacement);

/* Rows that other threads push, running simulations, say, on their way to the training. In a replay buffer they stay, and a loader
 * draws from those that are there:
 *
 *   wk_replay *replay = wk_replay_new(100000, .fields = fields, .nfields = 2);         the other thread: wk_replay_push(replay, rows, n);
 *   wk_replay_wait(replay, 1000);
 *   wk_loader *loader = wk_loader_new(wk_replay_dataset(replay), .batch_size = 64, .sampler = wk_replay_sampler(replay, 6400));
 *
 * Which rows are drawn depends on the seed, the epoch and how many rows there are when the loader gets to the epoch, so not on the seed
 * alone. In a queue each row is kept until it is taken, and is in exactly one batch, in the order of pushing; who pushes waits for room:
 *
 *   wk_replay *queue = wk_replay_new(1024, .fields = fields, .nfields = 2, .keep = WK_REPLAY_UNTIL_TAKEN);
 *   for (;;) {
 *       WK_SCOPE(step);
 *       wk_tensor *batch[2];
 *       if (!wk_replay_take(queue, 64, batch, 2)) break;
 *       ... batch[0], batch[1] ...
 *   }
 *
 * Either side ends it by wk_replay_close. All functions but the makers may be called from any thread, as long as the replay lives. */
typedef struct wk_replay wk_replay;
typedef enum wk_replay_keep {
    WK_REPLAY_LAST,        /* the last rows that were pushed */
    WK_REPLAY_SAMPLE,      /* of all that ever were, each with the same chance */
    WK_REPLAY_UNTIL_TAKEN  /* all, each until it is taken: a queue */
} wk_replay_keep;
typedef struct wk_replay_opts {
    size_t size;
    int64_t capacity;            /* rows */
    const wk_field *fields;      /* copies */
    int nfields;
    wk_replay_keep keep;         /* WK_REPLAY_LAST */
    uint64_t seed;               /* 0; of WK_REPLAY_SAMPLE, and mixed with the process seed, of a queue's transforms */
    const char *const *classes;  /* copies; NULL: y is no class */
    int nclasses;
    int timeout_ms;              /* 0: none; else how long push, take and wait wait: then it is WK_E_TIMEOUT, and nothing was done */
    wk_transform *transform;     /* NULL; of a queue, what becomes of rows that are taken; held. A row's random numbers follow from the seed
                                  * and its number in order of pushing, whoever takes it with which others */
} wk_replay_opts;
WK_API wk_replay_opts wk_replay_opts_default(void);
WK_API wk_replay *wk_replay_new_opts(const wk_replay_opts *o);
static inline wk_replay *wk_replay_with(wk_replay_opts o) { return wk_replay_new_opts(&o); }
#define WK_REPLAY_DEFAULTS                                                                                             \
    .size = sizeof(wk_replay_opts), .fields = NULL, .nfields = 0, .keep = WK_REPLAY_LAST, .seed = 0, .classes = NULL,  \
    .nclasses = 0, .timeout_ms = 0, .transform = NULL
#define wk_replay_new(...) wk_replay_with(WK_WITH(wk_replay_opts, WK_REPLAY_DEFAULTS, .capacity = __VA_ARGS__))
/* n rows of every field, or on error none; WK_E_STATE: closed. Only a queue lets it wait, for room; it takes at most half of the capacity at
 * once, and gives as many, so that pushing and taking never wait for each other. */
WK_API wk_status wk_replay_push(wk_replay *r, const void *const *fields, int64_t n);
/* No more rows will come, or be taken in: who waits goes on, who pushes is refused. An error of the thread that closes it first is told to who
 * takes, after the last row, waits in vain or draws. */
WK_API wk_status wk_replay_close(wk_replay *r);
WK_API int64_t wk_replay_wait(wk_replay *r, int64_t pushed);      /* until so many rows were pushed, or it is closed; how many were */
WK_API int64_t wk_replay_len(wk_replay *r);                       /* rows that are there */
/* Of a queue, the next n rows as new tensors; how many: all n, or what was left when it was closed; 0: nothing, or an error, which loses no
 * row. The transform must not take from the queue itself. */
WK_API int64_t wk_replay_take(wk_replay *r, int64_t n, wk_tensor **fields, int nfields);
WK_API wk_dataset *wk_replay_dataset(wk_replay *r);               /* of `capacity` rows, of which the first wk_replay_len are there; holds r; no queue's */
WK_API wk_sampler *wk_replay_sampler(wk_replay *r, int64_t draws); /* draws an epoch, uniformly, with replacement; holds r; no queue's */

/* Transforms (torchvision.transforms): what a row of a field becomes on its way into a batch. A loader runs its list in order, in the
 * threads that read; where none follows, a field is read into the batch directly. Random ones draw from (the loader's seed, epoch,
 * position of the row in the epoch, number in the list) alone, so that any number of workers and a training that goes on see the same
 * rows. Transforms are immutable and shared by reference; whether they fit the dataset is told by wk_loader_new, WK_E_NOT_FOUND: no
 * such field, WK_E_SHAPE, WK_E_DTYPE. Images are [..., height, width]. */
typedef struct wk_row wk_row; /* what a transform knows of the row */
WK_API wk_transform *wk_transforms_new(wk_transform *const *list, int n);          /* one after the other; holds them; may itself stand in a list */
#define wk_transforms(...) wk_transforms_new(WK_LIST(wk_transform *, __VA_ARGS__)) /* in C++ call wk_transforms_new */
/* Numbers. to: as wk_to; scaled: u8 becomes 0 .. 1 of floats, by division by 255. normalize: (x - mean) / std of floats; n is 1, or the
 * first size of a row, whose parts then have their own. one_hot: a whole number 0 .. classes - 1 (WK_E_RANGE) to f32 [classes]. map: label
 * i becomes to[i], i64. */
WK_API wk_transform *wk_transform_to(const char *field, wk_dtype dtype);
WK_API wk_transform *wk_transform_scaled(const char *field, wk_dtype dtype);
WK_API wk_transform *wk_transform_normalize(const char *field, const double *mean, const double *std, int n);
WK_API wk_transform *wk_transform_one_hot(const char *field, int classes);
WK_API wk_transform *wk_transform_map(const char *field, const int64_t *to, int n);
/* Images. crop: height x width elements from any place, each with the same chance, after `padding` zeros on all sides; center_crop: from
 * the middle, as torchvision rounds it. flip: with chance p, left to right, or top to bottom. cutout: zeros in a square whose centre lies
 * anywhere, what of it is inside (DeVries and Taylor 2017). channels_first: [h, w, c] to [c, h, w], channels_last back. */
WK_API wk_transform *wk_transform_random_crop(const char *field, int64_t height, int64_t width, int64_t padding);
WK_API wk_transform *wk_transform_center_crop(const char *field, int64_t height, int64_t width);
WK_API wk_transform *wk_transform_random_horizontal_flip(const char *field, double p);
WK_API wk_transform *wk_transform_random_vertical_flip(const char *field, double p);
WK_API wk_transform *wk_transform_cutout(const char *field, int64_t side);
/* With chance p a rectangle of `value` over all channels, of a share of scale[0] .. scale[1] of the area, ratio[0] .. ratio[1] times as high
 * as wide, anywhere (Zhong et al. 2017, drawn as torchvision does). NULL: { 0.02, 0.33 } and { 0.3, 3.3 }. */
WK_API wk_transform *wk_transform_random_erasing(const char *field, double p, const double scale[2], const double ratio[2], double value);
WK_API wk_transform *wk_transform_channels_first(const char *field);
WK_API wk_transform *wk_transform_channels_last(const char *field);
/* Your own. */
typedef struct wk_transform_ops {
    size_t size;                                              /* sizeof(wk_transform_ops) */
    const char *name;                                         /* shown in errors */
    /* What the field becomes: changes dtype, ndim and shape of *field, or refuses it by wk_fail. NULL: it stays as it is. */
    wk_status (*plan)(void *self, wk_field *field);
    /* One row, `from` as the field is before, into `to`, which does not overlap it. In any thread, several at once. */
    wk_status (*apply)(void *self, wk_row *row, const wk_field *before, const void *from, const wk_field *after, void *to);
    void (*destroy)(void *self);                              /* NULL: nothing to do */
} wk_transform_ops;
WK_API wk_transform *wk_transform_custom(const char *field, const wk_transform_ops *ops, void *self); /* ops must outlive it; self is taken, also on error */
WK_API int64_t wk_row_number(const wk_row *row);                  /* in the dataset; of a queue, how many were pushed before */
WK_API int64_t wk_row_epoch(const wk_row *row);
WK_API double wk_row_uniform(wk_row *row);                        /* the next random number in [0, 1) */
WK_API int64_t wk_row_below(wk_row *row, int64_t n);              /* in 0 .. n - 1, n > 0 */

/* What becomes of the last rows of an epoch where several processes (.world) share it. */
typedef enum wk_tail {
    WK_TAIL_EXACT, /* dealt as evenly as they go: every row once; some processes may have a row, or a batch, less */
    WK_TAIL_DROP,  /* the few that would make some have more are left out */
    WK_TAIL_PAD    /* the epoch's first rows come again until all have as many; wk_batch_repeats counts them */
} wk_tail;

/* Load. */
typedef struct wk_loader_opts {
    size_t size;
    wk_dataset *set;         /* held */
    int64_t batch_size;      /* 1 */
    bool shuffle, drop_last; /* false, false: the last batch of an epoch may be smaller */
    int num_workers;         /* 0: in the caller, as in torch; threads that fill slots ahead; at most 64 */
    int prefetch;            /* 2 batches ahead a worker */
    uint64_t seed;           /* 0; of the order */
    bool seed_from_process;  /* true: the process seed (wk_manual_seed) is mixed in */
    wk_device device;        /* the thread's current device; batches are copied there beside what it computes, with workers one ahead */
    int64_t window;          /* 0: chosen; with shuffle, how many rows are shuffled at a time (whole blocks, in random order) where rows are
                              * decoded in blocks */
    wk_sampler *sampler;     /* NULL: by shuffle; held */
    int rank, world;         /* 0, 1: this process's number of how many. Each takes its part of every world * batch_size rows of one order, so
                              * the union of all batches does not depend on world */
    wk_tail tail;            /* WK_TAIL_EXACT */
    wk_transform *transform; /* NULL: rows as the dataset has them; held */
    double pad;              /* 0; rows of different lengths are filled up with it, each batch to its longest row */
    int64_t pad_label;       /* -100; with this, which wk_cross_entropy leaves out of [n, c, longest], a field "y" of i64 or i32 */
    int64_t pad_multiple;    /* 1; to a multiple of this, so that batches have few sizes; at least as large as the longest row: always one */
    bool flat;               /* false; true: not filled up, but one behind the other, [sum of the lengths, ...] */
    int timeout_ms;          /* 0: none; else how long next waits for workers: then it is WK_E_TIMEOUT, which tells what they are at, and
                              * another call waits for the same batch */
    bool refresh;            /* false; true: each epoch's first next looks for rows that came (wk_dataset_refresh), and the epoch has them all;
                              * for a set that grows, in one process. A state that is loaded goes on in the rows that its epoch had */
} wk_loader_opts;
WK_API wk_loader_opts wk_loader_opts_default(void);
WK_API wk_loader *wk_loader_new_opts(const wk_loader_opts *o); /* WK_E_INVALID: no rows, or a batch larger than the data with drop_last */
static inline wk_loader *wk_loader_with(wk_loader_opts o) { return wk_loader_new_opts(&o); }
#define WK_LOADER_DEFAULTS                                                                                             \
    .size = sizeof(wk_loader_opts), .batch_size = 1, .shuffle = false, .drop_last = false, .num_workers = 0,           \
    .prefetch = 2, .seed = 0, .seed_from_process = true, .device = wk_current_device(), .window = 0, .sampler = NULL,  \
    .rank = 0, .world = 1, .tail = WK_TAIL_EXACT, .transform = NULL, .pad = 0, .pad_label = -100, .pad_multiple = 1,      \
    .flat = false, .timeout_ms = 0, .refresh = false
#define wk_loader_new(...) wk_loader_with(WK_WITH(wk_loader_opts, WK_LOADER_DEFAULTS, .set = __VA_ARGS__))
/* In a process that was forked later, a loader with workers is WK_E_STATE: they stayed behind. Make datasets and loaders after the fork. */
WK_API int64_t wk_loader_batches(const wk_loader *loader);        /* of an epoch; with .refresh, of the one that was begun last */
/* The next batch, valid until the next call (tensors that something still references keep their memory); NULL at the end of an
 * epoch, or on error: a worker's error arrives at the batch it belongs to. */
WK_API wk_batch *wk_loader_next(wk_loader *loader);
WK_API int64_t wk_loader_epoch(const wk_loader *loader);          /* epochs completed; grows when next returns NULL without an error */
WK_API wk_status wk_loader_reset(wk_loader *loader, int64_t epoch); /* from the first batch of that epoch; also after an error */
WK_API wk_status wk_loader_seek(wk_loader *loader, int64_t epoch, int64_t batch); /* the next is that batch of that epoch; also after an error */
WK_API int64_t wk_loader_batch(const wk_loader *loader);          /* batches of this epoch handed out so far */
/* Where it stands and in what order: epoch, batch, seed. Loading goes on from there, whatever the number of workers, and of processes if
 * world * batch_size is the same; WK_E_INVALID: another number of rows or draws, window, shuffle or drop_last. */
WK_API wk_state *wk_loader_state_dict(const wk_loader *loader);
WK_API wk_status wk_loader_load_state_dict(wk_loader *loader, const wk_state *s);
/* What loading took since the loader was made, in seconds; of workers, all of them together. A caller that waits much wants more
 * workers, workers that idle much are too many. */
typedef struct wk_loading {
    int64_t batches, rows;   /* handed out */
    double waited;           /* the caller, for batches that were not ready; without workers, filling them */
    double filling, idle;    /* workers: reading and transforming; without a free slot or anything to read ahead */
} wk_loading;
WK_API wk_loading wk_loader_stats(wk_loader *loader);
WK_API wk_tensor *wk_batch_x(wk_batch *batch);                    /* borrowed; the field "x", or the first */
WK_API wk_tensor *wk_batch_y(wk_batch *batch);                    /* borrowed; the field "y", or the second */
WK_API wk_tensor *wk_batch_field(wk_batch *batch, int i);         /* borrowed */
WK_API wk_tensor *wk_batch_lengths(wk_batch *batch);              /* borrowed; i64 [n]: how long each row is, where they differ (else WK_E_STATE) */
WK_API wk_tensor *wk_batch_mask(wk_batch *batch);                 /* borrowed; bool [n, longest]: true where a row has items, as wk_nn_lstm's mask */
WK_API int64_t wk_batch_size(const wk_batch *batch);              /* rows */
WK_API int64_t wk_batch_repeats(const wk_batch *batch);           /* how many of its last rows were added by WK_TAIL_PAD */
WK_API const int64_t *wk_batch_rows(const wk_batch *batch);       /* borrowed; which rows of the dataset */

#ifdef __cplusplus
}
#endif
#endif
