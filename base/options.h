/* Option structs that begin with their size, and numbers as text, where "." is the decimal point in every locale. */
#ifndef WKI_OPTIONS_H
#define WKI_OPTIONS_H
#include "wick/base.h"

/* `full` holds the defaults of a struct of full_size bytes, whose first member is `size_t size`; the fields that
 * `given` has are copied over them. A shorter (older) given leaves the rest at their defaults, of a longer (newer) one
 * the known fields count. */
WK_API void wki_options_merge(void *full, size_t full_size, const void *given);
/* The same where there must be some; false with WK_E_INVALID without. */
WK_API bool wki_options_take(const char *where, void *full, size_t full_size, const void *given);

/* Options as text, "lr=0.1,nesterov", parted by commas or spaces: take gets each one's name and value (NULL: none) and
 * ends the reading with an error of its own. WK_E_INVALID: a word too long, which tells to write them as example does.
 */
WK_API wk_status wki_options_each(const char *text, wk_status (*take)(void *user, const char *name, const char *value),
                                  void *user, const char *where, const char *example);

/* The number that `length` characters of text are, all of them; false if they are none. */
WK_API bool wki_double_of(const char *text, size_t length, double *number);
enum { WKI_DOUBLE_TEXT = 32 };
/* number in at most 12 digits, "0.001", "1e-08"; returns to */
WK_API const char *wki_double_text(double number, char to[WKI_DOUBLE_TEXT]);
/* in as few digits, 15 to 17, as wki_double_of needs to give the same number again; returns to */
WK_API const char *wki_double_exact(double number, char to[WKI_DOUBLE_TEXT]);
/* "1,234,567"; returns to */
WK_API const char *wki_count_text(int64_t number, char to[WKI_DOUBLE_TEXT]);
#endif
