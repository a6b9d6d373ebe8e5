// A made-up district whose people answer a poll: its plan, what each person answers, and what a facilitator must see of that.

const DAY = 86_400_000;
const FIRST = ["Ada", "Ben", "Carmen", "Dana", "Emil", "Farah", "Grace", "Hugo", "Iris", "Jonas", "Kim", "Luz", "Mara", "Nils", "Olga", "Pavel", "Quinn", "Rosa", "Sami", "Thuy"];
const LAST = ["Whitfield-Okonkwo", "Marsh", "O'Brien", "Nakamura", "Lindqvist", "de la Cruz", "Haddad"];
const PLACES = ['role = "leader"\nseat = "superintendent"', 'role = "leader"\nseat = "union_president"\nparty = "labor"', 'role = "leader"\nseat = "school_committee"',
  'role = "representative"', 'role = "neutral"'];

/** Returns so many people. The sessions wait for those who have a team or are neutral, and have to come. */
export function people(count) {
  return Array.from({ length: count }, (_, index) => {
    const seat = PLACES[index];
    const team = index % 2 ? "labor" : "management";
    const required = index !== count - 1;
    const waited = seat ? /party|neutral/.test(seat) : required;
    const place = seat ?? `role = "negotiator"\nparty = "${team}"${required ? "" : "\nrequired = false"}`;
    return { id: `p${index}`, name: `${FIRST[index % FIRST.length]} ${LAST[index % LAST.length]}${index < FIRST.length ? "" : ` ${Math.floor(index / FIRST.length) + 1}`}`, place, waited };
  });
}

const iso = (at) => new Date(at).toISOString().slice(0, 10);

/** Returns a plan for people, as a scenario file. It starts a few days from now, so that it fits on any day. */
export function planOf(district, all, now = Date.now()) {
  const person = ({ id, name, place }) => `[[people]]\nid = "${id}"\nname = "${name}"\n${place}\n`;
  return `district = "${district}"\ntime_zone = "America/New_York"\nstart = ${iso(now + 3 * DAY)}\ncontract_expires = ${iso(now + 330 * DAY)}\nformat = "two_half_days"\n\n` +
    `[calendar]\ncounty = "norfolk"\n\n${all.map(person).join("\n")}`;
}

/** What a person answers, kept apart from the page: marks as in `gestures.mjs`, in the order of the poll. */
export class Answer {
  constructor(grid) {
    this.days = grid.days;
    this.bands = grid.bands.length;
    this.marks = Array(this.days.length * this.bands).fill("-");
    this.imported = new Set();
    this.weeks = [];
    let monday;
    for (const [index, day] of this.days.entries()) {
      const at = Date.parse(day);
      const own = at - (new Date(at).getUTCDay() + 6) % 7 * DAY;
      if (own !== monday) this.weeks.push([]);
      monday = own;
      this.weeks.at(-1).push(index);
    }
  }
  /** Returns the number of the time at a day of a week and a band. Weeks with holidays have fewer days. */
  at(week, day, band) {
    const days = this.weeks[week];
    return days[day % days.length] * this.bands + band;
  }
  set(mark, ...cells) { for (const at of cells) { this.marks[at] = mark; this.imported.delete(at); } }
  week(week, mark) { for (const day of this.weeks[week]) this.day(day, mark); }
  day(day, mark) { this.set(mark, ...Array.from({ length: this.bands }, (_, band) => day * this.bands + band)); }
  bring(mark, cells) { for (const at of cells) { this.marks[at] = mark; this.imported.add(at); } }
  copy(from) {
    for (const day of this.days.keys()) {
      const model = this.weeks[from].find((other) => other !== day && new Date(this.days[other]).getUTCDay() === new Date(this.days[day]).getUTCDay());
      if (model === undefined || this.weeks[from].includes(day)) continue;
      for (let band = 0; band < this.bands; band += 1) {
        const [cell, source] = [day * this.bands + band, model * this.bands + band];
        if (!this.imported.has(cell) && !this.imported.has(source)) this.marks[cell] = this.marks[source];
      }
    }
  }
  rest() { this.marks = this.marks.map((mark) => (mark === "-" ? "c" : mark)); }
  text() { return this.marks.join(""); }
}

/** Returns who can come at each time. A blank time counts as one when the person can't come. */
export function counted(all, answers, grid) {
  const cells = grid.days.flatMap((day) => grid.bands.map((band) => ({ day, band: band.join(), c: [], i: [], x: [] })));
  for (const person of all) {
    if (!person.waited) continue;
    for (const [at, mark] of answers.get(person.id).marks.entries()) cells[at][mark === "-" ? "x" : mark].push(person.name);
  }
  return cells;
}

/** Returns where what is shown differs from what was answered. */
export function differences(expected, shown) {
  const found = [];
  if (shown.length !== expected.length) found.push(`${shown.length} times, not ${expected.length}`);
  for (const [at, cell] of expected.entries()) {
    const own = shown[at];
    const [one, other] = [cell, own ?? {}].map(({ day, band, figure, can, i, x, c }) => JSON.stringify([day, band, figure ?? x?.length, can ?? c?.length, i, x]));
    if (one !== other) found.push(`${one} is shown as ${other}`);
  }
  return found;
}

/** Reads the heat map and its table of names from a page, as `counted` returns them. */
export function shownTimes() {
  const iso = (at) => new Date(at).toISOString().slice(0, 10);
  const heat = document.querySelector("#times .heat table");
  const bands = [...heat.tHead.rows[1].cells].length / (heat.tHead.rows[0].cells.length - 1);
  const figures = [...heat.tBodies[0].rows].flatMap((row) => {
    const monday = Date.parse(row.querySelector("time").dateTime);
    return [...row.querySelectorAll("td")].map((cell, at) => ({ day: iso(monday + Math.floor(at / bands) * 86_400_000), figure: cell.textContent, off: cell.classList.contains("off"), title: cell.title }));
  }).filter((cell) => !cell.off);
  const minutes = (text) => { const [, hour, minute, half] = /^(\d+):(\d\d) (AM|PM)$/.exec(text); return (hour % 12 + (half === "PM" ? 12 : 0)) * 60 + Number(minute); };
  const names = (text) => (text === "0" ? [] : text.replace(/^\d+: /, "").split(", "));
  return [...document.querySelectorAll("#times .numbers tbody tr")].map((row, at) => {
    const [day, time, can, ifNeedBe, cannot] = [...row.cells].map((cell) => cell.textContent);
    const [from, to] = time.split(" to ").map(minutes);
    const [i, x] = [names(ifNeedBe), names(cannot)];
    // A figure shows at most twelve names of each kind.
    const whole = [i, x].every((each) => figures[at]?.title.includes(each.slice(0, 12).join(", ")));
    return { day: figures[at]?.day, band: `${from},${to}`, figure: whole ? Number(figures[at].figure) : figures[at]?.title, can: Number(can), i, x, written: day };
  });
}
