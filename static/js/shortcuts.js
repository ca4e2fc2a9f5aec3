/* A few keys that hold on every page; each is a link or a button there as well.

   [data-shortcuts]   the sheet in the footer; "?" shows it in a dialog
   [data-go="p"]      in the sheet: where "g", then "p" leads
   n                  presses the page's own button for a new row

   "/" is search.js's; a page may have its own use for any key (problems.js): it comes first. Nothing is taken from somebody
   who types, nor together with Ctrl, Alt or the command key: saving with Ctrl+S stays the browser's. */
"use strict";

(() => {
  const PATIENCE = 1500;
  const sheet = document.querySelector("[data-shortcuts]");
  if (!sheet) {
    return;
  }
  let began = -PATIENCE;

  const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog[open]";
  const NEW = ["main [data-new]", "main .head a[href$='/new/']", "main a.btn[href$='/new/']"];

  function show() {
    const dialog = document.createElement("dialog");
    dialog.className = "card keys";
    const title = document.createElement("h2");
    title.textContent = sheet.querySelector("summary").textContent;
    title.id = "shortcuts-title";
    dialog.setAttribute("aria-labelledby", title.id);
    const form = document.createElement("form");
    form.method = "dialog";
    const close = document.createElement("button");
    close.className = "btn";
    close.textContent = sheet.dataset.close;
    form.append(close);
    dialog.append(title, sheet.querySelector("dl").cloneNode(true), form);
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    close.focus();
  }

  const follow = (link) => {
    if (link) {
      link.click();
    }
    return Boolean(link);
  };

  // Says whether the key did something: only then it is taken from the browser.
  function pressed(key, isSecond) {
    if (isSecond) {
      return /^[a-z]$/.test(key) && follow(sheet.querySelector(`[data-go="${key}"]`));
    }
    if (key === "g") {
      began = performance.now();
      return true;
    }
    if (key === "n") {
      return follow(NEW.map((place) => document.querySelector(place)).find(Boolean));
    }
    if (key === "?") {
      show();
      return true;
    }
    return false;
  }

  // On the window, so that a page's own listener on the document comes first.
  window.addEventListener("keydown", (event) => {
    const held = event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat;
    const typing = event.target instanceof Element && event.target.closest(TYPING);
    if (event.defaultPrevented || held || typing || document.querySelector("dialog[open]") || event.key === "Shift") {
      return;
    }
    const isSecond = performance.now() - began < PATIENCE;
    began = -PATIENCE;
    if (pressed(event.key, isSecond)) {
      event.preventDefault();
    }
  });
})();
