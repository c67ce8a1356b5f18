/* about.h: what a run remembers of its data, so that its model can be given rows of other files: what a row is, the names
 * of the classes, a table's columns and their categories. It stands as text in every checkpoint. */
#ifndef WICK_APP_ABOUT_H
#define WICK_APP_ABOUT_H
#include "wick/data.h"

typedef struct about_list { /* in one block of memory */
    const char **at;
    int n;
} about_list;

typedef struct about {
    wk_field x, y;
    int classes;         /* 0: y is a number, or several */
    about_list names;    /* of the classes; none where they have no names */
    about_list *columns; /* of a table: a name each, and behind it the categories, if it holds some */
    int ncolumns;        /* 0: the data was no table */
    about_list label;    /* a table's column of y: its name alone */
} about;

/* A table's columns as one text, which an HDF5 file keeps as its attribute "columns": the name of the label, and behind a
 * tab each column, its name and its categories a line each, in ASCII, other bytes as \xHH. malloc'd; NULL with the
 * library's error pending. */
enum { ABOUT_COLUMNS = 60000 }; /* bytes that such a file keeps, at most */
char *about_columns(const wk_csv *table);
const char *about_hold(const char *columns); /* a copy in the scope open at the call; NULL with the library's error pending */
int about_count_columns(const char *columns);
/* In the scope open at the call; NULL with the library's error pending. names and columns may be NULL. */
wk_state *about_make(const wk_field *x, const wk_field *y, int classes, const char *const *names, const char *columns);
/* Are these the columns of the run, with the categories that they had? false with the library's error pending. */
bool about_same_columns(const char *path, const char *columns, const wk_state *checkpoint);
/* From a checkpoint that has it under "data."; false with the library's error pending. Freed in either case. */
bool about_read(about *a, const wk_state *checkpoint);
void about_free(about *a);
/* What a table calls the column of y, malloc'd; NULL where the run's data was no table, or without memory. */
char *about_label(const wk_state *checkpoint);
#endif
