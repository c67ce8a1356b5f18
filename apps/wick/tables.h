/* tables.h: CSV files as rows, of which the names of columns and categories stay known. */
#ifndef WICK_APP_TABLES_H
#define WICK_APP_TABLES_H
#include "about.h"

/* As wk_dataset_csv, with the text of about_columns in the scope open at the call. x: columns by name,
 * between commas; NULL: all but the label. y: the column of the label; NULL: the last. */
wk_dataset *tables_open(const char *path, const char *x, const char *y, const char **columns);
/* Columns by name into o, as of x above; freed by tables_forget; false without memory for them. */
bool tables_choose(wk_csv_opts *o, const char *x);
void tables_forget(wk_csv_opts *o);
/* The rows of another table for a run's model: its columns by their names, categories as the run counts them, and y, the
 * last column, only if labels is set. NULL with the library's error pending, as where a category is new. A run that was
 * not trained on a table takes one of numbers, in the order of its inputs. */
wk_dataset *tables_open_like(const char *path, const about *known, bool labels);
#endif
