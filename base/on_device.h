/* Small functions that kernels of CUDA call, too. */
#ifndef WKI_ON_DEVICE_H
#define WKI_ON_DEVICE_H
#ifdef __CUDACC__
#define WKI_ON_DEVICE __host__ __device__
#else
#define WKI_ON_DEVICE
#endif
#endif
