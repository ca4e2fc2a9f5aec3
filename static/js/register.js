/* The list of a training session (training/attendance.html): one press ticks everybody, and the list is saved after a
   look at it. Without a script a second button saves that everybody was there. */
"use strict";

(() => {
  const button = document.querySelector("[data-tick-all]");
  if (!button) {
    return;
  }
  const ticks = () => [...button.form.querySelectorAll('[name="there"]')];
  button.hidden = false;
  button.form.querySelector("[data-everybody]").hidden = true;
  button.addEventListener("click", () => {
    ticks().forEach((tick) => { tick.checked = true; });
    // As if they had been pressed: what is not saved yet is asked for before leaving (onsite.js, data-warn-dirty).
    ticks()[0].dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
