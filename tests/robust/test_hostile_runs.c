/* Runs of wick train whose checkpoint somebody else changed: what it tells of the run, each text in turn. Going on with
 * such a run ends as the command always ends, with a line that says why or with a run that is done. */
#include "hostile_training.h"
#include "wick_check.h"
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

WICK_ON_CPU("it starts the command")

static char folder[64];

/* The exit code of a shell's command, in the folder; 128 + n after signal n. */
static int shell(const char *command)
{
    char line[1024];
    snprintf(line, sizeof line, "cd %s && %s > out 2> err", folder, command);
    const int status = system(line);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static bool tells(const char *word)
{
    char path[128], text[4096];
    snprintf(path, sizeof path, "%s/err", folder);
    FILE *f = fopen(path, "r");
    text[f ? fread(text, 1, sizeof text - 1, f) : 0] = 0;
    if (f) fclose(f);
    return strstr(text, word) != NULL;
}

/* A run of two epochs that is to have three, as its checkpoint. */
static wk_state *good_run(void)
{
    char path[128];
    snprintf(folder, sizeof folder, "/tmp/wick-test-XXXXXX");
    CHECK(mkdtemp(folder) != NULL && getenv("WICK") != NULL);
    CHECK(shell("$WICK synth moons -o moons.h5 --train 60 --test 20 -q") == 0);
    CHECK(shell("$WICK train moons.h5 -o run --epochs 2 --hidden 4 --batch-size 16 --optim sgd:momentum=.5 --ema 0.9 "
                "--schedule linear:for=2/cosine:every=step --clip 1 --nonfinite skip -q") == 0);
    snprintf(path, sizeof path, "%s/run", folder);
    wk_state *s = wk_checkpoint_load(path, NULL);
    CHECK(s && wk_state_set_text(s, "config.epochs", "3") == WK_OK);
    return s;
}

/* A command with the copy of s: its folder has nothing else. */
static int with_run(const wk_state *s, const char *command)
{
    char path[128];
    snprintf(path, sizeof path, "%s/bad/ckpt-00000008.safetensors", folder);
    CHECK(shell("rm -rf bad && mkdir bad") == 0 && wk_state_write(s, path) == WK_OK);
    return shell(command);
}

static int go_on(const wk_state *s) { return with_run(s, "timeout 60 $WICK train --resume bad -q"); }

static void check_end(int code, const char *key, const char *text)
{
    ck_assert_msg(code == 0 ||
                      ((code == 1 || code == 2) && tells("wick ") && !tells("Sanitizer") && !tells("runtime error")),
                  "%s of %s: it ends with %d, see %s/err", key, text ? text : "nothing", code, folder);
}

static void check_run(const wk_state *s, const char *key, const char *text)
{
    WK_SCOPE(one);
    check_end(go_on(hostile_text(s, key, text)), key, text);
}

TEST(hostile_run, is_refused_or_ends)
{
    static const char *const texts[] = { NULL,
                                         "",
                                         "x",
                                         "-1",
                                         "0",
                                         "nan:7ff8000000000000",
                                         "1e308",
                                         "9223372036854775807",
                                         "-9223372036854775808",
                                         "linear:for=9223372036854775807/cosine" };
    wk_state *s = good_run();
    CHECK(go_on(s) == 0);
    for (int64_t i = 0; i < wk_state_text_count(s); i++) {
        const char *key = wk_state_text_key(s, i);
        if (strncmp(key, "run.", 4) && strncmp(key, "config.", 7) && strncmp(key, "checkpoint.", 11)) continue;
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) check_run(s, key, texts[k]);
    }
    CHECK(shell("rm -rf bad run moons.h5 out err; exec rm -rf \"$PWD\"") == 0);
}

/* A run on a table, as its checkpoint, and a row of another one. */
static wk_state *run_on_a_table(void)
{
    char path[128];
    snprintf(folder, sizeof folder, "/tmp/wick-test-XXXXXX");
    CHECK(mkdtemp(folder) != NULL && getenv("WICK") != NULL);
    CHECK(shell("{ echo a,b,c; for i in $(seq 40); do echo $i,$((i * 7 % 5)),up; echo $i,9,down; done; } >table.csv && "
                ":") == 0);
    CHECK(shell("printf 'c,b,a\\nup,3,4\\n' >new.csv && $WICK train table.csv --y c -o run --epochs 1 --hidden 4 -q") ==
          0);
    snprintf(path, sizeof path, "%s/run", folder);
    wk_state *s = wk_checkpoint_load(path, NULL);
    ck_assert_ptr_nonnull(s);
    return s;
}

TEST(hostile_run, of_another_files_rows_tells_or_is_refused)
{
    static const char *const texts[] = { NULL,
                                         "",
                                         "x",
                                         "-1",
                                         "0",
                                         "1",
                                         "1000000",
                                         "9223372036854775807",
                                         "i64",
                                         "f32 0",
                                         "f32 2 1",
                                         "f32 1000000 1000000",
                                         "bool 1 1 1 1 1 1 1 1 1",
                                         "a\\",
                                         "a\\x0",
                                         "\\x00\n\n",
                                         "a\n1\n2\n3" };
    static const char predict[] = "timeout 60 $WICK predict bad new.csv --last",
                      eval[] = "timeout 60 $WICK eval bad new.csv --last";
    wk_state *s = run_on_a_table();
    int told = 0;
    CHECK(with_run(s, predict) == 0 && with_run(s, eval) == 0);
    for (int64_t i = 0; i < wk_state_text_count(s); i++) {
        const char *key = wk_state_text_key(s, i);
        if (strncmp(key, "data.", 5)) continue;
        told++;
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
            WK_SCOPE(one);
            wk_state *bad = hostile_text(s, key, texts[k]);
            check_end(with_run(bad, predict), key, texts[k]);
            check_end(with_run(bad, eval), key, texts[k]);
        }
    }
    ck_assert_int_eq(told, 10); /* x, y, classes, names, label, columns and the two of them, imprint, range */
    CHECK(shell("rm -rf bad run table.csv new.csv out err; exec rm -rf \"$PWD\"") == 0);
}

WICK_TEST_MAIN
