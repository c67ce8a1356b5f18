/* wick/base.h: status, errors, lifetimes, devices, options. Every other header includes it.
 *
 *   WK_SCOPE(work);                                            everything made below dies at the end of the block
 *   wk_tensor *t = wk_zeros(WK_SHAPE(2, 3), WK_F32);
 *   if (wk_failed()) fprintf(stderr, "%s\n", wk_error_text());
 *
 * Errors belong to the thread. The first one stays until wk_error_clear; meanwhile makers given NULL return NULL, and calls
 * that change something (backward, step, save, next batch) do nothing and return its code, so one check a step is enough.
 * Makers return the thing (NULL on error), doers a wk_status, askers the answer. The library never prints, exits or aborts.
 *
 * Threads: each works with tensors and graphs of its own. Several may read the same tensors and run the same modules under
 * WK_NO_GRAD; whoever records, runs backward, steps or changes in place needs them for itself. Datasets are shared freely.
 *
 * Ownership words: "copies" what it is given; "borrowed" is valid as long as its owner; "holds" shares (keeps a reference);
 * "takes" becomes the only owner; "view" shares memory with another tensor. */
#ifndef WICK_BASE_H
#define WICK_BASE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#define WK_API __attribute__((visibility("default")))

#define WK_VERSION_MAJOR 0
#define WK_VERSION_MINOR 1
#define WK_VERSION_PATCH 0
/* The version of the library that is loaded, "0.1.0"; WK_VERSION_* are those of this header. */
WK_API const char *wk_version(void);

/* The error codes. The list is pinned: codes keep their numbers, new ones are appended. */
#define WK_STATUS_LIST(X)                                                                                              \
    X(OK, "no error")                                                                                                  \
    X(E_INVALID, "invalid argument")                                                                                   \
    X(E_SHAPE, "shapes do not fit")                                                                                    \
    X(E_DTYPE, "wrong dtype")                                                                                          \
    X(E_DEVICE, "wrong device")                                                                                        \
    X(E_STATE, "not possible now")                                                                                     \
    X(E_MEMORY, "out of memory")                                                                                       \
    X(E_IO, "input or output failed")                                                                                  \
    X(E_FORMAT, "malformed file")                                                                                      \
    X(E_NOT_FOUND, "not found")                                                                                        \
    X(E_RANGE, "value out of range")                                                                                   \
    X(E_UNSUPPORTED, "not supported")                                                                                  \
    X(E_INTERRUPTED, "interrupted")                                                                                    \
    X(E_TIMEOUT, "took too long")
#define X(code, text) WK_##code,
typedef enum wk_status { WK_STATUS_LIST(X) WK_STATUS_COUNT } wk_status;
#undef X

