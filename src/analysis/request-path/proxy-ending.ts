import {own} from '../../model/collections/own.js'
import type {AnsweredBy, Decision, Denial} from '../../model/envoy/decision.js'
import {type EndingReason, ending, openEnding, type PathDisposition, type PathEnding} from './ending.js'
import {CERTIFICATE_DEMANDED, CERTIFICATE_REFUSED, TERMINATED, TLS_RESET, TLS_RESET_RACES} from './failures.js'
import {type Speech, waitsForServer} from './speech.js'
import type {MeshPod, Site} from './world.js'

/** Ports of the proxy itself: their chains route to a cluster without endpoints to prevent loops. */
const OWN_PORTS = [15_001, 15_006]

type Known = readonly [PathDisposition, EndingReason, string]

type Decided = Extract<Decision, {decided: true}>

/** What did not match: the virtual host, or the routes of the one that has the host. */
function missingRoute({steps}: Decided): string {
  const last = steps.findLast(({stage}) => stage === 'route' || stage === 'virtual-host')
  return last?.text ?? 'no route matches'
}

/** The cluster that a route, or the chain of a TCP connection, names in vain. */
function missingCluster({outcome: {cluster, details}}: Decided): string {
  const by = details === null ? 'the filter chain' : 'the route'
  return typeof cluster === 'string' && cluster !== ''
    ? `${by} names cluster ${cluster}, which does not exist`
    : `${by} names a cluster that does not exist`
}

const BY_FLAG: Readonly<Record<string, (decision: Decided) => Known>> = {
  NR: decision => ['no-route', 'no-route', missingRoute(decision)],
  NC: decision => ['no-route', 'no-cluster', missingCluster(decision)],
  UH: () => ['no-endpoint', 'no-endpoint', 'the cluster has no healthy endpoint'],
}

/** The end of a request that the proxy did not or could not forward. */
function ownAnswer(decision: Decided, last: PathEnding | undefined): Known {
  const {outcome} = decision
  const known = outcome.flags.map(flag => own(BY_FLAG, flag)).find(each => each !== undefined)
  if (known !== undefined) return known(decision)
  if (last !== undefined && (outcome.flags.includes('UF') || outcome.flags.includes('UC')))
    return last.disposition === 'delivered'
      ? ['refused', 'connection-broken', last.because]
      : [last.disposition, last.reason, last.because]
  const what = outcome.details ?? outcome.terminationDetails ?? 'no details'
  return ['answered', 'proxy-answers', `the proxy replies itself (${what})`]
}

interface HttpAnswer {
  readonly decision: Decided
  readonly status: number
  readonly by: AnsweredBy | undefined
  readonly denied: Denial | undefined
}

function httpEnding(
  {decision, status, by, denied}: HttpAnswer,
  pod: MeshPod,
  last: PathEnding | undefined,
): PathEnding {
  const attempt = {kind: 'answer', status, after: 0} as const
  if (denied !== undefined) return ending(attempt, ...denialOf(denied), {pod, policy: denied.policy ?? NO_POLICY})
  if (by === 'upstream' && last !== undefined) return {...last, attempt}
  const known = ownAnswer(decision, last)
  const policyOf = known[0] === 'denied' ? last?.policy : undefined
  return ending(attempt, ...known, {
    pod: last === undefined ? pod : last.pod,
    policy: policyOf,
    races: last?.races ?? [],
    condition: last?.condition,
    made: last?.made,
  })
}

/** The policy name Envoy logs when no ALLOW policy matched. */
const NO_POLICY = 'none'

function denialOf({policy}: Denial): Known {
  return policy === undefined
    ? ['denied', 'no-allow-policy', 'no ALLOW policy matches the request']
    : ['denied', 'policy', `policy ${policy} denies the request`]
}

/** A connection closed without a response, as its client sees it. */
function closed(speech: Speech): Pick<PathEnding, 'attempt' | 'races'> {
  if (speech.tls !== undefined) return {attempt: TLS_RESET, races: TLS_RESET_RACES}
  return {attempt: waitsForServer(speech) ? {kind: 'silence'} : TERMINATED, races: []}
}

