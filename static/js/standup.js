/* The stand-up page's comforts; the page works without them.

   form[data-standup]   one empty line at the end of each section, Enter goes to the next one
   form[data-autosave]  a draft is saved a few seconds after the last change; what is not saved yet survives a reload
   [data-everyone]      ticks all the people beside it
   [data-timer]         fifteen minutes: start, pause, fills in the length, says when it is over; goes on over a reload */
"use strict";

(() => {
  const form = document.querySelector("form[data-standup]");
  if (!form) {
    return;
  }
  const words = form.dataset;
  const state = document.querySelector("[data-state]");
  const compare = document.querySelector("[data-compare]");
  const backupKey = `standup:${location.pathname}`;

  const say = (text) => {
    if (state && text) {
      state.textContent = text;
    }
  };

  /* crypto.randomUUID is missing where a closed network serves plain http. */
  const freshId = () => {
    if (crypto.randomUUID) {
      return crypto.randomUUID();
    }
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };

  /* --- Lines --------------------------------------------------------------------------------------------------------- */
  const textOf = (line) => line.querySelector("textarea");
  const sectionOf = (name) => form.querySelector(`[data-section="${name}"]`);

  function addLine(section, id) {
    const blank = document.querySelector(`template[data-blank="${section}"]`);
    const line = blank.content.firstElementChild.cloneNode(true);
    const filled = (element) => {
      for (const attribute of [...element.attributes]) {
        if (attribute.value.includes("__id__")) {
          element.setAttribute(attribute.name, attribute.value.replaceAll("__id__", id));
        }
      }
    };
    filled(line);
    line.querySelectorAll("*").forEach(filled);
    sectionOf(section).append(line);
    return line;
  }

  /* Exactly one empty line at the end: spare ones are for pages without a script. */
  function keepOneSpare(section) {
    const lines = [...sectionOf(section).querySelectorAll(".line[data-spare]")];
    const empty = lines.filter((line) => !textOf(line).value.trim() && !line.contains(document.activeElement));
    const busyEmpty = lines.some((line) => !textOf(line).value.trim() && line.contains(document.activeElement));
    empty.slice(busyEmpty ? 0 : 1).forEach((line) => line.remove());
    if (!empty.length && !busyEmpty) {
      addLine(section, freshId());
    }
  }

  const sections = ["done", "plan", "problem"];
  sections.forEach(keepOneSpare);

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("textarea")) {
      return;
    }
    event.preventDefault();
    const line = event.target.closest("[data-section] .line");
    if (line) {
      const section = line.closest("[data-section]").dataset.section;
      keepOneSpare(section);
      const next = line.nextElementSibling || addLine(section, freshId());
      textOf(next).focus();
    }
  });

  /* --- Saving ------------------------------------------------------------------------------------------------------------ */
  const QUIET_MS = 2500;
  const RETRY_MS = 8000;
  let version = 0;
  let savedVersion = 0;
  let timer = 0;
  let busy = false;
  let leaving = false;
  let stopped = !("autosave" in words);
  // What was sent and not answered yet is sent again with its key before anything newer: it may have arrived.
  let attempt = null;

  const isDirty = () => version !== savedVersion;

  function changed() {
    version += 1;
    form.elements.idempotency_key.value = freshId();
    say(words.wordsTyping);
    keepBackup();
    plan(QUIET_MS);
  }

  function plan(after) {
    clearTimeout(timer);
    if (!stopped) {
      timer = setTimeout(save, after);
    }
  }

  function newAttempt() {
    const body = new URLSearchParams(new FormData(form));
    body.set("step", "auto");
    body.set("idempotency_key", freshId());
    return { body, version };
  }

  async function save() {
    if (busy || stopped || !isDirty()) {
      return;
    }
    busy = true;
    attempt = attempt || newAttempt();
    say(words.wordsSaving);
    try {
      const headers = { Accept: "application/json" };
      await answered(await fetch(form.action, { method: "POST", body: attempt.body, headers }));
    } catch {
      say(words.wordsOffline);
      plan(RETRY_MS);
    } finally {
      busy = false;
    }
  }

  async function answered(answer) {
    if (!(answer.headers.get("Content-Type") || "").includes("application/json")) {
      say(answer.status < 500 ? words.wordsSignIn : words.wordsOffline);
      plan(RETRY_MS);
      return;
    }
    const said = await answer.json();
    const sent = attempt;
    attempt = null;
    say(said.message);
    if (!answer.ok) {
      // A refused draft waits for the next change; a published day and a conflict wait for the person.
      stopped = stopped || Boolean(said.stop || said.compare);
      document.querySelector("[data-unseen]").hidden = Boolean(said.stop);
      if (compare) {
        compare.hidden = !(said.compare || said.stop);
      }
      return;
    }
    settle(said, sent.body);
    savedVersion = sent.version;
    if (isDirty()) {
      say(words.wordsTyping);
      plan(QUIET_MS);
    } else {
      sessionStorage.removeItem(backupKey);
    }
  }

  /* What was sent is what the page showed from now on. */
  function settle(said, sent) {
    const put = (name, value) => {
      if (form.elements[name]) {
        form.elements[name].value = value;
      }
    };
    Object.entries(said.seen).forEach(([id, mark]) => put(`seen-${id}`, mark));
    Object.entries(said.answers).forEach(([id, mark]) => put(`answer-seen-${id}`, mark));
    put("shown_minutes", sent.get("in_writing") ? "" : sent.get("minutes"));
    put("shown_in_writing", sent.get("in_writing") || "0");
    const place = form.querySelector("[data-shown-present]");
    place.replaceChildren(...sent.getAll("present").map((id) => {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name: "shown_present", value: id });
      return input;
    }));
  }

  form.addEventListener("input", (event) => {
    const section = event.target.closest("[data-section]");
    if (section) {
      keepOneSpare(section.dataset.section);
    }
    changed();
  });

  window.addEventListener("online", () => plan(0));
  document.addEventListener("visibilitychange", () => document.hidden && plan(0));
  window.addEventListener("pageshow", (event) => {
    // Taken back from the browser's memory, the page was sent before: the next post is another one.
    leaving = false;
    if (event.persisted) {
      form.elements.idempotency_key.value = freshId();
    }
  });

  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
    sessionStorage.removeItem(backupKey);
  });
  window.addEventListener("beforeunload", (event) => {
    if (isDirty() && !leaving) {
      event.preventDefault();
    }
  });

  /* --- What is not saved yet survives a reload of this tab --------------------------------------------------------------- */
  const OWN = new Set(["csrfmiddlewaretoken", "idempotency_key"]);

  function keepBackup() {
    const pairs = [...new FormData(form)].filter(([name]) => !OWN.has(name));
    sessionStorage.setItem(backupKey, JSON.stringify(pairs));
  }

  function restore() {
    const kept = sessionStorage.getItem(backupKey);
    if (!kept || form.querySelector(".both, .is-invalid")) {
      sessionStorage.removeItem(backupKey);
      return;
    }
    const values = new Map();
    form.querySelectorAll(".line[data-spare]").forEach((line) => line.remove());
    JSON.parse(kept).forEach(([name, value]) => values.set(name, [...(values.get(name) || []), value]));
    (values.get("line") || []).forEach((id) => {
      const section = (values.get(`section-${id}`) || [])[0];
      const isMissing = !form.elements[`text-${id}`] && (values.get(`text-${id}`) || [""])[0];
      if (isMissing && sections.includes(section)) {
        addLine(section, id);
      }
    });
    for (const element of form.elements) {
      const found = values.get(element.name) || [];
      if (element.type === "checkbox" || element.type === "radio") {
        if (found.length || element.type === "checkbox") {
          element.checked = found.includes(element.value);
        }
      } else if (found.length && element.name !== "line" && !OWN.has(element.name)) {
        element.value = found[0];
      }
    }
    sections.forEach(keepOneSpare);
    changed();
    say(words.wordsRestored);
  }

  restore();

  /* --- Everyone was there --------------------------------------------------------------------------------------------------- */
  form.querySelectorAll("[data-everyone]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      button.parentElement.querySelectorAll("input").forEach((box) => {
        box.checked = true;
      });
      changed();
    });
  });

  /* --- Fifteen minutes ------------------------------------------------------------------------------------------------------ */
  const watch = document.querySelector("[data-timer]");
  if (!watch) {
    return;
  }
  const clock = watch.querySelector("[data-clock]");
  const over = watch.querySelector("[data-over]");
  const button = watch.querySelector("[data-start]");
  const watchKey = `${backupKey}:timer`;
  const most = Number(watch.dataset.mostMinutes) * 60;
  const kept = JSON.parse(sessionStorage.getItem(watchKey) || "{}");
  let spent = kept.spent || 0;
  let since = kept.since || 0;

  const seconds = () => Math.floor(spent + (since ? (Date.now() - since) / 1000 : 0));

  function tick() {
    const now = seconds();
    clock.textContent = `${Math.floor(now / 60)}:${String(now % 60).padStart(2, "0")}`;
    if ((now > most) === !over.textContent) {
      over.textContent = now > most ? button.dataset.wordsOver : "";
    }
    clock.classList.toggle("late", now > most);
    button.textContent = since ? button.dataset.wordsPause : button.dataset.wordsStart;
    const minutes = String(Math.ceil(now / 60));
    if (since && form.elements.minutes.value !== minutes) {
      form.elements.minutes.value = minutes;
    }
  }

  button.addEventListener("click", () => {
    [spent, since] = since ? [seconds(), 0] : [spent, Date.now()];
    sessionStorage.setItem(watchKey, JSON.stringify({ spent, since }));
    tick();
    if (!since) {
      changed();
    }
  });

  watch.hidden = false;
  tick();
  setInterval(tick, 1000);
})();
