"""Markdown to safe HTML."""

import contextlib
import re
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyapp.content.markup import (
    SHORT,
    TooLong,
    TooSlow,
    Unrenderable,
    glossary_of,
    render,
    render_cloze,
    render_inline,
    render_untrusted,
)

GLOSSARY = glossary_of(
    [
        ("task", "task", ["tasks"]),
        ("task-definition", "task definition", []),
        ("regexp", "a+b", []),
    ]
)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<div hx-get="/account/delete/" hx-trigger="load">x</div>',
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "[x](java\nscript:alert(1))",
        "[x](//evil.example/)",
        "[x](/\\evil.example/)",
        "[x](/\t/evil.example/)",
        "[x](ftp://evil.example/)",
        "[x]\n\n[x]: javascript:alert(1)",
        "~~~{.card #main onclick=x}\nx\n~~~",
        "## x {#main .card}",
        "![x](javascript:alert(1))",
        "<javascript:alert(1)>",
        '[x](https://a.example "onmouseover=alert(1)")',
        "<p id=main style=color:red class=card data-hotkey=1>x</p>",
        "```\" onmouseover=alert(1)\nx\n```",
        "<svg><a xlink:href=javascript:alert(1)>x</a></svg>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<style>*{}</style>",
        "<!-- <script> -->",
    ],
)  # fmt: skip
def test_hostile_text_gives_no_markup_that_acts(hostile):
    html = render(hostile)
    tags = re.findall(r"<[^>]*>", html)
    for tag in tags:
        assert not re.search(r"\b(on\w+|style|id|hx-[\w-]+|data-[\w-]+|srcdoc)\s*=", re.sub(r'"[^"]*"', '""', tag))
        assert not re.match(r"</?(script|style|svg|img|iframe|div|form|object)", tag)
        assert not re.search(r'(href|src)="(?!https?://|/(?![/\\\s]))', tag)


def test_links_to_topics_and_facts_lead_to_their_pages():
    html = render("[a](topic:ecr) [b](fact:N030) [c](https://docs.aws.amazon.com/x)")
    assert 'href="/topics/ecr/"' in html
    assert 'href="/facts/N030/"' in html
    assert 'href="https://docs.aws.amazon.com/x"' in html


def test_the_first_occurrence_of_a_term_is_linked_and_the_longest_name_wins():
    html = render("A task definition and a task; another Task, `task`, [task](topic:ecr).", GLOSSARY)
    assert html.count("/glossary/#task-definition") == 1
    assert html.count('/glossary/#task"') == 1
    assert 'a <a href="/glossary/#task">task</a>; another Task' in html
    assert "<code>task</code>" in html


def test_terms_are_not_linked_in_headings_code_and_their_own_definition():
    assert "/glossary/" not in render("## A task\n\n```\ntask\n```\n\n`task`", GLOSSARY)
    assert "/glossary/" not in render("A task runs.", GLOSSARY, without="task")
    assert "/glossary/" not in render("multitasking, sub-task, tasked", GLOSSARY)


def test_a_term_is_found_across_a_line_end():
    assert '/glossary/#task-definition"' in render("A task\ndefinition.", GLOSSARY)


def test_letters_that_only_look_like_a_term_are_left_alone():
    glossary = glossary_of([("mi", "mi", [])])
    assert render("Mİ, MI", glossary).count("/glossary/") == 1


@given(st.lists(st.sampled_from(["task", "tasks", "task definition", "*task*", "`task`", "Aſk", ".", "\n", "<b>"])))
def test_each_term_is_linked_at_most_once_and_no_word_is_lost(words):
    text = " ".join(words)
    with_links = render(text, GLOSSARY)
    assert with_links.count('/glossary/#task"') <= 1
    assert with_links.count('/glossary/#task-definition"') <= 1
    assert re.sub(r"</?a[^>]*>", "", with_links) == render(text)


def test_a_terms_name_is_no_pattern():
    assert "/glossary/" not in render("aab", GLOSSARY)
    assert "/glossary/#regexp" in render("the a+b case", GLOSSARY)


