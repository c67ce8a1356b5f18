#include "cuda_runtime_api.h"
#ifdef __cplusplus
extern "C" {
#endif
void t_scale(const float *x, float *y, float by, int n, cudaStream_t stream);
void t_sum(const float *x, float *out, int n, int blocks, cudaStream_t stream);
void t_sum_racy(const float *x, float *out, int n, cudaStream_t stream);
void t_dynamic(const int *x, int *y, int n, cudaStream_t stream);
#ifdef __cplusplus
}
#endif
