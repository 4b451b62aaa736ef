// What the three pages share: they read the index, and a dot pressed once tells, twice jumps.
// Everything of the shop is set as text: titles are written by strangers.

/** Read `kandian.index/1`: its highlights and products by id, and a product's pitches. */
export async function readIndex(address) {
  const index = await readJson(address);
  if (index.schema !== "kandian.index/1") throw new Error(`${address} is no kandian.index/1`);
  return {
    highlights: new Map(index.highlights.map((highlight) => [highlight.id, highlight])),
    products: new Map(index.products.map((product) => [product.id, product])),
    pitchesOf: (id) => index.highlights.filter((highlight) => highlight.product_id === id),
  };
}

/** Read a JSON file, for example one that `kandian export` wrote. */
export async function readJson(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} is not there: ${answer.status}`);
  return answer.json();
}

/**
 * Return what to call when the dot of a highlight is pressed.
 *
 * The first press shows the product in `place`; the second one on the same dot calls
 * `jump(seconds)` with the start of the pitch. Escape closes the card.
 */
export function makePress(place, index, jump) {
  let armed = null;
  const close = () => {
    armed = null;
    place.hidden = true;
  };
  const jumpTo = (highlight) => {
    close();
    jump(highlight.start_ms / 1000);
  };
  // Before the players, some of which keep the keys that were pressed on them.
  document.addEventListener("keydown", (event) => event.key === "Escape" && close(), true);
  place.setAttribute("aria-live", "polite");
  close();
  return (id) => {
    const highlight = index.highlights.get(id);
    if (armed === id) return jumpTo(highlight);
    armed = id;
    place.replaceChildren(...describe(index, highlight, jumpTo));
    place.hidden = false;
  };
}

function describe(index, highlight, jumpTo) {
  const product = index.products.get(highlight.product_id);
  const pitches = index.pitchesOf(product.id);
  const parts = [
    product.image && make("img", { src: product.image, alt: "", width: 96 }),
    make("strong", { textContent: highlight.title }),
    product.price && make("span", { textContent: `¥${product.price}` }),
    product.url && make("a", { href: product.url, rel: "noopener", textContent: "商品页" }),
    ...pitches.map((pitch) =>
      make("button", {
        type: "button",
        textContent: `${pitch === highlight ? "▶ " : ""}${clock(pitch.start_ms)}–${clock(pitch.end_ms)}`,
        onclick: () => jumpTo(pitch),
      }),
    ),
  ];
  return parts.filter(Boolean);
}

function make(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

function clock(ms) {
  const whole = Math.floor(ms / 1000);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
