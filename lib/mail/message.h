/*
 * A message on its way through: read once from a descriptor, made canonical
 * while it is read (every line ends in CRLF, no bare CR or LF is left, no
 * lone dot and no NUL can mislead anybody), and never changed afterwards.
 * Preparing it is a list of fields to drop and fields to add.
 *
 * The header stays in memory (1 MiB at most).  The body stays in memory up to
 * BODY_IN_MEMORY bytes and goes to an unnamed temporary file beyond that, so
 * that memory is constant in the size of the message.
 */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"
#include "mail/field.h"

enum { HEADER_MAX = 1 << 20, FIELDS_MAX = 1 << 14, BODY_IN_MEMORY = 256 << 10 };

/* What intake saw; the wire needs to know. */
struct message_facts {
	int64_t size;      /* octets of the body as stored, CRLFs counted */
	int64_t lines;     /* of the body */
	int64_t input;     /* octets read */
	int64_t after_dot; /* octets read and dropped behind a lone dot */
	size_t longest;    /* longest line, without CRLF; header too, whose
	                      lines are folded to 998 at most */
	bool header_8bit, body_8bit;
	bool nul;     /* NUL in the body (those in the header go) */
	bool bare_cr; /* a CR that ended no line was made a line end
	                         (body) or a space (header) */
	bool unended; /* the last line had no line end */
};

/* How the body is to leave. */
enum message_coding {
	CODING_NONE,      /* as it is */
	CODING_QP,        /* quoted-printable (RFC 2045, 6.7) */
	CODING_FOLD,      /* lines over 998 octets broken, NULs dropped */
	CODING_SOFT,      /* the same in what is quoted-printable already */
	CODING_PARTS,     /* each part as it needs it, 8-bit allowed */
	CODING_PARTS_7BIT /* the same, 8-bit not allowed */
};

struct intake {
	bool lone_dot_ends; /* a line of one dot ends the message */
	int64_t max_size;   /* octets of input; 0: no limit */
	/* Reads in place of read(2), if set: octets, 0 at the end, or -1. */
	ssize_t (*read)(void *ctx, char *to, size_t room);
	void *ctx;
	const char *tmp_dir; /* for O_TMPFILE, or NULL; where that fails
	                        $TMPDIR, /var/tmp, /tmp */
};

struct message {
	struct buf header;    /* owned: canonical fields, no empty line */
	struct field *fields; /* owned: slices of header */
	size_t n;
	struct buf added; /* owned: new fields, sent before the others */
	struct buf body;  /* owned: the body while it is small */
	int body_fd;      /* owned: the file it is in, or -1 */
	int64_t body_at;  /* where it begins there */
	enum message_coding coding;
	int64_t coded_size; /* octets of the body as it is to leave */
	struct buf parts;   /* private to mail/parts.c, owned */
	bool international; /* an 8-bit header may leave under SMTPUTF8 alone;
	                       for the caller to set */
	bool left_8bit;     /* of CODING_PARTS_7BIT: what cannot be encoded */
	struct message_facts facts;
};

void message_init(struct message *m);
void message_clear(struct message *m);

/*
 * Read a whole message from fd; to its end even behind a lone dot, unless it
 * is a terminal.  Leading mbox `From ' lines go.  The header ends at the first
 * empty line, or before the first line that is no field.  A line ends in LF,
 * with any number of CRs in front.  ERR_MESSAGE for a header over HEADER_MAX
 * or FIELDS_MAX, or input over max_size (what is left is not read then),
 * ERR_IO when reading or storing fails.
 */
int message_read(
    struct message *m, int fd, const struct intake *how, struct error *e);

/*
 * Take in a message that lies in a file from at on, size octets of it: one that
 * a message_reader gave, so that it is canonical and fit to leave.  A body over
 * BODY_IN_MEMORY stays where it is, and is read from there (of fd a duplicate is
 * kept).  seen, unless it is NULL, is shown every octet once, in order.
 * ERR_IO when it cannot be read, or is shorter than that; ERR_MESSAGE when it is
 * no message.
 */
struct stored {
	int fd;
	int64_t at, size;
	void (*seen)(void *ctx, struct bytes block);
	void *ctx;
};
int message_stored(
    struct message *m, const struct stored *from, struct error *e);

/* The first field of that name at or behind *from, which then is the index
   behind it; NULL when there is none.  Dropped fields do not count. */
struct field *message_field(struct message *m, const char *name, size_t *from);

/*
 * Is there such a field, read or added, with anything but white space in it?
 */
bool message_has(const struct message *m, const char *name);

/* Drop every field of that name, read or added; how many there were. */
size_t message_drop(struct message *m, const char *name);

/*
 * Give a field of m's another body, which is canonical text, folded as it is
 * to leave.  Nothing changes when a line of it would be longer than 998
 * octets.
 */
int message_replace(struct field *f, struct bytes body, struct error *e);

/*
 * Add a field "name: body"; body is canonical UTF-8 or ASCII without line
 * ends (CR and LF become spaces, NULs go) and is folded at white space to
 * lines of at most 76 octets where it can be.
 */
int message_add(
    struct message *m, const char *name, struct bytes body, struct error *e);

/*
 * The coding that brings the body over unharmed.  NONE when nothing is wrong:
 * no NUL, no line over 998 octets, and 8-bit only if eight_bit_ok.  Else PARTS
 * or PARTS_7BIT for a message that has parts, QP for one that has none.  What
 * has a transfer encoding other than 7bit, 8bit and binary, or claims to have
 * parts and has none, gets FOLD or SOFT for NULs and long lines, and NONE when
 * it is merely 8-bit.
 */
enum message_coding message_advised(const struct message *m, bool eight_bit_ok);

/*
 * Choose how the body leaves and measure it so (one pass over it; for parts,
 * two).  CODING_QP replaces Content-Transfer-Encoding, and adds MIME-Version
 * and a text/plain Content-Type when there is none.  It is final, and so is
 * CODING_PARTS_7BIT: later calls change nothing.  Without a call it is
 * CODING_NONE.  NULs leave as =00 where they leave in quoted-printable.
 * ERR_NOT_SUPPORTED or ERR_MESSAGE for a part that is signed and would have to
 * be changed.
 */
int message_encode(
    struct message *m, enum message_coding coding, struct error *e);

/* Octets between DATA's 354 and the final dot, dot-stuffing not counted. */
int64_t message_size(const struct message *m);

/* Was it sent again by somebody (RFC 5322, 3.6.6)? */
bool message_resent(const struct message *m);

/* Is anything that is to be sent outside ASCII: the header, the body? */
bool message_header_8bit(const struct message *m);
bool message_body_8bit(const struct message *m);

/* ... all of which is UTF-8? */
bool message_header_utf8(const struct message *m);

/*
 * Reading the message as it is to leave: added fields, kept fields, the empty
 * line, the body.  Pieces are borrowed until the next call; an empty piece is
 * the end.  Not dot-stuffed.
 */
struct message_reader {
	struct message *m;   /* borrowed */
	int part;            /* private */
	size_t field;        /* private */
	int64_t at;          /* private */
	struct buf piece;    /* private, owned */
	struct buf block;    /* private, owned */
	struct parts *parts; /* private, owned */
	size_t column;       /* private */
};

void message_reader_init(struct message_reader *r, struct message *m);
void message_reader_clear(struct message_reader *r);
int message_next(
    struct message_reader *r, struct bytes *piece, struct error *e);

#endif
