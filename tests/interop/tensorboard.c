/* Writes event files into the folder named: a run of five steps, which a second one goes on with from step 3. */
#include <stdio.h>
#include <wick/train.h>

static void first(const char *folder)
{
    WK_SCOPE(run);
    wk_logger *log = wk_logger_tensorboard(folder);
    for (int step = 0; step < 5; step++)
        wk_logger_row(log, step, { "loss/train", 1.0 / (step + 1) }, { "acc", 0.25 * step });
    wk_logger_text(log, 1, "config", "**lr** 0.1");
    wk_logger_histogram(log, 2, "weights", wk_arange(0, 1000, 1, WK_F32));
}

static void second(const char *folder)
{
    WK_SCOPE(run);
    wk_logger *log = wk_logger_tensorboard(folder);
    wk_logger_resume(log, 3);
    for (int step = 3; step < 6; step++) wk_logger_row(log, step, { "loss/train", 10.0 * step });
}

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    first(argv[1]);
    second(argv[1]);
    if (wk_failed()) fprintf(stderr, "%s\n", wk_error_text());
    return wk_failed();
}
