import {GATEWAY_NAME, policiesFor} from '../../analysis/authorization/applying.js'
import type {AskedRequest} from '../../analysis/authorization/asked.js'
import {type AuthorizationDecision, decideByObjects, label} from '../../analysis/authorization/decide.js'
import type {MeshPod} from '../../analysis/request-path/world.js'
import {type PresentState, presentState} from '../../evidence/predicted-mesh/present.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {decideInAmbient} from '../../istiod/ambient/verdict.js'
import {decisionSetting} from '../../istiod/authorizers.js'
import type {RegisteredHost, RegisteredPort} from '../../istiod/registry.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {Authorization} from '../../model/istio/authorization.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {unselectedNotes} from './unselected.js'

/** Whether clients may call a port of a Service; identical servers and identical clients share one row. */
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

/** Who may call the Services of one namespace. */
export interface AuthzMatrix {
  readonly namespace: string
  readonly rows: readonly MatrixRow[]
}

export interface AuthzMatrixReport extends Report, AuthzMatrix {}

interface Client {
  readonly name: string
  readonly identity: string | null
  /** Its pods are in ambient mode: its requests for Services go through their waypoints. */
  readonly ambient: boolean
}

const NO_MTLS: Client = {name: 'no mTLS', identity: null, ambient: false}

