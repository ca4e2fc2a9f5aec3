/* The plan: arrow keys on a task's mover press its buttons, and the focus is there again after the page came back.
   Without this script the buttons do the same. */
"use strict";

(() => {
  document.addEventListener("keydown", (event) => {
    const mover = event.target.closest("[data-move]");
    const button = mover && mover.querySelector(`[data-key="${event.key}"]`);
    if (button && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      button.focus();
      sessionStorage.setItem("plan-moved", event.key);
      button.click();
    }
  });

  // A form opened in place closes again without leaving the page.
  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-close-form]");
    if (close) {
      event.preventDefault();
      const row = document.querySelector(new URL(close.href).hash);
      close.closest(".in-place").replaceChildren();
      row.querySelector("a").focus();
    }
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    (event.target.querySelector(".is-invalid") || event.target.querySelector("[name=name]"))?.focus();
  });

  // After the browser has scrolled to the row: that takes the focus away once more.
  window.addEventListener("load", () => setTimeout(() => {
    const key = sessionStorage.getItem("plan-moved");
    const row = /^#task-\d+$/.test(location.hash) && document.querySelector(location.hash);
    if (key && row) {
      sessionStorage.removeItem("plan-moved");
      row.querySelector(`[data-key="${key}"]`)?.focus();
    }
  }));
})();
