// How an import goes, step by step and in words.

import { call, counted } from "./api.js";

function duration(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 3600 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

export function running({ collection, stage, done, total, rate, seconds_left: left }) {
  const parts = [`${collection}: ${stage || "waiting for another import"}`];
  if (total) parts.push(`${done.toLocaleString("en")} of ${total.toLocaleString("en")}`);
  else if (done) parts.push(`${done.toLocaleString("en")} so far`);
  if (rate) parts.push(`${rate < 10 ? rate.toFixed(1) : Math.round(rate)} a second`);
  if (left !== null) parts.push(`about ${duration(left)} left`);
  return parts.join(" · ");
}

export function ended({ collection, state, error, report, adds }) {
  if (state === "failed") return `${collection}: ${error}`;
  if (adds) {
    return state === "done"
      ? `${collection}: seen by ${adds} too. Your answers are kept, and results follow what it sees.`
      : `${collection}: stopped. What was downloaded and looked at is kept.`;
  }
  if (state === "cancelled") return `${collection}: stopped. Imported pictures are kept.`;
  const said = [`${counted(report.new, "new picture")}`];
  if (report.cut) said.push(`${report.cut.toLocaleString("en")} found in photos`);
  if (report.known) said.push(`${report.known.toLocaleString("en")} already known`);
  if (report.copies) said.push(counted(report.copies, "copy", "copies"));
  if (report.moved) said.push(`${report.moved} moved`);
  if (report.gone) said.push(`${report.gone} no longer in the folder`);
  const broken = report.broken.length + report.more_broken;
  if (broken) said.push(`${broken.toLocaleString("en")} could not be opened`);
  const alone = report.needs_network;
  const away = alone ? ` ${counted(alone, "picture is known by its link", "pictures are known by their links")} alone: save the page together with its pictures, and drop it with the folder beside it.` : "";
  const news = report.refresh?.words ? ` Newer pages say: ${report.refresh.words}.` : "";
  const others = [report.unread_in_words, report.unnamed_in_words].filter(Boolean).map((words) => ` ${words}.`).join("");
  return `${collection}: ${said.join(", ")}, in ${duration(report.seconds)}.${away}${news}${others}`;
}

export const isBusy = ({ state }) => ["sending", "waiting", "running"].includes(state);

// How the import goes, every so many milliseconds as `every` says, until it has ended. An answer that does not come is asked for again.
export async function* steps(id, every = () => 500) {
  for (;;) {
    const job = await call(`/api/imports/${id}`).catch((fault) => fault);
    const lost = job instanceof Error;
    if (!lost) yield job;
    if (lost ? !job.passing : !isBusy(job)) return;
    await new Promise((done) => setTimeout(done, every()));
  }
}

export const howMany = ({ done, total }) => `${done.toLocaleString("en")} of ${total.toLocaleString("en")} pictures`;

// When choosing begins, which so many pictures more are needed for.
export function begins(left) {
  if (left <= 0) return "You can begin to choose now; the others follow while you do.";
  return `You can begin to choose when ${counted(left, "more picture")} ${left === 1 ? "is" : "are"} here; the others follow while you do.`;
}

// Say in `sign` how many pictures are in, until all are. told(job): what to say instead, or "". returns: how it ended
export async function follow(id, sign, told = () => "") {
  let last = null;
  for await (const job of steps(id, () => 2000)) {
    last = job;
    const words = isBusy(job) && job.total ? told(job) || `${howMany(job)} are in` : "";
    if (sign.textContent !== words) sign.textContent = words;
  }
  return last;
}
