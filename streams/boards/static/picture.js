/** A chart as a PNG that explains itself: on white, with its title, company, days and as-of. */
import { embed } from "./chart.js";
import { element } from "./dom.js";

const WIDTH = 960, MARGIN = 32, SCALE = 2;  // CSS pixels, and how many pixels of the picture are one
const TITLE = { size: 22, weight: 700 }, TEXT = { size: 14, weight: 400 };
const LINE_HEIGHT = 1.5, GAP = 16;

/**
 * Return the chart as a PNG file, `above` and `below` it lines of text.
 * @param {Panel} panel
 * @param {Row[]} rows
 * @param {Page} page
 * @param {{ title: string, above: string[], below: string[] }} texts
 * @returns {Promise<Blob>}
 */
export async function chartPicture(panel, rows, page, texts) {
  const container = document.body.appendChild(element("div", { class: "paper", style: `width: ${WIDTH - 2 * MARGIN}px`, "aria-hidden": "true" }));
  try {
    const { view, finalize } = await embed(container, panel, rows, page);
    const chart = await view.toCanvas(SCALE);
    const style = getComputedStyle(container);
    const colours = { ink: style.getPropertyValue("--ink"), faint: style.getPropertyValue("--faint"), font: style.getPropertyValue("--font") };
    finalize();
    return await toPng(compose(chart, texts, colours, page.language));
  } finally {
    container.remove();
  }
}

/**
 * Put the chart between its texts; the picture is as high as they need.
 * @param {HTMLCanvasElement} chart
 * @param {{ title: string, above: string[], below: string[] }} texts
 * @param {{ ink: string, faint: string, font: string }} colours
 * @param {string} language
 */
function compose(chart, { title, above, below }, { ink, faint, font }, language) {
  const canvas = document.createElement("canvas");
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const lines = (/** @type {string[]} */ texts, /** @type {typeof TEXT} */ style, /** @type {string} */ colour) => {
    context.font = `${style.weight} ${style.size}px ${font}`;
    return texts.flatMap((text) => wrap(text, context, language)).map((text) => ({ text, colour, ...style }));
  };
  const head = [...lines([title], TITLE, ink), ...lines(above, TEXT, faint)];
  const foot = lines(below, TEXT, faint);
  const chartTop = MARGIN + heightOf(head) + GAP, chartHeight = chart.height / SCALE;
  canvas.width = WIDTH * SCALE;
  canvas.height = (chartTop + chartHeight + GAP + heightOf(foot) + MARGIN) * SCALE;
  context.scale(SCALE, SCALE);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = "middle";
  write(context, head, MARGIN, font);
  context.drawImage(chart, MARGIN, chartTop, chart.width / SCALE, chartHeight);
  write(context, foot, chartTop + chartHeight + GAP, font);
  return canvas;
}

/** @param {{ size: number }[]} lines */
const heightOf = (lines) => lines.reduce((sum, { size }) => sum + size * LINE_HEIGHT, 0);

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{ text: string, colour: string, size: number, weight: number }[]} lines
 * @param {number} top
 * @param {string} font
 */
function write(context, lines, top, font) {
  for (const { text, colour, size, weight } of lines) {
    context.font = `${weight} ${size}px ${font}`;
    context.fillStyle = colour;
    context.fillText(text, MARGIN, top + (size * LINE_HEIGHT) / 2);
    top += size * LINE_HEIGHT;
  }
}

/**
 * Break a text into lines that fit, between words; Japanese has no spaces to break at.
 * @param {string} text
 * @param {CanvasRenderingContext2D} context
 * @param {string} language
 */
function wrap(text, context, language) {
  /** @type {string[]} */
  const lines = [""];
  for (const { segment } of new Intl.Segmenter(language, { granularity: "word" }).segment(text)) {
    const last = lines[lines.length - 1];
    if (last && context.measureText(last + segment).width > WIDTH - 2 * MARGIN) lines.push(segment.trimStart());
    else lines[lines.length - 1] = last + segment;
  }
  return lines;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<Blob>}
 */
const toPng = (canvas) => new Promise((resolve, reject) => {
  canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large for this browser"))), "image/png");
});
