"""ICC profiles of this project's own making: matrix and table, grey and inks (ICC.1:2010)."""

import struct

import numpy as np

D50 = (0.9642, 1.0, 0.8249)
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
SRGB = ((0.3127, 0.3290), (0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
P3 = ((0.3127, 0.3290), (0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
ADOBE = ((0.3127, 0.3290), (0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
PROPHOTO = ((0.3457, 0.3585), (0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001))


def xyz(x, y):
    return np.array([x / y, 1.0, (1 - x - y) / y])


def matrix_of(space):
    """Linear RGB to XYZ under D50."""
    white, *primaries = space
    columns = np.array([xyz(*primary) for primary in primaries]).T
    columns = columns * np.linalg.solve(columns, xyz(*white))
    source, target = BRADFORD @ xyz(*white), BRADFORD @ np.array(D50)
    return np.linalg.inv(BRADFORD) @ np.diag(target / source) @ BRADFORD @ columns


def decode_srgb(v):
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def encode_srgb(v):
    v = np.clip(v, 0, 1)
    return np.where(v <= 0.0031308, v * 12.92, 1.055 * v ** (1 / 2.4) - 0.055)


def from_srgb(rgb, space, encode):
    """Levels 0 to 1 in sRGB as levels of another space."""
    linear = decode_srgb(rgb) @ matrix_of(SRGB).T @ np.linalg.inv(matrix_of(space)).T
    return encode(np.clip(linear, 0, 1))


def to_lab(rgb):
    """Levels 0 to 1 in sRGB as L*a*b* under D50."""
    t = decode_srgb(rgb) @ matrix_of(SRGB).T / np.array(D50)
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def s15(*values):
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def text(words):
    ascii = words.encode() + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(ascii)) + ascii + bytes(78)


def profile(space, pcs, tags, kind=b"mntr"):
    tags = {b"desc": text("made for a test"), b"cprt": b"text\0\0\0\0none\0", b"wtpt": b"XYZ \0\0\0\0" + s15(*D50), **tags}
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        data += bytes(-len(data) % 4)
        table += name + struct.pack(">II", at, len(data))
        body, at = body + data, at + len(data)
    head = struct.pack(">I4sI4s4s4s", at, b"\0\0\0\0", 0x02400000, kind, space, pcs)
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + s15(*D50)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def gamma(value):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(value * 256))


def curve(decode):
    levels = np.round(decode(np.linspace(0, 1, 1024)) * 65535).astype(">u2")
    return b"curv\0\0\0\0" + struct.pack(">I", 1024) + levels.tobytes()


def matrix_profile(space, tone):
    m = matrix_of(space)
    tags = {name: b"XYZ \0\0\0\0" + s15(*m[:, at]) for at, name in enumerate([b"rXYZ", b"gXYZ", b"bXYZ"])}
    return profile(b"RGB ", b"XYZ ", {**tags, b"rTRC": tone, b"gTRC": tone, b"bTRC": tone})


def grey_profile(value):
    return profile(b"GRAY", b"XYZ ", {b"kTRC": gamma(value)})


def table_profile(space, n_in, n_grid, to_rgb, kind=b"mntr"):
    """A table to L*a*b*, of what `to_rgb` makes of device levels."""
    axes = np.meshgrid(*[np.linspace(0, 1, n_grid)] * n_in, indexing="ij")
    lab = to_lab(to_rgb(np.stack(axes, -1).reshape(-1, n_in)))
    coded = np.stack([lab[:, 0] * 652.8, (lab[:, 1] + 128) * 256, (lab[:, 2] + 128) * 256], -1)
    table = np.clip(np.round(coded), 0, 65535).astype(">u2").tobytes()
    linear = struct.pack(">2H", 0, 65535)
    body = b"mft2\0\0\0\0" + bytes([n_in, 3, n_grid, 0]) + s15(1, 0, 0, 0, 1, 0, 0, 0, 1) + struct.pack(">2H", 2, 2)
    return profile(space, b"Lab ", {b"A2B0": body + linear * n_in + table + linear * 3}, kind)


def inks_to_rgb(cmyk):
    """A press that is not the plain one: its inks are less than pure."""
    ink, black = cmyk[..., :3], cmyk[..., 3:]
    return 1 - np.minimum(1, 0.85 * ink * (1 - black) + 0.9 * black)


def rgb_to_inks(rgb):
    """The other way, without black, as far as these inks reach."""
    return np.concatenate([np.clip((1 - rgb) / 0.85, 0, 1), np.zeros_like(rgb[..., :1])], -1)


P3_PROFILE = matrix_profile(P3, curve(decode_srgb))
ADOBE_PROFILE = matrix_profile(ADOBE, gamma(563 / 256))
PROPHOTO_PROFILE = matrix_profile(PROPHOTO, gamma(1.8))
SRGB_PROFILE = matrix_profile(SRGB, curve(decode_srgb))
INKS_PROFILE = table_profile(b"CMYK", 4, 9, inks_to_rgb, b"prtr")


def in_p3(rgb):
    return from_srgb(rgb, P3, encode_srgb)


def in_adobe(rgb):
    return from_srgb(rgb, ADOBE, lambda v: v ** (256 / 563))


def in_prophoto(rgb):
    return from_srgb(rgb, PROPHOTO, lambda v: v ** (1 / 1.8))
