from simulators.payments.timeline import LONGEST, Timeline

ALL = 100


def test_only_the_newest_lines_are_kept():
    timeline = Timeline(most=3)

    for _ in range(5):
        timeline.note("mended")

    assert [line.number for line in timeline.after(0, ALL)] == [3, 4, 5]


def test_a_reader_gets_what_is_new_and_what_has_changed():
    timeline = Timeline()
    first = timeline.note("request", path="/v1/refunds")
    last = timeline.note("mended").change

    timeline.change(first, "re_1", status=200)
    timeline.note("clock", moved=60)
    changed, made = timeline.after(last, ALL)

    assert (changed.number, changed.about, changed.facts) == (1, "re_1", {"path": "/v1/refunds", "status": 200})
    assert (made.number, made.kind) == (3, "clock")


def test_a_reader_gets_many_lines_in_several_answers():
    timeline = Timeline()
    for _ in range(3):
        timeline.note("mended")

    some = timeline.after(0, 2)
    rest = timeline.after(some[-1].change, 2)

    assert [line.number for line in (*some, *rest)] == [1, 2, 3]


def test_a_line_that_was_dropped_may_still_change():
    timeline = Timeline(most=1)
    dropped = timeline.note("request")
    timeline.note("mended")

    timeline.change(dropped, status=200)

    assert [line.kind for line in timeline.after(0, ALL)] == ["mended"]


def test_what_a_caller_sent_takes_little_room():
    timeline = Timeline()

    line = timeline.note("request", path="/v1/" + "x" * 60_000)

    assert len(line.facts["path"]) == LONGEST


def test_a_reader_notices_that_the_log_was_cleared():
    timeline = Timeline()
    timeline.note("mended")
    before = timeline.log

    timeline.clear()

    assert timeline.log != before
    assert timeline.after(0, ALL) == []
