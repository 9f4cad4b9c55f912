import {definedFields} from '../../model/collections/defined-fields.js'
import type {PendingResource} from '../../model/envoy/pending-resource.js'
import {at, field, isObject, listOf, textOf, textsOf} from '../decode.js'

/** Per section: the noun for a resource, its list of entries, and the field of an entry with the resource. */
const PLACES = {
  Clusters: {noun: 'cluster', lists: ['dynamic_active_clusters', 'dynamic_warming_clusters'], resource: 'cluster'},
  Listeners: {
    noun: 'listener',
    lists: ['dynamic_listeners', 'dynamic_warming_listeners', 'dynamic_draining_listeners'],
    resource: 'listener',
  },
  Routes: {noun: 'route configuration', lists: ['dynamic_route_configs'], resource: 'route_config'},
  Endpoints: {noun: 'endpoints of', lists: ['dynamic_endpoint_configs'], resource: 'endpoint_config'},
  Secrets: {noun: 'secret', lists: ['dynamic_active_secrets', 'dynamic_warming_secrets'], resource: 'secret'},
  Ecds: {noun: 'filter', lists: ['ecds_filters'], resource: 'ecds_filter'},
} as const

export type PendingSection = keyof typeof PLACES

/** Every object in a value, itself included; iterative, so any depth is safe. */
function* objectsIn(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  const left: unknown[] = [value]
  while (left.length > 0) {
    const next = left.pop()
    if (Array.isArray(next)) for (const item of next) left.push(item)
    else if (isObject(next)) {
      yield next
      for (const key of Object.keys(next)) left.push(next[key])
    }
  }
}

function distinct(names: readonly string[]): string {
  const all = [...new Set(names)]
  return all.length > 3 ? `${all.slice(0, 3).join(', ')} and ${all.length - 3} more` : all.join(', ')
}

/** What a warming resource waits for: its endpoints, routes, certificates or addresses (Envoy, cluster and listener warming). */
function waitsFor(resource: unknown): readonly string[] {
  const objects = [...objectsIn(resource)]
  const routes = objects.flatMap(each => textOf(each, 'route_config_name') ?? [])
  const secrets = objects
    .filter(each => field(each, 'sds_config') !== undefined)
    .flatMap(each => textOf(each, 'name') ?? [])
  const type = textOf(resource, 'type')
  return [
    ...(type === 'EDS' ? ['its endpoints (EDS)'] : []),
    ...(type === 'STRICT_DNS' || type === 'LOGICAL_DNS' ? ['its addresses (DNS)'] : []),
    ...(routes.length === 0 ? [] : [`routes (RDS: ${distinct(routes)})`]),
    ...(secrets.length === 0 ? [] : [`certificates (SDS: ${distinct(secrets)})`]),
  ]
}

/** True when fetching the resource never times out: `initial_fetch_timeout: 0s`. */
function waitsForever(resource: unknown): boolean {
  return [...objectsIn(resource)].some(each => /^0(\.0+)?s$/.test(textOf(each, 'initial_fetch_timeout') ?? ''))
}

function errorOf(entry: unknown, noun: string, name: string): readonly PendingResource[] {
  const error = field(entry, 'error_state')
  if (!isObject(error)) return []
  const details = textOf(error, 'details')?.trim() ?? ''
  return [
    {
      noun,
      name,
      state: 'rejected',
      reason: details === '' ? 'Envoy gives no reason' : details,
      waitsFor: [],
      since: textOf(error, 'last_update_attempt') ?? '',
    },
  ]
}

function warmingOf(resource: unknown, noun: string, name: string, since: string): PendingResource {
  return {
    noun,
    name,
    state: 'warming',
    reason: waitsForever(resource) ? 'it waits without a time limit (initial_fetch_timeout 0s)' : '',
    waitsFor: waitsFor(resource),
    since,
  }
}

/** A failed update carries the resource in `failed_configuration`. */
function nameOf(entry: unknown, resource: string): string {
  const state = ['active_state', 'warming_state', 'draining_state']
    .map(name => at(entry, name, resource))
    .find(each => each !== undefined)
  const failed = at(entry, 'error_state', 'failed_configuration')
  const found = field(entry, resource) ?? state ?? failed
  return textOf(entry, 'name') ?? textOf(found, 'name') ?? textOf(found, 'cluster_name') ?? '(no name)'
}

/** Resources of a section that Envoy has and does not use: rejected, warming or draining, with the reason (admin.v3 ErrorState, ListenersConfigDump.DynamicListener, ...). */
export function pendingResources(section: unknown, of: PendingSection): readonly PendingResource[] {
  const {noun, lists, resource} = PLACES[of]
  return lists.flatMap(list =>
    listOf(section, list).flatMap(entry => {
      const name = nameOf(entry, resource)
      const updated = textOf(entry, 'last_updated') ?? ''
      const warmingState = field(entry, 'warming_state')
      const draining = field(entry, 'draining_state')
      const status = textsOf({status: [field(entry, 'client_status')]}, 'status')[0]
      const uninitialized = of === 'Secrets' && textOf(entry, 'version_info') === 'uninitialized'
      const active = field(entry, 'active_state') !== undefined
      return [
        ...errorOf(entry, noun, name),
        ...(list.includes('warming') || uninitialized
          ? [secretOr(of, field(entry, resource), noun, name, updated)]
          : []),
        ...(isObject(warmingState)
          ? [
              {
                ...warmingOf(field(warmingState, resource), noun, name, textOf(warmingState, 'last_updated') ?? ''),
                ...definedFields({keeps: active ? true : undefined}),
              },
            ]
          : []),
        ...(list.includes('draining') || (isObject(draining) && !active)
          ? [
              {
                noun,
                name,
                state: 'draining' as const,
                reason: 'it was removed or replaced, and open connections are still served',
                waitsFor: [],
                since: textOf(draining, 'last_updated') ?? updated,
              },
            ]
          : []),
        ...(status === 'DOES_NOT_EXIST' || status === 'REQUESTED' || status === 'TIMEOUT' || status === 'RECEIVED_ERROR'
          ? [
              {
                noun,
                name,
                state: 'missing' as const,
                reason: `Envoy asked for it; its status is ${status}`,
                waitsFor: [],
                since: updated,
              },
            ]
          : []),
      ]
    }),
  )
}

function secretOr(of: PendingSection, resource: unknown, noun: string, name: string, since: string): PendingResource {
  if (of !== 'Secrets') return warmingOf(resource, noun, name, since)
  return {
    noun,
    name,
    state: 'warming',
    reason: 'Envoy has asked for it and received nothing yet (uninitialized)',
    waitsFor: ['its first value (SDS)'],
    since,
  }
}
