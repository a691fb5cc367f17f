/*
 * Reading a descriptor, whatever it is. 
 */
#ifndef MAIL_INPUT_H
#define MAIL_INPUT_H

#include <sys/types.h>

/*
 * read(2), however often a signal comes in between, and waiting for input
 * where a descriptor would not.
 */
ssize_t input_read(int fd, char *to, size_t room);

#endif
