"""Grabs frames with Aravis' own library, for tests that compare ours with them.

    aravis-grab.py ADDRESS FORMAT WIDTH HEIGHT RATE FOLDER FRAME_ID…

Writes the bytes of each wanted frame, as Aravis hands them over, to FOLDER/<frame id>.raw. The ids are in the order in
which the camera counts; the last one ends the run. Ends with 1 and words on standard error where one of them is missing.
"""

import sys
import time
from pathlib import Path

import gi

gi.require_version("Aravis", "0.8")
from gi.repository import Aravis, GLib  # noqa: E402

FRAME_IDS = 65_535
BUFFERS = 16
# Before the first wanted frame, and after the last one if that never came.
SPARE_FRAMES = 500
PATIENCE_SECONDS = 5


def main():
    address, pixel_format, width, height, rate, folder, *ids = sys.argv[1:]
    wanted = [int(each) for each in ids]
    camera = connect(address)
    camera.set_pixel_format_from_string(pixel_format)
    camera.set_region(0, 0, int(width), int(height))
    camera.set_frame_rate(float(rate))
    camera.set_acquisition_mode(Aravis.AcquisitionMode.CONTINUOUS)
    stream = camera.create_stream(None, None)
    for _ in range(BUFFERS):
        stream.push_buffer(Aravis.Buffer.new_allocate(camera.get_payload()))
    camera.start_acquisition()
    missing = grab(stream, wanted, Path(folder))
    camera.stop_acquisition()
    if missing:
        sys.exit(f"Aravis did not get these frames: {sorted(missing)}")


def connect(address):
    """The camera may have been switched on a moment ago."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return Aravis.Camera.new(address)
        except GLib.Error:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def grab(stream, wanted, folder):
    missing = set(wanted)
    most = (wanted[-1] - wanted[0]) % FRAME_IDS + 1 + SPARE_FRAMES
    for _ in range(most):
        buffer = stream.timeout_pop_buffer(PATIENCE_SECONDS * 1_000_000)
        if buffer is None:
            break
        frame_id = buffer.get_frame_id()
        if buffer.get_status() == Aravis.BufferStatus.SUCCESS and frame_id in missing:
            (folder / f"{frame_id}.raw").write_bytes(buffer.get_data())
            missing.discard(frame_id)
        stream.push_buffer(buffer)
        if frame_id == wanted[-1]:
            break
    return missing


main()
