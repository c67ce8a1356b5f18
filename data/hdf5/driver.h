/* What our two drivers of libhdf5 share: library.c's, which reads, and sink.c's, which writes. Each opens one file. */
#ifndef WKI_H5_DRIVER_H
#define WKI_H5_DRIVER_H
#include "base/alloc.h"
#include <hdf5.h>
#if H5_VERSION_GE(1, 13, 2)
#include <H5FDdevelop.h>
#endif

typedef struct wki_h5_driver_info {
    void *owner;
} wki_h5_driver_info;

typedef struct wki_h5_opened {
    H5FD_t shared; /* libhdf5's */
    void *owner;
    haddr_t eoa;
} wki_h5_opened;

static inline wki_h5_opened *wki_h5_opened_of(const H5FD_t *f) { return (wki_h5_opened *)(uintptr_t)f; }

static inline H5FD_t *wki_h5_open(void *owner)
{
    wki_h5_opened *f = wki_alloc(sizeof *f);
    if (f) f->owner = owner;
    return (H5FD_t *)f;
}

static inline herr_t wki_h5_close(H5FD_t *f)
{
    wki_free(f);
    return 0;
}

static inline haddr_t wki_h5_eoa(const H5FD_t *f, H5FD_mem_t type)
{
    (void)type;
    return wki_h5_opened_of(f)->eoa;
}

static inline herr_t wki_h5_set_eoa(H5FD_t *f, H5FD_mem_t type, haddr_t address)
{
    (void)type;
    wki_h5_opened_of(f)->eoa = address;
    return 0;
}

/* Without what is the driver's own. value: newer libraries know drivers by it. */
static inline H5FD_class_t wki_h5_driver(const char *name, int value)
{
    (void)value;
    return (H5FD_class_t){
#if H5_VERSION_GE(1, 13, 2)
        .version = H5FD_CLASS_VERSION,
        .value = value,
#endif
        .name = name,
        .maxaddr = INT64_MAX,
        .fc_degree = H5F_CLOSE_STRONG,
        .fapl_size = sizeof(wki_h5_driver_info),
        .close = wki_h5_close,
        .get_eoa = wki_h5_eoa,
        .set_eoa = wki_h5_set_eoa,
        .fl_map = H5FD_FLMAP_DICHOTOMY,
    };
}
#endif
