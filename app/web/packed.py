"""Files of the page that the build has packed (frontend/vite.config.ts): `x.js.br` and `x.js.gz` beside `x.js`."""

import mimetypes
from pathlib import Path
from typing import Any

from flask import Response, request, send_from_directory
from werkzeug.security import safe_join

ENDINGS = {"br": ".br", "gzip": ".gz"}
"""By the name of the encoding, the one that packs best first: https://www.rfc-editor.org/rfc/rfc9110#name-content-codings"""


def send(folder: Path, name: str, **options: Any) -> Response:
    """The file, packed where the client takes that; a part of a file is a part of the plain one. Raises NotFound."""
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
    """The best encoding that the client takes and that the build has made."""
    for encoding, ending in ENDINGS.items():
        file = safe_join(str(folder), name + ending)
        if file is not None and request.accept_encodings[encoding] > 0 and Path(file).is_file():
            return encoding
    return None
