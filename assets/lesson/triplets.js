// The triplet loss of EnergyNet's embeddings (Eq. 10); numbers only, no page.
//   distances: clip → other clip, or itself → D [frame of it][frame of the other] (Eq. 7), as the server tells it.
(function (lesson) {
  "use strict";

  // max{0, D(F, F⁺) − D(F, F⁻) + β}
  const tripletLoss = (near, far, beta) => Math.max(0, near - far + beta);

  const others = (distances, key) => Object.keys(distances).filter((other) => other !== key);

  // The frame of another class that lies nearest to F, which makes the loss highest for any F⁺: {key, frame, far}.
  function hardestNegative(distances, key, frame) {
    const each = others(distances, key).flatMap((other) =>
      distances[key][other][frame].map((far, place) => ({ key: other, frame: place, far })),
    );
    return each.reduce((least, one) => (one.far < least.far ? one : least));
  }

  // All triplets of a frame F, another F⁺ of its clip and an F⁻ of another clip: how many there are, how many have a
  // loss, and the one whose loss is highest, {key, frame, plus, near, minus: {key, frame, far}, loss}.
  function allTriplets(distances, beta) {
    const found = { all: 0, many: 0, hardest: { loss: -1 } };
    for (const key of Object.keys(distances))
      distances[key][key].forEach((row, frame) => {
        const minus = hardestNegative(distances, key, frame);
        const fars = others(distances, key).flatMap((other) => distances[key][other][frame]);
        row.forEach((near, plus) => {
          if (plus === frame) return;
          found.all += fars.length;
          found.many += fars.filter((far) => tripletLoss(near, far, beta) > 0).length;
          const loss = tripletLoss(near, minus.far, beta);
          if (loss > found.hardest.loss) found.hardest = { key, frame, plus, near, minus, loss };
        });
      });
    return found;
  }

  Object.assign(lesson, { tripletLoss, hardestNegative, allTriplets });
})((globalThis.AttentionLesson ??= {}));
