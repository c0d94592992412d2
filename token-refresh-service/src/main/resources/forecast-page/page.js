// Asks for what is seen of a user, and shows it. The token is held in the form's field and in a
// variable only, and goes nowhere but into the header of the request.

import { calibration, compared } from './calibration.js';
import { html, moment, setToday, span } from './chart.js';
import { curve, expected } from './curve.js';
import { heard, moments } from './moments.js';
import { busiest, week } from './week.js';

const PAUSE_MILLIS = 5_000;
const WORDS = { renew: 'renew', later: 'later', never: 'not renewed' };

const at = (id) => document.getElementById(id);
let asking = new AbortController();
let timer = 0;
let asked = null;
let newest = null;

function say(id, text) {
  if (at(id).textContent !== text) {
    at(id).textContent = text;
  }
}

function facts(seen) {
  const known = [
    ['User', seen.user],
    ['Application', seen.application],
    ['Share', seen.share],
    ['Policy', seen.policy],
    ['Requests known', seen.activity?.requests ?? 0],
  ];
  if (seen.activity) {
    known.push(['Last request', moment(Date.parse(seen.activity.lastRequestAt))]);
    known.push(['Silent for', span(seen.forecast.elapsedSeconds)]);
  }
  at('facts').replaceChildren(...known.map(([name, value]) => html('div', '', html('dt', '', name), html('dd', '', value))));
}

function decided(it) {
  return html(
    'li',
    '',
    html('b', it.decision in WORDS ? it.decision : '', WORDS[it.decision] ?? it.decision),
    ` ${moment(Date.parse(it.at))}, grant ${it.grant}: ${it.explanation}`,
  );
}

function decisions(seen) {
  const list = at('decisions');
  const text = JSON.stringify(seen.decisions);
  if (list.dataset.shown !== text) {
    list.dataset.shown = text;
    list.replaceChildren(...seen.decisions.map(decided));
    if (!seen.decisions.length) {
      list.append(html('li', '', 'Nothing was decided here lately.'));
    }
  }
}

function line(seen) {
  const drawn = moments(seen, Date.parse(seen.at), Number(at('window').value));
  at('moments').replaceChildren(drawn.picture);
  const known = heard(seen).length;
  say(
    'moments-note',
    'Triangle: renew. Diamond: later. Square: not renewed. The numbers are those of the list.' +
      ` Shaded: where the next request is expected. Of the newest ${known} requests, which are all whose times are kept, ${drawn.requests} are drawn.`,
  );
}

function ahead(seen) {
  const picture = seen.forecast && curve(seen.forecast);
  at('curve').replaceChildren(...(picture ? [picture] : []));
  if (!seen.forecast) {
    say('curve-note', 'No activity of this user has been heard of.');
  } else if (!picture) {
    say('curve-note', 'The user has been away for longer than is forecast.');
  } else {
    say('curve-note', `${expected(seen.forecast)} It rests on ${seen.forecast.requestsItRestsOn} requests of this user and on all others' habits, and reaches ${span(seen.forecast.reachSeconds)} ahead.`);
  }
}

function show(seen) {
  setToday(Date.parse(seen.at));
  facts(seen);
  line(seen);
  decisions(seen);
  ahead(seen);
  at('calibration').replaceChildren(calibration(seen.calibration));
  say('calibration-note', `Of this instance since its start, all users: ${compared(seen.calibration) || 'no renewal is settled yet'}.`);
  at('week').replaceChildren(...(seen.activity ? [week(seen.activity.weekHours)] : []));
  say('week-note', seen.activity ? `Busiest: ${busiest(seen.activity.weekHours)}. Weeks long ago count less.` : 'Nothing is known of it.');
  at('seen').hidden = false;
}

/** What a problem says, in its own words. */
async function problem(answer) {
  const body = await answer.json().catch(() => null);
  const detail = typeof body?.detail === 'string' ? body.detail : 'No reason was given.';
  return `${answer.status}: ${detail}`;
}

async function fetched({ user, application, token }, signal) {
  const path = `admin/v1/users/${encodeURIComponent(user)}/forecast`;
  const query = new URLSearchParams({ application });
  const answer = await fetch(`${path}?${query}`, {
    headers: { Authorization: `Bearer ${token}`, Accept: 'application/json' },
    signal,
    cache: 'no-store',
    credentials: 'omit',
  });
  if (answer.ok) {
    return { seen: await answer.json() };
  }
  return { problem: await problem(answer), final: answer.status >= 400 && answer.status < 500 && ![404, 409, 429].includes(answer.status) };
}

async function look() {
  clearTimeout(timer);
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  let outcome;
  try {
    outcome = await fetched(asked, signal);
  } catch (failure) {
    outcome = { problem: `No answer: ${failure instanceof Error ? failure.message : 'unknown'}` };
  }
  if (signal.aborted) {
    return;
  }
  told(outcome);
  if (at('again').checked && !outcome.final) {
    timer = setTimeout(look, PAUSE_MILLIS);
  }
}

function told(outcome) {
  if (outcome.seen) {
    newest = outcome.seen;
    show(newest);
    say('problem', '');
    say('state', `As of ${moment(Date.parse(newest.at))}.`);
    return;
  }
  say('problem', outcome.problem);
  say('state', newest ? 'What is drawn is older.' : '');
}

function forget() {
  newest = null;
  at('seen').hidden = true;
  say('state', '');
}

at('form').addEventListener('submit', (event) => {
  event.preventDefault();
  asked = { user: at('user').value, application: at('application').value, token: at('token').value.trim() };
  if (newest && (newest.user !== asked.user || newest.application !== asked.application)) {
    forget();
  }
  look();
});
at('again').addEventListener('change', () => (at('again').checked && asked ? look() : clearTimeout(timer)));
at('window').addEventListener('change', () => newest && line(newest));
