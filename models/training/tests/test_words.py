"""What is said of pictures: colours, captions, agreement, the split."""

import random
import unittest

import numpy as np

from starter_training.agreement import Agreement
from starter_training.captions import Composed, compose, describe
from starter_training.colours import measure
from starter_training.records import Record

MUG = Record(
    "rendered", "m.jpg", "mug", colour="blue", material="ceramic", pattern="striped", count=1,
    background="white",
)
LAMP = Record(
    "rendered", "l.jpg", "lamp", colour="red", second_colour="orange", material="ceramic",
    pattern="plain", count=1, background="wooden table",
)
BOOTS = Record(
    "rendered", "b.jpg", "boot", colour="brown", material="leather", pattern="plain", count=2
)
SHIRT = Record("clothing", "s.jpg", "T-Shirt", colour="navy")
PLAIN_SHIRT = Record("clothing", "u.jpg", "T-Shirt")
SHOES = Record("clothing", "p.jpg", "Shoes", colour="black")
APPLE = Record("grocery", "a.jpg", "Red-Delicious", coarse="Apple", colour="red")
MILK = Record("grocery", "k.jpg", "Oatly-Oat-Milk", coarse="Oat-Milk", colour="grey")


class Describe(unittest.TestCase):
    def test_sentences(self) -> None:
        def check(record: Record, expected: str) -> None:
            self.assertEqual(describe(record), expected)

        check(MUG, "a blue striped ceramic mug on a white background")
        check(LAMP, "a red ceramic lamp with an orange shade on a wooden table")
        check(BOOTS, "a pair of brown leather boots")
        check(SHIRT, "a navy t-shirt")
        check(PLAIN_SHIRT, "a t-shirt")
        check(SHOES, "a pair of black shoes")
        check(APPLE, "a red delicious apple")
        check(MILK, "a carton of oatly oat milk")


class Agree(unittest.TestCase):
    records = [MUG, SHIRT, PLAIN_SHIRT, SHOES, APPLE, MILK]

    def test_a_composed_text_is_true_of_its_picture(self) -> None:
        agreement, rng = Agreement(self.records), random.Random(5)
        for row, record in enumerate(self.records):
            texts = [compose(record, rng) for _ in range(300)]
            true, counts = agreement.compare(np.array([row]), texts)
            self.assertTrue(true.all() and counts.all(), record)

    def test_pairs(self) -> None:
        agreement = Agreement(self.records)

        def check(record: Record, text: Composed, true: bool, counts: bool) -> None:
            row = np.array([self.records.index(record)])
            got = agreement.compare(row, [text])
            self.assertEqual((bool(got[0][0, 0]), bool(got[1][0, 0])), (true, counts), text)

        check(SHIRT, Composed("a tee", "tee"), True, True)
        check(SHIRT, Composed("clothes", "clothes"), True, True)
        check(SHIRT, Composed("black tee", "tee", colour="black"), False, True)
        check(SHIRT, Composed("blue tee", "tee", colour="blue"), True, True)
        # Nobody knows this shirt's colour: the pair is left out, not called false.
        check(PLAIN_SHIRT, Composed("black tee", "tee", colour="black"), False, False)
        check(MUG, Composed("black tee", "tee", colour="black"), False, True)


class Colours(unittest.TestCase):
    def test_thing_on_backdrop(self) -> None:
        def check(thing: tuple, backdrop: tuple, expected: tuple) -> None:
            pixels = np.full((160, 160, 3), backdrop, dtype=np.uint8)
            pixels[40:120, 40:120] = thing
            self.assertEqual(measure(pixels), expected)

        check((190, 30, 35), (250, 250, 250), ("red", "white"))
        check((35, 60, 150), (10, 10, 10), ("blue", "black"))
        check((250, 250, 250), (120, 90, 60), ("white", None))
        check((25, 25, 25), (200, 180, 150), ("black", None))

    def test_a_motley_thing_has_no_colour(self) -> None:
        pixels = np.full((160, 160, 3), 250, dtype=np.uint8)
        pixels[40:120, 40:80], pixels[40:120, 80:120] = (190, 30, 35), (40, 85, 175)
        pixels[40:80, 60:100] = (50, 130, 60)
        self.assertIsNone(measure(pixels)[0])


class Split(unittest.TestCase):
    def test_a_tenth_is_held_out_whatever_the_folder(self) -> None:
        here = [Record("clothing", f"/a/{i}.jpg", "Hat").held_out for i in range(5000)]
        there = [Record("clothing", f"/b/c/{i}.jpg", "Hat").held_out for i in range(5000)]
        self.assertEqual(here, there)
        self.assertAlmostEqual(sum(here) / len(here), 0.1, delta=0.015)


if __name__ == "__main__":
    unittest.main()
