"""Composing what a merchant would type or write about a picture.

Two uses. `compose` makes varied texts for CLIP: short queries, titles and sentences, each with the
facts that it states, so that training can tell which other pictures it fits as well. `describe`
makes the one sentence that the captioner learns for a picture.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from .records import Record
from .words import Thing, thing, wide_names

COLOUR_WORDS = {
    "grey": ["grey", "gray"],
    "turquoise": ["turquoise", "teal"],
    "burgundy": ["burgundy", "dark red", "wine red"],
    "navy": ["navy", "navy blue", "dark blue"],
    "beige": ["beige", "sand coloured", "cream"],
    "light blue": ["light blue", "sky blue", "pale blue"],
    "olive": ["olive", "olive green", "khaki"],
    "gold": ["gold", "golden"],
    "silver": ["silver", "silver coloured"],
}
PATTERN_WORDS = {
    "striped": ["striped", "stripy"],
    "dotted": ["dotted", "polka dot", "spotted"],
    "checked": ["checked", "checkered", "chequered"],
    "floral": ["floral", "flowery"],
    "zigzag": ["zigzag", "chevron"],
    "plain": ["plain", "solid"],
}
PATTERN_PHRASES = {
    "striped": "with stripes",
    "dotted": "with dots",
    "checked": "with checks",
    "floral": "with flowers",
    "zigzag": "with a zigzag pattern",
    "starry": "with stars",
}
PLACES = {
    "wooden table": "on a wooden table",
    "room": "in a room",
    "linen": "on linen",
    "concrete": "on concrete",
    "marble": "on marble",
    "tiles": "on tiles",
}
_COLOURS = {word for words in COLOUR_WORDS.values() for word in words} | {
    "red", "green", "yellow", "blue", "orange", "brown", "pink", "golden",
}
NUMBERS = {2: "two", 3: "three", 4: "four"}


@dataclass(frozen=True)
class Composed:
    """A text and the facts that it states; `None` where it says nothing."""

    text: str
    name: str
    colour: str | None = None
    pattern: str | None = None
    material: str | None = None
    background: str | None = None
    count: int | None = None


def compose(record: Record, rng: random.Random) -> Composed:
    """One text that is true of `record`."""
    known = thing(record)
    if known.wide and rng.random() < 0.12:
        name = rng.choice(wide_names(rng.choice(known.wide)))
    else:
        # The first name is what most people say.
        name = known.names[0] if rng.random() < 0.45 else rng.choice(known.names)
    colour = pattern = material = background = None
    if _colour_speaks(record, known) and rng.random() < 0.6:
        colour = record.colour
    if record.pattern and rng.random() < (0.25 if record.pattern == "plain" else 0.55):
        pattern = record.pattern
    if record.material and rng.random() < 0.35:
        material = record.material
    if record.background and rng.random() < 0.15:
        background = record.background
    colour_word = rng.choice(COLOUR_WORDS.get(colour, [colour])) if colour else None
    pattern_word = rng.choice(PATTERN_WORDS.get(pattern, [pattern])) if pattern else None
    after = ""
    if pattern in PATTERN_PHRASES and rng.random() < 0.3:
        pattern_word, after = None, " " + PATTERN_PHRASES[pattern]
    words = [w for w in (colour_word, pattern_word, material, name) if w]
    if pattern_word and colour_word and rng.random() < 0.3:
        words[0], words[1] = words[1], words[0]
    phrase = " ".join(words)
    count = record.count if (record.count or 1) > 1 and known.form == "a" and rng.random() < 0.5 else None
    if count:
        phrase = f"{NUMBERS.get(count, 'several')} {phrase if phrase.endswith('s') else plural(phrase)}"
        known = replace(known, form="plural")
    phrase += after
    if background:
        phrase += " " + _on(background)
    text = _frame(phrase, name, [w for w in (colour_word, pattern_word, material) if w], known, rng)
    return Composed(text, name, colour, pattern, material, background, count)


def describe(record: Record) -> str:
    """The sentence that the captioner learns: "a blue striped ceramic mug on a white background"."""
    known = thing(record)
    words: list[str] = []
    if _colour_speaks(record, known):
        words.append(record.colour)
        second = record.second_colour
        if second and second != record.colour and record.pattern not in (None, "plain"):
            words.append(f"and {second}")
    if record.pattern and record.pattern != "plain":
        words.append(record.pattern)
    if record.material:
        words.append(record.material)
    words.append(known.names[0])
    phrase = " ".join(words)
    count = record.count or 1
    if count == 2 and known.names[0] in ("shoe", "boot"):
        phrase = f"a pair of {plural(phrase)}"
    elif known.form == "pair":
        phrase = f"a pair of {phrase}"
    elif known.unit:
        phrase = f"{known.unit} {phrase}"
    elif count > 1 and known.form == "a":
        phrase = f"{NUMBERS.get(count, 'several')} {plural(phrase)}"
    elif known.form == "a":
        phrase = f"{_article(phrase)} {phrase}"
    if known.second and record.second_colour and record.pattern == "plain":
        second = record.second_colour
        phrase += " " + known.second.format(f"{_article(second)} {second}")
    if record.background:
        phrase += " " + _on(record.background)
    return phrase


def stated(record: Record) -> Composed:
    """The captioner's sentence with the facts that it states."""
    known = thing(record)
    return Composed(
        describe(record),
        known.names[0],
        colour=record.colour if _colour_speaks(record, known) else None,
        pattern=record.pattern,
        material=record.material,
        background=record.background,
    )


def _frame(phrase: str, name: str, facts: list[str], known: Thing, rng: random.Random) -> str:
    """The phrase as a query, a title or a sentence."""
    draw = rng.random()
    if draw < 0.42:
        return phrase
    sentence = f"{_article(phrase)} {phrase}" if known.form == "a" else phrase
    if known.form == "pair" and rng.random() < 0.5:
        sentence = f"a pair of {phrase}"
    if known.unit and rng.random() < 0.5:
        sentence = f"{known.unit} {phrase}"
    if draw < 0.55:
        return sentence
    if draw < 0.85:
        lead = rng.choice(
            [
                "a photo of",
                "a photo of",
                "a picture of",
                "a product photo of",
                "an image of",
                "this is",
                "for sale:",
                "photo of",
            ]
        )
        return f"{lead} {sentence}"
    if draw < 0.93 and not phrase.startswith(tuple(NUMBERS.values())):
        return ", ".join([name, *facts])
    # As the interrogator writes: a sentence and then phrases.
    extra = [*facts, *(rng.choice(wide_names(w)) for w in known.wide)]
    rng.shuffle(extra)
    return ", ".join([sentence, *extra])


def _colour_speaks(record: Record, known: Thing) -> bool:
    """A colour before "red delicious apple" or before a printed carton would be noise."""
    if not (record.colour and known.colourful):
        return False
    return not any(word in _COLOURS for name in known.names for word in name.split())


def _on(background: str) -> str:
    return PLACES.get(background) or f"on {_article(background)} {background} background"


def _article(phrase: str) -> str:
    return "an" if phrase[:1] in "aeiou" else "a"


def plural(phrase: str) -> str:
    """Several of what `phrase` ends with."""
    if phrase.endswith(("s", "x", "ch", "sh")):
        return phrase + "es"
    return phrase + "s"
