// A fleet behind the served API: the sample with one pod copied many times, its parts built as the release is, and a watch on any program.
import {spawn} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {performance} from 'node:perf_hooks'
import {build} from 'esbuild'

export const POD = 'reviews-v1-ccf5b6b84-9cj4v'
const ISTIOD = 'istiod-7d5679cd87-m8t7m'
const NAMESPACES = 50

/** The parts under measure as one module, built as the release is. */
export async function parts(work) {
  const outfile = join(work, 'parts.mjs')
  const from = path => `export * from './src/${path}.ts'`
  const contents = [
    'kubeapi/server',
    'kubeapi/kubeconfig',
    'sources/open',
    'sources/cluster/source',
    'wire/pod-agent',
    'wire/http-call',
  ]
    .map(from)
    .join('\n')
  const banner = {js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);"}
  await build({
    stdin: {contents, resolveDir: resolve('.')},
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    minifySyntax: true,
    minifyWhitespace: true,
    banner,
    logLevel: 'error',
  })
  return outfile
}

export const SETTINGS = {istioNamespace: 'istio-system', asGroups: [], requestTimeoutMs: 60_000, adminPort: 15_000}

/** Copies of an object for each namespace of the fleet. */
function everywhere(object, namespaced) {
  return Array.from({length: NAMESPACES}, (_, at) => {
    const name = `fleet-${at}`
    const own = namespaced
      ? {namespace: name}
      : {name, labels: {...object.metadata.labels, 'kubernetes.io/metadata.name': name}}
    return {...object, metadata: {...object.metadata, ...own}}
  })
}

/** One pod of the fleet; two of them make a workload. */
function copyOf(base, at) {
  const hash = base.metadata.labels['pod-template-hash']
  const pod = structuredClone(base)
  const ownerReferences = pod.metadata.ownerReferences.map(owner => ({...owner, name: `reviews-${at >> 1}-${hash}`}))
  // Neighbours share a workload, so they share a namespace.
  const namespace = `fleet-${(at >> 1) % NAMESPACES}`
  return {...pod, metadata: {...pod.metadata, name: `reviews-${at}`, namespace, ownerReferences}}
}

/** The connections of one of the fleet's istiods: every so many of its pods, each as the sample's istiod tells of the pod they are copies of. */
function connectionsOf(known, pods, istiods, at) {
  return pods
    .filter((_, place) => place % istiods === at)
    .map(({metadata}) => ({...known, proxy: `${metadata.name}.${metadata.namespace}`}))
}

/**
 * The sample with one pod copied to a fleet with Namespaces and Services, and a large dump, when there is one, in the first of the copies. With `istiods`, so many
 * stand beside those of the sample, and copies answer as the pod they are copies of.
 */
export async function fleet(lib, count, dump, istiods = 0) {
  const sample = await lib.openFiles([resolve('src/sample/mesh.tgz')])
  const held = {}
  for (const kind of ['Pod', 'Namespace', 'Service']) held[kind] = (await sample.objects({kind})).value
  const base = held.Pod.find(pod => pod.metadata.name === POD)
  const istiod = held.Pod.find(pod => pod.metadata.name === ISTIOD)
  const copies = Array.from({length: count}, (_, at) => copyOf(base, at))
  const replicas = Array.from({length: istiods}, (_, at) => ({
    ...istiod,
    metadata: {...istiod.metadata, name: `istiod-${at}`},
  }))
  const all = {
    Pod: [...held.Pod, ...replicas, ...copies],
    Namespace: [
      ...held.Namespace,
      ...everywhere(
        held.Namespace.find(each => each.metadata.name === 'demo'),
        false,
      ),
    ],
    Service: [
      ...held.Service,
      ...everywhere(
        held.Service.find(each => each.metadata.name === 'reviews'),
        true,
      ),
    ],
  }
  const wanted =
    ({name, namespace}) =>
    object =>
      (name === undefined || object.metadata.name === name) &&
      (namespace === undefined || object.metadata.namespace === namespace)
  const large = dump === undefined ? undefined : {id: 'envoy.config_dump', bytes: readFileSync(dump), provenance: {}}
  const refOf = ({metadata: {namespace, name}}) => ({namespace, name})
  const syncz = istiods === 0 ? undefined : await sample.evidence('istiod.syncz', refOf(istiod))
  const known = JSON.parse(Buffer.from(syncz?.value.bytes ?? '[]').toString('utf8')).find(each =>
    each.proxy.startsWith(POD),
  )
  async function evidence(id, pod) {
    if (id === large?.id && pod.name === 'reviews-0') return {ok: true, value: large}
    const [, replica] = /^istiod-(\d{1,3})$/.exec(pod.name) ?? []
    if (istiods > 0 && replica !== undefined) {
      if (id !== 'istiod.syncz') return await sample.evidence(id, refOf(istiod))
      const bytes = Buffer.from(JSON.stringify(connectionsOf(known, copies, istiods, Number(replica))))
      return {ok: true, value: {...syncz.value, bytes}}
    }
    return await sample.evidence(id, istiods > 0 && /^reviews-\d+$/.test(pod.name) ? refOf(base) : pod)
  }
  return {
    ...sample,
    objects: async query =>
      query.kind in all ? {ok: true, value: all[query.kind].filter(wanted(query))} : sample.objects(query),
    evidence,
  }
}

/** Runs a program to its end: its time, and its peak memory as the kernel counts it. */
export function measured(command, argv, env) {
  return new Promise((done, fail) => {
    const start = performance.now()
    const child = spawn(command, argv, {env: {...process.env, ...env}, stdio: ['ignore', 'pipe', 'inherit']})
    let peakKiB = 0
    let bytes = 0
    const look = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
        peakKiB = Math.max(peakKiB, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0))
      } catch {
        // Gone between two looks.
      }
    }, 10)
    child.stdout.on('data', chunk => {
      bytes += chunk.length
    })
    child.once('error', fail)
    child.once('close', code => {
      clearInterval(look)
      if (code !== 0) fail(new Error(`${command} ${argv.join(' ')} ended with ${code}`))
      else done({wallMs: performance.now() - start, peakMiB: peakKiB / 1024, bytes})
    })
  })
}
