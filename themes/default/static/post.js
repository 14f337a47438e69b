// A page's answers on their way to the server, and what it says of them. Files go their own way (upload.js).

const PATIENCE = 20_000;

/** What `form` would post now, without files. */
export function pairsOf(form) {
  return [...new FormData(form)].filter(([, value]) => typeof value === "string");
}

/** Whether files wait in `form`. */
export function hasFiles(form) {
  return [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length > 0);
}

/** Posts `pairs` and gives the answer; an error has the `status`, 401 where somebody must sign in, none off line. */
export async function post(address, pairs) {
  const response = await fetch(address, {
    method: "POST",
    body: new URLSearchParams(pairs),
    headers: { accept: "application/json" },
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE),
  });
  return (await answered(response)).json();
}

/** The response where it is none of an error. */
export async function answered(response) {
  if (response.ok) return response;
  const status = response.type === "opaqueredirect" ? 401 : response.status;
  const error = Object.assign(new Error(status), { status });
  if (response.headers.get("content-type") === "application/json") error.problem = (await response.json()).problem;
  throw error;
}
