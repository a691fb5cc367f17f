/*
 * The inside of a service, for the sources that share its work: the lines
 * (service.c), commands (service_command.c), their parameters, the content of
 * a message, and the answer to it.
 */
#ifndef SMTP_SERVICE_STATE_H
#define SMTP_SERVICE_STATE_H

#include "smtp/service.h"

/* Octets of input that may wait: what a line, a chunk or a block needs. */
enum { SERVICE_INPUT_MAX = 1 << 20 };

/* Where in a line of the content. */
enum place { LINE_START, AFTER_DOT, AFTER_DOT_CR, IN_LINE, AFTER_CR };

struct service {
	const struct service_plan *plan;
	struct buf in, out;
	bool greeted, hello, has_sender, utf8, ended, over;
	bool skipping; /* a line that is far too long */
	struct envelope env;
	size_t *order; /* owned: of each RCPT that was taken, the
	                  recipient in env */
	size_t order_n;
	unsigned errors;
	bool crlf;    /* the command under way ended in CRLF */
	bool content; /* an envelope is complete */
	enum place place;
	bool between;       /* chunks: the last one was answered */
	bool chunked, last; /* BDAT */
	int64_t chunk;      /* octets of it that are to come */
	int64_t size;       /* octets of the message so far */
};

/* Add a reply; one of 5yz counts as an error. */
void service_reply(struct service *s, int code, const char *status,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* 552, and how large a message may be. */
void service_too_large_reply(struct service *s);

/* Forget the envelope; and be over. */
void service_reset(struct service *s);
void service_leave(struct service *s);

/* Take the next line off the input, without its end, if it is there. */
bool service_line(struct service *s, struct buf *line);

/* Answer a command; 421 when there were too many errors. */
void service_hear(struct service *s, struct bytes line);
void service_check_errors(struct service *s);

/* "<path>", or what stands up to white space: off the front of *args. */
struct bytes service_path(struct bytes *args);

/* The parameters of MAIL, and of one RCPT; false when one was refused. */
bool service_mail_parameters(struct service *s, struct bytes args);
bool service_rcpt_parameters(
    struct service *s, struct recipient *to, struct bytes args);

/* Digits, up to 18 of them. */
bool service_number(struct bytes text, int64_t *n);

#endif
