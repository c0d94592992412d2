// Requests, the lives of tokens and decisions on one line of time.

import { clock, drawing, moment, shape } from './chart.js';

const WIDTH = 900;
const LEFT = 90;
const RIGHT = 880;
const ROW = 30;
const MINUTE = 60_000;
const STEPS = [5, 10, 15, 30, 60, 120, 180, 360].map((minutes) => minutes * MINUTE);
const MARKS = { renew: 'M0,-6 L6,5 L-6,5 Z', later: 'M0,-6 L6,0 L0,6 L-6,0 Z', never: 'M-5,-5 H5 V5 H-5 Z' };

/** When a request was heard of by the clock; activity may be replayed faster than it happened. */
export function heard(seen) {
  if (!seen.activity) {
    return [];
  }
  const last = Date.parse(seen.activity.lastRequestAt);
  const at = Date.parse(seen.activity.heardAt);
  return seen.activity.recent.map((time) => at - Math.max(0, last - Date.parse(time)) / seen.activitySpeed);
}

/** The tokens of all decisions, each once. */
function tokens(decisions) {
  const found = new Map();
  for (const it of decisions) {
    if (it.tokenIssuedAt && it.tokenEndsAt) {
      found.set(`${it.grant} ${it.tokenIssuedAt}`, {
        grant: it.grant,
        from: Date.parse(it.tokenIssuedAt),
        to: Date.parse(it.tokenEndsAt),
      });
    }
  }
  return [...found.values()];
}

function range(now, hours, lives) {
  const from = now - hours * 60 * MINUTE;
  const ends = Math.max(now, ...lives.map((it) => it.to));
  return { from, to: Math.min(ends, now + (now - from) / 3) + (now - from) / 30 };
}

function axis(place, { from, to }, bottom, now) {
  const step = STEPS.find((it) => (to - from) / it <= 9) ?? STEPS.at(-1);
  const shapes = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    shapes.push(shape('line', { x1: place(at), x2: place(at), y1: 8, y2: bottom, class: 'axis' }));
    shapes.push(shape('text', { x: place(at), y: bottom + 14, 'text-anchor': 'middle' }, clock(at)));
  }
  shapes.push(shape('line', { x1: place(now), x2: place(now), y1: 4, y2: bottom, class: 'now' }));
  shapes.push(shape('text', { x: place(now) + 3, y: 10, class: 'strong' }, 'now'));
  return shapes;
}

function lives(place, { from, to }, all, grants) {
  return all
    .filter((it) => it.to > from && it.from < to)
    .map((it) => {
      const start = place(Math.max(it.from, from));
      return shape(
        'rect',
        {
          x: start,
          y: 20 + ROW * (1 + grants.indexOf(it.grant)) + 5,
          width: Math.max(1, place(Math.min(it.to, to)) - start),
          height: ROW - 12,
          rx: 3,
          class: 'token',
        },
        shape('title', {}, `token of ${it.grant}, ${moment(it.from)} to ${moment(it.to)}`),
      );
    });
}

function marks(place, { from }, decisions, top) {
  return decisions.flatMap((it, index) => {
    const at = Date.parse(it.at);
    return at < from
      ? []
      : [
          shape(
            'g',
            { transform: `translate(${place(at)} ${top + 12})` },
            shape('path', { d: MARKS[it.decision] ?? MARKS.never, class: it.decision }),
            shape('text', { y: 18 + 11 * (index % 3), 'text-anchor': 'middle', class: 'strong' }, index + 1),
            shape('title', {}, `${index + 1}. ${it.explanation}`),
          ),
        ];
  });
}

function band(place, { to }, seen, now) {
  const within = seen.forecast?.expectedWithin;
  if (!within || within.p10 === null) {
    return [];
  }
  const at = (seconds) => now + (seconds * 1000) / seen.activitySpeed;
  const end = within.p90 === null ? to : Math.min(to, at(within.p90));
  const start = place(Math.min(to, at(within.p10)));
  return [
    shape(
      'rect',
      { x: start, y: 24, width: Math.max(0, place(end) - start), height: ROW - 8, class: 'band' },
      shape('title', {}, 'the next request is expected here with 80 %'),
    ),
  ];
}

/** A row's name has little room. */
function short(grant) {
  return `Token ${grant.length > 8 ? `${grant.slice(0, 7)}…` : grant}`;
}

export function moments(seen, now, hours) {
  const all = tokens(seen.decisions);
  const grants = [...new Set(seen.decisions.map((it) => it.grant))].slice(0, 6);
  const times = range(now, hours, all);
  const place = (at) => LEFT + ((at - times.from) / (times.to - times.from)) * (RIGHT - LEFT);
  const top = 20 + ROW * (1 + grants.length);
  const bottom = top + ROW + 28;
  const requests = heard(seen).filter((at) => at >= times.from && at <= times.to);
  const rows = ['Requests', ...grants.map(short), 'Decisions'];
  const shapes = [
    ...axis(place, times, bottom, now),
    ...rows.map((row, index) => shape('text', { x: 4, y: 20 + ROW * index + 19 }, row)),
    ...band(place, times, seen, now),
    ...requests.map((at) =>
      shape(
        'line',
        { x1: place(at), x2: place(at), y1: 24, y2: 20 + ROW - 4, class: 'request' },
        shape('title', {}, `request at ${moment(at)}`),
      ),
    ),
    ...lives(place, times, all.filter((it) => grants.includes(it.grant)), grants),
    ...marks(place, times, seen.decisions, top),
  ];
  const label = `${requests.length} requests, ${all.length} tokens and ${seen.decisions.length} decisions; the decisions are listed below.`;
  return { picture: drawing(WIDTH, bottom + 20, label, shapes), requests: requests.length };
}
