"""README.md of a trained network: its card in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

NETWORK, ATTRIBUTE_NETWORK = "network.safetensors", "attributes.safetensors"
ENCODER, CARD, PAGE = "encoder.onnx", "card.json", "README.md"
WAYS = {  # of learning the attributes
    "start": "on the feature as it comes",
    "alone": "tuned alone",
    "jointly": "tuned jointly with the score",
}


def page_of_score(card: dict[str, Any]) -> str:
    """Of `train generic`."""
    found = {name: _figure(value) for name, value in card["spearman"].items()}
    return _page(
        f"# A generic score, learned from {card['data']['name']}",
        "",
        "A network that says of any picture how much people liked pictures like it, from 0 to 1.",
        *_learned_from([card["data"]]),
        _recipe(card),
        "",
        "Spearman's correlation of its score with people's, on the pictures held out:",
        "",
        f"- {found['five_crops']} by five crops of each, {found['whole_picture']} by the whole picture",
        f"- {found['start']} before the network was tuned, when only its head had been learned",
        "",
        *_limits(),
        f"`{NETWORK}`: the weights. `{ENCODER}`: the same as an encoder, `--encoder onnx:.../{ENCODER}`;",
        "a row is its feature, then the score.",
    )


def page_of_attributes(card: dict[str, Any]) -> str:
    """Of `train attributes`."""
    rows = [
        f"| {name} | {' | '.join(_figure(card['attributes'][way][name]) for way in WAYS)} |"
        for name in card["attributes"]["jointly"]
    ]
    return _page(
        f"# Ten attributes and a score, learned from {', '.join(s['name'] for s in card['data'])}",
        "",
        "A network that says of any picture how much it has of each attribute (about 0.5 ± 0.18 over the pictures that",
        "it learned from), and how much people liked pictures like it, from 0 to 1.",
        *_learned_from(card["data"]),
        _recipe(card),
        "",
        "Spearman's correlation with what people said of the pictures held out, by five crops of each:",
        "",
        f"| attribute | {' | '.join(WAYS.values())} |",
        "|---|---|---|---|",
        *rows,
        f"| score | {_figure(card['score']['generic'])} | – | {_figure(card['score']['jointly'])} |",
        "",
        "What is given are the attributes tuned jointly, and the score as it was before them.",
        "",
        *_limits(),
        f"`{ATTRIBUTE_NETWORK}`: the weights. `{ENCODER}`: the same as an encoder, `--encoder onnx:.../{ENCODER}`;",
        "a row is its feature, the ten attributes, then the score.",
    )


def _page(*lines: str) -> str:
    return "\n".join([*lines, ""])


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _learned_from(sets: Sequence[dict[str, Any]]) -> list[str]:
    each = [
        f"- {s['name']} (revision {s['revision'][:12]}), licence: {s['licence'] or 'not stated'}: "
        f"{s['pictures']['learned']:,} pictures learned from, {s['pictures']['held_out']:,} held out"
        for s in sets
    ]
    return ["Numbers only: no picture and nobody's answer is in it.", "", *each, ""]


def _recipe(card: dict[str, Any]) -> str:
    r = card["recipe"]
    return (
        f"Recipe: backbone {card['backbone']} on pictures of {card['side']} x {card['side']}, loss {r['loss']}, "
        f"{r['steps']:,} steps of {r['batch']} pictures, {r['optimiser']} at a rate of {r['rate']:g} with a weight "
        f"decay of {r['decay']:g}, seed {card['seed']}; beholder {card['code']}."
    )


def _limits() -> list[str]:
    return [
        "What it cannot do: it knows what these people said of pictures like these; for other kinds of pictures and",
        "other people it is a first guess. Whether its weights may be passed on is for the licence of the data to say.",
        "",
    ]
