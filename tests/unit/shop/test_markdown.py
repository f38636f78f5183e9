"""What owners write is shown to every buyer: none of it may run."""

import re

import pytest

from app.shop.markdown import html


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("# A\n\n## B\n\n# C", ["h2", "h3", "h2"]),
        ("## A\n\n### B\n\n## C", ["h2", "h3", "h2"]),
        ("# A\n\n###### B\n\n### C", ["h2", "h3", "h3"]),
        ("### A\n\n# B", ["h2", "h2"]),
    ],
)
def test_headings_stand_below_the_title_of_the_page_and_none_is_skipped(written, shown):
    assert re.findall("<(h[1-6])>", html(written)) == shown


def test_what_an_imprint_needs_is_there():
    written = (
        "**Kiosk**\n\n- [mail](mailto:shop@example.com)\n- [terms](/pages/terms)\n\n| a | b |\n| - | - |\n| 1 | 2 |"
    )

    shown = html(written)

    for each in (
        "<strong>Kiosk</strong>",
        '<a href="mailto:shop@example.com">',
        '<a href="/pages/terms">',
        "<td>1</td>",
    ):
        assert each in shown


def test_a_wide_table_is_in_a_box_that_scrolls_and_takes_the_focus_for_it():
    shown = html("| a | b |\n| - | - |\n| 1 | 2 |")

    assert shown.startswith('<div class="wide" tabindex="0"><table>')
    assert shown.rstrip().endswith("</table></div>")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "a <b onclick=alert(1)>b</b>",
        "<svg/onload=alert(1)>",
        "<!-- --><iframe src=//evil.example></iframe>",
    ],
)
def test_html_is_text_like_any_other(text):
    shown = html(text)

    assert "&lt;" in shown
    assert not any(tag in shown for tag in ("<script", "<img", "<b ", "<svg", "<iframe", "<!--"))


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "vbscript:x",
        "data:text/html;base64,PHNjcmlwdD4=",
        "&#106;avascript:alert(1)",
        "java\tscript:alert(1)",
    ],
)
def test_no_link_runs_anything(address):
    assert "href" not in html(f"[here]({address}) <{address}>")


def test_no_attribute_is_broken_out_of():
    shown = html('![a" onerror="alert(1)](/x.png "t\\" onload=\\"alert(1)")')

    of_src_alt_and_title = 6
    assert shown.count('"') == of_src_alt_and_title
