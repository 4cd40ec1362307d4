// The agreement is read to its end before the box can be ticked. Without scripts the box is free and the service still asks for it.
const body = document.querySelector("[data-read-to-end]");
const mark = document.querySelector("[data-read-mark]");
if (body && mark) {
  const atEnd = () => body.scrollTop + body.clientHeight >= body.scrollHeight - 4;
  const look = () => { if (atEnd()) mark.disabled = false; };
  mark.disabled = !atEnd();
  body.addEventListener("scroll", look, { passive: true });
  window.addEventListener("resize", look);
}
