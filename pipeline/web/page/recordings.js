/** Starts the first page of a server: which recordings there are. */

import { askJson } from "./ask.js";
import { drawFailure } from "./failure.js";
import { chooseWords, makeHead } from "./head.js";
import { Shelf, readRecordings } from "./shelf.js";

/**
 * Ask for page after page of the list.
 *
 * @returns {Promise<any[]>}
 */
async function askAll() {
  const address = new URL("api/recordings", document.baseURI);
  const recordings = [];
  for (;;) {
    const page = await askJson(address.href);
    recordings.push(...page.recordings);
    if (!page.next) return recordings;
    address.searchParams.set("after", page.next);
  }
}

async function start() {
  const words = chooseWords();
  try {
    const shelf = new Shelf(readRecordings({ recordings: await askAll() }), words);
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
