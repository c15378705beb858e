// Chooses a bundle, loads it, starts the lab, and takes over when it dies.

import { guarded, installApi, isBreach, openFiles } from "./api.js?{{stamp}}";
import { listen } from "./embed.js?{{stamp}}";
import { startMirror } from "./mirror.js?{{stamp}}";
import { copy, copyLink, save, savePicture } from "./export.js?{{stamp}}";
import { preferred, remember, speak, t, within } from "./words.js?{{stamp}}";

// The build puts a stamp of the whole site here; everything is asked for with the same one.
const stamp = "?{{stamp}}";

// wgpu::Limits::default(), as far as the shaders come near it.
const NEEDED_LIMITS = {
  maxBufferSize: 256 << 20,
  maxStorageBufferBindingSize: 128 << 20,
  maxStorageBuffersPerShaderStage: 8,
  maxComputeWorkgroupStorageSize: 16384,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupsPerDimension: 65535,
  maxTextureDimension2D: 8192,
};
const NAMES = { webgpu: "WebGPU", webgl: "WebGL 2" };
// A device that answers nothing must not leave the page loading for ever.
const ADAPTER_PATIENCE_MS = 10_000;

const element = (id) => document.getElementById(id);
const api = installApi();
const isEmbedded = new URLSearchParams(location.search).get("embed") === "1";
// Set while a bundle starts, to give it up; once it runs, to show that it died.
let onFailure = null;

main().catch((error) => {
  showFailure(t("GHM Lab could not start"), sentence(error), error?.stack);
});

async function main() {
  catchStrayErrors();
  takeFiles();
  if (isEmbedded) listen(location.search);
  try {
    learned = await speak(preferred());
  } catch (error) {
    console.warn(`GHM Lab speaks English: ${sentence(error)}`);
  }
  const forced = new URLSearchParams(location.search).get("renderer");
  if (forced !== null && !(forced in NAMES)) {
    throw new Error(t("renderer: \"{forced}\" is not one of {names}", { forced, names: Object.keys(NAMES).join(", ") }));
  }
  let noGpu = forced === "webgl" ? t("the address asks for WebGL 2") : await whyNoWebGpu();
  if (noGpu === null) {
    lightenShader();
    try {
      await start("webgpu");
      return;
    } catch (error) {
      noGpu = t("WebGPU did not start ({why})", { why: sentence(error) });
    }
  }
  if (forced === "webgpu") {
    showFailure(t("GHM Lab cannot use WebGPU here"), capitalized(noGpu));
    return;
  }
  const noGl = whyNoWebGl();
  if (noGl !== null) {
    showFailure(
      t("GHM Lab cannot draw in this browser"),
      t("It needs WebGPU or WebGL 2: {noGpu}, and {noGl}. A current Chrome, Edge, Firefox or Safari with hardware acceleration has at least one of them.", { noGpu, noGl }),
    );
    return;
  }
  if (forced === null) console.info(`GHM Lab trains on the CPU: ${noGpu}`);
  await start("webgl", noGpu);
}

/** Null when WebGPU can be used, else the reason why not. */
async function whyNoWebGpu() {
  if (!window.isSecureContext) return t("WebGPU needs https or localhost");
  if (!navigator.gpu) return t("this browser has no WebGPU");
  try {
    const adapter = await within(ADAPTER_PATIENCE_MS, navigator.gpu.requestAdapter());
    if (!adapter) return t("WebGPU found no graphics device");
    const small = Object.keys(NEEDED_LIMITS).find((name) => !(adapter.limits[name] >= NEEDED_LIMITS[name]));
    if (small) {
      const [has, needed] = [adapter.limits[small], NEEDED_LIMITS[small]];
      return t("the graphics device's {small} is {has}, less than {needed}", { small, has, needed });
    }
    return null;
  } catch (error) {
    return t("WebGPU failed ({why})", { why: sentence(error) });
  }
}

/**
 * egui's shader can filter textures by hand, for pictures that are the same on every device, behind a
 * uniform that is never set here. Devices in software take both sides of that branch at every pixel,
 * and drawing takes seven times as long.
 */
function lightenShader() {
  const { createShaderModule } = GPUDevice.prototype;
  GPUDevice.prototype.createShaderModule = function (descriptor) {
    const code = descriptor.code.replace("r_locals.predictable_texture_filtering == 0", "true");
    return createShaderModule.call(this, { label: descriptor.label, code });
  };
}

function whyNoWebGl() {
  const context = document.createElement("canvas").getContext("webgl2");
  if (!context) return t("this browser offers no WebGL 2");
  // Browsers allow only so many contexts at a time.
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return null;
}

