// The scripting interface for a page that embeds the lab in a frame, over postMessage.
//
// It sends {ghmLab: 1, id, method, args}; what comes back is {ghmLab: 1, id, result} or {ghmLab: 1, id, error}.
// Only pages of the same origin, and those that the address names, are listened to:
// ?embed=1&origin=https://example.org (several with commas between them).

const METHODS = [
  "config", "setConfig", "play", "pause", "step", "snapshot", "arms", "tour", "messages", "xray",
];

/** Listens to the embedding page. */
export function listen(search) {
  const given = new URLSearchParams(search).getAll("origin").flatMap((list) => list.split(","));
  const allowed = new Set([location.origin, ...given.map(originOf).filter((origin) => origin !== null)]);
  let warned = false;
  window.addEventListener("message", async (event) => {
    const { data } = event;
    if (event.source === null || event.source === window || data?.ghmLab !== 1 || typeof data.method !== "string") return;
    if (!allowed.has(event.origin)) {
      if (!warned) console.warn(`GHM Lab does not answer ${event.origin}: its address does not name that origin`);
      warned = true;
      return;
    }
    const answer = { ghmLab: 1, id: data.id };
    try {
      if (!METHODS.includes(data.method)) throw new Error(`${data.method} is not one of ${METHODS.join(", ")}`);
      await window.ghmLab.ready;
      answer.result = await window.ghmLab[data.method](...(data.args ?? []));
    } catch (error) {
      answer.error = String(error?.message ?? error);
    }
    event.source.postMessage(answer, event.origin);
  });
}

/** The origin of an address that has one of its own, else null: what is opaque ("data:", a frame in a sandbox) could be anyone. */
function originOf(address) {
  const origin = URL.canParse(address) ? new URL(address).origin : "null";
  if (origin !== "null") return origin;
  console.warn(`GHM Lab ignores origin=${address}: it is no origin, as https://example.org is`);
  return null;
}
