/* Choosing files (components/file_drop.html): drop, paste, camera, and a list of what was chosen with sizes.
   Everything ends in the one file input, so that the form is sent as without a script. */
"use strict";

(() => {
  if (window.onsiteFiles) {
    return; // a page with two forms brings the script twice
  }
  window.onsiteFiles = true;

  const language = document.documentElement.lang || "en";

  function size(bytes) {
    const [unit, amount] = bytes < 1024 ** 2 ? ["kilobyte", bytes / 1024] : ["megabyte", bytes / 1024 ** 2];
    const digits = amount < 10 ? 1 : 0;
    return new Intl.NumberFormat(language, {
      style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits,
    }).format(amount);
  }

  const isRecording = (file) => file.type.startsWith("video/");
  const same = (one, other) =>
    one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;

  /* A pasted picture has no name of its own; the moment tells one from the next. */
  function named(file, drop) {
    const moment = new Date();
    const two = (number) => String(number).padStart(2, "0");
    const day = [moment.getFullYear(), two(moment.getMonth() + 1), two(moment.getDate())].join("");
    const hour = [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(two).join("");
    const ending = file.type === "image/jpeg" ? "jpg" : "png";
    return new File([file], `${drop.dataset.pasted}-${day}-${hour}.${ending}`, { type: file.type });
  }

  function equip(drop) {
    if (drop.dataset.ready) {
      return;
    }
    drop.dataset.ready = "yes";
    const input = drop.querySelector('input[type="file"]');
    const list = drop.querySelector("[data-list]");
    const said = drop.querySelector("[data-said]");
    let chosen = [];

    function draw() {
      list.hidden = chosen.length === 0;
      list.replaceChildren(...chosen.map(row));
      said.textContent = chosen.length ? `${drop.dataset.chosen} ${chosen.map((file) => file.name).join(", ")}` : "";
    }

    function row(file) {
      const item = document.createElement("li");
      const name = document.createElement("span");
      name.className = "name";
      name.textContent = file.name;
      const amount = document.createElement("span");
      amount.className = "hint";
      amount.textContent = size(file.size);
      const what = document.createElement("span");
      what.className = "what";
      what.append(name, amount);
      item.append(what);
      if (file.size > Number(isRecording(file) ? drop.dataset.mostRecording : drop.dataset.most)) {
        const large = document.createElement("span");
        large.className = "tag bad";
        large.textContent = drop.dataset.large;
        what.append(large);
      }
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "btn s";
      remove.textContent = drop.dataset.remove;
      const which = document.createElement("span");
      which.className = "visually-hidden";
      which.textContent = `: ${file.name}`;
      remove.append(which);
      remove.addEventListener("click", () => {
        hold(chosen.filter((other) => other !== file));
        (list.querySelector("button") || input).focus();
      });
      item.append(remove);
      return item;
    }

    /* The input holds what the list shows; a script may hand it files only in this way. */
    function hold(files) {
      const held = new DataTransfer();
      files.forEach((file) => held.items.add(file));
      input.files = held.files;
      chosen = [...input.files];
      draw();
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }

    function add(files) {
      const fresh = files.filter((file) => !chosen.some((known) => same(known, file)));
      if (fresh.length) {
        hold(input.multiple ? [...chosen, ...fresh] : fresh.slice(-1));
      }
    }

    // What is picked in the browser's own window joins what was dropped or pasted before.
    input.addEventListener("change", () => {
      const picked = [...input.files];
      if (!input.multiple) {
        chosen = [];
      }
      picked.length ? add(picked) : hold(chosen);
    });

    ["dragenter", "dragover"].forEach((name) => drop.addEventListener(name, (event) => {
      if ([...event.dataTransfer.types].includes("Files")) {
        event.preventDefault();
        drop.classList.add("over");
      }
    }));
    drop.addEventListener("dragleave", (event) => {
      if (!drop.contains(event.relatedTarget)) {
        drop.classList.remove("over");
      }
    });
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      add([...event.dataTransfer.files]);
    });
    drop.addEventListener("files:paste", (event) => add(event.detail.map((file) => named(file, drop))));

    const camera = drop.querySelector("[data-camera]");
    const lens = document.createElement("input");
    lens.type = "file";
    lens.accept = "image/jpeg,image/png";
    lens.setAttribute("capture", "environment"); // a browser without a camera knows no such property
    lens.addEventListener("change", () => {
      add([...lens.files]);
      lens.value = "";
    });
    camera.addEventListener("click", () => lens.click());
    camera.hidden = false;
    drop.querySelector("[data-how]").hidden = false;
    input.closest("form")?.addEventListener("reset", () => hold([]));
    if (input.files.length) {
      add([...input.files]);
    }
  }

  const equipAll = () => document.querySelectorAll("[data-drop]").forEach(equip);

  /* A screenshot goes to the field one is at, or to the page's only one. A text keeps going where the cursor is. */
  document.addEventListener("paste", (event) => {
    const pictures = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
    const form = event.target instanceof Element ? event.target.closest("form") : null;
    const within = form ? [...form.querySelectorAll("[data-drop]")] : [];
    const all = [...document.querySelectorAll("[data-drop]")];
    const drop = within.length ? within[0] : all.length === 1 ? all[0] : null;
    if (pictures.length && drop) {
      event.preventDefault();
      drop.dispatchEvent(new CustomEvent("files:paste", { detail: pictures }));
    }
  });

  document.addEventListener("htmx:load", equipAll);
  equipAll();
})();
