/* Problems from the keyboard; the pages work without it.

   [data-problems]  the list: j k and the arrows move, Enter or o opens, x ticks, e changes, n notes a new one,
                    / goes to the words, ? shows the keys
   [data-bulk]      says how many are ticked and, where there is room, opens with the first one
   [data-pickbox]   boxes to tick with a search above them, and how many are ticked */
"use strict";

(() => {
  /* --- The list ------------------------------------------------------------------------------------------------------ */
  const list = document.querySelector("[data-problems]");
  const dialog = document.querySelector("[data-keys]");
  const rows = list ? [...list.querySelectorAll("tbody tr")] : [];
  const linkOf = (row) => row.querySelector(".what a");
  const boxOf = (row) => row.querySelector(".pick input");
  const current = () => rows.findIndex((row) => row.contains(document.activeElement));

  function move(by) {
    const at = current();
    const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by));
    if (rows[next]) {
      linkOf(rows[next]).focus();
      rows[next].scrollIntoView({ block: "nearest" });
    }
  }

  function onRow(action) {
    const row = rows[current()];
    if (row) {
      action(row);
    }
    return Boolean(row);
  }

  const tick = (row) => {
    const box = boxOf(row);
    if (box) {
      box.checked = !box.checked;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };
  const go = (selector) => {
    const link = list.querySelector(selector);
    if (link) {
      location.assign(link.href);
    }
    return Boolean(link);
  };
  const edit = (row) => boxOf(row) && location.assign(`${linkOf(row).href}edit/`);
  const search = () => {
    const words = list.querySelector("[data-words]");
    words.focus();
    words.select();
    return true;
  };

  // Each says whether it did something: only then the key is taken from the browser.
  const keys = {
    j: () => { move(1); return true; },
    k: () => { move(-1); return true; },
    ArrowDown: () => onRow(() => move(1)),
    ArrowUp: () => onRow(() => move(-1)),
    o: () => onRow((row) => linkOf(row).click()),
    e: () => onRow(edit),
    x: () => onRow(tick),
    n: () => go("[data-new]"),
    "/": search,
    "?": () => { dialog.showModal(); return true; },
  };

  if (list) {
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
      const held = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
      if (typing || held || dialog.open || !Object.hasOwn(keys, event.key)) {
        return;
      }
      if (keys[event.key]()) {
        event.preventDefault();
      }
    });
    list.querySelector("[data-keys-hint]").hidden = false;
  }

  /* --- Many at once ----------------------------------------------------------------------------------------------------- */
  const bulk = document.querySelector("[data-bulk]");
  if (bulk) {
    const said = bulk.querySelector("[data-ticked]");
    const roomy = matchMedia("(min-width: 821px)");
    const count = () => {
      const ticked = rows.filter((row) => boxOf(row)?.checked).length;
      said.textContent = ticked ? said.dataset.said.replace("{count}", ticked) : "";
      return ticked;
    };
    list.addEventListener("change", (event) => {
      if (event.target.closest(".pick")) {
        bulk.open = (count() > 0 && roomy.matches) || bulk.open;
      }
    });
    count();
  }

  /* --- What a problem belongs to ------------------------------------------------------------------------------------------ */
  document.querySelectorAll("[data-pickbox]").forEach((box) => {
    const find = box.querySelector("[data-find]");
    const said = box.querySelector("[data-count]");
    const options = [...box.querySelectorAll(".form-check")];
    find.hidden = options.length < 8;
    find.addEventListener("input", () => {
      const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
      options.forEach((option) => {
        const text = option.textContent.toLowerCase();
        option.hidden = !words.every((word) => text.includes(word));
      });
    });
    find.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
      }
    });
    box.addEventListener("change", () => {
      said.textContent = `${options.filter((option) => option.querySelector("input").checked).length} / ${options.length}`;
    });
  });
})();
