// Measures our page, forced to its CPU engine, and each bundled peer in one headless Chromium, one after
// another: node chromium.mjs CHROMIUM SERVER SITE [BUNDLE...]. JSON on standard output, by name.

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";

// Those of tests/browser/cdp.rs, but for the pipe, which needs no WebSocket of Node.js.
const FLAGS = [
  "--headless", "--no-sandbox", "--no-first-run", "--disable-background-networking", "--disable-sync",
  "--disable-component-update", "--disable-quic", "--hide-scrollbars", "--enable-unsafe-swiftshader",
  "--remote-debugging-pipe",
];
const PATIENCE_MS = 300_000;

const [program, server, site, ...bundles] = process.argv.slice(2);
const profile = await mkdtemp(join(tmpdir(), "peers-"));
const browser = launch(program, profile);
try {
  console.log(JSON.stringify(await measureAll()));
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
} finally {
  await browser.close();
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
}

async function measureAll() {
  const { product } = await browser.call("Browser.getVersion");
  const found = { version: product };
  for (const bundle of bundles) {
    found[basename(bundle, ".js")] = await outcome(async () => {
      const evaluate = await browser.open("about:blank");
      return evaluate(`${await readFile(bundle, "utf8")}; peer.measure()`);
    });
  }
  found.page = await outcome(measurePage);
  return found;
}

/** One that fails does not take the others along. */
async function outcome(measuring) {
  try {
    return await measuring();
  } catch (error) {
    return { error: error.message.split("\n")[0] };
  }
}

async function measurePage() {
  const serving = spawn(server, [site], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const address = await firstAddress(serving);
    const evaluate = await browser.open(`${address}?renderer=webgl`);
    for (const end = Date.now() + PATIENCE_MS; ; await wait(50)) {
      // Until the page's own script has begun, a context may end under the question.
      if (await evaluate("typeof ghmLab === 'object'").catch(() => false)) break;
      if (Date.now() > end) throw new Error("the page never began");
    }
    const found = await evaluate(`(async () => {
      await ghmLab.ready;
      ghmLab.pause();
      return ghmLab.bench({ filter: "train" });
    })()`);
    const other = found.rows.find(({ backend }) => backend !== "cpu");
    if (other) throw new Error(`${other.name} ran on ${other.backend}, not on the CPU engine`);
    return found;
  } finally {
    serving.kill();
  }
}

async function firstAddress(serving) {
  for await (const line of createInterface(serving.stdout)) {
    const [address] = line.match(/http:\S+/) ?? [];
    if (address) return address;
  }
  throw new Error("the server named no address");
}

function launch(program, profile) {
  const stdio = ["ignore", "ignore", "ignore", "pipe", "pipe"];
  const child = spawn(program, [...FLAGS, `--user-data-dir=${profile}`, "about:blank"], { stdio });
  const [, , , commands, answers] = child.stdio;
  const waiting = new Map();
  let gone = null;
  const ended = new Promise((resolve) => {
    const end = (reason) => {
      gone = new Error(reason);
      for (const { reject } of waiting.values()) reject(gone);
      resolve();
    };
    child.on("error", (error) => end(error.message));
    child.on("exit", (code, signal) => end(`Chromium ended with ${signal ?? `status ${code}`}`));
  });
  commands.on("error", () => {}); // it has ended, which is told above

  let rest = "";
  answers.setEncoding("utf8").on("data", (text) => {
    const messages = (rest + text).split("\0");
    rest = messages.pop();
    for (const { id, result, error } of messages.map((message) => JSON.parse(message))) {
      const { resolve, reject } = waiting.get(id) ?? {};
      waiting.delete(id);
      if (error) reject?.(new Error(error.message));
      else resolve?.(result);
    }
  });

  let lastId = 0;
  const call = (method, params = {}, sessionId = undefined) =>
    new Promise((resolve, reject) => {
      if (gone) throw gone;
      const id = ++lastId;
      const late = setTimeout(() => reject(new Error(`${method}: no answer in ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
      const settle = (then) => (value) => {
        clearTimeout(late);
        then(value);
      };
      waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      commands.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });

  return {
    call,
    /** Opens a tab; returns what evaluates an expression in it, awaited. */
    async open(url) {
      const { targetId } = await call("Target.createTarget", { url });
      const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
      return async (expression) => {
        const params = { expression, awaitPromise: true, returnByValue: true };
        const { result, exceptionDetails } = await call("Runtime.evaluate", params, sessionId);
        if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
        return result.value;
      };
    },
    async close() {
      await call("Browser.close").catch(() => child.kill());
      await ended;
    },
  };
}
