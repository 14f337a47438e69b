// The strip of tabs, once a page has saved itself.

/** Shows how far each page is filled now; not while somebody is among the tabs. */
export function refreshTabs(markup) {
  const strip = document.querySelector(".tabs:not(:focus-within)");
  if (!strip || !markup) return;
  const { scrollLeft } = strip.querySelector("ol");
  strip.innerHTML = markup;
  strip.querySelector("ol").scrollLeft = scrollLeft;
}
