import {presentState} from '../../evidence/predicted-mesh/present.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import type {KubeObject} from '../../model/kube-object.js'
import {podLabel} from '../../model/kube-object.js'
import {overlaySource} from '../../sources/overlay.js'
import type {Source} from '../../sources/source.js'
import {type MtlsRow, mtlsReport} from '../mtls/report.js'
import type {Report} from '../report.js'

/** Whether a namespace could be switched to STRICT. */
export interface Readiness {
  readonly namespace: string
  readonly verdict: 'already STRICT' | 'safe for clients with a sidecar' | 'breaks'
  /** What clients with a sidecar would lose. */
  readonly breaks: readonly string[]
  /** Ports that clients without a sidecar can reach today, and could not any more. */
  readonly plainPorts: readonly string[]
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

async function readinessOf(
  source: Source,
  namespace: string,
  policy: string,
  istioNamespace: string,
): Promise<Readiness> {
  const rows = async (of: Source) => (await mtlsReport(of, {kind: 'matrix', namespace}, istioNamespace)).rows
  const before = await rows(source)
  const after = await rows(overlaySource(source, {apply: [strict(namespace, policy)], remove: []}))
  const failing = new Set(before.filter(each => sidecars(each) && each.status === 'CONFLICT').map(nameOf))
  const breaks = after.filter(each => sidecars(each) && each.status === 'CONFLICT' && !failing.has(nameOf(each)))
  const open = new Set(after.filter(each => !sidecars(each)).map(nameOf))
  const plain = before.filter(each => !sidecars(each) && !open.has(nameOf(each))).map(nameOf)
  const unchanged = JSON.stringify(before) === JSON.stringify(after)
  return {
    namespace,
    verdict: breaks.length > 0 ? 'breaks' : unchanged ? 'already STRICT' : 'safe for clients with a sidecar',
    breaks: [...new Set(breaks.map(each => `${nameOf(each)}: ${each.because}`))],
    plainPorts: [...new Set(plain)],
  }
}

/** Whether each namespace with sidecars could be switched to STRICT, by the objects; policies of workloads keep their say. */
export async function readinessReport(
  given: Source,
  asked: string | undefined,
  istioNamespace: string,
): Promise<ReadinessReport> {
  const source = noted(given)
  const {pods, state, gaps, notes} = await presentState(source, istioNamespace)
  const homes = new Set(pods.filter(each => each.mode === 'sidecar').map(each => each.ref.namespace))
  const names = [...homes].filter(each => asked === undefined || each === asked).sort()
  const namespaces: Readiness[] = []
  for (const namespace of names) {
    const own = state.peerAuthentications.find(
      each => each.object.namespace === namespace && each.selector === undefined,
    )
    namespaces.push(await readinessOf(source, namespace, own?.object.name ?? 'default', istioNamespace))
  }
  return {
    ...answeredFrom(source),
    gaps,
    notes: [...notes, 'whether clients without a sidecar really call is not in the objects: compare with --traffic'],
    failing: namespaces.some(each => each.verdict === 'breaks'),
    namespaces,
    outsiders: pods.filter(each => each.mode === 'none').map(each => podLabel(each.ref)),
  }
}
