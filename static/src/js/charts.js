// Draws every [data-chart] element from the JSON beside it; plotly is fetched only where a chart is on the page.
// It decides nothing about a chart but how it fits the width: all marks and labels come from the server.
(() => {
  "use strict";

  const NARROW = 640;
  // The width of the axis of values, of a letter as a share of its size, and of the gap between two labels.
  const AXIS = 76;
  const LETTER = 0.64;
  const GAP = 6;
  // Widths that fit a printed page of letter or A4 size.
  const PRINTED = 630;
  const PRINTED_PANEL = 200;
  const source = document.currentScript.dataset.plotly;
  let loading = null;

  const plotly = () => {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = source;
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => reject(new Error("plotly did not load"));
      document.head.append(script);
    });
    return loading;
  };

  // Direct labels need room at the right; on a narrow chart the key above the chart names the colours instead.
  const fitted = (figure, width) => {
    const layout = structuredClone(figure.layout);
    layout.annotations ??= [];
    if (width < NARROW) {
      layout.annotations = layout.annotations.filter((label) => label.name !== "direct-label");
      for (const label of layout.annotations) if (label.name === "total") label.font = { ...label.font, size: 11 };
      layout.margin = { ...layout.margin, r: 12 };
      layout.xaxis = { ...layout.xaxis, nticks: 4, tickfont: { ...layout.xaxis.tickfont, size: 12 } };
      layout.yaxis = { ...layout.yaxis, tickfont: { ...layout.yaxis.tickfont, size: 12 } };
    }
    if (layout.xaxis.type === "category" && layout.xaxis.tickmode !== "array") thin(layout, figure.data[0]?.x ?? [], width);
    return layout;
  };

  // Names under the axis and totals over bars stand at the same places: the last one, and every one that has room.
  const thin = (layout, names, width) => {
    const totals = layout.annotations.filter((label) => label.name === "total");
    const each = (width - AXIS - layout.margin.r) / names.length;
    const needed = Math.max(
      roomFor(names, layout.xaxis.tickfont.size),
      ...totals.map((label) => roomFor([label.text], label.font.size)),
    );
    const step = Math.max(1, Math.ceil(needed / each));
    const kept = names.filter((name, place) => (names.length - 1 - place) % step === 0);
    layout.xaxis.tickmode = "array";
    layout.xaxis.tickvals = kept;
    layout.xaxis.ticktext = kept.map((name) => name.replaceAll(" ", "<br>"));
    layout.annotations = layout.annotations.filter((label) => label.name !== "total" || kept.includes(label.x));
  };

  // The pixels the longest word takes, with a gap to the next.
  const roomFor = (texts, size) => {
    const letters = Math.max(0, ...texts.flatMap((text) => text.split(" ")).map((word) => word.length));
    return letters * size * LETTER + GAP;
  };

  const draw = async (element) => {
    const figure = JSON.parse(document.getElementById(element.dataset.chart).textContent);
    const { react } = await plotly();
    const options = { displayModeBar: false, responsive: false, showTips: false };
    const render = (width) => react(element, figure.data, { ...fitted(figure, width), width }, options);
    await render(element.clientWidth);
    element.dataset.drawn = "yes";
    const isPanel = element.closest(".chartfigure--multiples") !== null;
    element.addEventListener("srm:print", () => render(Math.min(element.clientWidth, isPanel ? PRINTED_PANEL : PRINTED)));
    element.addEventListener("srm:screen", () => render(element.clientWidth));
    new ResizeObserver(([entry]) => {
      const width = Math.floor(entry.contentRect.width);
      if (width && element.isConnected && width !== element._fullLayout?.width) render(width);
    }).observe(element);
  };

  const drawAll = (root) => {
    for (const element of root.querySelectorAll("[data-chart]:not([data-drawn])")) {
      element.dataset.drawn = "pending";
      draw(element);
    }
  };

  const tell = (name) => {
    for (const element of document.querySelectorAll('[data-drawn="yes"]')) element.dispatchEvent(new CustomEvent(name));
  };
  window.addEventListener("beforeprint", () => tell("srm:print"));
  window.addEventListener("afterprint", () => tell("srm:screen"));

  drawAll(document);
  document.addEventListener("htmx:afterSettle", () => drawAll(document));
})();
