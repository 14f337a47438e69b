// Files may be dropped anywhere on their field, and one that is too large is told before it is sent. What is taken and
// what is not, the server decides.

import { changed, make } from "./make.js";

/** Watches the file fields below `root`. */
export function watchUploads(root) {
  for (const input of root.querySelectorAll("input.upload")) {
    if (input.nextElementSibling?.role === "status") continue;
    const field = input.closest(".field");
    const told = make("p", { role: "status" });
    input.after(told);
    input.addEventListener("change", () => look(input, told));
    field.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      field.classList.add("is-over");
    });
    field.addEventListener("dragleave", (event) => {
      if (!field.contains(event.relatedTarget)) field.classList.remove("is-over");
    });
    field.addEventListener("drop", (event) => {
      field.classList.remove("is-over");
      const files = event.dataTransfer?.files;
      if (!files?.length) return;
      event.preventDefault();
      const taken = new DataTransfer();
      for (const file of input.multiple ? files : [files[0]]) taken.items.add(file);
      input.files = taken.files;
      changed(input);
    });
  }
}

/** Lets go of what is too large, and says so. */
function look(input, told) {
  const most = Number(input.dataset.most);
  const large = [...input.files].filter((file) => file.size > most);
  const named = (files) => files.map((file) => `${file.name} (${(file.size / 1048576).toFixed(1)} MB)`).join(" ");
  told.className = large.length > 0 ? "error" : "help";
  told.textContent = large.length > 0 ? `${input.dataset.large} ${named(large)}` : named([...input.files]);
  if (large.length > 0) input.value = "";
}
