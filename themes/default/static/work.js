// A worker: finds the counter for which SHA-256 of challenge and counter begins with enough zero bits.
// Written out, because crypto.subtle answers one hash at a time and is not there without HTTPS.

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

/** The first word of the hash of at most 55 bytes. */
function firstWord(bytes) {
  words.fill(0, 0, 16);
  for (let at = 0; at < bytes.length; at++) words[at >> 2] |= bytes[at] << (24 - 8 * (at & 3));
  words[bytes.length >> 2] |= 0x80 << (24 - 8 * (bytes.length & 3));
  words[15] = bytes.length * 8;
  for (let at = 16; at < 64; at++) {
    const a = words[at - 15];
    const b = words[at - 2];
    const small = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
    const large = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
    words[at] = words[at - 16] + small + words[at - 7] + large;
  }
  let [a, b, c, d, e, f, g, h] = START;
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
  return (START[0] + a) >>> 0;
}

onmessage = ({ data }) => {
  const [challenge, bits] = data.split(":");
  const encoder = new TextEncoder();
  for (let counter = 0; ; counter++) {
    if (Math.clz32(firstWord(encoder.encode(challenge + counter))) >= bits) {
      postMessage(String(counter));
      return;
    }
  }
};
