import {createHash} from 'node:crypto'
import {authzQuestion} from '../../src/cli/flags/authz-question.js'
import {pathQuestion} from '../../src/cli/flags/path-question.js'
import {askedOf} from '../../src/cli/input/expectations.js'
import {formOf, rendered} from '../../src/cli/output/output.js'
import type {MeshChange} from '../../src/formats/settings/change-file.js'
import type {Expectation} from '../../src/model/expectation.js'
import type {PodRef} from '../../src/model/kube/kube-object.js'
import {allReport} from '../../src/reports/all/report.js'
import {allView} from '../../src/reports/all/view.js'
import {ambientReadinessReport} from '../../src/reports/ambient-readiness/report.js'
import {ambientReadinessView} from '../../src/reports/ambient-readiness/view.js'
import {precheckReport, STANDING_RULES} from '../../src/reports/analyze/precheck.js'
import {analyzeReport} from '../../src/reports/analyze/report.js'
import {analyzeView} from '../../src/reports/analyze/view.js'
import {authzCheckReport} from '../../src/reports/authz/check-report.js'
import {authzCheckView} from '../../src/reports/authz/check-view.js'
import {authzMatrixReport} from '../../src/reports/authz/matrix-report.js'
import {authzMatrixView} from '../../src/reports/authz/matrix-view.js'
import {authzTestReport} from '../../src/reports/authz/test-report.js'
import {authzTestView} from '../../src/reports/authz/test-view.js'
import {bootstrapReport} from '../../src/reports/bootstrap/report.js'
import {bootstrapView} from '../../src/reports/bootstrap/view.js'
import {planCapture} from '../../src/reports/capture/plan.js'
import {captureReport} from '../../src/reports/capture/report.js'
import {captureView} from '../../src/reports/capture/view.js'
import {certsReport} from '../../src/reports/certs/report.js'
import {certsView} from '../../src/reports/certs/view.js'
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
import {egressReport} from '../../src/reports/egress/report.js'
import {egressView} from '../../src/reports/egress/view.js'
import {endpointReport} from '../../src/reports/endpoints/report.js'
import {endpointsView} from '../../src/reports/endpoints/view.js'
import {errorsReport} from '../../src/reports/errors/report.js'
import {errorsView} from '../../src/reports/errors/view.js'
import {iptablesReport} from '../../src/reports/iptables/report.js'
import {iptablesView} from '../../src/reports/iptables/view.js'
import {listenerReport} from '../../src/reports/listeners/report.js'
import {listenersView} from '../../src/reports/listeners/view.js'
import {logLevelReport} from '../../src/reports/log-levels/report.js'
import {logLevelsView} from '../../src/reports/log-levels/view.js'
import {mtlsReport} from '../../src/reports/mtls/report.js'
import {mtlsView} from '../../src/reports/mtls/view.js'
import {netReport} from '../../src/reports/net/report.js'
import {netView} from '../../src/reports/net/view.js'
import {overviewView} from '../../src/reports/overview/view.js'
import {ownProxyReport} from '../../src/reports/own-proxy/report.js'
import {ownProxyView} from '../../src/reports/own-proxy/view.js'
import {packetReport} from '../../src/reports/packet/report.js'
import {packetView} from '../../src/reports/packet/view.js'
import {portsReport} from '../../src/reports/ports/report.js'
import {portsView} from '../../src/reports/ports/view.js'
import {proxyStatusReport} from '../../src/reports/proxy-status/report.js'
import {proxyStatusView} from '../../src/reports/proxy-status/view.js'
import {type Report, reportExitCode, withAllGaps} from '../../src/reports/report.js'
import {rootCaReport} from '../../src/reports/rootca/report.js'
import {rootCaView} from '../../src/reports/rootca/view.js'
import {routeReport} from '../../src/reports/routes/report.js'
import {routesView} from '../../src/reports/routes/view.js'
import {secretReport} from '../../src/reports/secrets/report.js'
import {secretsView} from '../../src/reports/secrets/view.js'
import {serverInfoReport} from '../../src/reports/server-info/report.js'
import {serverInfoView} from '../../src/reports/server-info/view.js'
import {statsReport} from '../../src/reports/stats/report.js'
import {statsView} from '../../src/reports/stats/view.js'
import {pathReport} from '../../src/reports/trace/path-report.js'
import {pathView} from '../../src/reports/trace/path-view.js'
import {verifyReport} from '../../src/reports/verify/report.js'
import {verifyView} from '../../src/reports/verify/view.js'
import {versionReport} from '../../src/reports/version/report.js'
import {versionView} from '../../src/reports/version/view.js'
import type {View} from '../../src/reports/view.js'
import {waypointReport} from '../../src/reports/waypoints/report.js'
import {waypointStatusView} from '../../src/reports/waypoints/view.js'
import {whatIfPairsReport} from '../../src/reports/what-if/pairs-report.js'
import {whatIfPairsView} from '../../src/reports/what-if/pairs-view.js'
import {ztunnelReport} from '../../src/reports/ztunnel-config/report.js'
import {ztunnelAllView} from '../../src/reports/ztunnel-config/view.js'
import {CONFIG_RULES} from '../../src/rules/config/registry.js'
import {RULES} from '../../src/rules/registry.js'
import {UPGRADE_RULES} from '../../src/rules/upgrade/registry.js'
import type {Sink} from '../../src/sources/bundle/sink.js'
import type {Source} from '../../src/sources/source.js'
import {overviewOf} from './overview.js'

