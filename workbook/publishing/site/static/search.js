// Finds the parts of the course that hold every word asked for; a word in a heading counts most.
// The list of parts is loaded when the reader first turns to the box.
(() => {
  const MOST = 12, AROUND = 70;
  const box = document.getElementById("search");
  const panel = document.querySelector(".found");
  const status = panel.querySelector("p"), list = panel.querySelector("ol");
  const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
  const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

  function load() {
    if (document.getElementById("search-list")) return;
    const script = Object.assign(document.createElement("script"), {
      id: "search-list", src: "static/search-list.js", onload: search,
    });
    document.head.append(script);
  }

  function score(part, words) {
    let total = 0;
    for (const word of words) {
      const begins = new RegExp(`(^|[^\\p{L}\\p{N}])${literal(word)}`, "giu");
      const hits = (part.text.match(begins) || []).length;
      const heads = (part.title.match(begins) || []).length;
      if (!hits && !heads) return 0;
      total += 10 * heads + Math.min(hits, 5);
    }
    return total;
  }

  function snippet(part, words) {
    const any = new RegExp(words.map(literal).join("|"), "giu");
    const at = Math.max(0, part.text.search(any) - AROUND);
    let text = part.text.slice(at, at + 2 * AROUND).replace(/\s\S*$/, "");
    if (at) text = text.replace(/^\S*\s/, "");  // whole words only
    return `${at ? "… " : ""}${escape(text)} …`.replace(
      new RegExp(words.map((word) => literal(escape(word))).join("|"), "giu"), "<mark>$&</mark>");
  }

  function search() {
    const words = box.value.trim().toLowerCase().split(/\s+/).filter((word) => word.length > 1);
    panel.hidden = !words.length || !window.SEARCH;
    if (panel.hidden) return;
    const found = window.SEARCH.map((part) => [score(part, words), part])
      .filter(([points]) => points).sort((a, b) => b[0] - a[0]);
    const number = found.length === 1 ? "1 part" : `${found.length} parts`;
    status.textContent = found.length > MOST ? `${number}, the best ${MOST}:` : `${number} of the course`;
    list.innerHTML = found.slice(0, MOST).map(([, part]) =>
      `<li><a href="${part.page}#${encodeURIComponent(part.id)}"><b>${escape(part.title)}</b>` +
      `<span>${escape(part.lesson)}</span></a><p>${snippet(part, words)}</p></li>`).join("");
  }

  box.addEventListener("focus", load);
  box.addEventListener("input", search);
  panel.addEventListener("click", (event) => { if (event.target.closest("a")) panel.hidden = true; });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) { panel.hidden = true; box.focus(); }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".search")) panel.hidden = true;
  });
})();
