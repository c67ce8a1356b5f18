/* Sorting and selecting of keys with their places. Runs of 16 are made by insertion and merged; longer
 * ones take radix passes of 8 or 11 bits over those digits that differ at all. */
#include "backends/cpu/order.h"
#include <string.h>

enum { RUN = 16, MERGED = 48, FEW = 4096, FEW_BITS = 8, DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

#define NARROW_LESS(a, b) ((a) < (b))
#define NARROW_KEY(a)     (a)
#define WIDE_LESS(a, b)   ((a).key < (b).key || ((a).key == (b).key && (a).place < (b).place))
#define WIDE_KEY(a)       ((a).key)

#define ORDER(NAME, ENTRY, LESS, KEY, LOWEST)                                                                          \
    static void insert_##NAME(int64_t n, ENTRY *a)                                                                     \
    {                                                                                                                  \
        for (int64_t i = 1; i < n; i++) {                                                                              \
            const ENTRY x = a[i];                                                                                      \
            int64_t j = i;                                                                                             \
            for (; j > 0 && LESS(x, a[j - 1]); j--) a[j] = a[j - 1];                                                   \
            a[j] = x;                                                                                                  \
        }                                                                                                              \
    }                                                                                                                  \
    static void merge_##NAME(int64_t n, int64_t m, const ENTRY *a, const ENTRY *b, ENTRY *to)                          \
    {                                                                                                                  \
        while (n > 0 && m > 0) {                                                                                       \
            const bool second = LESS(*b, *a);                                                                          \
            *to++ = second ? *b : *a;                                                                                  \
            b += second;                                                                                               \
            m -= second;                                                                                               \
            a += !second;                                                                                              \
            n -= !second;                                                                                              \
        }                                                                                                              \
        memcpy(to, n ? a : b, (size_t)(n + m) * sizeof *to);                                                           \
    }                                                                                                                  \
    static ENTRY *merge_sort_##NAME(int64_t n, ENTRY *a, ENTRY *spare)                                                 \
    {                                                                                                                  \
        for (int64_t i = 0; i < n; i += RUN) insert_##NAME(n - i < RUN ? n - i : RUN, a + i);                          \
        for (int64_t run = RUN; run < n; run *= 2) {                                                                   \
            for (int64_t i = 0; i < n; i += 2 * run) {                                                                 \
                const int64_t first = n - i < run ? n - i : run, rest = n - i - first;                                 \
                merge_##NAME(first, rest < run ? rest : run, a + i, a + i + first, spare + i);                         \
            }                                                                                                          \
            ENTRY *kept = a;                                                                                           \
            a = spare;                                                                                                 \
            spare = kept;                                                                                              \
        }                                                                                                              \
        return a;                                                                                                      \
    }                                                                                                                  \
    static bool scatter_##NAME(int64_t n, int low, int bits, const ENTRY *a, ENTRY *to)                                \
    {                                                                                                                  \
        const unsigned mask = (1u << bits) - 1;                                                                        \
        int64_t place[DIGITS], sum = 0;                                                                                \
        for (unsigned d = 0; d <= mask; d++) place[d] = 0;                                                             \
        for (int64_t i = 0; i < n; i++) place[KEY(a[i]) >> low & mask]++;                                              \
        if (place[KEY(a[0]) >> low & mask] == n) return false;                                                         \
        for (unsigned d = 0; d <= mask; d++) {                                                                         \
            const int64_t count = place[d];                                                                            \
            place[d] = sum;                                                                                            \
            sum += count;                                                                                              \
        }                                                                                                              \
        for (int64_t i = 0; i < n; i++) to[place[KEY(a[i]) >> low & mask]++] = a[i];                                   \
        return true;                                                                                                   \
    }                                                                                                                  \
    ENTRY *wki_sort_##NAME(int64_t n, bool placed, ENTRY *a, ENTRY *spare)                                             \
    {                                                                                                                  \
        if (n <= MERGED || !placed) return merge_sort_##NAME(n, a, spare);                                             \
        const int bits = n <= FEW ? FEW_BITS : DIGIT_BITS;                                                             \
        for (int low = bits == FEW_BITS ? LOWEST                                                                       \
                       : LOWEST         ? LOWEST - 1                                                                   \
                                        : 0;                                                                                   \
             low < 64; low += bits) { /* 3 times 11 is 33 */                                                           \
            if (!scatter_##NAME(n, low, bits, a, spare)) continue;                                                     \
            ENTRY *kept = a;                                                                                           \
            a = spare;                                                                                                 \
            spare = kept;                                                                                              \
        }                                                                                                              \
        return a;                                                                                                      \
    }                                                                                                                  \
    /* Hoare's selection with a middle of three; what it cannot split fairly in 64 rounds is sorted by heap. */        \
    static void sift_##NAME(int64_t n, int64_t i, ENTRY *a)                                                            \
    {                                                                                                                  \
        const ENTRY x = a[i];                                                                                          \
        for (int64_t child; (child = 2 * i + 1) < n; i = child) {                                                      \
            if (child + 1 < n && LESS(a[child], a[child + 1])) child++;                                                \
            if (!LESS(x, a[child])) break;                                                                             \
            a[i] = a[child];                                                                                           \
        }                                                                                                              \
        a[i] = x;                                                                                                      \
    }                                                                                                                  \
    static void heap_##NAME(int64_t n, int64_t k, ENTRY *a)                                                            \
    {                                                                                                                  \
        for (int64_t i = k / 2 - 1; i >= 0; i--) sift_##NAME(k, i, a);                                                 \
        for (int64_t i = k; i < n; i++) {                                                                              \
            if (!LESS(a[i], a[0])) continue;                                                                           \
            const ENTRY kept = a[0];                                                                                   \
            a[0] = a[i];                                                                                               \
            a[i] = kept;                                                                                               \
            sift_##NAME(k, 0, a);                                                                                      \
        }                                                                                                              \
    }                                                                                                                  \
    static ENTRY middle_##NAME(ENTRY a, ENTRY b, ENTRY c)                                                              \
    {                                                                                                                  \
        if (LESS(a, b)) return LESS(b, c) ? b : LESS(a, c) ? c : a;                                                    \
        return LESS(a, c) ? a : LESS(b, c) ? c : b;                                                                    \
    }                                                                                                                  \
    void wki_select_##NAME(int64_t n, int64_t k, ENTRY *a)                                                             \
    {                                                                                                                  \
        for (int round = 0; k > 0 && k < n && n > RUN; round++) {                                                      \
            if (round == 64) {                                                                                         \
                heap_##NAME(n, k, a);                                                                                  \
                return;                                                                                                \
            }                                                                                                          \
            const ENTRY pivot = middle_##NAME(a[0], a[n / 2], a[n - 1]);                                               \
            int64_t i = -1, j = n;                                                                                     \
            for (;;) {                                                                                                 \
                do i++;                                                                                                \
                while (LESS(a[i], pivot));                                                                             \
                do j--;                                                                                                \
                while (LESS(pivot, a[j]));                                                                             \
                if (i >= j) break;                                                                                     \
                const ENTRY kept = a[i];                                                                               \
                a[i] = a[j];                                                                                           \
                a[j] = kept;                                                                                           \
            }                                                                                                          \
            const int64_t split = j + 1; /* a[0 .. j] are not larger than what follows */                              \
            if (k < split) {                                                                                           \
                n = split;                                                                                             \
            } else {                                                                                                   \
                a += split;                                                                                            \
                n -= split;                                                                                            \
                k -= split;                                                                                            \
            }                                                                                                          \
        }                                                                                                              \
        if (k > 0 && k < n) insert_##NAME(n, a);                                                                       \
    }
ORDER(narrow, wki_narrow, NARROW_LESS, NARROW_KEY, 32)
ORDER(wide, wki_wide, WIDE_LESS, WIDE_KEY, 0)