/** Every service account that pods with a proxy use. */
function clientsOf({pods, state}: PresentState): readonly Client[] {
  const proxied = pods.filter(each => each.mode === 'sidecar' || each.mode === 'gateway' || each.mode === 'ambient')
  const names = new Set(proxied.map(each => `${each.ref.namespace}/${each.serviceAccount}`))
  const domain = state.settings.trustDomains[0] ?? 'cluster.local'
  const tunnelled = new Set(
    pods.filter(each => each.mode === 'ambient').map(each => `${each.ref.namespace}/${each.serviceAccount}`),
  )
  const accounts = [...names].sort().map((name): Client => {
    const [namespace = '', account = ''] = name.split('/')
    return {name, identity: `spiffe://${domain}/ns/${namespace}/sa/${account}`, ambient: tunnelled.has(name)}
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
  state: PresentState['state'],
  policies: readonly Authorization[],
  client: Client,
  port: number,
  tcp: boolean,
): AuthorizationDecision {
  return decideByObjects(policies, askedBy(client, port, tcp), decisionSetting(state))
}

/** A request of which only its sender and its port are known. */
function askedBy(client: Client, port: number, tcp: boolean): AskedRequest {
  return {
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
}

function rowOf(decision: AuthorizationDecision): Omit<MatrixRow, 'clients' | 'host' | 'port'> {
  const {verdict, because, by} = decision
  if (verdict !== 'unknown') return {verdict, because, on: []}
  return {
    verdict: 'depends',
    because: by === undefined ? because : `on whether ${label(by)} matches`,
    on: openKeys(decision),
  }
}

type Answer = Omit<MatrixRow, 'clients' | 'host' | 'port'>

/** The clients by the answer they get, in the order answers first come up. */
type Answers = ReadonlyMap<string, {readonly answer: Answer; readonly clients: readonly string[]}>

/** Judges every client once for each set of policies, port and protocol: pods whose policies are the same get the same answers. */
function judge(state: PresentState['state'], clients: readonly Client[]) {
  const known = new Map<string, Answers>()
  return (policies: readonly Authorization[], port: number, tcp: boolean): Answers => {
    const key = JSON.stringify([policies.map(({object}) => [object.namespace, object.name]), port, tcp])
    const held = known.get(key)
    if (held !== undefined) return held
    const answers = new Map<string, {answer: Answer; clients: string[]}>()
    // Without a policy every client gets the same answer.
    const [any] = clients
    const same = policies.length === 0 && any !== undefined ? rowOf(decide(state, policies, any, port, tcp)) : undefined
    for (const client of clients) {
      const answer = same ?? rowOf(decide(state, policies, client, port, tcp))
      const text = JSON.stringify(answer)
      const group = answers.get(text)
      if (group === undefined) answers.set(text, {answer, clients: [client.name]})
      else group.clients.push(client.name)
    }
    known.set(key, answers)
    return answers
  }
}

/** The answers for pods in ambient mode: those of the waypoint of the Service, where clients go through it, and of ztunnel. */
function ambientAnswers(
  {state, pods, waypointOf}: PresentState,
  clients: readonly Client[],
  host: RegisteredHost,
  port: RegisteredPort,
  server: {readonly pod: MeshPod; readonly port: number},
): Answers {
  const tcp = port.reading === 'tcp' || port.reading === 'tls'
  const waypoint = waypointOf(host)
  const own = pods.find(
    each => each.ref.namespace === waypoint?.namespace && each.labels[GATEWAY_NAME] === waypoint.name,
  )
  const domain = state.settings.trustDomains[0] ?? 'cluster.local'
  const answers = new Map<string, {answer: Answer; clients: string[]}>()
  for (const client of clients) {
    const through =
      waypoint === undefined || !client.ambient
        ? undefined
        : {
            waypoint,
            service: {name: host.name, namespace: host.namespace, port: port.port},
            identity: `spiffe://${domain}/ns/${waypoint.namespace}/sa/${own?.serviceAccount ?? waypoint.name}`,
          }
    const {where, decision} = decideInAmbient(
      state,
      {
        asked: askedBy(client, server.port, tcp),
        server: {namespace: server.pod.ref.namespace, labels: server.pod.labels},
        ...definedFields({through}),
      },
      decisionSetting(state),
    )
    const row = rowOf(decision)
    const answer = {...row, because: `${where}: ${row.because}`}
    const text = JSON.stringify(answer)
    const group = answers.get(text)
    if (group === undefined) answers.set(text, {answer, clients: [client.name]})
    else group.clients.push(client.name)
  }
  return answers
}

/** One row for each answer that differs: pods whose policies are the same are judged once. */
function rowsFor(
  present: PresentState,
  clients: readonly Client[],
  answersFor: ReturnType<typeof judge>,
  host: RegisteredHost,
  port: RegisteredPort,
  byIp: ReadonlyMap<string, MeshPod>,
): readonly MatrixRow[] {
  const {state} = present
  const tcp = port.reading === 'tcp' || port.reading === 'tls'
  const all: Answers[] = []
  const judged = new Set<string>()
  for (const endpoint of host.endpoints(port) ?? []) {
    const pod = byIp.get(endpoint.address)
    const kind = `${JSON.stringify(endpoint.labels)} ${endpoint.port}`
    if (pod === undefined || (pod.mode !== 'sidecar' && pod.mode !== 'ambient') || judged.has(kind)) continue
    judged.add(kind)
    if (pod.mode === 'ambient') {
      all.push(ambientAnswers(present, clients, host, port, {pod, port: endpoint.port}))
      continue
    }
    const subject = {namespace: pod.ref.namespace, labels: pod.labels}
    const policies = policiesFor(subject, state.authorizations, state.settings.rootNamespace)
    all.push(answersFor(policies, endpoint.port, tcp))
  }
  const rows = new Map<string, {answer: Answer; clients: Set<string>}>()
  for (const [key, {answer, clients}] of all.flatMap(each => [...each])) {
    const row = rows.get(key) ?? {answer, clients: new Set()}
    for (const each of clients) row.clients.add(each)
    rows.set(key, row)
  }
  return [...rows.values()].map(({answer, clients}) => ({
    ...answer,
    clients: [...clients],
    host: host.host,
    port: port.port,
  }))
}

/** Shows, for each namespace of a mesh that was read, who may call its Services; answers that namespaces share are found once. */
export function whoMayCall(present: PresentState): (namespace: string) => AuthzMatrix {
  const byIp = new Map(present.pods.flatMap(pod => pod.addresses.map(ip => [ip, pod] as const)))
  const clients = clientsOf(present)
  const answersFor = judge(present.state, clients)
  return namespace => ({
    namespace,
    rows: present.state.hosts
      .filter(each => each.namespace === namespace && !each.meshExternal)
      .flatMap(host => host.ports.flatMap(port => rowsFor(present, clients, answersFor, host, port, byIp))),
  })
}

/** Who may call which Service of a namespace, by the AuthorizationPolicy objects. */
export async function authzMatrixReport(
  given: Source,
  namespace: string,
  istioNamespace: string,
): Promise<AuthzMatrixReport> {
  const source = noted(given)
  const present = await presentState(source, istioNamespace)
  const notes = [...present.notes, ...unselectedNotes(present, [namespace])]
  return {...answeredFrom(source), gaps: present.gaps, notes, ...whoMayCall(present)(namespace)}
}
