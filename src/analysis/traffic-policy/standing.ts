import {byText} from '../../model/order.js'

/** Whether the objects and a proxy's own configuration tell the same of a rule; `unknown` when one of the two could not be read. */
export type Standing = 'both' | 'objects only' | 'proxy only' | 'unknown'

export interface StandingRule {
  /** `name.namespace`, as Envoy's metadata names it. */
  readonly name: string
  readonly standing: Standing
  /** Set when the two disagree: what that means. */
  readonly because?: string
}

export interface Sides {
  /** Rules that, by the objects, concern the subject; undefined when they could not be read. */
  readonly byObjects: readonly string[] | undefined
  /** Every rule of the kind that exists. */
  readonly existing: readonly string[]
  /** Rules the proxy made its configuration from; undefined when it could not be read. */
  readonly byProxy: readonly string[] | undefined
  /** Rules that may be absent from this proxy without anything being wrong. */
  readonly mayLack?: (name: string) => boolean
}

/** Lays the rules known from objects beside those a proxy was made from; each name once, in order. */
export function standings({byObjects, existing, byProxy, mayLack}: Sides): readonly StandingRule[] {
  const names = [...new Set([...(byObjects ?? []), ...(byProxy ?? [])])].sort(byText)
  return names.map((name): StandingRule => {
    if (byObjects === undefined || byProxy === undefined) return {name, standing: 'unknown'}
    const told = byObjects.includes(name)
    if (told && byProxy.includes(name)) return {name, standing: 'both'}
    if (!told) {
      const why = existing.includes(name) ? 'no longer concerns it' : 'no longer exists'
      return {name, standing: 'proxy only', because: `the proxy is stale: it still uses it, but the object ${why}`}
    }
    if (mayLack?.(name) === true) return {name, standing: 'unknown'}
    return {
      name,
      standing: 'objects only',
      because:
        'the proxy does not have it: it is stale, or the rule is not meant for it (exportTo, Sidecar, sourceLabels)',
    }
  })
}

/** True when objects and proxy tell different things of the rule. */
export function disagrees({standing}: StandingRule): boolean {
  return standing === 'objects only' || standing === 'proxy only'
}
