"""What somebody signs in with, in words."""

import pytest

from app.auth.devices import told, words

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36", "Chrome on Windows"),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
            "Samsung Internet on Android",
        ),
        (
            f"Mozilla/5.0 (iPhone; CPU OS 18_6 like Mac OS X) {WEBKIT} Version/18.6 Safari/604.1",
            "Safari on iPhone",
        ),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/18.6 Safari/605.1.15", "Safari on macOS"),
        ("Firefox/140.0", "Firefox"),
        ("curl/8.5.0", "curl 8.5.0"),
        ("python-httpx/0.28.1 (a comment)", "python-httpx 0.28.1"),
    ],
)
def test_a_device_is_named_in_words(user_agent, expected):
    assert words(user_agent) == expected


@pytest.mark.parametrize("user_agent", ["", "\x00", "<script>", "\xff\xfe"])
def test_what_names_nothing_is_an_unknown_device(user_agent):
    assert words(user_agent) == "Unknown device"


@pytest.mark.parametrize("name", ["curl 8.5.0", "tool on Linux", "Forbidden", "Firefox"])
def test_a_program_and_a_browser_alone_keep_their_name_in_each_language(name):
    assert told(name, "de") == name


def test_a_name_without_end_is_cut_to_what_the_column_holds():
    assert len(words("a" * 9000 + "/" + "b" * 9000)) <= 200
