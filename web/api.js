// window.ghmLab: what tests and pages that embed the lab can do with it.

import { t } from "./words.js?{{stamp}}";

// Often enough to feel live, seldom enough for browsers that limit changes of the address.
const ADDRESS_INTERVAL_MS = 300;
// What to give a device that is busy; a hidden page's timers would make seconds of it.
const WAIT_MS = 2;

/**
 * Puts `ghmLab` on the window at once, so that scripts can wait for `ghmLab.ready`. What comes back
 * is for the page's own script, to say how the start went: `started`, then perhaps `stopped`.
 */
export function installApi() {
  let app = null;
  let version = null;
  let whyNot = "GHM Lab is still loading: await ghmLab.ready first";
  let onDestroy = () => {};
  let stopAddress = () => {};
  let settle;
  const ready = new Promise((resolve, reject) => (settle = { resolve, reject }));
  // Nobody has to listen: the page shows by itself why it did not start.
  ready.catch(() => {});

  const running = () => {
    if (app === null) throw new Error(whyNot);
    return app;
  };

  const allRead = async () => {
    while (running().reads()) await nextTask(0);
  };

  const bench = async (filter) => {
    running().startBench(filter);
    for (;;) {
      const results = running().bench();
      if (results === null) throw new Error("the lab was started anew while it measured");
      if (results !== undefined) return results;
      await nextTask(0);
    }
  };

  let lastBench = Promise.resolve();
  let lastXray = Promise.resolve();
  /** The report of the files of this number: a person may open others meanwhile. */
  const reportOf = (ticket) => {
    const [shown, report] = running().xray();
    if (shown === ticket) return report;
    if (shown > ticket) throw new Error("xray: other predictions were opened meanwhile");
    throw new Error(running().messages().at(-1) ?? "the predictions were refused");
  };
  const xray = async (predictions, given) => {
    const [reading, settings] = parted(given);
    if (reading !== undefined && predictions === undefined) {
      throw new TypeError(`xray: ${Object.keys(reading).join(", ")}: say how to read predictions along with them`);
    }
    let ticket;
    if (predictions !== undefined) {
      // What is being read is to be shown first.
      await allRead();
      ticket = await openFiles(running(), predictions, reading);
      await allRead();
      // The sheet is for people.
      const asked = running().takeQuestion(ticket);
      if (asked !== undefined) throw new Error(asked);
      reportOf(ticket);
    }
    if (settings !== undefined) {
      running().configureXray(JSON.stringify(settings) ?? "");
      await allRead();
    }
    return predictions === undefined ? running().xray()[1] : reportOf(ticket);
  };

  const stopped = (reason) => {
    app = null;
    whyNot = reason;
    stopAddress();
    settle.reject(new Error(reason));
  };

  window.ghmLab = Object.freeze({
    /** Resolves once the lab runs; rejects with the reason when it cannot. */
    ready,
    /** The lab's version; null until it runs. */
    get version() {
      return version;
    },
    /** Every setting by key. */
    config: () => running().config(),
    /** Changes some settings; rejects, and changes nothing, when a value is refused. */
    async setConfig(partial) {
      running().setConfig(JSON.stringify(partial) ?? "");
      return running().config();
    },
    /** Where the guided tour is. */
    tour: () => running().tour(),
    play: () => running().play(),
    pause: () => running().pause(),
    /** Trains so many more mini-batches, pauses, and resolves to the snapshot behind them. */
    async step(count = 1) {
      if (!Number.isInteger(count) || count < 1 || count > 1_000_000) {
        throw new RangeError(`step: ${count} is not a whole number from 1 to 1000000`);
      }
      const [run, goal] = running().step(count);
      let before = -1;
      for (;;) {
        const [queued, arrived] = running().work(run, goal);
        if (arrived >= goal) return running().snapshot();
        await nextTask(queued === before && !document.hidden ? WAIT_MS : 0);
        before = queued;
      }
    },
    /** The statistics behind the last mini-batch that arrived. */
    snapshot: () => running().snapshot(),
    /**
     * Opens predictions, a File, several, or text, and resolves to what `ghm-lab xray --json` writes;
     * rejects with the sentence that says what is wrong with them, or what has to be said where they have more
     * than one reading. `settings` are those of the losses, as for setConfig, and how to read:
     * { map: { y_true: "label", score: "p" }, positive: "cat", ignoreLabel: 255, decimal: ",", columns: ["p", "label"],
     *   skipBadRows: true }.
     * Without predictions resolves to what is open, null where nothing is.
     */
    xray(predictions, settings) {
      // One at a time: what comes back is of these predictions, and not of others.
      const turn = lastXray.then(() => xray(predictions, settings));
      lastXray = turn.catch(() => {});
      return turn;
    },
    /**
     * Measures how fast this machine is, while training waits; resolves to what `ghm-lab bench --json`
     * prints. `filter` leaves only the workloads whose names contain it.
     */
    bench(options = {}) {
      const known = options !== null && typeof options === "object" ? Object.keys(options) : ["options"];
      const wrong = known.find((key) => key !== "filter");
      if (wrong !== undefined) return Promise.reject(new TypeError(`bench: takes { filter: "train" }, not ${wrong}`));
      // One at a time, or each would measure the others.
      const turn = lastBench.then(() => bench(String(options.filter ?? "")));
      lastBench = turn.catch(() => {});
      return turn;
    },
    /** The arms of the race: name, shown, muted, step, loss, scores and settings of each. */
    arms: () => running().arms(),
    /** What the lab tells the person now. */
    messages: () => running().messages(),
    /** Ends the lab and removes its canvas. */
    destroy() {
      const old = running();
      stopped("GHM Lab was destroyed");
      old.destroy();
      old.free();
      onDestroy();
    },
  });

  return {
    /** A bundle runs; in place of another, perhaps. */
    started(newApp, newVersion, newOnDestroy) {
      stopAddress();
      app = newApp;
      version = newVersion;
      onDestroy = newOnDestroy;
      stopAddress = keepAddress(app);
      settle.resolve(window.ghmLab);
    },
    stopped,
  };
}

