// What was forecast against what came true, by tenths of the probability.

import { drawing, percent, shape } from './chart.js';

const LEFT = 44;
const RIGHT = 440;
const TOP = 10;
const BOTTOM = 200;

const wide = (part) => LEFT + part * (RIGHT - LEFT);
const high = (part) => BOTTOM - part * (BOTTOM - TOP);

function grid() {
  return [0, 0.25, 0.5, 0.75, 1].flatMap((part) => [
    shape('line', { x1: LEFT, x2: RIGHT, y1: high(part), y2: high(part), class: 'axis' }),
    shape('text', { x: LEFT - 6, y: high(part) + 4, 'text-anchor': 'end' }, `${100 * part} %`),
    shape('text', { x: wide(part), y: BOTTOM + 16, 'text-anchor': 'middle' }, `${100 * part} %`),
  ]);
}

/** The tenths in which tokens were renewed, with means. */
export function settled(tenths) {
  return tenths
    .filter((it) => it.renewed > 0)
    .map((it) => ({ renewed: it.renewed, forecast: it.expected / it.renewed, used: it.used / it.renewed }));
}

/** In words, the same as the dots. */
export function compared(tenths) {
  return settled(tenths)
    .map((it) => `${percent(it.forecast)} forecast, ${percent(it.used)} used (${it.renewed})`)
    .join('; ');
}

export function calibration(tenths) {
  const known = settled(tenths);
  const most = Math.max(1, ...known.map((it) => it.renewed));
  const dots = known.map((it) =>
    shape(
      'circle',
      { cx: wide(it.forecast), cy: high(it.used), r: 4 + 8 * Math.sqrt(it.renewed / most), class: 'dot' },
      shape('title', {}, `${percent(it.forecast)} forecast, ${percent(it.used)} used, ${it.renewed} renewals`),
    ),
  );
  return drawing(460, 225, `Forecast against use: ${compared(tenths) || 'no renewal is settled yet'}.`, [
    ...grid(),
    shape('line', { x1: wide(0), y1: high(0), x2: wide(1), y2: high(1), class: 'now' }),
    shape('text', { x: RIGHT, y: BOTTOM - 6, 'text-anchor': 'end' }, 'forecast →'),
    shape('text', { x: LEFT + 4, y: TOP + 10 }, '↑ used'),
    ...dots,
  ]);
}
