/* Compares a chosen file with the hash of the issued one; the file stays in the browser.

   input[type=file][data-verify]   the SHA-256 to compare with, in hexadecimal digits
   the element after it            data-same and data-other are the two sentences it can say */
"use strict";

document.querySelectorAll("input[data-verify]").forEach((input) => {
  const answer = input.nextElementSibling;
  // Browsers compute hashes on https and on this machine only; the sentence below the field tells the other way.
  input.disabled = !window.crypto?.subtle;
  input.addEventListener("change", async () => {
    const [file] = input.files;
    answer.textContent = "";
    answer.className = "";
    if (!file) {
      return;
    }
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    const found = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const same = found === input.dataset.verify;
    answer.textContent = same ? `✓ ${answer.dataset.same}` : `✗ ${answer.dataset.other}`;
    answer.className = same ? "text-success" : "text-danger";
  });
});
