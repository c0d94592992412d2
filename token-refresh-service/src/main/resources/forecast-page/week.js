// The hours of the week in which the user is active, Monday to Sunday, UTC.

import { drawing, shape } from './chart.js';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const LEFT = 40;
const TOP = 18;
const WIDE = 34;
const HIGH = 20;

function name(hour) {
  return `${DAYS[Math.floor(hour / 24)]} ${String(hour % 24).padStart(2, '0')}:00`;
}

function cell(weeks, hour, most) {
  const active = weeks > 0 && most > 0;
  return shape(
    'rect',
    {
      x: LEFT + (hour % 24) * WIDE,
      y: TOP + Math.floor(hour / 24) * HIGH,
      width: WIDE - 2,
      height: HIGH - 2,
      rx: 2,
      class: active ? 'hour' : 'empty',
      ...(active ? { 'fill-opacity': (0.08 + 0.92 * (weeks / most)).toFixed(3) } : {}),
    },
    shape('title', {}, `${name(hour)}: weight ${weeks.toFixed(2)}`),
  );
}

/** The busiest hours in words; empty where there is none. */
export function busiest(weekHours) {
  return weekHours
    .map((weeks, hour) => ({ weeks, hour }))
    .filter((it) => it.weeks > 0)
    .sort((a, b) => b.weeks - a.weeks)
    .slice(0, 3)
    .map((it) => name(it.hour))
    .join(', ');
}

export function week(weekHours) {
  const most = Math.max(...weekHours);
  const labels = [
    ...DAYS.map((day, row) => shape('text', { x: 4, y: TOP + row * HIGH + 14 }, day)),
    ...[0, 3, 6, 9, 12, 15, 18, 21].map((hour) => shape('text', { x: LEFT + hour * WIDE, y: 12 }, `${hour}:00`)),
  ];
  const cells = weekHours.map((weeks, hour) => cell(weeks, hour, most));
  const label = `Activity by hour of the week. Busiest: ${busiest(weekHours) || 'none'}.`;
  return drawing(LEFT + 24 * WIDE, TOP + 7 * HIGH, label, [...labels, ...cells]);
}
