import type {ListeningSocket} from '../../model/kernel/socket.js'
import type {ContainerFacts} from '../../model/kube/container-facts.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {jsonBlocks} from '../pasted/json-blocks.js'
import {processRole} from '../process-role.js'
import {readCompose} from './compose.js'
import {containerGroups} from './groups.js'
import {isInspect, readInspect} from './inspect.js'
import {podOfContainers} from './pod-of-containers.js'
import {podOfProcesses} from './pod-of-processes.js'

/** The containers of `docker inspect`, whole or in pieces, in a text. */
export function inspectedContainers(text: string): readonly ContainerFacts[] {
  return jsonBlocks(text)
    .map(({value}) => value)
    .filter(isInspect)
    .flatMap(readInspect)
}

/** The workloads in a compose file, in `docker inspect`, or in pieces of them: one per network namespace, in the form of pods. */
export function podsOfContainers(text: string): readonly KubeObject[] {
  const inspected = inspectedContainers(text)
  if (inspected.length > 0) return containerGroups(inspected).map(group => podOfContainers('container group', group))
  return containerGroups(readCompose(text)).map(group => podOfContainers('compose service', group))
}

/** The workload whose processes own listening sockets; undefined when none of them is a part of a mesh, so that nothing is known of one. */
export function podOfSockets(name: string, sockets: readonly ListeningSocket[]): KubeObject | undefined {
  const owners = sockets.flatMap(({process, pid = 0, uid}) =>
    process === undefined ? [] : [{pid, uid, command: process}],
  )
  const distinct = [...new Map(owners.map(each => [`${each.pid} ${each.command}`, each])).values()]
  const mesh = distinct.some(each => ['envoy', 'agent'].includes(processRole(each).kind))
  return mesh ? podOfProcesses(name, distinct) : undefined
}
