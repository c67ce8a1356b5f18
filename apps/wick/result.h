/* result.h: what a comparison leaves behind besides its report. */
#ifndef WICK_APP_RESULT_H
#define WICK_APP_RESULT_H
#include "json.h"
#include "report.h"

typedef struct result {
    const report_run *run;
    const char *const *settings; /* "adam lr=0.001 beta1=0.9 ...", an optimizer each */
    report_stat (*stats)[REPORT_MEASURES];
    double target;
    const char *headline;
    const char *folder; /* NULL: not written */
} result;

void result_put_json(json *j, const result *r);      /* one object: "event": "result" */
void result_put_config(json *j, const result *r);    /* everything needed to repeat the run */
void result_put_metrics(FILE *out, const result *r); /* CSV, a row an epoch; an empty cell was not measured */
void result_put_table(FILE *out, const result *r);   /* for people */
#endif