/** Every question is asked as of one moment, so that ages do not tell the answers apart. */
const NOW = new Date('2026-11-20T19:00:00Z')
const MOMENT = {at: NOW, now: NOW}
const ISTIO = 'istio-system'
/** Certificates that end within this time are shown, in milliseconds. */
const WARN = 3_600_000
const DEMO = {namespace: 'demo', istioNamespace: ISTIO}
const SHOWN = {verbose: true, headings: true, all: false}

/** What a person and a program see of an answer, with the parts that name the source itself taken out. */
async function seen<R extends Report>(given: R, view: View<R>): Promise<object> {
  const report = withAllGaps(given)
  const layout = {width: 160, colour: false, headers: true}
  const show = async (form: string) =>
    withoutMoments(Buffer.from(await rendered(report, view, formOf(form, view), layout, false)).toString('utf8'))
  const gaps = view.showsGaps === true ? [] : report.gaps
  return {
    ages: report.notes.filter(note => note.startsWith('not of one moment')),
    table: await show('table'),
    wide: await show('wide'),
    data: neutral(JSON.parse(await show('json'))),
    gaps,
    exit: reportExitCode(report),
  }
}

/** A text without the name of the source it begins with, and without when each piece of evidence was read. */
function withoutMoments(text: string): string {
  return text
    .replace(/^(?:bundle|cluster) .*, namespace demo, \S+$/m, '')
    .replace(/\b(objects\/\w+|(?:net|envoy|istiod|log|ztunnel)\.[\w.-]+) \d{4}-\d\d-\d\dT[\d:.]+Z/g, '$1')
}

const SOURCE_FIELDS = new Set(['origin', 'provenance', 'capturedAt'])

function neutral(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(neutral)
  if (typeof value !== 'object' || value === null) return value
  // Where a fact comes from and when it was read differ; which evidence it is does not.
  if ('observedAt' in value && 'evidence' in value) return neutral({evidence: value.evidence})
  // When istiod was asked.
  if ('istiods' in value && 'at' in value) {
    const {at: _, ...rest} = value
    return neutral(rest)
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (SOURCE_FIELDS.has(key) ? [] : [[key, neutral(item)]])),
  )
}

/** A bundle that is written nowhere. */
function nowhere(): Sink {
  return {
    add: async bytes => ({sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length}),
    finish: async () => 0,
    abort: async () => {},
  }
}

const PRODUCTPAGE = {namespace: 'demo', name: 'productpage-v1-565846b976-fvswz'}

export type Question = (source: Source, pod: PodRef) => Promise<object>

/** The questions about one pod, by report; all with their time and options fixed. */
export const QUESTIONS: Readonly<Record<string, Question>> = {
  all: async (s, pod) => seen(await allReport(s, pod, {}, SHOWN, MOMENT), allView),
  'authz check': async (s, pod) => seen(await authzCheckReport(s, pod, ISTIO), authzCheckView),
  bootstrap: async (s, pod) => seen(await bootstrapReport(s, pod), bootstrapView),
  check: async (s, pod) => {
    const objects = await checkTargets(s, [`${pod.name}.${pod.namespace}`], {})
    const options = {rules: RULES, failOn: 'warning', istioNamespace: ISTIO, deep: true, now: NOW} as const
    return seen(await checkReport(s, objects, options), checkView)
  },
  'check-inject': async (s, pod) => {
    const objects = await checkTargets(s, [`${pod.name}.${pod.namespace}`], {})
    return seen(await checkInjectReport(s, objects, ISTIO), checkInjectView)
  },
  clusters: async (s, pod) => seen(await clusterReport(s, pod, {}), clustersView),
  'clusters --fqdn --port': async (s, pod) =>
    seen(await clusterReport(s, pod, {fqdn: 'reviews.demo', port: 9080}), clustersView),
  describe: async (s, pod) => seen(await describeReport(s, pod, {istioNamespace: ISTIO, now: NOW}), describeView),
  'describe service': async s =>
    seen(await serviceReport(s, 'reviews', 'demo', {istioNamespace: ISTIO, now: NOW}), serviceView),
  diff: async (s, pod) =>
    seen(await controlPlaneReport(s, pod, {istioNamespace: ISTIO, revision: undefined}), diffView),
  ecds: async (s, pod) => seen(await ecdsReport(s, pod), ecdsView),
  eds: async (s, pod) => seen(await edsReport(s, pod, {}), edsView),
  egress: async (s, pod) => seen(await egressReport(s, pod, undefined, ISTIO), egressView),
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
  stats: async (s, pod) => seen(await statsReport(s, pod), statsView),
}

