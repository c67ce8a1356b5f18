/* A chain while it grows, call by call: chain.c asks which may join, link.c keeps what they read and write. */
#ifndef WKI_CUDA_LINK_H
#define WKI_CUDA_LINK_H
#include "backends/cuda/host/chain.h"

/* Where elements lie in memory, one for each of the chain's */
typedef struct wki_spot {
    const wki_view *view;
    int64_t stride[WKI_MAX_DIMS]; /* over the chain's dims */
    int value;                    /* what it holds by now */
    bool loaded, written;
} wki_spot;

/* A value is that of a step, or what a spot holds at first: WKI_FIRST_STEP + the step's number, or the spot's. */
enum { WKI_FIRST_STEP = WKI_CHAIN_PLACES };
typedef struct wki_link {
    uint16_t form;
    int8_t nfrom, spot; /* spot: where the result goes; -1: nowhere */
    int8_t from[WKI_CHAIN_INPUTS];
    int32_t space; /* of the spot, then */
    float s, t;
} wki_link;

typedef struct wki_gathered {
    int ndim, nspots, nlinks, nmembers;
    int64_t size[WKI_MAX_DIMS], count; /* no dim of size 1 */
    bool plain;                        /* all is contiguous or a number: the shape does not matter */
    wki_spot spots[WKI_CHAIN_PLACES];
    wki_link links[WKI_CHAIN_STEPS];
    int members[WKI_CHAIN_STEPS]; /* items */
} wki_gathered;

/* Constants: by space, the fill that alone writes it, whose value all others read; or NULL */
bool wki_can_link(const wki_item *item);
bool wki_link_item(wki_gathered *g, const wki_item *item, int number, const wki_item *const *constants);
/* stays[link]: memory must have what it writes, if no other link writes there behind it. */
void wki_gathered_make(const wki_gathered *g, const bool *stays, wki_chain *to, const wki_view **views, wki_call *call);
#endif
