#include "net/wire.h"

#include <check.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "loop.h"

Suite *suite_socket(void);

/* A wire and the other end of it. */
static struct wire *
pair(int *other, struct error *e)
{
	int fd[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	*other = fd[1];
	return wire_socket(fd[0], e);
}

/* The same over TCP, which knows of resets. */
static struct wire *
tcp_pair(int *other, struct error *e)
{
	struct loop l;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert(loop_open(&l, AF_INET, LOOP_LISTENS));
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&l.at.addr, l.at.n), 0);
	*other = accept(l.fd, NULL, NULL);
	loop_close(&l);
	return wire_socket(fd, e);
}

START_TEST(socket_is_prepared)
{
	struct error e = ERROR_NONE;
	int other, value = 0;
	socklen_t n = sizeof(value);
	struct wire *w = tcp_pair(&other, &e);
	int fd = w->fd(w);

	ck_assert(fcntl(fd, F_GETFL) & O_NONBLOCK);
	ck_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, &n);
	ck_assert_int_eq(value, 1);
	getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value, &n);
	ck_assert_int_eq(value, 1);
	getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &value, &n);
	ck_assert_int_eq(value, 60);
	w->close(w, true);
	close(other);
}
END_TEST

START_TEST(bytes_go_both_ways)
{
	struct error e = ERROR_NONE;
	char io[16];
	int other;
	struct wire *w = pair(&other, &e);

	ck_assert_int_eq(w->read(w, io, sizeof(io), &e), WIRE_AGAIN);
	ck_assert_int_eq(w->write(w, BYTES("ping"), &e), 4);
	ck_assert_int_eq(read(other, io, sizeof(io)), 4);
	ck_assert_int_eq(write(other, "pong", 4), 4);
	ck_assert_int_eq(w->wait(w, WIRE_READ, soon(5000), &e), WIRE_READ);
	ck_assert_int_eq(w->read(w, io, 2, &e), 2);
	ck_assert_int_eq(w->read(w, io + 2, 14, &e), 2);
	ck_assert_mem_eq(io, "pong", 4);
	close(other);
	ck_assert_int_eq(w->read(w, io, sizeof(io), &e), 0);
	w->close(w, false);
	ck_assert_int_eq(e.kind, ERR_NONE);
}
END_TEST

START_TEST(a_full_peer_is_waited_for)
{
	static char much[1 << 16];
	struct error e = ERROR_NONE;
	struct bytes data = { much, sizeof(much) };
	int other;
	struct wire *w = pair(&other, &e);

	while (w->write(w, data, &e) > 0)
		;
	ck_assert_int_eq(w->write(w, data, &e), WIRE_AGAIN);
	ck_assert_int_eq(w->wait(w, WIRE_WRITE, soon(30), &e), 0);
	while (recv(other, much, sizeof(much), MSG_DONTWAIT) > 0)
		;
	ck_assert_int_eq(
	    w->wait(w, WIRE_READ | WIRE_WRITE, soon(5000), &e), WIRE_WRITE);
	w->close(w, false);
	close(other);
}
END_TEST

/* Bytes are there, but it is too late for them. */
START_TEST(a_passed_deadline_is_final)
{
	struct error e = ERROR_NONE;
	int other;
	struct wire *w = pair(&other, &e);

	ck_assert_int_eq(write(other, "x", 1), 1);
	ck_assert_int_eq(w->wait(w, WIRE_READ, soon(-1), &e), 0);
	ck_assert_int_eq(w->wait(w, WIRE_READ, 0, &e), WIRE_READ);
	w->close(w, false);
	close(other);
}
END_TEST

/* The peer says why, and hangs up on what it has not read: a reset. */
START_TEST(last_words_survive_a_reset)
{
	struct error e = ERROR_NONE;
	struct linger reset = { 1, 0 };
	char io[16];
	int other;
	struct wire *w = tcp_pair(&other, &e);

	ck_assert_int_eq(write(other, "552 no", 6), 6);
	setsockopt(other, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	ck_assert_int_eq(w->wait(w, WIRE_READ, soon(5000), &e), WIRE_READ);
	close(other);
	while (w->write(w, BYTES("more"), &e) > 0)
		;
	ck_assert_int_eq(e.kind, ERR_DISCONNECTED);
	ck_assert_int_eq(w->read(w, io, sizeof(io), &e), 6);
	ck_assert_mem_eq(io, "552 no", 6);
	ck_assert_int_le(w->read(w, io, sizeof(io), &e), 0);
	w->close(w, false);
}
END_TEST

START_TEST(quiet_until_somebody_speaks)
{
	struct error e = ERROR_NONE;
	char io[16];
	int other;
	struct wire *w = pair(&other, &e);

	ck_assert_int_eq(wire_quiet(w, &e), 0);
	ck_assert_int_eq(write(other, "250-inj", 7), 7);
	ck_assert_int_eq(wire_quiet(w, &e), -1);
	ck_assert_int_eq(e.kind, ERR_PROTOCOL);
	/* Looking has not taken anything. */
	ck_assert_int_eq(w->read(w, io, sizeof(io), &e), 7);
	close(other);
	e = ERROR_NONE;
	ck_assert_int_eq(wire_quiet(w, &e), 0);
	w->close(w, false);
}
END_TEST

START_TEST(a_bad_descriptor_is_an_error)
{
	struct error e = ERROR_NONE;

	ck_assert_ptr_null(wire_socket(-1, &e));
	ck_assert_int_eq(e.kind, ERR_OS);
}
END_TEST

START_TEST(memory_comes_in_pieces)
{
	struct error e = ERROR_NONE;
	struct buf out = BUF(6);
	struct wire *w = wire_memory(BYTES("abcde"), 2, &out);
	char io[8];

	ck_assert_int_eq(w->read(w, io, sizeof(io), &e), 2);
	ck_assert_int_eq(w->read(w, io + 2, 1, &e), 1);
	ck_assert_int_eq(w->read(w, io + 3, 5, &e), 2);
	ck_assert_mem_eq(io, "abcde", 5);
	ck_assert_int_eq(w->read(w, io, sizeof(io), &e), 0);
	ck_assert_int_eq(w->wait(w, WIRE_WRITE, soon(-1), &e), WIRE_WRITE);
	ck_assert_int_eq(w->write(w, BYTES("uvw"), &e), 3);
	ck_assert_int_eq(w->write(w, BYTES("xyz"), &e), 3);
	ck_assert_str_eq(buf_text(&out), "uvwxyz");
	ck_assert_int_eq(w->fd(w), -1);
	ck_assert_int_eq(wire_quiet(w, &e), 0);
	ck_assert_int_eq(w->write(w, BYTES("!"), &e), -1);
	ck_assert_int_eq(e.kind, ERR_DISCONNECTED);
	w->close(w, true);
	buf_clear(&out);
}
END_TEST

Suite *
suite_socket(void)
{
	Suite *s = suite_create("socket");
	TCase *t = tcase_create("wire");

	tcase_add_test(t, socket_is_prepared);
	tcase_add_test(t, bytes_go_both_ways);
	tcase_add_test(t, a_full_peer_is_waited_for);
	tcase_add_test(t, a_passed_deadline_is_final);
	tcase_add_test(t, last_words_survive_a_reset);
	tcase_add_test(t, quiet_until_somebody_speaks);
	tcase_add_test(t, a_bad_descriptor_is_an_error);
	tcase_add_test(t, memory_comes_in_pieces);
	suite_add_tcase(s, t);
	return s;
}
