// Portreeve: small things on top of pages that work without any of this.
"use strict";

(() => {
  const typesHere = (element) =>
    element && (element.isContentEditable || ["INPUT", "SELECT", "TEXTAREA"].includes(element.tagName));

  // "/" goes to the search box, or to the filter of the page's table.
  // "j" and "k" walk through the rows of a queue or table, Enter opens the row one stands on; "x" checks its box.
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
      document.querySelectorAll("details.person[open], details.menu-group[open]").forEach((menu) => {
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
    else if (event.key === "x") {
      const box = here && here.querySelector('input[type="checkbox"]');
      if (box) box.checked = !box.checked;
    }
  });

  // What is found while one types stands below the search box. Enter opens the chosen one. Where none is chosen it sends
  // the words: the page opens what fits fully, when that is one thing, and lists everything else.
  const searchBox = document.querySelector("[data-search]");
  if (searchBox) searchWhileTyping(searchBox);

  function searchWhileTyping(box) {
    const form = box.form;
    const list = document.getElementById("search-found");
    const told = form.querySelector("[data-search-told]");
    let shownFor = null;
    let chosen = -1;
    let timer = 0;
    let asking = null;

    box.setAttribute("role", "combobox");
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-controls", list.id);
    box.setAttribute("aria-expanded", "false");

    const options = () => [...list.querySelectorAll("[role=option]")];
    const words = () => box.value.trim();

    const choose = (place) => {
      const all = options();
      chosen = all.length === 0 ? -1 : (place + all.length) % all.length;
      all.forEach((option, number) => option.setAttribute("aria-selected", String(number === chosen)));
      if (chosen < 0) return box.removeAttribute("aria-activedescendant");
      box.setAttribute("aria-activedescendant", all[chosen].id);
      all[chosen].scrollIntoView({ block: "nearest" });
    };

    const close = () => {
      list.hidden = true;
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-activedescendant");
      chosen = -1;
    };

    const forget = () => {
      clearTimeout(timer);
      if (asking) asking.abort();
      asking = null;
    };

    const ask = async () => {
      forget();
      const asked = words();
      if (asked.length < 2) {
        shownFor = null;
        told.textContent = "";
        return close();
      }
      const control = new AbortController();
      asking = control;
      try {
        const answer = await fetch(`/search/while-typing?q=${encodeURIComponent(asked)}`, { signal: control.signal, redirect: "error" });
        if (!answer.ok) throw new Error(answer.statusText);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (asking !== control) return;
        asking = null;
        const found = page.querySelector("[data-told]");
        list.replaceChildren(...found.children);
        shownFor = asked;
        chosen = -1;
        told.textContent = found.dataset.told;
        list.hidden = list.children.length === 0;
        box.setAttribute("aria-expanded", String(!list.hidden));
        box.removeAttribute("aria-activedescendant");
      } catch (error) {
        if (error.name === "AbortError") return;
        asking = null;
        close();
      }
    };

    box.addEventListener("input", () => {
      forget();
      timer = setTimeout(ask, 120);
    });
    box.addEventListener("focus", () => {
      if (words().length > 1 && shownFor !== words()) timer = setTimeout(ask, 120);
    });
    box.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const isCurrent = shownFor === words() && !list.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!isCurrent) ask();
        else choose(event.key === "ArrowDown" ? chosen + 1 : Math.max(chosen, 0) - 1);
      } else if (event.key === "Enter") {
        const option = isCurrent && options()[chosen];
        if (!option) return;
        event.preventDefault();
        location.assign(option.href);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        event.stopPropagation();
        close();
      }
    });
    form.addEventListener("focusout", (event) => {
      if (!form.contains(event.relatedTarget)) close();
    });
    // A click keeps the words in the box where they are.
    list.addEventListener("mousedown", (event) => event.preventDefault());
  }

  // Menus close when one clicks elsewhere.
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.person[open], details.menu-group[open]").forEach((menu) => {
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

  // In a sheet of many boxes Enter goes on to the next one, and from the last one to the button.
  document.querySelectorAll("form[data-sheet]").forEach((form) => {
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.target.matches("input[data-next]")) return;
      event.preventDefault();
      const boxes = [...form.querySelectorAll("input[data-next]")];
      const next = boxes[boxes.indexOf(event.target) + 1] || form.querySelector("button");
      next.focus();
      if (next.select) next.select();
    });
  });

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
