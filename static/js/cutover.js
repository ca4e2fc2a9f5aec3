/* The clocks of a run go on between two answers of the server, and arrow keys move a step of the sheet. Without this
   script the clocks stand as rendered and the buttons do the same.

   [data-passed-from]  whole minutes since the run began, when its part was rendered
   [data-late]         minutes behind the plan, growing by itself after data-grows-in seconds; data-word says it
   [data-too-late-in]  seconds until its words come true by themselves; hidden until then
   [data-left]         seconds until it can't be rolled back any more; data-word says how long, data-over that it passed */
"use strict";

(() => {
  let shown = null;
  let arrivedAt = 0;

  const say = (place, words) => {
    if (place.textContent.trim() !== words) {
      place.textContent = words;
    }
  };

  const clock = (seconds) => {
    const minutes = Math.floor(seconds / 60);
    return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  };

  // The server's clock counts, not this phone's: only the time since the answer arrived is measured here.
  const tick = () => {
    const passed = document.querySelector("[data-passed-from]");
    if (!passed) {
      return;
    }
    if (passed !== shown) {
      shown = passed;
      arrivedAt = performance.now();
    }
    const since = (performance.now() - arrivedAt) / 1000;
    say(passed, String(Number(passed.dataset.passedFrom) + Math.floor(since / 60)));

    const late = document.querySelector("[data-late]");
    const minutes = Number(late.dataset.late) + Math.max(0, Math.floor((since - Number(late.dataset.growsIn)) / 60));
    if (minutes > 0) {
      say(late, late.dataset.word.replace("N", minutes));
      late.classList.replace("ok", "bad");
    }

    const tooLate = document.querySelector("[data-too-late-in]");
    if (tooLate && since > Number(tooLate.dataset.tooLateIn)) {
      tooLate.hidden = false;
    }

    const left = document.querySelector("[data-left]");
    if (left) {
      const seconds = Number(left.dataset.left) - since;
      say(left, seconds > 0 ? left.dataset.word.replace("N", clock(seconds)) : left.dataset.over);
      if (seconds <= 0) {
        left.classList.replace("info", "bad");
      }
    }
  };

  setInterval(tick, 1000);
  document.addEventListener("htmx:afterSwap", tick);

  /* --- Whoever works by keyboard stays at the step: a button that is gone hands over to the next one of it -------------- */
  let pressed = "";
  document.addEventListener("htmx:beforeSwap", () => {
    pressed = document.activeElement ? document.activeElement.id : "";
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (pressed && document.activeElement === document.body && !document.getElementById(pressed)) {
      const next = document.getElementById(pressed.replace(/^(start|soon)-/, "done-")) || document.querySelector("#course .press");
      next?.focus({ preventScroll: true });
    }
    pressed = "";
  });
  tick();

  /* --- The sheet: arrow keys press a step's buttons, and the focus is there again after the page came back ----------- */
  document.addEventListener("keydown", (event) => {
    const mover = event.target.closest("[data-move]");
    const button = mover && mover.querySelector(`[data-key="${event.key}"]`);
    if (button && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      button.focus();
      sessionStorage.setItem("step-moved", event.key);
      button.click();
    }
  });

  // After the browser has scrolled to the row: that takes the focus away once more.
  window.addEventListener("load", () => setTimeout(() => {
    const key = sessionStorage.getItem("step-moved");
    const row = /^#step-\d+$/.test(location.hash) && document.querySelector(location.hash);
    if (key && row) {
      sessionStorage.removeItem("step-moved");
      row.querySelector(`[data-key="${key}"]`)?.focus();
    }
  }));
})();
