// The chart with XState 5: nested states for what several stages share, guards and assignments as functions.
import { assign, createMachine } from 'xstate';
import * as hours from './hours.mjs';

const LIMITS = { events: 10_000, members: 40, released: 400, concerns: 200 };

const beginning = {
  last: 0,
  events: 0,
  program: null,
  seats: {},
  topics: new Set(),
  chosen: [],
  letters: {},
  teams: { labor: new Map(), management: new Map() },
  released: 0,
  hours: hours.hoursOf([], 0),
  activities: {},
  opened: {},
  decided: {},
  concerns: [],
};

const follows = (context, event) =>
  event.at >= context.last && (context.events < LIMITS.events || event.type === 'case_withdrawn');

/** A transition: its guard and its change look at the facts and at what the event carries. */
const on = (may, change, target) => ({
  ...(target && { target }),
  guard: ({ context, event }) => follows(context, event) && may(context, event.data, event.at),
  actions: assign(({ context, event }) => ({
    ...change(context, event.data, event.at),
    last: event.at,
    events: context.events + 1,
  })),
});

const yes = () => true;
const nothing = () => ({});

const isReady = ({ teams }) =>
  Object.values(teams).every((team) => team.size > 0 && [...team.values()].every((pledged) => pledged));
const onAny = ({ teams }, id) => teams.labor.has(id) || teams.management.has(id);
const dated = (data, at) => data.dated === undefined || data.dated <= Math.floor(at / 86_400_000);
const withTeam = (context, party, change) => {
  const team = new Map(context.teams[party]);
  change(team);
  return { teams: { ...context.teams, [party]: team } };
};
const sitting = (change) => (context, data, at) => ({ hours: change(context.hours, data, at) });

const mayPledge = (to) => (context, data, at) =>
  context.teams[data.party].get(data.member) === !to && dated(data, at);
const pledge = (to) => (context, data) =>
  withTeam(context, data.party, (team) => team.set(data.member, to));

const everywhere = {
  contract_dates_changed: on(yes, nothing),
  note_added: on(yes, nothing),
  case_withdrawn: on(yes, nothing, '#closed'),
};

const teams = {
  member_named: on(
    (context, { member, party }) =>
      !context.hours.open && !onAny(context, member.id) && context.teams[party].size < LIMITS.members,
    (context, { member, party }) => withTeam(context, party, (team) => team.set(member.id, false)),
  ),
  member_released: on(
    (context, { member, party }) =>
      !context.hours.open && context.teams[party].has(member) && context.released < LIMITS.released,
    (context, { member, party }) => ({
      ...withTeam(context, party, (team) => team.delete(member)),
      released: context.released + 1,
    }),
  ),
  attendance_pledged: on(mayPledge(true), pledge(true)),
  pledge_withdrawn: on(mayPledge(false), pledge(false)),
};

const isPresent = ({ program, teams: { labor, management } }, present) => {
  const here = (id) => present.has(id);
  return [labor, management].every((team) =>
    program.presence === 'everyone' ? [...team.keys()].every(here) : [...team.keys()].some(here),
  );
};

const sessions = {
  session_scheduled: on(
    (context, data, at) => !onAny(context, data.neutral.id) && hours.maySchedule(context.hours, data, at),
    sitting(hours.schedule),
  ),
  session_postponed: on((context, data) => hours.mayPostpone(context.hours, data), sitting(hours.postpone)),
  session_opened: on(
    (context, data, at) =>
      hours.mayOpen(context.hours, data, at) &&
      isReady(context) &&
      !onAny(context, data.neutral.id) &&
      [...data.present].every((id) => onAny(context, id)) &&
      isPresent(context, data.present),
    sitting(hours.begin),
  ),
  session_adjourned: on(
    (context, data, at) =>
      hours.fills(context.hours, at) === false && hours.werePresent(context.hours, data.left_early),
    sitting((now, data, at) => hours.end(now, at)),
  ),
};

const mayClose = (context, data, at) =>
  hours.fills(context.hours, at) === true && hours.werePresent(context.hours, data.left_early);
const close = sitting((now, data, at) => hours.end(now, at));
const wasTrained = ({ activities }) => activities.exercise > 0 && activities.bargaining_simulation > 0;
const isComplete = ({ context }) => hours.isComplete(context.hours);
const chooseFormat = ({ program }, { format }) => ({ hours: hours.hoursOf(program[format], program.grace) });

const isOpen = (context, { concern }) => context.concerns.some((one) => one.id === concern && one.open);
const settle = (context, { concern }) => ({
  concerns: context.concerns.map((one) => (one.id === concern ? { ...one, open: false } : one)),
});
const mayDecide = (context, { party, decision, spokesperson }) =>
  isReady(context) &&
  context.opened[party] === true &&
  context.decided[party] === undefined &&
  context.teams[party].has(spokesperson) &&
  (decision === 'decline' || !context.concerns.some((one) => one.party === party && one.open));

