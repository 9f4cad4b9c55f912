import {own} from '../../model/collections/own.js'
import type {Protocol} from '../../model/envoy/request.js'
import {UserError} from '../../model/evidence/user-error.js'
import {parseIp} from '../../model/kernel/ip-address.js'

/** The properties of a request through the mesh, apart from source and destination. */
export interface PathFlags {
  readonly method?: string | undefined
  readonly path?: string | undefined
  readonly header?: readonly string[] | undefined
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly protocol?: string | undefined
  readonly sni?: string | undefined
  readonly uid?: number | undefined
  /** The address to connect to, if the host in the URL resolves to another than the objects imply. */
  readonly address?: string | undefined
}

/** A destination as written: `scheme://host:port/path`, `service:port`, `address:port`, a pod, a host. */
export interface PathDestination {
  readonly scheme: string | undefined
  readonly host: string
  readonly port: number | undefined
  readonly path: string
}

const URL_FORM = /^([a-z][a-z0-9+.-]*):\/\/(\[[0-9a-fA-F:.]+\]|[^:/?#\s]+)(?::(\d{1,5}))?([/?][^\s]*)?$/
/** `reviews:9080`, `10.96.0.10:3306`, `deploy/reviews-v1`, `[::1]:80`. */
const PLAIN_FORM = /^()(\[[0-9a-fA-F:.]+\]|[^:?#\s]+)(?::(\d{1,5}))?()$/
const SCHEMES = ['http', 'https', 'grpc', 'tcp', 'tls']
const EXAMPLE = 'Write it as http://reviews:9080/reviews/0, reviews:9080, 10.96.0.10:3306, or the name of a pod.'

/** Reads a destination. */
export function readDestination(text: string): PathDestination {
  const found = (text.includes('://') ? URL_FORM : PLAIN_FORM).exec(text)
  const [, scheme = '', host = '', port, path = ''] = found ?? []
  const number = port === undefined ? undefined : Number(port)
  if (found === null || (number !== undefined && (number < 1 || number > 65_535)))
    throw new UserError(`cannot read the destination ${JSON.stringify(text)}`, {hint: EXAMPLE})
  if (scheme !== '' && !SCHEMES.includes(scheme))
    throw new UserError(`unknown scheme ${JSON.stringify(scheme)}`, {hint: `Choose one of ${SCHEMES.join(', ')}.`})
  return {
    scheme: scheme === '' ? undefined : scheme,
    host: host.replace(/^\[|\]$/g, ''),
    port: number,
    path: path.startsWith('?') ? `/${path}` : path,
  }
}

const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  'http/1.0': 'http/1.0',
  'http/1.1': 'http/1.1',
  'http/2': 'http/2',
  h2: 'http/2',
  grpc: 'http/2',
  tcp: 'tcp',
}

/** The requested protocol, else that of the scheme, else the declared protocol of the port. */
export function protocolOf(flags: PathFlags, scheme: string | undefined, declaredHttp: boolean): Protocol {
  if (flags.protocol !== undefined) return own(PROTOCOLS, flags.protocol) ?? 'http/1.1'
  if (scheme === 'tcp' || scheme === 'tls') return 'tcp'
  if (scheme === 'grpc') return 'http/2'
  return scheme === undefined && !declaredHttp ? 'tcp' : 'http/1.1'
}

/** Whether the application itself originates TLS. */
export function opensTls(flags: PathFlags, scheme: string | undefined): boolean {
  return scheme === 'https' || scheme === 'tls' || flags.sni !== undefined
}

/** A request header written as `name=value` or `name: value`. */
export function readHeader(text: string): readonly [string, string] {
  const found = /^([^:=\s]+)\s*[:=]\s*(.*)$/s.exec(text)
  if (found === null)
    throw new UserError(`cannot read the header ${JSON.stringify(text)}`, {hint: 'Write it as name=value.'})
  return [(found[1] ?? '').toLowerCase(), found[2] ?? '']
}

/** Whether a word is an IP address. */
export function isAddress(text: string): boolean {
  return parseIp(text) !== undefined
}
