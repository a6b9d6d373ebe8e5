// The days, hours, and marks of a poll. A mark is one character: c (can), i (if need be), x (cannot), or - (blank).
const SIGNS = { c: "\u2713", i: "~", x: "\u2717", "-": "" };
const WORDS = { c: "can come", i: "if need be", x: "can\u2019t come", "-": "blank" };
const VALUES = { c: "can", i: "if_need_be", x: "cannot" };
const NEXT = { c: "i", i: "x", x: "c", "-": "c" };
const DAY_NAMES = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY = 86_400_000;
const MOST_UNDOS = 100;

// Reads runs such as 12c3x-.
function readMarks(text) {
  return text.replace(/(\d+)(.)/g, (_, count, mark) => mark.repeat(Number(count))).split("");
}

// Writes runs such as 12c3x-.
function writeMarks(marks) {
  return marks.join("").replace(/(.)\1+/g, (run, mark) => run.length + mark);
}

function clock(minutes, short) {
  const [hour, minute] = [Math.floor(minutes / 60) % 24, minutes % 60];
  const shown = (hour + 11) % 12 + 1;
  if (short) return minute ? `${shown}:${String(minute).padStart(2, "0")}` : String(shown);
  if (minutes === 720) return "noon";
  if (minutes % 1440 === 0) return "midnight";
  return `${shown}:${String(minute).padStart(2, "0")} ${hour < 12 ? "AM" : "PM"}`;
}

const counted = (count, one, many) => `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;

// Returns the marks of a poll, with the operations on them. `changed` is called with the cells that changed.
function pollMarks(data, changed) {
  const bands = data.bands;
  const days = data.days.map((text) => {
    const [year, month, day] = text.split("-").map(Number);
    const at = Date.UTC(year, month - 1, day);
    return { text, year, month, day, at, weekday: new Date(at).getUTCDay() };
  });
  const marks = readMarks(data.marks);
  // The cells that a calendar marked. They stay when others are filled, until the person changes them.
  const busy = new Set();
  const undos = [];
  const weeks = [];
  for (const [index, day] of days.entries()) {
    const monday = day.at - (day.weekday + 6) % 7 * DAY;
    if (!weeks.length || weeks.at(-1).monday !== monday) weeks.push({ monday, days: [] });
    weeks.at(-1).days.push(index);
  }
  const cellOf = (day, band) => day * bands.length + band;
  const dayName = (day) => {
    const { weekday, month, day: date, year } = days[day];
    return `${DAY_NAMES[weekday]}, ${MONTH_NAMES[month - 1]} ${date}${year === days[0].year ? "" : `, ${year}`}`;
  };
  const bandName = (band) => `${clock(bands[band][0])} to ${clock(bands[band][1])}`;
  const cellName = (cell) => `${dayName(Math.floor(cell / bands.length))}, ${bandName(cell % bands.length)}`;
  const cellsOf = (week) => weeks[week].days.flatMap((day) => bands.map((_, band) => cellOf(day, band)));

  // Sets marks, and keeps what they were. Returns the number of cells that changed.
  function set(entries, what, fromCalendar = false) {
    const before = new Map();
    for (const [cell, mark] of entries) {
      if (marks[cell] === mark && busy.has(cell) === fromCalendar) continue;
      if (!before.has(cell)) before.set(cell, [marks[cell], busy.has(cell)]);
      marks[cell] = mark;
      if (fromCalendar) busy.add(cell); else busy.delete(cell);
    }
    if (before.size) {
      undos.push({ what, before });
      if (undos.length > MOST_UNDOS) undos.shift();
    }
    changed([...before.keys()]);
    return [...before].filter(([cell, [mark]]) => marks[cell] !== mark).length;
  }

  return {
    days, bands, weeks, marks, busy, cellOf, cellsOf, cellName, dayName, bandName, set,
    // Returns how many undos there are, as a point to merge from.
    point: () => undos.length,
    // Makes the changes since a point one change, such as those of a stroke.
    merge(point, what) {
      const steps = undos.splice(point);
      if (!steps.length) return;
      const before = new Map();
      for (const step of steps) for (const [cell, was] of step.before) if (!before.has(cell)) before.set(cell, was);
      undos.push({ what, before });
    },
    lastChange: () => undos.at(-1)?.what,
    undo() {
      const step = undos.pop();
      if (!step) return null;
      for (const [cell, [mark, fromCalendar]] of step.before) {
        marks[cell] = mark;
        if (fromCalendar) busy.add(cell); else busy.delete(cell);
      }
      changed([...step.before.keys()]);
      return step;
    },
    // Fills cells, or blanks them if all of them have the mark.
    fill(cells, mark, what) {
      const to = cells.every((cell) => marks[cell] === mark) ? "-" : mark;
      return { to, count: set(cells.map((cell) => [cell, to]), what) };
    },
    // Copies a week to all others, by weekday. What a calendar marked stays.
    copyWeek(from, what) {
      const source = new Map(weeks[from].days.map((day) => [days[day].weekday, day]));
      const entries = [];
      for (const [index, week] of weeks.entries()) {
        for (const day of index === from ? [] : week.days) {
          const same = source.get(days[day].weekday);
          if (same === undefined) continue;
          for (let band = 0; band < bands.length; band += 1) {
            const [cell, model] = [cellOf(day, band), cellOf(same, band)];
            // What the calendar says about one week says nothing about another.
            if (!busy.has(cell) && !busy.has(model)) entries.push([cell, marks[model]]);
          }
        }
      }
      return set(entries, what);
    },
    blanks: () => marks.reduce((cells, mark, cell) => (mark === "-" ? [...cells, cell] : cells), []),
  };
}
