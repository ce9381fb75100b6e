"""The colours: readable to WCAG AA in both themes, and told apart by colour-blind eyes."""

import re
from itertools import combinations
from math import sqrt
from pathlib import Path
from typing import Final

import pytest

_TOKENS: Final = Path(__file__).parents[2] / "dashboard" / "assets" / "tokens.css"
_THEMES: Final = ("dark", "light")
_SHEETS: Final = sorted(path.name for path in _TOKENS.parent.glob("*.css") if path != _TOKENS)
_AA_TEXT, _AA_SHAPES = 4.5, 3.0
# Below about ten two colours are taken for one another at a glance; status also has shape and word.
_DELTA_E_MIN: Final = 12.0

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
_BLINDNESS: Final = {
    "none": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
Colour = tuple[float, float, float]


def theme(name: str) -> dict[str, str]:
    """The colours of a theme by token."""
    found = re.search(rf'\[data-theme="{name}"\] \{{(.*?)\}}', _TOKENS.read_text(), re.DOTALL)
    assert found is not None
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", found[1]))


def linear(colour: str) -> Colour:
    """A colour in hex (sRGB) as linear light."""
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    )
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""
    light = [
        0.2126 * red + 0.7152 * green + 0.0722 * blue
        for red, green, blue in (linear(one), linear(other))
    ]
    return (max(light) + 0.05) / (min(light) + 0.05)


def lab(colour: Colour) -> Colour:
    """Linear RGB as CIE L*a*b*, D65."""
    red, green, blue = colour
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    f = [t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z)]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def seen(colour: str, blindness: str) -> Colour:
    """A colour as such eyes see it."""
    light = linear(colour)
    rows = [
        sum(weight * part for weight, part in zip(row, light, strict=True))
        for row in _BLINDNESS[blindness]
    ]
    red, green, blue = (min(1.0, max(0.0, value)) for value in rows)
    return red, green, blue


def delta_e(one: str, other: str, blindness: str) -> float:
    """How different two colours look (CIE 1976)."""
    a, b = lab(seen(one, blindness)), lab(seen(other, blindness))
    return sqrt(sum((p - q) ** 2 for p, q in zip(a, b, strict=True)))


def test_the_formulas_are_right() -> None:
    """Black on white is 21 to 1, and white is as light as it gets."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert lab(linear("#ffffff"))[0] == pytest.approx(100, abs=0.01)


@pytest.mark.parametrize("name", _THEMES)
@pytest.mark.parametrize(
    "pair",
    [
        *((colour, ground) for ground in ("ground", "card") for colour in (
            "text", "quiet", "on-target", "watch", "trouble", "information")),
        *((colour, "card-trouble") for colour in ("text", "quiet", "trouble")),
        ("banner-text", "banner"),
        ("drill-text", "drill"),
        ("past-text", "past"),
    ],
    ids="-on-".join,
)  # fmt: skip
def test_text_has_the_contrast_of_wcag_aa(name: str, pair: tuple[str, str]) -> None:
    """Every pair that meets on a screen."""
    colours = theme(name)

    assert contrast(colours[pair[0]], colours[pair[1]]) >= _AA_TEXT


@pytest.mark.parametrize("name", _THEMES)
@pytest.mark.parametrize("shape", ["line-strong", "people-free", "people-busy", "people-wrap"])
def test_shapes_have_the_contrast_of_wcag_aa(name: str, shape: str) -> None:
    """Bars, borders of buttons and goal lines, on the card they stand on."""
    colours = theme(name)

    assert contrast(colours[shape], colours["card"]) >= _AA_SHAPES


@pytest.mark.parametrize("name", _THEMES)
@pytest.mark.parametrize("blindness", _BLINDNESS)
def test_states_are_told_apart(name: str, blindness: str) -> None:
    """The four states' colours, by eyes of every kind."""
    colours = theme(name)
    states = [colours[token] for token in ("on-target", "watch", "trouble", "quiet")]

    differences = [delta_e(*pair, blindness) for pair in combinations(states, 2)]

    assert min(differences) >= _DELTA_E_MIN


def test_both_themes_have_the_same_tokens() -> None:
    """A colour forgotten in one theme would come from nowhere."""
    assert theme("dark").keys() == theme("light").keys()


@pytest.mark.parametrize("sheet", _SHEETS)
def test_no_colour_stands_outside_the_tokens(sheet: str) -> None:
    """A screen's own sheet names colours only by their token."""
    text = re.sub(r"#\w+ ?[,{.\[]", "", _TOKENS.with_name(sheet).read_text())

    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", text) == []
