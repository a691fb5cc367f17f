/*
 * sendoff.h: an SMTP and LMTP client (RFC 5321, RFC 2033), blocking, an object
 * a connection.  What smtplib is to Python this is to C; each method of its
 * classes has its function here, by the same name.
 *
 *	struct sendoff *s = sendoff_new(&(struct sendoff_options){
 *	    .implicit_tls = true });
 *	if (sendoff_connect(s, "smtp.example.org", 465) < 0 ||
 *	    sendoff_login(s, "jane", password) < 0 ||
 *	    sendoff_sendmail(s, "jane@example.org", to, letter, n) < 0)
 *		fprintf(stderr, "%s\n", sendoff_error(s)->text);
 *	sendoff_quit(s);
 *	sendoff_free(s);
 *
 * Three things differ from smtplib.  TLS is verified, unless it is told not to
 * be.  No password leaves in the clear, unless it is allowed to.  A message
 * always leaves in canonical form, each line ended by CRLF.
 *
 * Strings are UTF-8 and may be freed as soon as a call returns.  What a
 * function returns by pointer is the object's, until the next call with it.
 * An object is for one thread at a time.  No signal handler and no process-wide
 * state is touched, but that SIGPIPE should be ignored.
 */
#ifndef SENDOFF_H
#define SENDOFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sendoff;

/* How to converse; zero is a good choice for each.  Copied by sendoff_new(),
   which takes NULL for all zero. */
struct sendoff_options {
	bool lmtp;         /* LMTP, by which each recipient has an answer */
	bool implicit_tls; /* TLS from the start (SMTP_SSL) */

	const char *local_hostname; /* to greet with; NULL: the host's name, or
	                               the literal of our address */
	const char *source_address; /* to connect from; NULL: any */
	int64_t timeout;         /* milliseconds for each answer, twice that for
	                            the one to a message; 0: RFC 5321, 4.5.3.2 */
	int64_t connect_timeout; /* milliseconds for each address; 0: 30000 */

	const char *trust_file; /* authorities, PEM; NULL: the system's */
	const char *cert_file;  /* client certificate, PEM; or NULL */
	const char *key_file;   /* its key, PEM; or NULL */
	const char *
	    fingerprint; /* the certificate to accept, "sha256:HEX", "spki-sha256:HEX";
	                            or NULL */
	const char *min_version; /* "1.2" or "1.3"; NULL: 1.2 */
	bool unverified_tls;     /* anybody may be the server */
	bool password_in_clear;  /* mechanisms that show it, without TLS too */

	int debug_level; /* 0 to 3, as sendoff(1) has them; secrets are hidden */
	/* Takes a line, with its LF; NULL: the standard error. */
	void (*debug)(void *ctx, const char *line, size_t n);
	void *debug_ctx;
};

/* NULL when memory is out. */
struct sendoff *sendoff_new(const struct sendoff_options *options);

/* Hang up if need be, and free; NULL is fine. */
void sendoff_free(struct sendoff *s);

void sendoff_set_debuglevel(struct sendoff *s, int level);

/* ---- what came of it ----------------------------------------------------- */

/*
 * Of the last call that failed; the exceptions of smtplib are kinds.
 *
 *	SMTPServerDisconnected   disconnected, timeout
 *	SMTPSenderRefused        sender_refused
 *	SMTPRecipientsRefused    recipients_refused
 *	SMTPDataError            data_refused
 *	SMTPConnectError         greeting
 *	SMTPHeloError            helo
 *	SMTPNotSupportedError    not_supported
 *	SMTPAuthenticationError  auth, auth_mechanism
 *	OSError                  resolve, connect, tls, tls_verify, internal
 *	ValueError               usage, address, message, config, secret
 *	SMTPResponseException    protocol
 */
struct sendoff_error {
	const char *kind;  /* "none", or as above */
	const char *text;  /* what is wrong */
	const char *hint;  /* what to do; or "" */
	const char *reply; /* the server's words, fit to be shown; or "" */
	int code;          /* the reply's, or 0 */
	int status;        /* what sendoff(1) would exit with (sysexits(3)) */
	bool temporary;    /* trying again later may help */
	bool
	    maybe_delivered; /* the message was handed over, and no answer came */
};
const struct sendoff_error *sendoff_error(struct sendoff *s);

/* The last reply: its code (0: none yet), and its text as it came, lines joined by '\n'. */
int sendoff_code(const struct sendoff *s);
const char *sendoff_text(struct sendoff *s);

/* ---- the conversation, command by command -------------------------------- */

/*
 * Connect, shake hands if TLS comes first, and hear the greeting.  host may be
 * a name, an address, a path of a Unix socket, and with port 0 "name:port" or
 * "[address]:port" as well; without a port it is 25, 465 with TLS from the
 * start, 2003 with LMTP.  -1 unless the greeting was 220.
 */
int sendoff_connect(struct sendoff *s, const char *host, unsigned port);

