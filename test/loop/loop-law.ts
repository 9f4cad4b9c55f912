import {readdirSync} from 'node:fs'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {formOf, rendered} from '../../src/cli/output.js'
import type {PodRef} from '../../src/model/kube-object.js'
import {UserError} from '../../src/model/user-error.js'
import {allReport} from '../../src/reports/all/report.js'
import {allView} from '../../src/reports/all/view.js'
import {analyzeReport} from '../../src/reports/analyze/report.js'
import {analyzeView} from '../../src/reports/analyze/view.js'
import {bootstrapReport} from '../../src/reports/bootstrap/report.js'
import {bootstrapView} from '../../src/reports/bootstrap/view.js'
import {checkReport} from '../../src/reports/check/report.js'
import {checkTargets} from '../../src/reports/check/targets/targets.js'
import {checkView} from '../../src/reports/check/view.js'
import {checkInjectReport} from '../../src/reports/check-inject/report.js'
import {checkInjectView} from '../../src/reports/check-inject/view.js'
import {clusterReport} from '../../src/reports/clusters/report.js'
import {clustersView} from '../../src/reports/clusters/view.js'
import {describeReport} from '../../src/reports/describe/report.js'
import {serviceReport} from '../../src/reports/describe/service-report.js'
import {serviceView} from '../../src/reports/describe/service-view.js'
import {describeView} from '../../src/reports/describe/view.js'
import {controlPlaneReport} from '../../src/reports/diff/control-plane.js'
import {diffView} from '../../src/reports/diff/view.js'
import {ecdsReport} from '../../src/reports/ecds/report.js'
import {ecdsView} from '../../src/reports/ecds/view.js'
import {edsReport} from '../../src/reports/eds/report.js'
import {edsView} from '../../src/reports/eds/view.js'
import {endpointReport} from '../../src/reports/endpoints/report.js'
import {endpointsView} from '../../src/reports/endpoints/view.js'
import {iptablesReport} from '../../src/reports/iptables/report.js'
import {iptablesView} from '../../src/reports/iptables/view.js'
import {listenerReport} from '../../src/reports/listeners/report.js'
import {listenersView} from '../../src/reports/listeners/view.js'
import {logLevelReport} from '../../src/reports/log-levels/report.js'
import {logLevelsView} from '../../src/reports/log-levels/view.js'
import {netReport} from '../../src/reports/net/report.js'
import {netView} from '../../src/reports/net/view.js'
import {ownProxyReport} from '../../src/reports/own-proxy/report.js'
import {ownProxyView} from '../../src/reports/own-proxy/view.js'
import {packetReport} from '../../src/reports/packet/report.js'
import {packetView} from '../../src/reports/packet/view.js'
import {portsReport} from '../../src/reports/ports/report.js'
import {portsView} from '../../src/reports/ports/view.js'
import {proxyStatusReport} from '../../src/reports/proxy-status/report.js'
import {proxyStatusView} from '../../src/reports/proxy-status/view.js'
import {type Report, reportExitCode} from '../../src/reports/report.js'
import {rootCaReport} from '../../src/reports/rootca/report.js'
import {rootCaView} from '../../src/reports/rootca/view.js'
import {routeReport} from '../../src/reports/routes/report.js'
import {routesView} from '../../src/reports/routes/view.js'
import {secretReport} from '../../src/reports/secrets/report.js'
import {secretsView} from '../../src/reports/secrets/view.js'
import {serverInfoReport} from '../../src/reports/server-info/report.js'
import {serverInfoView} from '../../src/reports/server-info/view.js'
import {versionReport} from '../../src/reports/version/report.js'
import {versionView} from '../../src/reports/version/view.js'
import type {View} from '../../src/reports/view.js'
import {CONFIG_RULES} from '../../src/rules/config/registry.js'
import {RULES} from '../../src/rules/registry.js'
import type {Source} from '../../src/sources/source.js'
import {captured, clusterServing, sampleSource} from '../support/served.js'

/** Every question is asked as of one moment, so that ages do not tell the answers apart. */
const NOW = new Date('2026-11-20T19:00:00Z')
const MOMENT = {at: NOW, now: NOW}
const SHOWN = {verbose: true, headings: true, all: false}

/** What a person and a program see of an answer, with the parts that name the source itself taken out. */
async function seen<R extends Report>(report: R, view: View<R>): Promise<object> {
  const layout = {width: 160, colour: false, headers: true}
  const show = async (form: string) =>
    Buffer.from(await rendered(report, view, formOf(form, view), layout, false)).toString('utf8')
  const gaps = view.showsGaps === true ? [] : report.gaps
  return {
    table: await show('table'),
    wide: await show('wide'),
    data: neutral(JSON.parse(await show('json'))),
    gaps,
    exit: reportExitCode(report),
  }
}

