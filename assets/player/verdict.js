// What attention says of the whole clip, in one sentence.
(function (player) {
  "use strict";

  const { decimalsFor, written } = player;

  // What UnAtt, in everyday words attention, says with a view's windows (Eqs. 2 and 3): {text, right}, right null
  // when nobody knows.
  function verdictOf(view, whenReady) {
    const { pack, state, energies } = view;
    if (pack.others) return { text: highestOf(view), right: null };
    const means = energies.means(state.side, state.s, whenReady);
    if (!means) return { text: attentionSays(state, waitingFor(view)), right: null };
    const [best] = energies.ranking(state.side, state.s);
    return {
      text: attentionSays(state, `${leadOf(view, means)}.`),
      right: pack.truth < 0 ? null : best === pack.truth,
    };
  }

  function attentionSays({ s, side }, found) {
    if (side === "web") return attentionWords.say("player.verdict.attention", { s, found });
    return attentionWords.say("player.verdict.tuned", { s, found });
  }

  // The highest concept, how far it leads, and what the usual windows say.
  function leadOf({ pack, state, energies }, means) {
    const [best, second] = energies.ranking(state.side, state.s);
    let found = meanOf(pack, best, means);
    if (second !== undefined) {
      const lead = written(means[best] - means[second], decimalsFor(means[best]));
      found = attentionWords.say("player.verdict.ahead", { found, lead, concept: pack.concepts[second] });
    }
    if (state.s === pack.window) return found;
    const [usual] = energies.ranking(state.side, pack.window);
    const concept = usual === best ? attentionWords.say("player.verdict.same") : pack.concepts[usual];
    return attentionWords.say("player.verdict.usual", { found, s: pack.window, concept });
  }

  function meanOf({ concepts }, concept, means) {
    const energy = written(means[concept], decimalsFor(means[concept]));
    return attentionWords.say("player.verdict.best", { concept: concepts[concept], energy });
  }

  // What maps that no method uses would say, of the concepts that are shown.
  function highestOf({ pack, state, energies }) {
    const [best] = energies.ranking(state.side, state.s) ?? [];
    const means = energies.means(state.side, state.s);
    const found = means ? meanOf(pack, best, means) : "…";
    return attentionWords.say("player.verdict.others", { method: pack.others, s: state.s, found });
  }

  function waitingFor({ pack, state, energies }) {
    const concepts = pack.concepts.length;
    if (energies.summable(state.side, state.s)) return attentionWords.say("player.verdict.adding", { concepts });
    return attentionWords.say("player.verdict.fetching", { concepts });
  }

  Object.assign(player, { verdictOf });
})((globalThis.AttentionPlayer ??= {}));
