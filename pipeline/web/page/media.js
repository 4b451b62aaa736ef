/** Gives the video element a source: a file, or HLS through the browser or hls.js. */

/** @typedef {import("./replay.js").Media} Media */

const PLAYLISTS = ["application/vnd.apple.mpegurl", "application/x-mpegurl", "audio/mpegurl"];
const HLS_SCRIPT = "vendor/hls.min.js";
/** Seconds that hls.js loads ahead; by itself it loads ten minutes, which whoever jumps never sees. */
const AHEAD_S = 30;
/** The same before the first play: enough for a picture, as a file with `preload="metadata"` has it. */
const GLANCE_S = 1;

/**
 * Attach the first rendition that this browser plays; hls.js is loaded only where a playlist needs it.
 *
 * @param {HTMLVideoElement} video
 * @param {Media[]} media in the index' order
 * @param {() => void} fail called when nothing plays
 */
export async function attachMedia(video, media, fail) {
  video.addEventListener("error", fail);
  for (const one of media) {
    if (isPlaylist(one) ? await attachPlaylist(video, one.url, fail) : attachFile(video, one)) return;
  }
  fail();
}

/** @param {HTMLVideoElement} video @param {Media} media @returns {boolean} whether it may play */
function attachFile(video, media) {
  const type = media.codecs ? `${media.mime}; codecs="${media.codecs}"` : media.mime;
  if (video.canPlayType(type) === "") return false;
  video.src = media.url;
  return true;
}

/** @param {Media} media @returns {boolean} */
function isPlaylist(media) {
  return PLAYLISTS.includes(media.mime.toLowerCase()) || /\.m3u8($|\?)/.test(media.url);
}

/**
 * Play a playlist by hls.js, or by the browser itself where hls.js does not run or is not there.
 *
 * In this order: Chromium's own player gives up where a playlist offers H.264 and AV1.
 *
 * @param {HTMLVideoElement} video
 * @param {string} url
 * @param {() => void} fail called when it plays no longer
 * @returns {Promise<boolean>} whether it may play
 */
async function attachPlaylist(video, url, fail) {
  const Hls = await loadHls();
  if (Hls?.isSupported()) {
    const hls = new Hls({ maxBufferLength: GLANCE_S, maxMaxBufferLength: GLANCE_S });
    const watch = () => {
      Object.assign(hls.config, { maxBufferLength: AHEAD_S, maxMaxBufferLength: AHEAD_S });
    };
    video.addEventListener("play", watch, { once: true });
    hls.on(Hls.Events.ERROR, (/** @type {unknown} */ _event, /** @type {any} */ data) => {
      if (data.fatal) fail();
    });
    hls.loadSource(url);
    hls.attachMedia(video);
    return true;
  }
  if (PLAYLISTS.every((type) => video.canPlayType(type) === "")) return false;
  video.src = url;
  return true;
}

/** @returns {Promise<any>} hls.js; null where a browser lacks what it needs, or it is not there */
async function loadHls() {
  if (!("MediaSource" in window || "ManagedMediaSource" in window)) return null;
  try {
    await loadScript(findScript());
  } catch {
    return null;
  }
  return /** @type {any} */ (window).Hls ?? null;
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
