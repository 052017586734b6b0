// Says that scripts run, and keeps the reader's light or dark look. Loaded before the page is drawn,
// so that it does not flash. Without a choice, the look is the system's.
(() => {
  const root = document.documentElement;
  root.classList.add("script");
  let kept = null;
  try { kept = localStorage.getItem("look"); } catch { /* a page from the disk may have no storage */ }
  if (kept) root.dataset.look = kept;
  const dark = () =>
    root.dataset.look ? root.dataset.look === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("button.look");
    const say = () => { button.textContent = dark() ? "Light look" : "Dark look"; };
    button.addEventListener("click", () => {
      root.dataset.look = dark() ? "light" : "dark";
      try { localStorage.setItem("look", root.dataset.look); } catch { /* kept for this page only */ }
      say();
      document.dispatchEvent(new Event("look"));
    });
    say();
    // Code is folded or shown on all pages alike; each cell can still be opened by itself.
    const fold = document.querySelector("button.fold");
    const cells = [...document.querySelectorAll("details.source")];
    if (cells.length) {
      let folded = false;
      try { folded = localStorage.getItem("code") === "folded"; } catch { /* as above */ }
      const apply = () => {
        for (const cell of cells) cell.open = !folded;
        fold.textContent = folded ? "Show code" : "Hide code";
      };
      fold.hidden = false;
      fold.addEventListener("click", () => {
        folded = !folded;
        try { localStorage.setItem("code", folded ? "folded" : "shown"); } catch { /* as above */ }
        apply();
      });
      apply();
    }
    // What scrolls sideways must be reachable by key; what does not needs no stop of the Tab key.
    const reach = () => {
      for (const box of document.querySelectorAll("pre, .wide, .formula")) {
        if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
        else box.removeAttribute("tabindex");
      }
    };
    reach();
    addEventListener("resize", reach);
    document.addEventListener("drawn", reach);
    document.addEventListener("toggle", reach, true);  // what was folded had no width
  });
})();
