import {listingOnce} from '../../evidence/asked-once.js'
import {type PresentState, presentState} from '../../evidence/predicted-mesh/present.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {serverMode} from '../../istiod/mtls.js'
import type {IstioState} from '../../istiod/state.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {humanCount} from '../../model/text/human-count.js'
import {overlaySource} from '../../sources/overlay.js'
import type {Source} from '../../sources/source.js'
import {type MtlsRow, mtlsReport} from '../mtls/report.js'
import type {Report} from '../report.js'
import {type PlainCaller, plainCallers} from './plain-callers.js'

/** Whether a namespace could be switched to STRICT. */
export interface Readiness {
  readonly namespace: string
  readonly verdict: 'already STRICT' | 'safe by what was seen' | 'safe for clients with a sidecar' | 'breaks'
  /** What clients with a sidecar would lose. */
  readonly breaks: readonly string[]
  /** Ports that clients without a sidecar can reach today, and could not any more. */
  readonly plainPorts: readonly string[]
  /** Plaintext that proxies have really received on ports STRICT would close, as sentences. */
  readonly seen: readonly string[]
  /** Requests and connections that proxies of the namespace have seen in all: 0 when nothing shows any. */
  readonly requests: number
  /** Pods whose proxies report no requests, so that nothing is known of their callers. */
  readonly silent: readonly string[]
}

export interface ReadinessReport extends Report {
  readonly namespaces: readonly Readiness[]
  /** Pods without a sidecar, any of which may be such a client. */
  readonly outsiders: readonly string[]
}

function strict(namespace: string, name: string): KubeObject {
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: {name, namespace},
    spec: {mtls: {mode: 'STRICT'}},
  }
}

function nameOf({host, port, subset}: MtlsRow): string {
  return `${host}:${port}${subset === '' ? '' : `|${subset}`}`
}

function sidecars({from}: MtlsRow): boolean {
  return from.startsWith('sidecars')
}

/** `ratings.demo:9080 got 1204 plaintext requests from legacy.old (access log, from .. to ..)`. */
function sentenceOf({server, port, client, requests, seenIn, from, until}: PlainCaller): string {
  const where = `${podLabel({...server.ref, name: server.workload})}${port === undefined ? '' : `:${port}`}`
  const when =
    seenIn === 'statistics' ? 'since its proxy started' : from === undefined ? 'access log' : `${from} to ${until}`
  return `${where} got ${humanCount(requests, 'plaintext request')} from ${client} (${when})`
}

/** Whether STRICT would refuse what this caller sends: the port accepts plaintext now, and would not. */
function loses(before: IstioState, after: IstioState, {server, port}: PlainCaller): boolean {
  const mode = (state: IstioState) => serverMode(state, server.ref.namespace, server.labels, port ?? -1)
  return mode(before) !== 'STRICT' && mode(after) === 'STRICT'
}

async function readinessOf(
  source: Source,
  {pods, state}: PresentState,
  namespace: string,
  policy: string,
  istioNamespace: string,
): Promise<Readiness> {
  const rows = async (of: Source) => (await mtlsReport(of, {kind: 'matrix', namespace}, istioNamespace)).rows
  const before = await rows(source)
  const changed = overlaySource(source, {apply: [strict(namespace, policy)], remove: []})
  const after = await rows(changed)
  const failing = new Set(before.filter(each => sidecars(each) && each.status === 'CONFLICT').map(nameOf))
  const breaks = after.filter(each => sidecars(each) && each.status === 'CONFLICT' && !failing.has(nameOf(each)))
  const open = new Set(after.filter(each => !sidecars(each)).map(nameOf))
  const plain = before.filter(each => !sidecars(each) && !open.has(nameOf(each))).map(nameOf)
  const unchanged = JSON.stringify(before) === JSON.stringify(after)
  const servers = pods.filter(each => each.mode === 'sidecar' && each.ref.namespace === namespace)
  const traffic = await plainCallers(source, servers, pods)
  const strictState = (await presentState(changed, istioNamespace)).state
  const seen = traffic.callers.filter(each => loses(state, strictState, each))
  const known = traffic.silent.length === 0
  return {
    namespace,
    verdict:
      breaks.length + seen.length > 0
        ? 'breaks'
        : unchanged
          ? 'already STRICT'
          : known
            ? 'safe by what was seen'
            : 'safe for clients with a sidecar',
    breaks: [...new Set(breaks.map(each => `${nameOf(each)}: ${each.because}`))],
    plainPorts: [...new Set(plain)],
    seen: seen.map(sentenceOf),
    requests: traffic.requests,
    silent: traffic.silent.map(each => podLabel(each.ref)),
  }
}

/** Whether each namespace with sidecars could be switched to STRICT, by the objects; policies of workloads keep their say. */
export async function readinessReport(
  given: Source,
  asked: string | undefined,
  istioNamespace: string,
): Promise<ReadinessReport> {
  const source = noted(listingOnce(given))
  const present = await presentState(source, istioNamespace)
  const {pods, state, gaps, notes} = present
  const homes = new Set(pods.filter(each => each.mode === 'sidecar').map(each => each.ref.namespace))
  const names = [...homes].filter(each => asked === undefined || each === asked).sort()
  const namespaces: Readiness[] = []
  for (const namespace of names) {
    const own = state.peerAuthentications.find(
      each => each.object.namespace === namespace && each.selector === undefined,
    )
    namespaces.push(await readinessOf(source, present, namespace, own?.object.name ?? 'default', istioNamespace))
  }
  const unseen = namespaces.reduce((sum, each) => sum + each.silent.length, 0)
  return {
    ...answeredFrom(source),
    gaps,
    notes: [
      ...notes,
      ...(unseen === 0
        ? []
        : [
            `${humanCount(unseen, 'proxy', 'proxies')} of ${asked ?? 'these namespaces'} report no requests (no access log, no Istio metrics): who calls them is unknown`,
          ]),
      'a log holds only its newest lines: rare clients may be missing; compare with --traffic',
    ],
    failing: namespaces.some(each => each.verdict === 'breaks'),
    namespaces,
    outsiders: pods.filter(each => each.mode === 'none').map(each => podLabel(each.ref)),
  }
}