const inquiry = {
  on: {
    leader_agreed: on(
      ({ seats }, { seat, office }) => (office !== undefined) === (seat === 'school_committee') && !seats[seat],
      ({ seats }, { seat, name }) => ({ seats: { ...seats, [seat]: name } }),
    ),
    leader_declined: on(yes, ({ seats }, { seat, name }) => ({
      seats: seats[seat] === name ? { ...seats, [seat]: undefined } : seats,
    })),
  },
  always: {
    guard: ({ context: { seats } }) => seats.superintendent && seats.union_president && seats.school_committee,
    target: 'introduction',
  },
};

const introduction = {
  on: {
    meeting_scheduled: on((context, { slot }, at) => hours.mayBook(slot, at), nothing),
    meeting_held: on(yes, ({ topics }, data) => ({ topics: new Set([...topics, ...data.topics]) })),
    service_chosen: on(
      ({ topics, chosen }, { service, offering }) =>
        topics.size === 3 &&
        !chosen.includes(service) &&
        (offering !== undefined) === (service === 'joint_leadership_workshop'),
      ({ chosen }, { service }) => ({ chosen: [...chosen, service] }),
    ),
    case_referred: on(({ chosen }, { to }) => chosen.includes(to), nothing, '#closed'),
  },
  always: { guard: ({ context }) => context.chosen.includes('ibbi'), target: 'teamed' },
};

const application = {
  on: {
    support_confirmed: on(
      ({ letters }, data, at) => !letters[data.body] && dated(data, at),
      ({ letters }, { body }) => ({ letters: { ...letters, [body]: true } }),
    ),
    support_withdrawn: on(
      ({ letters }, data, at) => Boolean(letters[data.body]) && dated(data, at),
      ({ letters }, { body }) => ({ letters: { ...letters, [body]: false } }),
    ),
    application_accepted: on(
      (context) =>
        ['teachers_organization', 'administration', 'school_committee'].every((body) => context.letters[body]) &&
        isReady(context),
      ({ program }) => ({ hours: hours.hoursOf([program.training], program.grace) }),
      'training',
    ),
    application_declined: on(yes, nothing, '#closed'),
  },
};

const training = {
  on: {
    ...sessions,
    activity_run: on(
      (context) => context.hours.open !== null,
      ({ activities }, { kind }) => ({ activities: { ...activities, [kind]: (activities[kind] ?? 0) + 1 } }),
    ),
    session_closed: on(
      (context, data, at) =>
        mayClose(context, data, at) && (!hours.wouldComplete(context.hours, at) || wasTrained(context)),
      close,
    ),
  },
  always: { guard: isComplete, target: 'caucus' },
};

const caucus = {
  on: {
    caucus_opened: on(
      (context, { party, present }) =>
        isReady(context) && present.size > 0 && [...present].every((id) => context.teams[party].has(id)),
      ({ opened }, { party }) => ({ opened: { ...opened, [party]: true } }),
    ),
    concern_raised: on(
      ({ concerns, decided }, { concern, party }) =>
        concerns.length < LIMITS.concerns &&
        decided[party] === undefined &&
        concerns.every((one) => one.id !== concern),
      ({ concerns }, { concern, party }) => ({ concerns: [...concerns, { id: concern, party, open: true }] }),
    ),
    concern_addressed: on(isOpen, settle),
    concern_dropped: on(isOpen, settle),
    party_decided: on(mayDecide, ({ decided }, { party, decision }) => ({
      decided: { ...decided, [party]: decision },
    })),
    decision_reopened: on(
      ({ decided }, { party }) => decided[party] !== undefined,
      ({ decided }, { party }) => ({ decided: { ...decided, [party]: undefined } }),
    ),
  },
  always: [
    {
      guard: ({ context: { decided } }) => decided.labor === 'adopt' && decided.management === 'adopt',
      target: 'agreement',
    },
    { guard: ({ context: { decided } }) => Boolean(decided.labor && decided.management), target: '#closed' },
  ],
};

const facilitation = {
  on: {
    ...sessions,
    format_chosen: on((context) => hours.isUntouched(context.hours), chooseFormat),
    session_closed: on(mayClose, close),
  },
  always: { guard: isComplete, target: '#closed' },
};

export const chart = createMachine({
  id: 'case',
  context: beginning,
  initial: 'unopened',
  states: {
    unopened: { on: { case_opened: on(yes, (context, { program }) => ({ program }), 'open') } },
    open: {
      on: everywhere,
      initial: 'inquiry',
      states: {
        inquiry,
        introduction,
        teamed: {
          on: teams,
          initial: 'application',
          states: {
            application,
            training,
            caucus,
            agreement: { on: { format_chosen: on(yes, chooseFormat, 'facilitation') } },
            facilitation,
          },
        },
      },
    },
    // Not final: a machine that has ended cannot be asked any more.
    closed: { id: 'closed' },
  },
});
