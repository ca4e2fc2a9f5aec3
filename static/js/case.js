/* The form of a case: one empty row instead of three, and another by a press; without a script the spare rows do. */
"use strict";

(() => {
  document.querySelectorAll("[data-steps]").forEach((way) => {
    const list = way.querySelector("ol");
    const button = way.querySelector("[data-add-step]");
    const most = Number(way.dataset.most);
    const spares = [...list.querySelectorAll("[data-spare]")];
    if (!spares.length) {
      return;
    }
    const blank = spares[0].cloneNode(true);
    spares.slice(1).forEach((row) => row.remove());
    const offer = () => {
      button.hidden = list.children.length >= most;
    };
    button.addEventListener("click", () => {
      const row = blank.cloneNode(true);
      list.append(row);
      row.querySelector("input").focus();
      offer();
    });
    offer();
  });
})();
