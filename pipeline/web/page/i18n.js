/** The interface's words in Chinese and English, and the choice between them. */

import { split } from "./time.js";

/** @typedef {"zh" | "en"} Language */
/** @typedef {typeof ZH} Words */

const ZH = {
  locale: "zh-CN",
  other: "English",
  otherTag: "en",
  switchLanguage: "Switch to English",
  video: "直播回放",
  play: "播放",
  pause: "暂停",
  mute: "静音",
  unmute: "打开声音",
  expand: "全屏",
  shrink: "退出全屏",
  rate: "播放速度",
  seek: "播放进度",
  dots: "商品讲解点",
  goods: "本场商品",
  goodsCount: (/** @type {number} */ count) => `${count} 件`,
  search: "搜索商品",
  searchHint: "搜商品名或拼音首字母",
  found: (/** @type {number} */ count) => (count ? `找到 ${count} 件商品` : "没有找到商品"),
  nothingFound: "没有找到，换个词试试",
  noPitches: "这场回放还没有商品讲解点",
  mentioned: "还提到过",
  pitch: "讲解",
  onNow: "正在讲解",
  card: "商品详情",
  close: "关闭",
  back: (/** @type {number} */ count) => `返回这 ${count} 个讲解`,
  jump: (/** @type {string} */ time) => `看讲解 ${time}`,
  visit: "商品页",
  visitLabel: "商品页，在新窗口打开",
  otherPitches: "本场还在这些时间讲过",
  sure: ["可能是", "较有把握", "很有把握"],
  checked: "人工确认",
  confidence: (/** @type {number} */ percent) => `置信度 ${percent}%`,
  cluster: (/** @type {number} */ count) => `附近 ${count} 个讲解`,
  clusterLabel: (
    /** @type {number} */ count,
    /** @type {string} */ from,
    /** @type {string} */ to,
  ) => `${count} 个讲解，从${from}到${to}`,
  dotLabel: (/** @type {string} */ title, /** @type {string} */ time) => `${title}，${time}`,
  rowVerb: "看讲解：",
  chipVerb: "跳到",
  aboutLabel: (/** @type {string} */ title) => `商品详情：${title}`,
  opened: (/** @type {string} */ what) => `${what}。再按一次跳到讲解。`,
  jumped: (/** @type {string} */ title, /** @type {string} */ time) => `已跳到${time}，${title}`,
  noVideo: "这场只有文字记录，没有视频",
  broken: "视频无法播放，请稍后再试",
  failed: "回放没有打开，请稍后再试",
  recordings: "直播回放",
  noRecordings: "还没有回放",
  pitchCount: (/** @type {number} */ count) => `${count} 个讲解`,
  spoken: (/** @type {number} */ ms) => {
    const [hours, minutes, seconds] = split(ms);
    return `${hours ? `${hours}小时` : ""}${hours || minutes ? `${minutes}分` : ""}${seconds}秒`;
  },
};

/** @type {Words} */
const EN = {
  locale: "en",
  other: "中文",
  otherTag: "zh-Hans",
  switchLanguage: "切换到中文",
  video: "Replay",
  play: "Play",
  pause: "Pause",
  mute: "Mute",
  unmute: "Unmute",
  expand: "Full screen",
  shrink: "Leave full screen",
  rate: "Playback speed",
  seek: "Playback position",
  dots: "Product pitches",
  goods: "In this show",
  goodsCount: (count) => (count === 1 ? "1 product" : `${count} products`),
  search: "Search products",
  searchHint: "Name or pinyin initials",
  found: (count) => (count ? `${EN.goodsCount(count)} found` : "No product found"),
  nothingFound: "Nothing found. Try another word.",
  noPitches: "No product is marked in this replay yet",
  mentioned: "Also mentioned",
  pitch: "Pitch",
  onNow: "On now",
  card: "Product",
  close: "Close",
  back: (count) => `Back to these ${count} pitches`,
  jump: (time) => `Watch ${time}`,
  visit: "Shop page",
  visitLabel: "Shop page, opens in a new window",
  otherPitches: "Also shown at",
  sure: ["Likely", "Fairly sure", "Very sure"],
  checked: "Confirmed by a person",
  confidence: (percent) => `Confidence ${percent}%`,
  cluster: (count) => `${count} pitches close together`,
  clusterLabel: (count, from, to) => `${count} pitches, from ${from} to ${to}`,
  dotLabel: (title, time) => `${title}, at ${time}`,
  rowVerb: "Watch: ",
  chipVerb: "Jump to",
  aboutLabel: (title) => `About ${title}`,
  opened: (what) => `${what}. Press again to jump to the pitch.`,
  jumped: (title, time) => `Jumped to ${time}, ${title}`,
  noVideo: "This show has a transcript only, no video",
  broken: "The video cannot be played. Please try again later.",
  failed: "The replay could not be opened. Please try again later.",
  recordings: "Replays",
  noRecordings: "There are no replays yet",
  pitchCount: (count) => (count === 1 ? "1 pitch" : `${count} pitches`),
  spoken: (ms) => {
    const names = ["hour", "minute", "second"];
    const parts = split(ms).map((count, place) =>
      count || place === 2 ? `${count} ${names[place]}${count === 1 ? "" : "s"}` : "",
    );
    return parts.filter(Boolean).join(" ");
  },
};

const SAVED = "kandian.language";
const WORDS = { zh: ZH, en: EN };

/** @param {Language} language @returns {Words} */
export function wordsOf(language) {
  return WORDS[language];
}

/** @param {Language} language @returns {Language} */
export function otherLanguage(language) {
  return language === "zh" ? "en" : "zh";
}

/** @returns {Language} what the viewer chose before, else what the browser prefers */
export function chooseLanguage() {
  const saved = readSaved();
  if (saved === "zh" || saved === "en") return saved;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** @param {Language} language */
export function saveLanguage(language) {
  try {
    localStorage.setItem(SAVED, language);
  } catch {
    // A browser may refuse storage; the choice then lasts as long as the page.
  }
}

/** @returns {string | null} */
function readSaved() {
  try {
    return localStorage.getItem(SAVED);
  } catch {
    return null;
  }
}
