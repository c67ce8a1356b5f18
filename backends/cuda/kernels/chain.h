/* A chain: calls that go element by element over the same elements, as one kernel. A thread takes an element, loads what
 * the steps read from memory, goes through the steps, which hand each other their values in slots, and stores what is
 * asked for behind it. C and CUDA C++ include it. */
#ifndef WKI_CUDA_CHAIN_H
#define WKI_CUDA_CHAIN_H
#ifdef __cplusplus
extern "C" {
#endif
#include "backends/cuda/host/cuda.h"

enum { WKI_CHAIN_STEPS = 24, WKI_CHAIN_PLACES = 32, WKI_CHAIN_SLOTS = 24, WKI_CHAIN_DIMS = 3, WKI_CHAIN_INPUTS = 5 };
enum { WKI_CHAIN_FILL = 4 * WKI_ROW_COUNT, WKI_CHAIN_COPY }; /* forms behind those of rows, which are 4 * row + slope */
enum { WKI_CHAIN_NONE = 255 };

/* Where elements lie: floats, or bools of a byte, which slots hold as 0 and others. */
typedef struct wki_chain_place {
    void *data;
    int32_t stride[WKI_CHAIN_DIMS]; /* in elements */
    int32_t is_bool;
} wki_chain_place;

typedef struct wki_chain_step {
    uint16_t form;
    uint8_t from[WKI_CHAIN_INPUTS]; /* slots of the inputs, in the order of the call's views */
    uint8_t to, put;                /* the slot and the place of the result; WKI_CHAIN_NONE: none */
    float s, t;                     /* a fill's value is s */
} wki_chain_step;

/* A kernel takes it by value. */
typedef struct wki_chain {
    int32_t count, nloads, nsteps;
    int32_t size[WKI_CHAIN_DIMS];
    wki_chain_step step[WKI_CHAIN_STEPS];
    wki_chain_place place[WKI_CHAIN_PLACES]; /* the first nloads are loaded, into the slots of their numbers */
} wki_chain;

bool wki_chain_has(int row, int slope); /* is it among the forms? */
wk_status wki_chain_run(const wki_queue *queue, const wki_call *call, const wki_chain *chain); /* call: for errors */
#ifdef __cplusplus
}
#endif
#endif
