"""A real WebM video, encoded by the browser and put together here: with an index, so that it can be searched, and with
as much room between its parts as a test wants, so that searching asks the server.

Source: Matroska Media Container Format Specification (RFC 9559), VP8.
"""

from __future__ import annotations

import base64
import struct

from playwright.sync_api import Page

WIDTH, HEIGHT, SECONDS, FRAMES_A_SECOND = 160, 90, 20, 5

# Each second has a colour and its number on it; it begins with a picture that stands alone.
ENCODE = """async ([width, height, seconds, rate]) => {
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext("2d");
  const found = [];
  const encoder = new VideoEncoder({
    output: (chunk) => {
      const bytes = new Uint8Array(chunk.byteLength);
      chunk.copyTo(bytes);
      found.push([chunk.timestamp / 1000, chunk.type === "key", btoa(String.fromCharCode(...bytes))]);
    },
    error: (error) => { throw error; },
  });
  encoder.configure({ codec: "vp8", width, height, bitrate: 60000, framerate: rate });
  for (let number = 0; number < seconds * rate; number += 1) {
    const second = Math.floor(number / rate);
    pen.fillStyle = `hsl(${second * 18} 60% 40%)`;
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = "white";
    pen.font = "40px sans-serif";
    pen.fillText(String(second), 60, 60);
    const frame = new VideoFrame(canvas, { timestamp: (number * 1e6) / rate });
    encoder.encode(frame, { keyFrame: number % rate === 0 });
    frame.close();
  }
  await encoder.flush();
  return found;
}"""


def a_webm(page: Page, *, room_bytes: int = 0) -> bytes:
    """Return a video of 20 seconds; `room_bytes` of nothing lie before its last half. The page's address must be one
    where browsers encode: https or this machine."""
    frames = page.evaluate(ENCODE, [WIDTH, HEIGHT, SECONDS, FRAMES_A_SECOND])
    clusters: list[tuple[int, bytes]] = []
    for at, is_key, content in frames:
        if is_key:
            clusters.append((int(at), _element(0xE7, _number(int(at)))))
        begin, body = clusters[-1]
        head = b"\x81" + (int(at) - begin).to_bytes(2) + (b"\x80" if is_key else b"\x00")
        clusters[-1] = (begin, body + _element(0xA3, head + base64.b64decode(content)))
    return _file([(at, _element(0x1F43B675, body)) for at, body in clusters], room_bytes)


def _file(clusters: list[tuple[int, bytes]], room_bytes: int) -> bytes:
    info = _element(0x1549A966, _element(0x2AD7B1, _number(1_000_000)) + _element(0x4489, _double(SECONDS * 1000)))
    picture = _element(0xE0, _element(0xB0, _number(WIDTH)) + _element(0xBA, _number(HEIGHT)))
    entry = _element(0xD7, _number(1)) + _element(0x73C5, _number(1)) + _element(0x83, _number(1))
    tracks = _element(0x1654AE6B, _element(0xAE, entry + _element(0x86, b"V_VP8") + picture))
    first = len(info) + len(tracks) + len(_cues([(at, 0) for at, _cluster in clusters]))
    void = _element(0xEC, bytes(room_bytes)) if room_bytes else b""
    places, parts, here = [], [], first
    for number, (at, cluster) in enumerate(clusters):
        if number == len(clusters) // 2:
            parts.append(void)
            here += len(void)
        places.append((at, here))
        parts.append(cluster)
        here += len(cluster)
    kind = _element(0x1A45DFA3, b"\x42\x82\x84webm" + _element(0x4287, _number(2)) + _element(0x4285, _number(2)))
    return kind + _element(0x18538067, b"".join([info, tracks, _cues(places), *parts]))


def _cues(places: list[tuple[int, int]]) -> bytes:
    def point(at: int, place: int) -> bytes:
        position = _element(0xF7, _number(1)) + _element(0xF1, _number(place))
        return _element(0xBB, _element(0xB3, _number(at)) + _element(0xB7, position))

    return _element(0x1C53BB6B, b"".join(point(at, place) for at, place in places))


def _element(name: int, content: bytes) -> bytes:
    return name.to_bytes((name.bit_length() + 7) // 8) + (len(content) | 1 << 56).to_bytes(8) + content


def _number(value: int) -> bytes:
    return value.to_bytes(8)


def _double(value: float) -> bytes:
    return struct.pack(">d", value)
