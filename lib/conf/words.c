#include "conf/words.h"

#include <stdlib.h>
#include <string.h>

char *
word_of(struct bytes text, struct error *e)
{
	char *s = malloc(text.n + 1);

	if (s == NULL) {
		error_set(e, ERR_OS, "out of memory");
		return NULL;
	}
	if (text.n > 0)
		memcpy(s, text.p, text.n);
	s[text.n] = '\0';
	return s;
}

size_t
words_n(char *const *list)
{
	size_t n = 0;

	while (list != NULL && list[n] != NULL)
		n++;
	return n;
}

int
words_add(char ***list, struct bytes word, struct error *e)
{
	size_t n = words_n(*list);
	char *copy = word_of(word, e), **more;

	if (copy == NULL)
		return -1;
	more = reallocarray(*list, n + 2, sizeof(*more));
	if (more == NULL) {
		free(copy);
		return error_set(e, ERR_OS, "out of memory");
	}
	more[n] = copy;
	more[n + 1] = NULL;
	*list = more;
	return 0;
}

int
words_copy(char ***to, char *const *from, struct error *e)
{
	for (; from != NULL && *from != NULL; from++)
		if (words_add(to, bytes_of(*from), e) < 0)
			return -1;
	return 0;
}

void
words_free(char **list)
{
	for (char **w = list; w != NULL && *w != NULL; w++)
		free(*w);
	free(list);
}
