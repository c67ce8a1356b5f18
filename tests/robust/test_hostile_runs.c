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

/* The copy of s that goes on: its folder has nothing else. */
static int go_on(const wk_state *s)
{
    char path[128];
    snprintf(path, sizeof path, "%s/bad/ckpt-00000008.safetensors", folder);
    CHECK(shell("rm -rf bad && mkdir bad") == 0 && wk_state_write(s, path) == WK_OK);
    return shell("timeout 60 $WICK train --resume bad -q");
}

static void check_run(const wk_state *s, const char *key, const char *text)
{
    WK_SCOPE(one);
    const int code = go_on(hostile_text(s, key, text));
    ck_assert_msg(code == 0 || ((code == 1 || code == 2) && tells("wick train: ") && !tells("Sanitizer") &&
                                !tells("runtime error")),
                  "%s of %s: it ends with %d, see %s/err", key, text ? text : "nothing", code, folder);
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

WICK_TEST_MAIN
