// Reads calendars in this browser. Only marks leave it.
const MOST_CALENDAR = 20_000_000;

// Returns the cells of a poll that busy times overlap, even in part.
function busyCells(poll, zone, times) {
  const sorted = [...times].sort((a, b) => a[0] - b[0]);
  const ends = [];
  let latest = -Infinity;
  for (const [, end] of sorted) ends.push(latest = Math.max(latest, end));
  const cells = [];
  for (const [day, { year, month, day: date }] of poll.days.entries()) {
    for (const [band, [from, to]] of poll.bands.entries()) {
      const [begin, end] = [instantIn(zone, Date.UTC(year, month - 1, date, 0, from)), instantIn(zone, Date.UTC(year, month - 1, date, 0, to))];
      // Of the busy times that begin before the cell ends, the one that ends last.
      let [low, high] = [0, sorted.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sorted[middle][0] < end) low = middle + 1; else high = middle;
      }
      if (low > 0 && ends[low - 1] > begin) cells.push(poll.cellOf(day, band));
    }
  }
  return cells;
}

// Returns the sentences about what a calendar had.
function importReport(result, marked, zone) {
  if (!result.calendars) return ["This is not a calendar. Choose a file whose name ends in .ics, or paste its text, from BEGIN:VCALENDAR on."];
  const found = counted(result.busy.length, "busy time", "busy times") + (result.tentative.length ? ` and ${counted(result.tentative.length, "tentative time", "tentative times")}` : "");
  const cells = `${counted(marked.x, "time", "times")} of this poll marked \u2717${result.tentative.length ? `, ${marked.i} marked ~` : ""}`;
  const lines = [`${found} found; ${cells}. Titles stay on your device.`];
  if (result.unread) lines.push(`${counted(result.unread, "entry", "entries")} could not be read. Check those days yourself.`);
  for (const name of result.unknownZones) lines.push(`The time zone \u201c${name}\u201d is unknown. Its times are read as ${zone}.`);
  return lines;
}

// Builds the panel that reads calendars. `done` is called with the sentences of the report.
function importPanel(poll, zone, done) {
  const first = poll.days[0];
  const last = poll.days.at(-1);
  const range = {
    zone,
    from: instantIn(zone, Date.UTC(first.year, first.month - 1, first.day)),
    to: instantIn(zone, Date.UTC(last.year, last.month - 1, last.day + 1)),
  };
  function read(texts) {
    const result = readCalendars(texts, range);
    const busy = busyCells(poll, zone, result.busy);
    const taken = new Set(busy);
    // A tentative entry leaves a time possible, unless another entry or the person rules it out.
    const tentative = busyCells(poll, zone, result.tentative).filter((cell) => !taken.has(cell) && poll.marks[cell] !== "x");
    poll.set([...busy.map((cell) => [cell, "x"]), ...tentative.map((cell) => [cell, "i"])], "the import", true);
    done(importReport(result, { x: busy.length, i: tentative.length }, zone));
  }
  async function readFiles(files) {
    const all = [...files];
    if (!all.length) return;
    if (all.reduce((size, file) => size + file.size, 0) > MOST_CALENDAR) {
      done(["This calendar has more than 20 MB. Export only the months of this poll."]);
      return;
    }
    read(await Promise.all(all.map((file) => file.text())));
  }
  const file = make("input", { type: "file", id: "poll-ics", accept: ".ics,.ifb,text/calendar", multiple: true });
  const area = make("textarea", { id: "poll-paste", rows: 2, spellcheck: "false", autocomplete: "off" });
  const button = make("button", { type: "button", class: "less" }, "Mark my busy times");
  file.onchange = () => readFiles(file.files).then(() => { file.value = ""; });
  button.onclick = () => { read([area.value]); area.value = ""; };
  const panel = make("div", { class: "import", id: "poll-import", hidden: true },
    make("p", {}, "Choose the .ics file of your calendar. It is read on your device: only the marks are sent, never what your entries are about."),
    make("div", { class: "field" }, make("label", { for: "poll-ics" }, "Calendar file (.ics)"), file),
    make("details", {}, make("summary", {}, "Where do I find the file?"), make("ul", {},
      make("li", {}, "Google: on a computer, Settings, Import & export, Export. Unpack the .zip file."),
      make("li", {}, "Outlook: File, Save Calendar; on the web, Settings, Shared calendars, Publish, then open the ICS link."),
      make("li", {}, "Apple: on a Mac, File, Export, Export."))),
    make("details", {}, make("summary", {}, "Paste it instead"),
      make("div", { class: "field" }, make("label", { for: "poll-paste" }, "Text of a calendar file"), area), button));
  panel.addEventListener("dragover", (event) => event.preventDefault());
  panel.addEventListener("drop", (event) => { event.preventDefault(); readFiles(event.dataTransfer.files); });
  return { panel, read, file };
}
