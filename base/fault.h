/* Seeded faults, for the tests of the tests: in a build with WICK_FAULTS, the environment's WICK_FAULT=number switches
 * one on, and scripts/faults demands that a law named in tests/faults.txt turns red. In any other build a fault is the
 * constant false. */
#ifndef WKI_FAULT_H
#define WKI_FAULT_H
#include <stdbool.h>

#ifdef WICK_FAULTS
bool wki_fault(int number);
#define WKI_FAULT(number) wki_fault(number)
#else
#define WKI_FAULT(number) false
#endif
#endif
