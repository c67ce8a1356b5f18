/* Launchers of the kernels in test_kernels.cpp. */
#ifndef TEST_KERNELS_H
#define TEST_KERNELS_H
#include "cuda_runtime_api.h"
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
typedef struct {
    float *at;
    int n;
    double by;
} t_box;

/* right ones */
void t_scale(const float *x, float *y, float by, int n, cudaStream_t stream);
void t_add(float *x, float by, int n, cudaStream_t stream);
/* It waits by itself for what it comes behind. */
void t_scale_behind(const float *x, float *y, float by, int n, cudaStream_t stream);
void t_box_fill(t_box box, cudaStream_t stream);
void t_sum(const float *x, float *out, int n, int blocks, cudaStream_t stream);
void t_visit(unsigned *counts, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, cudaStream_t stream);
void t_votes(const int *x, int *out, int n, cudaStream_t stream);
void t_shuffles(const int64_t *x, int64_t *out, int width, cudaStream_t stream);
void t_warp_votes(const int *x, unsigned *out, cudaStream_t stream);
void t_half_warps(const float *x, float *out, cudaStream_t stream);
void t_atomics(long long *out, int n, cudaStream_t stream);
void t_dynamic(const int *x, int *y, int n, cudaStream_t stream);
void t_fresh_shared(unsigned *out, int blocks, cudaStream_t stream);
void t_numbers(float *out, cudaStream_t stream);
void t_shared_bytes(int *out, unsigned bytes, cudaStream_t stream);
int t_allow_shared(unsigned bytes);
int t_clears_gaps(void); /* does the compiler, of kernels' arguments? */
void t_shape(const unsigned *grid, const unsigned *block, cudaStream_t stream);

/* broken ones */
void b_missing_barrier(const float *x, float *out, int n, cudaStream_t stream);
void b_shared_write(float *out, int by, cudaStream_t stream);
void b_shared_read(float *out, cudaStream_t stream);
void b_two_barriers(float *out, cudaStream_t stream);
void b_early_exit(float *out, int n, cudaStream_t stream);
void b_late_exit(float *out, int n, cudaStream_t stream);
void b_mask_without_self(float *out, cudaStream_t stream);
void b_mask_of_gone(float *out, cudaStream_t stream);
void b_mask_of_absent(float *out, cudaStream_t stream);
void b_masks_differ(float *out, cudaStream_t stream);
void b_deadlock(float *out, cudaStream_t stream);
void b_trap(float *out, cudaStream_t stream);
void b_unbounded(float *out, unsigned threads, cudaStream_t stream);
void b_misaligned(float *out, int from, cudaStream_t stream);
void b_convert(float *out, double x, int by, cudaStream_t stream);
void b_divide(int *out, int by, cudaStream_t stream);
void b_blocks_race(int *word, int blocks, cudaStream_t stream);
void b_scale_ahead(const float *x, float *y, float by, int n, cudaStream_t stream);
void b_deep(float *out, cudaStream_t stream);
#ifdef __cplusplus
}
#endif
#endif
