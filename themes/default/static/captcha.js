// The captcha without eyes: the browser works something out instead of reading the picture (work.js).

/** Begins the work of a captcha, and lets its form wait for it. */
export function solveCaptcha(field) {
  const input = field.querySelector("[name=captcha]");
  const { form } = input;
  const state = field.querySelector(".captcha-state");
  let worker;
  let waiting;

  function work(task) {
    worker?.terminate();
    form.elements.captcha_work.value = "";
    field.classList.remove("is-done");
    worker = new Worker(new URL("./work.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => done(data);
    // Without the work the picture is asked.
    worker.onerror = () => {
      worker = undefined;
      state.textContent = "";
      goOn();
    };
    worker.postMessage(task);
  }

  function done(counter) {
    worker = undefined;
    form.elements.captcha_work.value = counter;
    // Whoever types is not interrupted.
    if (!input.value && document.activeElement !== input) field.classList.add("is-done");
    state.textContent = field.dataset.done;
    field.classList.remove("is-invalid");
    input.removeAttribute("aria-invalid");
    field.querySelector(".error")?.remove();
    goOn();
  }

  function goOn() {
    const submitter = waiting;
    waiting = undefined;
    if (submitter) form.requestSubmit(submitter);
  }

  form.addEventListener("submit", (event) => {
    if (!worker || input.value || event.submitter?.value === "again") return;
    event.preventDefault();
    waiting = event.submitter ?? form.querySelector("button");
    state.textContent = field.dataset.working;
  });

  field.querySelector("button").addEventListener("click", async (event) => {
    event.preventDefault();
    try {
      const response = await fetch(field.dataset.another);
      if (!response.ok) throw new Error(response.statusText);
      const another = await response.json();
      field.querySelector("img").src = another.picture;
      form.elements.captcha_id.value = another.id;
      input.value = "";
      input.focus();
      work(another.work);
    } catch {
      form.requestSubmit(event.target);
    }
  });

  work(field.dataset.captcha);
}
