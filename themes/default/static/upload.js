// Files may be dropped anywhere on their field, and one that is too large is told before it is sent. On a page that
// saves itself they go to the server in chunks, as tus 1.0 has it: a broken line costs a chunk, and after a reload the
// same file goes on where it stood. Elsewhere they wait for the button.

import { note, noted } from "./keep.js";
import { elementOf, field } from "./live.js";
import { changed, make } from "./make.js";
import { answered, pairsOf } from "./post.js";

const LEAST = 1 << 16;
const MOST = 1 << 20;
const PATIENCE = 60_000;
const RETRY = [2_000, 60_000];
const FILE = "input.upload";

const watched = new WeakSet();
// One file at a time.
let last = Promise.resolve();

/** Watches the file fields below `root`. */
export function watchUploads(root) {
  for (const input of root.querySelectorAll(FILE)) {
    if (watched.has(input)) continue;
    watched.add(input);
    watch(input, input.closest(".field"));
  }
}

function watch(input, around) {
  const box = around.querySelector(".sending") ?? make("div", { class: "sending" });
  if (!box.firstChild) box.append(make("p", { role: "status" }));
  const told = box.firstChild;
  input.after(box);
  const key = keyOf(input);
  const left = key && noted(key);
  if (left && !told.textContent) tell(told, `${input.form.dataset.again} ${left.name} (${left.percent}%)`);
  // While it is on its way nothing is there to be judged or saved.
  if (key) input.addEventListener("input", (event) => event.stopPropagation());
  input.addEventListener("change", (event) => {
    look(input, told);
    if (!key) return;
    event.stopPropagation();
    for (const file of input.files) begin(input, file, box);
    input.value = "";
  });
  around.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    around.classList.add("is-over");
  });
  around.addEventListener("dragleave", (event) => {
    if (!around.contains(event.relatedTarget)) around.classList.remove("is-over");
  });
  around.addEventListener("drop", (event) => {
    around.classList.remove("is-over");
    const files = event.dataTransfer?.files;
    if (!files?.length) return;
    event.preventDefault();
    const taken = new DataTransfer();
    for (const file of input.multiple ? files : [files[0]]) taken.items.add(file);
    input.files = taken.files;
    changed(input);
  });
}

/** Where the browser notes how far a file of this field has come; none where files wait for the button. */
function keyOf(input) {
  return input.form?.dataset.uploads && `upload/${input.form.dataset.key}/${input.name}`;
}

/** Lets go of what is too large, and says so. */
function look(input, told) {
  const most = Number(input.dataset.most);
  const large = [...input.files].filter((file) => file.size > most);
  const named = (files) => files.map((file) => `${file.name} (${(file.size / 1048576).toFixed(1)} MB)`).join(" ");
  if (large.length > 0) {
    tell(told, `${input.dataset.large} ${named(large)}`, true);
    input.value = "";
  } else {
    tell(told, named([...input.files]));
  }
}

function tell(told, text, isWrong) {
  told.className = isWrong ? "error" : "help";
  told.textContent = text;
}

/** Puts a file into the row of those that are sent. */
function begin(input, file, box) {
  const { form, name } = input;
  const words = form.dataset;
  const bar = make("progress", { max: 100, "aria-label": `${words.sending} ${file.name}` });
  const shown = make("span");
  const cancel = make("button", { type: "button", class: "quiet" }, words.cancel);
  cancel.append(make("span", { class: "visually-hidden" }, ` ${file.name}`));
  const line = make("div", { class: "progress" });
  line.append(bar, shown, cancel);
  box.append(line);
  const upload = { form, name, file, box, bar, shown, key: keyOf(input), offset: 0, quarter: 0, chunk: LEAST * 4, wait: RETRY[0] };
  const before = noted(upload.key);
  if (before?.is === sameness(file)) upload.address = before.address;
  cancel.addEventListener("click", () => {
    upload.isOver = true;
    upload.abort?.();
    upload.goOn?.();
    if (upload.address) ask(upload, "DELETE").catch(() => {});
    note(upload.key);
    leave(upload, line);
    tell(box.firstChild, "");
  });
  show(upload);
  words.underWay = +(words.underWay || 0) + 1;
  const ended = (error) => {
    if (error && !upload.isOver) {
      // Whoever signs in again, or chooses between two versions, goes on from here.
      if (![401, 409].includes(error.status)) note(upload.key);
      tell(box.firstChild, `${file.name}: ${error.problem ?? (error.status === 401 ? words.signedOut : words.unsent)}`, true);
    }
    leave(upload, line);
    // A count of none is no count.
    words.underWay = words.underWay - 1 || "";
    form.dispatchEvent(new CustomEvent("sent", { detail: !error }));
  };
  last = last.then(() => run(upload)).then(ended, ended);
}

/** Takes away the line of a file; whoever stood on it stands on its field. */
function leave({ form, name }, line) {
  const isHere = line.contains(document.activeElement);
  line.remove();
  if (isHere) stand(field(form, name));
}