// What says how files are read, beside the settings of the losses.
const READING = ["map", "positive", "ignoreLabel", "decimal", "columns", "skipBadRows"];

/** How to read, and the settings: each undefined where nothing of it is given. */
function parted(given) {
  if (given === null || typeof given !== "object" || Array.isArray(given)) return [undefined, given];
  const entries = Object.entries(given);
  const reads = ([key]) => READING.includes(key);
  const [reading, settings] = [entries.filter(reads), entries.filter((entry) => !reads(entry))];
  const whole = (part) => (part.length > 0 ? Object.fromEntries(part) : undefined);
  // An object without anything is one of settings.
  return [whole(reading), reading.length > 0 ? whole(settings) : given];
}

/** Whether the bundle itself broke off: a trap, no memory, no stack. What it refuses is a plain Error. */
export function isBreach(error) {
  return (
    error instanceof WebAssembly.RuntimeError ||
    // Firefox calls it InternalError.
    (["RangeError", "InternalError"].includes(error?.name) && Boolean(error.stack?.includes("wasm-function")))
  );
}

/** The app, telling `broken` of a call in which it broke off, whoever catches it: nothing may ask it for more. */
export function guarded(app, broken) {
  return new Proxy(app, {
    get(target, name) {
      const value = target[name];
      if (typeof value !== "function") return value;
      return (...args) => {
        try {
          return value.apply(target, args);
        } catch (error) {
          if (isBreach(error)) broken(error);
          throw error;
        }
      };
    },
  });
}

// The bytes lie in the memory of the page and, for a moment, twice in that of the lab.
const MOST_BYTES = 2 ** 29;

/**
 * Gives the lab the bytes of a File, several, or text, and how to read them; resolves to the number of their report,
 * rejects where they cannot be had.
 */
export async function openFiles(app, predictions, reading) {
  const files =
    typeof predictions === "string" ? [new File([predictions], "text")]
    : predictions instanceof Blob ? [predictions]
    : [...predictions];
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  if (bytes > MOST_BYTES) {
    const much = Math.round(bytes / 2 ** 20);
    const name = files[0].name ?? "file";
    throw new Error(t("{name}: {much} MiB are more than a page can hold; 512 MiB at most here, and ghm-lab xray on the command line reads files of any size", { name, much }));
  }
  const contents = await Promise.all(files.map(async (file) => new Uint8Array(await file.arrayBuffer())));
  return app.openFiles(files.map((file) => file.name ?? "file"), contents, reading && JSON.stringify(reading));
}

/** Keeps the address and the settings the same, both ways; returns what ends that. */
function keepAddress(app) {
  const read = () => app.openLink(location.hash);
  const write = () => {
    if (document.hidden) return;
    const link = app.newLink();
    if (link === undefined) return;
    history.replaceState(null, "", link === "" ? location.pathname + location.search : `#${link}`);
  };
  window.addEventListener("hashchange", read);
  const timer = setInterval(write, ADDRESS_INTERVAL_MS);
  return () => {
    window.removeEventListener("hashchange", read);
    clearInterval(timer);
  };
}

/** Waits for a while, or only lets everything else that waits go first. */
function nextTask(milliseconds) {
  if (milliseconds > 0) return new Promise((resolve) => setTimeout(resolve, milliseconds));
  // Unlike timers, messages are not slowed down in a hidden page.
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
