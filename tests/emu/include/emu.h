/* CUDA's kernel language for the host's C++ compiler. A kernel is a plain function, run once a thread of the grid; threadIdx and its like
 * read what the core sets before it lets a thread go on. A thread runs until it must wait for others: only then is there a change of
 * stack, so that a kernel without barriers costs a call a thread. Under nvcc kernel.h maps the WKI_ macros to the real thing. */
#ifndef WKI_EMU_H
#define WKI_EMU_H
#include "cuda_runtime_api.h"
#include <cstdint>
#include <cstring>
#include <type_traits>

#define __global__
#define __device__
#define __host__
#define __constant__
#define __forceinline__ inline __attribute__((always_inline))
/* What says so may be launched with more threads than registers suffice for in any case: known by where it lies, since templates lose
 * other marks. */
#define WKI_EMU_BOUNDED 4096
#define __launch_bounds__(...) __attribute__((aligned(WKI_EMU_BOUNDED)))

struct uint3 {
    unsigned x, y, z;
};
struct dim3 {
    unsigned x, y, z;
    constexpr dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}
    constexpr dim3(uint3 v) : x(v.x), y(v.y), z(v.z) {}
};
#define WKI_EMU_VECTOR(T, name, align2, align4)              \
    struct alignas(align2) name##2 { T x, y; };              \
    struct alignas(align4) name##4 { T x, y, z, w; };        \
    inline name##2 make_##name##2(T x, T y) { return { x, y }; } \
    inline name##4 make_##name##4(T x, T y, T z, T w) { return { x, y, z, w }; }
WKI_EMU_VECTOR(float, float, 8, 16)
WKI_EMU_VECTOR(double, double, 16, 16)
WKI_EMU_VECTOR(int, int, 8, 16)
WKI_EMU_VECTOR(unsigned, uint, 8, 16)
WKI_EMU_VECTOR(unsigned char, uchar, 2, 4)
WKI_EMU_VECTOR(unsigned short, ushort, 4, 8)
#undef WKI_EMU_VECTOR

constexpr int warpSize = 32;

