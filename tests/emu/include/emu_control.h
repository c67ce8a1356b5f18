/* What a test tells the emulator and asks of it, from C; the plugin's library exports these.
 *
 * A seed decides in which order blocks and threads start, which waiting thread goes on first, and how late a stream's work runs. Seed 0 is
 * the plain order: blocks and threads from the first to the last, streams as late as they may. A kernel or an order of streams that is right
 * gives the same bits under every seed. That is how two blocks that race on a word of global memory are found, which no sanitizer
 * sees here: run under several seeds and compare the bits. Environment, read once: WICK_EMU_SEED, WICK_EMU_MEMORY (bytes a device),
 * WICK_EMU_FAIL (a list such as "malloc:3:2,launch:5:719,call:10:999": the 3rd allocation, the 5th launch, the 10th call of any kind),
 * WICK_EMU_HOST_TABLES (1: a GPU that reads the host's memory by the host's page tables, when a copy's turn comes), WICK_EMU_GRAPHS (1: the
 * nodes of each graph that is instantiated are told on stderr, with what they come behind).
 *
 * A kernel's fault (a barrier that not all threads reach, a shuffle whose mask is wrong, a write beyond a shared array, an address
 * that is not the device's) is a line on stderr and an error that stays with the device, as on CUDA, until wki_emu_reset. */
#ifndef WKI_EMU_CONTROL_H
#define WKI_EMU_CONTROL_H
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif
#define WKI_EMU_API __attribute__((visibility("default")))

typedef enum { WKI_EMU_FAIL_MALLOC, WKI_EMU_FAIL_LAUNCH, WKI_EMU_FAIL_CALL, WKI_EMU_FAIL_KINDS } wki_emu_fail_kind;
/* The nth from now of a kind (1: the next) fails once with this error; nth 0 takes that back. Pinned memory counts as malloc, every
 * call of the runtime that can fail as call; a launch that fails says so in cudaGetLastError. An error from 700 to 799 stays
 * with the device. cuBLASLt's products and cuDNN's convolutions are launches too. */
WKI_EMU_API void wki_emu_fail(wki_emu_fail_kind kind, unsigned long nth, int error);
/* How many of a kind there were since the start or wki_emu_reset. */
WKI_EMU_API unsigned long wki_emu_count(wki_emu_fail_kind kind);

WKI_EMU_API void wki_emu_seed(unsigned seed);
/* The memory of each device from now on; what is allocated stays. */
WKI_EMU_API void wki_emu_memory(size_t bytes);
/* Drops queued work and captures, forgets sticky errors, planned failures and counts. Memory, streams, events and graphs stay. */
WKI_EMU_API void wki_emu_reset(void);

typedef struct {
    size_t device_bytes, device_blocks, pinned_bytes, pinned_blocks; /* as asked for, both devices together */
    size_t streams, events, graphs, graph_execs, blas, dnn;          /* handles and descriptors of cuBLASLt, of cuDNN */
    unsigned long kernels, switches, queued;                         /* kernels run, changes of thread, pieces of work waiting */
} wki_emu_live_t;
WKI_EMU_API wki_emu_live_t wki_emu_live(void);

/* Whether faults are told on stderr (they are), for tests that provoke them. */
WKI_EMU_API void wki_emu_quiet(int quiet);
/* The last fault's line, "" if there was none since wki_emu_reset. */
WKI_EMU_API const char *wki_emu_last_fault(void);
/* The fake cuBLASLt knows nothing of this epilogue (a cublasLtEpilogue_t) from now on, or knows it again. */
WKI_EMU_API void wki_emu_blas_refuse(int epilogue, int refuse);
/* How many convolutions the fake cuDNN was given and took; and from now on it refuses all, or takes them again. With WICK_EMU_DNN=0 in
 * the environment there is no such library. */
WKI_EMU_API unsigned long wki_emu_dnn_runs(void);
WKI_EMU_API void wki_emu_dnn_refuse(int refuse);

#ifdef __cplusplus
}
#endif
#endif
