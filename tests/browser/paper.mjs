// Papers: small PDFs to hand in, and what the issued ones say.

import { execFileSync } from "node:child_process";
import jsQR from "jsqr";
import { PNG } from "pngjs";

/** A PDF of one empty page whose title is `title`. */
export function pdf(title) {
  const name = Buffer.from(`\ufeff${title}`, "utf16le").swap16().toString("hex");
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] >>",
    `<< /Title <${name}> >>`,
  ];
  let text = "%PDF-1.4\n";
  const places = objects.map((object, index) => {
    const place = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const table = places.map((place) => `${String(place).padStart(10, "0")} 00000 n \n`).join("");
  const end = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info 4 0 R >>\nstartxref\n${end}\n%%EOF\n`;
  return Buffer.from(text, "latin1");
}

/** The text of a PDF file, without spaces and line ends. */
export function textOf(path) {
  return execFileSync("pdftotext", ["-layout", path, "-"], { encoding: "utf8" }).replace(/\s+/g, "");
}

/** The address in the QR code of a PNG. */
export function addressIn(png) {
  const { data, width, height } = PNG.sync.read(png);
  return jsQR(new Uint8ClampedArray(data), width, height)?.data;
}
