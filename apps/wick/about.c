/* Lists of names are one text each: a name a line, in ASCII, other bytes, backslashes and ends of lines as \xHH. Rests
 * on wick/state.h. */
#include "about.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CLASSES = 1 << 20, MOST_COLUMNS = 1 << 20 };
static const double most_elements = 1e9;

static bool is_plain(char c) { return c >= 0x20 && c < 0x7f && c != '\\'; }

static void put_name(char **to, const char *name)
{
    for (; *name; name++)
        if (is_plain(*name))
            *(*to)++ = *name;
        else
            *to += sprintf(*to, "\\x%02x", (unsigned)(unsigned char)*name);
}

static void put_list(char **to, const char *const *names, int n)
{
    for (int i = 0; i < n; i++) {
        if (i) *(*to)++ = '\n';
        put_name(to, names[i]);
    }
}

static size_t list_bytes(const char *const *names, int n)
{
    size_t bytes = 1;
    for (int i = 0; i < n; i++) bytes += 4 * strlen(names[i]) + 1;
    return bytes;
}

static wk_status put_names(wk_state *s, const char *key, const char *const *names, int n)
{
    char *text = malloc(list_bytes(names, n)), *to = text;
    if (!text) return wk_fail(WK_E_MEMORY, "no memory for %d names", n);
    put_list(&to, names, n);
    *to = 0;
    wk_state_set_text(s, key, text);
    free(text);
    return wk_error();
}

char *about_columns(const wk_csv *t)
{
    const char *label = t->label.name ? t->label.name : "";
    size_t bytes = list_bytes(&label, 1);
    for (int i = 0; i < t->nfeatures; i++)
        bytes += list_bytes((const char *const[]){ t->features[i].name }, 1) + 1 +
                 list_bytes((const char *const *)t->features[i].categories, t->features[i].ncategories);
    char *text = malloc(bytes), *to = text;
    if (!text) return wk_fail(WK_E_MEMORY, "no memory for %d columns", t->nfeatures), NULL;
    put_name(&to, label);
    for (int i = 0; i < t->nfeatures; i++) {
        const wk_csv_column *c = &t->features[i];
        *to++ = '\t';
        put_name(&to, c->name);
        if (c->ncategories) *to++ = '\n';
        put_list(&to, (const char *const *)c->categories, c->ncategories);
    }
    *to = 0;
    return text;
}

const char *about_hold(const char *columns)
{
    wk_state *held = wk_state_new();
    return held && wk_state_set_text(held, "columns", columns) == WK_OK ? wk_state_text(held, "columns") : NULL;
}

int about_count_columns(const char *columns)
{
    int n = 0;
    for (; *columns; columns++) n += *columns == '\t';
    return n;
}

static wk_status put_field(wk_state *s, const char *key, const wk_field *f)
{
    char text[256];
    int n = snprintf(text, sizeof text, "%s", wk_dtype_name(f->dtype));
    for (int d = 0; d < f->ndim; d++) n += snprintf(text + n, sizeof text - (size_t)n, " %lld", (long long)f->shape[d]);
    return wk_state_set_text(s, key, text);
}

static const char *column_key(char key[40], int i)
{
    snprintf(key, 40, "column.%d", i);
    return key;
}

/* The next part of a text of columns, in memory of its own, and at behind it. */
static char *take_part(const char **at)
{
    const size_t n = strcspn(*at, "\t");
    char *part = strndup(*at, n);
    *at += n + ((*at)[n] == '\t');
    if (!part) wk_fail(WK_E_MEMORY, "no memory for the names of columns");
    return part;
}

static void put_columns(wk_state *s, const char *columns)
{
    char key[40];
    const int n = about_count_columns(columns);
    wk_state_set_int(s, "columns", n);
    for (int i = -1; i < n && !wk_failed(); i++) {
        char *part = take_part(&columns);
        if (part) wk_state_set_text(s, i < 0 ? "label" : column_key(key, i), part);
        free(part);
    }
}

wk_state *about_make(const wk_field *x, const wk_field *y, int classes, const char *const *names, const char *columns)
{
    wk_state *s = wk_state_new();
    put_field(s, "x", x);
    put_field(s, "y", y);
    if (classes) wk_state_set_int(s, "classes", classes);
    if (classes && names) put_names(s, "names", names, classes);
    if (columns) put_columns(s, columns);
    return wk_failed() ? NULL : s;
}

static void check_column(const char *path, int i, const char *is, const char *was)
{
    const int n = (int)strcspn(is, "\n"), m = (int)strcspn(was, "\n");
    if (n != m || strncmp(is, was, (size_t)n) != 0)
        wk_fail(WK_E_FORMAT, "%s: column %d is '%.*s', but was '%.*s' when the run was trained", path, i, n, is, m,
                was);
    else if (strcmp(is, was) != 0)
        wk_fail(WK_E_FORMAT,
                "%s: column '%.*s' has other categories than when the run was trained; expected a CSV file", path, n,
                is);
}

