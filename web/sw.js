// Offline after the first visit, and never an old build after a deploy: the page itself always comes from the
// network while there is one. Everything else carries the stamp of its build in its address. Kept is only what is
// of this worker's own build, byte for byte: a deploy that is half done, or a network that answers everything with
// a page of its own, would otherwise be kept for good.

// Other sites may share the origin, even other copies of this one.
const CACHE = `ghm-lab ${self.registration.scope}`;
const STAMP = "{{stamp}}";
// The SHA-256 of every file that is asked for with the stamp, a line each, as sha256sum prints it.
const DIGESTS = new Map(`{{digests}}`.trim().split("\n").map((line) => line.split(/ [ *]/).reverse()));
// A network that is there in name only.
const PATIENCE_MS = 4_000;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

/** Whether it is the lab's page, of a certain build or any. */
async function isLab(response, stamp = "[0-9]+") {
  return response.ok && new RegExp(`<meta name="ghm-lab-stamp" content="${stamp}">`).test(await response.clone().text());
}

/** Whether it is what this build has under an address. */
async function isOwn(url, response) {
  const { href, search } = new URL(url);
  const name = href.slice(self.registration.scope.length, href.length - search.length);
  if (!response.ok || search !== `?${STAMP}` || !DIGESTS.has(name)) return false;
  const digest = await crypto.subtle.digest("SHA-256", await response.clone().arrayBuffer());
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0"));
  return hex.join("") === DIGESTS.get(name);
}

/** Fetches what is to be kept; once more past the browser's own cache, which may hold what a half-done deploy gave. */
async function fetchOwn(url) {
  for (const cache of ["default", "reload"]) {
    const response = await fetch(url, { cache });
    if (await isOwn(url, response)) return response;
  }
  throw new Error(`${url} is not of the build ${STAMP}`);
}

// The page tells what it used, since its first visit went past here. Its own file comes last, when all that it needs
// is there: until then what was kept of another build stays whole.
self.addEventListener("message", (event) => {
  const keepUsed = async () => {
    const used = event.data.used.filter((url) => new URL(url).search === `?${STAMP}`);
    if (used.length === 0) return;
    const cache = await caches.open(CACHE);
    const keep = async (url) => {
      if (!(await cache.match(url))) await cache.put(url, await fetchOwn(url));
    };
    await Promise.all(used.map(keep));
    const page = await fetch(self.registration.scope, { cache: "no-cache" });
    if (!(await isLab(page, STAMP))) return;
    await cache.put(self.registration.scope, page);
    const isOld = ({ url }) => new URL(url).search !== "" && new URL(url).search !== `?${STAMP}`;
    const old = (await cache.keys()).filter(isOld);
    await Promise.all(old.map((request) => cache.delete(request)));
    event.source.postMessage("kept");
  };
  // A full disk, a network that went, a deploy under way: what was kept before stays, and nothing else is lost.
  event.waitUntil(keepUsed().catch(() => {}));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !request.url.startsWith(self.registration.scope)) return;
  if (url.search !== "" && request.mode !== "navigate") event.respondWith(stamped(event));
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
  const kept = await cache.match(self.registration.scope);
  const last = kept && (await isLab(kept)) ? kept : null;
  const patience = new AbortController();
  // Without anything kept there is nothing better than to wait.
  const timer = last && setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    // Past the browser's own cache, which may hold the build before.
    return await fetch(request, { cache: "no-cache", signal: patience.signal });
  } catch (error) {
    if (last) return last;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** What was kept, which never changes under its address, else what the network gives. */
async function stamped(event) {
  const { request } = event;
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  const copy = response.clone();
  const keep = async () => (await isOwn(request.url, copy)) && cache.put(request.url, copy);
  // A full disk takes nothing from the visit itself.
  event.waitUntil(keep().catch(() => {}));
  return response;
}
