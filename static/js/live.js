/* Parts of a page come anew by themselves when what they say has changed. Without this script the page is the same, and
   new at each reload. One question every half minute while the page is looked at: the answer is 304 as long as nothing
   changed (onsite/core/unchanged.py); a lost connection is asked for more and more rarely.

   [data-live]        the body, with the mark (ETag) of the page as it stands; data-news says PARTS where names stand
   .part[data-mark]   a part with the mark of its words
   [data-live-told]   tells which parts came anew, politely
   [data-live-note]   shown while a part waits, because its reader is at work in it
   [data-live-hour]   "As of 14:05", the hour at the site (data-zone) */
"use strict";

(() => {
  const EVERY = 30_000;
  const RAREST = 300_000;
  const PATIENCE = 20_000;
  const root = document.querySelector("[data-live]");
  // A page that tells what just happened has no mark: it is brought up to date all the same.
  if (!root) {
    return;
  }
  const lang = document.documentElement.lang;
  const waiting = new Map();
  let wait = EVERY;
  let timer = 0;
  let asking = false;
  let askedAt = Date.now();

  /* --- What must not be taken from under somebody's hands ---------------------------------------------------------- */
  const isChanged = (field) => {
    if (field.type === "checkbox" || field.type === "radio") {
      return field.checked !== field.defaultChecked;
    }
    if (field.tagName === "SELECT") {
      return [...field.options].some((option) => option.selected !== option.defaultSelected);
    }
    return "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue;
  };

  const isAtWork = (part) => {
    const chosen = getSelection();
    return part.contains(document.activeElement)
      || (!chosen.isCollapsed && chosen.containsNode(part, true))
      || part.querySelector("form[data-sending]") !== null
      || [...part.querySelectorAll("input, select, textarea")].some(isChanged);
  };

  /* --- One part in the place of the other ------------------------------------------------------------------------------ */
  const keep = (before, after) => {
    const summary = (details) => details.querySelector("summary")?.textContent.trim();
    const open = [...before.querySelectorAll("details[open]")].map(summary);
    after.querySelectorAll("details").forEach((details) => {
      details.open = details.open || open.includes(summary(details));
    });
    const sideways = [...before.querySelectorAll(".scroll")].map((place) => place.scrollLeft);
    return () => after.querySelectorAll(".scroll").forEach((place, number) => {
      place.scrollLeft = sideways[number] || 0;
    });
  };

  // What is looked at stays where it is, also where something grew above it.
  const anchor = (swapped) => {
    const place = [...root.querySelectorAll(".part > *")].find(
      (child) => child.getBoundingClientRect().bottom > 0 && !swapped.includes(child.parentElement.id));
    const top = place?.getBoundingClientRect().top;
    return () => place && requestAnimationFrame(() => window.scrollBy(0, place.getBoundingClientRect().top - top));
  };

  const nameOf = (part) => (part.querySelector("h2") || {}).textContent?.trim()
    || part.querySelector("[aria-label]")?.getAttribute("aria-label") || "";

  function swap() {
    const ready = [...waiting.keys()].filter((id) => !isAtWork(document.getElementById(id)));
    const hold = anchor(ready);
    const names = ready.map((id) => {
      const before = document.getElementById(id);
      const after = waiting.get(id);
      const restore = keep(before, after);
      const name = nameOf(after) || nameOf(before);
      before.replaceWith(after);
      restore();
      window.htmx?.process(after);
      waiting.delete(id);
      return name;
    }).filter(Boolean);
    if (ready.length) {
      hold();
    }
    if (names.length) {
      const list = new Intl.ListFormat(lang, { type: "conjunction" }).format(names);
      root.querySelector("[data-live-told]").textContent = root.dataset.news.replace("PARTS", () => list);
    }
    root.querySelector("[data-live-note]").hidden = waiting.size === 0;
  }

  document.addEventListener("focusout", () => setTimeout(() => waiting.size && swap()));

  /* --- Asking ---------------------------------------------------------------------------------------------------------- */
  function stamp(response) {
    const place = document.querySelector("[data-live-hour]");
    const sent = Date.parse(response.headers.get("Date") || "");
    if (place && sent) {
      const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: place.dataset.zone });
      place.textContent = place.textContent.replace(/\d{1,2}:\d{2}/, hour.format(sent));
    }
  }

  // Signed out, or not of this engagement any more: nothing of the page may stay.
  const leave = () => location.reload();

  function take(page) {
    const come = page.querySelector("[data-live]");
    const known = [...root.querySelectorAll(".part")].map((part) => part.id);
    const parts = come ? [...come.querySelectorAll(".part")] : [];
    if (!come || parts.length !== known.length || parts.some((part) => !known.includes(part.id))) {
      leave();
      return;
    }
    parts.forEach((part) => {
      waiting.delete(part.id);
      if (part.dataset.mark !== document.getElementById(part.id).dataset.mark) {
        waiting.set(part.id, document.adoptNode(part));
      }
    });
    root.dataset.live = come.dataset.live;
    swap();
  }

  async function ask() {
    const headers = root.dataset.live ? { "If-None-Match": root.dataset.live } : {};
    const given = { headers, cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(PATIENCE) };
    const response = await fetch(location.pathname + location.search, given);
    if (response.type === "opaqueredirect" || (response.status >= 400 && response.status < 500 && response.status !== 429)) {
      leave();
    } else if (response.status !== 304 && !response.ok) {
      throw new Error(`answered ${response.status}`);
    } else {
      if (response.status === 200) {
        take(new DOMParser().parseFromString(await response.text(), "text/html"));
      }
      stamp(response);
    }
  }

  async function look() {
    clearTimeout(timer);
    if (asking || document.hidden) {
      return;
    }
    asking = true;
    askedAt = Date.now();
    try {
      await ask();
      wait = EVERY;
    } catch {
      // The page stays as it is: what one has is better than a word about the network.
      wait = Math.min(wait * 2, RAREST);
    } finally {
      asking = false;
      timer = setTimeout(look, wait);
    }
  }

  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) {
      timer = setTimeout(look, Math.max(0, askedAt + EVERY - Date.now()));
    }
  });
  window.addEventListener("online", look);
  window.addEventListener("pageshow", (event) => event.persisted && look());

  // A page out of the browser's store may be of any hour: it asks at once.
  const [opened] = performance.getEntriesByType("navigation");
  const isStored = opened && opened.transferSize < opened.encodedBodySize;
  timer = setTimeout(look, isStored ? 0 : EVERY);
})();
