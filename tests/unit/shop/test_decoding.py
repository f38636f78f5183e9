"""What is made of an uploaded file: a picture that shows nothing but itself, or words that say why not."""

from io import BytesIO

import pytest
from PIL import Image

from app.shop.decoding import HEAD, NotAPicture, PictureTooLarge, prepared, size

GPS, LATITUDE, ORIENTATION, ROTATED = 0x8825, 2, 0x0112, 6


def file_of(size=(40, 20), kind="PNG", mode="RGB", **options):
    file = BytesIO()
    Image.new(mode, size, "teal" if mode != "L" else 90).save(file, kind, **options)
    return file.getvalue()


def opened(data):
    return Image.open(BytesIO(data))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_each_kind_that_browsers_show_becomes_webp(kind):
    made = opened(prepared(file_of(kind=kind)).large)

    assert (made.format, made.size) == ("WEBP", (40, 20))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_each_form_of_colours_is_understood(mode):
    assert opened(prepared(file_of(mode=mode)).large).size == (40, 20)


def test_what_is_clear_stays_clear():
    file = BytesIO()
    Image.new("RGBA", (40, 20), (0, 0, 0, 0)).save(file, "PNG")

    assert opened(prepared(file.getvalue()).large).getpixel((0, 0))[3] == 0


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_the_first_bytes_of_a_file_tell_its_size(mode):
    made = prepared(file_of((1600, 900), mode=mode))

    assert size(made.large[:HEAD]) == (1600, 900)
    assert size(made.small[:HEAD]) == (480, 270)


def test_forty_megapixels_become_small_enough_to_show():
    made = prepared(file_of((8000, 5000), "JPEG"))

    assert (opened(made.large).size, opened(made.small).size) == ((1600, 1000), (480, 300))


def test_a_small_one_is_not_blown_up():
    made = prepared(file_of((40, 20)))

    assert opened(made.small).size == (40, 20)


def test_one_taken_on_its_side_stands_upright():
    exif = Image.Exif()
    exif[ORIENTATION] = ROTATED

    assert opened(prepared(file_of((40, 20), "JPEG", exif=exif)).large).size == (20, 40)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_does_not_tell_where_it_was_taken(kind):
    exif = Image.Exif()
    exif.get_ifd(GPS)[LATITUDE] = (52.0, 31.0, 12.0)
    exif[0x010E] = "at home"
    data = file_of(kind=kind, exif=exif)
    assert b"at home" in data

    for each in (made := prepared(data)).large, made.small:
        assert b"at home" not in each
        assert dict(opened(each).getexif()) == {}


def test_the_same_picture_has_the_same_name_and_another_one_another():
    one, again, other = (prepared(file_of(size)).digest for size in [(40, 20), (40, 20), (41, 20)])

    assert one == again != other


@pytest.mark.parametrize(
    "data",
    [b"", b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n" + bytes(40)],
    ids=["nothing", "text", "svg", "broken"],
)
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(NotAPicture):
        prepared(data)


def test_a_file_that_ends_too_early_is_refused():
    with pytest.raises(NotAPicture):
        prepared(file_of((400, 400), "JPEG")[:-200])


def test_sixteen_bits_of_grey_keep_their_shade():
    file = BytesIO()
    Image.new("I;16", (40, 20), 40_000).save(file, "PNG")

    assert opened(prepared(file.getvalue()).large).getpixel((0, 0)) == pytest.approx((155, 155, 155), abs=2)


def test_one_clear_colour_stays_clear():
    assert opened(prepared(file_of(transparency=(0, 128, 128))).large).getpixel((0, 0))[3] == 0


def test_a_short_file_that_would_take_long_is_refused():
    jpeg = file_of((400, 400), "JPEG", progressive=True)
    scan = jpeg[jpeg.rindex(b"\xff\xda") : -2]

    with pytest.raises(NotAPicture):
        prepared(jpeg[:-2] + scan * 200 + jpeg[-2:])


@pytest.mark.parametrize("kind", ["WEBP", "GIF"])
def test_what_takes_much_memory_to_decode_has_fewer_pixels(kind):
    with pytest.raises(PictureTooLarge):
        prepared(file_of((4001, 4001), kind))


@pytest.mark.parametrize("size", [(10_000, 5_001), (13_000, 13_000), (20_000, 20_000)])
def test_a_bomb_is_refused_before_it_is_decoded(size):
    with pytest.raises(PictureTooLarge):
        prepared(file_of(size, mode="1"))
