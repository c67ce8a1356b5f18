/* What is known of this machine's caches. */
#ifndef WKI_CACHE_H
#define WKI_CACHE_H

int wki_first_cache_ways(void); /* lines that may lie in one set of the first data cache; 0: not known */

#endif