#pragma GCC visibility push(hidden)
namespace wki_emu {

struct Now {
    uint3 thread, block;
    dim3 block_dim, grid_dim;
    unsigned linear; /* the thread's number in its block */
};
extern Now now;

enum Reduce { REDUCE_NONE, REDUCE_OR, REDUCE_AND, REDUCE_COUNT };
int block_barrier(int site, Reduce reduce, int predicate);

enum Meeting { MEET_SYNC, MEET_SHUFFLE, MEET_BALLOT };
/* All lanes of the mask meet. A shuffle gives lane `source`'s word, all ones if that lane is not of the mask; a ballot the word whose bits say
 * which lanes gave another than 0. */
unsigned long long warp_meet(unsigned mask, Meeting what, unsigned long long word, unsigned source);

void *shared_array(const void *key, const char *name, size_t size, size_t align);
void *shared_dynamic(const char *name);
[[noreturn]] void trap(const char *what);
void begin();

#if defined __has_builtin
#if __has_builtin(__builtin_clear_padding)
#define WKI_EMU_CLEARS 1
#endif
#endif
#ifndef WKI_EMU_CLEARS
#define WKI_EMU_CLEARS 0
#endif

/* A kernel's arguments as bytes: CUDA copies them when the launch is called, whatever becomes of them afterwards. */
template <class... P> struct Args {};
template <class H, class... T> struct Args<H, T...> {
    H head;
    Args<T...> tail;
};
struct Launch {
    const char *name;
    const void *kernel;
    void (*run)(const void *kernel, const void *args); /* one thread */
    const void *args;
    size_t args_size;
    const unsigned short *pointers; /* where in args there are pointers */
    unsigned pointer_count;
    bool clear; /* there is nothing in args but arguments */
};
void launch(const Launch &what, dim3 grid, dim3 block, size_t shared, cudaStream_t stream);

template <class K, class... Done> inline void call(K kernel, const Args<> &, Done... done) { kernel(done...); }
template <class K, class H, class... T, class... Done>
inline void call(K kernel, const Args<H, T...> &args, Done... done)
{
    call(kernel, args.tail, done..., args.head);
}
inline void fill(Args<> &) {}
/* Gaps of structs hold what was on the stack, but where the compiler can clear them. */
template <class H, class... T, class A, class... B> inline void fill(Args<H, T...> &args, const A &first, const B &...rest)
{
    args.head = first;
#if WKI_EMU_CLEARS
    __builtin_clear_padding(&args.head);
#endif
    fill(args.tail, rest...);
}
inline void find_pointers(const Args<> &, const char *, unsigned short *, unsigned &) {}
template <class H, class... T> void find_pointers(const Args<H, T...> &args, const char *start, unsigned short *at, unsigned &n)
{
    if (std::is_pointer<H>::value) at[n++] = (unsigned short)((const char *)&args.head - start);
    find_pointers(args.tail, start, at, n);
}
template <class... P, class... A>
void launch(const char *name, void (*kernel)(P...), dim3 grid, dim3 block, size_t shared, cudaStream_t stream, const A &...given)
{
    static_assert(sizeof...(P) == sizeof...(A), "the kernel takes another number of arguments");
    using All = Args<std::remove_cv_t<P>...>;
    static_assert(std::is_trivially_copyable<All>::value, "a kernel's arguments are copied as bytes");
    static_assert(alignof(All) <= 16, "a kernel's arguments are aligned to 16 bytes at most");
    static_assert(sizeof(All) <= 4096, "a kernel's arguments must fit 4096 bytes");
    All args;
    memset((void *)&args, 0, sizeof args);
    fill(args, given...);
    unsigned short at[sizeof...(P) + 1];
    unsigned n = 0;
    find_pointers(args, (const char *)&args, at, n);
    auto run = [](const void *k, const void *a) { call((void (*)(P...))k, *(const All *)a); };
    launch(Launch{ name, (const void *)kernel, run, &args, sizeof args, at, n, WKI_EMU_CLEARS != 0 }, grid, block, shared, stream);
}

template <class T> inline unsigned long long to_word(T value)
{
    static_assert(sizeof(T) <= 8, "shuffles carry at most 8 bytes");
    unsigned long long word = 0;
    memcpy(&word, &value, sizeof value);
    return word;
}
template <class T> inline T shuffle(unsigned mask, T value, unsigned source)
{
    unsigned long long word = warp_meet(mask, MEET_SHUFFLE, to_word(value), source);
    T out;
    memcpy(&out, &word, sizeof out);
    return out;
}
template <class To, class From> inline To bits(From from)
{
    static_assert(sizeof(To) == sizeof(From), "sizes differ");
    To to;
    memcpy(&to, &from, sizeof to);
    return to;
}
/* Compare and swap on the bits, for types that the machine's atomics do not know. */
template <class T, class W, class F> inline T update(T *at, F change)
{
    W *word = (W *)at, old = __atomic_load_n(word, __ATOMIC_RELAXED), next;
    do next = bits<W>(change(bits<T>(old)));
    while (!__atomic_compare_exchange_n(word, &old, next, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return bits<T>(old);
}
} // namespace wki_emu
#pragma GCC visibility pop

#define threadIdx (wki_emu::now.thread)
#define blockIdx (wki_emu::now.block)
#define blockDim (wki_emu::now.block_dim)
#define gridDim (wki_emu::now.grid_dim)

/* A barrier is known by where it stands in the source: a return address would not do, optimisers copy calls. */
#define __syncthreads() ((void)wki_emu::block_barrier(__COUNTER__, wki_emu::REDUCE_NONE, 0))
#define __syncthreads_or(p) wki_emu::block_barrier(__COUNTER__, wki_emu::REDUCE_OR, (p))
#define __syncthreads_and(p) wki_emu::block_barrier(__COUNTER__, wki_emu::REDUCE_AND, (p))
#define __syncthreads_count(p) wki_emu::block_barrier(__COUNTER__, wki_emu::REDUCE_COUNT, (p))

inline void __syncwarp(unsigned mask = 0xffffffffu) { wki_emu::warp_meet(mask, wki_emu::MEET_SYNC, 0, 0); }
inline unsigned wki_emu_lane() { return wki_emu::now.linear & 31u; }
template <class T> inline T __shfl_sync(unsigned mask, T value, int source, int width = 32)
{
    unsigned w = (unsigned)width;
    return wki_emu::shuffle(mask, value, (wki_emu_lane() & ~(w - 1)) + ((unsigned)source & (w - 1)));
}
template <class T> inline T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32)
{
    unsigned lane = wki_emu_lane(), in = lane & ((unsigned)width - 1);
    return wki_emu::shuffle(mask, value, in >= delta ? lane - delta : lane);
}
template <class T> inline T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32)
{
    unsigned lane = wki_emu_lane(), in = lane & ((unsigned)width - 1);
    return wki_emu::shuffle(mask, value, in + delta < (unsigned)width ? lane + delta : lane);
}
template <class T> inline T __shfl_xor_sync(unsigned mask, T value, int with, int width = 32)
{
    unsigned lane = wki_emu_lane(), source = lane ^ (unsigned)with, end = (lane & ~((unsigned)width - 1)) + (unsigned)width;
    return wki_emu::shuffle(mask, value, source < end ? source : lane);
}
inline unsigned __ballot_sync(unsigned mask, int predicate)
{
    return (unsigned)wki_emu::warp_meet(mask, wki_emu::MEET_BALLOT, predicate != 0, 0);
}
inline int __any_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) != 0; }
inline int __all_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) == mask; }