const SOURCE_FIELDS = new Set(['origin', 'provenance', 'capturedAt'])

function neutral(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(neutral)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (SOURCE_FIELDS.has(key) ? [] : [[key, neutral(item)]])),
  )
}

const PRODUCTPAGE = {namespace: 'demo', name: 'productpage-v1-565846b976-fvswz'}

type Question = (source: Source, pod: PodRef) => Promise<object>

const QUESTIONS: Readonly<Record<string, Question>> = {
  all: async (s, pod) => seen(await allReport(s, pod, {}, SHOWN, MOMENT), allView),
  bootstrap: async (s, pod) => seen(await bootstrapReport(s, pod), bootstrapView),
  check: async (s, pod) => {
    const objects = await checkTargets(s, [`${pod.name}.${pod.namespace}`], {})
    const options = {rules: RULES, failOn: 'warning', istioNamespace: 'istio-system', deep: true, now: NOW} as const
    return seen(await checkReport(s, objects, options), checkView)
  },
  'check-inject': async (s, pod) => {
    const objects = await checkTargets(s, [`${pod.name}.${pod.namespace}`], {})
    return seen(await checkInjectReport(s, objects, 'istio-system'), checkInjectView)
  },
  clusters: async (s, pod) => seen(await clusterReport(s, pod, {}), clustersView),
  'clusters --fqdn --port': async (s, pod) =>
    seen(await clusterReport(s, pod, {fqdn: 'reviews.demo', port: 9080}), clustersView),
  describe: async (s, pod) =>
    seen(await describeReport(s, pod, {istioNamespace: 'istio-system', now: NOW}), describeView),
  'describe service': async s =>
    seen(await serviceReport(s, 'reviews', 'demo', {istioNamespace: 'istio-system', now: NOW}), serviceView),
  diff: async (s, pod) =>
    seen(await controlPlaneReport(s, pod, {istioNamespace: 'istio-system', revision: undefined}), diffView),
  ecds: async (s, pod) => seen(await ecdsReport(s, pod), ecdsView),
  eds: async (s, pod) => seen(await edsReport(s, pod, {}), edsView),
  endpoints: async (s, pod) => seen(await endpointReport(s, pod, {}, true), endpointsView),
  iptables: async (s, pod) => seen(await iptablesReport(s, pod), iptablesView),
  listeners: async (s, pod) => seen(await listenerReport(s, pod, {}, 'chains'), listenersView),
  'log-levels': async (s, pod) => seen(await logLevelReport(s, [pod]), logLevelsView),
  packet: async (s, pod) => seen(await packetReport(s, pod, {out: '10.96.33.155:9080'}), packetView),
  net: async (s, pod) => seen(await netReport(s, pod), netView),
  'own-proxy': async (s, pod) => seen(await ownProxyReport(s, pod), ownProxyView),
  ports: async (s, pod) => seen(await portsReport(s, pod), portsView),
  rootca: async (s, pod) => seen(await rootCaReport(s, [pod, PRODUCTPAGE]), rootCaView),
  routes: async (s, pod) => seen(await routeReport(s, pod, undefined, SHOWN), routesView),
  secrets: async (s, pod) => seen(await secretReport(s, pod, MOMENT), secretsView),
  'server-info': async (s, pod) => seen(await serverInfoReport(s, pod), serverInfoView),
}

const MESH_QUESTIONS: Readonly<Record<string, (source: Source) => Promise<object>>> = {
  analyze: async s =>
    seen(
      await analyzeReport([{source: s}], {
        rules: CONFIG_RULES,
        chosen: false,
        failOn: 'error',
        showFrom: 'info',
        istioNamespace: 'istio-system',
        namespace: 'default',
        suppressions: [],
        ignoreUnknown: false,
        now: NOW,
        version: '0',
      }),
      analyzeView,
    ),
  'proxy-status': async s =>
    seen(
      await proxyStatusReport(s, {istioNamespace: 'istio-system', staleAfterMs: 0, at: NOW, why: true}),
      proxyStatusView,
    ),
  version: async s =>
    seen(await versionReport(s, {client: '0', istioNamespace: 'istio-system', revision: undefined}), versionView),
}

/** No answer is an answer too: the sentence, without the list of what this source offers. */
async function answer(ask: () => Promise<object>, source: Source): Promise<object> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const message = error.message.replaceAll(source.origin.label, 'the source')
    return {error: message.replaceAll(/\/\S+\.tgz/g, 'the source')}
  }
}

