import type {SidecarModel} from '../../model/istio/istio-traffic.js'
import {parseIp} from '../../model/kernel/ip-address.js'
import {objectLabel} from '../../model/kube/pod.js'
import {readDestination} from '../trace/path-spec.js'

/** A ServiceEntry as YAML, and what else has to change for it to take effect. */
export interface ServiceEntryPatch {
  readonly yaml: string
  readonly also: readonly string[]
}

const PROTOCOLS: Readonly<Record<number, string>> = {80: 'HTTP', 8080: 'HTTP', 443: 'TLS', 8443: 'TLS'}

/** A name that Kubernetes accepts. */
function nameFor(host: string): string {
  return (
    host
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|(?<!-)-+$/g, '')
      .slice(0, 63) || 'external'
  )
}

/** The ServiceEntry that adds a host, or an address, to the registry (istio.io, ServiceEntry). */
export function missingServiceEntry(
  to: string,
  namespace: string,
  sidecar: SidecarModel | undefined,
): ServiceEntryPatch {
  const {scheme, host, port: given} = readDestination(to)
  const port = given ?? (scheme === 'https' ? 443 : 80)
  const byScheme = scheme === 'https' || scheme === 'tls' ? 'TLS' : scheme === 'http' ? 'HTTP' : undefined
  const protocol = byScheme ?? (Object.hasOwn(PROTOCOLS, port) ? PROTOCOLS[port] : undefined) ?? 'TCP'
  const isAddress = parseIp(host) !== undefined
  const name = nameFor(host)
  const addresses = isAddress ? `  addresses:\n  - ${host}\n` : ''
  const yaml = `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  hosts:
  - ${isAddress ? `${name}.external` : host}
${addresses}  location: MESH_EXTERNAL
  resolution: ${isAddress ? 'NONE' : 'DNS'}
  ports:
  - number: ${port}
    name: ${protocol.toLowerCase()}
    protocol: ${protocol}
`
  const imports = sidecar?.egress ?? []
  const imported = imports.length === 0 || imports.some(each => ['*/*', './*', `${namespace}/*`].includes(each))
  return {
    yaml,
    also:
      imported || sidecar === undefined
        ? []
        : [
            `${objectLabel(sidecar.object)} imports only ${imports.join(', ')}: add ./${isAddress ? `${name}.external` : host} under egress`,
          ],
  }
}