#define WKI_EMU_ATOMICS(T)                                                                                     \
    inline T atomicAdd(T *at, T value) { return __atomic_fetch_add(at, value, __ATOMIC_RELAXED); }             \
    inline T atomicExch(T *at, T value) { return __atomic_exchange_n(at, value, __ATOMIC_RELAXED); }           \
    inline T atomicOr(T *at, T value) { return __atomic_fetch_or(at, value, __ATOMIC_RELAXED); }               \
    inline T atomicAnd(T *at, T value) { return __atomic_fetch_and(at, value, __ATOMIC_RELAXED); }             \
    inline T atomicCAS(T *at, T compare, T value)                                                              \
    {                                                                                                          \
        __atomic_compare_exchange_n(at, &compare, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);           \
        return compare;                                                                                        \
    }                                                                                                          \
    inline T atomicMax(T *at, T v) { return wki_emu::update<T, T>(at, [v](T o) { return o > v ? o : v; }); }   \
    inline T atomicMin(T *at, T v) { return wki_emu::update<T, T>(at, [v](T o) { return o < v ? o : v; }); }
WKI_EMU_ATOMICS(int)
WKI_EMU_ATOMICS(unsigned)
WKI_EMU_ATOMICS(unsigned long long)
#undef WKI_EMU_ATOMICS
inline long long atomicMax(long long *at, long long v)
{
    return wki_emu::update<long long, long long>(at, [v](long long o) { return o > v ? o : v; });
}
inline long long atomicMin(long long *at, long long v)
{
    return wki_emu::update<long long, long long>(at, [v](long long o) { return o < v ? o : v; });
}
inline float atomicAdd(float *at, float v)
{
    return wki_emu::update<float, unsigned>(at, [v](float old) { return old + v; });
}
inline double atomicAdd(double *at, double v)
{
    return wki_emu::update<double, unsigned long long>(at, [v](double old) { return old + v; });
}
inline float atomicExch(float *at, float v)
{
    return wki_emu::update<float, unsigned>(at, [v](float) { return v; });
}
inline void __threadfence() {}
inline void __threadfence_block() {}
inline void __threadfence_system() {}
#define __trap() wki_emu::trap("trap")
#define cudaGridDependencySynchronize() wki_emu::begin()

inline unsigned __float_as_uint(float v) { return wki_emu::bits<unsigned>(v); }
inline int __float_as_int(float v) { return wki_emu::bits<int>(v); }
inline float __uint_as_float(unsigned v) { return wki_emu::bits<float>(v); }
inline float __int_as_float(int v) { return wki_emu::bits<float>(v); }
inline long long __double_as_longlong(double v) { return wki_emu::bits<long long>(v); }
inline double __longlong_as_double(long long v) { return wki_emu::bits<double>(v); }

