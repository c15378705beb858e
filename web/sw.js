// Offline after the first visit, and never an old build after a deploy: the page itself always comes from the
// network while there is one. Everything else carries the stamp of its build in its address, so that what is
// kept under an address never changes.

const CACHE = "ghm-lab";
const STAMP = "{{stamp}}";
// A network that is there in name only.
const PATIENCE_MS = 4_000;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOtherBuilds().then(() => self.clients.claim()));
});

async function forgetOtherBuilds() {
  const cache = await caches.open(CACHE);
  const isOld = ({ url }) => new URL(url).search !== "" && new URL(url).search !== `?${STAMP}`;
  const old = (await cache.keys()).filter(isOld);
  await Promise.all(old.map((request) => cache.delete(request)));
}

// The page tells what it used, since its first visit went past here.
self.addEventListener("message", (event) => {
  const keep = async () => {
    const cache = await caches.open(CACHE);
    const missing = [];
    for (const url of event.data.used) if (!(await cache.match(url))) missing.push(url);
    await Promise.all(missing.map((url) => cache.add(url)));
    event.source.postMessage("kept");
  };
  // A full disk, or a network that went: there is no offline page then, and nothing else is lost.
  event.waitUntil(keep().catch(() => {}));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !request.url.startsWith(self.registration.scope)) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.search !== "") event.respondWith(stamped(request));
});

/** The page, from the network where that answers. */
async function page(request) {
  const cache = await caches.open(CACHE);
  const kept = self.registration.scope;
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (response.ok) await cache.put(kept, response.clone());
    return response;
  } catch (error) {
    const last = await cache.match(kept);
    if (last) return last;
    throw error;
  }
}

/** What never changes under its address. */
async function stamped(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}
