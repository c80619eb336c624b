"""Shards: small enough, complete, and refused when damaged."""

import tempfile
import unittest
from pathlib import Path

from shards import pack, unpack


class Shards(unittest.TestCase):
    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = Path(place.name)
        self.files = {f"set/{i // 10}/{i}.jpg": bytes([i]) * (1000 + 37 * i) for i in range(60)}
        for name, content in self.files.items():
            path = self.place / "data" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self.shards = pack([self.place / "data" / "set"], self.place / "shards", 60_000)

    def test_what_is_packed_is_unpacked(self) -> None:
        self.assertGreater(len(self.shards), 2)
        for shard in self.shards:
            self.assertLessEqual(shard.stat().st_size, 60_000)
        self.assertEqual(unpack(self.place / "shards", self.place / "there"), [])
        for name, content in self.files.items():
            self.assertEqual((self.place / "there" / name).read_bytes(), content)

    def test_a_missing_shard_is_named_and_the_rest_unpacked(self) -> None:
        self.shards[1].unlink()
        self.assertEqual(unpack(self.place / "shards", self.place / "there"), ["shard-001.tar"])
        self.assertTrue((self.place / "there" / "set" / "0" / "0.jpg").exists())

    def test_a_damaged_shard_is_refused(self) -> None:
        content = bytearray(self.shards[0].read_bytes())
        content[700] ^= 1
        self.shards[0].write_bytes(content)
        with self.assertRaisesRegex(ValueError, "shard-000.tar is damaged"):
            unpack(self.place / "shards", self.place / "there")

    def test_a_file_that_fits_no_shard_is_named(self) -> None:
        (self.place / "data" / "set" / "large.bin").write_bytes(bytes(70_000))
        with self.assertRaisesRegex(ValueError, "large.bin is larger"):
            pack([self.place / "data" / "set"], self.place / "again", 60_000)


if __name__ == "__main__":
    unittest.main()