function stand(around) {
  around?.querySelector(`${FILE}, a, button`)?.focus();
}

/** Sends a file until it is there; gives what ended it otherwise. */
async function run(upload) {
  const digest = digestOf(upload.file);
  let isSure = !upload.address;
  while (!upload.isOver) {
    try {
      if (!upload.address) await announce(upload);
      else if (!isSure) upload.offset = Number((await ask(upload, "HEAD")).headers.get("upload-offset"));
      isSure = true;
      while (upload.offset < upload.file.size) await send(upload);
      return await taken(upload, await digest);
    } catch (error) {
      // It may have ended meanwhile: then it is begun anew.
      const isGone = error.status === 404 && !isSure && upload.address;
      if (isGone) Object.assign(upload, { address: undefined, offset: 0 });
      isSure = false;
      if (isGone || (error.status === 409 && !error.problem)) continue;
      if (error.status && error.status < 500) return error;
      if (upload.isOver) return;
      upload.chunk = LEAST;
      delete upload.quarter;
      tell(upload.box.firstChild, upload.form.dataset.waits);
      await pause(upload);
    }
  }
}

/** Waits a while, or until the network is back. */
async function pause(upload) {
  await new Promise((done) => {
    upload.goOn = done;
    setTimeout(done, upload.wait);
    addEventListener("online", done, { once: true });
  });
  upload.wait = Math.min(upload.wait * 2, RETRY[1]);
}

async function announce(upload) {
  const { form, file, name } = upload;
  const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  const headers = { "upload-length": file.size, "upload-metadata": `filename ${base64(file.name)},field ${base64(name)}` };
  const response = await ask(upload, "POST", headers, new URLSearchParams(pairsOf(form)), form.dataset.uploads);
  upload.address = response.headers.get("location");
  show(upload);
}

async function send(upload) {
  const { file, offset, chunk } = upload;
  const began = Date.now();
  const bytes = await file.slice(offset, offset + chunk).arrayBuffer().catch(() => {
    // Somebody has changed or removed it.
    throw Object.assign(new Error(), { status: 400 });
  });
  const headers = { "content-type": "application/offset+octet-stream", "upload-offset": offset };
  const response = await ask(upload, "PATCH", headers, bytes);
  upload.offset = Number(response.headers.get("upload-offset"));
  upload.wait = RETRY[0];
  const took = Date.now() - began;
  upload.chunk = took < 1000 ? Math.min(chunk * 2, MOST) : Math.max(chunk / 2, LEAST);
  show(upload);
}

async function ask(upload, method, headers, body, address = upload.address) {
  const controller = new AbortController();
  upload.abort = () => controller.abort();
  const timer = setTimeout(upload.abort, PATIENCE);
  try {
    const all = { accept: "application/json", "tus-resumable": "1.0.0", ...headers };
    return await answered(await fetch(address, { method, headers: all, body, redirect: "manual", signal: controller.signal }));
  } finally {
    clearTimeout(timer);
  }
}

/** Shows how far a file has come, says so at every quarter, and notes it for whoever comes back. */
function show(upload) {
  const { file, form, bar, shown, box, key, address } = upload;
  const percent = Math.floor(upload.offset * 100 / (file.size || 1));
  bar.value = percent;
  shown.textContent = `${file.name} ${percent}%`;
  const quarter = percent - percent % 25;
  if (quarter !== upload.quarter) tell(box.firstChild, `${form.dataset.sending} ${file.name} ${quarter}%`);
  upload.quarter = quarter;
  if (address) note(key, { name: file.name, is: sameness(file), address, percent });
}

/** By what a file that is chosen again is known; the digest proves it. */
function sameness({ name, size, lastModified }) {
  return `${size} ${lastModified} ${name}`;
}

/** The page is saved with the file in it, and its field shown anew. */
function taken(upload, digest) {
  const { form, name, file, address, box } = upload;
  return new Promise((done, fail) => {
    const take = (told) => {
      note(upload.key);
      const old = field(form, name);
      const isHere = old?.contains(document.activeElement);
      const fresh = elementOf(told.field);
      if (old && fresh) {
        old.replaceWith(fresh);
        fresh.append(box);
        form.dispatchEvent(new CustomEvent("fresh", { detail: fresh }));
        if (isHere) stand(fresh);
      }
      tell(box.firstChild, `${file.name}: ${told.refused ?? form.dataset.done}`, told.refused);
      done();
    };
    form.dispatchEvent(new CustomEvent("whole", { detail: { address, pairs: [["~digest", digest]], take, fail } }));
  });
}

/** The SHA-256 of a file, worked out beside the page (work.js); nothing where it cannot be read. */
function digestOf(file) {
  return new Promise((done) => {
    const worker = new Worker(new URL("./work.js", import.meta.url), { type: "module" });
    const end = (digest) => {
      worker.terminate();
      done(digest);
    };
    worker.onmessage = ({ data }) => end(data);
    worker.onerror = () => end("");
    worker.postMessage(file);
  });
}
