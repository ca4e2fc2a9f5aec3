/* A poster from the video itself (training/parts/video_work.html): the picture it shows now, and by itself where there is
   none yet. The server draws it anew; without a script a picture of one's own is uploaded. */
"use strict";

(() => {
  const form = document.querySelector("[data-poster-form]");
  const video = document.querySelector(".player video");
  const button = form?.querySelector("[data-take-frame]");
  if (!form || !video || !button) {
    return;
  }
  const WIDEST = 1280;
  const said = form.querySelector("[data-poster-said]");

  function picture() {
    const scale = Math.min(1, WIDEST / video.videoWidth);
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
  }

  async function take() {
    button.disabled = true;
    try {
      const body = new FormData();
      body.append("csrfmiddlewaretoken", form.querySelector('[name="csrfmiddlewaretoken"]').value);
      body.append("poster", new File([await picture()], "poster.jpg", { type: "image/jpeg" }));
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
      if (answer.type !== "opaqueredirect") {
        throw new Error(`poster: ${answer.status}`);
      }
      video.poster = `${location.pathname}poster/?${Date.now()}`;
      return true;
    } catch {
      said.textContent = said.dataset.failed;
      return false;
    } finally {
      button.disabled = false;
    }
  }

  button.hidden = false;
  button.addEventListener("click", async () => (await take()) && location.reload());
  if ("posterMissing" in form.dataset) {
    // The first picture is often black: a moment later something is to be seen.
    const once = { once: true };
    const begin = () => {
      video.addEventListener("seeked", async () => {
        await take();
        video.currentTime = 0;
      }, once);
      video.currentTime = Math.min(1, (video.duration || 0) / 10);
    };
    video.readyState >= 1 ? begin() : video.addEventListener("loadedmetadata", begin, once);
  }
})();
