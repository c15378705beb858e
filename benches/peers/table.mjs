// Prints the table of run.sh from what was measured: node table.mjs RESULTS PART JSON, the last two may be "".
// Exit status 1 if a row could not be measured; a bar that is not met is an answer, not a failure.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";

const [folder, part, jsonFile] = process.argv.slice(2);

// Where the numbers are: of which program's files, under which key, in the row of which name.
const at = (source, key, name) => ({ source, key, name });
const native = (name) => at("native", null, name);
const page = (name) => at("chromium", "page", name);

const steps = [["train/256", 20], ["train/4096", 4], ["train/65536", 2], ["train/950000"]];
const losses = [["ghm-c/10000"], ["ghm-c/100000"], ["ghm-c/1000000", 15], ["ghm-c/10000000"]];
// Peers that train by the example gain nothing from larger batches, and we have none below 256.
const javascript = (part, peer, bar) =>
  ["train/10", "train/500"].flatMap((name) => [
    { part, unit: "M/s", peer: `${peer}, Node.js`, theirs: at(part, null, name), ours: native("train/256") },
    { part, unit: "M/s", peer: `${peer}, Chromium`, theirs: at("chromium", part, name), ours: page("train/256"), bar },
  ]);
const wanted = [
  ...[...losses, ...steps].flatMap(([name, bar]) => [
    { part: "pytorch", peer: "PyTorch", theirs: at("pytorch", null, name), ours: native(name), unit: "ms", bar },
    { part: "pytorch", peer: "PyTorch, tuned", theirs: at("pytorch", null, `${name}/best`), ours: native(name), unit: "ms" },
  ]),
  ...javascript("playground", "TensorFlow Playground", 20),
  ...javascript("convnet", "ConvNetJS"),
  ...steps.map(([name]) => (
    { part: "page", peer: "GHM Lab, native", theirs: native(name), ours: page(name), unit: "ms" }
  )),
].filter((row) => part === "" || row.part === part);

const rows = wanted.map(({ peer, theirs, ours, unit, bar = null }) => {
  const row = { workload: workload(theirs.name, ours.name), peer, bar };
  try {
    row.theirs = best(theirs, "");
    row.ours = best(ours, "ours: ");
    row.ratio = row.ours.examples_per_s / row.theirs.examples_per_s;
    row.met = bar === null ? null : row.ratio >= bar;
  } catch (error) {
    row.error = error.message;
  }
  return { ...row, unit };
});

const versions = [
  `GHM Lab ${version("native")}`,
  part === "" || part === "pytorch" ? `PyTorch ${version("pytorch")}` : null,
  part === "" || part === "playground" ? `TensorFlow Playground nn.ts ${fingerprint()}` : null,
  part === "" || part === "convnet" ? `ConvNetJS ${pinned("convnetjs")}` : null,
  part !== "pytorch" ? `Chromium ${version("chromium").replace("Chrome/", "")}` : null,
  `Node.js ${process.versions.node}`,
].filter((text) => text !== null);
const [{ model }, ...others] = os.cpus();
const machine = { date: new Date().toISOString(), cpu: model, cores: 1 + others.length, versions };

print(rows);
console.log("\nms: one step, median of the best round; M/s: million examples a second; ours: CPU engine, with GHM-C.");
if (part === "" || part === "pytorch") {
  console.log("PyTorch: as it comes, with plain cross-entropy; tuned: the fastest of one or all threads and of all kinds of its Adam.");
}
if (rows.some(isUnsteady)) console.log("~: a tenth of the steps took over 1.5 times the median; was the machine idle?");
console.log(`${machine.date}, ${machine.cpu}, ${machine.cores} cores; ${versions.join(", ")}`);
if (jsonFile) writeFileSync(jsonFile, `${JSON.stringify({ schema: "ghm-lab-peers/1", ...machine, rows }, null, 2)}\n`);
process.exitCode = rows.some(({ error }) => error !== undefined) ? 1 : 0;

/** The best round of a row; throws with the reason where there is none. */
function best({ source, key, name }, whose) {
  const log = [source, key].map((part) => join(folder, `${part}.failed`)).find(existsSync);
  if (log) throw new Error(`${whose}${reason(readFileSync(log, "utf8"))}`);
  const rounds = results(source).map((result) => (key === null ? result : result[key]));
  const wrong = rounds.find((round) => round?.error !== undefined);
  if (wrong) throw new Error(`${whose}${wrong.error}`);
  const found = rounds.flatMap((round) => round?.rows ?? []).filter((row) => row.name === name);
  if (found.length === 0) throw new Error(`${whose}no row "${name}"`);
  return found.reduce((a, b) => (b.ms < a.ms ? b : a));
}

function results(source) {
  const own = readdirSync(folder).filter((file) => file.startsWith(`${source}.`) && file.endsWith(".json"));
  return own.map((file) => JSON.parse(readFileSync(join(folder, file), "utf8") || "{}"));
}

/** Of all that a failed program said, the line that most likely says why. */
function reason(log) {
  const lines = log.split("\n").filter((line) => line.trim() !== "");
  const line = lines.find((line) => /^(\w+ )?\w*error\b/i.test(line)) ?? lines.at(-1) ?? "failed without a word";
  return line.replace(/^error: /, "").trim();
}

function version(source) {
  return results(source).find((result) => result.version !== undefined)?.version ?? "(not measured)";
}

function pinned(name) {
  return JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")).dependencies[name];
}

/** A checkout may have no history, and the file is all that counts. */
function fingerprint() {
  const file = join(process.env.PLAYGROUND ?? "", "src/nn.ts");
  if (!process.env.PLAYGROUND || !existsSync(file)) return "(not given)";
  return `sha256 ${createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 8)}`;
}

function workload(theirs, ours) {
  const [kind, size] = theirs.split("/");
  const count = Number(size).toLocaleString("en");
  if (kind === "ghm-c") return `GHM-C loss and gradient, ${count} logits`;
  return `training 2-16-16-1, batch ${count}${theirs.split("/")[1] === ours.split("/")[1] ? "" : ` (ours ${ours.split("/")[1]})`}`;
}

function digits(number) {
  return number < 100 ? number.toPrecision(3) : Math.round(number).toLocaleString("en");
}

function measured(unit, result) {
  const number = unit === "ms" ? result.ms : result.examples_per_s / 1e6;
  return `${unsteady(result) ? "~" : ""}${digits(number)} ${unit}`;
}

function unsteady({ ms, spread }) {
  return spread[1] > 1.5 * ms;
}

function isUnsteady({ error, theirs, ours }) {
  return error === undefined && (unsteady(theirs) || unsteady(ours));
}

function print(rows) {
  const lines = rows.map((row) => {
    const bar = row.bar === null ? "" : `>= ${row.bar}x`;
    if (row.error !== undefined) return [row.workload, row.peer, "", "", "", bar, `NOT MEASURED: ${row.error}`];
    const met = { true: "yes", false: "NO", null: "" }[row.met];
    const numbers = [measured(row.unit, row.theirs), measured(row.unit, row.ours), `${digits(row.ratio)}x`];
    return [row.workload, row.peer, ...numbers, bar, met];
  });
  lines.unshift(["workload", "peer", "peer's", "ours", "ratio", "bar", "met?"]);
  const widths = lines[0].map((_, i) => (i === 6 ? 0 : Math.max(...lines.map((line) => line[i].length))));
  for (const line of lines) {
    const cells = line.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])));
    console.log(cells.join(" | ").trimEnd());
  }
}
