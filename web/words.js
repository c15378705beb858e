// The page's own texts in the language of who reads it, and what a bundle needs to speak it.
//
// Texts stand in the code in English, and are the keys of words/zh-CN.json, as in the lab itself.

const STAMP = "?{{stamp}}";
const STORED = "ghm-lab-language";
const CHINESE = "zh-CN";
// The lab starts in English where the network is there in name only.
const PATIENCE_MS = 10_000;

let texts = {};
let fetched = null;
let asked = 0;

/** A text in the language of the page, with values in its braces. */
export function t(text, values = {}) {
  return (texts[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The language that the address asks for, that was chosen here before, or that the browser prefers. */
export function preferred() {
  const asked = new URLSearchParams(location.search).get("lang");
  return asked ?? stored() ?? navigator.language ?? "en";
}

function stored() {
  try {
    return localStorage.getItem(STORED);
  } catch {
    // Storage can be refused; the choice is then that of this visit.
    return null;
  }
}

/** Keeps the choice for the next visit. */
export function remember(tag) {
  try {
    localStorage.setItem(STORED, tag);
  } catch {
    // As above.
  }
}

/**
 * Says the page's texts in this language. Resolves to what a bundle must learn for it, null where there is
 * nothing to learn; rejects when that cannot be fetched, and all stays as it was.
 */
export async function speak(tag) {
  const chinese = /^zh\b/i.test(tag);
  const turn = ++asked;
  if (chinese) {
    fetched ??= learn();
    fetched.catch(() => (fetched = null));
  }
  const learned = chinese ? await within(PATIENCE_MS, fetched) : null;
  // Another language was asked for in the meantime.
  if (turn !== asked) throw new Error(t("another language was chosen"));
  texts = learned?.object ?? {};
  document.documentElement.lang = chinese ? CHINESE : "en";
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = t(element.dataset.text);
  return learned;
}

/** Gives up waiting after a while. */
export function within(milliseconds, promise) {
  const late = new Promise((_, reject) =>
    setTimeout(() => reject(new Error(t("no answer in {seconds} s", { seconds: milliseconds / 1000 }))), milliseconds),
  );
  return Promise.race([promise, late]);
}

async function learn() {
  const names = [`${CHINESE}.json`, "NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf"];
  const [json, ...fonts] = await Promise.all(names.map(async (name) => {
    const response = await fetch(new URL(`./words/${name}${STAMP}`, import.meta.url));
    if (!response.ok) throw new Error(`${name}: ${response.status} ${response.statusText}`);
    return response.arrayBuffer();
  }));
  const text = new TextDecoder().decode(json);
  return { text, object: JSON.parse(text), fonts: fonts.map((font) => new Uint8Array(font)) };
}
