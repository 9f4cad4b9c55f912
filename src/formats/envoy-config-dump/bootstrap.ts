import {at, field, isObject, numberOf, textOf} from '../decode.js'

/** What a bootstrap says about the proxy itself. */
export interface BootstrapFacts {
  readonly istioVersion: string
  readonly proxyVersion: string
  readonly envoyVersion: string
  readonly nodeId: string
  readonly cluster: string
  readonly discoveryAddress: string
  readonly serviceAccount: string
  readonly interceptionMode: string
  readonly lastUpdated: string
}

function envoyVersion(build: unknown): string {
  const number = (name: string) => numberOf(build, 'version', name) ?? 0
  const metadata = field(build, 'metadata')
  const extra = (key: string, mark: string) => {
    const held = isObject(metadata) ? metadata[key] : undefined
    return held === undefined ? '' : `${mark}${typeof held === 'string' ? held : ''}`
  }
  return [
    `${number('major_number')}.${number('minor_number')}.${number('patch')}`,
    extra('build.label', '-'),
    extra('revision.status', '/'),
    extra('build.type', '/'),
    extra('ssl.version', '/'),
  ].join('')
}

/** `COMMIT/1.8.0-dev/Clean/RELEASE` of Envoys before 1.14; istioctl knows only the newer field and prints 0.0.0. */
function oldVersion(node: unknown): string | undefined {
  const [, version, ...rest] = (textOf(node, 'build_version') ?? '').split('/')
  return version === undefined || version === '' ? undefined : [version, ...rest.filter(part => part !== '')].join('/')
}

/** What stands for Envoy's version where the node does not name it: a dump that is cut, or one that istiod made. */
export const UNKNOWN_VERSION = 'unknown'

/** Reads a BootstrapConfigDump: versions as istioctl words them, and who the proxy says it is (core.v3.Node, Istio's node metadata). */
export function decodeBootstrap(section: unknown): BootstrapFacts {
  const node = at(section, 'bootstrap', 'node')
  const metadata = (name: string) => textOf(node, 'metadata', name) ?? ''
  const sha = metadata('ISTIO_PROXY_SHA')
  return {
    istioVersion: metadata('ISTIO_VERSION'),
    proxyVersion: sha.includes(':') ? (sha.split(':')[1] ?? '') : sha,
    envoyVersion:
      field(node, 'user_agent_build_version') === undefined
        ? (oldVersion(node) ?? textOf(node, 'user_agent_version') ?? UNKNOWN_VERSION)
        : envoyVersion(field(node, 'user_agent_build_version')),
    nodeId: textOf(node, 'id') ?? '',
    cluster: textOf(node, 'cluster') ?? '',
    discoveryAddress: textOf(node, 'metadata', 'PROXY_CONFIG', 'discoveryAddress') ?? '',
    serviceAccount: metadata('SERVICE_ACCOUNT'),
    interceptionMode: metadata('INTERCEPTION_MODE'),
    lastUpdated: textOf(section, 'last_updated') ?? '',
  }
}
