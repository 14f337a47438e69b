// The regions' own samples as what a person types.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const FORMS = fileURLToPath(new URL("../../forms/", import.meta.url));

/** The answers of a sample, with dates that keep their distance from today. */
export function answers(region, name) {
  const sample = parse(readFileSync(`${FORMS}${region}/samples/${name}.yaml`, "utf8"));
  const base = sample.from ? answers(region, sample.from.replace(/\.yaml$/, "")) : {};
  const given = { ...base, ...sample.answers };
  for (const [path, value] of Object.entries(sample.set ?? {})) put(given, path, value);
  // Limits count from today, and a sample is from one day.
  if ("evaluated_on" in given) given.evaluated_on = daysAgo(90);
  if ("period_end" in given && given.period_end > daysAgo(120)) given.period_end = daysAgo(120);
  return given;
}

/** The day so many days before today, in China. */
export function daysAgo(days) {
  return new Date(Date.now() + 8 * 3600_000 - days * 86_400_000).toISOString().slice(0, 10);
}

/** What stands at a path such as `people[0].name`; `undefined` where nothing does. */
export function at(given, path) {
  return parts(path).reduce((value, part) => value?.[part], given);
}

function put(given, path, value) {
  const all = parts(path);
  const last = all.pop();
  all.reduce((inner, part) => inner[part], given)[last] = value;
}

function parts(path) {
  return path.split(/[.[\]]+/).filter((part) => part !== "").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
