// Writing a definition in an editor: the language server of the YAML extension, with the settings and the
// schemas of this repository, finds nothing wrong in the regions, tells a mistake, completes and explains.

import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import assert from "node:assert/strict";

const require = createRequire(import.meta.url);
const { createMessageConnection, StreamMessageReader, StreamMessageWriter } = require("vscode-jsonrpc/node");
const SERVER = require.resolve("yaml-language-server/bin/yaml-language-server");
const HOUSE = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "dengji-editor-"));
const at = (name) => pathToFileURL(join(folder, name)).href;
const read = (name) => readFileSync(join(folder, name), "utf8");

let server, editor;
const waiting = new Map();
const versions = new Map();

/** The settings under `yaml.` as the extension hands them on. */
function settings() {
  const yaml = {};
  for (const [key, value] of Object.entries(JSON.parse(read(".vscode/settings.json")))) {
    const parts = key.split(".");
    if (parts.shift() !== "yaml") continue;
    const last = parts.pop();
    parts.reduce((inner, part) => (inner[part] ??= {}), yaml)[last] = value;
  }
  return yaml;
}

/** Shows a text under a file's name; gives what the server tells of it. */
function show(name, text = read(name)) {
  const uri = at(name);
  const answer = new Promise((resolve) => waiting.set(uri, resolve));
  const version = (versions.get(uri) ?? 0) + 1;
  versions.set(uri, version);
  if (version === 1) {
    editor.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version, text } });
  } else {
    editor.sendNotification("textDocument/didChange", { textDocument: { uri, version }, contentChanges: [{ text }] });
  }
  return answer;
}

const lineOf = (text, start) => text.split("\n").findIndex((line) => line.startsWith(start));

before(async () => {
  for (const part of ["forms", "schemas", ".vscode"]) cpSync(join(HOUSE, part), join(folder, part), { recursive: true });
  server = spawn(process.execPath, [SERVER, "--stdio"], { stdio: ["pipe", "pipe", "ignore"] });
  editor = createMessageConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
  editor.onNotification("textDocument/publishDiagnostics", ({ uri, diagnostics }) => {
    waiting.get(uri)?.(diagnostics);
  });
  editor.onRequest("workspace/configuration", ({ items }) => items.map(({ section }) => (section === "yaml" ? settings() : {})));
  editor.onRequest("client/registerCapability", () => null);
  editor.listen();
  const rootUri = pathToFileURL(folder).href;
  const completionItem = { documentationFormat: ["markdown"], snippetSupport: true };
  await editor.sendRequest("initialize", {
    processId: process.pid,
    rootUri,
    workspaceFolders: [{ uri: rootUri, name: "regions" }],
    capabilities: {
      workspace: { configuration: true, workspaceFolders: true },
      textDocument: { completion: { completionItem }, hover: { contentFormat: ["markdown"] } },
    },
  });
  const configured = new Promise((resolve) => {
    const warm = setInterval(async () => {
      const wrong = await show("forms/gansu/region.yaml", "nothing: known\n");
      if (wrong.length > 0) resolve(clearInterval(warm));
    }, 500);
  });
  editor.sendNotification("initialized", {});
  editor.sendNotification("workspace/didChangeConfiguration", { settings: {} });
  await configured;
});
after(() => {
  editor?.dispose();
  server?.kill();
  rmSync(folder, { recursive: true, force: true });
});

test("the regions have no mistake that the schemas know", async () => {
  const names = readdirSync(join(folder, "forms"), { recursive: true })
    .filter((name) => name.endsWith(".yaml") && !name.includes("/template/"))
    .map((name) => `forms/${name}`);
  assert.ok(names.length > 50, `${names.length} files`);
  const wrong = await Promise.all(names.map((name) => show(name)));
  const found = names.flatMap((name, at) => wrong[at].map(({ message, range }) => `${name}:${range.start.line + 1}: ${message}`));
  assert.deepEqual(found, []);
});

test("a mistake is told at its line", async () => {
  const name = "forms/gansu/region.yaml";
  const text = read(name).replace(/^signIn:/m, "signin:");
  const [wrong, ...more] = await show(name, text);
  assert.deepEqual(more, []);
  assert.equal(wrong.range.start.line, lineOf(text, "signin:"));
  assert.match(wrong.message, /signin/);
});

test("a field is completed and explained in both languages", async () => {
  const name = "forms/gansu/region.yaml";
  const text = `${read(name)}\n`;
  await show(name, text);
  const end = { line: text.split("\n").length - 1, character: 0 };
  const { items } = await editor.sendRequest("textDocument/completion", { textDocument: { uri: at(name) }, position: end });
  const labels = items.map(({ label }) => label);
  assert.ok(labels.includes("registers"), labels.join(" "));
  assert.ok(!labels.includes("signIn"), "what is there already is not offered");
  for (const { label, documentation } of items) {
    const said = documentation?.value ?? documentation ?? "";
    assert.match(said, /\p{Script=Han}/u, label);
    assert.match(said, /[a-z]{3}/, label);
  }
  const position = { line: lineOf(text, "authority:"), character: 3 };
  const { contents } = await editor.sendRequest("textDocument/hover", { textDocument: { uri: at(name) }, position });
  assert.match(contents.value, /登记机关/);
  assert.match(contents.value, /registering authority/);
});

test("a type of field is completed", async () => {
  const name = "forms/gansu/applied-technology.form.yaml";
  const text = "form: trial\ntitle: 试\npages:\n  one:\n    title: 一\n    fields:\n      name: {label: 名, type: cn-}\n";
  await show(name, text);
  const line = lineOf(text, "      name:");
  const position = { line, character: text.split("\n")[line].indexOf("cn-") + 3 };
  const { items } = await editor.sendRequest("textDocument/completion", { textDocument: { uri: at(name) }, position });
  const labels = items.map(({ label }) => label);
  assert.ok(labels.includes("cn-credit-code") && labels.includes("cn-id-number"), labels.join(" "));
});
