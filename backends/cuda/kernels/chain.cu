/* Launches chains: finds the kernel for the dtype and the number of elements. Rests on chain_f32.cu and its like. */
#include "backends/cuda/kernels/chain.h"
#include "backends/cuda/kernels/row.h"

extern const wki_chain_kernels wki_cuda_chain_f32, wki_cuda_chain_f64, wki_cuda_chain_i64;

enum { LARGE = 1 << 19 };

extern "C" bool wki_chain_has(wk_dtype dtype, int row, int slope)
{
    static wki_row_table_of *const tables[WK_DTYPE_COUNT] = { wki_cuda_rows_f32, wki_cuda_rows_f64, wki_cuda_rows_i64 };
    int together;
    return tables[dtype] && tables[dtype](&together)[row].of[slope];
}

extern "C" wk_status wki_chain_run(const wki_queue *queue, const wki_call *call, const wki_chain *chain)
{
    const wki_chain_kernels *of = chain->dtype == WK_F32   ? &wki_cuda_chain_f32
                                  : chain->dtype == WK_F64 ? &wki_cuda_chain_f64
                                                           : &wki_cuda_chain_i64;
    const bool is_large = chain->count >= LARGE && chain->size[0] == chain->count;
    const int64_t tile = (int64_t)WKI_CHAIN_THREADS * (is_large ? of->many : 1);
    const int64_t blocks = (chain->count + tile - 1) / tile;
    wki_chain_kernel *const kernel = is_large ? of->large : of->one;
    WKI_LAUNCH(kernel, (unsigned)(blocks < 65536 ? blocks : 65536), WKI_CHAIN_THREADS,
               (size_t)(chain->nslots * tile) * of->width, queue, *chain);
    return wki_launched(queue, call);
}
