// Files and the clipboard, for the app's Export menu.

import { t } from "./words.js?{{stamp}}";

/** Saves as the browser saves downloads. */
export function save(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download holds on to what it needs; some browsers begin it only after this task.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Draws SVG with the lab's own faces, Inter's and the Chinese ones, and saves it as PNG. */
export async function savePicture(name, svg, [width, height], faces) {
  const rules = await Promise.all(faces.map(async (bytes, index) => {
    const url = await dataUrl(new Blob([bytes], { type: "font/otf" }));
    const [family, weight] = [["Inter", 400], ["Inter", 600], ["Noto Sans SC", 400], ["Noto Sans SC", 600]][index];
    return `@font-face{font-family:"${family}";font-weight:${weight};src:url(${url})}`;
  }));
  // A picture sees no fonts but those that it carries.
  const withFaces = svg.replace(/<svg[^>]*>/, (tag) => `${tag}<style>${rules.join("")}</style>`);
  const url = URL.createObjectURL(new Blob([withFaces], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width, height];
    canvas.getContext("2d").drawImage(image, 0, 0, width, height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    if (!blob) throw new Error("no blob");
    save(name, blob);
  } catch {
    throw new Error(t("This browser could not draw the figure as PNG; save it as SVG instead"));
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Copies a text; resolves to what to tell the person. */
export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    save("ghm-lab.txt", new Blob([text], { type: "text/plain" }));
    return t("The browser refused the clipboard, so the {what} was saved as a file.", { what });
  }
  return t("The {what} is on the clipboard.", { what });
}

export async function copyLink(fragment) {
  const address = new URL(location.href);
  address.hash = fragment;
  return copy(address.href, t("link"));
}

function dataUrl(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
