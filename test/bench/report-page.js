// The page of a large mesh: node test/bench/report-page.js [PODS] [FILE]. The sample's namespace demo is repeated under new names until there are as
// many pods; prints the size of the page, the time to make it, and how long Chromium takes to open it.
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {performance} from 'node:perf_hooks'
import {pathToFileURL} from 'node:url'
import {build} from 'esbuild'
import {chromium} from 'playwright-core'

const HOME = 'demo'

/** The parts of the program the page is made by, as one module. */
async function parts(work) {
  const outfile = join(work, 'parts.mjs')
  const modules = ['sources/open', 'reports/overview/report', 'reports/overview/page/page', 'rules/registry']
  await build({
    stdin: {contents: modules.map(path => `export * from './src/${path}.ts'`).join('\n'), resolveDir: resolve('.')},
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    banner: {js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);"},
    logLevel: 'error',
  })
  return await import(pathToFileURL(outfile).href)
}

/** An object of the namespace, or the namespace itself, in its copy `at`; a pod gets a name and addresses of its own. */
function copied(object, at) {
  if (at === 0) return object
  const {metadata} = object
  if (object.kind === 'Namespace') return {...object, metadata: {...metadata, name: `${HOME}-${at}`}}
  const own = {...object, metadata: {...metadata, namespace: `${HOME}-${at}`}}
  if (object.kind !== 'Pod') return own
  const text = JSON.stringify(own).replaceAll('10.244.', `10.${100 + at}.`)
  return {...JSON.parse(text), metadata: {...own.metadata, name: `${metadata.name}-${at}`}}
}

/** The view of istiod with an entry for each copy of a proxy. */
function repeatedSyncz(artifact, copies) {
  const entries = JSON.parse(Buffer.from(artifact.bytes).toString('utf8'))
  if (!Array.isArray(entries)) return artifact
  const more = entries.flatMap(entry =>
    String(entry.proxy).endsWith(`.${HOME}`)
      ? Array.from({length: copies - 1}, (_, at) => ({
          ...entry,
          proxy: entry.proxy.replace(/\.demo$/, `-${at + 1}.${HOME}-${at + 1}`),
        }))
      : [],
  )
  return {...artifact, bytes: Buffer.from(JSON.stringify([...entries, ...more]))}
}

/** The sample with its namespace repeated. */
function repeated(sample, copies) {
  const ofHome = object =>
    object.metadata.namespace === HOME || (object.kind === 'Namespace' && object.metadata.name === HOME)
  return {
    ...sample,
    async objects({kind, namespace, name}) {
      const answer = await sample.objects({kind})
      if (!answer.ok) return answer
      const all = answer.value.flatMap(object =>
        ofHome(object) ? Array.from({length: copies}, (_, at) => copied(object, at)) : [object],
      )
      const wanted = each =>
        (namespace === undefined || each.metadata.namespace === namespace) &&
        (name === undefined || each.metadata.name === name)
      return {ok: true, value: all.filter(wanted)}
    },
    async evidence(id, pod, query) {
      const original = pod.namespace.startsWith(`${HOME}-`)
        ? {namespace: HOME, name: pod.name.replace(/-\d+$/, '')}
        : pod
      const answer = await sample.evidence(id, original, query)
      return answer.ok && id === 'istiod.syncz' ? {ok: true, value: repeatedSyncz(answer.value, copies)} : answer
    },
  }
}

const work = await mkdtemp(join(tmpdir(), 'meshctl-page-'))
try {
  const lib = await parts(work)
  const sample = await lib.openFiles([resolve('src/sample/mesh.tgz')])
  const {value: pods} = await sample.objects({kind: 'Pod'})
  const mine = pods.filter(({metadata}) => metadata.namespace === HOME).length
  const wanted = Number(process.argv[2] ?? 300)
  const copies = Math.max(1, Math.ceil((wanted - (pods.length - mine)) / mine))
  const now = new Date(sample.origin.capturedAt)
  const begin = performance.now()
  const report = await lib.overviewReport(repeated(sample, copies), {
    namespace: undefined,
    istioNamespace: 'istio-system',
    deep: true,
    rules: lib.RULES,
    policy: {severities: new Map(), accepted: [], at: now},
    failOn: 'warning',
    sinceMs: undefined,
    now,
    version: 'bench',
  })
  const read = performance.now()
  const page = lib.overviewPage(report)
  const made = performance.now()
  const file = process.argv[3] ?? join(work, 'page.html')
  await writeFile(file, page)
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  const opened = []
  for (let run = 0; run < 5; run += 1) {
    const tab = await browser.newPage({viewport: {width: 1280, height: 900}})
    const start = performance.now()
    await tab.goto(`file://${file}`)
    // Until it is drawn.
    await tab.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))')
    opened.push(performance.now() - start)
    await tab.close()
  }
  await browser.close()
  const seconds = ms => `${(ms / 1000).toFixed(2)} s`
  const count = pods.length - mine + mine * copies
  const median = opened.sort((a, b) => a - b)[2]
  process.stdout.write(
    `${count} pods: page ${(Buffer.byteLength(page) / 1e6).toFixed(2)} MB, report ${seconds(read - begin)}, page made in ${seconds(made - read)}, opened in ${seconds(median)} (slowest ${seconds(opened.at(-1))})\n`,
  )
} finally {
  await rm(work, {recursive: true, force: true})
}
