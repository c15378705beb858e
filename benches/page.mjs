// How the page feels in a headless Chromium with software graphics:
//
//     node page.mjs CHROMIUM SERVER SITE frames            times of frames while it trains
//     node page.mjs CHROMIUM SERVER SITE soak [MINUTES]    memory and speed of a long race
//
// benches/page.sh builds what it needs and calls it.

import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

import { withBrowser, withPage } from "./browser.mjs";

const [program, server, site, what, minutes = "30"] = process.argv.slice(2);
const SECONDS = 20;
const RACE = ["ce", "class-balanced", "focal", "ohem", "ghm-c"].map((loss) => `arm=loss:${loss}`).join("&");

/** Milliseconds between frames over some seconds, sorted. */
const frames = `new Promise((resolve) => {
  const times = [];
  const first = performance.now();
  let last = first;
  const frame = (now) => {
    times.push(now - last);
    last = now;
    if (now - first < ${1000 * SECONDS}) requestAnimationFrame(frame);
    else resolve(times.slice(5).sort((a, b) => a - b));
  };
  requestAnimationFrame(frame);
})`;

async function measureFrames() {
  console.log("page, while it trains                        median    p95    p99  longest  frames/s  steps/s");
  const cases = [
    ["webgpu", "default", "#convention=per-bin"],
    ["webgpu", "default, backend=gpu", "#convention=per-bin&backend=gpu"],
    ["webgpu", "1,000,000 examples", "#convention=per-bin&examples=1000000"],
    ["webgpu", "1,000,000 examples, backend=gpu", "#convention=per-bin&examples=1000000&backend=gpu"],
    ["webgl", "default", "#convention=per-bin"],
    ["webgl", "1,000,000 examples", "#convention=per-bin&examples=1000000"],
  ];
  for (const [graphics, name, link] of cases) {
    await withBrowser(program, graphics, (browser) =>
      withPage(browser, server, site, link, async (evaluate) => {
        await evaluate("ghmLab.play()");
        await wait(5000);
        const before = await evaluate("ghmLab.snapshot().step");
        const times = await evaluate(frames);
        const steps = (await evaluate("ghmLab.snapshot().step")) - before;
        const at = (q) => times[Math.round(q * (times.length - 1))].toFixed(1).padStart(6);
        const rates = [times.length / SECONDS, steps / SECONDS].map((x) => x.toFixed(0).padStart(8));
        console.log(
          `${`${graphics}, ${name}`.padEnd(44)} ${at(0.5)} ${at(0.95)} ${at(0.99)}  ${at(1)}  ${rates.join(" ")}`,
        );
      }),
    );
  }
}

async function soak() {
  const watch = await readFile(new URL("../tests/browser/watch.js", import.meta.url), "utf8");
  await withBrowser(program, "webgpu", (browser) =>
    withPage(browser, server, site, `#${RACE}&backend=gpu`, async (evaluate) => {
      console.log("minute  steps/s  heap of wasm  buffers  heap of scripts  messages");
      await evaluate("ghmLab.play()");
      let before = await evaluate("ghmLab.snapshot().step");
      for (let minute = 1; minute <= Number(minutes); minute++) {
        await wait(60_000);
        const [step, wasm, gpu, heap, messages] = await evaluate(`[
          ghmLab.snapshot().step, watched.memory.buffer.byteLength, watched.gpuBytes,
          performance.memory.usedJSHeapSize, ghmLab.messages().length,
        ]`);
        const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(2)} MiB`.padStart(11);
        const rate = ((step - before) / 60).toFixed(0).padStart(8);
        console.log(`${String(minute).padStart(6)} ${rate} ${mib(wasm)} ${mib(gpu)} ${mib(heap)} ${messages}`);
        before = step;
      }
    }, watch),
  );
}

await (what === "soak" ? soak() : measureFrames());
