"""Settings come from the environment, once, and say what they want."""

import pytest

from kg.errors import InputError
from kg.limits import Limits
from kg.settings import VARIABLES, Settings


def test_without_any_variable_there_are_defaults():
    assert Settings.from_environment({}) == Settings()
    assert Settings.from_environment({"KG_SECONDS": " "}) == Settings()


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable.name)
def test_the_default_of_each_variable_is_what_holds_without_it(variable):
    text = variable.default
    assert Settings.from_environment({variable.name: text}) == Settings()


def test_each_variable_fills_its_field():
    settings = Settings.from_environment(
        {"KG_SECONDS": "2.5", "KG_RESULT_MB": "3", "KG_WORKERS": "8", "KG_DEFAULT_GRAPH": "own",
         "KG_PROXY": "::1", "KG_REQUEST_KB": "10", "KG_QUEUE": "0"}
    )  # fmt: skip
    assert settings == Settings(
        Limits(seconds=2.5, result_bytes=3 * 2**20, workers=8, queue=0),
        default_graph="own", proxy="::1", request_bytes=10240,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"),
    [("KG_SECONDS", "soon"), ("KG_SECONDS", "0"), ("KG_SECONDS", "nan"), ("KG_SECONDS", "inf"),
     ("KG_WORKERS", "-1"), ("KG_WORKERS", "2.5"), ("KG_MEMORY_MB", "1"), ("KG_ROWS", "1e99"),
     ("KG_DEFAULT_GRAPH", "both"), ("KG_PROXY", "localhost")],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_an_error_that_says_what_is_wanted(name, text):
    with pytest.raises(InputError, match=f"{name} is '{text}'; want"):
        Settings.from_environment({name: text})
