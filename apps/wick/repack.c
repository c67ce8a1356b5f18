/* wick repack: an HDF5 file copied so that wick loads it fast. Rests on wick/hdf5.h. */
#include "commands.h"
#include "store.h"
#include <string.h>
#include <sys/stat.h>

typedef struct settings {
    store_settings store;
    int64_t deflate, chunk_bytes;
    const char *allow;
    bool no_shuffle, skip, isolate;
    progress progress;
} settings;

#define AT(field) offsetof(settings, field)
static const args_option options[] = {
    { "deflate", 0, ARGS_WHOLE, AT(deflate), "L", "compress all, from 1 to 9, or 0, none (as they are: 4)", 0, 9 },
    { "no-shuffle", 0, ARGS_FLAG, AT(no_shuffle), NULL, "leave bytes of wider numbers as they are", 0, 0 },
    { "chunk-bytes", 0, ARGS_WHOLE, AT(chunk_bytes), "N", "of a chunk, about; a row at least (256 KiB)", 1, 1 << 30 },
    { "allow", 0, ARGS_TEXT, AT(allow), "F,F", "filters for libhdf5: szip, nbit, scaleoffset, plugins", 0, 0 },
    { "skip", 0, ARGS_FLAG, AT(skip), NULL, "leave out what cannot be carried", 0, 0 },
    { "isolate", 0, ARGS_FLAG, AT(isolate), NULL, "have a process of its own read IN", 0, 0 },
    { "workers", 0, ARGS_WHOLE, AT(store.workers), "N", "threads that compress (one less than cores)", 1, 64 },
    { "force", 0, ARGS_FLAG, AT(store.force), NULL, "replace the file if there is one", 0, 0 },
    { "quiet", 'q', ARGS_FLAG, AT(store.quiet), NULL, "print nothing", 0, 0 },
};

static void tell_skipped(void *user, const char *what)
{
    (void)user;
    fprintf(stderr, "wick repack: left out %s\n", what);
}

static wk_status watch(void *user, const char *data_set, double share)
{
    settings *s = user;
    char what[300];
    snprintf(what, sizeof what, "%s: %s", s->store.path, data_set);
    progress_task(&s->progress, what, share);
    return say_stop_signal() ? wk_fail(WK_E_INTERRUPTED, "stopped") : WK_OK;
}

static wk_status count(void *user, const wk_h5_info *info)
{
    (void)info;
    ++*(int *)user;
    return WK_OK;
}

static int64_t size_of(const char *path)
{
    struct stat known;
    return stat(path, &known) == 0 ? known.st_size : 0;
}

static int describe(const settings *s, int64_t before)
{
    say_room a, b, c;
    int n = 0;
    if (wk_h5_view_each(wk_h5_view_new(s->store.path, .isolate = s->isolate), count, &n)) return say_error();
    printf("%s: %s, %s where it was %s\n", s->store.path, say_plural(a, n, "data set"),
           say_bytes(b, size_of(s->store.path)), say_bytes(c, before));
    return EXIT_DONE;
}

static int run(int argc, char **argv)
{
    WK_SCOPE(repacking);
    settings s = { .deflate = -1, .chunk_bytes = 256 * 1024 };
    const char *operands[ARGS_OPERANDS];
    if (!args_read(&command_repack, argc, argv, &s, operands)) return EXIT_USAGE;
    s.store.path = operands[1];
    const int code = store_check_sources(&s.store, (const char *const[]){ operands[0], NULL });
    if (code != EXIT_DONE) return code;
    const int64_t before = size_of(operands[0]);
    s.progress.mode = progress_choose(false, s.store.quiet);
    wk_h5_repack(operands[0], .to = s.store.path, .deflate = (int)s.deflate, .shuffle = !s.no_shuffle,
                 .chunk_bytes = s.chunk_bytes, .workers = store_workers(s.store.workers), .allow = s.allow,
                 .skip = s.skip ? tell_skipped : NULL, .watch = watch, .user = &s, .isolate = s.isolate);
    progress_clear(&s.progress);
    if (wk_failed()) return say_error();
    return s.store.quiet ? EXIT_DONE : describe(&s, before);
}

const args_command command_repack = {
    .name = "repack",
    .about = "copies an HDF5 file into chunks of whole rows, which load fast",
    .operands = "IN.h5 OUT.h5 [options]",
    .fewest = 2,
    .most = 2,
    .text = "  wick repack slow.h5 fast.h5\n"
            "  wick repack raw.h5 small.h5 --deflate 6\n\n"
            "Every data set of numbers keeps its path, type, shape, values, fill value and\n"
            "checksums; groups, attributes and links are kept. Without --deflate those that\n"
            "are packed stay so. What cannot be carried, text and records say, is an error,\n"
            "or left out and told with --skip. wick inspect tells whether a file needs this.\n"
            "OUT appears whole or not at all, and neither file is held in memory.\n"
            "A stranger's file is copied with --isolate: one that makes libhdf5 crash or\n"
            "loop is an error then, and no more. The copy is a stranger's file, too.\n",
    .options = options,
    .noptions = ARGS_COUNT(options),
    .run = run,
};
