// The grid: one week at a time on a phone, all weeks on a wide screen. It is painted by taps, strokes, and keys.
const KEYS = { c: "c", 1: "c", n: "i", 2: "i", x: "x", 3: "x", 0: "-", Delete: "-", Backspace: "-" };
const STEP = 8;

function make(name, attributes = {}, ...content) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, ""); else if (value !== false && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...content);
  return element;
}

// Builds the grid in a box. `brush` returns the mark to paint with; `say` announces a text.
function pollGrid(box, poll, { brush, say, closed }) {
  const places = new Map();
  const keyOf = (week, row, column) => `${week} ${row} ${column}`;
  const cells = [];
  const wide = matchMedia("(min-width: 48rem)");
  let shown = 0;
  let tapped = null;
  let stops = [];

  function place(element, week, row, column) {
    element.tabIndex = -1;
    element.dataset.at = keyOf(week, row, column);
    places.set(element.dataset.at, element);
    return element;
  }
  const shortDay = ({ weekday, day }) => [make("span", {}, DAY_NAMES[weekday]), " ", make("b", {}, String(day))];
  const shortBand = ([from, to]) => `${clock(from, true)}\u2013${clock(to, true)}`;
  const filler = (week, row, column, what, ...content) => (closed
    ? make("span", { title: what }, ...content)
    : place(make("button", { type: "button", "aria-label": `Fill ${what}` }, ...content), week, row, column));

  function weekTable(week, index) {
    const name = `Week of ${poll.dayName(week.days[0])}`;
    const head = make("tr", {}, make("td", {}, filler(index, -1, -1, `all of the week of ${poll.dayName(week.days[0])}`, "All")));
    for (const [column, day] of week.days.entries()) {
      head.append(make("th", { scope: "col" }, filler(index, -1, column, poll.dayName(day), ...shortDay(poll.days[day]))));
    }
    const rows = poll.bands.map((band, row) => {
      const line = make("tr", {}, make("th", { scope: "row" }, filler(index, row, -1, `${poll.bandName(row)}, week of ${poll.dayName(week.days[0])}`, shortBand(band))));
      for (const [column, day] of week.days.entries()) {
        const cell = poll.cellOf(day, row);
        const element = place(make("td", { "data-cell": cell }), index, row, column);
        cells[cell] = element;
        line.append(element);
      }
      return line;
    });
    const span = week.days.length > 1 ? `${poll.dayName(week.days[0])} to ${poll.dayName(week.days.at(-1))}` : poll.dayName(week.days[0]);
    return make("section", { class: "week", "data-week": index },
      make("h2", {}, `Week ${index + 1}`, " ", make("small", {}, span)),
      make("table", { role: "grid", "aria-label": name, "aria-readonly": closed ? "true" : undefined }, make("thead", {}, head), make("tbody", {}, ...rows)));
  }

  function show(changed) {
    for (const cell of changed) {
      const mark = poll.marks[cell];
      cells[cell].dataset.mark = mark;
      cells[cell].textContent = SIGNS[mark];
      cells[cell].setAttribute("aria-label", `${poll.cellName(cell)}: ${WORDS[mark]}`);
    }
  }

  const back = make("button", { type: "button", class: "less", "aria-label": "Previous week" }, "\u2190");
  const forth = make("button", { type: "button", class: "less", "aria-label": "Next week" }, "\u2192");
  const title = make("strong", { "aria-live": "polite" });
  function showWeek(week) {
    shown = week;
    for (const section of box.querySelectorAll(".week")) section.classList.toggle("now", Number(section.dataset.week) === week);
    title.textContent = `Week ${week + 1} of ${poll.weeks.length}: ${poll.dayName(poll.weeks[week].days[0])}`;
    back.disabled = week === 0;
    forth.disabled = week === poll.weeks.length - 1;
    roam();
  }
  back.onclick = () => showWeek(shown - 1);
  forth.onclick = () => showWeek(shown + 1);

  // Each grid is one stop of the Tab key.
  function roam(at) {
    for (const stop of stops) stop.tabIndex = -1;
    stops = poll.weeks.map((_, week) => places.get(at && at[0] === week ? keyOf(...at) : keyOf(week, 0, 0)));
    for (const stop of stops) stop.tabIndex = 0;
  }
  const positionOf = (element) => element?.closest?.("[data-at]")?.dataset.at.split(" ").map(Number);
  function go(at) {
    if (!wide.matches && at[0] !== shown) showWeek(at[0]);
    roam(at);
    places.get(keyOf(...at)).focus();
  }

  // Returns the place beside another one, in this week or the next.
  function beside([week, row, column], key) {
    const [first, edge] = closed ? [0, 0] : [-1, -1];
    const wrapped = (other, place) => (poll.weeks[other] ? place : null);
    const last = poll.weeks[week].days.length - 1;
    const within = (other, wanted) => Math.min(wanted, poll.weeks[other]?.days.length - 1);
    switch (key) {
      case "ArrowUp": return row > first ? [week, row - 1, column] : wrapped(week - 1, [week - 1, poll.bands.length - 1, within(week - 1, column)]);
      case "ArrowDown": return row < poll.bands.length - 1 ? [week, row + 1, column] : wrapped(week + 1, [week + 1, first, within(week + 1, column)]);
      case "ArrowLeft": return column > edge ? [week, row, column - 1] : wrapped(week - 1, [week - 1, row, within(week - 1, 6)]);
      case "ArrowRight": return column < last ? [week, row, column + 1] : wrapped(week + 1, [week + 1, row, edge]);
      case "Home": return [week, row, 0];
      case "End": return [week, row, last];
      case "PageUp": return wrapped(week - 1, [week - 1, row, within(week - 1, column)]);
      case "PageDown": return wrapped(week + 1, [week + 1, row, within(week + 1, column)]);
      default: return undefined;
    }
  }

  function tell(cell) {
    say(`${poll.cellName(cell)}: ${WORDS[poll.marks[cell]]}`);
  }
  // The first tap on a cell sets the brush's mark. Further ones go on to the next mark.
  function tap(cell) {
    const mark = tapped === cell || poll.marks[cell] === brush() ? NEXT[poll.marks[cell]] : brush();
    tapped = cell;
    poll.set([[cell, mark]], "one time");
    tell(cell);
  }
  function fill([week, row, column]) {
    const days = column < 0 ? poll.weeks[week].days : [poll.weeks[week].days[column]];
    const bands = row < 0 ? poll.bands.map((_, band) => band) : [row];
    const filled = days.flatMap((day) => bands.map((band) => poll.cellOf(day, band)));
    const what = row >= 0 ? poll.bandName(row) : column < 0 ? `week ${week + 1}` : poll.dayName(days[0]);
    const { to } = poll.fill(filled, brush(), what);
    tapped = null;
    say(`${what}: ${counted(filled.length, "time", "times")} ${to === "-" ? "blank" : `marked \u201c${WORDS[to]}\u201d`}`);
  }

  const cellAt = (element) => {
    const cell = element?.closest?.("[data-cell]");
    return cell && box.contains(cell) ? Number(cell.dataset.cell) : null;
  };

  // A stroke begins when the pointer leaves the cell where it went down.
  let stroke = null;
  function strokeTo(x, y) {
    const cell = cellAt(document.elementFromPoint(x, y));
    if (cell === null || (!stroke.painted && cell === stroke.from)) return;
    const entries = [[cell, stroke.mark]];
    if (!stroke.painted) entries.push([stroke.from, stroke.mark]);
    stroke.painted = true;
    stroke.cells.add(cell).add(stroke.from);
    poll.set(entries, "painting");
  }
  function paintable() {
    box.addEventListener("pointerdown", (event) => {
      const from = cellAt(event.target);
      box.dataset.painted = "";
      if (stroke || from === null || event.button !== 0 || !event.isPrimary) return;
      stroke = { from, mark: brush(), id: event.pointerId, x: event.clientX, y: event.clientY, painted: false, cells: new Set(), point: poll.point() };
      // A touch would send all moves to its first cell, and a mouse would select text.
      if (event.target.hasPointerCapture?.(event.pointerId)) event.target.releasePointerCapture(event.pointerId);
    });
    document.addEventListener("pointermove", (event) => {
      if (!stroke || event.pointerId !== stroke.id) return;
      const [dx, dy] = [event.clientX - stroke.x, event.clientY - stroke.y];
      const steps = Math.max(1, Math.ceil(Math.hypot(dx, dy) / STEP));
      for (let step = 1; step <= steps; step += 1) strokeTo(stroke.x + dx * step / steps, stroke.y + dy * step / steps);
      [stroke.x, stroke.y] = [event.clientX, event.clientY];
    });
    const end = (event) => {
      if (!stroke || event.pointerId !== stroke.id) return;
      const { painted, cells: all, mark, point } = stroke;
      stroke = null;
      if (!painted) return;
      poll.merge(point, "painting");
      tapped = null;
      box.dataset.painted = "yes";
      say(`${counted(all.size, "time", "times")} marked \u201c${WORDS[mark]}\u201d`);
    };
    document.addEventListener("pointerup", end);
    document.addEventListener("pointercancel", end);
    box.addEventListener("click", (event) => {
      // The click that ends a stroke is not a tap.
      if (box.dataset.painted === "yes") { box.dataset.painted = ""; return; }
      const cell = cellAt(event.target);
      if (cell !== null) { tap(cell); return; }
      if (event.target.closest("button[data-at]")) fill(positionOf(event.target));
    });
  }

  box.addEventListener("focusin", (event) => {
    const at = positionOf(event.target);
    if (at) roam(at);
  });
  box.addEventListener("keydown", (event) => {
    const at = positionOf(event.target);
    if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
    const cell = cellAt(event.target);
    const next = beside(at, event.key);
    if (next !== undefined) {
      event.preventDefault();
      if (!next) return;
      const to = cellAt(places.get(keyOf(...next)));
      if (event.shiftKey && !closed && cell !== null && to !== null) {
        poll.set([[cell, brush()], [to, brush()]], "painting");
        tell(to);
      }
      go(next);
      return;
    }
    if (closed || cell === null) return;
    const mark = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (mark) { tapped = null; poll.set([[cell, mark]], "one time"); tell(cell); }
    else if (event.key === " " || event.key === "Enter") tap(cell);
    else return;
    event.preventDefault();
  });

  const pager = make("div", { class: "pager", role: "group", "aria-label": "Weeks" }, back, title, forth);
  box.className = closed ? "weeks closed" : "weeks";
  box.replaceChildren(...(poll.weeks.length > 1 ? [pager] : []), ...poll.weeks.map(weekTable));
  show(poll.marks.keys());
  showWeek(0);
  if (!closed) paintable();
  return { show, shownWeek: () => (wide.matches ? 0 : shown), forget: () => { tapped = null; } };
}
