/* Computes the SHA-256 of a chosen file in the browser, so that the file stays there.

   input[type=file][data-verify]   compares with this SHA-256, in hexadecimal digits;
                                   the element after it has the two sentences data-same and data-other
   form[data-hash-first]           sends the hash (field "sha256") in place of the file (field "file") */
"use strict";

// Browsers compute hashes on https and on this machine only.
const canHash = Boolean(window.crypto?.subtle);

const sha256 = async (file) => {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

document.querySelectorAll("input[data-verify]").forEach((input) => {
  const answer = input.nextElementSibling;
  // The sentence below the field tells the other way.
  input.disabled = !canHash;
  input.addEventListener("change", async () => {
    const [file] = input.files;
    answer.textContent = "";
    answer.className = "";
    if (!file) {
      return;
    }
    const same = (await sha256(file)) === input.dataset.verify;
    answer.textContent = same ? `✓ ${answer.dataset.same}` : `✗ ${answer.dataset.other}`;
    answer.className = same ? "text-success" : "text-danger";
  });
});

document.querySelectorAll("form[data-hash-first]").forEach((form) => {
  const { file, sha256: hash } = form.elements;
  if (!canHash) {
    return;
  }
  const promise = form.querySelector("[data-in-browser]");
  promise.textContent = promise.dataset.inBrowser;
  form.addEventListener("submit", async (event) => {
    if (!file.files.length) {
      return;
    }
    event.preventDefault();
    hash.value = await sha256(file.files[0]);
    file.value = "";
    form.submit();
  });
});
