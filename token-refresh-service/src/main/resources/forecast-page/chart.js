// What all drawings share. Text only ever becomes text: nothing here makes markup of it.

const SVG = 'http://www.w3.org/2000/svg';

/** An SVG element with attributes, and a text or children in it. */
export function shape(name, attributes = {}, ...inside) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, String(value));
  }
  made.append(...inside.map((part) => (part instanceof Node ? part : String(part))));
  return made;
}

/** A drawing that says in words what it shows. */
export function drawing(width, height, label, shapes) {
  return shape('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label }, ...shapes);
}

/** An HTML element with a text or children in it. */
export function html(name, className, ...inside) {
  const made = document.createElement(name);
  if (className) {
    made.className = className;
  }
  made.append(...inside.map((part) => (part instanceof Node ? part : String(part))));
  return made;
}

export function percent(part) {
  return `${(100 * part).toFixed(1)} %`;
}

/** Seconds in words. */
export function span(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  if (whole < 3600) {
    return whole < 600 && whole % 60 ? `${Math.floor(whole / 60)} min ${whole % 60} s` : `${Math.round(whole / 60)} min`;
  }
  if (whole < 172800) {
    const minutes = Math.round(whole / 60);
    return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  }
  return `${Math.round(whole / 86400)} days`;
}

let today = '';

/** Which day it is, by the service's clock. */
export function setToday(millis) {
  today = new Date(millis).toISOString().slice(0, 10);
}

/** The time of day, with the date where it is another day than today. */
export function moment(millis) {
  const text = new Date(millis).toISOString();
  const day = text.slice(0, 10);
  return day === today ? text.slice(11, 19) : `${day} ${text.slice(11, 19)}`;
}

/** Hours and minutes. */
export function clock(millis) {
  return new Date(millis).toISOString().slice(11, 16);
}
