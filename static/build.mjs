// Puts every file a page loads into static/build, which is never committed:
// our style sheet (USWDS with our theme), our scripts, fonts, icons and plotly.js basic.
// It must not fetch anything: all sources are in static/src and node_modules.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const source = join(here, "src");
const target = join(here, "build");
const uswds = join(root, "node_modules", "@uswds", "uswds");
const plotly = join(root, "node_modules", "plotly.js-basic-dist-min");


for (const folder of ["css", "js", "fonts", "img", "vendor"]) {
  rmSync(join(target, folder), { recursive: true, force: true });
  mkdirSync(join(target, folder), { recursive: true });
}

const compiled = sass.compile(join(source, "css", "srm.scss"), {
  loadPaths: [join(uswds, "packages"), join(source, "css")],
  style: "compressed",
  quietDeps: true,
  silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
});
writeFileSync(join(target, "css", "srm.css"), compiled.css);

copyWhatItNames(compiled.css);
cpSync(join(plotly, "plotly-basic.min.js"), join(target, "vendor", "plotly-basic.min.js"));
for (const name of readdirSync(join(source, "js"))) {
  cpSync(join(source, "js", name), join(target, "js", name));
}
if (existsSync(join(source, "img"))) {
  cpSync(join(source, "img"), join(target, "img"), { recursive: true });
}

// A url() that names a missing file would stop collectstatic, so each one is copied or the build fails.
function copyWhatItNames(css) {
  const named = new Set([...css.matchAll(/url\(["']?\.\.\/([^"')?#]+)/g)].map((match) => match[1]));
  for (const path of named) {
    if (existsSync(join(target, path)) || existsSync(join(source, path))) continue;
    const found = join(uswds, "dist", path);
    if (!existsSync(found)) throw new Error(`The style sheet names ${path}, which USWDS does not have.`);
    mkdirSync(dirname(join(target, path)), { recursive: true });
    cpSync(found, join(target, path));
  }
}
