/** One panel that opens at a dot: a product card, or the list of a cluster. */

import { make } from "./element.js";

/** Pixels between the panel and the edges of its frame. */
const MARGIN = 12;
/** The arrow keeps this far from the panel's round corners. */
const ARROW_MARGIN = 22;

/** Opens, closes and places the panel; returns the focus to where it was opened from. */
export class Popover {
  /** @type {HTMLElement | null} */ #anchor = null;
  #body = make("div", { class: "panel-body" });
  #arrow = make("div", { class: "panel-arrow" });

  /** @param {() => void} onClose */
  constructor(onClose) {
    this.onClose = onClose;
    this.element = make(
      "div",
      { class: "panel", role: "dialog", hidden: true },
      this.#arrow,
      this.#body,
    );
    this.element.addEventListener("keydown", (event) => this.#guard(event));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.isOpen) this.close();
    });
    document.addEventListener("pointerdown", (event) => this.#leave(event));
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /**
   * Show content at an anchor; what was open before is replaced.
   *
   * @param {HTMLElement} content
   * @param {HTMLElement} anchor
   * @param {string} label for people who do not see the panel
   */
  open(content, anchor, label) {
    this.#anchor = anchor;
    this.#body.replaceChildren(content);
    this.#body.scrollTop = 0;
    this.element.setAttribute("aria-label", label);
    this.element.hidden = false;
    this.place();
  }

  /** Close, and give the focus back when it is inside the panel. */
  close() {
    if (!this.isOpen) return;
    const inside = this.element.contains(document.activeElement);
    this.element.hidden = true;
    this.#body.replaceChildren();
    if (inside || document.activeElement === document.body)
      this.#anchor?.focus({ preventScroll: true });
    this.#anchor = null;
    this.onClose();
  }

  /**
   * Put the panel at its anchor, or at the element that has taken the anchor's place.
   *
   * @param {HTMLElement | null} [anchor]
   */
  place(anchor) {
    if (anchor) this.#anchor = anchor;
    const host = this.element.offsetParent;
    if (!this.isOpen || !this.#anchor || !host) return;
    const frame = host.getBoundingClientRect();
    const box = this.#anchor.getBoundingClientRect();
    const middle = box.left + box.width / 2 - frame.left;
    const width = this.element.offsetWidth;
    const left = Math.max(MARGIN, Math.min(middle - width / 2, frame.width - width - MARGIN));
    const arrow = Math.max(ARROW_MARGIN, Math.min(middle - left, width - ARROW_MARGIN));
    const { style } = this.element;
    style.setProperty("--left", `${left}px`);
    style.setProperty("--arrow", `${arrow}px`);
    style.setProperty("--above", `${frame.top - MARGIN * 2}px`);
    style.setProperty(
      "--below",
      `${window.innerHeight - frame.top - this.element.offsetTop - MARGIN}px`,
    );
  }

  /** @param {PointerEvent} event a press anywhere: outside, it closes; dots answer for themselves */
  #leave(event) {
    const target = /** @type {Element} */ (event.target);
    if (!this.isOpen || this.element.contains(target) || target.closest(".dot")) return;
    if (target.closest("[data-opens]")) return;
    this.close();
  }

  /** @param {KeyboardEvent} event Tab out of the panel's start leads back to the dot */
  #guard(event) {
    if (event.key !== "Tab") return;
    const stops = [...this.element.querySelectorAll("a[href], button")];
    const leaving = event.shiftKey && document.activeElement === stops[0];
    if (!leaving) return;
    event.preventDefault();
    this.#anchor?.focus();
  }
}
