// The camera fills the input of a scan form where the browser can read codes; elsewhere people type or use a hardware scanner.
(() => {
  const form = document.querySelector("form[data-scan]");
  if (!form) return;
  const input = form.querySelector("input[name=code]");
  const button = form.querySelector("[data-camera]");
  const video = form.querySelector("[data-video]");
  if (!button || !video || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  button.hidden = false;
  const detector = new BarcodeDetector();
  let stream = null;
  let last = "";
  let quietUntil = 0;
  const stop = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.hidden = true;
  };
  const look = async () => {
    if (!stream) return;
    try {
      const [found] = await detector.detect(video);
      const text = found?.rawValue ?? "";
      if (text && (text !== last || Date.now() > quietUntil)) {
        last = text;
        quietUntil = Date.now() + 2500;
        navigator.vibrate?.(60);
        input.value = text;
        form.requestSubmit();
        if (!("local" in form.dataset)) stop();
      }
    } catch (error) { /* a frame that is not ready yet */ }
    if (stream) setTimeout(look, 200);
  };
  button.addEventListener("click", async () => {
    if (stream) { stop(); return; }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream;
      video.hidden = false;
      await video.play();
      look();
    } catch (error) { stop(); button.hidden = true; input.focus(); }
  });
  window.addEventListener("pagehide", stop);
})();
