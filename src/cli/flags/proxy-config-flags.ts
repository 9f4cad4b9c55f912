import {Flags} from '@oclif/core'
import {atFlag, fileFlag, selectorFlag} from './flags.js'

/** Sorts the rows of a table. */
export const sortFlag = Flags.string({
  helpGroup: 'OUTPUT',
  helpValue: 'COLUMN',
  description: 'sort tables by this column (-COLUMN for descending order)',
})

/** Flags of every proxy-config command. */
export const proxyConfigFlags = {
  file: fileFlag,
  selector: selectorFlag,
  sort: sortFlag,
  at: atFlag,
} as const

function only(what: string) {
  return Flags.string({description: `show only ${what}`})
}

const port = Flags.integer({description: 'show only this port', min: 0, max: 65_535})

/** A flag that is on unless `--no-verbose` or `--verbose=false` turns it off. */
export const verboseFlag = Flags.boolean({
  default: true,
  allowNo: true,
  description: 'one row per filter chain or route (default)',
})

export const clusterFlags = {
  fqdn: only('clusters whose name contains this'),
  direction: only('clusters of this direction (inbound, outbound)'),
  subset: only('clusters of this subset'),
  port,
} as const

export const listenerFlags = {
  address: only('this address'),
  type: only('this type: HTTP, TCP, HTTP+TCP, UNKNOWN'),
  port,
} as const

export const routeFlags = {name: only('the route configuration with this name')} as const

export const endpointFlags = {
  address: only('this address, with or without its port'),
  cluster: only('this cluster (whole name)'),
  status: only('this health status (HEALTHY, UNHEALTHY, …)'),
  port,
} as const

/** The names of a proxy-config command under `pc`, istioctl's aliases included. */
export function proxyConfigAliases(name: string, ...others: readonly string[]): string[] {
  return [name, ...others].map(each => `pc:${each}`)
}

/** istioctl's aliases under `proxy-config`: they work, but the list of commands shows each command once. */
export function proxyConfigHidden(...others: readonly string[]): string[] {
  return others.map(other => `proxy-config:${other}`)
}
