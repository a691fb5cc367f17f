/*
 * Writing JSON (RFC 8259) into a buffer, commas kept by the room.
 *
 *	struct json j = JSON(&out);
 *	json_open(&j, NULL, '{');
 *	json_text(&j, "name", BYTES("x"));
 *	json_close(&j, '}');
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdint.h>

#include "base/buf.h"

struct json {
	struct buf *out; /* borrowed */
	bool comma;      /* private: something stands before here */
};

#define JSON(buffer) ((struct json){ .out = (buffer) })

/* key is NULL inside an array, and for the outermost value. */
void json_open(struct json *j, const char *key, char bracket);
void json_close(struct json *j, char bracket);
void json_text(struct json *j, const char *key, struct bytes value);
void json_number(struct json *j, const char *key, int64_t value);
void json_decimal(struct json *j, const char *key, double value, int places);
void json_bool(struct json *j, const char *key, bool value);

#endif
