// Draws each figure live in the place of its picture, once it comes near the screen. An explorer gets
// a native control for its frames: it has a label, takes the arrow keys, and says what is now seen.
// A figure follows the page: its colours the light or dark look, its panel titles the width.
(() => {
  const CONFIG = { displayModeBar: false, responsive: true };
  // The course's colours (core/notebook/figures.py) -> the same on a dark card, at least 3:1.
  const DARK = {
    "#333333": "#e4e7eb", "#666666": "#a9b2bd", "rgba(0,0,0,0.12)": "rgba(255,255,255,0.18)",
    "#0072b2": "#5ab4f0", "#ce6a03": "#f0a050", "#3b1060": "#c79bf0", "#8f3c0e": "#d98a5c",
    "#5010e0": "#9d8bff", "#701090": "#e07ae8", "#a08080": "#c9b0b0",
    "rgba(255,255,255,0.92)": "rgba(29,34,41,0.92)",  // the ground of names on a figure
  };
  const AREAS = ["heatmap", "contour", "image"];  // their colours need a light ground
  const GROUND = "#ebecee", LETTER = 0.56, LINE = 1.3;  // of a font's size: width, height of a line
  const PANEL = 300;  // pixels of the narrowest panel
  const live = [];  // a function for each figure, which draws it again
  let count = 0;

  const isDark = () => (document.documentElement.dataset.look
    ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

  function recoloured(value) {
    if (typeof value === "string") return DARK[value.toLowerCase()] ?? value;
    if (Array.isArray(value)) return value.map(recoloured);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, recoloured(inner)]));
  }

  function inLook({ data, layout }) {
    if (!isDark()) return { data, layout };
    if (!data.some((trace) => AREAS.includes(trace.type))) {
      return { data: recoloured(data), layout: recoloured(layout) };
    }
    const kept = { shapes: layout.shapes, plot_bgcolor: GROUND };
    const annotations = layout.annotations?.map((note) => isPanelTitle(note) ? recoloured(note) : note);
    return { data, layout: { ...recoloured(layout), ...kept, ...(annotations && { annotations }) } };
  }

  const isPanelTitle = (note) =>
    note.showarrow === false && note.xref === "paper" && note.yref === "paper" && note.yanchor === "bottom";

  function wrapped(text, most) {
    const lines = [""];
    for (const word of text.replaceAll(/<br ?\/?>/g, " ").split(" ")) {
      const plain = (lines.at(-1) + word).replaceAll(/<[^>]*>/g, "");
      if (lines.at(-1) && plain.length > most) lines.push("");
      lines[lines.length - 1] += `${word} `;
    }
    return lines.map((line) => line.trim());
  }

  // Pixels below which a figure cannot be read: tokens in cells, and panels that stand side by side.
  // On a narrower screen it scrolls.
  function needed({ data, layout }) {
    const cells = data.filter((trace) => trace.type === "heatmap" && trace.texttemplate && trace.text);
    const widths = cells.map(({ text, textfont }) => {
      const longest = Math.max(...text.flat().map((word) => String(word ?? "").length));
      return Math.max(...text.map((row) => row.length)) * (longest * LETTER * 1.15 * (textfont?.size ?? 12) + 4);
    });
    const starts = Object.keys(layout).filter((key) => /^xaxis\d*$/.test(key))
      .map((key) => layout[key].domain?.[0] ?? 0);
    const panels = new Set(starts).size;
    return Math.max(0, ...widths.map((width) => width + 100), panels > 1 ? panels * PANEL : 0);
  }

  // Titles of panels that stand side by side are broken into lines as wide as their panel. The height
  // is written out: plotly forgets one that only the template gives when it draws a figure again.
  function fitted(given, width) {
    const layout = { ...given, height: given.height ?? given.template?.layout?.height ?? 380 };
    const titles = (layout.annotations || []).filter(isPanelTitle);
    const axes = Object.keys(layout).filter((key) => /^xaxis\d*$/.test(key)).map((key) => layout[key]);
    if (titles.length < 2) return layout;
    const margin = layout.margin || {};
    const inside = width - (margin.l ?? 60) - (margin.r ?? 20);
    let most = 1, tallest = 0;
    const annotations = layout.annotations.map((note) => {
      if (!isPanelTitle(note)) return note;
      const axis = axes.find(({ domain = [0, 1] }) => Math.abs((domain[0] + domain[1]) / 2 - note.x) < 0.02);
      const [low, high] = axis?.domain ?? [0, 1 / titles.length];
      const size = Math.min(note.font?.size ?? 16, width < 600 ? 13 : 16);
      const lines = wrapped(note.text, Math.max(6, Math.floor(((high - low) * inside) / (size * LETTER))));
      most = Math.max(most, lines.length);
      tallest = Math.max(tallest, size);
      return { ...note, text: lines.join("<br>"), font: { ...note.font, size } };
    });
    const more = (most - 1) * tallest * LINE;
    return {
      ...layout, annotations, height: layout.height + more,
      margin: { ...margin, t: (margin.t ?? 30) + more },
    };
  }

  function element(name, properties) {
    return Object.assign(document.createElement(name), properties);
  }

  // Numbers get a slider, words a list: a slider would hide what there is to choose from.
  function control(form, id) {
    if (form.steps.some((step) => Number.isNaN(Number(step.label)))) {
      const list = element("select", { id });
      list.append(...form.steps.map((step, n) => new Option(step.label, n, n === form.active, n === form.active)));
      return [list];
    }
    const slider = element("input", { id, type: "range", min: 0, max: form.steps.length - 1, step: 1, value: form.active });
    const value = element("output", { htmlFor: id });
    const say = () => {
      value.textContent = form.steps[slider.value].label;
      slider.setAttribute("aria-valuetext", value.textContent);
    };
    slider.addEventListener("input", say);
    say();
    return [slider, value];
  }

  function explorer(figure, box, plot, form, show) {
    const id = `dial-${++count}`;
    const [dial, ...rest] = control(form, id);
    const row = element("div", { className: "dial" });
    row.append(element("label", { htmlFor: id, textContent: form.label }), dial, ...rest);
    figure.insertBefore(row, box);
    const said = element("p", { className: "unseen" });
    said.setAttribute("role", "status");
    figure.append(said);
    dial.addEventListener("input", () => {
      const step = form.steps[dial.value];
      const title = figure.querySelector("figcaption");
      if (title) title.innerHTML = step.caption;
      plot.setAttribute("aria-label", step.alt);
      said.textContent = step.alt;
      show({ data: step.data, layout: { ...form.layout, ...step.layout } });
    });
  }

  async function draw(figure) {
    const form = JSON.parse(figure.querySelector("script").textContent);
    const plot = element("div", { className: "canvas" });
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", form.alt);
    const picture = figure.querySelector("img, .alt");
    const box = element("div", { className: "wide" });
    box.append(plot);
    picture.after(box);
    picture.hidden = true;
    let shown = form;
    const show = (next) => {
      shown = next;
      plot.style.minWidth = `${Math.round(needed(next))}px`;
      const { data, layout } = inLook(structuredClone({ data: next.data, layout: next.layout }));
      return Plotly.react(plot, data, fitted(layout, plot.clientWidth), CONFIG);
    };
    await show(form);
    if (form.steps) explorer(figure, box, plot, form, show);
    document.dispatchEvent(new Event("drawn"));
    live.push(() => show(shown));
    figure.classList.add("live");
  }

  const again = () => live.forEach((redraw) => redraw());
  document.addEventListener("look", again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth !== width) again();
    width = innerWidth;
  });

  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      near.unobserve(entry.target);
      draw(entry.target);
    }
  }, { rootMargin: "600px" });
  document.querySelectorAll("figure.plot").forEach((figure) => near.observe(figure));
})();
