/* Copies the text of a field. Without this script one marks and copies it by hand.

   data-copy          on a button: the id of the field
   data-copied        what is said then
   data-marked        what is said where the browser does not let a page copy: the text is marked */
"use strict";

(() => {
  const say = (sentence) => {
    document.querySelector("[data-copy-status]").textContent = sentence;
  };

  document.querySelectorAll("[data-copy]").forEach((button) => {
    const field = document.getElementById(button.dataset.copy);
    button.hidden = false;
    button.addEventListener("click", async () => {
      field.select();
      try {
        // Only on https and on one's own machine; inside a closed network it is often plain http.
        await navigator.clipboard.writeText(field.value);
        say(button.dataset.copied);
      } catch {
        say(document.execCommand("copy") ? button.dataset.copied : button.dataset.marked);
      }
    });
  });
})();
