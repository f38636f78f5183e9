"""What a process counts by itself: exactly, and no more of it than it can bear."""

from app.web.rate_counters import SECONDS, Memory


def test_a_minute_after_the_first_one_more_is_allowed():
    counts = Memory()

    assert [counts.take("mail", 2, "ada", at) for at in (0, 10, 20)] == [None, None, 40]
    assert counts.take("mail", 2, "ada", 59) == 1
    assert counts.take("mail", 2, "ada", 60) is None
    assert counts.take("mail", 2, "ada", 61) == 9


def test_what_is_refused_does_not_count():
    counts = Memory()
    for at in range(50):
        counts.take("mail", 1, "ada", at)

    assert counts.take("mail", 1, "ada", SECONDS) is None


def test_each_client_and_each_limit_has_a_count_of_its_own():
    counts = Memory()
    counts.take("mail", 1, "ada", 0)

    assert counts.take("mail", 1, "bob", 0) is None
    assert counts.take("search", 1, "ada", 0) is None
    assert counts.take("mail", 1, "ada", 0)


def test_what_is_over_is_forgotten_though_nobody_asks_for_it_again():
    counts = Memory()
    for number in range(5000):
        counts.take("mail", 1, f"client {number}", number / 1000)
    assert len(counts) == 5000

    for number in range(3000):
        counts.take("mail", 5000, "ada", SECONDS + 5 + number / 1000)

    assert len(counts) == 3000


def test_a_crowd_of_any_size_takes_no_more_than_so_much_memory(monkeypatch):
    monkeypatch.setattr(Memory, "MOST", 1000)
    counts = Memory()

    for number in range(5000):
        counts.take("mail", 2, f"client {number}", 1)

    assert len(counts) == 1000
    assert [counts.take("mail", 2, "client 4999", 1) for _ in range(2)] == [None, 60]
