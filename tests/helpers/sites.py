"""Servers that are closed after the test (`pytest_plugins = "helpers.sites"`)."""

import pytest

from helpers.loopback import Site, serving


@pytest.fixture
def sites():
    """Makes one, of a dictionary of pages or of what answers."""
    made = []

    def make(answer, **more):
        made.append(Site(serving(answer) if isinstance(answer, dict) else answer, **more))
        return made[-1]

    yield make
    for site in made:
        site.close()
