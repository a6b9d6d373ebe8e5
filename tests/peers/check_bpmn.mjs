// Holds the BPMN diagram against other programs: node check_bpmn.mjs DIAGRAM.bpmn
//
// libxml2 validates it by the standard's XML Schema, which bpmn-moddle ships; bpmn-moddle reads it without a warning, every
// element is drawn, and every flow is drawn from its source's border to its target's. Exit code 4: something disagrees, and
// what. 75: a peer is missing.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const peer = (path) => new URL(`./audit/node_modules/${path}`, import.meta.url);
const own = (name) => JSON.parse(readFileSync(peer(`${name}/package.json`), "utf8")).version;

let BpmnModdle, XmlDocument, XsdValidator, xmlRegisterFsInputProviders;
try {
  ({ BpmnModdle } = await import(peer("bpmn-moddle/dist/index.js")));
  ({ XmlDocument, XsdValidator } = await import(peer("libxml2-wasm/lib/index.mjs")));
  ({ xmlRegisterFsInputProviders } = await import(peer("libxml2-wasm/lib/nodejs.mjs")));
} catch (error) {
  console.log(`a peer is missing: ${error.message}; run npm ci in tests/peers/audit`);
  process.exit(75);
}

const wrong = [];
const xml = readFileSync(process.argv[2], "utf8");

// The schema is several files that name each other.
xmlRegisterFsInputProviders();
const schema = fileURLToPath(peer("bpmn-moddle/resources/bpmn/xsd/BPMN20.xsd"));
const validator = XsdValidator.fromDoc(XmlDocument.fromBuffer(readFileSync(schema), { url: schema }));
function validate(text, what) {
  const document = XmlDocument.fromString(text);
  try {
    validator.validate(document);
  } catch (error) {
    wrong.push(`${what} is not valid by BPMN20.xsd: ${error.message}`);
  } finally {
    document.dispose();
  }
}

const moddle = new BpmnModdle();
const read = await moddle.fromXML(xml).catch((error) => {
  console.log(`bpmn-moddle cannot read it: ${error.message}`);
  process.exit(4);
});
const { rootElement, warnings, references } = read;
wrong.push(...warnings.map((warning) => `bpmn-moddle warns: ${warning.message}`));
validate(xml, "the diagram");
const { xml: again } = await moddle.toXML(rootElement, { format: true });
validate(again, "what bpmn-moddle writes of it");

// A schema that takes everything would show nothing.
try {
  const spoilt = XmlDocument.fromString(xml.replace('isExecutable="false"', 'isExecutable="perhaps"'));
  validator.validate(spoilt);
  wrong.push("the validator takes an attribute that the schema forbids");
} catch {
  // As it should be.
}

const drawn = new Map(rootElement.diagrams[0].plane.planeElement.map((each) => [each.bpmnElement?.id, each]));
const counts = {};
function visit(container) {
  for (const element of container.flowElements ?? []) {
    const kind = element.$type.replace("bpmn:", "");
    counts[kind] = (counts[kind] ?? 0) + 1;
    const shape = drawn.get(element.id);
    if (!shape) {
      wrong.push(`${element.id} is not drawn`);
    } else if (kind === "SequenceFlow") {
      docks(element, "sourceRef", shape.waypoint[0]);
      docks(element, "targetRef", shape.waypoint[shape.waypoint.length - 1]);
    }
    visit(element);
  }
}

/** A flow begins and ends on a border; a corner of a gateway's frame would be outside of its diamond. */
function docks(flow, end, { x, y }) {
  const bounds = flow[end] && drawn.get(flow[end].id)?.bounds;
  if (!bounds) {
    wrong.push(`${flow.id} has a ${end} that is not drawn`);
    return;
  }
  const across = Math.abs(x - bounds.x - bounds.width / 2), up = Math.abs(y - bounds.y - bounds.height / 2);
  const square = flow[end].$type.endsWith("SubProcess") || flow[end].$type === "bpmn:Task";
  const on = (across === bounds.width / 2 && up <= bounds.height / 2) || (up === bounds.height / 2 && across <= bounds.width / 2);
  if (!on || (!square && across > 0 && up > 0)) {
    wrong.push(`${flow.id} is not drawn ${end === "sourceRef" ? "from" : "to"} the border of ${flow[end].id}`);
  }
}

visit(rootElement.rootElements[0]);
if (drawn.size !== Object.values(counts).reduce((sum, count) => sum + count, 0)) {
  wrong.push(`${drawn.size} elements are drawn, which are not those of the process`);
}
const total = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`).join(", ");
console.log(`bpmn-moddle ${own("bpmn-moddle")}, libxml2-wasm ${own("libxml2-wasm")}: ${total}, ${references.length} references, ${wrong.length} disagreements`);
wrong.slice(0, 50).forEach((each) => console.log(each));
process.exit(wrong.length ? 4 : 0);