/** A filter that Envoy discovers by ECDS (admin/v3 EcdsConfigDump), as a section of its dump. */
const ECDS = {
  '@type': 'type.googleapis.com/envoy.admin.v3.EcdsConfigDump',
  ecds_filters: [
    {
      version_info: '2026-11-20T18:54:04Z/7',
      ecds_filter: {
        '@type': 'type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig',
        name: 'demo.wasm-example',
        typed_config: {'@type': 'type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm', config: {name: 'x'}},
      },
      last_updated: '2026-11-20T18:54:05Z',
    },
  ],
}

/** The sample with such a filter in one of its proxies: none has one. */
function withEcds(source: Source): Source {
  return {
    ...source,
    async evidence(id, pod, query) {
      const answer = await source.evidence(id, pod, query)
      if (!answer.ok || id !== 'envoy.config_dump' || !pod.name.startsWith('productpage')) return answer
      const dump = JSON.parse(Buffer.from(answer.value.bytes).toString('utf8')) as {configs: unknown[]}
      const bytes = Buffer.from(JSON.stringify({configs: [...dump.configs, ECDS]}, null, 1))
      return {ok: true, value: {...answer.value, bytes}}
    },
  }
}

/** The sample with what its proxies would say of their log levels, which nobody asked them. */
function withLogLevels(source: Source): Source {
  const levels = Buffer.from('active loggers:\n  admin: warning\n  config: warning\n  rbac: debug\n\n')
  return {
    ...source,
    async evidence(id, pod, query) {
      const proxy = id === 'envoy.logging' ? await source.evidence('envoy.server_info', pod) : undefined
      return proxy?.ok === true
        ? {ok: true, value: {...proxy.value, id, bytes: levels}}
        : source.evidence(id, pod, query)
    },
  }
}

/**
 * The sample's evidence was read from outside its pods, some of it in ways a cluster does not offer. What a cluster can give of it is the base here:
 * the sample served, and captured from there. From that point on nothing may be lost or changed on any way.
 */
let base: Source
let copy: Source
let live: Source
let sample: Source
let sampleCopy: Source

beforeAll(async () => {
  sample = withEcds(withLogLevels(await sampleSource()))
  const served = await clusterServing(sample)
  base = await captured(served)
  await served.close()
  copy = await captured(base)
  sampleCopy = await captured(sample)
  live = await clusterServing(base)
}, 60_000)

afterAll(async () => {
  await live?.close()
})

async function pods(): Promise<readonly PodRef[]> {
  const found = await base.objects({kind: 'Pod'})
  return found.ok ? found.value.map(pod => ({namespace: pod.metadata.namespace ?? '', name: pod.metadata.name})) : []
}

/** Folders of reports that answer no question about a mesh: what they show is about meshctl itself, permissions, or files on this machine. */
const OTHER = ['can-i', 'capture', 'explain', 'pasted-table', 'read', 'rules', 'snapshots', 'trace']

/** Fails when a folder of src/reports is neither asked nor known to answer no question about a mesh. */
export function everyReportIsAsked(): void {
  const folders = readdirSync('src/reports', {withFileTypes: true})
    .filter(each => each.isDirectory())
    .map(each => each.name)
  const asked = [...Object.keys(QUESTIONS), ...Object.keys(MESH_QUESTIONS)].map(name => name.split(' ')[0])
  expect(folders.filter(name => !asked.includes(name) && !OTHER.includes(name))).toEqual([])
}

/** Every question about the pods of the sample that `some` picks, and every question about the mesh. */
export function loopLaw(some: (pod: PodRef) => boolean, least: number): void {
  test.each(Object.keys(QUESTIONS))(
    '%s, for each pod',
    async name => {
      const ask = QUESTIONS[name] as Question
      const all = (await pods()).filter(some)
      expect(all.length).toBeGreaterThanOrEqual(least)
      let answered = 0
      for (const pod of all) {
        const first = await answer(() => ask(base, pod), base)
        expect({pod, ...(await answer(() => ask(copy, pod), copy))}).toEqual({pod, ...first})
        expect({pod, ...(await answer(() => ask(live, pod), live))}).toEqual({pod, ...first})
        expect({pod, ...(await answer(() => ask(sampleCopy, pod), sampleCopy))}).toEqual({
          pod,
          ...(await answer(() => ask(sample, pod), sample)),
        })
        if (!('error' in first)) answered += 1
      }
      expect(answered).toBeGreaterThanOrEqual(name === 'ecds' ? 1 : least - 3)
    },
    120_000,
  )

  test.each(Object.keys(MESH_QUESTIONS))(
    '%s',
    async name => {
      const ask = MESH_QUESTIONS[name] as (source: Source) => Promise<object>
      const first = await answer(() => ask(base), base)
      expect(first).not.toHaveProperty('error')
      expect(await answer(() => ask(copy), copy)).toEqual(first)
      expect(await answer(() => ask(live), live)).toEqual(first)
    },
    60_000,
  )
}
