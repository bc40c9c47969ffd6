// Writes what the browser and the maps need into the package: node build.mjs FOLDER.
import { createRequire } from "node:module";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { feature } from "topojson-client";

const require = createRequire(import.meta.url);
const folder = process.argv[2];
if (!folder) throw new Error("name the folder to write to: node build.mjs FOLDER");
mkdirSync(folder, { recursive: true });

// Rings of land as flat lists of longitude and latitude in hundredths of a degree.
// The coarse one leaves out islands that no map of the world shows.
for (const size of ["110m", "50m"]) {
  const world = JSON.parse(readFileSync(require.resolve(`world-atlas/land-${size}.json`), "utf8"));
  const land = feature(world, world.objects.land);
  const shapes = land.features ? land.features.map((one) => one.geometry) : [land.geometry];
  const rings = shapes
    .flatMap((shape) => (shape.type === "Polygon" ? [shape.coordinates] : shape.coordinates))
    .flatMap((polygon) => polygon)
    .map((ring) => ring.slice(0, -1).flatMap((point) => point.map((n) => Math.round(n * 100))));
  writeFileSync(join(folder, `land-${size}.json`), JSON.stringify(rings));
}

await build({
  entryPoints: [fileURLToPath(new URL("editor.js", import.meta.url))],
  outfile: join(folder, "editor.js"),
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "linked",
  logLevel: "warning",
});
