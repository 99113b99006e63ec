"""Titles, invented artists and plausible prices."""

from __future__ import annotations

import numpy as np

_ARTISTS = """Ada Lindqvist;Bruno Castellane;Chiyo Hamasaki;Dorothea Wenk;Elias Thorne;Femke Oosterhuis;Gideon Marsh
Hana Vrbová;Ines Albarrán;Jonah Whitlock;Katarzyna Bielak;Leopold Fenn;Mirela Dragan;Noor van Eyk;Odile Renaud
Per Anders Holm;Quentin Asare;Rosalind Kerr;Saskia Tamm;Tomás Iriarte;Una Fairweather;Viktor Sandoz;Wilhelmina Roth
Yusuf Adeyemi""".replace("\n", ";").split(";")

_THINGS = {
    "colour fields": "Threshold;Evening;Slow Red;Chamber;Hush;Vesper;Two Weathers;Interior;Ember;Low Sun",
    "hard edge": "Turn;Quarter;Signal;Meridian;Fold;Counterpoint;Passage;Arc;Interval;Corner",
    "grid": "Composition;Eight Rooms;Plan;Avenue;Windows;Measure;Quiet Order;Borough;Ledger;Courtyard",
    "nested squares": "Within;Homage;Chambers;Inner Light;Four Distances;Study;Well;Echo;Stillness;Depth",
    "discs": "Orbit;Rounds;Bells;Ripple;Carousel;Tambourine;Small Planets;Chorus;Drift;Spinning",
    "collage": "Paper Garden;Cut-Out;Seaweed;Dancers;Pebbles;Mobile;Scissors;Aviary;Lagoon;Figures",
    "marble": "Marbling;Agate;River Ink;Vein;Current;Endpaper;Smoke;Delta;Strata;Undertow",
    "flow": "Current;Wind Study;Grasses;Murmuration;Field Lines;Tide;Hair of the Hill;Breath;Swerve;Weather",
    "mandala": "Rosette;Rose Window;Bloom;Compass;Wheel;Sunflower;Clock;Star of Noon;Centre;Ornament",
    "landscape": "Blue Ridges;Valley Mist;Far Hills;October;Pass;First Light;Highland;Morning Walk;Upland;Vale",
    "sea": "Horizon;Slack Water;Sails;Harbour Mouth;Calm;Crossing;Noon at Sea;Regatta;Bay;Landfall",
    "night": "Night Walk;Milky Way;Moonrise;Small Hours;Perseids;Winter Sky;Lantern;Nocturne;North;Stillness",
    "city": "Rooftops;Old Quarter;Canal;Skyline;Lit Windows;Market Street;Quay;Sunday;Tram Stop;Terraces",
    "woods": "Birches;Clearing;Fog;Thin Trees;November;Grove;Path;Thicket;Silence;Edge of the Wood",
    "still life": "Table;Bowl and Bottle;Pears;Two Fruits;Kitchen;Jug;Noon;Breakfast;Quinces;Sideboard",
    "botanical": "Fern;Herbarium;Stem;Three Leaves;Wild Carrot;Garden Notes;Spray;Meadow Plant;Willow;Seedling",
    "ink": "Enso;Bamboo;Brush;One Breath;Distant Hills;Rain;Reed;Empty Mind;Crane's Path;Black on White",
    "washes": "Wet Paper;Pool;Rain Stain;Lichen;Thaw;Petal;Spill;Tidal;Damp Morning;Cloud Notes",
    "waves": "Swell;Seven Waves;Dunes;Ground Sea;Terrace;Rise;Long Water;Furrows;Lullaby;Surf",
    "dabs": "Garden in Dots;Haze;Afternoon;Orchard;Shimmer;Poppies;Heat;Riverbank;Blossom;Sunday Park",
}
_TONES = "in Blue;in Ochre;at Dusk;in Winter;after Rain;for Clara;by the Window;in Grey;at Noon;Revisited".split(";")  # noqa: SIM905


def describe(rng: np.random.Generator, family: str) -> dict[str, str]:
    """title, artist and price of one picture. An artist keeps to three families, and to a price level."""
    title = str(rng.choice(_THINGS[family].split(";")))
    form = rng.random()
    if form < 0.45:
        title = f"{title}, No. {rng.integers(2, 48)}"
    elif form < 0.7:
        title = f"{title} {rng.choice(_TONES)}"
    place = list(_THINGS).index(family)
    who = (place * 5 + int(rng.integers(4)) * 7) % len(_ARTISTS)
    price = 180 * 1.12**who * float(np.exp(rng.normal(0, 0.35)))
    return {"title": title, "artist": _ARTISTS[who], "price": f"€{round(price / 10) * 10}"}
