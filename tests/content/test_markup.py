"""Markdown to safe HTML."""

import time

import pytest

from studyapp.content.markup import (
    TooLong,
    TooSlow,
    glossary_of,
    render,
    render_cloze,
    render_inline,
    render_untrusted,
)

GLOSSARY = glossary_of(
    [
        ("task", "task", ["tasks"], "The running unit."),
        ("task-definition", "task definition", [], "Its `JSON`."),
        ("regexp", "a+b", [], "Marks of a pattern."),
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
    import re

    html = render(hostile)
    tags = re.findall(r"<[^>]*>", html)
    for tag in tags:
        assert not re.search(r"\b(on\w+|style|id|hx-[\w-]+|data-[\w-]+|srcdoc)\s*=", re.sub(r'"[^"]*"', '""', tag))
        assert not re.match(r"</?(script|style|svg|img|iframe|div|form|object)", tag)
        assert not re.search(r'(href|src)="(?!https?:|/)', tag)


def test_links_to_topics_and_facts_lead_to_their_pages():
    html = render("[a](topic:ecr) [b](fact:N030) [c](https://docs.aws.amazon.com/x)")
    assert 'href="/topics/ecr/"' in html
    assert 'href="/facts/N030/"' in html
    assert 'href="https://docs.aws.amazon.com/x" rel="noopener noreferrer"' in html


def test_the_first_occurrence_of_a_term_is_linked_and_the_longest_name_wins():
    html = render("A task definition and a task; another Task, `task`, [task](topic:ecr).", GLOSSARY)
    assert html.count("/glossary/#task-definition") == 1
    assert html.count('/glossary/#task"') == 1
    assert (
        'a <a href="/glossary/#task" title="The running unit." rel="noopener noreferrer">task</a>; another Task' in html
    )
    assert "<code>task</code>" in html


def test_terms_are_not_linked_in_headings_code_and_their_own_definition():
    assert "/glossary/" not in render("## A task\n\n```\ntask\n```\n\n`task`", GLOSSARY)
    assert "/glossary/" not in render("A task runs.", GLOSSARY, without="task")
    assert "/glossary/" not in render("multitasking, sub-task, tasked", GLOSSARY)


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


def test_untrusted_text_is_rendered_like_any_other():
    text = "A task, *well*."
    assert render_untrusted(text, GLOSSARY) == render(text, GLOSSARY)
