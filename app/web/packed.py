"""Files of the page that the build has compressed (frontend/vite.config.ts): `x.js.br` and `x.js.gz` beside `x.js`."""

import mimetypes
from pathlib import Path
from typing import Any

from flask import Response, request, send_from_directory
from werkzeug.security import safe_join

ENDINGS = {"br": ".br", "gzip": ".gz"}
"""By the name of the encoding, the smallest result first: https://www.rfc-editor.org/rfc/rfc9110#name-content-codings"""


def send(folder: Path, name: str, **options: Any) -> Response:
    """The file, compressed if the client accepts that and asks for no range of bytes. Raises NotFound."""
    encoding = None if "Range" in request.headers else _best(folder, name)
    if encoding is None:
        response = send_from_directory(folder, name, **options)
    else:
        kind, _ = mimetypes.guess_type(name)
        response = send_from_directory(folder, name + ENDINGS[encoding], mimetype=kind, **options)
        response.content_encoding = encoding
    response.vary.add("Accept-Encoding")
    return response


def _best(folder: Path, name: str) -> str | None:
    """The first of ENDINGS that the client accepts and for which there is a file."""
    for encoding, ending in ENDINGS.items():
        file = safe_join(str(folder), name + ending)
        if file is not None and request.accept_encodings[encoding] > 0 and Path(file).is_file():
            return encoding
    return None
