// Makes src/sample/mesh.tgz from raw captures of a mesh and of an ambient mesh: node scripts/make-sample.js FOLDER AMBIENT (see src/sample/README.md).
import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {importBundled} from './build/import-bundled.js'

const [folder, ambient] = process.argv.slice(2)
if (folder === undefined || ambient === undefined) throw new Error('usage: node scripts/make-sample.js FOLDER AMBIENT')

const root = fileURLToPath(new URL('..', import.meta.url))
const {meshCapture, withAmbientCorner, packBundle} = await importBundled(
  root,
  [
    "export * from './test/support/mesh-capture.ts'",
    "export * from './test/support/ambient-sample.ts'",
    "export * from './src/sources/bundle/write.ts'",
  ].join('\n'),
)
const healthy = [
  'productpage',
  'details',
  'reviews-v1',
  'reviews-v2',
  'reviews-v3',
  'ratings',
  'sleep',
  'db-0',
  'var-tproxy',
]
const sick = ['uid', 'port', 'labels', 'noinject', 'loopback', 'protocol', 'drift', 'nack', 'notready', 'stale']
const workloads = [...healthy, ...sick.map(name => `sick-${name}`)]
const sidecars = meshCapture(folder, {
  capturedAt: '2026-11-20T19:00:00Z',
  pods: [...workloads.map(name => `demo.${name}`), 'istio-system.istio'],
  unprivileged: ['demo.details'],
})
const capture = withAmbientCorner(sidecars, ambient)
const bytes = await packBundle(capture.index, capture.blobs)
await writeFile(join(root, 'src/sample/mesh.tgz'), bytes)
console.log(`src/sample/mesh.tgz: ${bytes.length} bytes, ${capture.blobs.size} blobs`)