inline float __fmaf_rn(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double __fma_rn(double a, double b, double c) { return __builtin_fma(a, b, c); }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fsub_rn(float a, float b) { return a - b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __frcp_rn(float a) { return 1.0f / a; }
inline float __fsqrt_rn(float a) { return __builtin_sqrtf(a); }
inline double __dadd_rn(double a, double b) { return a + b; }
inline double __dsub_rn(double a, double b) { return a - b; }
inline double __dmul_rn(double a, double b) { return a * b; }
inline double __ddiv_rn(double a, double b) { return a / b; }
inline double __dsqrt_rn(double a) { return __builtin_sqrt(a); }

inline int __popc(unsigned v) { return __builtin_popcount(v); }
inline int __popcll(unsigned long long v) { return __builtin_popcountll(v); }
inline int __clz(int v) { return v ? __builtin_clz((unsigned)v) : 32; }
inline int __clzll(long long v) { return v ? __builtin_clzll((unsigned long long)v) : 64; }
inline int __ffs(int v) { return __builtin_ffs(v); }
inline int __ffsll(long long v) { return __builtin_ffsll(v); }
inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned)((unsigned long long)a * b >> 32); }
inline int __mulhi(int a, int b) { return (int)((long long)a * b >> 32); }
__extension__ typedef unsigned __int128 wki_emu_u128;
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b)
{
    return (unsigned long long)((wki_emu_u128)a * b >> 64);
}
template <class T> inline T __ldg(const T *at) { return *at; }

#define WKI_EMU_MINMAX(A, B, R)                                                  \
    inline R min(A a, B b) { return (R)a < (R)b ? (R)a : (R)b; }                 \
    inline R max(A a, B b) { return (R)a > (R)b ? (R)a : (R)b; }
WKI_EMU_MINMAX(int, int, int)
WKI_EMU_MINMAX(unsigned, unsigned, unsigned)
WKI_EMU_MINMAX(int, unsigned, unsigned)
WKI_EMU_MINMAX(unsigned, int, unsigned)
WKI_EMU_MINMAX(long, long, long)
WKI_EMU_MINMAX(unsigned long, unsigned long, unsigned long)
WKI_EMU_MINMAX(long, unsigned long, unsigned long)
WKI_EMU_MINMAX(unsigned long, long, unsigned long)
WKI_EMU_MINMAX(long long, long long, long long)
WKI_EMU_MINMAX(unsigned long long, unsigned long long, unsigned long long)
WKI_EMU_MINMAX(long long, unsigned long long, unsigned long long)
WKI_EMU_MINMAX(unsigned long long, long long, unsigned long long)
#undef WKI_EMU_MINMAX
inline float min(float a, float b) { return __builtin_fminf(a, b); }
inline float max(float a, float b) { return __builtin_fmaxf(a, b); }
inline double min(double a, double b) { return __builtin_fmin(a, b); }
inline double max(double a, double b) { return __builtin_fmax(a, b); }

/* A block's shared array: NaNs at first, gone at the block's end. It is an array, so that sizeof and bounds checks know its size. */
#define WKI_SHARED(T, name, n)                                                                                     \
    static const char wki_emu_key_##name = 0;                                                                      \
    T(&name)[n] = *(T(*)[n])wki_emu::shared_array(&wki_emu_key_##name, #name, sizeof(T) * (n), alignof(T))
/* The array whose size the launch gives. */
#define WKI_DYNAMIC_SHARED(T, name) T *name = (T *)wki_emu::shared_dynamic(#name)
/* kernel<<<grid, block, shared_bytes, stream>>>(args...); a template's instance in parentheses. */
#define WKI_EMU_LAUNCH(kernel, grid, block, shared_bytes, stream, ...) \
    wki_emu::launch(#kernel, kernel, grid, block, shared_bytes, stream, ##__VA_ARGS__)

#endif
