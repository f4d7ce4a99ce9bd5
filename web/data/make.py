#!/usr/bin/python3
"""Makes the built-in datasets `digits` and `fashion` from Debian packages.

Needs, on Debian 12:

    apt-get install python3-numpy python3-pil opencv-doc dataset-fashion-mnist

    web/data/make.py           writes digits/, fashion/ and SHA256SUMS beside this file
    web/data/make.py --check   makes them afresh in memory and compares with the files here;
                               where the packages are missing, checks the files against SHA256SUMS

The two source packages need not be installed; they can be unpacked anywhere:

    apt-get download opencv-doc dataset-fashion-mnist
    for f in *.deb; do dpkg -x "$f" unpacked; done
    web/data/make.py --root unpacked

Nothing here is random: the same packages give the same bytes, whatever the versions of Python and
numpy. (Only the compressed form depends on zlib; `--check` therefore compares what the files hold.)
"""

import argparse
import gzip
import hashlib
import json
import struct
import sys
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
DIGITS_PNG = "usr/share/doc/opencv-doc/examples/data/digits.png"
FASHION_DIR = "usr/share/datasets/fashion-mnist"
CLASSES = 10

# ---------------------------------------------------------------------------------------------------
# MNIST's layout: a digit scaled into a 20x20 box and centred by mass in a 28x28 field.
# The engine does the same to what a user draws. Integers only, so that both agree to the bit; every
# `//` is a division rounded down, also below zero.

FIELD = 28  # width and height of the result
BOX = 20  # the longer side of the ink
INK = 32  # a pixel is ink from this grey value on (0..255, ink bright)


def resample_weights(np, source, target):
    """Weights (target x source) of a triangle filter, as integers not yet divided by their row sum.

    Pixel i of `source` has its centre at (i + 1/2) / source, pixel j of `target` at
    (j + 1/2) / target. The triangle reaches one pixel of the coarser of the two grids to either
    side: enlarging, this is bilinear interpolation; reducing, an anti-aliased one. Times
    2 * source * target, the distance is |(2i+1) * target - (2j+1) * source| and the reach is
    2 * max(source, target). Beyond the border there is nothing: the row sum is over what exists.
    """
    i = 2 * np.arange(source, dtype=np.int64) + 1
    j = 2 * np.arange(target, dtype=np.int64) + 1
    distance = np.abs(i[None, :] * target - j[:, None] * source)
    return np.maximum(0, 2 * max(source, target) - distance)


