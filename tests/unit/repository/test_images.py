"""What containers run is named by digest: a tag is another image tomorrow."""

import re

import pytest
import yaml

from tests.processes import ROOT

BY_DIGEST = re.compile(r"[a-z0-9./-]+:[A-Za-z0-9._-]+@sha256:[0-9a-f]{64}")
OURS = "kiosk:"


def of_compose() -> set[str]:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"].values()
    return {service["image"] for service in services if not service["image"].startswith(OURS)}


def of_dockerfile() -> set[str]:
    both = "".join((ROOT / folder / "Dockerfile").read_text() for folder in (".", "simulators"))
    return set(re.findall(r"^ARG BASE=(.+)$", both, re.MULTILINE))


@pytest.mark.parametrize("read", [of_compose, of_dockerfile])
def test_every_image_of_others_is_named_by_tag_and_digest(read):
    images = read()

    assert images
    assert [image for image in sorted(images) if not BY_DIGEST.fullmatch(image)] == []
