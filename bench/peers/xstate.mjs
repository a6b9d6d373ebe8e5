// Runs the chart with XState on request: a line of JSON is a request, a line of JSON is the answer. Times are
// those of the work alone, by this process's own clock.
import { createInterface } from 'node:readline';
import { createActor } from 'xstate';
import { chart } from './chart.mjs';

const DAY = 86_400_000;
const dayNumber = (date) => Date.parse(`${date}T00:00:00Z`) / DAY;

/** An hour as an instant, with its offset in minutes. */
function local(text) {
  const sign = text[19] === '-' ? -1 : 1;
  return { at: Date.parse(text), offset: sign * (Number(text.slice(20, 22)) * 60 + Number(text.slice(23, 25))) };
}

function slotOf(slot) {
  const [starts, ends] = [local(slot.starts), local(slot.ends)];
  const day = Math.floor((starts.at + starts.offset * 60_000) / DAY);
  const lastDay = Math.floor((ends.at - 60_000 + ends.offset * 60_000) / DAY);
  const minutes = (ends.at - starts.at) / 60_000;
  return { starts: starts.at, ends: ends.at, offset: starts.offset, day, oneDay: day === lastDay, minutes };
}

/** The event as the machine takes it: times as numbers, lists of people as sets, all read before anything is measured. */
function eventOf({ at, event: { type, data } }) {
  const read = { ...data };
  if (data.slot) read.slot = slotOf(data.slot);
  if (data.dated) read.dated = dayNumber(data.dated);
  if (type === 'session_opened' || type === 'caucus_opened') read.present = new Set(data.present);
  if (type === 'session_closed' || type === 'session_adjourned') read.left_early = data.left_early ?? [];
  return { type, data: read, at: Date.parse(at) };
}

let work = { events: [], refused: [] };

const begun = (events) => {
  const actor = createActor(chart).start();
  work.events.slice(0, events).forEach((event) => actor.send(event));
  return actor;
};

const stageOf = (snapshot) => {
  let { value } = snapshot;
  while (typeof value === 'object') [value] = Object.values(value);
  return value;
};

function load({ events, refused }) {
  work = { events: events.map(eventOf), refused: refused.map(({ after, offer }) => ({ after, event: eventOf(offer) })) };
  // A case at the point of each refused offer; a refusal leaves it there.
  work.cases = work.refused.map(({ after }) => begun(after));
  return { events: work.events.length };
}

function answers() {
  const menu = [...work.events, ...work.refused.map(({ event }) => event)];
  const points = Array.from({ length: work.events.length + 1 }, (_, events) => begun(events).getSnapshot());
  return { stages: points.map(stageOf), verdicts: points.flatMap((point) => menu.map((event) => point.can(event))) };
}

const timed = (run) => {
  const begins = process.hrtime.bigint();
  const as_expected = run();
  return { seconds: Number(process.hrtime.bigint() - begins) / 1e9, as_expected };
};

function accepted(cases) {
  return timed(() => {
    let closed = 0;
    for (let n = 0; n < cases; n += 1) {
      const actor = createActor(chart).start();
      for (const event of work.events) actor.send(event);
      closed += actor.getSnapshot().value === 'closed' ? 1 : 0;
    }
    return closed === cases;
  });
}

function refused(rounds) {
  return timed(() => {
    let taken = 0;
    for (let round = 0; round < rounds; round += 1) {
      work.refused.forEach(({ event }, index) => {
        const actor = work.cases[index];
        const { events } = actor.getSnapshot().context;
        actor.send(event);
        taken += actor.getSnapshot().context.events - events;
      });
    }
    return taken === 0;
  });
}

const jobs = { load, answers, accepted, refused };

createInterface({ input: process.stdin }).on('line', (line) => {
  const [[job, argument]] = Object.entries(JSON.parse(line));
  process.stdout.write(`${JSON.stringify(jobs[job](argument))}\n`);
});
