// What assistive technology reads of the lab, since it sees nothing in a canvas: a summary, buttons for
// the main actions and, on request, a mirror of every element of the screen.

const SUMMARY_INTERVAL_MS = 5_000;
const MIRROR_INTERVAL_MS = 250;

const element = (id) => document.getElementById(id);

/** Begins with a running app; returns what ends it. */
export function startMirror(app) {
  const summarize = () => {
    if (document.hidden) return;
    const text = app.summary();
    if (element("summary").textContent !== text) element("summary").textContent = text;
  };
  const actions = {
    "mirror-play": () => app.play(),
    "mirror-pause": () => app.pause(),
    "mirror-step": () => app.step(1),
    "mirror-restart": () => app.restart(),
    "mirror-all": () => {
      element("mirror-all").hidden = true;
      mirror ??= setInterval(() => show(app), MIRROR_INTERVAL_MS);
      show(app);
    },
  };
  let mirror = null;
  for (const [id, action] of Object.entries(actions)) {
    element(id).onclick = () => {
      action();
      setTimeout(summarize, MIRROR_INTERVAL_MS);
    };
  }
  element("mirror").hidden = false;
  summarize();
  const timer = setInterval(summarize, SUMMARY_INTERVAL_MS);
  return () => {
    clearInterval(timer);
    clearInterval(mirror);
    element("mirror").hidden = true;
  };
}

/** Brings the mirror up to date, keeping the elements that stay. */
function show(app) {
  if (document.hidden) return;
  const place = element("mirror-elements");
  const there = new Map([...place.children].map((child) => [child.dataset.id, child]));
  let before = null;
  for (const of of app.elements()) {
    const kind = tagOf(of.role);
    let child = there.get(of.id);
    if (child?.localName !== kind) child = create(app, of, kind);
    else there.delete(of.id);
    update(child, of);
    const next = before === null ? place.firstChild : before.nextSibling;
    if (next !== child) place.insertBefore(child, next);
    before = child;
  }
  for (const child of there.values()) child.remove();
}

function tagOf(role) {
  if (role === "text") return "p";
  if (role === "img" || role === "progressbar") return "div";
  return ["slider", "spinbutton", "textbox"].includes(role) ? "input" : "button";
}

function create(app, of, kind) {
  const child = document.createElement(kind);
  child.dataset.id = of.id;
  if (kind === "button") {
    child.type = "button";
    child.onclick = () => app.act(of.id, "click");
  } else if (kind === "input") {
    child.type = of.role === "slider" ? "range" : of.role === "spinbutton" ? "number" : "text";
    child.step = "any";
    child.onchange = () => app.act(of.id, "set", child.value);
  }
  if (kind === "button" || kind === "input") child.onfocus = () => app.act(of.id, "focus");
  return child;
}

function update(child, of) {
  set(child, "data-bounds", of.bounds?.map(Math.round).join(" "));
  if (child.localName === "p") {
    if (child.textContent !== of.name) child.textContent = of.name;
    return;
  }
  set(child, "aria-label", of.value && of.role === "combobox" ? `${of.name}: ${of.value}` : of.name);
  if (of.role !== child.type) set(child, "role", ["img", "checkbox", "combobox", "progressbar", "radio"].includes(of.role) ? of.role : null);
  if (of.role === "combobox") set(child, "aria-haspopup", "listbox");
  if (of.pressed !== null) set(child, of.role === "checkbox" || of.role === "radio" ? "aria-checked" : "aria-pressed", of.pressed);
  if (child.localName === "input") {
    if (of.least !== null) child.min = of.least;
    if (of.most !== null) child.max = of.most;
    const value = String(of.number ?? of.value ?? "");
    if (document.activeElement !== child && child.value !== value) child.value = value;
  }
  if ("disabled" in child) child.disabled = of.disabled;
}

function set(child, name, value) {
  if (value === null || value === undefined) child.removeAttribute(name);
  else if (child.getAttribute(name) !== String(value)) child.setAttribute(name, value);
}
