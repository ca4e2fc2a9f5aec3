/* The clock of a running emergency goes on between two answers of the server; without a script it stands as rendered.

   [data-passed]   whole seconds since the plan was invoked, when the page (or its part) was rendered */
"use strict";

(() => {
  let shown = null;
  let arrivedAt = 0;

  // The server's clock counts, not this phone's: only the time since the answer arrived is measured here.
  const tick = () => {
    const place = document.querySelector("[data-passed]");
    if (!place) {
      return;
    }
    if (place !== shown) {
      shown = place;
      arrivedAt = performance.now();
    }
    const seconds = Number(place.dataset.passed) + (performance.now() - arrivedAt) / 1000;
    const minutes = String(Math.floor(seconds / 60));
    if (place.textContent !== minutes) {
      place.textContent = minutes;
    }
  };

  setInterval(tick, 1000);
  tick();
})();
