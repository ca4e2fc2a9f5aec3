/* A standing rule demands one thing: the fields of the other forms of demand are put away while another is chosen. */
(() => {
  "use strict";
  const groups = [...document.querySelectorAll("[data-demand]")];
  const choices = [...document.querySelectorAll('input[name="form"]')];
  const show = () => {
    const chosen = choices.find((choice) => choice.checked);
    for (const group of groups) {
      group.hidden = Boolean(chosen) && group.dataset.demand !== chosen.value;
    }
  };
  for (const choice of choices) {
    choice.addEventListener("change", show);
  }
  show();
})();