/**
 * Loads and starts a bundle; rejects, with the page as it was before, when that fails. `handover` is what the
 * app gave that was here before.
 */
async function start(name, noGpu, handover) {
  showProgress(t("Loading for {name}…", { name: NAMES[name] }));
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", "GHM Lab");
  try {
    const [bundle, wasm] = await Promise.all([
      import(`./${name}/app.js${stamp}`),
      download(new URL(`./${name}/app_bg.wasm${stamp}`, import.meta.url), Number(document.body.dataset[`${name}Bytes`])),
    ]);
    await bundle.default({ module_or_path: wasm });
    if (learned) bundle.learn(learned.text, ...learned.fonts);
    showProgress(t("Starting…"));
    // eframe measures the canvas, so it must lie in the page before.
    element("lab").replaceChildren(canvas);
    // A panic stops the module without an answer, so its hook must be able to end the wait.
    const died = new Promise((_, reject) => (onFailure = (reason) => reject(new Error(reason))));
    onLost = (reason) => onFailure?.(reason);
    const page = await Promise.race([bundle.start(canvas, location.hash, noGpu, host, isEmbedded, document.documentElement.lang, handover), died]);
    const app = guarded(page, broken);
    const stopMirror = startMirror(app);
    const end = () => {
      stopMirror();
      onFailure = null;
      onLost = open = fail = note = () => {};
      change = async () => {};
      canvas.remove();
    };
    onFailure = (reason, trace) => {
      // A panic ends in a trap, which would come here too and say less.
      end();
      const [, what] = reason.match(/^panicked at [^\n]*\n(.*)$/s) ?? [];
      const title = t("GHM Lab has stopped");
      if (what === undefined) showFailure(title, reason, trace, name);
      else showFailure(title, t("A mistake in the lab itself: {what}", { what }), reason, name);
    };
    const lost = (reason) => {
      // That of an app that is gone is nobody's.
      if (onLost !== lost) return;
      goOn(name, reason, app, end).catch((error) => {
        showFailure(t("GHM Lab has stopped"), reason, sentence(error), name);
      });
    };
    onLost = lost;
    canvas.addEventListener("webglcontextlost", () => lost(t("The browser lost the WebGL context.")));
    useFiles(app);
    change = async (tag) => {
      const words = await speak(tag);
      if (words) bundle.learn(words.text, ...words.fonts);
      app.speak(tag);
      remember(tag);
    };
    api.started(app, bundle.version(), end);
    element("loading").hidden = true;
    keepForOffline();
    canvas.focus({ preventScroll: true });
  } catch (error) {
    onFailure = null;
    canvas.remove();
    throw error;
  }
}

// Losses so near to each other that trying the same again would only lose it again.
const SOON_MS = 30_000;
let lastLoss = -Infinity;

/** Goes on with the experiment where it was, once more with the same bundle, then without WebGPU. */
async function goOn(name, reason, app, end) {
  onLost = () => {};
  const handover = app.handover();
  app.destroy();
  end();
  const isFirst = performance.now() - lastLoss > SOON_MS;
  lastLoss = performance.now();
  if (name === "webgpu" && isFirst && (await whyNoWebGpu()) === null) {
    try {
      return await start("webgpu", reason, handover);
    } catch (error) {
      console.warn(`WebGPU did not start again: ${sentence(error)}`);
    }
  }
  if (name === "webgl" && !isFirst) throw new Error(t("It was lost again at once."));
  await start("webgl", reason, handover);
}

// These do something once a lab runs.
let onLost = () => {};
let open = () => {};
let fail = () => {};
let note = () => {};
let change = async () => {};

// What the bundle must know of the language, if anything.
let learned = null;

// What the app asks of the page.
const host = {
  fail: (reason) => onFailure?.(reason),
  lost: (reason) => onLost(reason),
  open: openFile,
  save: (name, text) => save(name, new Blob([text], { type: "text/plain" })),
  savePicture: (...picture) => said(savePicture(...picture)),
  copy: (text, what) => said(copy(text, what)),
  copyLink: (fragment) => said(copyLink(fragment)),
  speak: (tag) => change(tag).catch((error) => fail(t("The language could not be fetched: {why}", { why: sentence(error) }))),
};

/** Tells what came of it. */
function said(doing) {
  doing.then((done) => done && note(done), (error) => fail(sentence(error)));
}

/** Has the app open files, and say what comes of it. */
function useFiles(app) {
  fail = (text) => app.showError(text);
  note = (text) => app.showNote(text);
  open = (files) => openFiles(app, files).catch((error) => fail(sentence(error)));
}

/** Opens what is dropped anywhere on the page. */
function takeFiles() {
  window.addEventListener("dragover", (event) => event.preventDefault());
  window.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer?.files.length > 0) open(event.dataTransfer.files);
  }, { capture: true });
}

