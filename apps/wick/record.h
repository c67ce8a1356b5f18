/* record.h: a run's folder read back: what it was made from, its log, and its test result where there is one. */
#ifndef WICK_APP_RECORD_H
#define WICK_APP_RECORD_H
#include <stdbool.h>

typedef struct record {
    const char *folder;
    char data[1024], model[200], hidden[200], optim[128], schedule[320];
    double lr, epochs, batch_size, seed;
    double test_loss, test_accuracy, test_rmse, test_r2;             /* NAN: not known */
    int rows, best;                                                  /* best: the row of least validation loss, or -1 */
    double *epoch, *train_loss, *valid_loss, *valid_accuracy, *rate; /* of each row; NAN where the log tells none */
} record;

/* false after an error on stderr. */
bool record_read(record *r, const char *folder);
void record_free(record *r);
const char *record_model(const record *r, char text[400]); /* "mlp 512,256"; returns text */
#endif
