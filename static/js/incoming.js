/* A large file ahead of its form (components/file_in_pieces.html): in pieces, with progress, going on after a lost
   connection where it stopped. In the end the form carries the token of what arrived instead of the file. */
"use strict";

(() => {
  if (window.onsiteIncoming) {
    return; // a page with two forms brings the script twice
  }
  window.onsiteIncoming = true;

  const RETRY_MS = 5000;
  const language = document.documentElement.lang || "en";
  const amount = (unit, digits) => new Intl.NumberFormat(language, {
    style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits,
  });
  const megabytes = amount("megabyte", 1);
  const kilobytes = amount("kilobyte", 0);
  const inWords = (bytes) => (
    bytes < 1024 ** 2 ? kilobytes.format(Math.ceil(bytes / 1024)) : megabytes.format(bytes / 1024 ** 2)
  );

  class Lost extends Error {}
  class Refused extends Error {}

  /* One request. A lost connection and a server that is not there are the same to whoever waits: `Lost`. */
  function ask(method, url, { headers = {}, body = null, onProgress = null, hold = () => {} } = {}) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      hold(request);
      request.open(method, url);
      request.timeout = 120000;
      Object.entries(headers).forEach(([name, value]) => request.setRequestHeader(name, value));
      if (onProgress) {
        request.upload.addEventListener("progress", (event) => onProgress(event.loaded));
      }
      ["error", "timeout", "abort"].forEach((name) => request.addEventListener(name, () => reject(new Lost())));
      request.addEventListener("load", () => {
        let said = null;
        try {
          said = JSON.parse(request.responseText);
        } catch {
          said = null;
        }
        request.status >= 500 ? reject(new Lost()) : resolve({ status: request.status, said });
      });
      request.send(body);
    });
  }

  function equip(drop) {
    if (drop.dataset.ready) {
      return;
    }
    drop.dataset.ready = "yes";
    const part = (name) => drop.querySelector(`[data-${name}]`);
    const input = drop.querySelector('input[type="file"]');
    const token = part("token");
    const form = input.closest("form");
    const guard = () => ({ "X-CSRFToken": form.querySelector('[name="csrfmiddlewaretoken"]').value });
    const isNeeded = input.required;
    let sending = null; // what is under way: the file, its state on the server, the request
    let waiting = null; // the button the form was to be sent with
    let timer = 0;

    function say(text, kind = "") {
      part("said").textContent = text;
      part("said").className = kind;
    }

    function draw(received, size) {
      part("progress").value = size ? Math.floor((100 * received) / size) : 0;
      part("amount").textContent = received < size ? `${inWords(received)} / ${inWords(size)}` : inWords(size);
    }

    function show(name) {
      part("way").hidden = false;
      part("name").textContent = name;
    }

    /* While the file is on its way, or there, the form doesn't carry it a second time. */
    function holdInput(isHeld) {
      input.disabled = isHeld;
      input.required = isNeeded && !isHeld;
    }

    function forget(text = "") {
      clearTimeout(timer);
      const request = sending?.request;
      sending = null;
      waiting = null;
      request?.abort();
      token.value = "";
      holdInput(false);
      input.value = "";
      part("way").hidden = !text;
      part("progress").hidden = Boolean(text);
      part("go-on").hidden = true;
      part("name").textContent = "";
      part("amount").textContent = "";
      say(text, text ? "bad-text" : "");
    }

    const memory = (file) => `incoming:${file.name}:${file.size}:${file.lastModified}`;

    function remembered(file) {
      try {
        return localStorage.getItem(memory(file));
      } catch {
        return null;
      }
    }

    function remember(file, url) {
      try {
        url ? localStorage.setItem(memory(file), url) : localStorage.removeItem(memory(file));
      } catch {
        // A browser that keeps nothing only begins anew after a reload.
      }
    }

    /* Says how the file stands, announcing it where the server knows nothing of it. */
    async function stand(job) {
      const known = job.url || remembered(job.file);
      if (known) {
        const { status, said } = await ask("GET", known, { hold: job.hold });
        if (status === 200 && said && said.size === job.file.size) {
          return said;
        }
        if (status === 200 && !said) {
          throw new Refused(drop.dataset.out);
        }
        remember(job.file, "");
        if (job.url) {
          throw new Refused(drop.dataset.gone);
        }
      }
      const body = new URLSearchParams({ name: job.file.name, size: job.file.size });
      const { status, said } = await ask("POST", drop.dataset.begin, { headers: guard(), body, hold: job.hold });
      if (status === 201 && said) {
        return said;
      }
      throw new Refused(said?.error || drop.dataset.out);
    }

    async function send(job) {
      clearTimeout(timer);
      part("go-on").hidden = true;
      part("progress").hidden = false;
      say(drop.dataset.sending);
      try {
        let state = await stand(job);
        while (sending === job && state.received < state.size) {
          job.url = state.url;
          remember(job.file, state.url);
          const at = state.received;
          draw(at, state.size);
          const { status, said } = await ask("POST", state.url, {
            headers: { ...guard(), "Upload-Offset": at, "Content-Type": "application/octet-stream" },
            body: job.file.slice(at, at + Number(drop.dataset.piece)),
            onProgress: (loaded) => sending === job && draw(Math.min(at + loaded, state.size), state.size),
            hold: job.hold,
          });
          if (!said) {
            throw new Refused(status === 404 ? drop.dataset.gone : drop.dataset.out);
          }
          if (said.error) {
            remember(job.file, "");
            throw new Refused(said.error);
          }
          state = said;
        }
        if (sending === job) {
          arrived(job, state);
        }
      } catch (error) {
        if (sending === job) {
          stopped(job, error);
        }
      }
    }

    function stopped(job, error) {
      if (!(error instanceof Lost) && !(error instanceof Refused)) {
        throw error;
      }
      if (error instanceof Refused && error.message !== drop.dataset.out) {
        forget(error.message);
        return;
      }
      say(error instanceof Lost ? drop.dataset.lost : error.message, "bad-text");
      part("go-on").hidden = false;
      if (error instanceof Lost) {
        timer = setTimeout(() => sending === job && send(job), RETRY_MS);
      }
    }

    function arrived(job, state) {
      remember(job.file, "");
      sending = null;
      token.value = state.token;
      draw(state.size, state.size);
      say(drop.dataset.arrived);
      if (waiting) {
        const button = waiting;
        waiting = null;
        form.requestSubmit(button.form ? button : undefined);
      }
    }

    function take(file) {
      forget();
      if (!drop.dataset.endings.split(",").some((ending) => file.name.toLowerCase().endsWith(ending))) {
        forget(`${drop.dataset.wrong} ${drop.dataset.endings.replace(",", ", ")}`);
        return;
      }
      if (file.size > Number(drop.dataset.most)) {
        forget(`${drop.dataset.large} ${inWords(Number(drop.dataset.most))}`);
        return;
      }
      const job = { file, url: "", request: null };
      job.hold = (request) => { job.request = request; };
      sending = job;
      holdInput(true);
      show(file.name);
      draw(0, file.size);
      send(job);
    }

    input.addEventListener("change", () => input.files.length && take(input.files[0]));
    part("remove").addEventListener("click", () => { forget(); input.focus(); });
    part("go-on").addEventListener("click", () => sending && send(sending));
    window.addEventListener("online", () => sending && !part("go-on").hidden && send(sending));
    window.addEventListener("offline", () => sending?.request?.abort());
    // Before everybody else: nothing is sent yet, so the form must not count as sent (onsite.js, data-once).
    window.addEventListener("submit", (event) => {
      if (sending && event.target === form) {
        event.preventDefault();
        event.stopImmediatePropagation();
        waiting = event.submitter || form;
        say(drop.dataset.wait);
      }
    }, true);
    window.addEventListener("beforeunload", (event) => sending && event.preventDefault());

    ["dragenter", "dragover"].forEach((name) => drop.addEventListener(name, (event) => {
      if ([...event.dataTransfer.types].includes("Files")) {
        event.preventDefault();
        drop.classList.add("over");
      }
    }));
    drop.addEventListener("dragleave", (event) => !drop.contains(event.relatedTarget) && drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      if (event.dataTransfer.files.length) {
        take(event.dataTransfer.files[0]);
      }
    });
    part("how").hidden = false;

    // The form came back with a fault elsewhere: what had arrived is still there.
    if (token.value) {
      holdInput(true);
      ask("GET", `${drop.dataset.begin}${token.value}/`).then(({ status, said }) => {
        if (status === 200 && said && said.received === said.size) {
          show(said.name);
          draw(said.size, said.size);
          say(drop.dataset.arrived);
        } else {
          forget(drop.dataset.gone);
        }
      }, () => forget(drop.dataset.gone));
    }
  }

  const equipAll = () => document.querySelectorAll("[data-incoming]").forEach(equip);
  document.addEventListener("htmx:load", equipAll);
  equipAll();
})();
