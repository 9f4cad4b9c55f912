import type {Draw} from '../../model/envoy/proxy.js'

/** One of several things of which each is as likely as the others; the only one without a draw, undefined for none. */
export function drawnEvenly<T>(draw: Draw, what: string, items: readonly T[]): T | undefined {
  if (items.length <= 1) return items[0]
  return items[
    draw(
      what,
      items.map(() => 1),
    )
  ]
}
