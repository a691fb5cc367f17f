#include "mail/fold.h"

struct folding {
	struct buf *out; /* borrowed */
	size_t column;
	size_t longest;
	size_t soft, hard;
	bool first; /* no word was placed yet */
};

static size_t
white_length(struct bytes text)
{
	size_t n = 0;

	while (n < text.n && (text.p[n] == ' ' || text.p[n] == '\t'))
		n++;
	return n;
}

static size_t
word_length(struct bytes text)
{
	size_t n = 0;

	while (n < text.n && text.p[n] != ' ' && text.p[n] != '\t')
		n++;
	return n;
}

static bool
inside_character(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

size_t
fold_cut(struct bytes text, size_t max)
{
	size_t n = max;

	if (text.n <= max)
		return text.n;
	while (n > 0 && max - n < 3 && inside_character(text.p[n]))
		n--;
	return n;
}

static void
put(struct folding *f, struct bytes text)
{
	buf_add(f->out, text);
	f->column += text.n;
	if (f->column > f->longest)
		f->longest = f->column;
}

static void
new_line(struct folding *f)
{
	buf_adds(f->out, "\r\n");
	f->column = 0;
}

static void
put_in_pieces(struct folding *f, struct bytes word)
{
	while (word.n > 0) {
		size_t n = fold_cut(word, f->hard - f->column);

		put(f, bytes_head(word, n));
		word = bytes_skip(word, n);
		if (word.n > 0) {
			new_line(f);
			put(f, BYTES(" "));
		}
	}
}

static bool
wants_new_line(const struct folding *f, struct bytes white, struct bytes word)
{
	size_t limit = f->first ? f->hard : f->soft;

	if (f->column == 0)
		return false;
	if (f->column + white.n + word.n > limit && 1 + word.n <= f->hard)
		return true;
	return white.n > 0 && f->column + 1 >= f->hard;
}

static void
place(struct folding *f, struct bytes white, struct bytes word)
{
	if (wants_new_line(f, white, word)) {
		new_line(f);
		if (white.n == 0)
			white = BYTES(" ");
	}
	if (white.n > 1 && f->column + white.n + word.n > f->hard)
		white.n = 1;
	put(f, white);
	put_in_pieces(f, word);
	f->first = false;
}

size_t
fold_add(
    struct buf *out, size_t column, struct bytes text, size_t soft, size_t hard)
{
	struct folding f = { out, column, column, soft, hard, true };

	while (text.n > 0) {
		struct bytes white = bytes_head(text, white_length(text));
		struct bytes word;

		text = bytes_skip(text, white.n);
		word = bytes_head(text, word_length(text));
		text = bytes_skip(text, word.n);
		if (word.n > 0)
			place(&f, white, word);
	}
	return f.longest;
}