bool about_same_columns(const char *path, const char *columns, const wk_state *checkpoint)
{
    char key[60];
    const int n = about_count_columns(columns);
    free(take_part(&columns)); /* the label */
    for (int i = 0; i < n && !wk_failed(); i++) {
        snprintf(key, sizeof key, "data.column.%d", i);
        const char *was = wk_state_text(checkpoint, key);
        char *is = take_part(&columns);
        if (is) check_column(path, i, is, was ? was : "");
        free(is);
    }
    return !wk_failed();
}

/* ---- Reading ---- */

static bool malformed(const char *key)
{
    wk_fail(WK_E_FORMAT, "the checkpoint's data.%s does not tell what the run's data is like", key);
    return false;
}

static char take_char(const char **from)
{
    unsigned code;
    const char c = *(*from)++;
    if (c != '\\' || sscanf(*from, "x%2x", &code) != 1 || !code || strlen(*from) < 3) return c;
    *from += 3;
    return (char)code;
}

static bool read_list(about_list *list, const wk_state *s, const char *key)
{
    const char *from = wk_state_text(s, key);
    if (!from) return malformed(key);
    int n = 1;
    for (const char *c = from; *c; c++) n += *c == '\n';
    list->at = malloc((size_t)n * sizeof *list->at + strlen(from) + 1);
    if (!list->at) return wk_fail(WK_E_MEMORY, "no memory for %d names", n), false;
    list->n = n;
    char *to = (char *)(list->at + n);
    for (int i = 0; i < n; i++, from++) {
        list->at[i] = to;
        while (*from && *from != '\n') *to++ = take_char(&from);
        *to++ = 0;
    }
    return true;
}

static bool read_field(wk_field *f, const wk_state *s, const char *key)
{
    const char *text = wk_state_text(s, key), *at = text ? strchr(text, ' ') : NULL;
    const size_t n = text ? strcspn(text, " ") : 0;
    double elements = 1;
    char *end;
    *f = (wk_field){ .name = key, .dtype = WK_DTYPE_COUNT };
    for (int d = 0; d < WK_DTYPE_COUNT; d++)
        if (n == strlen(wk_dtype_name((wk_dtype)d)) && !strncmp(text, wk_dtype_name((wk_dtype)d), n))
            f->dtype = (wk_dtype)d;
    if (f->dtype == WK_DTYPE_COUNT) return malformed(key);
    for (; at && *at; at = end) {
        const long long size = strtoll(at, &end, 10);
        elements *= (double)size;
        if (end == at || f->ndim == WK_MAX_DIMS || size < 1 || elements > most_elements) return malformed(key);
        f->shape[f->ndim++] = size;
    }
    return true;
}

/* 0 where there is none. */
static bool read_count(int *n, const wk_state *s, const char *key, int most)
{
    const int64_t value = wk_state_text(s, key) ? wk_state_int(s, key) : 0;
    *n = (int)value;
    return !wk_failed() && ((value >= 0 && value <= most) || malformed(key));
}

static bool read_columns(about *a, const wk_state *s)
{
    char key[40];
    if (!read_count(&a->ncolumns, s, "columns", MOST_COLUMNS) || !a->ncolumns) return !wk_failed();
    a->columns = calloc((size_t)a->ncolumns, sizeof *a->columns);
    if (!a->columns) return wk_fail(WK_E_MEMORY, "no memory for %d columns", a->ncolumns), false;
    for (int i = 0; i < a->ncolumns; i++)
        if (!read_list(&a->columns[i], s, column_key(key, i))) return false;
    return read_list(&a->label, s, "label");
}

bool about_read(about *a, const wk_state *checkpoint)
{
    WK_SCOPE(reading);
    *a = (about){ .classes = 0 };
    const wk_state *s = wk_state_part(checkpoint, "data.");
    if (!s || !read_field(&a->x, s, "x") || !read_field(&a->y, s, "y")) return false;
    if (!read_count(&a->classes, s, "classes", MOST_CLASSES)) return false;
    if (wk_state_text(s, "names") && !read_list(&a->names, s, "names")) return false;
    if (a->names.n && a->names.n != a->classes) return malformed("names");
    if ((a->y.dtype == WK_I64) != (a->classes > 0) || a->classes == 1 || (a->classes && a->y.ndim))
        return malformed("y");
    return read_columns(a, s);
}

void about_free(about *a)
{
    for (int i = 0; a->columns && i < a->ncolumns; i++) free(a->columns[i].at);
    free(a->columns);
    free(a->label.at);
    free(a->names.at);
    *a = (about){ .classes = 0 };
}

char *about_label(const wk_state *checkpoint)
{
    WK_SCOPE(reading);
    about_list label = { .n = 0 };
    const wk_state *s = wk_state_part(checkpoint, "data.");
    const bool known = s && wk_state_text(s, "label") && read_list(&label, s, "label") && *label.at[0];
    char *name = known ? strdup(label.at[0]) : NULL;
    free(label.at);
    return name;
}
