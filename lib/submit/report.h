/*
 * Telling the caller what came of it: on the standard error, a line a
 * failure, silence on success; or one JSON object on the standard output.
 */
#ifndef SUBMIT_REPORT_H
#define SUBMIT_REPORT_H

#include "submit/letter.h"

/*
 * Add what the provider's habits say about an error to its hint, unless it
 * has one.
 */
void report_advise(const struct letter *l, struct error *e);

/* Write the report of a run that came to o. */
void letter_report(struct letter *l, const struct request *r,
    const struct error *e, struct outcome o);

/* Write an error that came before there was a letter. */
void report_error(const char *program, enum report_form form,
    const struct error *e, int status);

/* As report_error(), of an account. */
void report_error_of(const char *program, enum report_form form,
    const char *account, const struct error *e, int status);

/* Write all of text to a descriptor; false when that cannot be. */
bool report_write(int fd, struct bytes text);

/*
 * Write what an action was asked for to the standard output.  Returns EX_OK,
 * or EX_IOERR when it cannot be written, which is told.
 */
int report_print(const char *program, struct bytes text);

/* A note on the standard error if it waits for what will not pass by itself. */
void report_queued(const struct letter *l, const struct request *r);

#endif
