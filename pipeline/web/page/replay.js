/** Reads `kandian.index/1` into what the page shows; unknown fields are ignored. */

const SCHEMA = "kandian.index/1";

/**
 * @typedef {object} Pitch
 * @property {string} id
 * @property {Product} product
 * @property {number} startMs
 * @property {number} endMs
 * @property {number} pointMs where to jump to
 * @property {number} confidence 0 to 1
 * @property {boolean} checked whether a person confirmed or made it
 */
/**
 * @typedef {object} Product
 * @property {string} id
 * @property {string} title
 * @property {string | null} price
 * @property {string | null} url
 * @property {string | null} image
 * @property {Pitch[]} pitches by time
 * @property {number[]} mentionsMs by time
 */
/**
 * @typedef {object} Media
 * @property {string} url
 * @property {string} mime
 * @property {string} codecs
 * @property {number} width
 * @property {number} height
 */
/**
 * @typedef {object} Replay
 * @property {string} title
 * @property {number} durationMs
 * @property {Date | null} startedAt
 * @property {Media[]} media
 * @property {Pitch[]} pitches published ones, by time
 * @property {Product[]} products those pitched by first pitch, then those only mentioned
 */

/**
 * Read an index; every address in it is resolved against the address of the index.
 *
 * Only highlights that are published become pitches. Addresses that are not of the web are dropped.
 *
 * @param {any} index
 * @param {string} base
 * @returns {Replay}
 * @throws {Error} when it is not an index of this schema
 */
export function readReplay(index, base) {
  if (index?.schema !== SCHEMA) throw new Error(`not a ${SCHEMA} document`);
  const { recording } = index;
  const products = readProducts(index.products, base);
  const pitches = readPitches(index.highlights, products);
  for (const mention of index.mentions ?? []) {
    products.get(mention.product_id)?.mentionsMs.push(mention.at_ms);
  }
  const startedAt = recording.started_at ? new Date(recording.started_at) : null;
  return {
    title: recording.title || recording.id,
    durationMs: recording.duration_ms,
    startedAt,
    media: readMedia(recording.media, base),
    pitches,
    products: sortProducts([...products.values()]),
  };
}

/**
 * Resolve an address and keep it only when a browser would fetch it, never when it would run it.
 *
 * @param {string | null | undefined} address
 * @param {string} base
 * @returns {string | null}
 */
export function resolveAddress(address, base) {
  if (!address) return null;
  try {
    const url = new URL(address, base);
    const allowed = ["http:", "https:", new URL(base).protocol];
    return allowed.includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * Return the pitch that is on at a moment; the later one where two touch.
 *
 * @param {Pitch[]} pitches
 * @param {number} atMs
 * @returns {Pitch | null}
 */
export function findPitchAt(pitches, atMs) {
  return pitches.findLast((pitch) => pitch.startMs <= atMs && atMs < pitch.endMs) ?? null;
}

/** @param {any[]} entries @param {string} base @returns {Map<string, Product>} */
function readProducts(entries, base) {
  const products = new Map();
  for (const entry of entries ?? []) {
    products.set(entry.id, {
      id: entry.id,
      title: entry.title || entry.id,
      price: entry.price ?? null,
      url: resolveAddress(entry.url, base),
      image: resolveAddress(entry.image, base),
      pitches: [],
      mentionsMs: [],
    });
  }
  return products;
}

/** @param {any[]} entries @param {Map<string, Product>} products @returns {Pitch[]} */
function readPitches(entries, products) {
  const pitches = [];
  for (const entry of entries ?? []) {
    const product = products.get(entry.product_id);
    if (entry.status !== "published" || !product) continue;
    const pitch = {
      id: entry.id,
      product,
      startMs: entry.start_ms,
      endMs: entry.end_ms,
      pointMs: entry.point_ms ?? entry.start_ms,
      confidence: entry.confidence,
      checked: entry.source !== "detected",
    };
    pitches.push(pitch);
  }
  pitches.sort((one, other) => one.startMs - other.startMs);
  for (const pitch of pitches) pitch.product.pitches.push(pitch);
  return pitches;
}

/** @param {any[]} entries @param {string} base @returns {Media[]} */
function readMedia(entries, base) {
  const media = [];
  for (const { url, mime, codecs, width, height } of entries ?? []) {
    const address = resolveAddress(url, base);
    if (address) media.push({ url: address, mime, codecs, width, height });
  }
  return media;
}

/** @param {Product[]} products @returns {Product[]} */
function sortProducts(products) {
  const pitched = products.filter((product) => product.pitches.length);
  pitched.sort((one, other) => one.pitches[0].startMs - other.pitches[0].startMs);
  const mentioned = products.filter(
    (product) => !product.pitches.length && product.mentionsMs.length,
  );
  mentioned.sort((one, other) => one.mentionsMs[0] - other.mentionsMs[0]);
  return [...pitched, ...mentioned];
}
