// Which operations a story asked for and was answered, as the emulator's journal has them.

import { appendFileSync } from "node:fs";

/** Adds a line for each to the file that ASKED names, and forgets the journal: the next story begins with none. */
export async function writeDown(url, story) {
  const journal = `${url}/_control/journal`;
  const { calls } = await (await fetch(journal)).json();
  await fetch(journal, { method: "DELETE" });
  const answered = calls.filter(({ status }) => status >= 200 && status < 300);
  const lines = new Set(answered.map(({ method, route }) => `javascript:${story} ${method} ${route}\n`));
  if (lines.size === 0) throw new Error(`${story} was answered nothing`);
  appendFileSync(process.env.ASKED, [...lines].sort().join(""));
}
