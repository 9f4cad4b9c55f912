import {policiesFor} from '../../analysis/authorization/applying.js'
import type {AskedRequest} from '../../analysis/authorization/asked.js'
import {type AuthorizationDecision, decideByObjects, label} from '../../analysis/authorization/decide.js'
import type {MeshPod} from '../../analysis/request-path/world.js'
import {type PresentState, presentState} from '../../evidence/predicted-mesh/present.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {inEveryTrustDomain} from '../../istiod/rbac/trust-domains.js'
import type {RegisteredHost, RegisteredPort} from '../../istiod/registry.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'

/** Whether clients may call a port of a Service; servers alike and clients alike are one row. */
export interface MatrixRow {
  /** Service accounts, as `NAMESPACE/NAME`, or `no mTLS`. */
  readonly clients: readonly string[]
  readonly host: string
  readonly port: number
  readonly verdict: 'allowed' | 'denied' | 'external' | 'depends'
  readonly because: string
  /** What of the request it depends on. */
  readonly on: readonly string[]
}

export interface AuthzMatrixReport extends Report {
  readonly namespace: string
  readonly rows: readonly MatrixRow[]
}

interface Client {
  readonly name: string
  readonly identity: string | null
}

const NO_MTLS: Client = {name: 'no mTLS', identity: null}

/** Every service account that pods with a proxy use. */
function clientsOf({pods, state}: PresentState): readonly Client[] {
  const proxied = pods.filter(each => each.mode === 'sidecar' || each.mode === 'gateway' || each.mode === 'ambient')
  const names = new Set(proxied.map(each => `${each.ref.namespace}/${each.serviceAccount}`))
  const domain = state.settings.trustDomains[0] ?? 'cluster.local'
  const accounts = [...names].sort().map((name): Client => {
    const [namespace = '', account = ''] = name.split('/')
    return {name, identity: `spiffe://${domain}/ns/${namespace}/sa/${account}`}
  })
  return [...accounts, NO_MTLS]
}

/** What the rules that leave the verdict open ask about. */
function openKeys({rules}: AuthorizationDecision): readonly string[] {
  const open = rules.filter(each => each.matches === undefined)
  const checks = open.flatMap(({from, to, when}) => [
    ...from.flatMap(each => each.checks),
    ...to.flatMap(each => each.checks),
    ...when,
  ])
  return [...new Set(checks.filter(each => each.holds === undefined).map(each => each.key))]
}

function decide(
  {state}: PresentState,
  pod: MeshPod,
  client: Client,
  port: number,
  tcp: boolean,
): AuthorizationDecision {
  const {settings, authorizations} = state
  const asked: AskedRequest = {
    tcp,
    identity: client.identity,
    directIp: undefined,
    remoteIp: undefined,
    destinationIp: undefined,
    port,
    sni: undefined,
    host: undefined,
    method: undefined,
    path: undefined,
    headers: undefined,
    claims: undefined,
  }
  const subject = {namespace: pod.ref.namespace, labels: pod.labels}
  return decideByObjects(policiesFor(subject, authorizations, settings.rootNamespace), asked, {
    twins: principal => inEveryTrustDomain(principal, settings.trustDomains),
    provider: name => settings.authorizers.some(each => each.name === name),
  })
}

function rowOf(decision: AuthorizationDecision): Omit<MatrixRow, 'clients' | 'host' | 'port'> {
  const {verdict, because, by} = decision
  if (verdict !== 'unknown') return {verdict, because, on: []}
  return {
    verdict: 'depends',
    because: by === undefined ? because : `on whether ${label(by)} fits`,
    on: openKeys(decision),
  }
}

/** One row for each answer that differs: pods whose policies are alike are judged once. */
function rowsFor(
  present: PresentState,
  host: RegisteredHost,
  port: RegisteredPort,
  byIp: ReadonlyMap<string, MeshPod>,
) {
  const clients = clientsOf(present)
  const tcp = port.reading === 'tcp' || port.reading === 'tls'
  const groups = new Map<string, MatrixRow>()
  const judged = new Set<string>()
  for (const endpoint of host.endpoints(port) ?? []) {
    const pod = byIp.get(endpoint.address)
    const kind = `${JSON.stringify(endpoint.labels)} ${endpoint.port}`
    if (pod === undefined || pod.mode !== 'sidecar' || judged.has(kind)) continue
    judged.add(kind)
    for (const client of clients) {
      const row = rowOf(decide(present, pod, client, endpoint.port, tcp))
      const key = JSON.stringify(row)
      const known = groups.get(key)
      const names = new Set([...(known?.clients ?? []), client.name])
      groups.set(key, {...row, clients: [...names], host: host.host, port: port.port})
    }
  }
  return [...groups.values()]
}

/** Who may call which Service of a namespace, by the AuthorizationPolicy objects. */
export async function authzMatrixReport(
  given: Source,
  namespace: string,
  istioNamespace: string,
): Promise<AuthzMatrixReport> {
  const source = noted(given)
  const present = await presentState(source, istioNamespace)
  const byIp = new Map(present.pods.flatMap(pod => pod.addresses.map(ip => [ip, pod] as const)))
  const rows = present.state.hosts
    .filter(each => each.namespace === namespace && !each.meshExternal)
    .flatMap(host => host.ports.flatMap(port => rowsFor(present, host, port, byIp)))
  return {...answeredFrom(source), gaps: present.gaps, notes: present.notes, namespace, rows}
}
