import {own} from '../../model/collections/own.js'
import type {HttpExchange} from '../../model/evidence/tool-output.js'
import {meaningsOf} from '../../model/vocabulary/words.js'
import {explainMessage} from '../log-explanation/explain.js'
import {failureOf} from './client-failures.js'

const AUTOMATIC = /^240\.240\.|^2001:2:/

/** What Envoy's admin page /ready says of a proxy that is not (Envoy, ServerInfo.State). */
const NOT_READY: Readonly<Record<string, string>> = {
  PRE_INITIALIZING: 'it waits for its clusters: the control plane has not sent them, or their endpoints did not arrive',
  INITIALIZING: 'it has its clusters and waits for listeners and what they need (routes, certificates)',
  DRAINING: 'it shuts down and takes no new connections',
}

function ofEnvoy(status: number, host: string): string {
  const where = host === '' ? 'the host' : `the host ${host}`
  if (status === 404)
    return `Envoy itself answered: no route matches ${where} and the path (no VirtualService or virtual host for it, or none bound to this Gateway): meshctl proxy-config route POD`
  if (status === 502)
    return `Envoy itself answered: ${where} is not in the service registry and outboundTrafficPolicy is REGISTRY_ONLY (route block_all), or no ServiceEntry with this host and port is visible here`
  if (status === 426)
    return 'Envoy itself answered: the client speaks HTTP/1.0, which it refuses: meshctl explain MCT1403'
  if (status === 403) return 'Envoy itself answered: an AuthorizationPolicy of this proxy denied the request'
  if (status === 503)
    return 'Envoy itself answered 503: the response flags in its access log say why (meshctl explain LINE)'
  return `Envoy itself answered ${status}: meshctl explain ${status}`
}

function messageOf(body: string | undefined): string | undefined {
  return body === undefined ? undefined : explainMessage({kind: 'message', message: body})?.means
}

function answerSentences(exchange: HttpExchange & {readonly status: number}): readonly string[] {
  const {status, headers, host = '', body} = exchange
  const time = headers['x-envoy-upstream-service-time']
  const envoy = time !== undefined || /envoy/i.test(headers.server ?? '')
  const waits = own(NOT_READY, body ?? '')
  if (waits !== undefined) return [`HTTP ${status}: Envoy is not ready (${body}): ${waits}`]
  const said = messageOf(body)
  const passed =
    time === undefined
      ? []
      : [
          `x-envoy-upstream-service-time: Envoy passed the request on, and what is behind it answered after ${time} ms${headers.server === undefined ? '' : ` (server: ${headers.server})`}`,
        ]
  if (!envoy) {
    return [
      `HTTP ${status}: no header of Envoy (server, x-envoy-upstream-service-time), so nothing shows that a proxy was on the way${status >= 400 ? '; the access log of the proxies says which of them answered' : ''}`,
      ...(said === undefined
        ? status >= 400
          ? meaningsOf(String(status))
              .slice(0, 1)
              .map(({meaning}) => `${status}: ${meaning}`)
          : []
        : [said]),
    ]
  }
  if (status < 400) return [`HTTP ${status}: answered through Envoy`, ...passed]
  if (time === undefined) return [`HTTP ${status}: ${ofEnvoy(status, host)}`, ...(said === undefined ? [] : [said])]
  if (said !== undefined)
    return [
      `HTTP ${status}`,
      ...passed,
      `the text is Envoy's, so a second proxy behind it wrote it (the sidecar of the server) and the application did not answer: ${said}`,
    ]
  return [
    `HTTP ${status}: it came from the application or another server behind Envoy, not from Envoy itself`,
    ...passed,
  ]
}

/** What a request of curl or wget shows: where it went, who answered, and why it failed. */
export function httpFindings(exchange: HttpExchange): readonly string[] {
  const {peer, peerPort, peerAddress = '', host, status, curlError, message, client = 'curl'} = exchange
  const to =
    peer === undefined
      ? []
      : [
          `connected or tried: ${peer}${peerPort === undefined ? '' : ` port ${peerPort}`}${host === undefined ? '' : `, host ${host}`}`,
        ]
  const automatic = AUTOMATIC.test(peerAddress)
    ? [
        `${peerAddress} is an automatic address of Istio: the DNS proxy of the sidecar gave it for the host of a ServiceEntry without addresses`,
      ]
    : []
  const answered = status === undefined ? [] : answerSentences({...exchange, status})
  const known = curlError === undefined ? undefined : failureOf(curlError, message)
  const failed =
    curlError === undefined
      ? []
      : [
          `${client === 'wget' ? 'wget' : `curl (${curlError})`}${message === undefined ? '' : ` ${message}`}: ${known ?? 'see EXIT CODES in curl(1)'}`,
        ]
  const silent =
    status === undefined && curlError === undefined
      ? ['curl shows neither status nor error: add -v or -i, so that the status and the headers of Envoy are seen']
      : []
  return [...to, ...automatic, ...answered, ...failed, ...silent]
}