const RATED = ['sleep-fd7bd9c44-jbmtr', 'ratings:9080'] as const
/** The sleep pod is not a client that AuthorizationPolicy demo/ratings-viewer allows. */
const RATING: Expectation = {
  name: 'sleep may not see ratings',
  from: 'deploy/sleep',
  to: 'http://ratings:9080/x',
  request: {
    method: undefined,
    headers: [],
    protocol: undefined,
    host: undefined,
    sni: undefined,
    uid: undefined,
  },
  expect: {
    outcome: undefined,
    status: 403,
    flags: undefined,
    details: undefined,
    cluster: undefined,
    policy: undefined,
  },
}
const WITHOUT_VIEWER: MeshChange = {
  apply: [],
  remove: [{kind: 'AuthorizationPolicy', namespace: 'demo', name: 'ratings-viewer'}],
  problems: [],
}

/** How the questions about the configuration are asked. */
const ANALYZED = {
  chosen: false,
  failOn: 'error',
  showFrom: 'info',
  istioNamespace: ISTIO,
  namespace: 'default',
  suppressions: [],
  ignoreUnknown: false,
  now: NOW,
  version: '0',
} as const

/** The questions about a mesh. */
export const MESH_QUESTIONS: Readonly<Record<string, (source: Source, asOf?: Date) => Promise<object>>> = {
  'ambient-readiness': async s => seen(await ambientReadinessReport(s, 'demo', ISTIO), ambientReadinessView),
  analyze: async s =>
    seen(
      await analyzeReport([{source: s}], {
        rules: CONFIG_RULES,
        ...ANALYZED,
      }),
      analyzeView,
    ),
  'authz test': async s =>
    seen(await authzTestReport(s, await authzQuestion(s, ...RATED, DEMO, async () => {})), authzTestView),
  'authz test --matrix': async s => seen(await authzMatrixReport(s, 'demo', ISTIO), authzMatrixView),
  certs: async s => seen(await certsReport(s, {...DEMO, now: NOW.getTime(), warn: WARN}), certsView),
  errors: async s => seen(await errorsReport(s, {...DEMO, pods: undefined, sinceMs: undefined}), errorsView),
  mtls: async s => seen(await mtlsReport(s, {kind: 'matrix', namespace: 'demo'}, ISTIO), mtlsView),
  overview: async (s, asOf) => seen(await overviewOf(s, 'demo', asOf), overviewView),
  'proxy-status': async s =>
    seen(await proxyStatusReport(s, {istioNamespace: ISTIO, staleAfterMs: 0, at: NOW, why: true}), proxyStatusView),
  trace: async s =>
    seen(await pathReport(s, await pathQuestion(s, 'deploy/sleep', RATING.to, DEMO, async () => {})), pathView),
  verify: async s => seen(await verifyReport(s, 'file', [await askedOf(s, RATING, DEMO)]), verifyView),
  version: async s =>
    seen(await versionReport(s, {client: '0', istioNamespace: ISTIO, revision: undefined}), versionView),
  waypoints: async s => seen(await waypointReport(s, 'demo'), waypointStatusView),
  'what-if': async s => seen(await whatIfPairsReport(s, WITHOUT_VIEWER, 'demo', ISTIO), whatIfPairsView),
  'ztunnel-config': async s =>
    seen(await ztunnelReport(s, {istioNamespace: ISTIO}, {}, MOMENT), ztunnelAllView(true, {raw: false})),
}

/** Questions whose answer differs between a source and its capture by what they are about: all that is there, and what an upgrade changes. */
export const WHOLE_QUESTIONS: Readonly<Record<string, (source: Source) => Promise<object>>> = {
  capture: async s => {
    const plan = await planCapture(s, {
      pods: [],
      target: {namespace: 'demo'},
      istiod: true,
      istioNamespace: ISTIO,
    })
    const report = await captureReport(s, nowhere(), plan, {
      path: 'bundle',
      tool: 'test',
      redact: true,
      concurrency: 2,
      signal: new AbortController().signal,
      agree: () => true,
      progress: () => undefined,
    })
    return seen(report, captureView)
  },
  precheck: async s =>
    seen(
      await precheckReport([{source: s}], {
        rules: [...UPGRADE_RULES, ...STANDING_RULES],
        from: 18,
        target: 31,
        ...ANALYZED,
      }),
      analyzeView,
    ),
}
