"""Makes the files of this folder and `expected.json` again.

    python -m venv venv && venv/bin/pip install numpy pillow pillow-heif tifffile imagecodecs
    apt install libjxl-tools libavif-bin
    venv/bin/python make.py

Each picture is four fields of known colours, most of 96 x 64 pixels. `expected.json` has for each file its
upright width and height, and the colour in sRGB at a quarter and three quarters of both sides: top left, top
right, bottom left, bottom right. A file without a value there is one that must be refused.
"""

import io
import json
import os
import struct
import subprocess
import tempfile
import zlib

import imagecodecs
import numpy as np
import pillow_heif
import tifffile
from PIL import Image

import profiles as icc

HERE = os.path.dirname(os.path.abspath(__file__))
COLOURS = [(200, 30, 40), (30, 120, 60), (40, 60, 160), (128, 128, 128)]
GREYS = [200, 100, 50, 128]
WHITE = (255, 255, 255)
expected = {}


def fields(values, width=96, height=64, dtype=np.uint8):
    values = np.array(values, dtype)
    rows = [np.repeat(values[at : at + 2], width // 2, 0) for at in (0, 2)]
    return np.stack([row for row in rows for _ in range(height // 2)])


def write(name, data, colours=COLOURS, size=(96, 64)):
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(data)
    if colours is not None:
        expected[name] = [list(size), [list(map(int, np.ravel(c))) if np.size(c) == 3 else [int(c)] * 3 for c in colours]]


def save(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def levels(space, colours=COLOURS):
    return np.round(space(np.array(colours) / 255) * 255).astype(np.uint8)


RGB = Image.fromarray(fields(COLOURS))
P3 = Image.fromarray(fields(levels(icc.in_p3)))
ADOBE = Image.fromarray(fields(levels(icc.in_adobe)))
PROPHOTO = Image.fromarray(fields(levels(icc.in_prophoto)))
GREY = Image.fromarray(fields(GREYS))
TURNED = [COLOURS[2], COLOURS[0], COLOURS[3], COLOURS[1]]
EXIF6 = Image.Exif()
EXIF6[0x0112] = 6
JPEG = dict(quality=96, subsampling=0)

# JPEG.
plain = save(RGB, "JPEG", **JPEG)
write("plain.jpg", plain)
write("grey.jpg", save(GREY, "JPEG", quality=96), GREYS)
write("progressive.jpg", save(RGB, "JPEG", progressive=True, **JPEG))
write("subsampled.jpg", save(RGB, "JPEG", quality=96, subsampling=2))
write("p3.jpg", save(P3, "JPEG", icc_profile=icc.P3_PROFILE, **JPEG))
write("adobe.jpg", save(ADOBE, "JPEG", icc_profile=icc.ADOBE_PROFILE, **JPEG))
# One level of JPEG's differences is several levels of a colour that is saturated.
SOFT = [(180, 60, 60), (90, 130, 100), (70, 80, 150), (128, 128, 128)]
soft = Image.fromarray(fields(levels(icc.in_prophoto, SOFT)))
write("prophoto.jpg", save(soft, "JPEG", icc_profile=icc.PROPHOTO_PROFILE, quality=100, subsampling=0), SOFT)
write("srgb-profile.jpg", save(RGB, "JPEG", icc_profile=icc.SRGB_PROFILE, **JPEG))
SWAPPED = [(g, b, r) for r, g, b in COLOURS]
table = icc.table_profile(b"RGB ", 3, 17, lambda rgb: rgb[:, [2, 0, 1]])
write("table.jpg", save(Image.fromarray(fields(SWAPPED)), "JPEG", icc_profile=table, **JPEG))
write("grey-gamma1.jpg", save(GREY, "JPEG", quality=96, icc_profile=icc.grey_profile(1.0)),
      np.round(icc.encode_srgb(np.array(GREYS) / 255) * 255))
write("grey-rgb-profile.jpg", save(GREY, "JPEG", quality=96, icc_profile=icc.SRGB_PROFILE), GREYS)
write("broken-profile.jpg", save(RGB, "JPEG", icc_profile=icc.P3_PROFILE[:200], **JPEG))
write("wrong-profile.jpg", save(RGB, "JPEG", icc_profile=icc.INKS_PROFILE[:60_000], **JPEG))


def in_parts(data, profile, order):
    size = -(-len(profile) // len(order))
    marks = b""
    for number in order:
        part = profile[(number - 1) * size : number * size]
        body = b"ICC_PROFILE\0" + bytes([number, len(order)]) + part
        marks += b"\xff\xe2" + struct.pack(">H", len(body) + 2) + body
    return data[:2] + marks + data[2:]


write("parts-swapped.jpg", in_parts(save(P3, "JPEG", **JPEG), icc.P3_PROFILE, [3, 1, 2]))
write("leading-bytes.jpg", b"\r\nuploaded\n" + plain)
write("trailing-bytes.jpg", plain + b"<html>" * 500)
write("no-end.jpg", plain[:-2])
xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
turned = save(RGB, "JPEG", exif=EXIF6, **JPEG)
write("xmp-then-exif6.jpg", turned[:2] + b"\xff\xe1" + struct.pack(">H", len(xmp) + 2) + xmp + turned[2:], TURNED, (64, 96))
write("two-pictures.jpg", save(RGB, "MPO", save_all=True, append_images=[Image.fromarray(fields(SWAPPED))], **JPEG))
INKS = [(0, 255, 255, 0), (255, 0, 255, 0), (200, 160, 0, 60), (0, 0, 0, 128)]
OF_INKS = [[round((255 - i) * (255 - k) / 255) for i in (c, m, y)] for c, m, y, k in INKS]
cmyk = Image.fromarray(fields(INKS), "CMYK")
write("inks.jpg", save(cmyk, "JPEG", quality=98, subsampling=0), OF_INKS)
WITH_BLACK = np.array([(0.1, 0.9, 0.8, 0.1), (0.8, 0.2, 0.7, 0.2), (0.9, 0.8, 0.1, 0), (0, 0, 0, 0.5)])
press = Image.fromarray(fields(np.round(WITH_BLACK * 255)), "CMYK")
OF_PRESS = np.round(icc.inks_to_rgb(WITH_BLACK) * 255)
write("inks-profile.jpg", save(press, "JPEG", quality=98, subsampling=0, icc_profile=icc.INKS_PROFILE), OF_PRESS)
direct = imagecodecs.jpeg8_encode(fields(COLOURS), level=96, colorspace="RGB", outcolorspace="RGB")
write("without-conversion.jpg", direct)
wide = Image.fromarray(fields(COLOURS, 960, 640))
write("large.jpg", save(wide, "JPEG", quality=80), COLOURS, (960, 640))

# PNG.


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_chunk(png, name, body):
    return png[:33] + chunk(name, body) + png[33:]


png = save(RGB, "PNG")
write("plain.png", png)
write("prophoto.png", save(PROPHOTO, "PNG", icc_profile=icc.PROPHOTO_PROFILE))
linear = np.round(icc.decode_srgb(np.array(COLOURS) / 255) * 65535).astype(np.uint16)
linear16 = imagecodecs.png_encode(fields(linear, dtype=np.uint16))
write("gamma1.png", with_chunk(linear16, b"gAMA", struct.pack(">I", 100_000)))
chrm = struct.pack(">8I", *(round(v * 100_000) for point in icc.P3 for v in point))
write("chromaticities.png", with_chunk(with_chunk(save(P3, "PNG"), b"cHRM", chrm), b"gAMA", struct.pack(">I", 45_455)))
write("srgb-chunk.png", with_chunk(with_chunk(png, b"gAMA", struct.pack(">I", 100_000)), b"sRGB", b"\0"))
write("coded-p3.png", with_chunk(save(P3, "PNG"), b"cICP", bytes([12, 13, 0, 1])))


def pq(light):
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    p = (light * 203 / 10_000) ** m1
    return ((c1 + c2 * p) / (1 + c3 * p)) ** m2


BT2020 = ((0.3127, 0.3290), (0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
hdr = np.round(icc.from_srgb(np.array(COLOURS) / 255, BT2020, pq) * 65535).astype(np.uint16)
write("coded-pq.png", with_chunk(imagecodecs.png_encode(fields(hdr, dtype=np.uint16)), b"cICP", bytes([9, 16, 0, 1])))
write("sixteen.png", imagecodecs.png_encode(fields(np.array(COLOURS) * 257, dtype=np.uint16)))
write("grey-sixteen.png", imagecodecs.png_encode(fields(np.array(GREYS) * 257, dtype=np.uint16)), GREYS)
CLEAR = [WHITE, *COLOURS[1:]]
write("transparent-colour.png", save(RGB, "PNG", transparency=COLOURS[0]), CLEAR)
palette = RGB.quantize(4)
write("palette.png", save(palette, "PNG"))
at = palette.getpixel((24, 16))
write("transparent-palette.png", save(palette, "PNG", transparency=at), CLEAR)
write("transparent-grey.png", save(GREY, "PNG", transparency=200), [255, *GREYS[1:]])
HALF = [(200, 30, 40, 128), *[(*c, 255) for c in COLOURS[1:]]]
OF_HALF = [[round((c * 128 + 255 * 127) / 255) for c in COLOURS[0]], *COLOURS[1:]]
write("alpha.png", save(Image.fromarray(fields(HALF)), "PNG"), OF_HALF)
write("exif6.png", save(RGB, "PNG", exif=EXIF6), TURNED, (64, 96))
write("animated.png", save(RGB, "PNG", save_all=True, append_images=[Image.fromarray(fields(SWAPPED))], duration=100))
mask = np.zeros((64, 96, 4), np.uint8)
mask[16:50, 24:74] = (250, 250, 250, 255)
white = Image.fromarray(mask)
write("white-on-nothing.png", save(white, "PNG"), [250] * 4)

# WebP.
write("plain.webp", save(RGB, "WEBP", quality=96))
write("lossless.webp", save(RGB, "WEBP", lossless=True))
write("p3.webp", save(P3, "WEBP", lossless=True, icc_profile=icc.P3_PROFILE))
write("alpha.webp", save(Image.fromarray(fields(HALF)), "WEBP", quality=96), OF_HALF)
write("exif6.webp", save(RGB, "WEBP", lossless=True, exif=EXIF6), TURNED, (64, 96))
blank = Image.new("RGB", (96, 64), WHITE)
write("animated.webp", save(RGB, "WEBP", lossless=True, save_all=True, append_images=[blank], duration=100))
write("blank-first.webp", save(blank, "WEBP", lossless=True, save_all=True, append_images=[RGB], duration=100))
write("large.webp", save(wide, "WEBP", quality=80), COLOURS, (960, 640))

# GIF.
write("plain.gif", save(palette, "GIF"))
write("interlaced.gif", save(palette, "GIF", interlace=1))
write("blank-first.gif", save(blank.quantize(4), "GIF", save_all=True, append_images=[palette], duration=100))
corner = palette.crop((0, 0, 48, 64))
small = save(corner, "GIF")
write("small-first.gif", small[:6] + struct.pack("<HH", 96, 64) + small[10:], [COLOURS[0], WHITE, COLOURS[2], WHITE])

# BMP.


def bmp(pixels, height, header=40, masks=b"", compression=0):
    rows = pixels[::-1] if height > 0 else pixels
    body = rows[..., [2, 1, 0, 3]].tobytes() if pixels.shape[2] == 4 else rows[..., ::-1].tobytes()
    bits = pixels.shape[2] * 8
    head = struct.pack("<IiiHHIIiiII", header, 96, height, 1, bits, compression, len(body), 2835, 2835, 0, 0)
    head = (head + masks).ljust(header, b"\0")
    return b"BM" + struct.pack("<IHHI", 14 + len(head) + len(body), 0, 0, 14 + len(head)) + head + body


unused = np.dstack([fields(COLOURS), np.zeros((64, 96), np.uint8)])
write("plain.bmp", bmp(fields(COLOURS), 64))
write("top-down.bmp", bmp(fields(COLOURS), -64))
write("unused-alpha.bmp", bmp(unused, 64))
masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000) + b"BGRs"
write("unused-alpha-v5.bmp", bmp(unused, 64, 124, masks, 3))

# TIFF.


def tiff(pixels, **options):
    out = io.BytesIO()
    options = dict(photometric="rgb" if pixels.ndim == 3 else "minisblack", metadata=None, **options)
    tifffile.imwrite(out, pixels, **options)
    return out.getvalue()


for method in ["none", "lzw", "zlib", "packbits", "zstd", "lzma", "jpeg"]:
    write(f"{method}.tif", tiff(fields(COLOURS), compression=None if method == "none" else method))
write("predictor-lzma.tif", tiff(fields(COLOURS), compression="lzma", predictor=2, rowsperstrip=8))
write("big.tif", tiff(fields(COLOURS), bigtiff=True))
write("big-endian.tif", tiff(fields(COLOURS), byteorder=">"))
write("tiled.tif", tiff(fields(COLOURS), tile=(32, 32)))
write("planar.tif", tiff(np.moveaxis(fields(COLOURS), 2, 0).copy(), planarconfig="separate"))
write("sixteen.tif", tiff(fields(np.array(COLOURS) * 257, dtype=np.uint16)))
write("float.tif", tiff(fields(np.array(COLOURS) / 255, dtype=np.float32)))
write("grey.tif", tiff(fields(GREYS)), GREYS)
premultiplied = fields([(100, 15, 20, 128), *HALF[1:]])
write("alpha.tif", tiff(fields(HALF), extrasamples=["unassalpha"]), OF_HALF)
write("alpha-premultiplied.tif", tiff(premultiplied, extrasamples=["assocalpha"]), OF_HALF)
write("extra.tif", tiff(fields([(*c, 0) for c in COLOURS]), extrasamples=["unspecified"]))
write("palette.tif", save(palette, "TIFF"))
write("inks.tif", save(cmyk, "TIFF"), OF_INKS)
write("p3.tif", save(P3, "TIFF", icc_profile=icc.P3_PROFILE, compression="tiff_adobe_deflate"))
write("fax.tif", save(Image.fromarray(fields([255, 0, 0, 255])).convert("1"), "TIFF", compression="group4"), [255, 0, 0, 255])
lab = np.round(icc.to_lab(np.array(COLOURS) / 255) * [2.55, 1, 1]).astype(int) % 256
write("lab.tif", save(Image.fromarray(fields(lab), "LAB"), "TIFF"))
write("exif6.tif", save(RGB, "TIFF", tiffinfo={274: 6}), TURNED, (64, 96))
pages = io.BytesIO()
with tifffile.TiffWriter(pages) as out:
    out.write(fields(SWAPPED, 12, 8), photometric="rgb", subfiletype=1, metadata=None)
    out.write(fields(COLOURS), photometric="rgb", metadata=None)
write("thumbnail-first.tif", pages.getvalue())

# AVIF.
write("plain.avif", save(RGB, "AVIF", quality=95, subsampling="4:4:4"))
write("subsampled.avif", save(RGB, "AVIF", quality=95, subsampling="4:2:0"))
write("alpha.avif", save(Image.fromarray(fields(HALF)), "AVIF", quality=95, subsampling="4:4:4"), OF_HALF)
write("p3.avif", save(P3, "AVIF", quality=95, subsampling="4:4:4", icc_profile=icc.P3_PROFILE))
write("exif6.avif", save(RGB, "AVIF", quality=95, subsampling="4:4:4", exif=EXIF6), TURNED, (64, 96))
write("grey.avif", save(GREY, "AVIF", quality=95), GREYS)


def by_program(program, *arguments, inputs, suffix):
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for at, data in enumerate(inputs):
            names.append(os.path.join(folder, f"{at}.png"))
            with open(names[-1], "wb") as file:
                file.write(data)
        out = os.path.join(folder, f"out.{suffix}")
        subprocess.run([program, *arguments, *names, out], check=True, capture_output=True)
        with open(out, "rb") as file:
            return file.read()


def avif(*arguments, inputs):
    return by_program("avifenc", "-s", "6", "--min", "0", "--max", "4", *arguments, inputs=inputs, suffix="avif")


write("limited.avif", avif("-r", "l", "-y", "444", inputs=[png]))
write("ten-bit.avif", avif("-d", "10", "-y", "444", inputs=[png]))
write("coded-p3.avif", avif("--cicp", "12/13/1", "-y", "444", inputs=[save(P3, "PNG")]))
pq_png = imagecodecs.png_encode(fields(hdr, dtype=np.uint16))
write("ten-bit-pq.avif", avif("--cicp", "9/16/9", "-d", "10", "-y", "444", inputs=[pq_png]))
quarters = [save(Image.fromarray(fields([c] * 4, 128, 128)), "PNG") for c in COLOURS]
write("grid.avif", avif("--grid", "2x2", "-y", "444", inputs=quarters), COLOURS, (256, 256))

# HEIC.
pillow_heif.register_heif_opener()
HEIF = dict(quality=95, chroma=444)
write("plain.heic", save(RGB, "HEIF", **HEIF))
write("p3.heic", save(P3, "HEIF", icc_profile=icc.P3_PROFILE, **HEIF))

# JPEG XL.


def jxl(data, *arguments):
    return by_program("cjxl", *arguments, inputs=[data], suffix="jxl")


write("lossless.jxl", jxl(png, "-d", "0"))
write("lossy.jxl", jxl(png, "-d", "0.5"))
write("prophoto.jxl", jxl(save(PROPHOTO, "PNG", icc_profile=icc.PROPHOTO_PROFILE), "-d", "0"))
write("alpha.jxl", jxl(save(Image.fromarray(fields(HALF)), "PNG"), "-d", "0"), OF_HALF)
write("grey.jxl", jxl(save(GREY, "PNG"), "-d", "0"), GREYS)

# Photoshop.


def psd(planes, mode, bits=8, packed=False, resources=b"", large=False):
    n, height, width = planes.shape
    head = b"8BPS" + struct.pack(">H6xHIIHH", 2 if large else 1, n, height, width, bits, mode)
    body = head + struct.pack(">I", 0) + struct.pack(">I", len(resources)) + resources + bytes(8 if large else 4)
    rows = planes.astype(">u2" if bits == 16 else np.uint8)
    if not packed:
        return body + b"\0\0" + rows.tobytes()
    coded = [imagecodecs.packbits_encode(row.tobytes()) for plane in rows for row in plane]
    lengths = b"".join(struct.pack(">I" if large else ">H", len(row)) for row in coded)
    return body + b"\0\1" + lengths + b"".join(coded)


def resource(number, data):
    return b"8BIM" + struct.pack(">H", number) + b"\0\0" + struct.pack(">I", len(data)) + data + bytes(len(data) % 2)


planes = np.moveaxis(fields(COLOURS), 2, 0)
write("raw.psd", psd(planes, 3))
write("packed.psd", psd(planes, 3, packed=True))
write("large.psb", psd(planes, 3, packed=True, large=True))
write("sixteen.psd", psd(planes.astype(np.uint16) * 257, 3, bits=16))
write("prophoto.psd", psd(np.moveaxis(np.asarray(PROPHOTO), 2, 0), 3, packed=True, resources=resource(1039, icc.PROPHOTO_PROFILE)))
write("inks.psd", psd(255 - np.moveaxis(fields(INKS), 2, 0), 4, packed=True), OF_INKS)
preview = struct.pack(">IIIIIIHH", 1, 96, 64, 288, 288 * 64, len(plain), 24, 1) + plain
write("preview.psd", psd(np.zeros((3, 64, 96)), 7, packed=True, resources=resource(1036, preview)))

# Cameras.
sensor = np.full((64, 96), 500, np.uint16)
photo = save(Image.fromarray(fields(COLOURS, 480, 320)), "JPEG", quality=90)
little = save(Image.fromarray(fields(SWAPPED, 160, 160)), "JPEG", quality=90)
dng = io.BytesIO()
with tifffile.TiffWriter(dng) as out:
    out.write(sensor, photometric="cfa", metadata=None, extratags=[
        (50706, 1, 4, b"\1\4\0\0", True), (274, 3, 1, 6, True), (33421, 3, 2, (2, 2), True), (33422, 1, 4, bytes([0, 1, 1, 2]), True)])
write("camera.dng", dng.getvalue() + little + photo, TURNED, (320, 480))


def box(name, body):
    return struct.pack(">I", 8 + len(body)) + name + body


cr3 = box(b"ftyp", b"crx \0\0\0\1crx isom") + box(b"moov", box(b"CMT1", b"MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\3\0\0\0\0\0\0"))
half_turn = COLOURS[::-1]
write("camera.cr3", cr3 + box(b"mdat", little + photo), half_turn, (480, 320))
raf = b"FUJIFILMCCD-RAW 0201FF000000" + bytes(120)
write("camera.raf", raf + photo, COLOURS, (480, 320))
write("without-preview.dng", dng.getvalue(), None)

# What is not read.
write("drawing.svg", b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' width='96' height='64'/>", None)
write("page.pdf", b"%PDF-1.7\n%%EOF\n", None)
write("picture.jp2", save(RGB, "JPEG2000"), None)
write("picture.ico", save(RGB, "ICO"), None)
write("words.jpg", b"This is no picture.\n" * 50, None)

# One photo in five spaces, for the models: within what the inks of `inks_to_rgb` reach.
SAMPLE = os.path.join(HERE, "../../../../samples/images/VT-0001.jpg")
with Image.open(SAMPLE) as sample:
    pixels = 0.16 + 0.84 * np.asarray(sample.convert("RGB").resize((256, 256))) / 255
SPACES = {
    "srgb": (lambda rgb: rgb, None),
    "p3": (icc.in_p3, icc.P3_PROFILE),
    "adobe": (icc.in_adobe, icc.ADOBE_PROFILE),
    "prophoto": (icc.in_prophoto, icc.PROPHOTO_PROFILE),
    "cmyk": (icc.rgb_to_inks, icc.INKS_PROFILE),
}
for name, (convert, profile) in SPACES.items():
    stored = np.round(convert(pixels) * 255).astype(np.uint8)
    image = Image.fromarray(stored, "CMYK") if name == "cmyk" else Image.fromarray(stored)
    photo = save(image, "JPEG", quality=96, subsampling=0, icc_profile=profile)
    write(os.path.join("spaces", f"{name}.jpg"), photo, None)

with open(os.path.join(HERE, "expected.json"), "w") as file:
    lines = (f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in sorted(expected.items()))
    file.write("{\n" + ",\n".join(lines) + "\n}\n")
