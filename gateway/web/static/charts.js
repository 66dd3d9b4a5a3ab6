// Pictures of the tables beside them: a picture's numbers are read from the table's cells, so that both say the same. Each page works without.

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const number = new Intl.NumberFormat("vi").format;

// The table's rows, and its columns of that kind ("series" or "line"), each with its tone and values.
function read(table, kind) {
  const headings = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows];
  const series = headings
    .map((heading, place) => ({ place, name: heading.textContent.trim(), tone: heading.dataset[kind] }))
    .filter(({ tone }) => tone)
    .map((column) => ({ ...column, cells: rows.map((row) => row.cells[column.place]) }));
  return { names: rows.map((row) => row.cells[0].textContent.trim()), series };
}

function options(box) {
  const kind = box.dataset.chart;
  const { names, series } = read(document.getElementById(box.dataset.from), kind === "lines" ? "line" : "series");
  const ink = style("--yk-ink-soft");
  const fontSize = Math.round(parseFloat(getComputedStyle(box).fontSize) * 0.8);
  const lying = kind === "bars";
  const labels = {
    type: "category",
    data: names,
    inverse: lying,
    axisLine: { lineStyle: { color: style("--yk-line-strong") } },
    axisTick: { show: false },
    axisLabel: { color: ink, fontSize, ...(lying ? { width: Math.min(15 * fontSize, box.clientWidth * 0.4), overflow: "truncate" } : { hideOverlap: true }) },
  };
  const values = {
    type: "value",
    minInterval: 1,
    splitNumber: 4,
    axisLabel: { color: ink, fontSize, formatter: number, hideOverlap: true },
    splitLine: { lineStyle: { color: style("--yk-line") } },
  };
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    // Texts are drawn, not written as HTML: the policy of these pages allows no style in HTML.
    tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: kind === "lines" ? "line" : "shadow" }, valueFormatter: number },
    legend: series.length > 1 ? { top: 0, left: 0, itemWidth: 14, itemHeight: 10, textStyle: { color: ink, fontSize } } : undefined,
    grid: { left: 8, right: 16, bottom: 4, top: series.length > 1 ? 34 : 12, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: lying ? values : labels,
    yAxis: lying ? labels : values,
    series: series.map(({ name, tone, cells }) => ({
      name,
      type: kind === "lines" ? "line" : "bar",
      stack: kind === "lines" ? undefined : "all",
      barMaxWidth: 2.5 * fontSize,
      symbolSize: 7,
      color: style(`--chart-${tone}`),
      itemStyle: kind === "lines" ? {} : { borderColor: style("--yk-surface"), borderWidth: 1 },
      data: cells.map((cell) => Number(cell.dataset.n)),
    })),
  };
}

function draw(box) {
  box.hidden = false;
  const rows = document.getElementById(box.dataset.from).tBodies[0].rows.length;
  if (box.dataset.chart === "bars") box.style.height = `${Math.max(200, 60 + rows * 30)}px`;
  const chart = echarts.getInstanceByDom(box) ?? echarts.init(box);
  chart.setOption(options(box), true);
  return chart;
}

const seen = new Map();
const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => seen.get(target)?.resize()));

function drawAll(root) {
  for (const box of [...seen.keys()].filter((box) => !box.isConnected)) {
    seen.get(box).dispose();
    seen.delete(box);
    sizes.unobserve(box);
  }
  for (const box of root.querySelectorAll("[data-chart]")) {
    const chart = draw(box);
    if (seen.has(box)) continue;
    seen.set(box, chart);
    sizes.observe(box);
    // A bar leads where its number leads.
    chart.on("click", ({ seriesIndex, dataIndex }) => {
      const kind = box.dataset.chart === "lines" ? "line" : "series";
      const { series } = read(document.getElementById(box.dataset.from), kind);
      series[seriesIndex].cells[dataIndex].querySelector("a")?.click();
    });
  }
}

drawAll(document);
document.addEventListener("htmx:after:swap", () => drawAll(document));
new MutationObserver(() => drawAll(document)).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
