// A copy of the house with a server of its own, for suites that change its files.

import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";

const HOUSE = join(import.meta.dirname, "../..");

export class House {
  /** Copies regions, themes and plugins into a folder whose name begins with `name`. */
  constructor(name) {
    this.folder = mkdtempSync(join(tmpdir(), `dengji-${name}-`));
    for (const part of ["forms", "themes", "plugins/dist"]) cpSync(join(HOUSE, part), this.file(part), { recursive: true });
  }

  file(name) {
    return join(this.folder, name);
  }

  /** Replaces a text of a file that has it. */
  edit(name, from, to) {
    const text = readFileSync(this.file(name), "utf8");
    if (!text.includes(from)) throw new Error(`${name} has no ${from}`);
    this.write(name, text.replace(from, to));
  }

  write(name, text) {
    mkdirSync(join(this.file(name), ".."), { recursive: true });
    writeFileSync(this.file(name), text);
  }

  /** Starts the server; gives its origin. */
  async serve(flag) {
    const places = ["--forms", this.file("forms"), "--plugins", this.file("plugins/dist"), "--themes", this.file("themes"), "--data", this.file("data")];
    this.server = spawn(process.env.PROGRAM, ["serve", flag, "--listen", "127.0.0.1:0", ...places], { stdio: ["ignore", "pipe", "ignore"] });
    for await (const line of createInterface({ input: this.server.stdout })) {
      const origin = line.match(/http:\/\/[\d.:]+/)?.[0];
      if (origin) return origin;
    }
    throw new Error("the server has not said where it listens");
  }

  /** Ends the server and removes the copy. */
  close() {
    this.server?.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
