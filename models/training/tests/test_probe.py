"""Soft labels: right where the teacher can tell, unsure where it cannot."""

import unittest

import numpy as np
import torch

from starter_training.attributes import Values
from starter_training.dataset import Pictures
from starter_training.probe import Probe
from starter_training.records import Record
from starter_training.teacher import MAPS

CPU = torch.device("cpu")
LABELS = ["mug", "bowl", "vase"]


class SoftLabels(unittest.TestCase):
    def setUp(self) -> None:
        chance = np.random.default_rng(0)
        centres = chance.normal(size=(len(LABELS), MAPS["teacher"].n_components))
        records, maps = [], []
        for i in range(600):
            label = i % len(LABELS)
            records.append(Record("clothing", f"{i}.jpg", LABELS[label]))
            maps.append(centres[label] + chance.normal(size=(7, 7, centres.shape[1])))
        # Every tenth mug is labelled a vase.
        wrong = range(0, 600, 30)
        for i in wrong:
            records[i] = Record("clothing", f"{i}.jpg", "vase")
        self.wrong = np.array(wrong)
        pixels = [np.zeros((600, 1, 1, 3), np.uint8)]
        features = {"teacher": [np.stack(maps).astype(np.float16)], "middle": pixels}
        self.pictures = Pictures(records, pixels, features, np.array([0, 600]), CPU)
        self.values = Values(records, CPU)

    def test_a_wrong_label_is_not_repeated(self) -> None:
        probe = Probe.fit(self.pictures, self.values, seed=1)
        rows = np.arange(600)
        answers = probe.ask(self.pictures.map_of("teacher", rows).float().mean((1, 2)), rows)
        torch.testing.assert_close(answers.sum(1), torch.ones(600))
        right = answers.argmax(1) == self.values.label_numbers(rows)
        self.assertGreater(right.float().mean().item(), 0.93)
        # The probe that is asked has not seen the picture with its label.
        self.assertLess(right[self.wrong].float().mean().item(), 0.2)


if __name__ == "__main__":
    unittest.main()
