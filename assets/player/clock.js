// Plays a clip at its own pace.
(function (player) {
  "use strict";

  class Clock {
    // onFrame(frame) is called when the next frame is due, onStop() when the clip has ended.
    constructor(onFrame, onStop) {
      this.onFrame = onFrame;
      this.onStop = onStop;
      this.running = 0;
    }

    // seconds: the time of each sampled frame · frame: where to start.
    start(seconds, frame) {
      const began = performance.now() - (seconds[frame] - seconds[0]) * 1000;
      const last = seconds.length - 1;
      const end = seconds[last] + (seconds[last] - seconds[0]) / last; // the last frame lasts as long as others
      let shown = frame;
      const tick = (now) => {
        const time = (now - began) / 1000 + seconds[0];
        if (time >= end) return this.onStop();
        this.running = requestAnimationFrame(tick);
        const due = seconds.findLastIndex((at) => at <= time);
        if (due >= 0 && due !== shown) this.onFrame((shown = due));
      };
      this.running = requestAnimationFrame(tick);
    }

    stop() {
      cancelAnimationFrame(this.running);
      this.running = 0;
    }
  }

  Object.assign(player, { Clock });
})((globalThis.AttentionPlayer ??= {}));
