// The portal in a browser, opened from disk with the network off.
//
// BUNDLE=FOLDER    the bundle, `dist/partner` unless told
// CHROMIUM=FILE    the browser, the first of the usual names in PATH unless told
//
// Pictures of every page go to build/portal/.

import assert from "node:assert/strict";
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const BUNDLE = resolve(process.env.BUNDLE ?? "dist/partner");
const PICTURES = resolve("build/portal");
const PAGES = ["index.html", "changelog.html"];
const WIDTHS = { desktop: 1280, phone: 390 };
const SCHEMES = ["light", "dark"];
const SERIOUS = new Set(["serious", "critical"]);
const QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const openapi = JSON.parse(readFileSync(join(BUNDLE, "openapi.json"), "utf8"));
const operations = Object.values(openapi.paths)
  .flatMap((item) => Object.values(item))
  .filter((operation) => operation.operationId);
const promises = [];
JSON.stringify(openapi, (key, value) => {
  if (key === "x-promises") promises.push(...value);
  return value;
});

let browser;

before(async () => {
  mkdirSync(PICTURES, { recursive: true });
  browser = await chromium.launch({ executablePath: installed(), args: QUIET });
});

after(() => browser?.close());

/** The browser that CHROMIUM names, or the first of the usual ones in PATH. */
function installed() {
  const runs = (file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  const folders = (process.env.PATH ?? "").split(delimiter);
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const found = process.env.CHROMIUM
    ?? names.flatMap((name) => folders.map((folder) => join(folder, name))).find(runs);
  assert.ok(found, `no browser here: install one of ${names.join(", ")}, or name it in CHROMIUM`);
  return found;
}

/** Opens *page* and gives it to *look*; fails on whatever it complains of or asks the network for. */
async function opened(page, look, { width = WIDTHS.desktop, scheme = "light", hash = "" } = {}) {
  const context = await browser.newContext({
    colorScheme: scheme,
    offline: true,
    permissions: ["clipboard-read", "clipboard-write"],
    reducedMotion: "reduce",
    viewport: { width, height: width === WIDTHS.phone ? 844 : 900 },
  });
  const wrong = [];
  const tab = await context.newPage();
  tab.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) wrong.push(`console: ${message.text()}`);
  });
  tab.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  tab.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) wrong.push(`asks for ${request.url()}`);
  });
  try {
    await tab.goto(pathToFileURL(join(BUNDLE, page)).href + hash);
    await look(tab);
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
  }
}

/** The links of *page*: where they lead, and what they say. */
async function links(page) {
  let found = [];
  await opened(page, async (tab) => {
    found = await tab.$$eval("a[href]", (all) => all.map((a) => [a.getAttribute("href"), a.textContent]));
  });
  return found;
}

