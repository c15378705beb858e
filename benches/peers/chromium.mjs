// Measures our page, forced to its CPU engine, and each bundled peer in one headless Chromium, one after
// another: node chromium.mjs CHROMIUM SERVER SITE [BUNDLE...]. JSON on standard output, by name.

import { readFile } from "node:fs/promises";
import { basename } from "node:path";

import { withBrowser, withPage } from "../browser.mjs";

const [program, server, site, ...bundles] = process.argv.slice(2);
await withBrowser(program, "webgl", async (browser) => {
  const { product } = await browser.call("Browser.getVersion");
  const found = { version: product };
  for (const bundle of bundles) {
    found[basename(bundle, ".js")] = await outcome(async () => {
      const evaluate = await browser.open("about:blank");
      return evaluate(`${await readFile(bundle, "utf8")}; peer.measure()`);
    });
  }
  found.page = await outcome(() => withPage(browser, server, site, "?renderer=webgl", measurePage));
  console.log(JSON.stringify(found));
});

/** One that fails does not take the others along. */
async function outcome(measuring) {
  try {
    return await measuring();
  } catch (error) {
    return { error: error.message.split("\n")[0] };
  }
}

async function measurePage(evaluate) {
  const found = await evaluate(`(() => {
    ghmLab.pause();
    return ghmLab.bench({ filter: "train" });
  })()`);
  const other = found.rows.find(({ backend }) => backend !== "cpu");
  if (other) throw new Error(`${other.name} ran on ${other.backend}, not on the CPU engine`);
  return found;
}
