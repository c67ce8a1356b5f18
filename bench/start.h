/* How long a program takes from its start to the end of its first training step. */
#ifndef WICK_BENCH_START_H
#define WICK_BENCH_START_H

int bench_first_step(void);   /* one step of the middle-sized net; what the timed child does */
int bench_start(int samples); /* runs this program so, several times, and prints the median; the exit status */

#endif
