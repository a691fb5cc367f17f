/*
 * Configurations for tests: texts put into files of their own.
 */
#ifndef TESTS_CONF_HELP_H
#define TESTS_CONF_HELP_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"

/* A directory for one test, under TMPDIR. */
struct scene {
	char dir[256];
	char file[300], system[300], providers[300];
	struct conf_places places;
	struct buf report;
	struct error e;
	struct conf *c;
};

static inline void
scene_write(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static inline void
scene_open(struct scene *s)
{
	const char *tmp = getenv("TMPDIR");

	*s = (struct scene){ .report = BUF(1 << 20), .e = ERROR_NONE };
	snprintf(s->dir, sizeof(s->dir), "%s/conf.XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	ck_assert_ptr_nonnull(mkdtemp(s->dir));
	snprintf(s->file, sizeof(s->file), "%s/sendoff.conf", s->dir);
	snprintf(s->system, sizeof(s->system), "%s/system.conf", s->dir);
	snprintf(
	    s->providers, sizeof(s->providers), "%s/providers.conf", s->dir);
	s->places = (struct conf_places){ .user_file = s->file,
		.system_file = s->system,
		.providers = s->providers,
		.home = "/home/jane" };
}

static inline void
scene_close(struct scene *s)
{
	char command[300];

	conf_free(s->c);
	buf_clear(&s->report);
	snprintf(command, sizeof(command), "rm -rf '%s'", s->dir);
	ck_assert_int_eq(system(command), 0);
}

/* Load text as the user's file. */
static inline bool
scene_load(struct scene *s, const char *text)
{
	if (text != NULL)
		scene_write(s->file, text, 0600);
	conf_free(s->c);
	buf_reset(&s->report);
	s->e = ERROR_NONE;
	s->c = conf_load(&s->places, &s->report, &s->e);
	return s->c != NULL;
}

/* The same, which must be good. */
static inline void
scene_must(struct scene *s, const char *text)
{
	ck_assert_msg(
	    scene_load(s, text), "%s%s", buf_text(&s->report), s->e.text);
}

/* Resolve the account called name (NULL: the usual choice). */
static inline int
scene_account(struct scene *s, const char *name, struct account *a)
{
	s->e = ERROR_NONE;
	return conf_account(
	    s->c, &(struct conf_wish){ .name = name }, a, &s->e);
}

#endif
