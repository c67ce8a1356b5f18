/* apps/autograd_mlp against PyTorch: from the starting matrices in tests/golden its five printed losses are torch's.
 * The program's path is the environment's WICK_AUTOGRAD_MLP, the golden folder's WICK_GOLDEN. */
#include "wick_check.h"
#include <stdio.h>
#include <unistd.h>

WICK_ON_CPU("it starts the program")

static FILE *golden(const char *name, const char *mode)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", getenv("WICK_GOLDEN"), name);
    FILE *file = fopen(path, mode);
    CHECK(file != NULL);
    return file;
}

/* Whole numbers that stand for themselves / 64 in x, which has 32 * 1000 of them, and / 32 in the others; as f32. */
static void write_start(const char *path)
{
    FILE *in = golden("autograd_mlp.i8", "rb"), *out = fopen(path, "wb");
    CHECK(out != NULL);
    int c;
    for (long i = 0; (c = fgetc(in)) != EOF; i++) {
        float value = (float)(signed char)c / (i < 32000 ? 64 : 32);
        CHECK(fwrite(&value, sizeof value, 1, out) == 1);
    }
    fclose(in);
    CHECK(fclose(out) == 0);
}

/* By step 500 torch differs from itself by 1e-2 where the columns are permuted, and so do sums with and without fma. */
TEST(autograd_mlp, prints_torchs_losses)
{
    char start[] = "/tmp/wick-start-XXXXXX", command[2048], line[256];
    int fd = mkstemp(start);
    CHECK(fd >= 0);
    close(fd);
    write_start(start);
    snprintf(command, sizeof command, "'%s' --device cpu --start '%s'", getenv("WICK_AUTOGRAD_MLP"), start);
    FILE *run = popen(command, "r"), *expected = golden("autograd_mlp.txt", "r");
    CHECK(run && fgets(line, sizeof line, expected)); /* the heading */
    for (int i = 1; i <= 5; i++) {
        int step = 0, golden_step = 0;
        double loss = 0, golden_loss = 0;
        CHECK(fscanf(run, "%d: loss %lf", &step, &loss) == 2);
        CHECK(fscanf(expected, "%d %lf", &golden_step, &golden_loss) == 2);
        ck_assert_int_eq(step, golden_step);
        CHECK_NEAR(loss / golden_loss, 1, step <= 200 ? 1e-4 : step <= 400 ? 1e-2 : 3e-2);
    }
    ck_assert_int_eq(pclose(run), 0);
    fclose(expected);
    remove(start);
}

WICK_TEST_MAIN