/** What axe finds in *tab*, the worst kinds alone, one line each. */
async function findings(tab) {
  await tab.evaluate(axe);
  const { violations } = await tab.evaluate(() => globalThis.axe.run());
  return violations
    .filter(({ impact }) => SERIOUS.has(impact))
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary}`));
}

const unfold = (tab) => tab.$$eval("details", (all) => all.forEach((each) => { each.open = true; }));

for (const [device, width] of Object.entries(WIDTHS)) {
  for (const scheme of SCHEMES) {
    describe(`on a ${device}, ${scheme}`, () => {
      for (const page of PAGES) {
        test(`${page} complains of nothing, asks for nothing, and is as wide as its window`, async (t) => {
          await opened(page, async (tab) => {
            const name = page.replace(".html", "");
            await tab.screenshot({ path: join(PICTURES, `${name}-${device}-${scheme}.png`), fullPage: true });
            const [paint] = await tab.evaluate(() => performance.getEntriesByName("first-contentful-paint").map((each) => each.startTime));
            t.diagnostic(`first contentful paint: ${paint?.toFixed(0)} ms`);
            await unfold(tab);
            const over = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            assert.equal(over, 0);
          }, { width, scheme });
        });

        test(`axe finds nothing serious in ${page}, with all of it unfolded`, async () => {
          await opened(page, async (tab) => {
            await unfold(tab);
            assert.deepEqual(await findings(tab), []);
          }, { width, scheme });
        });
      }

      test("every lifecycle is drawn, and each of its states is written in the picture", async () => {
        await opened("index.html", async (tab) => {
          const pictures = await tab.$$eval("svg.machine", (all) => all
            .map((svg) => ({ box: svg.getBoundingClientRect().toJSON(), text: [...svg.querySelectorAll(".state text")].map((each) => each.textContent) }))
            .filter(({ box }) => box.width > 100 && box.height > 100));
          const lifecycles = Object.values(openapi.components.schemas).flatMap((schema) => Object.values(schema["x-lifecycles"] ?? {}));
          assert.equal(pictures.length, lifecycles.length);
          lifecycles.forEach(({ states }, number) => {
            const written = pictures[number].text.map((text) => text.replace(/^[✓✕⊘] /, ""));
            assert.deepEqual(written.sort(), Object.keys(states).sort());
          });
          const timelines = await tab.$$eval("svg.timeline", (all) => all.filter((svg) => svg.getBoundingClientRect().height > 100).length);
          assert.equal(timelines, openapi["x-idempotency"] ? 1 : 0);
        }, { width, scheme });
      });
    });
  }
}

describe("links", () => {
  for (const page of PAGES) {
    test(`each link of ${page} leads to a file that is there, or to a place on a page`, async () => {
      const ids = {};
      for (const each of PAGES) {
        await opened(each, async (tab) => { ids[each] = await tab.$$eval("[id]", (all) => all.map(({ id }) => id)); });
      }
      const broken = (await links(page))
        .map(([href]) => href)
        .filter((href) => !/^(https?|mailto):/.test(href))
        .filter((href) => {
          const [file, fragment] = href.split("#");
          if (file && !existsSync(join(BUNDLE, decodeURIComponent(file)))) return true;
          const target = file || page;
          return fragment && ids[target] && !ids[target].includes(decodeURIComponent(fragment));
        });
      assert.deepEqual(broken, []);
    });
  }

  test("each link into the reference shows its operation there", async (t) => {
    const into = new Set();
    for (const page of PAGES) {
      for (const [href] of await links(page)) if (href.startsWith("reference.html#")) into.add(href);
    }
    assert.equal(into.size, operations.length);
    await opened("reference.html", async (tab) => {
      for (const href of into) {
        const name = decodeURIComponent(href.split("/").at(-1));
        const { summary } = operations.find(({ operationId }) => operationId.toLowerCase() === name);
        await tab.goto(pathToFileURL(BUNDLE).href + "/" + href);
        await tab.waitForFunction((title) => [...document.querySelectorAll("h2")].some((heading) => {
          const { top } = heading.getBoundingClientRect();
          return heading.textContent.includes(title) && top >= 0 && top < 300;
        }), summary, { timeout: 15_000 });
      }
      await tab.screenshot({ path: join(PICTURES, "reference.png") });
      const found = new Map();
      for (const [rule] of (await findings(tab)).map((each) => each.split(":"))) found.set(rule, (found.get(rule) ?? 0) + 1);
      for (const [rule, number] of found) t.diagnostic(`Redoc's own: ${rule}, ${number}×`);
    });
  });
});

