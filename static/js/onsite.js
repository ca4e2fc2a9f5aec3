/* Small comforts; every page works without them. No inline handlers, nothing evaluated (Content-Security-Policy).

   data-once         on a form: a second press while the first is under way does nothing
   data-warn-dirty   on a form: asks before leaving with unsaved changes
   details.menu      closes on Escape and on a press outside
   body[data-lost]   the sentence shown when an htmx request can't reach the server
   body[data-failed] the sentence shown when the server refuses an htmx request without a page of its own */
"use strict";

(() => {
  const dirty = new Set();

  /* --- A form is sent once --------------------------------------------------------------------------------------- */
  const submitters = (form) => [...form.elements].filter((element) => element.type === "submit");

  function release(form) {
    delete form.dataset.sending;
    form.removeAttribute("aria-busy");
    submitters(form).forEach((button) => button.removeAttribute("aria-disabled"));
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-once]")) {
      if (form.dataset.sending) {
        event.preventDefault();
        event.stopPropagation();
        return;
      }
      // The button stays enabled: a disabled one would not send its own name and value.
      form.dataset.sending = "yes";
      form.setAttribute("aria-busy", "true");
      submitters(form).forEach((button) => button.setAttribute("aria-disabled", "true"));
    }
    dirty.delete(form);
  }, true);

  // A page taken back from the browser's memory must be usable again.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(release));

  /* --- Unsaved changes ---------------------------------------------------------------------------------------------- */
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.matches("[data-warn-dirty]")) {
      dirty.add(form);
    }
  });

  window.addEventListener("beforeunload", (event) => {
    if ([...dirty].some((form) => form.isConnected)) {
      event.preventDefault();
    }
  });

  /* --- Menus ---------------------------------------------------------------------------------------------------------- */
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) {
        menu.open = false;
      }
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") {
      return;
    }
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  /* --- After an answer: release the form, say what went wrong ------------------------------------------------------------ */
  function say(sentence) {
    const place = document.getElementById("messages");
    if (!place || !sentence) {
      return;
    }
    const alert = document.createElement("div");
    alert.className = "alert alert-danger";
    alert.textContent = sentence;
    place.replaceChildren(alert);
  }

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest("form");
    if (form && form.dataset.sending) {
      release(form);
    }
  });
  document.addEventListener("htmx:sendError", () => say(document.body.dataset.lost));
  document.addEventListener("htmx:responseError", () => say(document.body.dataset.failed));

  /* --- A row that scrolls sideways starts at the page one is on ------------------------------------------------------------- */
  document.querySelectorAll(".bar nav [aria-current], .tabs [aria-current]").forEach((link) => {
    const row = link.parentElement;
    row.scrollLeft = link.offsetLeft - row.offsetLeft - (row.clientWidth - link.offsetWidth) / 2;
  });

  /* --- A refused form opens at its first marked field -------------------------------------------------------------------- */
  document.querySelector("form .is-invalid")?.focus();
})();