/** Opens a sample of this site, or, without a name, what the person chooses. */
async function openFile(sample) {
  if (sample !== null) {
    try {
      const response = await fetch(`samples/${sample}${stamp}`);
      if (!response.ok) throw new Error(t("the server answered {status}", { status: response.status }));
      open([new File([await response.blob()], sample)]);
    } catch (error) {
      fail(t("The sample {sample} could not be fetched: {why}", { sample, why: sentence(error) }));
    }
    return;
  }
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  // As ENDINGS in Rust; a file that only the native program reads is told why.
  input.accept = ".csv,.tsv,.tab,.psv,.txt,.dat,.json,.jsonl,.ndjson,.npy,.npz,.safetensors,.parquet,.arrow,.arrows,.feather,.ipc,.gz,.zst";
  input.addEventListener("change", () => open(input.files));
  input.click();
}

/** Has the service worker keep what this visit used. Without one, the page only needs a network. */
async function keepForOffline() {
  const keep = (worker) => {
    const here = new URL(".", location.href).href;
    const used = performance.getEntriesByType("resource").map((entry) => entry.name);
    const own = used.filter((url) => url.startsWith(here) && url.endsWith(stamp));
    worker?.postMessage({ used: [...new Set(own)] });
  };
  try {
    // The worker of another build knows nothing of this one; its successor will.
    navigator.serviceWorker.addEventListener("controllerchange", () => keep(navigator.serviceWorker.controller));
    await navigator.serviceWorker.register("sw.js", { updateViaCache: "none" });
    const registration = await navigator.serviceWorker.ready;
    // A worker that is there is not looked at anew by itself at once.
    registration.update().catch(() => {});
    keep(registration.active);
  } catch {
    // Refused by the browser or the host; nothing depends on it.
  }
}

/** The response, with its bytes counted on the way to the compiler. */
async function download(url, size) {
  const response = await fetch(url);
  if (!response.ok) {
    const why = `${response.status} ${response.statusText}`;
    throw new Error(t("{path} could not be loaded: {why}", { path: url.pathname, why }));
  }
  let bytes = 0;
  const counter = new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      showProgress(undefined, bytes / size);
      controller.enqueue(chunk);
    },
  });
  // Compiling while loading wants this type, which not every host knows.
  return new Response(response.body.pipeThrough(counter), { headers: { "Content-Type": "application/wasm" } });
}

function showProgress(text, share) {
  if (text !== undefined) element("loading-text").textContent = text;
  // The size is that of the build: what came over the wire may have been compressed.
  if (share > 0) element("loading-bar").value = Math.min(share, 1);
  else element("loading-bar").removeAttribute("value");
}

function showFailure(title, text, trace, renderer) {
  api.stopped(`${title}: ${text}`);
  element("loading").hidden = true;
  element("failure-title").textContent = title;
  element("failure-text").textContent = text;
  element("failure-trace").textContent = trace ?? "";
  element("failure-details").hidden = !trace;
  element("failure-reload").onclick = () => location.reload();
  const other = element("failure-other");
  const search = new URLSearchParams(location.search);
  other.hidden = renderer !== "webgpu" && search.get("renderer") === null;
  if (renderer === "webgpu") search.set("renderer", "webgl");
  else search.delete("renderer");
  other.textContent = renderer === "webgpu" ? t("Reload without WebGPU") : t("Let the page choose how to draw");
  other.href = `${location.pathname}${search.size ? `?${search}` : ""}${location.hash}`;
  element("failure").hidden = false;
  element("failure-reload").focus();
}

/** The app ends where it broke. What it only refused is for the script that asked, which may ignore it. */
function catchStrayErrors() {
  // What flew through the app on its way here left it in the middle of something.
  const flewThrough = (error) => error?.stack?.includes("wasm-function");
  window.addEventListener("error", ({ error }) => {
    if (isBreach(error) || flewThrough(error)) broken(error);
  });
  window.addEventListener("unhandledrejection", ({ reason }) => {
    if (isBreach(reason)) broken(reason);
  });
}

/** Ends the app, for the first reason that is given; a panic has told its own by now. */
function broken(error) {
  onFailure?.(t("It broke off, perhaps for want of memory: {why}", { why: sentence(error) }), error?.stack);
}

/** The first line of an error, without what Rust wraps around the errors of the browser. */
function sentence(error) {
  const [line] = String(error?.message || error).split("\n");
  return line.replace(/^.*JsValue\((\w*Error: )?/, "").replace(/\)$/, "");
}

function capitalized(text) {
  return t("{sentence}.", { sentence: `${text.charAt(0).toUpperCase()}${text.slice(1)}` });
}
