// Lays graphs out: DOT sources as a JSON list on stdin, Graphviz's JSON of each on stdout.
import { readFileSync } from "node:fs";
import { instance } from "@viz-js/viz";

const viz = await instance();
const sources = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(sources.map((dot) => viz.renderJSON(dot))));
