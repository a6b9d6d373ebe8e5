// Saves clicks. Every page works without it.
"use strict";

(() => {
  const form = document.getElementById("scenario");
  const answer = document.getElementById("answer");
  if (form && answer) planPage(form, answer);
  const slider = document.querySelector("form.slider");
  if (slider) timeSlider(slider);
  enhance();
  keepPlan();
  recallPlans();
  document.addEventListener("submit", (event) => sendChoice(event.target));
  keepTyped();
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) for (const button of document.querySelectorAll("button:disabled")) button.disabled = false;
  });

  // Asks before something that was typed into another form is left behind. A plan that could be read is in its link.
  function keepTyped() {
    let sent = null;
    document.addEventListener("submit", (event) => { sent = event.defaultPrevented ? null : event.target; });
    window.addEventListener("beforeunload", (event) => {
      const left = [...document.forms].filter((each) => each !== sent && each.method === "post");
      if (left.some((each) => each.id === "scenario" ? each.dataset.unread !== undefined : isEdited(each))) event.preventDefault();
      sent = null;
    });
  }

  // Keeps the plan's link in this browser.
  function keepPlan() {
    const link = document.querySelector(".take a.link");
    try {
      if (link && location.search) localStorage.plan = localStorage["plan " + answer.querySelector("h2").textContent] = link.search;
    } catch { /* Nothing is kept. */ }
  }

  // The menu returns to the last plan. A case's forecast has the calendars of its district's last plan.
  function recallPlans() {
    try {
      const links = document.querySelectorAll('nav a[href="/plan"], .ways a[href="/plan"]');
      for (const link of links) if (localStorage.plan) link.search = localStorage.plan;
      const plan = localStorage["plan " + document.querySelector("h1").textContent];
      for (const link of document.querySelectorAll(".take a[href$='/forecast'], #next a[href$='/forecast']")) if (plan) link.search = plan;
    } catch { /* Nothing is kept. */ }
  }

  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") !== "/logout") return;
    try { localStorage.clear(); } catch { /* Nothing is kept. */ }
  });

  // Adds what a page needs to parts that are new.
  function enhance() {
    for (const details of document.querySelectorAll("details.do")) {
      // Moves the focus into a form that the user opens.
      details.ontoggle = () => {
        if (!details.open || details.dataset.seen) return;
        details.dataset.seen = "1";
        const first = details.querySelector("input:not([type=hidden]):not([readonly]), select, textarea");
        if (first) first.focus();
      };
    }
    for (const input of document.querySelectorAll("input[data-pick]")) addPicker(input);
    // Ignores a second click after a form was sent.
    for (const each of document.querySelectorAll("form[data-once]")) {
      each.onsubmit = () => setTimeout(() => {
        for (const button of each.querySelectorAll("button")) button.disabled = true;
      });
    }
    const bar = document.querySelector("form.when");
    if (bar) whenBar(bar);
  }

  // Adds the browser's calendar or clock to an input that takes typed dates and times.
  function addPicker(input) {
    const native = document.createElement("input");
    native.type = input.dataset.pick;
    native.tabIndex = -1;
    native.setAttribute("aria-hidden", "true");
    if (!native.showPicker) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "pick";
    button.tabIndex = -1;
    button.setAttribute("aria-label", native.type === "date" ? "Choose a day" : "Choose a time");
    button.textContent = "\u25be";
    const box = document.createElement("span");
    box.className = "picked";
    input.replaceWith(box);
    box.append(input, native, button);
    delete input.dataset.pick;
    // A new day or time replaces the old one.
    input.addEventListener("focus", () => input.select());
    button.addEventListener("click", () => native.showPicker());
    native.addEventListener("input", () => {
      const [year, month, day] = native.value.split("-").map(Number);
      input.value = native.type === "date" ? (year ? `${month}/${day}/${year}` : "") : native.value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.focus();
    });
  }

  // The choice above the forms applies to every form, also before the page was loaded again.
  function sendChoice(form) {
    const bar = document.querySelector("form.when");
    if (!bar) return;
    const value = (name) => bar.elements[name].value;
    const choice = value("when");
    const chosen = { on_behalf: value("on_behalf"), day: choice === "day" ? value("day") : "",
      time: choice === "day" ? value("time") : choice === "today" ? value("earlier") : "" };
    for (const input of form.querySelectorAll("input[data-when]")) input.value = chosen[input.dataset.when];
  }

  function whenBar(bar) {
    bar.addEventListener("input", (event) => {
      const choice = { earlier: "today", day: "day", time: "day" }[event.target.name];
      if (choice) bar.querySelector(`[name=when][value=${choice}]`).checked = true;
      // A button names a day and a person only if they will be recorded.
      for (const button of document.querySelectorAll("button[data-record]")) button.textContent = "Record";
    });
    bar.addEventListener("change", (event) => {
      if (event.target.name === "when" && event.target.value === "now") bar.requestSubmit();
      else if (event.target.name === "when") bar.elements[event.target.value === "today" ? "earlier" : "day"].focus();
    });
    bar.addEventListener("submit", (event) => {
      const edited = [...document.querySelectorAll("#to-do form[data-once]")].filter(isEdited);
      if (edited.length === 0) return;
      event.preventDefault();
      useInPlace(`${bar.action}?${new URLSearchParams(new FormData(bar))}`, edited);
    });
  }

  // Returns whether a form has something that the page of another day would not have.
  function isEdited(form) {
    return form.dataset.kept !== undefined || [...form.elements].some((each) => {
      if (each.type === "hidden" || each.type === "submit" || each.type === "button" || !each.name) return false;
      if (each.type === "radio" || each.type === "checkbox") return each.checked !== each.defaultChecked;
      if (each.options) return [...each.options].some((option) => option.selected !== option.defaultSelected) && each.selectedIndex > 0;
      return each.value !== each.defaultValue;
    });
  }

  // Shows the page of another day. Forms that were edited stay as they are, except for their day and their button.
  async function useInPlace(address, edited) {
    const response = await fetch(address);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const task = (form) => form.closest("details.do") || form;
    const label = page.querySelector(".do:not([id^=session-]) button[data-record]")?.textContent || "Record";
    for (const form of edited) {
      const kept = task(form);
      const fresh = page.getElementById(kept.id);
      form.dataset.kept = "1";
      for (const input of fresh ? fresh.querySelectorAll("input[type=hidden]") : []) {
        const own = form.elements[input.name];
        if (own && own.type === "hidden") own.value = input.value;
      }
      const button = form.querySelector("button[data-record]");
      button.textContent = fresh ? fresh.querySelector("button[data-record]").textContent : label;
      if (fresh) fresh.replaceWith(document.adoptNode(kept));
      else page.querySelector("#to-do > h2").after(document.adoptNode(kept));
    }
    document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
    history.replaceState(null, "", address);
    enhance();
    const wrong = document.querySelector("form.when [aria-invalid]");
    (wrong || document.querySelector("form.when button.less")).focus();
  }

  function planPage(form, answer) {
    const news = document.createElement("p");
    news.className = "live";
    news.setAttribute("role", "status");
    news.hidden = true;
    form.append(news);
    const more = document.getElementById("more");
    // The form with its errors, as the server returned it.
    let wrong = null;
    let timer, asked, pressed = false;

    form.addEventListener("input", (event) => {
      keepNames(event.target);
      document.getElementById(`${event.target.id}-read`)?.remove();
      clearTimeout(timer);
      timer = setTimeout(ask, 250);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (event.submitter && event.submitter.value === "rows") { moreRows(true); return; }
      clearTimeout(timer);
      ask().then(() => {
        showErrors(null);
        const first = wrong && form.querySelector("#problems a");
        (first || answer).focus({ preventScroll: true });
        (first ? form.querySelector("#problems") : answer).scrollIntoView();
      });
    });
    // A row that is half finished has no errors until the person goes on.
    form.addEventListener("focusin", (event) => { if (!pressed) showErrors(event.target); });
    // Nothing moves under the pointer between press and click.
    document.addEventListener("pointerdown", () => { pressed = true; });
    document.addEventListener("pointerup", () => setTimeout(() => {
      pressed = false;
      showErrors(document.activeElement);
    }));
    form.addEventListener("click", (event) => {
      const link = event.target.closest("#problems a");
      const field = link && document.querySelector(link.hash);
      if (!field) return;
      event.preventDefault();
      for (let each = field; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
      field.focus();
    });
    form.addEventListener("keydown", moveInGrid);

    async function ask() {
      if (asked) asked.abort();
      const mine = (asked = new AbortController());
      answer.classList.add("busy");
      answer.setAttribute("aria-busy", "true");
      try {
        const response = await fetch("/plan/answer", {
          method: "POST", body: new URLSearchParams(new FormData(form)), signal: mine.signal,
        });
        if (response.status === 422) {
          // The answer stays until the entries are complete.
          const text = await response.text();
          if (mine.signal.aborted) return;
          wrong = new DOMParser().parseFromString(text, "text/html").querySelector("form");
          form.dataset.unread = "1";
          addRows(wrong);
          news.textContent = "Some entries are not complete, so the results are for the entries before.";
          news.hidden = false;
          showReadings(wrong);
          showErrors(document.activeElement);
          return;
        }
        const link = response.headers.get("ibbi-link");
        if (link) history.replaceState(null, "", link);
        wrong = null;
        delete form.dataset.unread;
        showErrors(null);
        if (![...form.querySelectorAll(".people input[data-name]")].some((name) => name.value.trim() === "")) moreRows(false);
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        let text = "";
        for (;;) {
          const { done, value } = await reader.read();
          if (mine.signal.aborted) return;
          text += value || "";
          const end = done ? text.length : text.lastIndexOf("<!--next-->");
          // Show each piece when it is complete.
          if (end > 0) show(text.slice(0, end), done);
          if (done) return;
        }
      } catch (error) {
        if (error.name === "AbortError") return;
        news.textContent = "The server does not answer. Is ibbi serve still running?";
        news.hidden = false;
      } finally {
        if (asked === mine) {
          answer.classList.remove("busy");
          answer.removeAttribute("aria-busy");
        }
      }
    }

    // Gets empty rows for more people. The server knows their markup.
    async function moreRows(moves) {
      const sent = new URLSearchParams(new FormData(form));
      sent.set("do", "rows");
      const response = await fetch("/plan", { method: "POST", body: sent });
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("scenario");
      if (fresh) addRows(fresh);
      if (moves) [...form.querySelectorAll(".people input[data-name]")].find((name) => name.value.trim() === "")?.focus();
    }

    // Adds the rows that a form of the server has beyond those of the page.
    function addRows(source) {
      for (const table of ["grid", "people"]) {
        const body = form.querySelector(`table.${table} tbody`);
        const rows = [...source.querySelectorAll(`table.${table} tbody tr`)].slice(body.rows.length);
        body.append(...rows.map((row) => document.importNode(row, true)));
      }
    }

    function show(markup, done) {
      const [first, ...others] = markup.split("<!--next-->");
      put(answer, first);
      keepPlan();
      const readings = answer.querySelector("#readings");
      if (readings) showReadings(readings.content);
      put(more, others.join(""));
      const verdict = answer.querySelector(".verdict");
      if (!verdict) return;
      if (!done && news.textContent !== verdict.textContent) news.textContent = verdict.textContent;
      news.hidden = false;
    }

    function put(part, markup) {
      const open = new Set([...part.querySelectorAll("details[open] > summary")].map((each) => each.textContent));
      part.innerHTML = markup;
      for (const summary of part.querySelectorAll("details > summary")) {
        if (open.has(summary.textContent)) summary.parentElement.open = true;
      }
    }

    // Shows what was understood of each entry.
    function showReadings(source) {
      for (const input of form.querySelectorAll("input[id^=u]")) {
        document.getElementById(`${input.id}-read`)?.remove();
        const fresh = source.querySelector(`[id="${input.id}-read"]`);
        if (fresh) input.after(document.adoptNode(fresh.cloneNode(true)));
      }
    }

    // Shows each error at its field, except in the row of the field that the person is in.
    function showErrors(field) {
      const row = field && form.contains(field) ? field.closest("tr, .field, fieldset.row") : null;
      for (const each of form.querySelectorAll(".wrong")) each.remove();
      for (const each of form.querySelectorAll("[aria-invalid]")) {
        each.removeAttribute("aria-invalid");
        describe(each, `${each.id}-wrong`, false);
      }
      const summary = form.querySelector("#problems");
      const fresh = wrong ? wrong.querySelector("#problems").cloneNode(true) : null;
      for (const item of fresh ? fresh.querySelectorAll("li") : []) {
        const link = item.querySelector("a");
        const input = link && form.querySelector(link.hash);
        if (!input) continue;
        if (row && row.contains(input)) { item.remove(); continue; }
        input.setAttribute("aria-invalid", "true");
        describe(input, `${input.id}-wrong`, true);
        const message = wrong.querySelector(`[id="${input.id}-wrong"]`);
        if (!message || document.getElementById(message.id)) continue;
        const copy = document.adoptNode(message.cloneNode(true));
        if (message.parentElement.tagName === "TH") input.closest("tr").cells[0].append(copy);
        else (input.closest(".picked") || input).after(copy);
      }
      const text = fresh && fresh.querySelector("li") ? fresh.innerHTML : "";
      if (summary.innerHTML !== text) summary.innerHTML = text;
    }

    function describe(field, id, add) {
      const ids = (field.getAttribute("aria-describedby") || "").split(" ").filter((each) => each && each !== id);
      if (add) ids.push(id);
      if (ids.length) field.setAttribute("aria-describedby", ids.join(" "));
      else field.removeAttribute("aria-describedby");
    }

    // A name is in two tables. Keep them the same.
    function keepNames(field) {
      if (!field.dataset || field.dataset.name === undefined) return;
      const shown = form.querySelector(`bdi[data-name="${field.dataset.name}"]`);
      if (!shown) return;
      shown.textContent = field.value || "new person";
      for (const box of shown.closest("tr").querySelectorAll("input[type=checkbox]")) {
        box.setAttribute("aria-label", box.getAttribute("aria-label").replace(/^.*, /, `${shown.textContent}, `));
      }
    }
  }

  // Arrow keys move through the boxes of the grid. Tab and Space work as usual.
  function moveInGrid(event) {
    const cell = event.target.type === "checkbox" && event.target.closest(".grid td");
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!cell || !by) return;
    const row = cell.parentElement;
    const to = by[0] < 0 ? row.previousElementSibling : by[0] > 0 ? row.nextElementSibling : row;
    const next = to && to.children[cell.cellIndex + by[1]];
    const box = next && next.querySelector("input[type=checkbox]");
    if (!box) return;
    event.preventDefault();
    box.focus();
  }

  // A tap on a half-day of the map shows its names.
  document.addEventListener("click", (event) => {
    const cell = event.target.closest && event.target.closest(".heat td:not(.off)");
    if (cell) focusCell(cell);
  });
  // Arrow keys move through the half-days of the map. One of them is a stop of the Tab key.
  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest && event.target.closest(".heat td");
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!cell || !by) return;
    event.preventDefault();
    const rows = [...cell.closest("tbody").rows];
    let [row, column] = [rows.indexOf(cell.parentElement), cell.cellIndex];
    let next;
    do {
      [row, column] = [row + by[0], column + by[1]];
      next = rows[row] && rows[row].cells[column];
    } while (next && next.className === "off");
    if (!next || next.tagName !== "TD") return;
    focusCell(next);
  });

  function focusCell(cell) {
    for (const each of cell.closest("table").querySelectorAll("td[tabindex]")) each.removeAttribute("tabindex");
    cell.tabIndex = 0;
    cell.focus();
  }

  // Files that are dropped on a form with this mark are chosen in it.
  document.addEventListener("dragover", (event) => {
    if (dropForm(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const form = dropForm(event);
    if (!form) return;
    event.preventDefault();
    document.getElementById(form.dataset.drop).files = event.dataTransfer.files;
    form.querySelector("button").focus();
  });

  // Returns the form for files that are dragged over the page.
  function dropForm(event) {
    const types = event.dataTransfer ? [...event.dataTransfer.types] : [];
    return types.includes("Files") ? document.querySelector("form[data-drop]") : null;
  }

  // Loads a part of the page that takes time to compute, in the place of the section that links to it.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest && event.target.closest("a[data-part]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (link.getAttribute("aria-busy")) return;
    link.setAttribute("aria-busy", "true");
    link.textContent = "Simulating\u2026";
    try {
      const response = await fetch(`${link.href}&part=chances`);
      if (!response.ok) throw new Error(response.statusText);
      const made = new DOMParser().parseFromString(await response.text(), "text/html");
      const part = made.querySelector("section");
      document.getElementById(link.dataset.part).replaceWith(part);
      history.replaceState(null, "", link.href);
      const heading = part.querySelector("h2");
      heading.tabIndex = -1;
      heading.focus();
    } catch {
      location.assign(link.href);
    }
  });

  // Shows the state of a case at each event without loading the page again.
  function timeSlider(form) {
    const range = form.querySelector("input[type=range]");
    const target = document.getElementById("state");
    if (!range || !target) return;
    let asked;
    range.addEventListener("input", async () => {
      if (asked) asked.abort();
      const mine = (asked = new AbortController());
      const address = `${location.pathname}?step=${range.value}`;
      try {
        const response = await fetch(`${address}&part=state`, { signal: mine.signal });
        if (!response.ok) return;
        const text = await response.text();
        if (mine.signal.aborted) return;
        target.innerHTML = text;
        range.setAttribute("aria-valuetext", target.querySelector("[data-summary]")?.textContent || range.value);
        history.replaceState(null, "", address);
      } catch (error) {
        if (error.name !== "AbortError") throw error;
      }
    });
  }
})();
