/* What runs calls: kernels, devices. A backend knows memory and numbers, nothing of gradients.
 * Everything that computes goes through wki_run(call): eager execution, capture, profiling and the CUDA stream hang on
 * that one place. */
#ifndef WKI_BACKEND_H
#define WKI_BACKEND_H
#include "backends/call.h"
#include "backends/upload.h"

/* ---- Kernels ---- */

/* A kernel works on independent units (rows, columns, blocks): any cut into ranges gives the same bits. */
typedef struct wki_kernel {
    const char *name;
    int64_t (*units)(const wki_call *call);  /* NULL: not divisible, one unit */
    size_t (*scratch)(const wki_call *call); /* bytes a thread needs; NULL: none */
    wk_status (*run)(const wki_call *call, int64_t begin, int64_t end,
                     void *scratch); /* an error is recorded in the calling thread */
} wki_kernel;

typedef struct wki_plan wki_plan;

typedef struct wki_backend {
    const char *name;
    wk_status (*get)(int index, size_t bytes, void **block, size_t *got);
    void (*put)(int index, void *block, size_t got);
    wk_status (*copy_in)(int index, void *to, const void *host, size_t bytes);
    wk_status (*copy_out)(int index, void *host, const void *from, size_t bytes);
    wk_status (*synchronize)(int index); /* waits for what the device was given, and reports its errors */
    /* Is such a convolution, conv or one of its two gradients, best called with plain weights: neither sliced nor
     * turned, their gradient in one part, none of it conv_depth? */
    bool (*takes_plain)(int op, const wki_view *weights, const wki_conv_attrs *attrs, int64_t images);
    /* Is it best to let such a product or convolution of bfloat16 round its operands itself? */
    bool (*rounds)(int op, const wki_view *const *views, const void *attrs);
    wk_status (*run)(int index, const wki_call *call);
    /* May the call's result take the place of an operand whose elements lie as its own do, one to one? */
    bool (*in_place)(const wki_call *call);
    /* Of a plan (plan.h): makes plan->ready, once views have their places; runs all of it; frees plan->ready. */
    wk_status (*prepare)(wki_plan *plan);
    wk_status (*replay)(wki_plan *plan);
    void (*forget)(wki_plan *plan);
    const wki_uploader *uploader; /* NULL: the host's memory is the device's */
    /* Of a plan, before passing memory gets its places: may move calls and put others between them; NULL: nothing. */
    wk_status (*arrange)(wki_plan *plan);
    bool beside; /* Calls of its plans that share no bytes run beside each other, or as one. */
} wki_backend;

const wki_backend *wki_backend_of(wk_device device); /* NULL with WK_E_DEVICE recorded */
wk_status wki_device_ok(const char *where, wk_device device); /* else WK_E_DEVICE, in the name of `where` */
/* From one device to another, or the same. */
wk_status wki_copy_bytes(wk_device to_device, void *to, wk_device from_device, const void *from, size_t bytes);
wk_status wki_run(const wki_call *call);
/* While a step is recorded, its thread's: take is told of every call before it runs. Else NULL. */
typedef struct wki_recorder {
    wk_status (*take)(struct wki_recorder *recorder, const wki_call *call);
} wki_recorder;
extern _Thread_local wki_recorder *wki_recorder_here;

/* What a call costs, by its views: two operations for each multiplication and addition of a product or convolution, 0
 * for all else; the bytes it reads and writes, as if there were no cache. */
double wki_call_flops(const wki_call *call);
double wki_call_bytes(const wki_call *call);

/* In what part of a step the thread is: what a profile calls its calls by, in replays too. NULL: forward. Whoever sets it puts
 * it back. */
typedef enum wki_phase { WKI_FORWARD, WKI_BACKWARD, WKI_UPDATE } wki_phase;
typedef struct wki_stage {
    wki_phase phase;
    const char *name; /* backward: the op whose gradient is being computed; update: the optimizer's kind; or NULL */
} wki_stage;
enum { WKI_STAGE_NAME = 48 }; /* bytes of a name that is kept, its end included */
extern _Thread_local const wki_stage *wki_stage_here;

/* Who is told, call by call, what this thread has run, in replays too; NULL: nobody. stage: as above. Parts that did nothing have spans
 * that end at 0; call NULL: the host's work between the calls of a plan. */
enum { WKI_MOST_PARTS = 64 };
typedef struct wki_span {
    double begin, end; /* of wki_clock */
} wki_span;
typedef struct wki_meter {
    void (*ran)(struct wki_meter *meter, const wki_call *call, const wki_stage *stage, int parts,
                const wki_span *spans);
    int parts; /* of the call that runs, and when they worked: the backend's to fill if it takes more than one */
    wki_span spans[WKI_MOST_PARTS];
} wki_meter;
extern _Thread_local wki_meter *wki_meter_here;
#endif