function wantsTls(site: Site, port: number): boolean {
  const chains = (site.proxy?.listeners ?? []).flatMap(each => {
    const listener = each.bound ? each.read() : undefined
    return listener?.filterChains ?? []
  })
  return chains.some(
    ({filterChainMatch: match, transportSocket}) =>
      transportSocket !== undefined && (match?.destinationPort === undefined || match.destinationPort === port),
  )
}

function unmatched(site: Site, speech: Speech, port: number): PathEnding {
  const plain = speech.tls === undefined && wantsTls(site, port)
  const because = plain
    ? `the proxy accepts only mTLS on port ${port}, but receives plaintext`
    : `no filter chain of the proxy matches the connection to port ${port}`
  const {attempt, races} = closed(speech)
  const end: Known = plain ? ['tls-mismatch', 'plain-text-to-mtls', because] : ['no-route', 'no-filter-chain', because]
  return ending(attempt, ...end, {pod: site.pod, races})
}

function waiting(site: Site, speech: Speech, port: number): PathEnding {
  const plain = speech.tls === undefined && wantsTls(site, port)
  const because = 'the proxy waits for the first bytes of the client, and the client waits for the server'
  const end: Known = plain ? ['tls-mismatch', 'plain-text-to-mtls', because] : ['refused', 'both-wait', because]
  return ending({kind: 'silence'}, ...end, {pod: site.pod})
}

/** What the client of a proxy sees, by what the proxy decided; `last` is how its own last call ended. */
export function proxyEnding(
  decision: Decision,
  site: Site,
  speech: Speech,
  port: number,
  last: PathEnding | undefined,
): PathEnding {
  const {pod} = site
  if (!decision.decided) return openEnding(`it depends on ${decision.reason}`, pod)
  const {outcome, facts} = decision
  const {handshake, heldBy, denied} = facts
  if (handshake?.kind === 'failed') {
    const demanded = handshake.failure === 'no-certificate'
    const attempt = speech.tls === undefined ? TERMINATED : demanded ? CERTIFICATE_DEMANDED : CERTIFICATE_REFUSED
    const reason = handshake.failure === 'plain-text' ? 'plain-text-to-mtls' : 'handshake-failed'
    return ending(attempt, 'tls-mismatch', reason, handshake.why, {pod})
  }
  if (facts.filterChain === 'none') return unmatched(site, speech, port)
  if (heldBy !== undefined) return waiting(site, speech, port)
  if (denied?.layer === 'network') {
    const [, reason, text] = denialOf(denied)
    if (waitsForServer(speech) && last?.attempt.kind === 'answer')
      return {...last, because: `${last.because}; once the client sends bytes, ${text}`}
    const heard = speech.head === undefined && speech.tls !== undefined && last?.attempt.kind === 'answer'
    const until = heard ? '; until then the client receives what the server sends first' : ''
    const policy = denied.policy ?? NO_POLICY
    return ending(closed({...speech, tls: undefined}).attempt, 'denied', reason, text + until, {pod, policy})
  }
  const {status} = outcome
  if (status !== null && outcome.details !== null)
    return httpEnding({decision, status, by: facts.answeredBy, denied}, pod, last)
  if (outcome.flags.includes('UH') && OWN_PORTS.includes(port))
    return ending(
      closed(speech).attempt,
      'refused',
      'proxy-port',
      `port ${port} belongs to the proxy, which closes connections to it`,
      {pod, races: closed(speech).races},
    )
  if (outcome.flags.length > 0) {
    return ending(closed(speech).attempt, ...ownAnswer(decision, last), {
      pod: last === undefined ? pod : last.pod,
      races: closed(speech).races,
      condition: last?.condition,
      made: last?.made,
    })
  }
  if (last !== undefined) return last
  return openEnding('the outcome of the connection is unknown', pod)
}
