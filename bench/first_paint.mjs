// The first contentful paint of pages on disk, in milliseconds, as JSON: a list for each page.
//   node bench/first_paint.mjs CHROMIUM RUNS PAGE …
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, runs, ...pages] = process.argv.slice(2);
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
args.push("--disable-background-networking", "--disable-component-update", "--disable-sync");

const painted = () =>
  new Promise((tell) =>
    new PerformanceObserver((list) => {
      const first = list.getEntriesByName("first-contentful-paint")[0];
      if (first) tell(first.startTime);
    }).observe({ type: "paint", buffered: true }),
  );

async function firstPaint(browser, path) {
  const context = await browser.newContext({ offline: true });
  const page = await context.newPage();
  await page.goto(pathToFileURL(path).href);
  const took = await page.evaluate(painted);
  await context.close();
  return took;
}

const browser = await chromium.launch({ executablePath, args });
const found = pages.map(() => []);
for (let run = 0; run < Number(runs); run++) {
  for (const [number, path] of pages.entries()) found[number].push(await firstPaint(browser, path));
}
await browser.close();
console.log(JSON.stringify(found));
