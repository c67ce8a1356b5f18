/* wick synth: data sets made on the spot, for trying things out without a download. */
#include "commands.h"
#include "store.h"
#include <string.h>

typedef struct settings {
    store_settings store;
    int64_t train, test, seed;
} settings;

#define AT(field) offsetof(settings, field)
static const args_option options[] = {
    { "train", 0, ARGS_WHOLE, AT(train), "N", "training rows (20,000 digits; fewer of the others)", 1, 1e9 },
    { "test", 0, ARGS_WHOLE, AT(test), "N", "test rows (4,000 digits; fewer of the others)", 0, 1e9 },
    { "seed", 0, ARGS_WHOLE, AT(seed), "S", "other seeds give other rows (1)", 0, 9e18 },
};

/* Test rows come from so far along the sequence that no training set reaches them. */
static const uint64_t first_test_row = UINT64_C(3000000000000);

typedef struct kind {
    const char *name;
    int64_t train, test;
    bool pixels;
} kind;
static const kind kinds[] = {
    { "digits", 20000, 4000, true }, { "spirals", 3000, 600, false }, { "moons", 2000, 500, false },
    { "blobs", 5000, 1000, false },  { "sine", 2000, 500, false },
};

static const kind *find(const char *name)
{
    const char *const *names;
    int n = wk_synth_names(&names);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i].name, name)) return &kinds[i];
    args_unknown("data set", name, names, n, "there are digits, spirals, moons, blobs and sine");
    return NULL;
}

static int make(const settings *s, const kind *k, const char *source)
{
    WK_SCOPE(making);
    store to;
    wk_dataset *test = NULL, *train = wk_dataset_synth(k->name, s->train, 0, (uint64_t)s->seed);
    if (s->test > 0) test = wk_dataset_synth(k->name, s->test, first_test_row, (uint64_t)s->seed);
    if (wk_failed() || !store_open(&to, &s->store, source) || !store_rows(&to, "train", train, k->pixels))
        return say_error();
    if (test && !store_rows(&to, "test", test, k->pixels)) return say_error();
    return store_close(&to, train, test, k->pixels);
}

static int run(int argc, char **argv)
{
    settings s = { .train = -1, .test = -1, .seed = 1 };
    const char *operands[ARGS_OPERANDS];
    char source[1024] = "wick synth ";
    if (!args_read(&command_synth, argc, argv, &s, operands)) return EXIT_USAGE;
    const kind *k = find(operands[0]);
    if (!k) return EXIT_USAGE;
    int code = store_check(&s.store);
    if (code != EXIT_DONE) return code;
    if (s.train < 0) s.train = k->train;
    if (s.test < 0) s.test = k->test;
    args_join(source + strlen(source), sizeof source - strlen(source), argc, argv);
    return make(&s, k, source);
}

const args_command command_synth = {
    .name = "synth",
    .about = "makes a data set on the spot, without a download",
    .operands = "KIND -o FILE.h5",
    .fewest = 1,
    .most = 1,
    .text = "  wick synth digits -o digits.h5\n"
            "  wick synth spirals -o spirals.h5 --train 10k --seed 7\n\n"
            "kinds:\n"
            "  digits   handwritten-looking digits, 28 x 28 pixels, 10 classes\n"
            "  spirals  three spiral arms, wound into each other\n"
            "  moons    two half circles that interlock\n"
            "  blobs    five round clouds that touch\n"
            "  sine     one period of a noisy sine, for regression\n",
    .options = options,
    .noptions = ARGS_COUNT(options),
    .shared = store_options,
    .nshared = STORE_OPTIONS,
    .run = run,
};
