"""Faces found in pictures that hold none.

    python benchmarks/false_faces.py FOLDER...

Reads every picture in the folders, brought to at most 1,000 pixels, and prints those with a face. Pictures
without a face that anyone can have, with Debian 12's ``apt-get download PACKAGE`` and ``dpkg -x``:

- photographs and paintings: ``gnome-backgrounds mate-backgrounds plasma-workspace-wallpapers ukui-wallpapers
  lomiri-wallpapers-16.04 lomiri-wallpapers-20.04 sway-backgrounds desktop-base``
- photographs and screenshots: ``hugin-data`` (less the crowded hall, the hand and the little man of its
  manual), ``marble-data``
- textures: ``openarena-data openarena-081-maps openarena-081-textures`` (``textures/`` in the ``.pk3``, which
  are zip files)
- scikit-image's own (``skimage/data`` in its wheel, less ``astronaut``, ``camera`` and the blurred man of
  ``no_time_for_that_tiny``); its coins, clock and brick are known to deceive.

Pictures smaller than 200 pixels, copies at other sizes and cartoons with a face (GIMP's Wilber) are left out.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import cv2

from mien.errors import ImageError
from mien.vision.detect import HaarDetector
from mien.vision.pictures import SUFFIXES, read_picture

LONGEST = 1000


def main(*folders: str) -> None:
    """Print each false face, then how many there were in how many pictures."""
    detector = HaarDetector()
    pictures = faces = with_face = 0
    started = time.process_time()
    for folder in folders:
        for path in sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in SUFFIXES):
            try:
                picture = read_picture(path)
            except ImageError:
                continue
            scale = min(1.0, LONGEST / max(picture.shape))
            picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            found = detector.find(picture)
            pictures, faces, with_face = pictures + 1, faces + len(found), with_face + bool(found)
            for face in found:
                print(path.name, face.box, f"{face.angle_degrees:+.0f} degrees", flush=True)
    each_ms = 1000 * (time.process_time() - started) / max(1, pictures)
    print(f"{faces} faces in {with_face} of {pictures} pictures, {each_ms:.0f} ms each with reading")


if __name__ == "__main__":
    main(*sys.argv[1:])
