# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The words of a line of keepalived.conf: comments, quotes, escapes and braces."""

from __future__ import annotations

from typing import List

_BLANKS = " \t\r\f\v"
_COMMENTS = "#!"
_QUOTES = "\"'"
OPEN, CLOSE = "{", "}"
_ESCAPES = {
    "a": "\a", "b": "\b", "E": "\033", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
}  # fmt: skip
_OCTAL, _HEXADECIMAL = "01234567", "0123456789abcdefABCDEF"
_OCTAL_MAX, _CODE_MAX = 3, 0x10FFFF


def without_comment(text: str) -> str:
    """Return a line up to its comment, which begins with # or ! outside of quotes."""
    at, quote = 0, ""
    while at < len(text):
        one = text[at]
        if one == "\\":
            at += 1
        elif quote:
            quote = "" if one == quote else quote
        elif one in _QUOTES:
            quote = one
        elif one in _COMMENTS:
            return text[:at]
        at += 1
    return text


def split(text: str) -> List[str]:
    """Return the words of a line without its comment. Braces are words of their own, but those of a
    parameter that is not defined (``${NAME}``), and those in quotes.

    A quote that is not closed ends with the line. Never raises.
    """
    return _Splitter(text).words()


class _Splitter:
    """Reads a line once, from left to right. Mutable."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._words: List[str] = []
        self._word: List[str] | None = None  # None between words: an empty one may be quoted.

    def words(self) -> List[str]:
        """Return all words."""
        while self._at < len(self._text):
            self._read()
        self._end_word()
        return self._words

    def _read(self) -> None:
        one = self._take()
        if one in _BLANKS:
            self._end_word()
        elif one in _QUOTES:
            self._read_quoted(one)
        elif one == "$" and self._text[self._at : self._at + 1] == OPEN:
            self._read_parameter()
        elif one in (OPEN, CLOSE):
            self._end_word()
            self._words.append(one)
        else:
            self._add(self._escaped() if one == "\\" else one)

    def _take(self) -> str:
        self._at += 1
        return self._text[self._at - 1]

    def _add(self, part: str) -> None:
        if self._word is None:
            self._word = []
        self._word.append(part)

    def _end_word(self) -> None:
        if self._word is not None:
            self._words.append("".join(self._word))
            self._word = None

    def _read_quoted(self, quote: str) -> None:
        self._add("")
        while self._at < len(self._text):
            one = self._take()
            if one == quote:
                return
            self._add(self._escaped() if one == "\\" else one)

    def _read_parameter(self) -> None:
        end = self._text.find(CLOSE, self._at)
        end = len(self._text) if end < 0 else end + 1
        self._add("$" + self._text[self._at : end])
        self._at = end

    def _escaped(self) -> str:
        """Return the meaning of an escape sequence; a backslash ends a line as itself."""
        if self._at == len(self._text):
            return "\\"
        one = self._take()
        if one == "c" and self._at < len(self._text):
            return chr(ord(self._take()) & 0x1F)
        if one in _OCTAL:
            self._at -= 1
            return self._number(_OCTAL, 8, _OCTAL_MAX)
        if one == "x":
            return self._number(_HEXADECIMAL, 16, len(self._text)) or "x"
        return _ESCAPES.get(one, one)

    def _number(self, digits: str, base: int, most: int) -> str:
        begin = self._at
        while self._at < len(self._text) and self._at - begin < most:
            if self._text[self._at] not in digits:
                break
            self._at += 1
        written = self._text[begin : self._at]
        return _character(int(written, base)) if written else ""


def _character(code: int) -> str:
    is_one = code <= _CODE_MAX and not 0xD800 <= code <= 0xDFFF  # Surrogates are half of one.
    return chr(code) if is_one else "\ufffd"
