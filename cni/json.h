/*
 * The little JSON that the shim needs: text that grows up to a limit, strings quoted into it, and the string
 * value of one key of an object's top level. No tree is built and nothing is validated: the agent parses what
 * matters.
 */
#ifndef STENTOR_CNI_JSON_H
#define STENTOR_CNI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Bytes with a length, not terminated. Once something did not fit, `full` stays set and nothing more is
 * added. */
struct text {
	char *bytes;
	size_t length, room, limit;
	bool full;
};

static void text_add(struct text *t, const char *bytes, size_t length)
{
	if (t->full || length > t->limit - t->length) {
		t->full = true;
		return;
	}
	if (t->length + length > t->room) {
		size_t room = t->room ? t->room : 4096;

		while (room < t->length + length)
			room *= 2;
		char *bigger = realloc(t->bytes, room);
		if (!bigger) {
			t->full = true;
			return;
		}
		t->bytes = bigger;
		t->room = room;
	}
	memcpy(t->bytes + t->length, bytes, length);
	t->length += length;
}

static void text_put(struct text *t, const char *string)
{
	text_add(t, string, strlen(string));
}

/* Adds a JSON string. Bytes above 0x7f pass as they are: whether they are UTF-8 is for the reader to say. */
static void text_quote(struct text *t, const char *bytes, size_t length)
{
	static const char hex[] = "0123456789abcdef";

	text_add(t, "\"", 1);
	for (size_t i = 0; i < length; i++) {
		unsigned char c = bytes[i];

		if (c == '"' || c == '\\') {
			text_add(t, (char[]){'\\', c}, 2);
		} else if (c < 0x20) {
			text_add(t, (char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6);
		} else {
			text_add(t, (char *)&bytes[i], 1);
		}
	}
	text_add(t, "\"", 1);
}

/* From a position on the opening quote to the one after the closing quote, or to the end. */
static size_t json_string_end(const char *json, size_t length, size_t at)
{
	for (at++; at < length; at++) {
		if (json[at] == '\\')
			at++;
		else if (json[at] == '"')
			return at + 1;
	}
	return length;
}

static size_t json_blank(const char *json, size_t length, size_t at)
{
	while (at < length && strchr(" \t\r\n", json[at]) && json[at])
		at++;
	return at;
}

/*
 * The value of a top-level key if it is a string without escapes other than \" \\ \/, copied with a
 * terminator into `value`. False, and `value` empty, if there is none or it does not fit.
 */
static bool json_find(const char *json, size_t length, const char *key, char *value, size_t room)
{
	int depth = 0;
	size_t used = 0, at = 0, end;

	value[0] = 0;
	for (; at < length; at = end) {
		end = at + 1;
		if (json[at] == '{' || json[at] == '[')
			depth++;
		if (json[at] == '}' || json[at] == ']')
			depth--;
		if (json[at] != '"')
			continue;
		end = json_string_end(json, length, at);
		size_t colon = json_blank(json, length, end);
		if (depth != 1 || colon >= length || json[colon] != ':')
			continue;
		bool mine = end - at == strlen(key) + 2 && !memcmp(json + at + 1, key, strlen(key));
		end = json_blank(json, length, colon + 1);
		if (mine)
			break;
	}
	if (at >= length || end >= length || json[end] != '"')
		return false;
	size_t stop = json_string_end(json, length, end);
	for (at = end + 1; at + 1 < stop; at++) {
		if (json[at] == '\\' && !strchr("\"\\/", json[++at]))
			break;
		if (used + 1 == room)
			break;
		value[used++] = json[at];
	}
	value[at + 1 == stop ? used : 0] = 0;
	return at + 1 == stop && json[stop - 1] == '"';
}

#endif
