// A headless Chromium and our page in it, for what measures them; without packages.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";

// Those of tests/browser/cdp.rs, but for the pipe, which needs no WebSocket of Node.js.
const FLAGS = [
  "--headless", "--no-sandbox", "--no-first-run", "--disable-background-networking", "--disable-sync",
  "--disable-component-update", "--disable-quic", "--hide-scrollbars", "--remote-debugging-pipe",
];
const GRAPHICS = {
  webgpu: [
    "--enable-unsafe-webgpu", "--use-angle=swiftshader", "--enable-features=Vulkan", "--use-vulkan=swiftshader",
    "--ignore-gpu-blocklist",
  ],
  webgl: ["--enable-unsafe-swiftshader"],
};
const PATIENCE_MS = 300_000;

/**
 * Calls `work` with a browser with software graphics, "webgpu" or "webgl", and closes it. An error ends the
 * process with its message.
 */
export async function withBrowser(program, graphics, work) {
  const profile = await mkdtemp(join(tmpdir(), "bench-"));
  const browser = launch(program, [...FLAGS, ...GRAPHICS[graphics], `--user-data-dir=${profile}`]);
  try {
    return await work(browser);
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * Serves the site, opens it and calls `work` with what evaluates an expression in it, once the lab runs;
 * `script` runs before the page's own.
 */
export async function withPage(browser, server, site, link, work, script = "") {
  const serving = spawn(server, [site, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const evaluate = await browser.open(`${await firstAddress(serving)}${link}`, script);
    for (const end = Date.now() + PATIENCE_MS; ; await wait(50)) {
      // Until the page's own script has begun, a context may end under the question.
      if (await evaluate("typeof ghmLab === 'object'").catch(() => false)) break;
      if (Date.now() > end) throw new Error("the page never began");
    }
    await evaluate("ghmLab.ready.then(() => {})");
    return await work(evaluate);
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

function launch(program, flags) {
  const stdio = ["ignore", "ignore", "ignore", "pipe", "pipe"];
  const child = spawn(program, [...flags, "about:blank"], { stdio });
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
    async open(url, script = "") {
      const { targetId } = await call("Target.createTarget", { url: "about:blank" });
      const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
      await call("Page.enable", {}, sessionId);
      await call("Page.addScriptToEvaluateOnNewDocument", { source: script }, sessionId);
      await call("Page.navigate", { url }, sessionId);
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
