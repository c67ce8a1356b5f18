/* The machine and the build, from the system's own words. */
#include "machine.h"
#include <hdf5.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *machine_cpu(char *text, size_t size)
{
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "r");
    snprintf(text, size, "unknown processor");
    while (file && fgets(line, sizeof line, file)) {
        const char *colon = strstr(line, ": ");
        if (strncmp(line, "model name", 10) != 0 || !colon) continue;
        snprintf(text, size, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
        break;
    }
    if (file) fclose(file);
    return text;
}

int machine_cores(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

const char *machine_compiler(void)
{
#ifdef __clang__
    return "clang " __clang_version__;
#else
    return "gcc " __VERSION__;
#endif
}

const char *machine_hdf5(void) { return WICK_HDF5_VERSION; }

void machine_quiet_hdf5(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

const char *machine_date(char *text, size_t size, const char *format, time_t when)
{
    struct tm local;
    localtime_r(&when, &local);
    return strftime(text, size, format, &local) ? text : "";
}
