// Writes src/formats/istio-config/schema-data.ts from CustomResourceDefinitions: their structure without descriptions, packed.
// node scripts/generate-schemas.js CRDS.yaml.gz...   (istio manifests/charts/base/files/crd-all.gen.yaml; the release of the Gateway API)
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {gunzipSync, gzipSync} from 'node:zlib'
import {parseAllDocuments} from 'yaml'

const root = fileURLToPath(new URL('..', import.meta.url))
const DROPPED = new Set(['description', 'format', 'x-kubernetes-list-type', 'x-kubernetes-list-map-keys'])

/** A schema without what no check uses; a property of such a name stays. */
function stripped(schema) {
  if (Array.isArray(schema)) return schema.map(stripped)
  if (typeof schema !== 'object' || schema === null) return schema
  const entries = Object.entries(schema).flatMap(([key, value]) => {
    if (key === 'properties')
      return [[key, Object.fromEntries(Object.entries(value).map(([name, each]) => [name, stripped(each)]))]]
    return DROPPED.has(key) ? [] : [[key, stripped(value)]]
  })
  return Object.fromEntries(entries)
}

const schemas = {}
for (const path of process.argv.slice(2)) {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  // Releases of the Gateway API join their CRDs without a mark between them.
  const marked = text.replace(/^(?=apiVersion: apiextensions\.k8s\.io\/v1$)/gm, '---\n')
  for (const document of parseAllDocuments(marked)) {
    const crd = document.toJS()
    if (crd?.kind !== 'CustomResourceDefinition') continue
    const {group, names, versions} = crd.spec
    const served = versions.map(({name}) => name)
    const version = versions.find(({name}) => name === 'v1') ?? versions.at(-1)
    const {spec} = version.schema.openAPIV3Schema.properties
    schemas[`${group}/${names.kind}`] = {versions: served, spec: stripped(spec)}
  }
}
const packed = gzipSync(JSON.stringify(schemas), {level: 9}).toString('base64')
writeFileSync(
  join(root, 'src/formats/istio-config/schema-data.ts'),
  `/**
 * The schemas of ${Object.keys(schemas).length} kinds of Istio 1.31 and the Gateway API 1.6 as gzipped JSON in base64: \`GROUP/KIND\` to the versions served and the
 * schema of \`spec\`, without descriptions. Written by scripts/generate-schemas.js.
 */
export const PACKED_SCHEMAS =
  '${packed}'
`,
)
process.stdout.write(`${Object.keys(schemas).length} kinds, ${packed.length} characters\n`)
