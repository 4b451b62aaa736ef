/** Starts the first page of a server: which recordings there are. */

import { askJson } from "./ask.js";
import { drawFailure } from "./failure.js";
import { chooseWords, makeHead } from "./head.js";
import { Shelf, readRecordings } from "./shelf.js";

async function start() {
  const words = chooseWords();
  try {
    const list = await askJson(new URL("api/recordings", document.baseURI).href);
    const shelf = new Shelf(readRecordings(list), words);
    const head = makeHead(
      (chosen) => chosen.recordings,
      null,
      (chosen) => shelf.translate(chosen),
    );
    document.body.replaceChildren(head, shelf.element);
  } catch (error) {
    console.warn(error);
    document.body.replaceChildren(drawFailure(words.failed, error));
  }
}

start();