WK_API bool wk_failed(void);                        /* is an error pending on this thread? */
WK_API wk_status wk_error(void);                    /* its code, WK_OK without one */
WK_API const char *wk_error_text(void);             /* "mm: inner sizes differ (a [64, 784], ..."; "" without one, never NULL */
WK_API void wk_error_clear(void);                   /* forgets it */
WK_API const char *wk_status_text(wk_status code);  /* "shapes do not fit"; static */
/* Reports an error from a user's dataset, module or function, printf-like; returns code. A pending first error stays. */
WK_API wk_status wk_fail(wk_status code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Element types, in no order that matters; the order of promotion is documented in tensor.h. */
typedef enum wk_dtype { WK_F32, WK_F64, WK_I64, WK_I32, WK_U8, WK_BOOL, WK_DTYPE_COUNT } wk_dtype;
WK_API const char *wk_dtype_name(wk_dtype dtype);  /* "f32"; static; "?" for no dtype */
WK_API size_t wk_dtype_size(wk_dtype dtype);       /* bytes of one element */

/* A device: its kind in the high byte, its index below. */
typedef int32_t wk_device;
#define WK_CPU  ((wk_device)0)
#define WK_CUDA ((wk_device)0x01000000)
static inline wk_device wk_cuda(int index) { return WK_CUDA | (wk_device)index; }
WK_API const char *wk_device_name(wk_device device);   /* "cpu", "cuda:1"; valid until this thread's next call */
WK_API wk_status wk_set_device(wk_device device);      /* of tensors that this thread makes from now on; WK_E_DEVICE if absent: see wick/cuda.h */
WK_API wk_device wk_current_device(void);

/* Lifetimes. Each object (tensor, module, loader, ...) is born into its thread's innermost scope and dies with it, unless it
 * is kept, escapes, or gets a parent (a module takes its children). Makers fail with WK_E_STATE when no scope is open. A NULL
 * object is allowed everywhere here. WK_SCOPE is a declaration: break, continue, goto and return all close it. */
typedef struct wk_scope wk_scope;
/* Copies name. Beyond 16 scopes, one inside the other, it may need memory: NULL with WK_E_MEMORY, and the outer one serves. */
WK_API wk_scope *wk_scope_open(const char *name);
/* Once, on the same thread, with all scopes opened inside it, newest first. The one of WK_SCOPE is closed by its block alone. */
WK_API void wk_scope_close(wk_scope *scope);
WK_API void wk_scope_guard(wk_scope **scope);            /* closes *scope: WK_SCOPE's other half */
WK_API void *wk_escape(wk_scope *scope, void *object);   /* moves object to the scope around `scope`; returns object */
WK_API void *wk_keep(void *object);                      /* the caller owns one reference more; returns object */
WK_API void wk_release(void *object);                    /* gives a kept reference back; leaves the current error alone */
WK_API void *wk_replaced(void *old, void *object);       /* object moves to where old lived, old is dropped; returns object */
/* wk_replaced with a NULL object while an error is pending keeps old and returns it; with a NULL old nothing moves. */
WK_API int64_t wk_live_objects(void);                    /* objects alive in the process: 0 once all scopes are closed */

#define WK_CLEANUP(fn) __attribute__((cleanup(fn), unused))
#define WK_SCOPE(name) wk_scope *name WK_CLEANUP(wk_scope_guard) = wk_scope_open(#name)
/* A value that outlives the loop's scope: wk_replace(&h, wk_detach(h2)); flat memory, nothing to release. */
#define wk_replace(slot, object)                                                                                       \
    __extension__({                                                                                                    \
        __typeof__(slot) wk_slot_ = (slot);                                                                            \
        *wk_slot_ = (__typeof__(*wk_slot_))wk_replaced(*wk_slot_, (object));                                           \
        (void)0;                                                                                                       \
    })

/* Options are a struct in a macro: required fields first, the defaults filled in by the macro, so 0 means 0 and names are
 * torch's: wk_optim_sgd(params, .lr = 0.1, .momentum = 0.9). A struct starts with its size, so that a program built against
 * an older header gets the defaults for the fields it does not know. C++ takes wk_..._opts_default() and the function under
 * the macro, wk_..._new(&o), or wk_..._new_opts(&o) where the macro itself is called ..._new. */
#define WK_CAT_(a, b) a##b
#define WK_CAT(a, b)  WK_CAT_(a, b)
#ifdef __clang__
#define WK_QUIET_                                                                                                      \
    _Pragma("clang diagnostic push") _Pragma("clang diagnostic ignored \"-Winitializer-overrides\"")                   \
        _Pragma("clang diagnostic ignored \"-Wgnu-statement-expression\"")
#define WK_LOUD_ _Pragma("clang diagnostic pop")
#else
#define WK_QUIET_                                                                                                      \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Woverride-init\"")                              \
        _Pragma("GCC diagnostic ignored \"-Woverride-init-side-effects\"")
#define WK_LOUD_  _Pragma("GCC diagnostic pop")
#endif
#define WK_WITH_(name, type, ...)                                                                                      \
    __extension__({                                                                                                    \
        WK_QUIET_ type name = { __VA_ARGS__ };                                                                         \
        WK_LOUD_ name;                                                                                                 \
    })
#define WK_WITH(type, ...) WK_WITH_(WK_CAT(wk_opts_, __COUNTER__), type, __VA_ARGS__)
#define WK_LIST(type, ...) (type const[]){ __VA_ARGS__ }, (int)(sizeof((type const[]){ __VA_ARGS__ }) / sizeof(type))

/* Random numbers are counter-based (Philox4x32-10, Salmon et al. 2011): a process seed, one stream a thread (its ordinal), one
 * number an operation. The same seed gives the same bits on every device and for any number of threads. */
WK_API void wk_manual_seed(uint64_t seed);
WK_API uint64_t wk_initial_seed(void);
/* Where the calling thread stands in its random numbers: what a checkpoint keeps (torch.get_rng_state). */
typedef struct wk_rng_place {
    uint64_t seed, operation; /* operation: the number of the next one */
    uint32_t stream;
} wk_rng_place;
WK_API wk_rng_place wk_rng_state(void);
WK_API void wk_set_rng_state(wk_rng_place place); /* from here on the same numbers again; another seed becomes the process's too */

/* Compute threads: one team for the process, the calling thread being its first member. Results have the same bits for any
 * number. The default is 1, or the environment's WICK_THREADS; 1 <= n <= 64. */
WK_API wk_status wk_set_num_threads(int n);
WK_API int wk_num_threads(void);

/* The instruction set that the CPU kernels use: the best this machine has, or the environment's WICK_ISA. "amx" is "avx512" and
 * tiles for the products and convolutions of bfloat16 that the two settings below and autocast ask for. */
WK_API const char *wk_cpu_isa(void);                 /* "base", "avx2", "avx512" or "amx" */
WK_API wk_status wk_set_cpu_isa(const char *name);   /* WK_E_UNSUPPORTED if the machine lacks it; call between steps */

/* How f32 matrix products and convolutions are made (torch.set_float32_matmul_precision; on CUDA devices, products alone, and
 * WK_MATMUL_SPLIT and WK_MATMUL_SPLIT3 are as WK_MATMUL_HIGHEST; what follows is of the CPU): by f32's units, or where the CPU has AMX
 * by tiles, each operand being taken as so many numbers of bfloat16 that add up to it, and their products summed in f32. What is read
 * and given stays f32; f64 stays as it is. Left to f32's units are small products, and in all modes but bfloat16's rows and columns
 * with an infinity, a NaN or a number above 3.38e38; convolutions of several groups, over three dims, or for which tiles do not pay by
 * their shapes (few images or channels, kernels of one element unless channels are many), and all that such a number reaches together
 * with its 16 images, 32 channels or weights. A part below 2^-126 counts as zero: of numbers below 2^-110 digits are lost, and so are
 * denormal numbers and results; where a product of two numbers is itself beyond f32, split and split3 may give NaN for an infinity.
 * A weight gradient of a convolution in split may err up to twice as far as f32's, which is summed in more parts. The bits are the
 * same for any number of threads. */
typedef enum wk_matmul_mode {
    WK_MATMUL_HIGHEST, /* f32's units */
    WK_MATMUL_SPLIT,   /* three parts, six products: the rounding of f32's sums or less, faster than f32's units */
    WK_MATMUL_SPLIT3,  /* two parts, three products: some 17 bits */
    WK_MATMUL_BF16,    /* one part, to the nearest and even: 8 bits, as autocast has them */
    WK_MATMUL_TF32     /* on CUDA devices: operands of 11 bits; on the CPU as WK_MATMUL_HIGHEST */
} wk_matmul_mode;
WK_API wk_matmul_mode wk_matmul_precision(void); /* WK_MATMUL_HIGHEST at first */
/* For the process; each call keeps what was set when it was made or recorded. WK_E_UNSUPPORTED, and nothing changes, where the
 * instruction set in use has no tiles, and for tf32 where CUDA is not to be had; with another set chosen later all is as with
 * WK_MATMUL_HIGHEST. Call between steps. */
WK_API wk_status wk_set_matmul_precision(wk_matmul_mode mode);
WK_API bool wk_matmul_precision_is_available(wk_matmul_mode mode);
WK_API const char *wk_matmul_precision_name(wk_matmul_mode mode); /* "highest", "split", "split3", "bf16", "tf32"; NULL: no such mode */
WK_API wk_status wk_matmul_precision_by_name(const char *name, wk_matmul_mode *mode); /* WK_E_INVALID: there is no such name */

/* Memory of tensors on a device. Freed blocks are cached for the next tensor; wk_memory_trim gives them back to the system. */
typedef struct wk_memory {
    size_t used, peak, cached;          /* bytes: of live storages, their highest ever, held for reuse */
    uint64_t allocations, from_system;  /* counts since the start: storages made, those that the cache could not serve */
} wk_memory;
WK_API wk_status wk_memory_stats(wk_device device, wk_memory *out);
WK_API void wk_memory_trim(void);

/* The host's allocator, to be set before any other call; both functions must be usable from every thread. `allocate` returns
 * memory aligned to `align` (a power of two up to 64), or NULL. */
typedef struct wk_allocator {
    void *(*allocate)(void *user, size_t bytes, size_t align);
    void (*release)(void *user, void *memory, size_t bytes);
    void *user;
} wk_allocator;
WK_API wk_status wk_set_allocator(const wk_allocator *allocator); /* copies; NULL: the C library again; WK_E_STATE while any is in use */

/* Messages that are no errors (a warning about 10,000 temporaries in one scope, say) go to one callback; none by default. */
typedef enum wk_log_level { WK_LOG_WARNING, WK_LOG_INFO, WK_LOG_DEBUG } wk_log_level;
WK_API void wk_set_log(void (*log)(void *user, wk_log_level level, const char *text), void *user);

#ifdef __cplusplus
}
#endif
#endif
