// Reads a JSON list of graphs in Graphviz's language, writes a JSON list of SVGs.
import { readFileSync } from "node:fs";
import { instance } from "@viz-js/viz";

const viz = await instance();
const graphs = JSON.parse(readFileSync(0, "utf8"));
const pictures = graphs.map((graph) => viz.renderString(graph, { format: "svg", engine: "dot" }));
process.stdout.write(JSON.stringify(pictures));
