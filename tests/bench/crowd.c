/*
 * Runs a command COUNT times, AT_ONCE of them at a time, each with the file
 * LETTER for its standard input, and prints how many ended in a second.
 * usage: crowd COUNT AT_ONCE LETTER COMMAND [ARGUMENT...]
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct crowd {
	char **argv;
	posix_spawn_file_actions_t files;
	int running, failed;
};

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
start(struct crowd *c)
{
	pid_t pid;
	int rc =
	    posix_spawn(&pid, c->argv[0], &c->files, NULL, c->argv, environ);

	if (rc != 0) {
		fprintf(stderr, "crowd: %s: %s\n", c->argv[0], strerror(rc));
		exit(1);
	}
	c->running++;
}

static void
wait_for_one(struct crowd *c)
{
	int status;

	if (wait(&status) < 0)
		exit(1);
	c->running--;
	c->failed += status != 0;
}

static double
run(struct crowd *c, int count, int at_once)
{
	double from = seconds();

	for (int i = 0; i < count; i++) {
		if (c->running == at_once)
			wait_for_one(c);
		start(c);
	}
	while (c->running > 0)
		wait_for_one(c);
	return seconds() - from;
}

int
main(int argc, char **argv)
{
	struct crowd c = { .argv = argv + 4 };
	int count, at_once;

	if (argc < 5 || (count = atoi(argv[1])) < 1 ||
	    (at_once = atoi(argv[2])) < 1) {
		fputs("usage: crowd COUNT AT_ONCE LETTER COMMAND...\n", stderr);
		return 2;
	}
	posix_spawn_file_actions_init(&c.files);
	posix_spawn_file_actions_addopen(&c.files, 0, argv[3], O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&c.files, 1, "/dev/null", O_WRONLY, 0);
	printf("%.1f\n", count / run(&c, count, at_once));
	posix_spawn_file_actions_destroy(&c.files);
	if (c.failed > 0)
		fprintf(stderr, "crowd: %d of %s failed\n", c.failed, argv[4]);
	return c.failed > 0;
}
