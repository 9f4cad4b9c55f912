import {groupedBy} from '../../model/collections/grouped-by.js'
import {fullName} from '../../model/istio-config/config-object.js'
import type {ServiceConfig} from '../../model/istio-config/kubernetes.js'
import {byText} from '../../model/text/order.js'

/** A Service that several clusters define differently. */
export interface ServiceDifference {
  readonly service: ServiceConfig
  readonly clusters: readonly string[]
  readonly differences: readonly string[]
}

function portsText({ports}: ServiceConfig): string {
  return [...ports]
    .sort((a, b) => byText(a.name, b.name))
    .map(({name, port, targetPort, protocol, nodePort}) =>
      [name, port, targetPort ?? '', protocol === '' ? 'TCP' : protocol, nodePort ?? ''].join('/'),
    )
    .join(' ')
}

const ASPECTS: readonly {readonly text: string; readonly of: (service: ServiceConfig) => string}[] = [
  {text: 'some are headless and some are not', of: ({clusterIp}) => String(clusterIp === 'None')},
  {text: 'the types differ', of: ({type}) => type},
  {text: 'the ports differ', of: portsText},
]

/** The Services of one name that differ between clusters that have them, each named by that of the first cluster. */
export function serviceDifferences(services: readonly ServiceConfig[]): readonly ServiceDifference[] {
  const byName = groupedBy(
    services.filter(({object}) => object.cluster !== undefined),
    ({object}) => fullName(object),
  )
  return [...byName.values()].flatMap(each => {
    const same = [...new Set(each)].sort((a, b) => byText(a.object.cluster ?? '', b.object.cluster ?? ''))
    const [service] = same
    const differences = ASPECTS.filter(({of}) => new Set(same.map(of)).size > 1).map(({text}) => text)
    if (service === undefined || differences.length === 0) return []
    return [{service, clusters: same.flatMap(({object}) => object.cluster ?? []), differences}]
  })
}
