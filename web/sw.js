// Offline after the first visit, and never an old build after a deploy: the page itself always comes from the
// network while there is one. Everything else carries the stamp of its build in its address, so that what is
// kept under an address never changes.

// Other sites may share the origin, even other copies of this one.
const CACHE = `ghm-lab ${self.registration.scope}`;
const STAMP = "{{stamp}}";
// A network that is there in name only.
const PATIENCE_MS = 4_000;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOtherBuilds().then(() => self.clients.claim()));
});

/** Once the page that is kept is of this build, nothing needs the others. */
async function forgetOtherBuilds() {
  const cache = await caches.open(CACHE);
  const last = await cache.match(self.registration.scope);
  if (!last || !(await last.text()).includes(`?${STAMP}`)) return;
  const isOld = ({ url }) => new URL(url).search !== "" && new URL(url).search !== `?${STAMP}`;
  const old = (await cache.keys()).filter(isOld);
  await Promise.all(old.map((request) => cache.delete(request)));
}

// The page tells what it used, since its first visit went past here.
self.addEventListener("message", (event) => {
  const keepUsed = async () => {
    const cache = await caches.open(CACHE);
    const missing = [];
    for (const url of event.data.used) if (!(await cache.match(url))) missing.push(url);
    await Promise.all(missing.map((url) => cache.add(url)));
    await forgetOtherBuilds();
    event.source.postMessage("kept");
  };
  // A full disk, or a network that went: there is no offline page then, and nothing else is lost.
  event.waitUntil(keepUsed().catch(() => {}));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !request.url.startsWith(self.registration.scope)) return;
  if (url.search !== "" && request.mode !== "navigate") event.respondWith(stamped(request));
  else if (isPage(request, url)) event.respondWith(page(request));
});

/** Whether it is the page itself, and not a file that is opened on its own. */
function isPage(request, url) {
  const scope = new URL(self.registration.scope).pathname;
  return request.mode === "navigate" && [scope, `${scope}index.html`].includes(url.pathname);
}

/** The page, from the network where that answers. */
async function page(request) {
  const cache = await caches.open(CACHE);
  const last = await cache.match(self.registration.scope);
  const patience = new AbortController();
  // Without anything kept there is nothing better than to wait.
  const timer = last && setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    // Past the browser's own cache, which may hold the build before.
    const response = await fetch(request, { cache: "no-cache", signal: patience.signal });
    if (response.ok) await keep(cache, self.registration.scope, response);
    return response;
  } catch (error) {
    if (last) return last;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A full disk takes nothing from the visit itself. */
async function keep(cache, key, response) {
  try {
    await cache.put(key, response.clone());
  } catch {
    // There is no offline page then.
  }
}

/** What never changes under its address. */
async function stamped(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await keep(cache, request, response);
  return response;
}
