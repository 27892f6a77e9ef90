// Portreeve: small things on top of pages that work without any of this.
"use strict";

(() => {
  const typesHere = (element) =>
    element && (element.isContentEditable || ["INPUT", "SELECT", "TEXTAREA"].includes(element.tagName));

  // "/" goes to the search box, or to the filter of the page's table.
  // "j" and "k" walk through the rows of a queue or table, Enter opens the row one stands on.
  const rows = () => [...document.querySelectorAll("[data-rows] > *")].filter((row) => !row.hidden && row.querySelector("a"));
  let here = null;

  const stand = (row) => {
    if (here) here.classList.remove("here");
    here = row;
    row.classList.add("here");
    row.querySelector("a").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };

  const walk = (step) => {
    const all = rows();
    if (all.length === 0) return;
    const place = all.indexOf(here);
    const next = place < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(place + step, 0), all.length - 1);
    stand(all[next]);
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      document.querySelectorAll("details.person[open]").forEach((menu) => {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
      return;
    }
    if (typesHere(document.activeElement)) return;
    if (event.key === "/") {
      const box = document.querySelector("[data-search]") || document.querySelector("[data-filter]");
      if (!box) return;
      event.preventDefault();
      box.focus();
      box.select();
    } else if (event.key === "j") walk(1);
    else if (event.key === "k") walk(-1);
  });

  // Menus close when one clicks elsewhere.
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.person[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  // Errors of a form are what is read first.
  const errors = document.querySelector("[data-focus]");
  if (errors) errors.focus();

  // The filter hides rows while one types; Enter asks the server, which looks through all pages.
  document.querySelectorAll("[data-filter]").forEach((box) => {
    const body = box.closest(".table").querySelector("tbody[data-rows]");
    if (!body) return;
    box.addEventListener("input", () => {
      const words = box.value.trim().toLowerCase();
      for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(words);
    });
  });

  // A form is sent once, however often its button is pressed. The server sees to that, too.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

  // Buttons that print are there where they can.
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  // Work under way tells how far it is; at its end the page is loaded again, to show what came of it.
  document.querySelectorAll("[data-live]").forEach((box) => {
    const source = new EventSource(box.dataset.live);
    source.onmessage = (event) => {
      const told = JSON.parse(event.data);
      const bar = box.querySelector("progress");
      bar.max = Math.max(told.total, 1);
      bar.value = told.done;
      box.querySelector("[data-words]").textContent = told.words;
      if (told.is_over) {
        source.close();
        location.reload();
      }
    };
  });
})();
