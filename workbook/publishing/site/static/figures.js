// Draws each figure live in the place of its picture, once it comes near the screen. An explorer gets
// a native control for its frames: it has a label, takes the arrow keys, and says what is now seen.
(() => {
  const CONFIG = { displayModeBar: false, responsive: true };
  let count = 0;

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

  function explorer(figure, plot, form) {
    const id = `dial-${++count}`;
    const [dial, ...rest] = control(form, id);
    const row = element("div", { className: "dial" });
    row.append(element("label", { htmlFor: id, textContent: form.label }), dial, ...rest);
    figure.insertBefore(row, plot);
    const said = element("p", { className: "unseen" });
    said.setAttribute("role", "status");
    figure.append(said);
    dial.addEventListener("input", () => {
      const step = form.steps[dial.value];
      const title = figure.querySelector("figcaption");
      if (title) title.innerHTML = step.caption;
      plot.setAttribute("aria-label", step.alt);
      said.textContent = step.alt;
      Plotly.react(plot, step.data, { ...form.layout, ...step.layout }, CONFIG);
    });
  }

  async function draw(figure) {
    const form = JSON.parse(figure.querySelector("script").textContent);
    const plot = element("div", { className: "canvas" });
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", form.alt);
    const picture = figure.querySelector("img, .alt");
    picture.after(plot);
    picture.hidden = true;
    await Plotly.newPlot(plot, form.data, form.layout, CONFIG);
    if (form.steps) explorer(figure, plot, form);
    figure.classList.add("live");
  }

  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      near.unobserve(entry.target);
      draw(entry.target);
    }
  }, { rootMargin: "600px" });
  document.querySelectorAll("figure.plot").forEach((figure) => near.observe(figure));
})();
