// Draws every [data-chart] element from the JSON beside it; plotly is fetched only where a chart is on the page.
// It decides nothing about a chart but how it fits the width: all marks and labels come from the server.
(() => {
  "use strict";

  const NARROW = 640;
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
    if (width < NARROW) {
      layout.annotations = (layout.annotations ?? []).filter((label) => label.name !== "direct-label");
      layout.annotations = thinned(layout.annotations, width);
      layout.margin = { ...layout.margin, r: 12 };
      layout.xaxis = { ...layout.xaxis, nticks: 4, tickfont: { ...layout.xaxis.tickfont, size: 12 } };
      if (layout.xaxis.type === "category" && layout.xaxis.tickmode !== "array") {
        const names = figure.data[0]?.x ?? [];
        const step = Math.ceil((names.length * 64) / width);
        layout.xaxis.tickmode = "array";
        layout.xaxis.tickvals = names.filter((name, place) => (names.length - 1 - place) % step === 0);
      }
      layout.yaxis = { ...layout.yaxis, tickfont: { ...layout.yaxis.tickfont, size: 12 } };
    }
    return layout;
  };

  // Totals over bars that would run into each other: keep the last one, and every one that has room.
  const thinned = (labels, width) => {
    const totals = labels.filter((label) => label.name === "total");
    const step = Math.ceil((totals.length * 50) / width);
    const kept = totals.filter((label, place) => (totals.length - 1 - place) % step === 0);
    for (const label of kept) label.font = { ...label.font, size: 11 };
    return labels.filter((label) => label.name !== "total" || kept.includes(label));
  };

  const draw = async (element) => {
    const figure = JSON.parse(document.getElementById(element.dataset.chart).textContent);
    const { react } = await plotly();
    const options = { displayModeBar: false, responsive: false, showTips: false };
    let wasNarrow = null;
    const render = (width) => {
      wasNarrow = width < NARROW;
      return react(element, figure.data, { ...fitted(figure, width), width }, options);
    };
    await render(element.clientWidth);
    element.dataset.drawn = "yes";
    const isPanel = element.closest(".chartfigure--multiples") !== null;
    element.addEventListener("srm:print", () => render(Math.min(element.clientWidth, isPanel ? PRINTED_PANEL : PRINTED)));
    element.addEventListener("srm:screen", () => render(element.clientWidth));
    new ResizeObserver(([entry]) => {
      const width = Math.floor(entry.contentRect.width);
      if (!width || !element.isConnected) return;
      if ((width < NARROW) !== wasNarrow) render(width);
      else if (width !== element._fullLayout?.width) window.Plotly.relayout(element, { width });
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
