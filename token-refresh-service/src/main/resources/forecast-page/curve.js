// The probability that a request has come, from now on, with the band in which it is expected.

import { drawing, percent, shape, span } from './chart.js';

const LEFT = 44;
const RIGHT = 440;
const TOP = 10;
const BOTTOM = 200;
const TICKS = [60, 300, 900, 1800, 3600, 7200, 14400, 28800];

const high = (probability) => BOTTOM - probability * (BOTTOM - TOP);

/** The square root of time: the next minutes matter more than the last hours. */
function scale(reach) {
  return (seconds) => LEFT + Math.sqrt(Math.min(1, seconds / reach)) * (RIGHT - LEFT);
}

/** Those times that have room for their names. */
function ticks(place, reach) {
  let last = LEFT;
  return TICKS.filter((tick) => {
    const fits = tick <= reach * 1.001 && place(tick) - last > 36;
    last = fits ? place(tick) : last;
    return fits;
  });
}

function grid(place, reach) {
  return [
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((part) => [
      shape('line', { x1: LEFT, x2: RIGHT, y1: high(part), y2: high(part), class: 'axis' }),
      shape('text', { x: LEFT - 6, y: high(part) + 4, 'text-anchor': 'end' }, `${100 * part} %`),
    ]),
    ...ticks(place, reach).map((tick) =>
      shape('text', { x: place(tick), y: BOTTOM + 16, 'text-anchor': 'middle' }, tick < 3600 ? `${tick / 60} min` : `${tick / 3600} h`),
    ),
    shape('text', { x: LEFT, y: BOTTOM + 16, 'text-anchor': 'middle' }, 'now'),
  ];
}

function band(place, within, reach) {
  const shapes = [];
  if (within.p10 !== null && within.p10 < reach) {
    const start = place(within.p10);
    const end = place(within.p90 === null ? reach : Math.min(reach, within.p90));
    shapes.push(shape('rect', { x: start, y: TOP, width: Math.max(1, end - start), height: BOTTOM - TOP, class: 'band' }));
  }
  if (within.p50 !== null && within.p50 < reach) {
    shapes.push(shape('line', { x1: place(within.p50), x2: place(within.p50), y1: TOP, y2: BOTTOM, class: 'median' }));
    shapes.push(shape('text', { x: place(within.p50) + 4, y: TOP + 12, class: 'strong' }, `p50 ${span(within.p50)}`));
  }
  return shapes;
}

/** The band in words. */
export function expected(forecast) {
  const { p10, p50, p90 } = forecast.expectedWithin;
  const by = (seconds) => (seconds === null ? 'at no time that is forecast' : `within ${span(seconds)}`);
  return `The next request comes with 10 % ${by(p10)}, with 50 % ${by(p50)}, with 90 % ${by(p90)}.`;
}

/** Nothing to draw where the forecast reaches no further than now. */
export function curve(forecast) {
  const points = forecast.curve;
  const last = points.at(-1);
  if (points.length < 2) {
    return null;
  }
  const reach = last.afterSeconds;
  const place = scale(reach);
  const line = points.map((it) => `${place(it.afterSeconds).toFixed(1)},${high(it.probabilityUntilThen).toFixed(1)}`).join(' ');
  const label = `Probability of a request: ${percent(last.probabilityUntilThen)} within ${span(reach)}. ${expected(forecast)}`;
  return drawing(460, 225, label, [
    ...band(place, forecast.expectedWithin, reach),
    ...grid(place, reach),
    shape('polyline', { points: line, class: 'curve' }),
  ]);
}
