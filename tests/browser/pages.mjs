// Whether every page that the router has was looked at: the GET routes in the source, against the addresses that
// `axe.mjs` wrote down. What is no page is told here, with what it is.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const NO_PAGE = new Map([
  ["/healthz", "for the machine"],
  ["/static/{hash}/{file}", "a file"],
  ["/language/{tag}", "leads back"],
  ["/text-size/{size}", "leads back"],
  ["/{region}", "leads on"],
  ["/{region}/sign-in/code", "leads on; the page answers the post"],
  ["/{region}/captcha", "data"],
  ["/{region}/captcha/{picture}", "a picture"],
  ["/{region}/account/second-factor/picture", "a picture"],
  ["/{region}/applications/{id}/documents/{document}/pdf", "a file"],
  ["/{region}/applications/{id}/documents/{document}/png", "a picture"],
  ["/{region}/applications/{id}/files/{file}", "a file"],
  ["/{region}/applications/{id}/tables/{table}", "a file"],
  ["/{region}/documents/{document}/{entry}/pdf", "a file"],
  ["/{region}/statistics/csv", "a file"],
  ["/{region}/statistics/xlsx", "a file"],
  ["/watch", "waits for the next version"],
]);

const source = readFileSync(join(import.meta.dirname, "../../engine/src/http/router.rs"), "utf8");
const routes = [...source.matchAll(/\bget\(\s*"([^"]+)"/g)].map(([, path]) => path);
if (routes.length < 50) throw new Error(`only ${routes.length} routes were read from the router`);

const folder = process.argv[2];
const addresses = new Set(readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), "utf8").trim().split("\n")));
const visited = new Set([...addresses].map(route));
const missing = routes.filter((path) => !NO_PAGE.has(path) && !visited.has(path));
const gone = [...NO_PAGE.keys()].filter((path) => !routes.includes(path));
for (const path of missing) console.log(`No suite looked at ${path}`);
for (const path of gone) console.log(`The router has no ${path} any more`);
process.exit(missing.length + gone.length > 0 ? 1 : 0);

/** The route of an address: of those that fit, the one that says most itself. */
function route(address) {
  const parts = address.split("/");
  const fits = (path) => {
    const own = path.split("/");
    const rest = own.at(-1).startsWith("{*");
    if (rest ? parts.length < own.length : parts.length !== own.length) return false;
    return own.every((part, at) => part.startsWith("{") ? parts[at] !== "" : part === parts[at]);
  };
  const said = (path) => path.split("/").filter((part) => !part.startsWith("{")).length;
  return routes.filter(fits).sort((one, other) => said(other) - said(one))[0];
}
