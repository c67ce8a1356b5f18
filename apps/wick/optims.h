/* optims.h: --optim NAME:OPTION=X:OPTION..., an optimizer of wick/optim.h: "adam", "sgd:momentum=0.8:nesterov". */
#ifndef WICK_APP_OPTIMS_H
#define WICK_APP_OPTIMS_H
#include "wick/optim.h"

enum { OPTIMS_TEXT = 128 };
typedef struct optims_kind {
    char key[OPTIMS_TEXT];                    /* as it was asked for: "sgd", "sgd:nesterov" */
    char name[OPTIMS_TEXT];                   /* "SGD (momentum 0.9)", "SGD (nesterov)" */
    const char *kind;                         /* "sgd" */
    char options[OPTIMS_TEXT + OPTIMS_TEXT];  /* besides the rate: "momentum=0.9,nesterov" */
    double lr;                                /* that serves many tasks */
} optims_kind;

/* Options may stand behind commas too; false after a usage error on stderr. */
bool optims_read(optims_kind *o, const char *text);
wk_optim *optims_make(const optims_kind *o, wk_params *params, double lr);
#endif
