/*
 * Whatever text is encoded: words of at most 75 printable octets, between
 * single spaces, and a field of them that reads as one field.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/clean.h"
#include "mail/encode.h"
#include "mail/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
want(bool holds)
{
	if (!holds)
		abort();
}

static void
check_words(struct bytes words)
{
	want(!bytes_control(words) && !bytes_eight_bit(words));
	while (words.n > 0) {
		struct bytes word = bytes_take(&words, ' ');

		want(word.n > 12 && word.n <= 75);
		want(word.p[0] == '=' && word.p[word.n - 1] == '=');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct bytes text = { (const char *)data, n }, rest;
	struct buf words = BUF(HEADER_MAX), xtext = BUF(HEADER_MAX);
	struct error e = ERROR_NONE;
	struct message m;
	struct field f;

	message_init(&m);
	encode_words(&words, text, n % 100);
	check_words(buf_bytes(&words));
	xtext_add(&xtext, text);
	want(xtext_valid(buf_bytes(&xtext)));
	if (message_add(&m, "Subject", buf_bytes(&words), &e) == 0) {
		rest = buf_bytes(&m.added);
		want(field_take(&rest, &f) && rest.n == 0);
		buf_reset(&xtext);
		field_unfold(&f, &xtext);
		want(bytes_same(buf_bytes(&xtext), buf_bytes(&words)));
	}
	buf_clear(&words);
	buf_clear(&xtext);
	message_clear(&m);
	return 0;
}
