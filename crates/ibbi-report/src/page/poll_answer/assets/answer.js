// Puts the page together: the tools, the grid, and how an answer is saved, copied, or kept as a file.
const form = document.getElementById("poll");
if (form) answerPage(form, JSON.parse(form.dataset.poll));

function answerPage(form, data) {
  const field = (name) => document.getElementById(name);
  const closed = data.closed;
  const note = field("note");
  let saved = "";
  let grid = null;
  const said = make("p", { class: "unseen", "aria-live": "polite", id: "poll-said" });
  const message = make("div", { class: "message", role: "status", id: "poll-message" });
  const say = (text) => { said.textContent = text; };
  const show = (lines) => message.replaceChildren(...lines.map((line) => make("p", {}, line)));
  const state = () => writeMarks(poll.marks) + note.value;
  const poll = pollMarks(data, (cells) => {
    grid?.show(cells);
    refresh();
  });

  const brushes = make("fieldset", { class: "brushes" }, make("legend", { class: "unseen" }, "Tap or drag to mark times as"));
  for (const mark of ["c", "i", "x", "-"]) {
    const input = make("input", { type: "radio", name: "brush", value: mark, form: "poll-tools", checked: mark === "c" });
    const words = mark === "-" ? "Blank" : WORDS[mark][0].toUpperCase() + WORDS[mark].slice(1);
    brushes.append(make("label", { "data-mark": mark }, input, make("span", { class: "sign", "aria-hidden": "true" }, SIGNS[mark]), make("span", {}, words)));
  }
  const brush = () => brushes.querySelector(":checked").value;
  brushes.onchange = () => grid.forget();

  const panel = importPanel(poll, data.zone, (lines) => {
    show(lines);
    message.scrollIntoView({ block: "nearest" });
  });
  const open = make("button", { type: "button", class: "less", "aria-expanded": "false", "aria-controls": "poll-import" }, "Import my calendar");
  open.onclick = () => {
    panel.panel.hidden = !panel.panel.hidden;
    open.setAttribute("aria-expanded", String(!panel.panel.hidden));
    if (!panel.panel.hidden) panel.file.focus();
  };
  const same = make("button", { type: "button", class: "less" }, "Same every week");
  same.onclick = () => {
    const week = grid.shownWeek();
    const kept = poll.busy.size;
    const count = poll.copyWeek(week, "the copy of a week");
    grid.forget();
    show([`Week ${week + 1} is copied to the other weeks: ${counted(count, "time", "times")} changed.${kept ? " Marks from your calendar stay." : ""}`]);
  };
  const undo = make("button", { type: "button", class: "less", disabled: true }, "Undo");
  undo.onclick = () => {
    const step = poll.undo();
    grid.forget();
    if (!step) return;
    const [cell] = step.before.keys();
    show(step.before.size === 1 ? [`Undone: ${poll.cellName(cell)} is \u201c${WORDS[poll.marks[cell]]}\u201d again.`]
      : [`Undone: ${step.what}, ${counted(step.before.size, "time", "times")}.`]);
  };
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== "z" || event.target.matches("textarea")) return;
    event.preventDefault();
    undo.click();
  });

  // The blank times, and how they count.
  const blanks = field("poll-blanks");
  const rest = make("button", { type: "button", class: "less", id: "poll-rest" });
  rest.onclick = () => {
    const cells = poll.blanks();
    poll.set(cells.map((cell) => [cell, "c"]), "the rest");
    grid.forget();
    show([`${counted(cells.length, "blank time", "blank times")} marked \u201ccan come\u201d.`]);
    form.querySelector("[type=submit]").focus();
  };
  const blankText = make("span");
  function refresh() {
    if (!grid || closed) return;
    const count = poll.blanks().length;
    blankText.textContent = count ? `${counted(count, "time is", "times are")} blank. A blank time counts as \u201ccan\u2019t come.\u201d` : "Every time is marked.";
    rest.hidden = !count;
    rest.textContent = count === 1 ? "Mark it \u2713" : `Mark all ${count.toLocaleString("en-US")} \u2713`;
    rest.setAttribute("aria-label", `${rest.textContent.replace(" \u2713", "")} \u2713 can come`);
    undo.disabled = !poll.lastChange();
    dirty.textContent = state() === saved ? "" : data.poll ? "Not sent yet." : "Not saved yet.";
  }
  const dirty = make("span", { class: "dirty" });

  const box = field("poll-grid");
  grid = pollGrid(box, poll, { brush, say, closed });
  box.before(said);
  saved = state();
  if (closed) return;
  const keys = make("details", { class: "keys" }, make("summary", {}, "Keys"),
    make("p", {}, "Arrow keys move. Space marks: \u2713, ~, \u2717. C, N, and X mark a time as \u201ccan come,\u201d \u201cif need be,\u201d and \u201ccan\u2019t come\u201d; Delete blanks it. Shift and an arrow key paint. Page Up and Page Down change the week. Ctrl+Z undoes."));
  box.before(make("div", { class: "tools" }, make("div", { class: "take" }, open, same, undo), panel.panel, message, brushes));
  box.after(keys);
  blanks.replaceChildren(blankText, " ", rest);
  form.querySelector("[type=submit]").after(dirty);
  note.addEventListener("input", refresh);
  refresh();
  window.addEventListener("beforeunload", (event) => { if (state() !== saved) event.preventDefault(); });
  const done = () => { saved = sending; refresh(); };
  let sending = "";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sending = state();
    if (data.poll) give(false); else save();
  });
  if (data.poll) field("poll-save").onclick = () => { sending = state(); give(true); };

  function status(kind, ...content) {
    const element = field("poll-status");
    element.className = kind;
    element.setAttribute("role", kind === "good" ? "status" : "alert");
    element.replaceChildren(...content);
    element.scrollIntoView({ block: "nearest" });
  }
  const failed = (...lines) => status("warning", make("p", {}, make("strong", {}, "Your answers are not saved.")), ...lines.map((line) => make("p", {}, line)));

  // Sends the form. The response is this page again; its part about the answer replaces the one here.
  async function save() {
    const body = new URLSearchParams();
    for (const [cell, mark] of poll.marks.entries()) if (VALUES[mark]) body.append(`c${cell}`, VALUES[mark]);
    for (const element of form.querySelectorAll("input[type=hidden][name], #note")) body.append(element.name, element.value);
    const button = form.querySelector("[type=submit]");
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    dirty.textContent = "Saving\u2026";
    try {
      const response = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const found = page.getElementById("poll-status");
      const good = response.ok && found?.hasAttribute("data-saved");
      if (good) {
        done();
        status("good", ...[...found.childNodes].map((node) => document.importNode(node, true)));
      } else if (found?.textContent.trim()) {
        status("warning", ...[...found.childNodes].map((node) => document.importNode(node, true)));
      } else {
        failed(page.querySelector("main, body")?.innerText?.trim().slice(0, 500) || `The server answered with the code ${response.status}. Try again later.`);
      }
    } catch {
      failed("There is no connection. Your marks stay on this page; choose Save again when you are online.");
    }
    button.removeAttribute("aria-disabled");
    refresh();
  }

  // Makes the line of this answer, and copies it or keeps it as a file.
  async function give(asFile) {
    const who = field("who");
    const person = data.person ?? who.value;
    if (!person) {
      who.setAttribute("aria-invalid", "true");
      status("warning", make("p", {}, "Choose your name first, under \u201cWhich one are you?\u201d"));
      who.onchange = () => who.removeAttribute("aria-invalid");
      who.focus();
      return;
    }
    const line = answerLine({ poll: data.poll, person, grid: data.grid, marks: writeMarks(poll.marks), note: note.value });
    const area = make("textarea", { readonly: true, rows: 3, id: "poll-line", class: "line" });
    area.value = line;
    const label = make("label", { for: "poll-line" }, "Your answer, as a line");
    let text = "Your answer is saved as a file. Attach it to your email.";
    if (asFile) {
      const link = make("a", { download: `answer-${person}.txt`, href: URL.createObjectURL(new Blob([`${line}\n`], { type: "text/plain" })) });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } else {
      text = await copied(line, area) ? "Your answer is copied. Paste it into your email." : "Select this line, copy it, and paste it into your email.";
    }
    done();
    status("good", make("p", {}, make("strong", {}, text)), make("div", { class: "field" }, label, area));
  }

  async function copied(line, area) {
    try {
      await navigator.clipboard.writeText(line);
      return true;
    } catch {
      document.body.append(area);
      area.select();
      return document.execCommand("copy");
    }
  }
}

// Returns the line of an answer: JSON in base64, with its CRC-32.
function answerLine(answer) {
  const bytes = new TextEncoder().encode(JSON.stringify(answer));
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  const check = ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return `ibbi-answer:v1:${btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")}:${check}`;
}
