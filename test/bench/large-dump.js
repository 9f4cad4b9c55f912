import {existsSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join, resolve} from 'node:path'
import {brotliDecompressSync, gunzipSync} from 'node:zlib'

const TARGET_BYTES = 32 * 1024 * 1024

/** Copies of a resource with every service name numbered, until a list is as large as asked. */
function multiplied(list, copies) {
  return Array.from({length: copies}, (_, copy) =>
    list.map(item => JSON.parse(JSON.stringify(item).replaceAll('.demo.', `.demo-${copy}.`))),
  ).flat()
}

/** A recorded dump of a sidecar grown to 32 MB: the same kinds of resources, many times over. */
function synthetic() {
  const packed = readFileSync(resolve('test/fixtures/istioctl/corpus.json.br'))
  const {files} = JSON.parse(brotliDecompressSync(packed).toString('utf8'))
  return grownDump(Object.entries(files).find(([path]) => path.includes('reviews-v1'))[1], TARGET_BYTES)
}

/** A dump with the same kinds of resources many times over, of about as many bytes; the resources it had come first. */
export function grownDump(text, bytes) {
  const dump = JSON.parse(text)
  const copies = Math.ceil((bytes / text.length) * 1.6)
  for (const section of dump.configs) {
    for (const name of Object.keys(section)) {
      if (name.startsWith('dynamic_')) section[name] = [...section[name], ...multiplied(section[name], copies - 1)]
    }
  }
  return `${JSON.stringify(dump, null, 1)}\n`
}

/** The path of a large config_dump: the recorded one when it is at hand, else a synthetic one, in a temporary folder. */
export function largeDump() {
  const path = join(mkdtempSync(join(tmpdir(), 'meshctl-bench-')), 'config_dump.json')
  const recorded = resolve('../shared/data/large/config_dump.json.gz')
  const known = existsSync(recorded)
  writeFileSync(path, known ? gunzipSync(readFileSync(recorded)) : synthetic())
  return {path, origin: known ? 'recorded from an Envoy with 2,001 services' : 'synthetic'}
}

/** A copy of a dump, beside it, in which something changed: every 80th cluster's timeout, one cluster gone, resources and hosts in another order. */
export function changedDump(path) {
  const dump = JSON.parse(readFileSync(path, 'utf8'))
  for (const section of dump.configs) {
    const clusters = section.dynamic_active_clusters ?? []
    clusters.forEach((entry, at) => {
      if (at % 80 === 0) entry.cluster.connect_timeout = '3s'
    })
    clusters.splice(7, 1)
    clusters.reverse()
    for (const {route_config} of section.dynamic_route_configs ?? []) {
      route_config.virtual_hosts?.[1]?.routes?.unshift({match: {prefix: '/x'}, direct_response: {status: 503}})
      route_config.virtual_hosts?.reverse()
    }
    for (const {endpoint_config} of section.dynamic_endpoint_configs ?? []) {
      for (const group of endpoint_config.endpoints ?? []) group.lb_endpoints?.reverse()
    }
  }
  const changed = join(dirname(path), 'changed.json')
  writeFileSync(changed, `${JSON.stringify(dump, null, 1)}\n`)
  return changed
}
