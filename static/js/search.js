/* "/" puts the cursor into the search box, unless somebody is typing or the page has its own use for the key. */
"use strict";

// On the window, so that a page's own listener on the document comes first.
window.addEventListener("keydown", (event) => {
  const box = document.querySelector("[data-find]");
  const typing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing) {
    return;
  }
  if (box && box.offsetParent !== null) {
    event.preventDefault();
    box.focus();
    box.select();
  }
});
