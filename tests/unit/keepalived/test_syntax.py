# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The syntax of keepalived.conf: words, lines and blocks, as keepalived.conf(5) has them."""

from __future__ import annotations

import fnmatch

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived.blocks import (
    Statement,
    parse_blocks,
)
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived.lines import (
    Expander,
    Files,
    Line,
    Place,
    TooLongError,
)
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived.words import (
    split,
    without_comment,
)
from hypothesis import given
from hypothesis import strategies as st

MAIN = "/etc/keepalived/keepalived.conf"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("priority 150", ["priority", "150"]),
        ("  vrrp_instance VI_1{", ["vrrp_instance", "VI_1", "{"]),
        ("virtual_ipaddress{192.0.2.1}", ["virtual_ipaddress", "{", "192.0.2.1", "}"]),
        ('script "/bin/check --fast"', ["script", "/bin/check --fast"]),
        # The examples of keepalived.conf(5), quoted strings.
        ('abcd" efg h jkl "mnop', ["abcd efg h jkl mnop"]),
        ('abcd "efg h jkl" mnop', ["abcd", "efg h jkl", "mnop"]),
        ("'it has \"quotes\"'", ['it has "quotes"']),
        (r"a\ b \"c\" \\", ["a b", '"c"', "\\"]),
        (r"'\101\x42\cC\t'", ["AB\x03\t"]),
        (r"\xd800 \x110000", ["\ufffd", "\ufffd"]),
        ('notify ""', ["notify", ""]),
        ('"not closed { ', ["not closed { "]),
        ("interface ${IF}.${NUM} {", ["interface", "${IF}.${NUM}", "{"]),
        ("end\\", ["end\\"]),
        ("", []),
    ],
)
def test_a_line_is_split_into_words(text: str, words: list[str]) -> None:
    assert split(text) == words


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("priority 150 # the first", "priority 150 "),
        ("priority 150 ! the first", "priority 150 "),
        ('auth_pass "a#b!c" # secret', 'auth_pass "a#b!c" '),
        (r"auth_pass a\#b", r"auth_pass a\#b"),
        ("# all", ""),
    ],
)
def test_a_comment_begins_outside_of_quotes(text: str, left: str) -> None:
    assert without_comment(text) == left


def expander(files: dict[str, str], config_id: str = "lb1") -> Expander:
    """A reader of these files, by path."""

    def match(directory: str, pattern: str) -> list[str]:
        whole = pattern if pattern.startswith("/") else f"{directory}/{pattern}"
        depth = whole.count("/")
        return sorted(one for one in fnmatch.filter(files, whole) if one.count("/") == depth)

    return Expander(Files(files.get, match), config_id, {"VRID": "51"})


def expanded(text: str, config_id: str = "lb1") -> list[str]:
    return [one.text for one in expander({MAIN: text}, config_id).lines(MAIN)]


def test_conditions_ask_for_the_id_of_the_configuration() -> None:
    text = "@lb1 priority 200\n@lb2 priority 150\n@^lb1 state BACKUP\npreempt_delay 5"
    assert expanded(text) == ["priority 200", "preempt_delay 5"]
    assert expanded(text, "lb2") == ["priority 150", "state BACKUP", "preempt_delay 5"]


def test_definitions_are_replaced_when_they_are_used() -> None:
    text = (
        "$BASE=10.2.${SUB}\n$SUB=0\n${BASE}.100/32\n$SUB=10\n${BASE}.100/32\n"
        "$IF_MAIN=@lb1\n$IF_MAIN priority 240\nnotify ${UNDEFINED} $NOWHERE\n"
        "vrid ${_ENV VRID} ${_PWD} ${_INSTANCE}"
    )
    assert expanded(text) == [
        "10.2.0.100/32",
        "10.2.10.100/32",
        "priority 240",
        "notify ${UNDEFINED} $NOWHERE",
        "vrid 51 /etc/keepalived lb1",
    ]


