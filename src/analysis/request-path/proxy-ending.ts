import type {Decision, Outcome} from '../../model/envoy/decision.js'
import {type Disposition, type Ending, ending, openEnding} from './ending.js'
import {CERTIFICATE_DEMANDED, CERTIFICATE_REFUSED, TERMINATED, TLS_RESET, TLS_RESET_RACES} from './failures.js'
import {type Speech, waitsForServer} from './speech.js'
import type {MeshPod, Site} from './world.js'

/** Ports of the proxy itself, where chains lead to a cluster without endpoints so that requests do not loop. */
const OWN_PORTS = [15_001, 15_006]

const RBAC = /^rbac_access_denied_matched_policy\[(.*)\]$/s

/** The policy that details of a denial name. */
export function deniedBy(details: string | null): string | undefined {
  return RBAC.exec(details ?? '')?.[1]
}

const BY_FLAG: readonly (readonly [string, Disposition, string])[] = [
  ['NR', 'no-route', 'no route matches'],
  ['NC', 'no-route', 'the route names a cluster that does not exist'],
  ['UH', 'no-endpoint', 'the cluster has no healthy endpoint'],
]

/** How the proxy itself ended a request that it did not pass on, or could not. */
function ownAnswer(outcome: Outcome, last: Ending | undefined): readonly [Disposition, string] {
  for (const [flag, disposition, because] of BY_FLAG) if (outcome.flags.includes(flag)) return [disposition, because]
  if (last !== undefined && (outcome.flags.includes('UF') || outcome.flags.includes('UC')))
    return [last.disposition === 'delivered' ? 'refused' : last.disposition, last.because]
  const what = outcome.details ?? outcome.terminationDetails ?? 'nothing said'
  return ['answered', `the proxy answers itself (${what})`]
}

function httpEnding(outcome: Outcome, status: number, pod: MeshPod, last: Ending | undefined): Ending {
  const attempt = {kind: 'answer', status, after: 0} as const
  const policy = deniedBy(outcome.details)
  if (policy !== undefined) return ending(attempt, 'denied', denialText(policy), {pod, policy})
  if (outcome.details === 'via_upstream' && last !== undefined) return {...last, attempt}
  const [disposition, because] = ownAnswer(outcome, last)
  const policyOf = disposition === 'denied' ? last?.policy : undefined
  return ending(attempt, disposition, because, {
    pod: last === undefined ? pod : last.pod,
    policy: policyOf,
    races: last?.races ?? [],
  })
}

function denialText(policy: string): string {
  return policy === 'none' ? 'no ALLOW policy matches the request' : `policy ${policy} denies the request`
}

/** A connection that is closed before anything is answered, as its client sees it. */
function closed(speech: Speech): Pick<Ending, 'attempt' | 'races'> {
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

function handshakeFailure(decision: Decision): string | undefined {
  const found = decision.steps.find(({stage, text}) => stage === 'tls' && text.startsWith('the TLS handshake fails'))
  return found?.text.replace(/^the TLS handshake fails: /, '')
}

function unmatched(site: Site, speech: Speech, port: number): Ending {
  const plain = speech.tls === undefined && wantsTls(site, port)
  const because = plain
    ? `the proxy takes only mTLS on port ${port}, and gets plain text`
    : `no filter chain of the proxy matches the connection to port ${port}`
  return ending(closed(speech).attempt, plain ? 'tls-mismatch' : 'no-route', because, {
    pod: site.pod,
    races: closed(speech).races,
  })
}

function waiting(site: Site, speech: Speech, port: number): Ending {
  const plain = speech.tls === undefined && wantsTls(site, port)
  const because = 'the proxy waits for the first bytes of the client, and the client waits for the server'
  return ending({kind: 'silence'}, plain ? 'tls-mismatch' : 'refused', because, {pod: site.pod})
}

/** What the client of a proxy sees, by what the proxy decided; `last` is how its own last call ended. */
export function proxyEnding(
  decision: Decision,
  site: Site,
  speech: Speech,
  port: number,
  last: Ending | undefined,
): Ending {
  const {pod} = site
  if (!decision.decided) return openEnding(`it depends on ${decision.reason}`, pod)
  const {outcome} = decision
  const refused = handshakeFailure(decision)
  if (refused !== undefined) {
    const demanded = refused.includes('shows no certificate')
    const attempt = speech.tls === undefined ? TERMINATED : demanded ? CERTIFICATE_DEMANDED : CERTIFICATE_REFUSED
    return ending(attempt, 'tls-mismatch', refused, {pod})
  }
  if (outcome.details === 'filter_chain_not_found') return unmatched(site, speech, port)
  if (decision.steps.some(each => each.stage === 'listener-filters')) return waiting(site, speech, port)
  const policy = deniedBy(outcome.terminationDetails)
  if (policy !== undefined) {
    if (waitsForServer(speech) && last?.attempt.kind === 'answer')
      return {...last, because: `${last.because}; once the client sends bytes, ${denialText(policy)}`}
    const heard = speech.head === undefined && speech.tls !== undefined && last?.attempt.kind === 'answer'
    const until = heard ? '; until it sends bytes the client hears what the server says first' : ''
    return ending(closed({...speech, tls: undefined}).attempt, 'denied', denialText(policy) + until, {pod, policy})
  }
  if (outcome.status !== null && outcome.details !== null) return httpEnding(outcome, outcome.status, pod, last)
  if (outcome.flags.includes('UH') && OWN_PORTS.includes(port))
    return ending(closed(speech).attempt, 'refused', `port ${port} is the proxy’s own: it closes connections to it`, {
      pod,
      races: closed(speech).races,
    })
  if (outcome.flags.length > 0) {
    const [disposition, because] = ownAnswer(outcome, last)
    return ending(closed(speech).attempt, disposition, because, {
      pod: last === undefined ? pod : last.pod,
      races: closed(speech).races,
    })
  }
  if (last !== undefined) return last
  return openEnding('what becomes of the connection is not known', pod)
}
