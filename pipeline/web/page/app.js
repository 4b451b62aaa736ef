/** Starts the page of one replay: loads it and shows it, or says why it could not be opened. */

import { drawFailure } from "./failure.js";
import { chooseWords, makeHead } from "./head.js";
import { loadReplay } from "./source.js";
import { Stage } from "./stage.js";

async function start() {
  const words = chooseWords();
  try {
    const { replay, pictures } = await loadReplay();
    const stage = new Stage(replay, pictures, words);
    const head = makeHead(
      () => replay.title,
      replay.startedAt,
      (chosen) => stage.translate(chosen),
    );
    document.body.replaceChildren(head, stage.element);
    stage.openLink();
  } catch (error) {
    console.warn(error);
    document.body.replaceChildren(drawFailure(words.failed, error));
  }
}

start();