def test_a_definition_of_several_lines_stands_for_all_of_them() -> None:
    text = (
        "$INSTANCE= \\\n  vrrp_instance VI_${NUM} { \\\n  @lb1 priority 130 \\\n"
        "  @lb2 priority 120 \\\n }\n$NUM=0\n$INSTANCE\n$NUM=1\n$INSTANCE\n"
    )
    assert expanded(text) == [
        "vrrp_instance VI_0 {", "priority 130", "}", "vrrp_instance VI_1 {", "priority 130", "}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("~SEQ(N, 0, 3) 10.0.${N}.1", ["10.0.0.1", "10.0.1.1", "10.0.2.1", "10.0.3.1"]),
        ("~SEQ(N, 2) $N", ["1", "2"]),
        ("~SEQ(N, 3, 1) $N", ["3", "2", "1"]),
        ("~SEQ(N, 1, 4, 9) $N", ["1", "5", "9"]),
        ("~SEQx(N, 0x90, 0x10, 0xb0) fe80::${N}", ["fe80::90", "fe80::a0", "fe80::b0"]),
        ("~SEQ(A, 1, 2) ~SEQ(B, 3, 4) $A.${B}", ["$A.3", "$A.4"] * 2),
        ("~SEQ(A, 1, 2) ~SEQ(B, 3, 4) ${A}.${B}", ["1.3", "1.4", "2.3", "2.4"]),
        ("~LST(IP, 1, 7) 10.0.0.${IP}", ["10.0.0.1", "10.0.0.7"]),
        ("~LST({A, B}, {10,1}, {20,4}) 10.${A}.${B}", ["10.10.1", "10.20.4"]),
        ("~SEQ(N, x) $N", []),
        ("~SEQ(N, 1, 0, 5) $N", []),
    ],
)
def test_sequences_and_lists_repeat_the_rest_of_their_line(text: str, lines: list[str]) -> None:
    assert expanded(text) == lines


def test_files_are_included_relative_to_the_including_one() -> None:
    files = {
        MAIN: "global_defs\ninclude conf.d/*.conf\ninclude /nowhere/*\nend",
        "/etc/keepalived/conf.d/1.conf": "include deep/x.conf",
        "/etc/keepalived/conf.d/2.conf": "second",
        "/etc/keepalived/conf.d/deep/x.conf": "deep",
    }
    reading = expander(files)
    found = list(reading.lines(MAIN))
    assert [one.text for one in found] == ["global_defs", "deep", "second", "end"]
    assert found[1].place == Place("/etc/keepalived/conf.d/deep/x.conf", 1)
    assert [str(one.place) for one in reading.faults] == [f"{MAIN}:3"]


def test_a_line_goes_on_behind_a_backslash_and_keeps_its_number() -> None:
    found = list(expander({MAIN: 'one\nscript "a \\\n b"\nthree'}).lines(MAIN))
    assert [(one.place.line, split(one.text)) for one in found] == [
        (1, ["one"]), (2, ["script", "a   b"]), (4, ["three"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "include keepalived.conf\n" * 20,
        "".join(f"$A{n}=${{A{n + 1}}}${{A{n + 1}}}\n" for n in range(40)) + "$A40=x\n$A0",
        "~SEQ(A, 1, 9999) ~SEQ(B, 1, 9999) @never x",
        "$A=${B}\n$B=${A}\n$A",
    ],
)
def test_nothing_is_expanded_without_end(text: str) -> None:
    reading = expander({MAIN: text})
    raised = ""
    try:
        found = list(reading.lines(MAIN))
    except TooLongError as error:
        raised, found = str(error), []
    assert len(found) <= 200_000
    assert raised.startswith(MAIN) or reading.faults


def blocks(text: str) -> tuple[list[Statement], list[str]]:
    lines = [Line(Place("f", number), one) for number, one in enumerate(text.split("\n"), 1)]
    found, faults = parse_blocks(lines)
    return found, [f"{one.place}: {one.text}" for one in faults]


def outline(statements: list[Statement]) -> list[object]:
    """The statements as text, each block with its inner ones."""
    return [[str(one), outline(one.inner)] if one.is_block else str(one) for one in statements]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vrrp_instance A {\n priority 1\n}\nend", [["vrrp_instance A", ["priority 1"]], "end"]),
        ("vrrp_instance A\n{\n x{ y }\n}", [["vrrp_instance A", [["x", ["y"]]]]]),
        ("a { b c } d", [["a", ["b c"]], "d"]),
        ("a { } b", [["a", []], "b"]),
    ],
)
def test_braces_make_blocks_wherever_they_are(text: str, expected: list[object]) -> None:
    found, faults = blocks(text)
    assert (outline(found), faults) == (expected, [])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a {\n b", "f:1: the block a is not closed"),
        ("a\n}\nb", "f:2: a brace closes no block"),
        ("{\n b\n}", "f:1: a brace opens no block"),
        ("a { } { b }", "f:1: a brace opens no block"),
    ],
)
def test_braces_without_their_like_are_faults(text: str, fault: str) -> None:
    assert blocks(text)[1] == [fault]


@given(st.text(alphabet="ab1.{}$@^~=()\"'\\#! \n,SEQLTinclude", max_size=200))
def test_no_text_raises_but_for_its_length(text: str) -> None:
    reading = expander({MAIN: text})
    try:
        parse_blocks(list(reading.lines(MAIN)))
    except TooLongError:
        return
