/* What device.c and its parts share. */
#ifndef WICK_BENCH_DEVICE_H
#define WICK_BENCH_DEVICE_H
#include <stdbool.h>
#include <wick/cuda.h>
#include <wick/wick.h>

typedef struct bench_device {
    wk_device device;
    bool small; /* sizes and counts that an emulator has time for */
    bool json;
} bench_device;

/* One call of what is timed; an error stays pending. */
typedef void bench_work(void *user);

/* Microseconds a call, the median of samples of so many calls in a row, after one sample that does not count. The device is waited for before a
 * sample, and behind it if `whole`, so that the time is the device's as well; else it is the caller's alone. */
double bench_device_time(const bench_device *b, bench_work *work, void *user, int calls, bool whole);
/* One row of the table, or one object of JSON. of: "", or what the share is of. */
void bench_device_row(const bench_device *b, const char *what, double value, const char *unit, double share, const char *of);
void bench_device_heading(const bench_device *b, const char *text);

/* The parts, each with its heading; errors stay pending. */
void bench_device_copies(const bench_device *b);
void bench_device_rates(const bench_device *b);
void bench_device_loader(const bench_device *b);

/* GB/s of copies by CUDA's own calls, pinned memory to the device, or back; 0 where this was built without the toolkit or it fails. */
double bench_device_plain(int index, size_t bytes, int copies, bool back);
#endif
