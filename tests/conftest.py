"""What every test shares: the Hypothesis profiles.

``gate`` is what runs by default and in CI: the same examples each time, without deadline. ``search`` looks for new
ones: ``HYPOTHESIS_PROFILE=search pytest tests/property``.

Hypothesis also draws constants out of the modules of the project that happen to be imported, so which tests ran before
would change the examples; the gate does without.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

import modemtwin

settings.register_profile(
    "gate", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", settings.get_profile("gate"), derandomize=False, max_examples=5_000)
_PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "gate")
settings.load_profile(_PROFILE)
if _PROFILE == "gate":
    _names = vars(providers)
    assert _names["is_local_module_file"](modemtwin.__file__), "this is how Hypothesis tells whose constants it draws"
    _names["is_local_module_file"] = lambda _: False