/*
 * Each of these says one command and returns the reply's code, whatever it is;
 * -1 when there was none, or when the command cannot be said.
 */
int sendoff_docmd(struct sendoff *s, const char *command, const char *args);
int sendoff_ehlo(struct sendoff *s, const char *name); /* NULL: ours; LHLO */
int sendoff_helo(struct sendoff *s, const char *name); /* NULL: ours */
int sendoff_verify(struct sendoff *s, const char *address);
int sendoff_expn(struct sendoff *s, const char *list);
int sendoff_help(struct sendoff *s, const char *about); /* or NULL */
int sendoff_noop(struct sendoff *s);
int sendoff_rset(struct sendoff *s);

/* EHLO, or HELO where it is refused, unless one was answered well: 0 or -1. */
int sendoff_ehlo_or_helo_if_needed(struct sendoff *s);

/* Does the last EHLO offer it?  The parameters, "" for none; NULL: no. */
bool sendoff_has_extn(const struct sendoff *s, const char *keyword);
const char *sendoff_extn(struct sendoff *s, const char *keyword);

/*
 * STARTTLS, EHLO before it if need be.  What the server had offered is
 * forgotten then.  0 or -1.
 */
int sendoff_starttls(struct sendoff *s);

/* The version of TLS that is spoken, or NULL. */
const char *sendoff_tls(const struct sendoff *s);

/*
 * Log in: by the strongest mechanism that both have, and when it is refused by
 * the next, three at most, and no second one that shows the password.
 * auth: by this mechanism, in upper case, and no other.  EHLO before it if
 * need be.  0 or -1.
 */
int sendoff_login(struct sendoff *s, const char *user, const char *password);
int sendoff_auth(struct sendoff *s, const char *mechanism, const char *user,
    const char *secret);

/* Never say more than the mechanism behind AUTH (initial_response_ok). */
void sendoff_no_initial_response(struct sendoff *s, bool never);

/* The mechanism that logged in, or NULL. */
const char *sendoff_mechanism(const struct sendoff *s);

/* ---- mail ------------------------------------------------------------------- */

/*
 * A transaction by hand.  sender: "" or "<>" is the null one.  options are
 * parameters such as "NOTIFY=SUCCESS", the last one NULL; NULL: none.  Those
 * of an extension that is not offered are left out, or are an error where the
 * message must not go without.  rcpt is an error before MAIL was taken, and
 * data before somebody was accepted, to whom it sends n octets; its code is the
 * answer to them, the last one of LMTP's, or that to DATA when it is not 354.
 * Each returns a code, or -1.
 */
int sendoff_mail(
    struct sendoff *s, const char *sender, const char *const *options);
int sendoff_rcpt(
    struct sendoff *s, const char *recipient, const char *const *options);
int sendoff_data(struct sendoff *s, const char *message, size_t n);

/* What sendmail and send_message take besides. */
struct sendoff_mail {
	const char *const *mail_options, *const *rcpt_options; /* NULL: none */
	/* Reads the message instead of n octets at message, if set: how
	   many octets, 0 at the end, -1 when it cannot go on. */
	ssize_t (*read)(void *ctx, char *to, size_t room);
	void *ctx;
};

/*
 * Send a message to all of to, which ends with NULL; EHLO before it if need
 * be, and the transaction is pipelined where it can be; one that was begun by
 * hand is given up.  The header leaves as it is, but for what a body needs that
 * has to be encoded.  more may be NULL.  0 when the server took charge of it for somebody;
 * sendoff_refused() tells who does not get it.  -1: nobody does; the
 * connection can be used again, if sendoff_connected() says so.
 */
int sendoff_sendmail(struct sendoff *s, const char *sender,
    const char *const *to, const char *message, size_t n);
int sendoff_sendmail_with(struct sendoff *s, const char *sender,
    const char *const *to, const char *message, size_t n,
    const struct sendoff_mail *more);

/*
 * The same with sender and recipients out of the header, where they are NULL:
 * Sender, else From; To, Cc and Bcc; or the Resent fields of a message that
 * was sent again, once.  Bcc and Resent-Bcc never leave.
 */
int sendoff_send_message(struct sendoff *s, const char *sender,
    const char *const *to, const char *message, size_t n,
    const struct sendoff_mail *more);

/* Is there a connection that can be used? */
bool sendoff_connected(const struct sendoff *s);

/*
 * The i-th of those who do not get it, from 0 on; NULL behind the last.  By
 * hand, before DATA, nobody has got it yet.
 */
struct sendoff_refused {
	const char *address;
	int code;         /* 0: no reply was about him */
	const char *text; /* the reply's words, fit to be shown */
};
const struct sendoff_refused *sendoff_refused(struct sendoff *s, size_t i);

/* QUIT, and close; its answer is not waited for. */
void sendoff_quit(struct sendoff *s);

/* Close without a word. */
void sendoff_close(struct sendoff *s);

#ifdef __cplusplus
}
#endif

#endif
