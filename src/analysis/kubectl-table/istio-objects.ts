import type {KubectlTable} from '../../model/kube/kubectl-table.js'

type Row = Readonly<Record<string, string>>

/** The entries of a cell that is a list: `["a","b"]`, or `[a b]` of old kubectl. */
function listed(cell: string | undefined): readonly string[] {
  return (cell ?? '')
    .replace(/^\[|\]$/g, '')
    .split(/[",\s]+/)
    .filter(each => each !== '')
}

/** A Gateway as a VirtualService names it, with its namespace where one is known (istio.io, VirtualService: gateways). */
function gatewayName(name: string, namespace: string | undefined): string {
  return name === 'mesh' || name.includes('/') || namespace === undefined ? name : `${namespace}/${name}`
}

function rowsOf(tables: readonly KubectlTable[], of: string): readonly Row[] {
  return tables.filter(({kind}) => kind === of).flatMap(({rows}) => rows)
}

function fullName({NAMESPACE: namespace, NAME: name = ''}: Row): string {
  return namespace === undefined ? name : `${namespace}/${name}`
}

/** VirtualServices that share a host and a gateway (istio.io, IST0109 and "Split large virtual services"). */
function sharedHosts(services: readonly Row[]): readonly string[] {
  const owners = new Map<string, string[]>()
  for (const row of services) {
    const gateways = listed(row.GATEWAYS)
    for (const host of listed(row.HOSTS))
      for (const gateway of gateways.length === 0 ? ['mesh'] : gateways) {
        const key = `${host} ${gatewayName(gateway, row.NAMESPACE)}`
        owners.set(key, [...(owners.get(key) ?? []), fullName(row)])
      }
  }
  return [...owners].flatMap(([key, names]) => {
    const [host = '', gateway = ''] = key.split(' ')
    if (names.length < 2) return []
    const effect =
      gateway === 'mesh'
        ? 'sidecars use only one of them, the oldest'
        : `their routes at Gateway ${gateway} are put together, those of the oldest first, and a route without a match there hides all behind it`
    return [`VirtualServices ${names.join(' and ')} have the same host ${host}: ${effect} (explain IST0109)`]
  })
}

/** Gateways that VirtualServices name and that are not among those of the text. */
function missingGateways(services: readonly Row[], gateways: readonly Row[]): readonly string[] {
  if (gateways.length === 0) return []
  const known = new Set(gateways.map(fullName))
  return services.flatMap(row =>
    listed(row.GATEWAYS)
      .map(name => gatewayName(name, row.NAMESPACE))
      .filter(name => name !== 'mesh' && !known.has(name) && (row.NAMESPACE !== undefined || !name.includes('/')))
      .map(
        name =>
          `VirtualService ${fullName(row)} names Gateway ${name}, which is not in the table of Gateways: unless the table leaves it out, no gateway uses the VirtualService (explain IST0101)`,
      ),
  )
}

/** What the tables of Istio's objects in one text say together. */
export function istioObjectFindings(tables: readonly KubectlTable[]): readonly string[] {
  const services = rowsOf(tables, 'virtualservices')
  return [...sharedHosts(services), ...missingGateways(services, rowsOf(tables, 'gateways.networking.istio.io'))]
}
