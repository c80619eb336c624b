#!/usr/bin/env python3
"""Checks the phrase tables beside this folder; prints `file:line: what is wrong` and exits with 1
when anything is.

    python3 check.py            every table
    python3 check.py --counts   and how many terms and groups each has

Needs hunspell with en_GB and en_US (Debian: hunspell hunspell-en-gb hunspell-en-us).
"""

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TABLES = HERE.parent

GROUPED = {
    "colours.txt",
    "finishes.txt",
    "materials.txt",
    "mediums.txt",
    "occasions.txt",
    "patterns.txt",
    "presentation.txt",
    "product_types.txt",
    "settings.txt",
    "styles.txt",
}
PLAIN = {"flavours.txt", "movements.txt"}
PAIRS = {"synonyms.txt"}

BASIC_COLOURS = set(
    "black white grey brown beige red orange yellow green blue purple pink gold silver "
    "multicoloured".split()
)

# Letters with their accents, digits, single spaces, and the marks that a name may need inside.
PHRASE = re.compile(r"[a-zà-öø-ÿœ0-9]+(?:(?: |-|'|' |'-)[a-zà-öø-ÿœ0-9]+)*")
GROUP = re.compile(r"[a-zà-öø-ÿ0-9]+(?:(?: |-|, )[a-zà-öø-ÿ0-9]+)*")
WORD = re.compile(r"[a-zà-öø-ÿœ0-9']+")

# The text tower of CLIP takes 77 tokens; a term shares them with a caption and other terms.
MAX_CHARACTERS = 40


def main():
    complaints = []
    tables = {}
    for name in sorted(GROUPED | PLAIN | PAIRS):
        tables[name] = read_table(name, complaints)
    found = {path.name for path in TABLES.glob("*.txt")}
    for name in sorted(found - set(tables)):
        complaints.append((name, 1, "this script does not know the table; add it to GROUPED, PLAIN or PAIRS"))

    check_colours(tables["colours.txt"], complaints)
    check_synonyms(tables["synonyms.txt"], tables["product_types.txt"], complaints)
    check_brands(tables, complaints)
    check_spelling(tables, complaints)

    for name, line, message in sorted(set(complaints)):
        print(f"{name}:{line}: {message}")
    if "--counts" in sys.argv[1:]:
        for name, rows in tables.items():
            groups = len({row[1] for _, row in rows if len(row) > 1}) if name in GROUPED else None
            print(f"{name}: {len(rows)} lines" + (f", {groups} groups" if groups else ""))
    sys.exit(1 if complaints else 0)


def read_table(name, complaints):
    """The rows of a table as (line number, fields), after a check of its form and order."""
    path = TABLES / name
    if not path.exists():
        complaints.append((name, 1, "the table is missing"))
        return []
    data = path.read_bytes()
    if b"\r" in data:
        complaints.append((name, 1, "lines have to end in LF alone"))
    if not data.endswith(b"\n"):
        complaints.append((name, data.count(b"\n") + 1, "the last line has no end"))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        complaints.append((name, 1, f"not UTF-8: {error}"))
        return []

    rows = []
    first_seen = {}
    in_header = True
    for number, line in enumerate(text.split("\n")[:-1], start=1):
        if line != line.rstrip():
            complaints.append((name, number, "spaces at the end of the line"))
        if line.startswith("#"):
            continue
        if number == 1:
            complaints.append((name, number, "the table has to start with a comment that says what it is"))
        in_header = False
        fields = line.split("\t")
        if len(fields) != (1 if name in PLAIN else 2):
            complaints.append((name, number, "wrong number of fields, which are separated by one tab"))
            continue
        for position, field in enumerate(fields):
            form = GROUP if name in GROUPED and position == 1 else PHRASE
            if not form.fullmatch(field):
                complaints.append((name, number, f"'{field}' is not a phrase in lower case"))
            if len(field) > MAX_CHARACTERS:
                complaints.append((name, number, f"'{field}' is longer than {MAX_CHARACTERS} characters"))
        # A term stands once in its table; of a pair it is the synonym that does.
        term = fields[1] if name in PAIRS else fields[0]
        if term in first_seen:
            complaints.append((name, number, f"'{term}' stands in line {first_seen[term]} as well"))
        first_seen.setdefault(term, number)
        key = tuple(reversed(fields)) if name in GROUPED else tuple(fields)
        if rows and key < rows[-1][2]:
            complaints.append((name, number, f"'{fields[0]}' is out of order"))
        rows.append((number, fields, key))
    if in_header:
        complaints.append((name, 1, "the table holds no term"))
    return [(number, fields) for number, fields, _ in rows]