describe("search", () => {
  const look = async (tab, text) => {
    await tab.keyboard.press("/");
    await tab.fill("#find", text);
  };

  test("the slash key leads into the search, which finds a promise by its words and leads to it", async () => {
    const { id, statement } = promises[0];
    await opened("index.html", async (tab) => {
      await look(tab, statement.slice(0, 40));
      assert.match(await tab.textContent("#count"), /^\d+ results?/);
      await tab.keyboard.press("ArrowDown");
      await tab.keyboard.press("Enter");
      assert.equal(new URL(tab.url()).hash, `#promise-${id}`);
      assert.ok(await tab.locator(`[id="promise-${id}"]`).isVisible());
      assert.ok(await tab.locator("#found").isHidden());
    });
  });

  test("operations, error codes and states are found as well", async () => {
    const [{ operationId }] = operations;
    await opened("index.html", async (tab) => {
      await look(tab, operationId);
      assert.ok((await tab.$$eval("#found a", (all) => all.map((a) => a.hash))).includes(`#op-${operationId}`));
      for (const kind of ["error", "state"]) {
        const title = await tab.getAttribute(`[data-kind=${kind}]`, "data-title");
        await look(tab, title);
        assert.ok((await tab.$$eval("#found i", (all) => all.map((i) => i.textContent))).includes(kind));
      }
    });
  });

  test("it says so where it finds nothing, and Escape closes it", async () => {
    await opened("index.html", async (tab) => {
      await look(tab, "zzz nothing");
      assert.match(await tab.textContent("#count"), /^Nothing found/);
      assert.equal(await tab.getAttribute("#count", "role"), "status");
      await tab.keyboard.press("Escape");
      assert.ok(await tab.locator("#found").isHidden());
    });
  });

  test("the catalogue can be narrowed to a source and to words", async () => {
    await opened("index.html", async (tab) => {
      const shown = () => tab.$$eval(".shelf li", (all) => all.filter((each) => each.checkVisibility()).map((each) => each.dataset.title));
      const [kept, ...others] = await tab.$$eval(".filter button", (all) => all.map((each) => each.dataset.source));
      for (const source of others) await tab.click(`.filter button[data-source="${source}"]`);
      const wanted = promises.filter(({ source }) => source === kept).map(({ id }) => id);
      assert.deepEqual((await shown()).sort(), wanted.sort());
      await tab.fill("#narrow", "zzz nothing");
      assert.deepEqual(await shown(), []);
      assert.match(await tab.textContent("#left"), /^No promise/);
    });
  });
});

describe("by hand", () => {
  test("each copy button puts the text beside it on the clipboard, and says so", async () => {
    await opened("index.html", async (tab) => {
      await unfold(tab);
      const buttons = await tab.$$(".copy");
      assert.ok(buttons.length > 0);
      for (const button of buttons) {
        await button.click();
        const [wanted, got] = await button.evaluate(async (each) => [
          (each.previousElementSibling).textContent, await navigator.clipboard.readText(),
        ]);
        assert.equal(got, wanted);
        assert.equal(await tab.textContent("#said"), "Copied.");
      }
    });
  });

  test("the keyboard reaches the content, the search and the sections, and shows where it is", async () => {
    await opened("index.html", async (tab) => {
      const reached = [];
      for (let presses = 0; presses < 12; presses += 1) {
        await tab.keyboard.press("Tab");
        reached.push(await tab.evaluate(() => {
          const at = document.activeElement;
          const { outlineStyle, outlineWidth } = getComputedStyle(at);
          return { name: at.id || at.getAttribute("href"), seen: outlineStyle !== "none" && outlineWidth !== "0px" };
        }));
      }
      assert.deepEqual(reached.filter(({ seen }) => !seen), []);
      const names = reached.map(({ name }) => name);
      for (const wanted of ["#main", "find", "reference.html", "#start", "#lifecycles"]) assert.ok(names.includes(wanted), `${wanted} in ${names}`);
    });
  });

  test("a phone has the sections in a menu, which closes behind a choice", async () => {
    await opened("index.html", async (tab) => {
      await tab.click(".menu summary");
      await tab.click(".menu a[href='#downloads']");
      assert.equal(await tab.evaluate(() => document.querySelector(".menu").open), false);
      assert.ok(await tab.locator("#downloads-title").isVisible());
    }, { width: WIDTHS.phone });
  });

  test("without scripts everything can still be read, and no dead control is shown", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, offline: true });
    const tab = await context.newPage();
    await tab.goto(pathToFileURL(join(BUNDLE, "index.html")).href);
    assert.equal(await tab.locator("input:visible, button:visible").count(), 0);
    assert.equal(await tab.locator("[data-kind=promise]").count(), promises.length);
    await tab.locator(".shelf summary").first().click();
    assert.ok(await tab.locator("[data-kind=promise]").first().isVisible());
    await context.close();
  });
});
