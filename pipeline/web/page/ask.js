/** Asks a server for JSON. */

/** The server answered that it will not; the message is its own sentence for people, or empty. */
export class Refusal extends Error {}

/**
 * @param {string} url
 * @returns {Promise<any>}
 * @throws {Refusal} when the answer is a failure
 */
export async function askJson(url) {
  const response = await fetch(url, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Refusal(await readSentence(response));
  return response.json();
}

/** @param {Response} response @returns {Promise<string>} empty where a plain file server answers */
async function readSentence(response) {
  try {
    const { error } = await response.json();
    return typeof error === "string" ? error : "";
  } catch {
    return "";
  }
}
