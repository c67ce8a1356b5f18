/* page.h: the rules of all pages, and what report.c and table.c share while a report is written. */
#ifndef WICK_APP_PAGE_H
#define WICK_APP_PAGE_H
#include "chart.h"
#include "report.h"

typedef struct report_page {
    FILE *out;
    const report_run *run;
    report_stat (*stats)[REPORT_MEASURES];
    double target;
    double *numbers;      /* x, mean, low, high of one chart's series, points each */
    chart_series *series; /* one an optimizer */
    char (*names)[64];
    int points; /* of the longest run */
    bool timed; /* some run has seconds */
} report_page;

void page_style(FILE *out); /* inside <style>; chart_style's rules are among them */
void report_put_table(const report_page *p);
void report_put_count(FILE *out, int64_t n); /* with commas: 20,000 */
#endif
