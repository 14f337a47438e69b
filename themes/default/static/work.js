// A worker: finds the counter for which SHA-256 of challenge and counter begins with enough zero bits, or the SHA-256
// of a file. Written out, because crypto.subtle answers one hash at a time, wants a file whole and is not there
// without HTTPS.

const PIECE = 1 << 20;
const ROUND = Uint32Array.from(primes(64), (prime) => fraction(Math.cbrt(prime)));
const START = Uint32Array.from(primes(8), (prime) => fraction(Math.sqrt(prime)));

function primes(count) {
  const found = [];
  for (let number = 2; found.length < count; number++) {
    if (found.every((prime) => number % prime)) found.push(number);
  }
  return found;
}

function fraction(root) {
  return (root - Math.floor(root)) * 2 ** 32;
}

const words = new Uint32Array(64);
const state = new Uint32Array(8);

/** Takes the block in the first 16 words into the state. */
function block() {
  for (let at = 16; at < 64; at++) {
    const a = words[at - 15];
    const b = words[at - 2];
    const small = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
    const large = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
    words[at] = words[at - 16] + small + words[at - 7] + large;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let at = 0; at < 64; at++) {
    const large = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const first = (h + large + ((e & f) ^ (~e & g)) + ROUND[at] + words[at]) | 0;
    const small = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const second = (small + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, at) => { state[at] += word; });
}

/** Takes the blocks of a piece, and after the last piece what ends a text of `size` bytes. */
function take(bytes, size) {
  const end = size === undefined ? bytes.length : (((bytes.length + 8) >> 6) + 1) << 6;
  for (let from = 0; from < end; from += 64) {
    words.fill(0, 0, 16);
    for (let at = from; at < from + 64 && at <= bytes.length; at++) {
      words[(at - from) >> 2] |= (at < bytes.length ? bytes[at] : 0x80) << (24 - 8 * (at & 3));
    }
    if (size !== undefined && from + 64 === end) {
      words[14] = size / 2 ** 29;
      words[15] = size * 8;
    }
    block();
  }
}

/** The hash of a file, in hexadecimal digits. */
async function digest(file) {
  state.set(START);
  for (let at = 0; at <= file.size; at += PIECE) {
    const bytes = new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer());
    take(bytes, at + PIECE > file.size ? file.size : undefined);
  }
  return Array.from(state, (word) => word.toString(16).padStart(8, "0")).join("");
}

onmessage = async ({ data }) => {
  // A file that cannot be read any more has none.
  if (data instanceof Blob) return postMessage(await digest(data).catch(() => ""));
  const [challenge, bits] = data.split(":");
  const encoder = new TextEncoder();
  for (let counter = 0; ; counter++) {
    const text = encoder.encode(challenge + counter);
    state.set(START);
    take(text, text.length);
    if (Math.clz32(state[0]) >= bits) return postMessage(String(counter));
  }
};
