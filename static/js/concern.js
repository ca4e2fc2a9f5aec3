/* The answer to a concern: a phrase goes into the field at once, where it would else come back with the page. */
"use strict";

(() => {
  const field = document.getElementById("id_acknowledgement");

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-phrase]");
    if (!button || !field) {
      return;
    }
    event.preventDefault();
    const phrase = document.getElementById(button.dataset.phrase).textContent;
    const typed = field.value.trimEnd();
    field.value = typed ? `${typed}\n${phrase}` : phrase;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
})();
