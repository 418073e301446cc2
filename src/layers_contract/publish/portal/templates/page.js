"use strict";
(() => {
  const $ = (query, root = document) => root.querySelector(query);
  const $$ = (query, root = document) => [...root.querySelectorAll(query)];
  const said = $("#said");
  const say = (text) => { said.textContent = text; };

  // Copy.

  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };

  for (const block of $$(".code, code.sha[data-what]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy: ${block.dataset.what}`);
    button.addEventListener("click", async () => {
      await copied(($("pre", block) ?? block).textContent);
      button.textContent = "Copied";
      button.classList.add("done");
      say("Copied.");
      setTimeout(() => {
        button.textContent = "Copy";
        button.classList.remove("done");
      }, 2000);
    });
    if (block.matches(".code")) {
      block.classList.add("copies");
      block.append(button);
    } else {
      block.after(button);
    }
  }

  // What scrolls can be reached with the keyboard.

  const reach = () => {
    for (const box of $$(".scroll, pre")) {
      const scrolls = box.scrollWidth > box.clientWidth + 1;
      const name = box.dataset.what ?? box.parentElement.dataset.what;
      if (scrolls) {
        box.tabIndex = 0;
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", name);
      } else {
        for (const each of ["tabindex", "role", "aria-label"]) box.removeAttribute(each);
      }
    }
  };
  reach();
  addEventListener("resize", reach);
  for (const each of $$("details")) each.addEventListener("toggle", reach);

  // A link to something folded away opens it; so does printing.

  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = target; at; at = at.parentElement) if (at.matches("details")) at.open = true;
    target?.scrollIntoView();
  };
  addEventListener("hashchange", open);
  if (location.hash) open();
  addEventListener("beforeprint", () => { for (const each of $$("details")) each.open = true; });

  // Which section is read.

  const menu = $(".menu");
  for (const link of $$(".menu a")) link.addEventListener("click", () => { menu.open = false; });
  const links = new Map($$(".side a[href^='#']").map((link) => [link.hash.slice(1), link]));
  const mark = () => {
    let current = null;
    for (const [id, link] of links) {
      const section = document.getElementById(id);
      if (section.getBoundingClientRect().top < innerHeight * 0.4) current = link;
    }
    if (innerHeight + scrollY >= document.body.scrollHeight - 4) current = [...links.values()].at(-1);
    for (const link of links.values()) {
      if (link === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  if (links.size) {
    let asked = false;
    addEventListener("scroll", () => {
      if (asked) return;
      asked = true;
      requestAnimationFrame(() => { asked = false; mark(); });
    }, { passive: true });
    mark();
  }

  // Search.

  const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
  const entries = $$("[data-kind]").map((element) => {
    const text = element.textContent.replace(/\s+/g, " ").trim();
    const { kind, title } = element.dataset;
    return { element, kind, title, text, hay: `${title} ${text}`.toLowerCase() };
  });
  const input = $("#find");
  const MOST = 20;

  const result = ({ element, kind, title, text }) => {
    const link = document.createElement("a");
    link.href = `#${element.id}`;
    const parts = [["i", kind], ["b", title]];
    const telling = { promise: "p", error: ".row-main p", operation: ".row-main a" }[kind];
    const shown = (telling && $(telling, element)?.textContent) ?? text.replace(title, "").trim();
    for (const [name, content] of [...parts, ["span", shown]]) {
      const part = document.createElement(name);
      part.textContent = content;
      link.append(part);
    }
    const item = document.createElement("li");
    item.append(link);
    return item;
  };

  if (input && entries.length) {
    const panel = $("#found");
    const list = $("ul", panel);
    input.closest(".search").hidden = false;
    const close = () => { panel.hidden = true; };
    const look = () => {
      const wanted = words(input.value);
      panel.hidden = !wanted.length;
      const found = entries.filter(({ hay }) => wanted.every((word) => hay.includes(word)));
      const inTitle = ({ title }) => wanted.every((word) => title.toLowerCase().includes(word));
      found.sort((a, b) => inTitle(b) - inTitle(a));
      list.replaceChildren(...found.slice(0, MOST).map(result));
      const rest = found.length > MOST ? `, the first ${MOST} are shown` : "";
      $("#count").textContent = !wanted.length ? "" : found.length
        ? `${found.length} ${found.length === 1 ? "result" : "results"}${rest}`
        : `Nothing found for “${input.value.trim()}”`;
    };
    const step = (event) => {
      const stops = [input, ...$$("a", list)];
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") {
        close();
        input.focus();
      } else if (by && !panel.hidden) {
        event.preventDefault();
        stops[Math.max(0, Math.min(stops.length - 1, stops.indexOf(document.activeElement) + by))].focus();
      }
    };
    input.addEventListener("input", look);
    input.addEventListener("focus", look);
    input.closest(".search").addEventListener("keydown", step);
    list.addEventListener("click", close);
    addEventListener("click", (event) => { if (!event.target.closest(".search")) close(); });
    addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.closest?.("input, textarea")) return;
      event.preventDefault();
      input.focus();
    });
  }

  // The catalogue of promises.

  const filter = $(".filter");
  if (filter) {
    const field = $("input", filter);
    const buttons = $$("button", filter);
    const left = $("#left");
    filter.hidden = false;
    const narrow = () => {
      const wanted = words(field.value);
      const sources = new Set(buttons.filter((b) => b.getAttribute("aria-pressed") === "true").map((b) => b.dataset.source));
      const all = sources.size === buttons.length && !wanted.length;
      let shown = 0;
      for (const { element, hay } of entries.filter(({ kind }) => kind === "promise")) {
        const keeps = sources.has(element.dataset.source) && wanted.every((word) => hay.includes(word));
        element.hidden = !keeps;
        shown += keeps;
      }
      for (const shelf of $$(".shelf")) {
        shelf.hidden = !$("li:not([hidden])", shelf);
        shelf.open = !all && !shelf.hidden;
      }
      left.textContent = all ? "" : shown ? `${shown} of ${$$(".shelf li").length} promises` : "No promise is like that";
    };
    field.addEventListener("input", narrow);
    for (const button of buttons) {
      button.addEventListener("click", () => {
        button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") !== "true");
        narrow();
      });
    }
  }
})();
