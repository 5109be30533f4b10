// What the script of one's own concepts says, in one place.
(function (own) {
  "use strict";

  own.WORDS = {
    box: (n) => `Concept ${n}`,
    name: "Name of this concept",
    files: "Choose files",
    drop: "Drop or paste stills here",
    hold: { still: "Hold: camera", clip: "Hold: film a clip" },
    holding: { still: "Recording: let go to stop", clip: "Filming: let go to stop" },
    holdFor: (name) => `Hold to record ${name} with your camera`,
    records: "The camera buttons record",
    kinds: { still: "stills", clip: "labelled clips" },
    counted: (stills, clips) =>
      `${stills} still${stills === 1 ? "" : "s"}${clips ? `, ${clips} clip${clips === 1 ? "" : "s"}` : ""}`,
    more: (n) => `and ${n} more`,
    remove: (name) => `Remove ${name}`,
    empty: "Empty",
    another: "Add a concept",
    fewer: "Remove this concept",
    learn: "Learn",
    learning: "Learning …",
    forget: "Forget everything",
    forgotten: "Everything is deleted.",
    camera: "Your camera",
    turnOn: "Turn the camera on",
    turnOff: "Turn the camera off",
    otherSide: "Other camera",
    off: "The camera is off.",
    refused:
      "The camera was refused: allow it in the browser's address bar, or go on with files, which need none.",
    absent: "No camera was found: go on with files, or open this page on a phone.",
    unsafe: "Browsers give a camera to pages over https alone: go on with files.",
    busy: "The camera is in use by another program: close that, or go on with files.",
    noFilm: "This browser cannot film clips: hold for stills, or drop a clip.",
    privacy:
      "What you bring and what your camera sees stays in this page's session on the server: nobody else sees it, " +
      "and it is deleted when you close or reload the page. Live frames are never stored.",
    tooMany: (n, most, taken) =>
      `${n.toLocaleString("en")} files were dropped, and a box holds ${most}: the first ${taken} are taken.`,
    full: (most) => `This box holds ${most} already, which is enough to learn from.`,
    tooLarge: (name) => `${name} is larger than 20 MB: bring a smaller or shorter one.`,
    lost: (name) => `${name} could not be sent: the server does not answer; try again.`,
    ended: "This session has ended, and what was in it is deleted. Begin again.",
    bringing: (n) => `${n} on the way …`,
    learnFirst: "Fill two boxes, then press Learn.",
    changed: "The boxes have changed: press Learn again.",
    tryIt: "Try it",
    film: "Hold to film a clip",
    live: "Live",
    stopLive: "Stop live",
    energy: "energy",
    most: "says",
    others: (n) => `${n} other${n === 1 ? " is" : "s are"} live: frames are shared evenly.`,
    waiting: "Waiting for a turn …",
    liveMap: (name, energy, says) => `${name}: energy ${energy}${says ? ", the concept it says" : ""}`,
  };
})((globalThis.OwnConcepts ??= {}));
