// Keeps in the browser what could not be sent, page by page, never a sensitive answer. Where the store is full or
// forbidden nothing is kept; the page itself still has everything.

const PREFIX = "dengji/";
const DAYS = 7;

/** Keeps these pairs of `form`, which the server does not have. */
export function keep(form, pairs) {
  const sensitive = new Set(form.dataset.sensitive.split(" "));
  const plain = (name) => !sensitive.has(name.replace(/\[\d+\]/g, ""));
  const safe = pairs.filter(([name, value]) => plain(name === "~" ? value : name));
  quietly(() => localStorage.setItem(PREFIX + form.dataset.key, JSON.stringify({ at: Date.now(), pairs: safe })));
}

/** What is kept of `form`. */
export function kept(form) {
  return quietly(() => JSON.parse(localStorage.getItem(PREFIX + form.dataset.key)))?.pairs;
}

/** Forgets what is kept of `form`. */
export function drop(form) {
  quietly(() => localStorage.removeItem(PREFIX + form.dataset.key));
}

/** Notes that the button sends what is kept of `form`: the page that says it is saved forgets it. */
export function sending(form) {
  if (kept(form)) quietly(() => sessionStorage.setItem(PREFIX, PREFIX + form.dataset.key));
}

/** Forgets what is too old; what the button sent, where this page says so; all of it where somebody signs out. */
export function dropOld(all) {
  quietly(() => {
    if (document.querySelector(".notice.done")) localStorage.removeItem(sessionStorage.getItem(PREFIX));
    sessionStorage.removeItem(PREFIX);
  });
  quietly(() => {
    for (const key of Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) {
      const at = quietly(() => JSON.parse(localStorage.getItem(key)).at) ?? 0;
      if (all || Date.now() - at > DAYS * 86_400_000) localStorage.removeItem(key);
    }
  });
}

/** What is noted under `key`. */
export function noted(key) {
  return quietly(() => JSON.parse(localStorage.getItem(PREFIX + key)));
}

/** Notes `what` under `key`; nothing takes it away. */
export function note(key, what) {
  quietly(() => what ? localStorage.setItem(PREFIX + key, JSON.stringify({ at: Date.now(), ...what })) : localStorage.removeItem(PREFIX + key));
}

function quietly(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}
