import {listOf, textOf} from '../formats/decode.js'
import type {Json} from '../model/envoy/schema.js'
import {resourcesOf, withSection} from './dump.js'
import {madeGateway} from './gateway-servers.js'
import type {Message} from './rbac/strings.js'
import type {Viewpoint} from './viewpoint.js'

function nameOf(resource: Message): string {
  return textOf(resource, 'name') ?? ''
}

function byName(resources: readonly Message[]): ReadonlyMap<string, Message> {
  return new Map(resources.map(each => [nameOf(each), each]))
}

function hostsOf(config: Message | undefined): readonly Message[] {
  return listOf(config, 'virtual_hosts') as readonly Message[]
}

/** What Envoy has, with what differs between two translations replaced: kept where both say the same. */
function replaced(
  held: readonly Message[],
  from: ReadonlyMap<string, Message>,
  to: ReadonlyMap<string, Message>,
): readonly Message[] {
  const same = (name: string) => JSON.stringify(from.get(name)) === JSON.stringify(to.get(name))
  const known = new Set(held.map(nameOf))
  const kept = held.flatMap((each): readonly Message[] => {
    const name = nameOf(each)
    const next = same(name) ? each : to.get(name)
    return next === undefined ? [] : [next]
  })
  return [...kept, ...[...to.values()].filter(each => !known.has(nameOf(each)) && !same(nameOf(each)))]
}

/** The configuration of a gateway, as its Gateways and VirtualServices of `to` make it where they differ from those of `from`. */
export function gatewayChanges(dump: Message, from: Viewpoint, to: Viewpoint, donors: readonly Message[]): Message {
  const like = [dump, ...donors].find(each => resourcesOf(each, 'routes').length > 0) ?? dump
  const [was, is] = [madeGateway(from, like), madeGateway(to, like)]
  const [old, next] = [byName(was.routes), byName(is.routes)]
  const configs = byName(resourcesOf(dump, 'routes'))
  const routed = withSection(
    dump,
    'routes',
    config => {
      const name = nameOf(config)
      if (JSON.stringify(old.get(name)) === JSON.stringify(next.get(name))) return config
      const hosts = replaced(hostsOf(config), byName(hostsOf(old.get(name))), byName(hostsOf(next.get(name))))
      return {...config, virtual_hosts: hosts as Json}
    },
    is.routes.filter(each => !configs.has(nameOf(each))),
  )
  const listeners = replaced(resourcesOf(dump, 'listeners'), byName(was.listeners), byName(is.listeners))
  const left = byName(listeners)
  const held = byName(resourcesOf(dump, 'listeners'))
  return withSection(
    routed,
    'listeners',
    each => left.get(nameOf(each)),
    listeners.filter(each => !held.has(nameOf(each))),
  )
}
