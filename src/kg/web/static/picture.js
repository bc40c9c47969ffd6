// Pictures as files: the browser draws what the page shows, with the reader's own fonts.

const SCALE = 2; // pixels for a unit of the drawing: sharp in print

function textOf(svg) {
  const { width, height } = svg.viewBox.baseVal;
  const copy = svg.cloneNode(true);
  copy.setAttribute("width", width * SCALE);
  copy.setAttribute("height", height * SCALE);
  return new XMLSerializer().serializeToString(copy);
}

async function png(svg) {
  const { width, height } = svg.viewBox.baseVal;
  const image = new Image();
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(textOf(svg));
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff";
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(image, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

async function save(button) {
  const svg = button.closest("figure").querySelector("svg");
  const kind = button.dataset.save;
  const link = document.createElement("a");
  const file = kind === "png" ? await png(svg) : new Blob([textOf(svg)], { type: "image/svg+xml" });
  link.href = URL.createObjectURL(file);
  link.download = `${button.dataset.name}.${kind}`;
  link.click();
  URL.revokeObjectURL(link.href);
}

for (const part of document.querySelectorAll("[data-save]")) {
  part.hidden = false;
  if (part.dataset.save) part.addEventListener("click", () => save(part));
}
