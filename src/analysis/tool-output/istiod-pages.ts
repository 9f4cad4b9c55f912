import {own} from '../../model/collections/own.js'
import type {DebugPages, EndpointCount} from '../../model/evidence/debug-page.js'
import {humanCount} from '../../model/text/human-count.js'
import {grouped} from './grouped.js'
import {metricMeaning} from './metrics.js'

function registry({services}: DebugPages): readonly string[] {
  if (services.length === 0) return []
  const lines = services.map(({host, ports}) => {
    const of = ports.map(({name, port, protocol}) => `${port} ${name} (${protocol})`)
    return `${host}: ${of.length === 0 ? 'no ports' : of.join(', ')}`
  })
  const bare = services.flatMap(({host, ports}) =>
    ports
      .filter(({protocol}) => /^Unsupported|^$/.test(protocol))
      .map(
        ({port}) =>
          `${host}, port ${port}: its protocol is not declared, so the proxies detect it: name the port http-..., grpc-... or tcp-..., or set appProtocol`,
      ),
  )
  return [
    `istiod's registry holds ${humanCount(services.length, 'Service')} in this text`,
    ...grouped([...bare, ...lines], 'Services'),
  ]
}

function endpointSentence({host, all, unhealthy}: EndpointCount): readonly string[] {
  if (all === 0)
    return [
      `${host} has no endpoints in istiod: Envoy answers 503 (UH, no healthy upstream). Its selector matches no ready pod, or the endpoints of its cluster were not read`,
    ]
  return unhealthy === all ? [`${host}: none of its ${all} endpoints is healthy`] : []
}

function endpoints({endpoints: counts, cut}: DebugPages): readonly string[] {
  if (counts.length === 0) return []
  const found = cut
    ? ['the page is cut: which entries have no endpoints, or no healthy one, is not checked']
    : counts.flatMap(endpointSentence)
  const total = counts.reduce((sum, {all}) => sum + all, 0)
  return [
    `istiod has ${humanCount(total, 'endpoint')} for ${humanCount(counts.length, 'entry', 'entries')} in this text`,
    ...grouped(found, 'entries without endpoints'),
  ]
}

function proxies({proxies: all}: DebugPages): readonly string[] {
  if (all.length === 0) return []
  const versions = new Map<string, string[]>()
  for (const {name, version} of all) {
    if (version === undefined) continue
    const names = versions.get(version) ?? []
    versions.set(version, [...names, name])
  }
  const mixed =
    versions.size < 2
      ? []
      : [...versions].map(
          ([version, names]) =>
            `version ${version}: ${names.slice(0, 5).join(', ')}${names.length > 5 ? `, and ${names.length - 5} more` : ''}`,
        )
  return [
    `${humanCount(all.length, 'proxy', 'proxies')} connected to this istiod: ${all
      .slice(0, 5)
      .map(({name}) => name)
      .join(
        ', ',
      )}${all.length > 5 ? ', ...' : ''}; whether each has the newest configuration is in /debug/syncz (meshctl proxy-status)`,
    ...mixed,
  ]
}

function problems({problems: all}: DebugPages): readonly string[] {
  return grouped(
    all.map(({metric, subject, message}) => {
      const meaning = metricMeaning(metric)
      const said = message === '' ? subject : `${subject}: ${message}`
      return `${metric}: ${said}${meaning === undefined ? '' : `: ${meaning}`}`
    }),
    'problems',
  )
}

/** What istiod says of its connection to the API server of a cluster (istio/istio, pkg/kube/multicluster: sync states). */
const CLUSTER_STATES: Readonly<Record<string, string>> = {
  synced: 'istiod has read it',
  syncing: 'istiod is still reading it: its endpoints may be missing',
  timeout:
    'istiod could not read it in time and goes on without its endpoints: check the remote secret and the address of its API server',
  closed: 'istiod no longer reads it',
}

/** What istiod's debug pages say to a person who debugs a mesh. */
export function istiodPageFindings(pages: DebugPages): readonly string[] {
  return [
    ...problems(pages),
    ...endpoints(pages),
    ...proxies(pages),
    ...pages.clusters.map(({id, state}) => {
      const meaning = own(CLUSTER_STATES, state)
      return `cluster ${id} is ${state}${meaning === undefined ? '' : `: ${meaning}`}`
    }),
    ...pages.policies.map(
      ({namespace, name, action}) => `istiod knows AuthorizationPolicy ${namespace}/${name} with action ${action}`,
    ),
    ...registry(pages),
  ]
}
