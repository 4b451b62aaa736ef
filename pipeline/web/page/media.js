/** Gives the video element a source: a file, or HLS through the browser or hls.js. */

/** @typedef {import("./replay.js").Media} Media */

const PLAYLISTS = ["application/vnd.apple.mpegurl", "application/x-mpegurl", "audio/mpegurl"];
const HLS_SCRIPT = "vendor/hls.min.js";

/**
 * Attach the first rendition that this browser plays; hls.js is loaded only where a playlist needs it.
 *
 * @param {HTMLVideoElement} video
 * @param {Media[]} media in the index' order
 * @param {() => void} fail called when nothing plays
 */
export async function attachMedia(video, media, fail) {
  video.addEventListener("error", fail);
  const playable = media.find((one) => canPlay(video, one));
  if (playable) {
    video.src = playable.url;
    return;
  }
  const playlist = media.find(isPlaylist);
  try {
    if (!playlist) throw new Error("no rendition plays here");
    await attachPlaylist(video, playlist.url, fail);
  } catch {
    fail();
  }
}

/** @param {HTMLVideoElement} video @param {Media} media @returns {boolean} */
function canPlay(video, media) {
  const type = media.codecs ? `${media.mime}; codecs="${media.codecs}"` : media.mime;
  return video.canPlayType(type) !== "";
}

/** @param {Media} media @returns {boolean} */
function isPlaylist(media) {
  return PLAYLISTS.includes(media.mime.toLowerCase()) || /\.m3u8($|\?)/.test(media.url);
}

/** @param {HTMLVideoElement} video @param {string} url @param {() => void} fail */
async function attachPlaylist(video, url, fail) {
  await loadScript(findScript());
  const { Hls } = /** @type {any} */ (window);
  if (!Hls?.isSupported()) throw new Error("hls.js does not run here");
  const hls = new Hls();
  hls.on(Hls.Events.ERROR, (/** @type {unknown} */ _event, /** @type {any} */ data) => {
    if (data.fatal) fail();
  });
  hls.loadSource(url);
  hls.attachMedia(video);
}

/** @returns {string} hls.js lies beside the page's style sheet, wherever the page itself is */
function findScript() {
  const sheet = /** @type {HTMLLinkElement | null} */ (
    document.querySelector("link[rel=stylesheet]")
  );
  return new URL(HLS_SCRIPT, sheet?.href ?? document.baseURI).href;
}

/** @param {string} address @returns {Promise<void>} */
function loadScript(address) {
  const script = document.createElement("script");
  script.src = address;
  return new Promise((resolve, reject) => {
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => reject(new Error(`${address} did not load`)));
    document.head.append(script);
  });
}
