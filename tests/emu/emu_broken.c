/* One mistake, in a process of its own, for what a sanitizer or the processor stops: emu_broken NAME. What must come of
 * it is in CMakeLists.txt. */
#include "emu_control.h"
#include "test_kernels.h"
#include <stdio.h>
#include <string.h>

enum { N = 256 };

static float run(void (*kernel)(const float *, float *, cudaStream_t))
{
    float host[N], *x, *y, got = -1;
    for (int i = 0; i < N; i++) host[i] = 1;
    cudaError_t error = cudaMalloc((void **)&x, sizeof host);
    if (!error) error = cudaMalloc((void **)&y, sizeof host);
    if (!error) error = cudaMemcpy(x, host, sizeof host, cudaMemcpyHostToDevice);
    if (!error) kernel(x, y, NULL);
    if (!error) error = cudaMemcpy(&got, y, sizeof got, cudaMemcpyDeviceToHost);
    if (error) printf("error %s\n", cudaGetErrorName(error));
    return got;
}

static void missing_barrier(const float *x, float *y, cudaStream_t s) { b_missing_barrier(x, y, N, s); }
static void shared_write(const float *x, float *y, cudaStream_t s) { (void)x, b_shared_write(y, 1, s); }
static void shared_read(const float *x, float *y, cudaStream_t s) { (void)x, b_shared_read(y, s); }
static void two_barriers(const float *x, float *y, cudaStream_t s) { (void)x, b_two_barriers(y, s); }
static void right(const float *x, float *y, cudaStream_t s) { t_sum(x, y, N, 1, s); }

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*kernel)(const float *, float *, cudaStream_t);
    } all[] = { { "missing_barrier", missing_barrier },
                { "shared_write", shared_write },
                { "shared_read", shared_read },
                { "two_barriers", two_barriers },
                { "right", right } };
    setvbuf(stdout, NULL, _IONBF, 0);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (argc == 2 && !strcmp(argv[1], all[i].name)) printf("%s gave %g\n", argv[1], run(all[i].kernel));
    return 0;
}