def like_mnist(np, picture):
    """A grey picture of any size (ink bright on black) as a 28x28 picture in MNIST's manner.

    1. Ink is every pixel >= INK. The smallest rectangle around the ink, h x w, is cut out and the
       rest dropped. Without ink the result is black.
    2. With L = max(h, w) the size becomes h' = max(1, (2 * 20 * h + L) // (2 * L)), that is
       h * 20 / L rounded half up, and w' likewise: the longer side is 20 and the aspect is kept.
    3. With the weights A (h' x h) and B (w' x w) of `resample_weights`,
           out[y][x] = (2 * sum + norm) // (2 * norm),
           sum  = sum over i, k of A[y][i] * B[x][k] * in[i][k],
           norm = (sum over i of A[y][i]) * (sum over k of B[x][k]),
       that is the weighted mean, rounded half up once, at the end. (64-bit integers suffice for
       pictures up to 4,096 pixels a side.)
    4. With S = sum of out, X = sum of x * out and Y = sum of y * out, the left column goes to
           left = (14 * S - X) // S       top = (14 * S - Y) // S
       which puts the centre of mass, X / S + 1/2 (pixel x has its centre at x + 1/2), within half
       a pixel of the field's centre, 14. Both are then limited to 0 .. 28 - w' (28 - h'), so that
       nothing is cut off.
    """
    field = np.zeros((FIELD, FIELD), np.uint8)
    ink = picture >= INK
    rows = np.flatnonzero(ink.any(axis=1))
    columns = np.flatnonzero(ink.any(axis=0))
    if rows.size == 0:
        return field
    cut = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.int64)

    height, width = cut.shape
    longer = max(height, width)
    new_height = max(1, (2 * BOX * height + longer) // (2 * longer))
    new_width = max(1, (2 * BOX * width + longer) // (2 * longer))

    a = resample_weights(np, height, new_height)
    b = resample_weights(np, width, new_width)
    norm = a.sum(axis=1)[:, None] * b.sum(axis=1)[None, :]
    out = (2 * (a @ cut @ b.T) + norm) // (2 * norm)

    mass = int(out.sum())
    left = (FIELD // 2 * mass - int((out.sum(axis=0) * np.arange(new_width)).sum())) // mass
    top = (FIELD // 2 * mass - int((out.sum(axis=1) * np.arange(new_height)).sum())) // mass
    left = min(max(left, 0), FIELD - new_width)
    top = min(max(top, 0), FIELD - new_height)
    field[top : top + new_height, left : left + new_width] = out
    return field


# ---------------------------------------------------------------------------------------------------
# Choosing and ordering


class Shuffler:
    """Fisher-Yates driven by SplitMix64, written out so that no library's version matters."""

    MASK = (1 << 64) - 1

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state + 0x9E3779B97F4A7C15) & self.MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & self.MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & self.MASK
        return ((z ^ (z >> 31)) * n) >> 64

    def shuffled(self, items):
        items = list(items)
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]
        return items


def by_class(np, labels, shuffler):
    """For every class, the indices of its samples in shuffled order."""
    return [shuffler.shuffled(np.flatnonzero(labels == c).tolist()) for c in range(CLASSES)]


def deal(piles, counts, shuffler):
    """Deals parts of the given sizes from the piles, the same number of every class in every part."""
    parts, start = [], 0
    for count in counts:
        end = start + count // CLASSES
        parts.append(shuffler.shuffled(i for pile in piles for i in pile[start:end]))
        start = end
    return parts


# ---------------------------------------------------------------------------------------------------
# Files


def idx(array):
    """The array as an IDX file: magic 0x0803 for images, 0x0801 for labels, big-endian sizes."""
    header = struct.pack(">HBB", 0, 0x08, array.ndim)
    return header + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def gzipped(data):
    """gzip, level 9, with no name, no time and no system in the header."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    body = packer.compress(data) + packer.flush()
    header = b"\x1f\x8b\x08\x00\0\0\0\0\x02\xff"
    return header + body + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def read_idx(np, path):
    data = gzip.decompress(path.read_bytes())
    zero, kind, rank = struct.unpack(">HBB", data[:4])
    if zero != 0 or kind != 0x08:
        sys.exit(f"{path}: not an IDX file of bytes")
    shape = struct.unpack(f">{rank}I", data[4 : 4 + 4 * rank])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def dataset(np, about, train, validation):
    """All files of a dataset, name -> bytes. `train`, `validation`: lists of (images, labels)."""
    files = {}

    def add(stem, parts):
        entries = []
        for number, (images, labels) in enumerate(parts):
            images_name = f"{stem}-{number}-images.idx3-ubyte.gz"
            labels_name = f"{stem}-{number}-labels.idx1-ubyte.gz"
            files[images_name] = gzipped(idx(images))
            files[labels_name] = gzipped(idx(labels))
            size = len(files[images_name]) + len(files[labels_name])
            entries.append(
                {"images": images_name, "labels": labels_name, "count": len(labels), "bytes": size}
            )
        return entries

    manifest = {
        **about,
        "shape": [1, FIELD, FIELD],
        "train": add("train", train),
        "validation": add("validation", validation),
        "bytes": sum(map(len, files.values())),
    }
    files["manifest.json"] = pretty(manifest).encode()
    return files


def pretty(manifest):
    """JSON with one line for every entry that is short."""
    lines = []
    for key, value in manifest.items():
        if isinstance(value, list) and isinstance(value[0], dict):
            rows = ",\n".join(f"    {{ {json.dumps(row)[1:-1]} }}" for row in value)
            text = f"[\n{rows}\n  ]"
        else:
            text = json.dumps(value)
        lines.append(f"  {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


# ---------------------------------------------------------------------------------------------------
# The two datasets


def make_digits(np, path):
    from PIL import Image

    with Image.open(path) as image:
        sheet = np.array(image.convert("L"))
    if sheet.shape != (1000, 2000):
        sys.exit(f"{path}: expected 2000x1000 pixels, found {sheet.shape[1]}x{sheet.shape[0]}")
    cells = sheet.reshape(50, 20, 100, 20).transpose(0, 2, 1, 3).reshape(5000, 20, 20)
    images = np.stack([like_mnist(np, cell) for cell in cells])
    labels = np.repeat(np.arange(CLASSES, dtype=np.uint8), 500)

    shuffler = Shuffler(1)
    piles = by_class(np, labels, shuffler)
    parts = deal(piles, [500, 500, 1000, 1000, 1000, 1000], shuffler)
    parts = [(images[part], labels[part]) for part in parts]
    about = {
        "name": "digits",
        "title": "Handwritten digits",
        "classes": [str(c) for c in range(CLASSES)],
        "licence": "Apache-2.0 AND BSD-3-Clause",
        "source": "OpenCV 4.6.0, samples/data/digits.png (Debian package opencv-doc)",
    }
    return dataset(np, about, parts[:-1], parts[-1:])


def make_fashion(np, folder):
    shuffler = Shuffler(2)

    def choose(stem, counts):
        images = read_idx(np, folder / f"{stem}-images-idx3-ubyte.gz")
        labels = read_idx(np, folder / f"{stem}-labels-idx1-ubyte.gz")
        parts = deal(by_class(np, labels, shuffler), counts, shuffler)
        return [(images[part], labels[part]) for part in parts]

    about = {
        "name": "fashion",
        "title": "Fashion-MNIST",
        "classes": [
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ],
        "licence": "MIT",
        "source": "Fashion-MNIST by Zalando SE (Debian package dataset-fashion-mnist)",
    }
    return dataset(
        np, about, choose("train", [500, 500] + 5 * [1000]), choose("t10k", [1000])
    )


# ---------------------------------------------------------------------------------------------------


def sums(files):
    lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items()]
    return "".join(lines).encode()


def check_sums():
    bad = 0
    for line in (HERE / "SHA256SUMS").read_text().splitlines():
        expected, name = line.split("  ", 1)
        path = HERE / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            print(f"{name}: missing or changed", file=sys.stderr)
            bad += 1
    return bad


def check_fresh(files):
    """Compares the files here with fresh ones: the same bytes, or at least the same content."""
    bad = repacked = 0
    for name, fresh in files.items():
        path = HERE / name
        found = path.read_bytes() if path.is_file() else b""
        if found == fresh:
            continue
        if name.endswith(".gz") and found and gzip.decompress(found) == gzip.decompress(fresh):
            repacked += 1
            continue
        if repacked and not name.endswith(".gz"):
            continue  # sizes and sums of files that only this zlib packs otherwise
        print(f"{name}: missing or not what the packages give", file=sys.stderr)
        bad += 1
    if repacked:
        print(f"{repacked} files hold the same data, packed by another zlib")
    return bad


def main():
    parser = argparse.ArgumentParser(description="Makes the built-in datasets from Debian packages.")
    parser.add_argument("--root", type=Path, default=Path("/"), help="where the packages are unpacked")
    parser.add_argument("--digits", type=Path, help="OpenCV's digits.png")
    parser.add_argument("--fashion", type=Path, help="folder with Fashion-MNIST's four IDX files")
    parser.add_argument("--check", action="store_true", help="compare with the files here")
    options = parser.parse_args()
    png = options.digits or options.root / DIGITS_PNG
    folder = options.fashion or options.root / FASHION_DIR

    missing = [str(path) for path in (png, folder) if not path.exists()]
    if missing and not options.check:
        sys.exit(
            f"not found: {', '.join(missing)}\n"
            "apt-get install opencv-doc dataset-fashion-mnist, or see the head of this script"
        )

    bad = check_sums() if options.check else 0
    if missing:
        print("source packages not found: only the checksums were compared")
    else:
        import numpy as np

        files = {}
        for name, made in (("digits", make_digits(np, png)), ("fashion", make_fashion(np, folder))):
            files.update({f"{name}/{file}": data for file, data in made.items()})
        files["SHA256SUMS"] = sums(files)
        if options.check:
            bad += check_fresh(files)
        else:
            for name, data in files.items():
                (HERE / name).parent.mkdir(exist_ok=True)
                (HERE / name).write_bytes(data)
            print(f"{len(files)} files, {sum(map(len, files.values())):,} bytes")
    if bad:
        sys.exit(1)
    if options.check:
        print("data: ok")


if __name__ == "__main__":
    main()
