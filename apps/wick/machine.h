/* machine.h: what a report says of the machine and the build. */
#ifndef WICK_APP_MACHINE_H
#define WICK_APP_MACHINE_H
#include <stddef.h>
#include <time.h>

const char *machine_cpu(char *text, size_t size); /* "AMD EPYC 7B13" */
int machine_cores(void);                          /* that this process may use */
const char *machine_compiler(void);               /* "gcc 12.2.0" */
const char *machine_hdf5(void);                   /* the version built against */
/* libhdf5 does not say at exit what of a damaged file it cannot close; that has been told. */
void machine_quiet_hdf5(void);
const char *machine_date(char *text, size_t size, const char *format, time_t when);
#endif
