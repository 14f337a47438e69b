// Days are typed, or picked from the browser's own calendar; amounts are said once more while they are typed.

/** Gives every day and month below `root` a button that opens a calendar, and every amount its words. */
export function helpTyping(root) {
  for (const input of root.querySelectorAll("input[data-calendar]")) addCalendar(input);
  for (const input of root.querySelectorAll("input[data-yuan]")) {
    input.addEventListener("input", () => {
      const shown = input.nextElementSibling;
      if (shown?.matches(".chosen")) shown.textContent = amount(input.value, input.dataset.yuan);
    });
  }
}

function addCalendar(input) {
  const own = document.createElement("input");
  own.type = input.dataset.calendar;
  if (!own.showPicker || own.type === "text") return;
  const frame = document.createElement("div");
  frame.className = "pick day";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = "▦";
  button.setAttribute("aria-label", `${input.dataset.label} ${input.labels[0]?.firstChild.textContent ?? ""}`);
  own.tabIndex = -1;
  own.setAttribute("aria-hidden", "true");
  own.max = own.type === "date" ? "9999-12-31" : "9999-12";
  button.addEventListener("click", () => {
    own.value = input.value;
    own.showPicker();
  });
  own.addEventListener("input", (event) => event.stopPropagation());
  own.addEventListener("change", (event) => {
    event.stopPropagation();
    input.value = own.value;
    for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
    input.focus();
  });
  const focused = document.activeElement === input;
  input.replaceWith(frame);
  frame.append(input, own, button);
  if (focused) input.focus();
}

/** 120 of 10,000 is 壹佰贰拾万元整; the server says the same (`theme::form::money`). */
function amount(typed, yuan) {
  const plain = typed.normalize("NFKC").trim().replace(/(?<=\d),(?=\d{3}(\D|$))/g, "");
  const [, whole, fraction = ""] = plain.match(/^(\d{1,15})(?:\.(\d{1,15}))?$/) ?? [];
  if (whole === undefined) return "";
  const scaled = BigInt(whole + fraction) * BigInt(yuan) * 100n;
  const unit = 10n ** BigInt(fraction.length);
  if (scaled % unit !== 0n || scaled / unit >= 10n ** 18n) return "";
  const cents = scaled / unit;
  if (document.documentElement.lang.startsWith("zh")) return capitals(cents / 100n, Number(cents % 100n));
  return `CNY ${(cents / 100n).toLocaleString("en")}${cents % 100n ? `.${String(cents % 100n).padStart(2, "0")}` : ""}`;
}

const DIGITS = "零壹贰叁肆伍陆柒捌玖";

function capitals(whole, rest) {
  const groups = String(whole).padStart(16, "0").match(/\d{4}/g);
  let out = "";
  let gap = false;
  for (const [at, group] of groups.entries()) {
    if (group === "0000") {
      gap = out !== "";
      continue;
    }
    if (gap || (out !== "" && group.startsWith("0"))) out += "零";
    gap = false;
    out += thousands(group) + ["万", "亿", "万", ""][at];
    if (at === 0 && groups[1] === "0000") out += "亿";
  }
  const [tens, ones] = [Math.floor(rest / 10), rest % 10];
  if (out !== "" || rest === 0) out = `${out || "零"}元`;
  if (rest === 0) return `${out}整`;
  if (tens === 0) return `${out}${out ? "零" : ""}${DIGITS[ones]}分`;
  return `${out}${DIGITS[tens]}角${ones ? `${DIGITS[ones]}分` : "整"}`;
}

function thousands(group) {
  const said = [...group].map((digit, at) => (digit === "0" ? "零" : DIGITS[digit] + ["仟", "佰", "拾", ""][at])).join("");
  return said.replace(/零+/g, "零").replace(/^零|零$/g, "");
}