def check_colours(rows, complaints):
    names = {fields[0] for _, fields in rows}
    for number, (term, basic) in rows:
        if basic not in BASIC_COLOURS:
            complaints.append(("colours.txt", number, f"'{basic}' is no basic colour"))
    for basic in sorted(BASIC_COLOURS - names):
        complaints.append(("colours.txt", 1, f"the basic colour '{basic}' has no line of its own"))


def check_synonyms(rows, types, complaints):
    known = {fields[0] for _, fields in types}
    synonyms = {fields[1] for _, fields in rows}
    for number, (preferred, synonym) in rows:
        for term in (preferred, synonym):
            if term not in known:
                complaints.append(("synonyms.txt", number, f"'{term}' is not in product_types.txt"))
        if preferred in synonyms:
            complaints.append(("synonyms.txt", number, f"'{preferred}' is a synonym of something else"))
        if preferred == synonym:
            complaints.append(("synonyms.txt", number, f"'{preferred}' is paired with itself"))


def check_brands(tables, complaints):
    """No term holds a brand name, as a word or as words in a row."""
    brands = read_words("brands.txt", complaints)
    for name, rows in tables.items():
        for number, fields in rows:
            for field in fields:
                spaced = f" {' '.join(WORD.findall(field))} "
                hyphens_kept = f" {field} "
                for brand in brands:
                    if f" {brand} " in spaced or f" {brand} " in hyphens_kept:
                        complaints.append((name, number, f"'{brand}' is a brand name"))


def check_spelling(tables, complaints):
    """Every word is in the British dictionary or among the accepted words."""
    accepted = set(read_words("accepted_words.txt", complaints))
    places = {}
    for name, rows in tables.items():
        for number, fields in rows:
            for field in fields:
                for word in WORD.findall(field.lower()):
                    if not word.isdigit():
                        places.setdefault(word, []).append((name, number))
    for word in sorted(accepted - set(places)):
        complaints.append(("check/accepted_words.txt", 1, f"no table uses '{word}'"))

    unknown = misspelt(set(places) - accepted, "en_GB")
    also_american = misspelt(unknown, "en_US")
    for word in sorted(unknown):
        message = f"'{word}' is in neither dictionary; mend it or add it to check/accepted_words.txt"
        if word not in also_american:
            message = f"'{word}' is spelt the American way"
        complaints.extend((name, number, message) for name, number in places[word])


def misspelt(words, language):
    """Those of `words` that hunspell does not know in lower case nor as a proper name."""
    if not words:
        return set()
    wanted = sorted(words)
    lines = "\n".join(form for word in wanted for form in (word, word.capitalize())) + "\n"
    try:
        result = subprocess.run(
            ["hunspell", "-i", "utf-8", "-d", language, "-l"],
            input=lines, capture_output=True, text=True, encoding="utf-8", check=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"hunspell with the dictionary {language} could not be run: {error}")
    reported = set(result.stdout.split())
    return {word for word in wanted if word in reported and word.capitalize() in reported}


def read_words(name, complaints):
    """The lines of a file of this folder without its comments; they have to be sorted and single."""
    words = []
    for number, line in enumerate((HERE / name).read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("#") or not line:
            continue
        if words and line <= words[-1]:
            complaints.append((f"check/{name}", number, f"'{line}' is out of order or stands twice"))
        words.append(line)
    return words


if __name__ == "__main__":
    main()
