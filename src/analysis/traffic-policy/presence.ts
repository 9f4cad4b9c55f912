import {byText} from '../../model/text/order.js'

/** Where a routing object was found: among the Kubernetes objects, in the proxy's configuration, or both; `unknown` if one of them could not be read. */
export type Presence = 'both' | 'objects only' | 'proxy only' | 'unknown'

export interface ComparedRule {
  /** `name.namespace`, as Envoy's metadata names it. */
  readonly name: string
  readonly standing: Presence
  /** Set when objects and proxy differ: what that means. */
  readonly because?: string
}

export interface PresenceInput {
  /** Names of the objects that apply to the subject; undefined if they could not be read. */
  readonly byObjects: readonly string[] | undefined
  /** Names of all objects of the kind. */
  readonly existing: readonly string[]
  /** Names of the objects the proxy's configuration was generated from; undefined if it could not be read. */
  readonly byProxy: readonly string[] | undefined
  /** True for an object that may be absent from this proxy without anything being wrong. */
  readonly mayLack?: (name: string) => boolean
}

/** Compares the objects with those a proxy's configuration was generated from; each name once, sorted. */
export function comparePresence({byObjects, existing, byProxy, mayLack}: PresenceInput): readonly ComparedRule[] {
  const names = [...new Set([...(byObjects ?? []), ...(byProxy ?? [])])].sort(byText)
  return names.map((name): ComparedRule => {
    if (byObjects === undefined || byProxy === undefined) return {name, standing: 'unknown'}
    const inObjects = byObjects.includes(name)
    if (inObjects && byProxy.includes(name)) return {name, standing: 'both'}
    if (!inObjects) {
      const why = existing.includes(name) ? 'no longer applies to it' : 'no longer exists'
      return {
        name,
        standing: 'proxy only',
        because: `the proxy's config is stale: it still uses the object, which ${why}`,
      }
    }
    if (mayLack?.(name) === true) return {name, standing: 'unknown'}
    return {
      name,
      standing: 'objects only',
      because:
        'not in the proxy: its config is stale, or the object does not apply to it (exportTo, Sidecar, sourceLabels)',
    }
  })
}

/** True if objects and proxy differ. */
export function isMismatch({standing}: ComparedRule): boolean {
  return standing === 'objects only' || standing === 'proxy only'
}
