/* The process seam: the only place that starts a process of its own, talks to it, and puts limits on one. Nothing of the
 * calling process is changed: no handler, no mask, no limit. */
#ifndef WKI_PROCESS_H
#define WKI_PROCESS_H
#include "base/file.h"

/* Programs under these sanitizers are not held to a limit of memory. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WKI_SANITIZED 1
#elif defined(__has_feature)
#define WKI_SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define WKI_SANITIZED 0
#endif

/* One end of a channel between a process and the one that started it. */
typedef struct wki_process wki_process;

/* Starts the program at `path` with these arguments, NULL behind the last. It has two descriptors that lead somewhere:
 * its end of the channel and `file`, open for reading. */
WK_API wki_process *wki_process_start(const char *path, const char *const *arguments, const wki_file *file,
                                      const char *where);
/* In a program so started: its end, and the file, which errors call `path`. */
WK_API wki_process *wki_process_starter(void);
WK_API wki_file *wki_process_file(const char *path, const char *where);
/* Limits on this process until its end: bytes of memory beside what it maps by now (in builds with sanitizers none), seconds
 * of computing; it opens no further file, writes none, and leaves no core. */
WK_API bool wki_process_limit(uint64_t memory, int seconds);

typedef enum wki_heard { WKI_HEARD, WKI_LATE, WKI_GONE } wki_heard;
WK_API int64_t wki_process_clock(void); /* milliseconds that never run back */
/* All bytes or false. Answers are small beside what a channel holds, or the other end is reading: no waiting here. */
WK_API bool wki_process_send(wki_process *process, const void *from, size_t bytes);
/* Exactly `bytes`, before the clock shows `until`; until < 0: whenever they come. */
WK_API wki_heard wki_process_receive(wki_process *process, void *to, size_t bytes, int64_t until);

/* Ends the process, whatever it does, waits for it, and frees. What it had come to by itself: a signal's number, minus
 * its exit code, or 0 if it was still about. */
WK_API int wki_process_end(wki_process *process); /* NULL allowed */
#endif
