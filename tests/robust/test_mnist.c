/* MNIST from the four files to a trained network: wick import, the HDF5 dataset, the loader, Adam. At least 97.5 % of
 * the test set is right after 5 epochs. Needs WICK (the command) and WICK_DATA_DIR/mnist; without the data it says so
 * and is skipped (77). */
#include "wick/hdf5.h"
#include "wick/wick.h"
#include "wick_check.h"
#include <stdio.h>
#include <unistd.h>

WICK_ON_CPU("it trains for minutes")

static char h5_path[] = "/tmp/wick-mnist-XXXXXX";

static wk_loader *loader(const char *split, bool shuffle)
{
    return wk_loader_new(wk_dataset_h5(h5_path, .split = split), .batch_size = 128, .shuffle = shuffle,
                         .num_workers = 1);
}

TEST(mnist, goes_through_import_load_and_train)
{
    char command[2048];
    rmdir(mkdtemp(h5_path));
    snprintf(command, sizeof command, "'%s' import mnist '%s/mnist' -o '%s' > /dev/null", getenv("WICK"),
             getenv("WICK_DATA_DIR"), h5_path);
    ck_assert_int_eq(system(command), 0);
    wk_manual_seed(0);
    wk_loader *train = loader("train", true), *test = loader("test", false);
    CHECK_OK();
    wk_module *net = wk_mlp(4, (int64_t[]){ 784, 512, 256, 10 });
    wk_optim *opt = wk_optim_adam(wk_parameters(net), .lr = 1e-3);
    while (wk_loader_epoch(train) < 5 && !wk_failed())
        for (wk_batch *b; (b = wk_loader_next(train));) {
            WK_SCOPE(step);
            wk_zero_grad(opt);
            wk_backward(wk_cross_entropy(wk_forward(net, wk_batch_x(b)), wk_batch_y(b)));
            wk_step(opt);
        }
    wk_metrics metrics;
    CHECK(wk_evaluate(net, test, &metrics) == WK_OK);
    remove(h5_path);
    ck_assert_int_eq(metrics.rows, 10000);
    printf("MNIST test accuracy %.4f, loss %.4f\n", metrics.accuracy, metrics.loss);
    CHECK(metrics.accuracy >= 0.975);
}

int main(void)
{
    char file[1024];
    snprintf(file, sizeof file, "%s/mnist/train-images-idx3-ubyte.gz",
             getenv("WICK_DATA_DIR") ? getenv("WICK_DATA_DIR") : "");
    if (access(file, R_OK)) {
        puts("skipped: no MNIST under WICK_DATA_DIR");
        return 77;
    }
    return wick_test_main();
}
