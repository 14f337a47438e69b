// While the server watches its files: opens the page anew as soon as what was saved is live. What was
// typed and not stored is not thrown away: then a button says that there is a new version.

const mark = document.querySelector("meta[name=watch]");
const news = document.getElementById("watch-new");
const AGAIN = 1000;

news?.querySelector("button").addEventListener("click", () => location.reload());
if (mark) follow(mark.content);

async function follow(version) {
  for (;;) {
    await visible();
    const next = await ask(version);
    if (next === undefined) continue;
    if (holdsInput()) news.hidden = false;
    else location.reload();
    return;
  }
}

/** The version after `version`; nothing where there is none yet. */
async function ask(version) {
  const giveUp = new AbortController();
  const hide = () => { if (document.hidden) giveUp.abort(); };
  document.addEventListener("visibilitychange", hide);
  try {
    const answer = await fetch(`/watch?version=${encodeURIComponent(version)}`, { cache: "no-store", signal: giveUp.signal });
    if (answer.status === 200) return await answer.text();
    if (answer.status !== 204) await pause();
  } catch {
    // The server is being started anew, or nobody looks at this page.
    await pause();
  } finally {
    document.removeEventListener("visibilitychange", hide);
  }
}

// A page that nobody sees keeps no connection: a browser has few for one server.
function visible() {
  return new Promise((resolve) => {
    if (!document.hidden) return resolve();
    document.addEventListener("visibilitychange", function look() {
      if (document.hidden) return;
      document.removeEventListener("visibilitychange", look);
      resolve();
    });
  });
}

function holdsInput() {
  return document.querySelector("form[data-changed], #summary, .preview-panel > .notice.warning > a") !== null;
}

function pause() {
  return new Promise((resolve) => { setTimeout(resolve, AGAIN); });
}
