// While the server watches its files: opens the page anew as soon as what was saved is live. What was
// typed and not stored is not thrown away: then a button says that there is a new version.

const version = document.querySelector("meta[name=watch]").content;
const news = document.getElementById("watch-new");
const AGAIN = 1000;
let asking;

news?.querySelector("button").addEventListener("click", () => location.reload());
// A page that nobody sees keeps no connection: a browser has few for one server.
document.addEventListener("visibilitychange", () => {
  asking?.abort();
  ask();
});
ask();

async function ask() {
  if (document.hidden) return;
  const mine = (asking = new AbortController());
  let pause = AGAIN;
  try {
    const { status } = await fetch(`/watch?version=${encodeURIComponent(version)}`, { cache: "no-store", signal: mine.signal });
    if (status === 200) return open();
    if (status === 204) pause = 0;
  } catch {
    // The server is being started anew, or nobody looks at this page.
  }
  setTimeout(() => mine === asking && ask(), pause);
}

function open() {
  if (document.querySelector("form[data-changed], #summary, .preview-panel > .notice.warning > a")) news.hidden = false;
  else location.reload();
}
