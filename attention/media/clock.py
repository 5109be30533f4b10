"""When a clip's frames are shown, also where the container's clock is none.

AVI gives packets slots and no presentation times. Recordings that were joined, as MPEG streams can be, each
begin their own clock.
"""

import heapq
import math

import av
from av.video.stream import VideoStream

from attention.media.clip import USUAL

JOINED = ("mpegts", "mpeg")  # containers in which the clock may jump
BACK, AHEAD = -1.0, 10.0  # seconds: a smaller step back is an error, a larger one ahead is a jump


class Clock:
    """The seconds of a clip's decoded frames, from 0 and always rising.

    container: FFmpeg's name of it · fps: frames per second as the file states them, or 0.
    """

    def __init__(self, container: str, fps: float) -> None:
        self._slotted, self._joined = container == "avi", container in JOINED
        self._step = 1 / (fps or USUAL)
        self._slots: list[float] = []  # of packets that have been sent and not shown; a heap
        self._first = math.inf  # the first packet's time
        self.start = 0.0  # the container's time at which the clip begins
        self._seconds = 0.0

    def sent(self, packet: "av.Packet[VideoStream]") -> None:
        """Notes the time of a packet before it is decoded."""
        stamp = packet.dts if self._slotted else packet.pts
        if stamp is None or packet.time_base is None:
            return
        seconds = float(stamp * packet.time_base)
        self._first = seconds if self._first == math.inf else self._first
        if self._slotted:
            heapq.heappush(self._slots, seconds)

    def failed(self) -> None:
        """Forgets the newest packet, which gave no frame."""
        if self._slots:
            self._slots.remove(max(self._slots))

    def passed(self, held: int) -> None:
        """Forgets the newest packet when it gave no frame: more are waiting than the decoder holds back."""
        if len(self._slots) > held:
            self.failed()

    def begin(self, frame: av.VideoFrame, damaged: bool) -> float:
        """The seconds of the first frame: 0, or, after failed packets, those since the first packet."""
        time = self._time(frame)
        self.start = min(self._first, time) if damaged else time
        self._seconds = time - self.start
        return self._seconds

    def tick(self, frame: av.VideoFrame) -> float:
        """The seconds of the next frame; one nominal step later where the file's times do not advance."""
        seconds = self._time(frame) - self.start
        step = seconds - self._seconds
        if self._joined and not BACK < step <= AHEAD:
            self.start += step - self._step
            step = 0.0
        self._seconds = seconds if step > 0 else self._seconds + self._step
        return self._seconds

    def _time(self, frame: av.VideoFrame) -> float:
        return heapq.heappop(self._slots) if self._slots else frame.time or 0.0
