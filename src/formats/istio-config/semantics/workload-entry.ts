import {parseIp} from '../../../model/kernel/ip-address.js'
import {objectOf, textOf} from '../../decode.js'
import {isDnsLabel, isDnsName, isPort, labelProblems, type Problem, problemIf} from './problem.js'
import {isSocket, socketProblems} from './socket.js'

/** What is wrong with the address of a workload; the endpoints of a ServiceEntry with resolution STATIC take no names. */
export function endpointAddressProblems(endpoint: unknown, path: string, names: boolean): readonly Problem[] {
  const address = textOf(endpoint, 'address') ?? ''
  const where = `${path}.address`
  if (address === '' || parseIp(address) !== undefined) return []
  if (isSocket(address)) return socketProblems(address, where)
  if (!names) return [{path: where, message: `${address} is not an address: resolution STATIC needs one`}]
  return problemIf(!isDnsName(address), where, `${address} is neither an address nor a DNS name`)
}

/** What istiod's webhook rejects in a WorkloadEntry, besides its schema. */
export function workloadEntryErrors(spec: unknown): readonly Problem[] {
  return [
    ...endpointAddressProblems(spec, 'spec', true),
    ...Object.entries(objectOf(spec, 'ports') ?? {}).flatMap(([name, number]) => [
      ...problemIf(!isDnsLabel(name), 'spec.ports', `${JSON.stringify(name)} is not a port name`),
      ...problemIf(typeof number === 'number' && !isPort(number), `spec.ports.${name}`, `${number} is not a port`),
    ]),
    ...labelProblems(objectOf(spec, 'labels'), 'spec.labels'),
  ]
}
