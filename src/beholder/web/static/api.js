// Calls on the server: JSON in, JSON out, and every failure a Fault with a sentence.

export const { person, home } = document.body.dataset;
const shown = `${home}.${person}`; // ids of people repeat from one data folder to the next

export class Fault extends Error {
  // status 0: no answer came, or one that is not Beholder's; worth trying again. taken: the id of an event that stands
  // for something else on the server.
  constructor(sentence, status = 0, taken = null) {
    super(sentence);
    Object.assign(this, { status, taken });
  }
  get passing() {
    return this.status === 0 || this.status >= 500 || this.status === 408 || this.status === 429;
  }
}

export async function call(path, body, { timeout = 15000 } = {}) {
  const headers = { "X-Beholder-Person": shown, Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), timeout);
  try {
    const response = await fetch(path, {
      method: body === undefined ? "GET" : "POST",
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: stop.signal,
      keepalive: body !== undefined, // a save goes on while its page is being left
    });
    const answer = await response.json();
    if (response.ok) return answer;
    throw new Fault(answer.error ?? "The server refused the request.", answer.error ? response.status : 0, answer.taken);
  } catch (fault) {
    if (fault instanceof Fault) throw fault;
    throw new Fault("The server cannot be reached.");
  } finally {
    clearTimeout(timer);
  }
}

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID(); // only where the page is from this machine or https
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

export const counted = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