def test_terms_are_linked_between_other_marks():
    html = render("x *y* tasks **z** task definition, task.", GLOSSARY)
    assert "<em>y</em> <a" in html
    assert html.count("<a ") == 2
    assert html.endswith(", task.</p>")


def test_tables_and_code_keep_what_they_need():
    html = render("| a | b |\n|---|---|\n| 1 | 2 |\n\n```json\n{}\n```")
    assert '<th scope="col">a</th>' in html
    assert '<code class="language-json">' in html


def test_one_paragraph_is_given_without_its_tag():
    assert render_inline("a `b`") == "a <code>b</code>"
    assert render_inline("") == ""
    assert render_inline("a\n\nb").count("<p>") == 2


def test_a_cloze_shows_a_gap_and_then_what_fills_it():
    front = "Picks the {{least `cpu`}} left."
    assert render_cloze(front, filled=False) == "Picks the <mark>[…]</mark> left."
    assert render_cloze(front, filled=True) == "Picks the <mark>least <code>cpu</code></mark> left."


@pytest.mark.parametrize(
    ("front", "gap", "whole"),
    [
        ("Use {{x}}(https://a.example) now", "Use <mark>[…]</mark>(https://a.example) now",
         "Use <mark>x</mark>(https://a.example) now"),
        ("Use {{*x}} y* now", "Use <mark>[…]</mark> y* now", "Use <mark><em>x</em></mark><em> y</em> now"),
        ("Use `--{{x}}` now", "Use <code>--<mark>[…]</mark></code> now", "Use <code>--<mark>x</mark></code> now"),
        ("\ue000 {{x}}", "<mark>[…]</mark>", "<mark>x</mark>"),
    ],
)  # fmt: skip
def test_a_gap_stays_a_gap_whatever_stands_around_it(front, gap, whole):
    assert (render_cloze(front, filled=False), render_cloze(front, filled=True)) == (gap, whole)


def test_a_list_that_goes_on_keeps_its_number():
    assert '<ol start="3">' in render("3. three\n4. four")


def test_a_long_text_is_refused():
    with pytest.raises(TooLong, match="20,001 characters"):
        render("x" * 20_001)
    with pytest.raises(TooLong):
        render_untrusted("x" * 20_001)


def test_a_text_that_takes_too_long_is_ended():
    start = time.monotonic()
    with pytest.raises(TooSlow, match="unclosed"):
        render_untrusted("[" * 10_000 + "a" * 100, timeout=1.5)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("sign", ["[", "![", "[a][", "[a](", "*a **b ", "> ", "- ", "|a", "`", "<", "&"])
def test_no_short_text_is_slow(sign):
    begun = time.monotonic()
    render((sign * SHORT)[:SHORT])
    assert time.monotonic() - begun < 2


def test_a_text_is_ended_in_any_thread():
    found = []

    def work():
        try:
            render_untrusted("[" * 10_000 + "a" * 100, timeout=0.5)
        except TooSlow as problem:
            found.append(str(problem))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert found == ["takes longer than 0.5 seconds to render: look for unclosed or nested marks"]


@pytest.mark.parametrize(
    "text",
    [">" * 19_000, "".join(f"{'  ' * n}- a\n" for n in range(150)), "*_" * 9_000],
    ids=["quotes", "lists", "emphasis"],
)
def test_a_text_nested_deeply_is_rendered_or_refused(text):
    with contextlib.suppress(Unrenderable):
        render_untrusted(text)


def test_untrusted_text_is_rendered_like_any_other():
    text = "A task, *well*. — é 🚢\n\n" + "word " * SHORT
    assert render_untrusted(text, GLOSSARY) == render(text, GLOSSARY)


def test_the_empty_corner_of_a_table_is_no_head():
    html = render("| | EC2 |\n|---|---|\n| EBS | yes |")
    assert "<td></td>" in html
    assert '<th scope="col">EC2</th>' in html
