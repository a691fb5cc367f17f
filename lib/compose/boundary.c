#include "compose/boundary.h"

void
boundary_make(char boundary[BOUNDARY_SIZE], const struct here *here)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char id[BOUNDARY_RANDOM];
	char *to = boundary;

	here->random(id, sizeof(id));
	*to++ = '=';
	*to++ = '_';
	for (size_t i = 0; i < sizeof(id); i++) {
		*to++ = hex[id[i] >> 4];
		*to++ = hex[id[i] & 15];
	}
	*to = '\0';
}
