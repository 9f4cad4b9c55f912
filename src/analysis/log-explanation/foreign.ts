import {own} from '../../model/collections/own.js'
import type {ForeignAccess} from '../../model/envoy/log-line.js'
import {RESPONSE_FLAGS} from '../../model/envoy/response-flags.js'
import type {LineExplanation} from './line-explanation.js'

const ALB = 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html'
const MIXER = 'https://istio.io/v1.4/docs/tasks/observability/logs/collecting-logs/'

interface Meaning {
  readonly means: string
  readonly next: string
}

/** What the load balancer's own statuses mean when no target gave one (AWS, "Troubleshoot your Application Load Balancers"). */
const BALANCER: Readonly<Record<string, Meaning>> = {
  '502': {
    means:
      'The load balancer answered 502 itself: the target {target} closed or reset the connection before it answered, answered something that is not HTTP, or the TLS handshake with it failed. Usual: the gateway pod was stopped while the load balancer still sent to it, its idle timeout is shorter than the one of the load balancer, or the protocols of target group and gateway port differ (HTTP and HTTPS).',
    next: 'Find the request in the access log of the gateway; compare the protocol of the target group with the server of the Gateway, and the idle timeouts',
  },
  '503': {
    means: 'The load balancer answered 503 itself: its target group has no registered target.',
    next: 'kubectl get endpoints -n NAMESPACE   # of the gateway; then the target group',
  },
  '504': {
    means:
      'The load balancer answered 504 itself: it could not connect to the target {target} in time, or the target did not answer within the idle timeout: a security group, NetworkPolicy or node port blocks it, the gateway does not listen there, or the application is slow.',
    next: 'Check the security groups and the health of the target group, then the access log of the gateway: without an entry the request did not arrive',
  },
  '460': {
    means:
      'The client closed the connection to the load balancer before its idle timeout ended: the answer took too long for the client.',
    next: 'Compare the timeout of the client with the duration of the request',
  },
  '463': {
    means: 'The load balancer received an X-Forwarded-For header with more than 30 addresses.',
    next: 'Find the proxy that adds them: a loop between proxies does',
  },
  '464': {
    means:
      'The protocol of the request does not fit the protocol version of the target group (HTTP/1.1, HTTP/2, gRPC).',
    next: 'Compare the protocol version of the target group with what the gateway port speaks',
  },
  '400': {
    means: 'The request was malformed: the load balancer refused it itself.',
    next: 'Look at the request of the client',
  },
}

function balancer({code, target = 'it chose', targetCode, dispatched}: ForeignAccess): Meaning {
  if (targetCode !== undefined)
    return {
      means: `The load balancer passed on what its target ${target} (the gateway of the mesh) answered: ${targetCode}.`,
      next: 'Find the request in the access log of the gateway, and explain that line',
    }
  const known = own(BALANCER, code)
  if (known !== undefined) return {...known, means: known.means.replace('{target}', target)}
  const reached = dispatched === false ? ' It sent the request to no target.' : ''
  return {
    means: `The load balancer answered ${code} itself: no target gave a status.${reached}`,
    next: 'The access log of the gateway has no entry for such a request',
  }
}

function mixer({code, target, host, flags}: ForeignAccess): Meaning {
  const names = (flags ?? '').split(',').flatMap(flag => own(RESPONSE_FLAGS, flag)?.[0] ?? [])
  const where =
    target === undefined ? `no destination is named${host === undefined ? '' : ` (host ${host})`}` : `to ${target}`
  const means = `An entry of Mixer, the telemetry of Istio before 1.8: ${where}, answered with ${code}.`
  if (names.length > 0) return {means: `${means} ${names.join(' ')}`, next: `meshctl explain ${flags ?? ''}`}
  if (Number(code) < 400) return {means, next: 'Nothing is wrong.'}
  return {
    means: `${means} The record has no response flag, so whether a proxy or the application answered is not in it${code === '404' && target === undefined ? '; without a destination, usually no route of the gateway matches the host' : ''}.`,
    next: 'Read the access log of the gateway or sidecar for this request: it has the response flag',
  }
}

/** What an entry of a load balancer or of Mixer says: they have no response flags of Envoy of their own. */
export function explainForeign(entry: ForeignAccess): LineExplanation {
  const isBalancer = entry.by === 'load balancer'
  const flags = (entry.flags ?? '').split(',').filter(flag => Object.hasOwn(RESPONSE_FLAGS, flag))
  return {
    writer: isBalancer ? 'a load balancer in front of the mesh (AWS ALB)' : 'Mixer',
    heading: [entry.request, entry.code].filter(part => part !== undefined).join(' '),
    ...(isBalancer ? balancer(entry) : mixer(entry)),
    source: isBalancer ? ALB : MIXER,
    also: [],
    words: flags.map(flag => ({word: flag, meaning: own(RESPONSE_FLAGS, flag)?.[0] ?? ''})),
  }
}
