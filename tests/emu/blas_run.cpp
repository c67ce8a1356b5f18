/* What a product of the fake cuBLASLt does when its turn in the stream comes: every range is looked at first, as the
 * device would fault, then one chain of fused multiply-adds over k for each element, in the order of k, then the
 * epilogue. */
#include "blas.h"
#include <algorithm>
#include <cmath>

namespace wki_emu
{

constexpr size_t lines = 32; /* rows of the product that are computed side by side */

static float bf16_to_float(uint16_t v) { return bits<float>((uint32_t)v << 16); }

static uint16_t float_to_bf16(float v)
{
    uint32_t u = bits<uint32_t>(v);
    if (v != v) return (uint16_t)(u >> 16 | 0x40);
    return (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

/* Ten bits of fraction, halves away from zero. */
static float to_tf32(float v)
{
    uint32_t u = bits<uint32_t>(v);
    if ((u >> 23 & 0xff) == 0xff) return v;
    return bits<float>((u + 0x1000) & ~0x1fffu);
}

static double load(const char *at, cudaDataType type, uint64_t i)
{
    if (type == CUDA_R_64F) return ((const double *)at)[i];
    if (type == CUDA_R_32F) return ((const float *)at)[i];
    return bf16_to_float(((const uint16_t *)at)[i]);
}

static void store(char *at, cudaDataType type, uint64_t i, double v)
{
    if (type == CUDA_R_64F)
        ((double *)at)[i] = v;
    else if (type == CUDA_R_32F)
        ((float *)at)[i] = (float)v;
    else
        ((uint16_t *)at)[i] = float_to_bf16((float)v);
}

static uint64_t place(const Layout &l, uint64_t row, uint64_t col)
{
    return l.order == CUBLASLT_ORDER_COL ? col * (uint64_t)l.ld + row : row * (uint64_t)l.ld + col;
}

#if defined(__x86_64__)
#define FUSED __attribute__((target("avx2,fma")))
#else
#define FUSED
#endif
/* out[i] = the chain over k of a[k][i] * b[k]. */
template <class T> FUSED static void chain_fused(const T *a, const T *b, size_t k, T *out)
{
    T sum[lines] = {};
    for (size_t p = 0; p < k; p++)
        for (size_t i = 0; i < lines; i++)
            sum[i] = sizeof(T) == 4 ? (T)__builtin_fmaf((float)a[p * lines + i], (float)b[p], (float)sum[i])
                                    : (T)__builtin_fma((double)a[p * lines + i], (double)b[p], (double)sum[i]);
    for (size_t i = 0; i < lines; i++) out[i] = sum[i];
}
template <class T> static void chain_plain(const T *a, const T *b, size_t k, T *out)
{
    for (size_t i = 0; i < lines; i++) out[i] = 0;
    for (size_t p = 0; p < k; p++)
        for (size_t i = 0; i < lines; i++) out[i] = std::fma(a[p * lines + i], b[p], out[i]);
}
template <class T> static void chain(const T *a, const T *b, size_t k, T *out)
{
#if defined(__x86_64__)
    static const bool fused = __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2");
    if (!fused) return chain_plain(a, b, k, out);
#endif
    chain_fused(a, b, k, out);
}

/* op(A) in blocks of `lines` rows, k after k, zeros below its end; or op(B) in columns (`lines` 1). */
template <class T>
static std::vector<T> pack(const char *at, const Layout &l, bool rows_are_k, uint64_t count, uint64_t k, size_t block,
                           bool tf32)
{
    uint64_t blocks = (count + block - 1) / block;
    std::vector<T> out(blocks * block * k);
    for (uint64_t i = 0; i < count; i++)
        for (uint64_t p = 0; p < k; p++) {
            T v = (T)load(at, l.type, rows_are_k ? place(l, p, i) : place(l, i, p));
            out[(i / block * k + p) * block + i % block] = tf32 ? (T)to_tf32((float)v) : v;
        }
    return out;
}

struct Epilogue {
    const Product &p;
    char *d, *bias, *aux;
    std::vector<double> gradient; /* of the bias, by row */

    bool has(int bit) const { return p.epilogue & bit; }
    template <class T> void finish(uint64_t i, uint64_t j, T v)
    {
        if (has(4)) v += (T)load(bias, p.d.type, i);
        if (has(2)) {
            bool on = v > 0;
            if (has(128)) mask(i, j, on);
            if (!on && v == v) v = 0;
        }
        if (has(8) && !masked(i, j)) v = 0;
        if (has(16)) gradient[i] = (double)((T)gradient[i] + v);
        store(d, p.d.type, place(p.d, i, j), (double)v);
    }
    uint64_t bit(uint64_t i, uint64_t j) const { return j * (uint64_t)p.aux_ld + i; }
    bool masked(uint64_t i, uint64_t j) const { return (unsigned char)aux[bit(i, j) / 8] >> bit(i, j) % 8 & 1; }
    void mask(uint64_t i, uint64_t j, bool on)
    {
        unsigned char *byte = (unsigned char *)&aux[bit(i, j) / 8], one = (unsigned char)(1u << bit(i, j) % 8);
        *byte = (unsigned char)(on ? *byte | one : *byte & ~one);
    }
};

template <class T>
static void sum_over_k(const std::vector<T> &packed, uint64_t count, uint64_t k, size_t block, char *out,
                       cudaDataType type)
{
    for (uint64_t i = 0; i < count; i++) {
        T sum = 0;
        for (uint64_t p = 0; p < k; p++) sum += packed[(i / block * k + p) * block + i % block];
        store(out, type, i, (double)sum);
    }
}

template <class T> static void multiply(const ProductWork &w, int64_t batch, T alpha, T beta)
{
    const Product &p = w.product;
    auto in = [batch](const char *at, const Layout &l) { return at + batch * l.stride * (int64_t)type_size(l.type); };
    bool tf32 = p.compute == CUBLAS_COMPUTE_32F_FAST_TF32;
    auto a = pack<T>(in(w.a, p.a), p.a, p.trans_a, p.m, p.k, lines, tf32);
    auto b = pack<T>(in(w.b, p.b), p.b, !p.trans_b, p.n, p.k, 1, tf32);
    const char *c = in(w.c, p.c);
    char *bias = w.bias ? w.bias + batch * p.bias_stride * (int64_t)type_size(p.d.type) : nullptr;
    Epilogue epilogue = { p, (char *)in(w.d, p.d), bias, w.aux ? w.aux + batch * p.aux_stride / 8 : nullptr, {} };
    if (epilogue.has(16)) epilogue.gradient.assign(p.m, 0);
    for (uint64_t j = 0; j < p.n; j++)
        for (uint64_t first = 0; first < p.m; first += lines) {
            T sum[lines];
            chain(&a[first * p.k], &b[j * p.k], p.k, sum);
            for (uint64_t i = first; i < p.m && i < first + lines; i++) {
                T v = alpha * sum[i - first];
                if (beta != 0) v += beta * (T)load(c, p.c.type, place(p.c, i, j));
                epilogue.finish(i, j, v);
            }
        }
    if (epilogue.has(16))
        for (uint64_t i = 0; i < p.m; i++) store(bias, p.d.type, i, epilogue.gradient[i]);
    if (epilogue.has(256)) sum_over_k(a, p.m, p.k, lines, bias, p.d.type);
    if (epilogue.has(512)) sum_over_k(b, p.n, p.k, 1, bias, p.d.type);
}

static bool inside(const ProductWork &w, const char *what, const void *at, size_t size)
{
    Place place = memory_find(at, size);
    if (place.kind == Place::DEVICE && place.device == w.device) return true;
    const Product &p = w.product;
    tell("a product of %llu x %llu x %llu: %s, %zu bytes at %p, is not in the device's memory", (unsigned long long)p.m,
         (unsigned long long)p.n, (unsigned long long)p.k, what, size, at);
    return false;
}

static size_t whole(const Layout &l) { return layout_span(l) + (size_t)((l.batch - 1) * l.stride) * type_size(l.type); }

static bool ranges_right(const ProductWork &w, double beta)
{
    const Product &p = w.product;
    uint64_t count = p.epilogue & 512 ? p.n : p.m, batches = (uint64_t)p.d.batch - 1;
    size_t bias = (count + batches * (uint64_t)p.bias_stride) * type_size(p.d.type);
    size_t aux = (size_t)((batches * (uint64_t)p.aux_stride + (p.n - 1) * (uint64_t)p.aux_ld + p.m + 7) / 8);
    if (!inside(w, "A", w.a, whole(p.a)) || !inside(w, "B", w.b, whole(p.b)) || !inside(w, "D", w.d, whole(p.d)))
        return false;
    if (beta != 0 && !inside(w, "C", w.c, whole(p.c))) return false;
    if (p.epilogue & (4 | 16 | 256 | 512) && !inside(w, "the bias", w.bias, bias)) return false;
    if (p.epilogue & 128 && !inside(w, "the mask", w.aux, aux)) return false;
    return !w.workspace_size || inside(w, "the workspace", w.workspace, w.workspace_size);
}

cudaError_t ProductWork::run()
{
    bool wide = product.d.type == CUDA_R_64F;
    double by = alpha, add = beta;
    memory_open(1u << device);
    if (scale_on_device) {
        size_t size = wide ? 8 : 4;
        if (!inside(*this, "alpha", alpha_at, size) || !inside(*this, "beta", beta_at, size))
            return cudaErrorIllegalAddress;
        by = wide ? *(const double *)alpha_at : *(const float *)alpha_at;
        add = wide ? *(const double *)beta_at : *(const float *)beta_at;
    }
    if (!ranges_right(*this, add)) return cudaErrorIllegalAddress;
    if (workspace_size)
        memset(workspace, 0xFF, std::min(workspace_size, (size_t)16384)); /* the library may write there */
    for (int64_t batch = 0; batch < product.d.batch; batch++) {
        if (wide)
            multiply<double>(*this, batch, by, add);
        else
            multiply<float>(*this, batch, (float)by, (float)add);
    }
    return cudaSuccess;
}
} // namespace wki_emu
